"""The whole course of ``huzhu sweep``, ``fork`` and ``checkpoint``: what is said, run and written, in order."""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from abm import __version__
from abm.model import MutualAidModel
from abm.reading import load
from abm.scenario import ScenarioError
from abm.study.checkpoint import SUFFIX, save
from abm.study.cluster import dask_executor
from abm.study.fork import bounds, fork
from abm.study.results import results_folder
from abm.study.run import check_until, commit
from abm.study.store import Store
from abm.study.study import Study
from abm.study.summary import plan, write_results
from abm.study.sweep import cores, run_study
from abm.study.worker import FAILED, Result


def sweep(
    study: Study,
    folder: Path,
    workers: int | None,
    dask: str | None,
    anew: bool,
    retry: bool,
    say: Callable[[str], object],
) -> None:
    """Run what is missing of a study into a folder, with `retry` what failed too; `say` hears what to print.

    Raises `ScenarioError` where something is wrong, and `KeyboardInterrupt` with how to go on.
    """
    with ExitStack() as opened:
        executor, places = None, workers or cores()
        if dask is not None:
            executor, places = opened.enter_context(dask_executor(dask))
        store = opened.enter_context(Store(folder, study, anew=anew))
        if retry:
            store.forget_failures()
        say(plan(study, store))
        start = time.perf_counter()
        kept, failed = store.count()
        with tqdm(total=study.runs, initial=kept, desc=study.title, unit="run", disable=None) as bar:

            def tick(result: Result) -> None:
                nonlocal failed
                failed += result.status == FAILED
                bar.set_postfix_str(f"{failed} failed", refresh=False)
                bar.update()

            try:
                run_study(study, store, executor, workers=places, tick=tick)
            except KeyboardInterrupt:
                kept, _ = store.count()
                words = f"{kept:,} of {study.runs:,} runs are kept in {folder}; the same command goes on"
                raise KeyboardInterrupt(words) from None
        summary, written = write_results(study, store, time.perf_counter() - start, dask or f"{places} processes")
        again = "\nThe same command with --retry runs what failed again, and keeps the rest" if summary.failed else ""
        say(f"\n{summary.table()}{again}\n\nWritten to {folder}: {', '.join(written)}, runs.sqlite")


AS_IT_IS = "as it is"


def checkpoint(start: str, changes: dict[str, Any], seed: int, until: date | None, path: Path) -> str:
    """Run a scenario to a day, with a progress bar, and keep its state in a file; returns what to print."""
    if path.suffix != SUFFIX:
        raise ScenarioError(f"--to {path}: the name of a checkpoint ends in {SUFFIX}")
    if not path.parent.is_dir():
        raise ScenarioError(f"--to {path}: there is no folder {path.parent}")
    model = MutualAidModel(load(start, changes), seed=seed, drive="compiled")
    steps = check_until(model.case, until) - model.first_period + 1
    for _ in tqdm(range(steps), desc=Path(start).stem, unit="step", disable=None):
        model.step()
    save(model, path)
    size = path.stat().st_size / 1e6
    return f"Kept {model.persons.size:,} persons as of {model.day} in {path}, {size:,.1f} MB"


def fork_into(
    start: str, changes: dict[str, Any], worlds: dict[str, dict[str, Any]], seeds: int, until: date | None, folder: Path
) -> str:
    """Run the scenario or checkpoint as it is and in other worlds, and write how they differ; returns what to print."""
    if AS_IT_IS in worlds:
        raise ScenarioError(f"--world {AS_IT_IS}: is always there; give the others")
    every = {AS_IT_IS: changes} | {name: changes | own for name, own in worlds.items()}
    with results_folder(folder) as staging:
        with tqdm(desc=f"{len(every) * seeds} histories", unit="step", disable=None) as bar:
            table = fork(start, every, seeds, until, lambda _: bar.update())
        summed = bounds(table)
        table.to_csv(staging / "differences.csv", index=False, float_format="%.10g", lineterminator="\n")
        summed.to_csv(staging / "bounds.csv", index=False, float_format="%.10g", lineterminator="\n")
        record: dict[str, Any] = {
            "program": f"huzhu {__version__}",
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
            within = f"  ({row.low:,.0f} to {row.high:,.0f})" if seeds > 1 else ""
            lines.append(f"  {row.mean:>18,.0f} {row.unit:8}{row.meaning}{within}")
    if seeds > 1:
        lines.append(f"\nMeans over {seeds} seeds, with bounds of 95 % confidence.")
    return lines
