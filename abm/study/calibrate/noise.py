"""Noise: how much runs that differ in luck alone differ in each target, and how that depends on the number of persons.

A run is large enough where its luck is small against the bands of the targets; what is left of it is told to the
emulators. Half the standard deviation of a band adds an eighth to its width.

Source: Andrianakis et al. (2015), who estimate the variance between runs of a point before anything is ruled out.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from abm.observation.precision import CHANCE
from abm.study import design
from abm.study.calibrate.runs import Question, Work, carried_out, study_of
from abm.study.calibrate.targets import Target

POINTS, SEEDS = 20, 5  # of the question, to begin with
SMALL = 0.5  # of a band
MOST_TARGETS = 0.9  # that are to be quiet at the size that is chosen
OF_A_CHANCE = 0.5  # as band: the largest standard deviation that a chance has


def measure(
    asked: Question, sizes: Sequence[int], work: Work, points: int = POINTS, seeds: int = SEEDS, luck: int = 1
) -> pd.DataFrame:
    """The noise of the same points, spread over the whole space, at each number of persons; as `noise_table`."""
    places = np.array(list(design.latin_hypercube(len(asked.space.names), points, luck)))
    studies = {persons: study_of(asked, f"noise-{persons}", places, persons, seeds, luck) for persons in sizes}
    return noise_table({persons: carried_out(asked, each, work) for persons, each in studies.items()}, asked.targets)


def band(target: Target) -> float:
    """How wide a target is: the standard deviation of observation and discrepancy together, on its scale."""
    if target.scale == CHANCE:
        return OF_A_CHANCE
    return float(np.sqrt(target.observation + target.discrepancy))


def between_seeds(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Variance between seeds and its degrees of freedom, for each target, pooled over points.

    `values`: points x seeds x targets; runs that show nothing are left out, and of a point with one run nothing is
    learned. Not a number where no point has two.
    """
    seen = np.isfinite(values)
    runs = seen.sum(axis=1)
    means = np.nan_to_num(mean_shown(values))
    squares = (np.where(seen, values - means[:, None], 0.0) ** 2).sum(axis=(0, 1))
    freedom = np.maximum(runs - 1, 0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(freedom > 0, squares / freedom, np.nan), freedom


def mean_shown(values: np.ndarray) -> np.ndarray:
    """The mean over the seeds that show a target, of points x seeds (x targets); not a number where none does."""
    seen = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(seen, values, 0.0).sum(axis=1) / seen.sum(axis=1))


def noise_table(by_persons: Mapping[int, np.ndarray], targets: Sequence[Target]) -> pd.DataFrame:
    """A row for each number of persons and target: the standard deviation between seeds, beside the band's."""
    rows = []
    for persons, values in by_persons.items():
        variance, freedom = between_seeds(values)
        for at, target in enumerate(targets):
            luck = float(np.sqrt(variance[at]))
            rows.append(
                {
                    "persons": persons,
                    "target": target.name,
                    "platform": target.platform,
                    "words": target.words,
                    "between_seeds_sd": luck,
                    "freedom": int(freedom[at]),
                    "band_sd": band(target),
                    "over_band": luck / band(target),
                }
            )
    return pd.DataFrame(rows)


def falling(table: pd.DataFrame) -> pd.Series:
    """By target, the power with which the variance between seeds falls with persons: 1 is luck of single persons.

    Near 0 no number of persons helps: luck of the world itself, as the day of an end. Not a number where the luck was
    measured at fewer than two sizes, or is none.
    """
    found = {}
    for name, rows in table.groupby("target", sort=False):
        seen = rows[rows["between_seeds_sd"] > 0]
        enough = seen["persons"].nunique() > 1
        persons, variance = np.log(seen["persons"]), 2 * np.log(seen["between_seeds_sd"])
        found[name] = -float(np.polyfit(persons, variance, 1)[0]) if enough else float("nan")
    return pd.Series(found, name="power")


def quiet(table: pd.DataFrame) -> pd.Series:
    """By number of persons, the part of the targets whose luck is small against their bands; unseen ones are not."""
    return (table["over_band"] < SMALL).groupby(table["persons"]).mean()


def size_for(table: pd.DataFrame) -> int | None:
    """The smallest number of persons at which most targets are quiet; None where more are needed than were tried."""
    parts = quiet(table)
    enough = parts.index[parts >= MOST_TARGETS]
    return int(enough.min()) if len(enough) else None


def loud(table: pd.DataFrame, persons: int) -> list[str]:
    """The targets whose luck is not small at a size, the loudest first, those that no run shows at the end."""
    rows = table[(table["persons"] == persons) & ~(table["over_band"] < SMALL)]
    return list(rows.sort_values("over_band", ascending=False)["target"])
