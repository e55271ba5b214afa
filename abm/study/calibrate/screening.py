"""Screening: which numbers move which targets, by elementary effects; what moves none is named, and is luck.

Trajectories over the whole space change one name at a time; the mean size of the change over a whole range is the
measure (Morris 1991; mean of sizes by Campolongo, Cariboni and Saltelli 2007). Settings that go together are one name.
A number moves a target where that is surely above what luck alone does, and not small against the target's band.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from abm.errors import StudyError
from abm.study import design
from abm.study.calibrate.noise import band, between_seeds, mean_shown
from abm.study.calibrate.runs import Question, Work, carried_out, study_of
from abm.study.calibrate.space import Space
from abm.study.calibrate.targets import Target

TRAJECTORIES = 10
MATTERS = 0.5  # of a band, over the whole range of a number
STEP = design.LEVELS / (2 * (design.LEVELS - 1))  # of a trajectory
SURE = 1.96  # standard errors of a mean: 95 %
MOST_LOST = 0.5  # of the changes of a name, or nothing is said of it


def trajectories(space: Space, number: int = TRAJECTORIES, luck: int = 1) -> np.ndarray:
    """The places of so many trajectories: number x (names + 1) rows, a column a name."""
    return np.array(list(design.morris(len(space.names), number, luck)))


def screen(
    asked: Question, persons: int, work: Work, number: int = TRAJECTORIES, seeds: int = 1, luck: int = 1
) -> pd.DataFrame:
    """The effects of every name of the space on every target, as `effects`, from runs of this size."""
    places = trajectories(asked.space, number, luck)
    study = study_of(asked, f"screening-{persons}", places, persons, seeds, luck)
    return effects(places, carried_out(asked, study, work), asked.space.names, asked.targets)


def effects(places: np.ndarray, values: np.ndarray, names: Sequence[str], targets: Sequence[Target]) -> pd.DataFrame:
    """A row for each target and name: mean size, mean and spread of the change over a whole range; and if it moves.

    `places`: those of `trajectories`; `values`: points x seeds x targets. A change from or to a point that does not
    show a target tells nothing of it; of a name of which fewer than half of the changes tell something, nothing is
    said. Raises `StudyError` where nothing is said of any.
    """
    block = len(names) + 1
    if len(places) % block:
        raise StudyError(f"{len(places)} points are no trajectories of {len(names)} names; each has {block}")
    variance, _ = between_seeds(values)
    means, rows = mean_shown(values), []
    for at, target in enumerate(targets):
        luck = _by_luck(0.0 if np.isnan(variance[at]) else float(variance[at]), values.shape[1])
        for name, changes in zip(names, _changes(places, means[:, at], block), strict=True):
            known = changes[np.isfinite(changes)]
            if known.size < max(2.0, (1 - MOST_LOST) * changes.size):
                continue
            sizes = np.abs(known)
            size, half = float(sizes.mean()), float(SURE * sizes.std(ddof=1) / np.sqrt(known.size))
            enough = max(luck, MATTERS * band(target))
            found = {"target": target.name, "words": target.words, "name": name, "mean_size": size, "bound": half}
            found |= {"mean_effect": float(known.mean()), "spread": float(known.std(ddof=1)), "by_luck": luck}
            found |= {"over_band": size / band(target), "moves": bool(size - half > luck and size > enough)}
            rows.append(found)
    if not rows:
        raise StudyError(f"no target is shown in {1 - MOST_LOST:.0%} of the trajectories; take more persons")
    return pd.DataFrame(rows)


def _by_luck(variance: float, seeds: int) -> float:
    """The mean size of an effect where a number does nothing: of the difference of two means of seeds, over a step."""
    return float(np.sqrt(4.0 * variance / (np.pi * seeds)) / STEP)


def _changes(places: np.ndarray, values: np.ndarray, block: int) -> np.ndarray:
    """The change over a whole range that each step of each trajectory foretells, names x trajectories."""
    steps = np.diff(places.reshape(-1, block, block - 1), axis=1)
    found = np.empty((block - 1, len(steps)))
    for trajectory, (moved, changed) in enumerate(zip(steps, np.diff(values.reshape(-1, block), axis=1), strict=True)):
        which = np.abs(moved).argmax(axis=1)
        found[which, trajectory] = changed / moved[np.arange(block - 1), which]
    return found


def moved(table: pd.DataFrame) -> dict[str, list[str]]:
    """The targets that each name moves, the most moved first; none for a name that moves nothing."""
    found: dict[str, list[str]] = {name: [] for name in table["name"].unique()}
    for row in table[table["moves"]].sort_values("over_band", ascending=False).to_dict("records"):
        found[row["name"]].append(row["target"])
    return found


def idle(table: pd.DataFrame) -> list[str]:
    """What moves no target by itself."""
    return [name for name, targets in moved(table).items() if not targets]


def unmoved(table: pd.DataFrame) -> list[str]:
    """The targets that nothing moves: no calibration can meet them better."""
    movable = set(table[table["moves"]]["target"])
    return [name for name in table["target"].unique() if name not in movable]
