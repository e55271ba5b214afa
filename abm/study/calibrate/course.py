"""The course of ``huzhu calibrate``: noise, screening, waves, the set of runs that match; and the tables of all that.

Every run is in a store, so a course that was killed goes on, and comes to the same tables.

What moves no target by itself is no input of the emulators. It is not fixed, but drawn anywhere in its range, as luck
that they account for: two hundred numbers of which each hardly matters move the targets together, and what matches
beside the numbers that were set by hand need not match beside others.
"""

from contextlib import nullcontext
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from abm.errors import StudyError
from abm.runs.results import require_results
from abm.study.calibrate import members as of_set
from abm.study.calibrate.calibration import QUICK_NAMES, Calibration, question_of
from abm.study.calibrate.emulators import FEWEST, Emulator, emulate
from abm.study.calibrate.implausibility import culprits
from abm.study.calibrate.noise import loud, mean_shown, measure, size_for
from abm.study.calibrate.record import write
from abm.study.calibrate.runs import Question, Work, carried_out, study_of
from abm.study.calibrate.screening import idle, moved, screen, unmoved
from abm.study.calibrate.smoother import smoothed
from abm.study.calibrate.surface import require_sklearn
from abm.study.calibrate.targets import table_of
from abm.study.calibrate.waves import Wave, design, sample, space_left
from abm.study.sweep import cores, processes

DIGITS = 6  # of a place: a course that goes on finds its runs, whatever the last bits of an emulator
SECOND, LARGEST = 2, 1  # of the implausibilities: the last wave forgives none
SHOWN = 0.5  # of the runs at least, or a target is set aside
NAMED = 6  # in a line


class Step(NamedTuple):
    """A wave with its points and what their runs showed, the part of the space that is left, and what rules out most.

    `places`: points x names; `values`: points x seeds x targets; `severe`: the part of the points that each target
    rules out.
    """

    wave: Wave
    places: np.ndarray
    values: np.ndarray
    left: float
    severe: dict[str, float]


def calibrate(asked: Calibration, work: Work, quick: bool = False) -> dict[str, pd.DataFrame]:
    """Go the whole course and write its tables; returns them by name, and says what was found on the way.

    `quick`: with few persons, points and names, to see that it goes through. Raises `StudyError` where nothing moves a
    target or no place is left, and as stores and runs do.
    """
    require_sklearn()
    require_results(work.folder)
    asked = asked.quick() if quick else asked
    whole = question_of(asked, QUICK_NAMES if quick else None)
    work.say(f"{asked.title}: {len(whole.space.names):,} names, {len(whole.targets):,} targets")
    tables = {"targets": table_of(whole.targets)}
    sizes = asked.sizes or (asked.persons,)
    tables["noise"] = measure(whole, sizes, work, asked.noise_points, asked.noise_seeds, asked.seed)
    work.say(_told_noise(tables["noise"]))
    whole = _without_unseen(whole, tables["noise"], work)
    tables["screening"] = screen(whole, asked.persons, work, asked.trajectories, luck=asked.seed)
    still = idle(tables["screening"])
    if len(still) == len(whole.space.names):
        raise StudyError("nothing that varies moves any target; take more persons, seeds or trajectories")
    rest = _few(unmoved(tables["screening"]))
    work.say(f"{len(still):,} names move no target and are luck in the waves; no name moves {rest}")
    narrowed = whole._replace(space=whole.space.without(still))
    steps: list[Step] = []
    for number in range(1, asked.waves + 1):
        steps.append(_step(asked, whole, narrowed, steps, number, work))
    tables["waves"], tables["emulators"] = _waves_table(steps), _emulators_table(narrowed, steps)
    found = _set(asked, whole, narrowed, steps, work)
    work.say(of_set.told(found, whole.targets))
    tables["members"] = of_set.members_table(found, whole.space, whole.targets)
    tables["known"] = of_set.known_table(found, whole.space, narrowed.space, moved(tables["screening"]))
    tables["directions"] = of_set.directions_table(found, whole.space, narrowed.space)
    if len(found.places):
        tables["met"] = of_set.met_table(found, whole.targets)
    written = write(asked, work.folder, tables, whole, found)
    work.say(f"Written to {work.folder}: {', '.join(written)}")
    return tables


def _without_unseen(whole: Question, noise: pd.DataFrame, work: Work) -> Question:
    """The question without targets that hardly any run shows, as those of a plan whose end is near in all of them."""
    freedom = noise.groupby("target", sort=False)["freedom"].max()
    unseen = set(freedom[freedom < SHOWN * freedom.max()].index)
    if not unseen:
        return whole
    work.say(f"set aside, for few runs show them: {_few(sorted(unseen))}")
    return whole._replace(targets=tuple(each for each in whole.targets if each.name not in unseen))


def _step(asked: Calibration, whole: Question, narrowed: Question, steps: list[Step], number: int, work: Work) -> Step:
    """The next wave: a design in what is left, its runs with the other names anywhere, its emulators."""
    waves, names, luck = [step.wave for step in steps], len(narrowed.space.names), asked.seed + number
    places = design(waves, names, asked.points, luck, _proposed(narrowed, steps[-1], luck) if steps else None)
    places = np.round(places, DIGITS)
    drawn = np.round(of_set.joined(whole.space, narrowed.space, places, luck), DIGITS)
    study = study_of(whole, f"wave-{number}", drawn, asked.persons, asked.seeds, asked.seed)
    values = carried_out(whole, study, work)
    emulators = _emulators(narrowed, number, places, values, luck, work)
    nth = LARGEST if number == asked.waves and number > 1 else SECOND
    wave = Wave(narrowed.targets, emulators, nth)
    left = space_left([*waves, wave], names, asked.seed)
    work.say(f"wave {number}: {len(wave.ruling):,} emulators proved themselves; {left:.2%} of the space is left")
    return Step(wave, places, values, left, culprits(wave.implausible(places), narrowed.targets))


def _emulators(
    narrowed: Question, number: int, places: np.ndarray, values: np.ndarray, luck: int, work: Work
) -> tuple[Emulator, ...]:
    """An emulator for each target, by as many processes as there are for runs."""
    count = len(narrowed.targets)
    given = [places] * count, np.moveaxis(values, 2, 0), [each.scale for each in narrowed.targets], [luck] * count
    workers = work.workers or cores()
    with processes(workers) if workers > 1 else nullcontext() as pool:
        made = map(emulate, *given) if pool is None else pool.map(emulate, *given)
        return tuple(tqdm(made, total=count, desc=f"emulators-{number}", unit="target", disable=None))


def _proposed(narrowed: Question, last: Step, luck: int) -> np.ndarray:
    """The points of a wave, and where an ensemble smoother would move them."""
    means = mean_shown(last.values)
    whole = np.isfinite(means).all(axis=1)
    if whole.sum() < FEWEST:
        return last.places
    return np.concatenate([last.places, smoothed(last.places[whole], means[whole], narrowed.targets, luck)])


def _set(asked: Calibration, whole: Question, narrowed: Question, steps: list[Step], work: Work) -> of_set.Members:
    """The points that match, from what the waves have left."""
    waves = [step.wave for step in steps]

    def propose(number: int) -> np.ndarray:
        luck = asked.seed + asked.waves + number
        start = _proposed(narrowed, steps[-1], luck)
        left = sample(waves, len(narrowed.space.names), asked.members, luck, start)
        return np.round(of_set.joined(whole.space, narrowed.space, left, luck), DIGITS)

    def run(number: int, places: np.ndarray) -> np.ndarray:
        return carried_out(
            whole, study_of(whole, f"set-{number}", places, asked.persons, asked.seeds, asked.seed), work
        )

    return of_set.looked_for(asked.members, asked.rounds, propose, run, whole.targets)


def _waves_table(steps: list[Step]) -> pd.DataFrame:
    """A row a wave: points, emulators that rule, part of the space left, and what rules out most of the space."""
    rows: list[dict[str, Any]] = []
    for number, step in enumerate(steps, 1):
        row: dict[str, Any] = {"wave": number, "points": len(step.places), "ruling": len(step.wave.ruling)}
        row |= {"nth": step.wave.nth, "space_left": step.left, "most_severe": " ".join(list(step.severe)[:NAMED])}
        rows.append(row)
    return pd.DataFrame(rows)


def _emulators_table(narrowed: Question, steps: list[Step]) -> pd.DataFrame:
    """A row for each wave and target: how its emulator proved itself."""
    rows: list[dict[str, Any]] = []
    for number, step in enumerate(steps, 1):
        for target, emulator in zip(narrowed.targets, step.wave.emulators, strict=True):
            active = () if emulator.mean is None else emulator.mean.active
            row = {"wave": number, "target": target.name, "words": target.words, **vars(emulator.proof)}
            names = " ".join(narrowed.space.names[at] for at in active)
            rules = {"rules": emulator.proof.holds, "rules_out": step.severe.get(target.name, 0.0)}
            rows.append(row | rules | {"active": names})
    return pd.DataFrame(rows)


def _told_noise(noise: pd.DataFrame) -> str:
    """Which size is enough, or what is loud at the largest."""
    size, most = size_for(noise), int(noise["persons"].max())
    if size is not None:
        return f"luck is small against the bands of nearly all targets from {size:,} persons on"
    return f"luck is not small at {most:,} persons against the bands of {_few(loud(noise, most))}"


def _few(names: list[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return (", ".join(names[:NAMED]) + more) or "none"
