"""Screening: which numbers move which targets, by elementary effects; what moves none is fixed, and named.

Trajectories over the whole space change one name at a time; the mean size of the change over a whole range is the
measure (Morris 1991; mean of sizes by Campolongo, Cariboni and Saltelli 2007). Settings that go together are one name.
A number moves a target where that is surely above what luck alone does, and not small against the target's band.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from abm.errors import StudyError
from abm.study import design
from abm.study.calibrate.noise import band, between_seeds
from abm.study.calibrate.runs import Question, Work, carried_out, study_of
from abm.study.calibrate.space import Space
from abm.study.calibrate.targets import Target

TRAJECTORIES = 10
MATTERS = 0.5  # of a band, over the whole range of a number
STEP = design.LEVELS / (2 * (design.LEVELS - 1))  # of a trajectory
CONFIDENCE, RESAMPLES, LUCK = 0.95, 500, 1
MOST_LOST = 0.5  # of the trajectories, or a target tells nothing


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

    `places`: those of `trajectories`; `values`: points x seeds x targets. A trajectory in which a target is not shown
    tells nothing of it. Raises `StudyError` where no target is shown in half of them.
    """
    block = len(names) + 1
    if len(places) % block:
        raise StudyError(f"{len(places)} points are no trajectories of {len(names)} names; each has {block}")
    variance, _ = between_seeds(values)
    means, rows = values.mean(axis=1), []
    for at, target in enumerate(targets):
        shown = means[:, at].reshape(-1, block)
        kept = np.isfinite(shown).all(axis=1)
        if (~kept).mean() > MOST_LOST:
            continue
        whole = places.reshape(-1, block, len(names))[kept].reshape(-1, len(names))
        luck = _by_luck(0.0 if np.isnan(variance[at]) else float(variance[at]), values.shape[1])
        for name, size, half, mean, spread in _elementary(whole, shown[kept].ravel(), names):
            enough = max(luck, MATTERS * band(target))
            found = {"target": target.name, "words": target.words, "name": name, "mean_size": size, "bound": half}
            found |= {"mean_effect": mean, "spread": spread, "by_luck": luck, "over_band": size / band(target)}
            rows.append(found | {"moves": bool(size - half > luck and size > enough)})
    if not rows:
        raise StudyError(f"no target is shown in {1 - MOST_LOST:.0%} of the trajectories; take more persons")
    return pd.DataFrame(rows)


def _by_luck(variance: float, seeds: int) -> float:
    """The mean size of an effect where a number does nothing: of the difference of two means of seeds, over a step."""
    return float(np.sqrt(4.0 * variance / (np.pi * seeds)) / STEP)


def _elementary(
    places: np.ndarray, values: np.ndarray, names: Sequence[str]
) -> Iterator[tuple[str, float, float, float, float]]:
    """Name, mean size with its bound, mean and spread of elementary effects, as SALib has them."""
    from SALib.analyze import morris

    if np.ptp(values) == 0:
        yield from ((name, 0.0, 0.0, 0.0, 0.0) for name in names)
        return
    problem = {
        "num_vars": len(names),
        "names": list(names),
        "bounds": [[0.0, 1.0]] * len(names),
        "groups": None,
    }
    found = morris.analyze(problem, places, values, RESAMPLES, CONFIDENCE, num_levels=design.LEVELS, seed=LUCK)
    columns = (found[each] for each in ("mu_star", "mu_star_conf", "mu", "sigma"))
    for name, *numbers in zip(names, *columns, strict=True):
        size, half, mean, spread = map(float, numbers)
        yield name, size, half, mean, spread


def moved(table: pd.DataFrame) -> dict[str, list[str]]:
    """The targets that each name moves, the most moved first; none for a name that moves nothing."""
    found: dict[str, list[str]] = {name: [] for name in table["name"].unique()}
    for row in table[table["moves"]].sort_values("over_band", ascending=False).to_dict("records"):
        found[row["name"]].append(row["target"])
    return found


def idle(table: pd.DataFrame) -> list[str]:
    """What moves no target, and is fixed."""
    return [name for name, targets in moved(table).items() if not targets]


def unmoved(table: pd.DataFrame) -> list[str]:
    """The targets that nothing moves: no calibration can meet them better."""
    movable = set(table[table["moves"]]["target"])
    return [name for name in table["target"].unique() if name not in movable]
