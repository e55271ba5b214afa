"""Run a study: every run that the store does not have, on processes of this machine or on any executor."""

import functools
import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from itertools import chain
from multiprocessing import Pipe, get_context
from typing import NamedTuple

from abm.errors import ClusterError, StoreError, WorkerError
from abm.runs.outputs import run_scenario
from abm.study.axis import Settings
from abm.study.rows import with_outputs
from abm.study.store import LACKING, Store
from abm.study.study import Study
from abm.study.worker import FAILED, OtherCodeError, Result, RunFunction, attempt, start_worker

AHEAD = 2  # runs in flight a worker: one at work, one waiting
LONE_TRIES = 2  # a run that kills its worker this often, alone on it, is a failed run
# A store may be given other points of the same world, of a refined grid say; these must be the same.
ONE_WORLD = ("scenario", "persons", "until", "changes")


class Task(NamedTuple):
    """A run to do."""

    key: str
    point: Settings
    seed: int


def run_study(
    study: Study,
    store: Store,
    executor: Executor | None = None,
    run: RunFunction | None = None,
    workers: int | None = None,
    on_result: Callable[[Result], object] | None = None,
) -> None:
    """Run what the store lacks; every result is in the store before `on_result` hears of it.

    Runs of a scenario that are there without a series that the study needs are done again, and keep what they had.
    `executor`: any of ``concurrent.futures``; without one, `workers` processes, as many as there are cores. `run`: a
    top-level function of a point and a seed that returns numbers, texts or series by name; without one, the study's
    scenario is run. Raises `WorkerError` or `ClusterError` where workers cannot be had, `StoreError` where no row can
    be written.
    """
    if run is not store.run:
        raise StoreError("the store was opened for another run function")
    if differing := [name for name in ONE_WORLD if getattr(study, name) != getattr(store.study, name)]:
        raise StoreError(f"the store was opened for a study that differs in {', '.join(differing)}")
    if run is None:
        assert store.base is not None
        run = functools.partial(run_scenario, store.base, study.until, store.series(study))
    call = functools.partial(attempt, run, store.code)
    workers = workers or cores()
    tasks = missing(study, store)
    results = _by_processes(call, tasks, workers) if executor is None else _by(executor, call, tasks, workers)
    for task, result in results:
        store.add(task.key, task.point, task.seed, result)
        if on_result is not None:
            on_result(with_outputs(result, study.outputs))


def missing(study: Study, store: Store) -> Iterator[Task]:
    """The runs that are not in the store, or lack a series there, in the order of the design."""
    series = frozenset(store.series(study))
    for point in study.point_list():
        for seed in study.seeds:
            key = store.key(point, seed)
            if store.status(key, series) in (None, LACKING):
                yield Task(key, point, seed)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of fresh processes that end when the block is left in a hurry, or when this process is killed."""
    watched, held = Pipe(duplex=False)  # only this process holds the end `held`, so its death closes it
    pool = ProcessPoolExecutor(workers, get_context("spawn"), start_worker, (watched,))
    try:
        yield pool
    except BaseException:
        held.close()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        held.close()
        watched.close()


Call = Callable[[Settings, int], Result]


def _by_processes(call: Call, tasks: Iterator[Task], workers: int) -> Iterator[tuple[Task, Result]]:
    """Results as they come. When a worker dies, all runs in flight are suspects and are run again one by one."""
    if (first := next(tasks, None)) is None:
        return
    tasks = chain([first], tasks)
    with processes(1) as pool:
        try:
            pool.submit(os.getpid).result()
        except BrokenExecutor:
            guard = "a script that runs a study needs `if __name__ == '__main__':` around its own work"
            raise WorkerError(f"no worker process can be started; {guard}") from None
    suspects: list[Task] = []
    while True:
        with processes(workers) as pool:
            yield from _drain(pool, call, tasks, AHEAD * workers, suspects)
        if not suspects:
            return
        yield from _one_by_one(call, suspects)


def _one_by_one(call: Call, suspects: list[Task]) -> Iterator[tuple[Task, Result]]:
    """Results of suspects, each alone in flight; a worker that dies is replaced."""
    deaths: Counter[str] = Counter()
    while suspects:
        with processes(1) as pool:
            while suspects:
                task = suspects.pop()
                try:
                    yield task, _result(pool.submit(call, task.point, task.seed).result)
                except BrokenExecutor:
                    deaths[task.key] += 1
                    if deaths[task.key] == LONE_TRIES:
                        yield task, _killed()
                    else:
                        suspects.append(task)
                    break


def _by(executor: Executor, call: Call, tasks: Iterator[Task], workers: int) -> Iterator[tuple[Task, Result]]:
    """Results from an executor that somebody else brings, and mends."""
    suspects: list[Task] = []
    yield from _drain(executor, call, tasks, AHEAD * workers, suspects)
    if suspects:
        raise WorkerError("the executor broke down; the rows so far stay, and the same command goes on")


def _drain(
    pool: Executor, call: Call, tasks: Iterator[Task], most: int, suspects: list[Task]
) -> Iterator[tuple[Task, Result]]:
    """Results as they come, never more than `most` runs in flight. What was in flight at a break-down is a suspect."""
    flying: dict[Future[Result], Task] = {}
    while True:
        while not suspects and len(flying) < most and (task := next(tasks, None)) is not None:
            try:
                flying[pool.submit(call, task.point, task.seed)] = task
            except BrokenExecutor:
                suspects.append(task)
        if not flying:
            return
        for future in wait(flying, return_when=FIRST_COMPLETED).done:
            task = flying.pop(future)
            try:
                result = _result(future.result)
            except BrokenExecutor:
                suspects.append(task)
            else:
                yield task, result


def _result(of: Callable[[], Result]) -> Result:
    """The result of a future; what goes wrong around a run and not in it ends the sweep in one line."""
    try:
        return of()
    except BrokenExecutor:
        raise
    except OtherCodeError:
        raise WorkerError("a worker runs another version of the code; install this one there") from None
    except CancelledError:
        raise ClusterError("the cluster was lost; the rows so far stay, and the same command goes on") from None
    except Exception as error:
        if type(error).__name__ == "KilledWorker":  # of Dask, which has then tried the run on several workers
            return _killed()
        raise WorkerError(f"a worker cannot run the study: {type(error).__name__}: {error}") from None


def _killed() -> Result:
    return Result(FAILED, "its worker died each time it was run", {}, 0.0)
