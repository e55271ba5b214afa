"""Points of a design as a study, whose runs are in a store; and what they show of each target, as one array."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from abm.errors import StudyError
from abm.observation.facts import FACTS_END
from abm.runs.outputs import ENDS
from abm.runs.results import RUNS
from abm.study.axis import Settings
from abm.study.calibrate.space import Space
from abm.study.calibrate.targets import Target, read_outputs, series_needed
from abm.study.progress import at_work
from abm.study.store import Store
from abm.study.study import Study
from abm.study.sweep import run_study
from abm.study.worker import DONE


class Question(NamedTuple):
    """What is calibrated: a scenario with these plans, what varies in it, and what it is held against."""

    scenario: str
    platforms: tuple[str, ...]
    space: Space
    targets: tuple[Target, ...]
    changes: Settings
    until: date = FACTS_END  # nothing of what followed is simulated, so nothing of it can be fitted


class Work(NamedTuple):
    """Where the runs go, how many processes do them, who hears what is to be run, and what is done of it again."""

    folder: Path
    workers: int | None
    say: Callable[[str], object]
    anew: bool = False
    retry: bool = False


def study_of(asked: Question, title: str, places: np.ndarray, persons: int, seeds: int, luck: int = 1) -> Study:
    """Every place as a case with so many seeds, the same ones at every point. `places`: points x names."""
    return Study(
        title=title,
        scenario=asked.scenario,
        persons=persons,
        until=asked.until,
        changes=asked.changes,
        design="cases",
        cases=asked.space.cases(places),
        replicates=seeds,
        seed=luck,
        outputs=(ENDS,),
        series=series_needed(asked.targets, asked.platforms),
    )


def shown(study: Study, store: Store, targets: Sequence[Target], platforms: Sequence[str]) -> np.ndarray:
    """What the runs of a study show of each target: points x seeds x targets, not a number where one is missing."""
    found = np.full((study.size, study.replicates, len(targets)), np.nan)
    for number, _, seed, result in store.kept(study):
        if result.status == DONE:
            found[number, seed - study.seed] = read_outputs(targets, result.outputs, platforms)
    return found


def carried_out(asked: Question, study: Study, work: Work) -> np.ndarray:
    """What the runs of a study show, as `shown`, when those that its store lacks are done; each study has its store.

    A run that fails stays a row of the store, and shows nothing. Raises `StudyError` where all failed, and as
    `run_study` and `Store` do.
    """
    folder = work.folder / RUNS / study.title
    with at_work(study, folder, work.say, anew=work.anew, retry=work.retry) as progress:
        run_study(study, progress.store, workers=work.workers, on_result=progress.on_result)
        progress.bar.close()
        _tell_failed(study, progress.store, work)
        return shown(study, progress.store, asked.targets, asked.platforms)


def _tell_failed(study: Study, store: Store, work: Work) -> None:
    """Say how many runs failed, and why one of them did. Raises `StudyError` where all did."""
    rows, failed = store.count()
    if not failed:
        return
    words = f"{study.title}: {failed:,} of {rows:,} runs failed, one of them for this: {store.reason()}"
    if failed == rows:
        raise StudyError(words)
    work.say(words)
