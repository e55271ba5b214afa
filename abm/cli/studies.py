"""The course of ``huzhu sweep``, ``phase``, ``fork`` and ``checkpoint``: what is said, run and written, in order."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from tqdm import tqdm

from abm.errors import CheckpointError, FileError, ForkError, RunsError
from abm.figures.style import save as save_figure
from abm.files import whole
from abm.model import MutualAidModel
from abm.money import FEN_PER_YUAN, spell
from abm.runs.checkpoint import SUFFIX, save
from abm.runs.fork import bounds, fork
from abm.runs.results import results_folder
from abm.scenario.files import load
from abm.sources import commit
from abm.study.cluster import dask_executor
from abm.study.phase import check_map, outcome_of, phase_diagram
from abm.study.pictures import phase_map
from abm.study.progress import at_work
from abm.study.study import Study
from abm.study.summary import write_record, write_results
from abm.study.sweep import cores, run_study
from abm.version import VERSION


class ExecutionPlan(NamedTuple):
    """Where the runs of a study go, who does them, and what becomes of the runs that are there."""

    folder: Path
    workers: int | None = None
    dask: str | None = None
    anew: bool = False
    retry: bool = False

    @contextmanager
    def executor(self) -> Iterator[tuple[Executor | None, int, str]]:
        """A cluster, or nothing for processes of this machine; runs at once; both in words."""
        if self.dask is None:
            places = self.workers or cores()
            yield None, places, f"{places} processes"
        else:
            with dask_executor(self.dask) as (executor, places):
                yield executor, places, self.dask


def sweep(study: Study, execution: ExecutionPlan, say: Callable[[str], object]) -> None:
    """Run what is missing of a study, or failed where that is to be run again; `say` hears what to print.

    Raises a `HuzhuError` where something is wrong or every run failed, and `KeyboardInterrupt` with how to go on.
    """
    start = time.perf_counter()
    with (
        execution.executor() as (executor, places, name),
        at_work(study, execution.folder, say, anew=execution.anew, retry=execution.retry) as progress,
    ):
        run_study(study, progress.store, executor, workers=places, on_result=progress.on_result)
        progress.bar.close()
        summary, written = write_results(study, progress.store, time.perf_counter() - start, name)
    again = "\nThe same command with --retry runs what failed again, and keeps the rest" if summary.failed else ""
    say(f"\n{summary.table()}{again}\n\nWritten to {execution.folder}: {', '.join(written)}, runs.sqlite")
    if not summary.done:
        raise RunsError(f"all {summary.failed:,} runs failed: {summary.reason}")


def phase(
    study: Study, outcome: str | None, edge: float, rounds: int, execution: ExecutionPlan, say: Callable[[str], object]
) -> None:
    """Map an outcome over a study's grid of two settings, finer where it passes `edge`; `say` hears what to print.

    `outcome`: an output of the study, or one over another as ``a / b``. Raises as `sweep` does.
    """
    check_map(study)
    words, measure = outcome_of(study, outcome)
    with (
        execution.executor() as (executor, places, name),
        at_work(study, execution.folder, say, anew=execution.anew, retry=execution.retry) as progress,
    ):
        store, on_result = progress.store, progress.on_result
        found = phase_diagram(study, store, measure, edge, rounds, executor, None, places, on_result, progress.needed)
        progress.bar.close()
        more = {"outcome": words, "edge": edge, "rounds": rounds, "full_grid_would_need": found.fine_runs}
        written = write_record(study, store, execution.folder, name, more)
    with whole(execution.folder / "phase.csv") as path:
        pd.DataFrame(found.table()).to_csv(path, index=False, float_format="%.10g", lineterminator="\n")
    say(f"\n{words}: {found.told()}\n{found.where()}")
    if found.can_be_drawn:
        first, second = study.vary
        footnote = f"{study.title}: {found.told()}. Red: {edge:g}."
        drawn = save_figure(phase_map(found, words, (first, second), footnote), execution.folder, "phase")
        written += [path.name for path in drawn]
    say(f"\nWritten to {execution.folder}: {', '.join(sorted([*written, 'phase.csv']))}, runs.sqlite")


AS_IT_IS = "as it is"


def checkpoint(start: str, changes: dict[str, Any], seed: int, until: date | None, path: Path) -> str:
    """Run a scenario to a day, with a progress bar, and keep its state in a file; returns what to print."""
    if path.suffix != SUFFIX:
        raise CheckpointError(f"--to {path}: the name of a checkpoint ends in {SUFFIX}")
    if not path.parent.is_dir():
        raise FileError(f"--to {path}: there is no folder {path.parent}")
    model = MutualAidModel(load(start, changes), seed=seed, drive="compiled")
    steps = model.case.calendar.steps_until(until)
    with tqdm(total=steps, desc=Path(start).stem, unit="step", disable=None) as bar:
        model.run_until(until, lambda _: bar.update())
    save(model, path)
    size = path.stat().st_size / 1e6
    return f"Kept {model.persons.size:,} persons as of {model.day} in {path}, {size:,.1f} MB"


def fork_into(
    start: str, changes: dict[str, Any], worlds: dict[str, dict[str, Any]], seeds: int, until: date | None, folder: Path
) -> str:
    """Run the scenario or checkpoint as it is and in other worlds, and write how they differ; returns what to print."""
    if AS_IT_IS in worlds:
        raise ForkError(f"--world {AS_IT_IS}: is always there; give the others")
    every = {AS_IT_IS: changes} | {name: changes | own for name, own in worlds.items()}
    with results_folder(folder) as staging:
        with tqdm(desc=f"{len(every) * seeds} histories", unit="step", disable=None) as bar:
            table = fork(start, every, seeds, until, lambda _: bar.update())
        summed = bounds(table)
        table.to_csv(staging / "differences.csv", index=False, float_format="%.10g", lineterminator="\n")
        summed.to_csv(staging / "bounds.csv", index=False, float_format="%.10g", lineterminator="\n")
        record: dict[str, Any] = {
            "program": f"huzhu {VERSION}",
            "commit": commit(),
            "scenario": start,
            "worlds": every,
        }
        record |= {"seeds": table["seed"].drop_duplicates().tolist(), "until": str(until) if until else None}
        text = json.dumps(record, indent=2, ensure_ascii=False, default=str)
        (staging / "provenance.json").write_text(text + "\n", encoding="utf-8")
    shown = "\n".join(_difference_lines(summed, seeds))
    return f"{shown}\n\nWritten to {folder}: bounds.csv, differences.csv, provenance.json"


def _difference_lines(summed: pd.DataFrame, seeds: int) -> list[str]:
    lines = []
    for world, rows in summed.groupby("world", sort=False):
        lines += ["", f"{world}, against the world {AS_IT_IS}"]
        for row in rows.itertuples():
            mean, low, high = (_amount(value, row.unit) for value in (row.mean, row.low, row.high))
            lines.append(f"  {mean:>22}  {row.meaning}{f'  ({low} to {high})' if seeds > 1 else ''}")
    if seeds > 1:
        lines.append(f"\nMeans over {seeds} seeds, with bounds of 95 % confidence.")
    return lines


def _amount(value: Any, unit: Any) -> str:
    return spell(value * FEN_PER_YUAN) if unit == "yuan" else f"{value:,.0f} {unit}"
