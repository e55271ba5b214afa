"""The whole course of ``huzhu sweep``: open the store, say what will be run, run it, write the table."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tqdm import tqdm

from abm.study.cluster import dask_executor
from abm.study.store import Store
from abm.study.study import Study
from abm.study.summary import plan, write_results
from abm.study.sweep import cores, run_study
from abm.study.worker import FAILED, Result


def sweep(
    study: Study, folder: Path, workers: int | None, dask: str | None, anew: bool, say: Callable[[str], object]
) -> None:
    """Run what is missing of a study into a folder; `say` hears what to print.

    Raises `ScenarioError` where something is wrong, and `KeyboardInterrupt` with how to go on.
    """
    with ExitStack() as opened:
        executor, places = None, workers or cores()
        if dask is not None:
            executor, places = opened.enter_context(dask_executor(dask))
        store = opened.enter_context(Store(folder, study, anew=anew))
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
        say(f"\n{summary.table()}\n\nWritten to {folder}: {', '.join(written)}, runs.sqlite")
