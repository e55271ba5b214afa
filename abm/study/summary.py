"""What a sweep says before and after, and the files that it leaves beside its store."""

import csv
import json
import math
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from abm.files import whole
from abm.runs.run import PACKAGES, installed
from abm.scenario.files import dump
from abm.sources import commit
from abm.study.store import Store
from abm.study.study import Study, dump_study
from abm.study.worker import DONE
from abm.version import VERSION

BATCH = 10_000  # rows of a Parquet file held at a time
MOST_NAMES = 6  # in a line


def plan(study: Study, store: Store) -> str:
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
        lines.append(f"{kept:,} runs are there already{f', {failed:,} of them failed' if failed else ''}")
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
                total, number, low, high, odd = self._sums[name]
                if math.isfinite(value):
                    self._sums[name] = [total + value, number + 1, min(low, value), max(high, value), odd]
                else:
                    self._sums[name][4] = odd + 1

    def table(self) -> str:
        """A line an output, and one for failures and their commonest reason."""
        width = max(map(len, self._sums), default=6)
        lines = [f"{'output':{width}}  {'mean':>12}  {'lowest':>12}  {'highest':>12}"]
        for name, (total, number, low, high, odd) in self._sums.items():
            numbers = (total / number, low, high) if number else (math.nan,) * 3
            shown = "  ".join(f"{value:>12,.5g}" if abs(value) < 1e5 else f"{value:>12,.0f}" for value in numbers)
            lines.append(f"{name:{width}}  {shown}{f'  not a finite number: {odd:,}' if odd else ''}")
        lines.append(f"{self.done:,} runs done, {self.failed:,} failed; {self.seconds:,.1f} s inside simulations")
        if self.reasons:
            reason = max(self.reasons, key=lambda each: self.reasons[each])
            lines.append(f"commonest reason of failure ({self.reasons[reason]:,}): {reason}")
        return "\n".join(lines)


def write_results(study: Study, store: Store, seconds: float, workers: str) -> tuple[Summary, list[str]]:
    """Write the rows, the study and how they were made beside the store; returns the summary and the names."""
    summary = Summary(study, store)
    written = ["runs.csv"]
    with whole(store.folder / "runs.csv") as path:
        _write_csv(study, store, path)
    if _has_parquet():
        with whole(store.folder / "runs.parquet") as path:
            _write_parquet(study, store, path)
        written.append("runs.parquet")
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


def columns(study: Study) -> list[str]:
    """The columns of the table of runs. How long a run took is in the store: it differs from time to time."""
    return ["point", "seed", *study.paths, *study.outputs, "status", "reason"]


def table_rows(study: Study, store: Store) -> Iterator[list[Any]]:
    """The table of runs, a row a run in the order of the design; None where there is no value."""
    for number, point, seed, result in store.results(study):
        settings = [point.get(path) for path in study.paths]
        outputs = [result.outputs.get(name) for name in study.outputs]
        yield [number, seed, *settings, *outputs, result.status, result.reason]


def _write_csv(study: Study, store: Store, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns(study))
        writer.writerows(table_rows(study, store))


def _write_parquet(study: Study, store: Store, path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    first = 2 + len(study.paths)
    kinds = [pyarrow.int64()] * 2 + [_kind(study, name) for name in study.paths]
    kinds += [pyarrow.float64() if name in study.numbers else pyarrow.string() for name in study.outputs]
    kinds += [pyarrow.string()] * 2
    schema = pyarrow.schema(list(zip(columns(study), kinds, strict=True)))
    rows = table_rows(study, store)
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        while batch := list(islice(rows, BATCH)):
            for row in batch:
                for at in range(2, first):
                    row[at] = str(row[at]) if kinds[at] == pyarrow.string() and row[at] is not None else row[at]
            arrays = [pyarrow.array(column, kind) for column, kind in zip(zip(*batch, strict=True), kinds, strict=True)]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))


def _kind(study: Study, path: str) -> Any:
    """The type of a setting's column: whole numbers, numbers, yes or no, else text."""
    import pyarrow

    kinds = {type(point[path]) for point in study.point_list() if path in point}
    for wanted, kind in (({bool}, pyarrow.bool_()), ({int}, pyarrow.int64()), ({int, float}, pyarrow.float64())):
        if kinds <= wanted:
            return kind
    return pyarrow.string()


def _has_parquet() -> bool:
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        return False
    return True
