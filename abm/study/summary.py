"""What a sweep says before and after, and the files that it leaves beside its store."""

import json
import math
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from abm.errors import StoreError
from abm.files import whole
from abm.runs.outputs import TEXTS
from abm.runs.run import PACKAGES, installed
from abm.scenario.files import dump
from abm.sources import commit
from abm.study.store import Standing, Store
from abm.study.study import Study, dump_study
from abm.study.tables import table_of_runs, table_of_series, write
from abm.study.worker import DONE
from abm.version import VERSION

MOST_NAMES = 6  # in a line


def plan(study: Study, store: Store, standing: Standing) -> str:
    """What will be run, in two or three lines."""
    persons = f", {store.base.people.persons:,} persons" if store.base else ""
    kept, failed = store.count()
    design = study.design.replace("_", " ")
    lines = [
        f"{study.title}: {study.scenario}{persons}{f', until {study.until}' if study.until else ''}",
        f"{study.size:,} points ({design} of {_few(study.paths)}) x {study.replicates} replicates"
        f" = {study.runs:,} runs; each gives {_few(study.outputs)}",
    ]
    if kept:
        others = f", {kept - standing.there:,} of them of other points" if kept > standing.there else ""
        lines.append(f"{kept:,} runs are there already{others}{f', {failed:,} of them failed' if failed else ''}")
    if standing.lacking:
        lines.append(f"{standing.lacking:,} of them are run again, for series that were not kept of them")
    return "\n".join(lines)


def _few(names: Sequence[str]) -> str:
    """The first names of a list, and how many more there are."""
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[: MOST_NAMES - 1])} and {len(names) - MOST_NAMES + 1} more"


class Summary:
    """Mean and range of every output, summed up run by run."""

    def __init__(self, study: Study, store: Store) -> None:
        self.done, self.failed, self.seconds = 0, 0, 0.0
        self.reasons: dict[str, int] = {}
        self.texts = set(TEXTS)  # outputs that are no numbers
        self._sums = {name: [0.0, 0, math.inf, -math.inf, 0] for name in study.numbers}
        for _, _, _, result in store.results(study):
            self.seconds += result.seconds
            if result.status != DONE:
                self.failed += 1
                if len(self.reasons) < 100 or result.reason in self.reasons:
                    self.reasons[result.reason] = self.reasons.get(result.reason, 0) + 1
                continue
            self.done += 1
            for name in self._sums:
                value = result.outputs[name]
                if isinstance(value, str):
                    self.texts.add(name)
                    continue
                total, number, low, high, odd = self._sums[name]
                if math.isfinite(value):
                    self._sums[name] = [total + value, number + 1, min(low, value), max(high, value), odd]
                else:
                    self._sums[name][4] = odd + 1

    @property
    def reason(self) -> str:
        """The commonest reason of failure; empty where no run failed."""
        return max(self.reasons, key=lambda each: self.reasons[each], default="")

    def table(self) -> str:
        """A line an output, and one for failures and their commonest reason."""
        sums = {name: summed for name, summed in self._sums.items() if name not in self.texts}
        width = max(map(len, sums), default=6)
        lines = [f"{'output':{width}}  {'mean':>12}  {'lowest':>12}  {'highest':>12}"]
        for name, (total, number, low, high, odd) in sums.items():
            numbers = (total / number, low, high) if number else (math.nan,) * 3
            shown = "  ".join(f"{value:>12,.5g}" if abs(value) < 1e5 else f"{value:>12,.0f}" for value in numbers)
            lines.append(f"{name:{width}}  {shown}{f'  not a finite number: {odd:,}' if odd else ''}")
        lines.append(f"{self.done:,} runs done, {self.failed:,} failed; {self.seconds:,.1f} s inside simulations")
        if self.reasons:
            lines.append(f"commonest reason of failure ({self.reasons[self.reason]:,}): {self.reason}")
        return "\n".join(lines)


def write_results(study: Study, store: Store, seconds: float, workers: str) -> tuple[Summary, list[str]]:
    """Write the rows, the study and how they were made beside the store; returns the summary and the names.

    Raises `StoreError` where runs of the study are missing.
    """
    summary = Summary(study, store)
    if missing := study.runs - summary.done - summary.failed:
        raise StoreError(f"{store.file}: {missing:,} of {study.runs:,} runs are not in it; the same command runs them")
    written = write(table_of_runs(study, store, summary.texts), store.folder)
    if study.series:
        written += write(table_of_series(study, store), store.folder)
    more = {
        "runs": study.runs,
        "done": summary.done,
        "failed": summary.failed,
        "seconds_simulations": round(summary.seconds, 3),
        "seconds_this_time": round(seconds, 3),
    }
    return summary, sorted(written + write_record(study, store, store.folder, workers, more))


def write_record(study: Study, store: Store, folder: Path, workers: str, more: Mapping[str, Any]) -> list[str]:
    """Write the study, its scenario and how the rows in the store were made into a folder; returns the names.

    `more` is added to the record of how they were made, or corrects it.
    """
    texts = {"study.toml": dump_study(study)}
    if store.base is not None:
        texts["scenario.toml"] = dump(store.base)
    runs, failed = store.count()
    record = {
        "program": f"huzhu {VERSION}",
        "commit": commit(),
        "code": store.code,
        "study": study.title,
        "persons": store.base.people.persons if store.base else None,
        "seed": study.seed,
        "runs": runs,
        "done": runs - failed,
        "failed": failed,
        "workers": workers,
        "seconds_simulations": round(store.seconds(), 3),
        **more,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "packages": {name: installed(name) for name in (*PACKAGES, "distributed", "pyarrow")},
    }
    texts["provenance.json"] = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    for name, text in texts.items():
        with whole(folder / name) as path:
            path.write_text(text, encoding="utf-8")
    return sorted(texts)
