"""Implausibility: how far what a model shows is from what was observed, over all that may be off between them.

The distance is measured in standard deviations of the observation, the discrepancy of the model, luck (between seeds)
and the emulator together. A place above 3 in a target is ruled out by it; as one target of many may be wrong, the
second largest decides at first, and the largest later. What is not ruled out is not therefore right.

Sources: Craig, Goldstein, Seheult and Smith, Pressure matching for hydrocarbon reservoirs: a case study in the use of
Bayes linear strategies for large computer experiments (1997); Vernon, Goldstein and Bower, Galaxy formation (2010).
"""

from collections.abc import Sequence

import numpy as np

from abm.observation.precision import CHANCE
from abm.study.calibrate.emulators import Prediction
from abm.study.calibrate.noise import between_seeds, mean_shown
from abm.study.calibrate.targets import Target

CUTOFF = 3.0
SECOND_OF_A_MATCH = 2.5


def implausibility(told: Prediction, target: Target) -> np.ndarray:
    """How implausible each place is by one target; 0 above a lower bound.

    The world came out once. Where it met a fact that a run meets with chance p, that is sqrt((1 - p) / p) standard
    deviations off: 1 at one half, 3 at a tenth.
    """
    spread = np.sqrt(target.observation + target.discrepancy + told.between + told.variance)
    away = np.abs(target.observed - told.mean) / spread
    if target.scale != CHANCE and target.at_least:
        away = np.where(told.mean > target.observed, 0.0, away)
    return np.asarray(away)


def of_runs(values: np.ndarray, target: Target) -> np.ndarray:
    """How implausible points are by their own runs, points x seeds, without an emulator; not a number where these are.

    The variance between seeds is the points' common one where there are two and more seeds, and none with one. Runs
    that do not show the target are left out.
    """
    seeds, means = np.isfinite(values).sum(axis=1), mean_shown(values)
    if target.scale == CHANCE:
        chance = np.where(seeds > 0, (np.nan_to_num(means) * seeds + 0.5) / (seeds + 1), np.nan)
        return implausibility(Prediction(chance, np.zeros(len(chance)), chance * (1.0 - chance)), target)
    pooled, _ = between_seeds(values[:, :, np.newaxis])
    between = np.full(len(values), np.nan_to_num(pooled[0]))
    return implausibility(Prediction(means, between / np.maximum(seeds, 1), between), target)


def nth_largest(implausible: np.ndarray, nth: int) -> np.ndarray:
    """The nth largest of each row, places x targets; what is not a number rules nothing out.

    With fewer targets than that it is 0.
    """
    known = np.nan_to_num(implausible, nan=0.0)
    if known.shape[1] < nth:
        return np.zeros(len(known))
    return np.asarray(np.sort(known, axis=1)[:, -nth])


def matches(implausible: np.ndarray) -> np.ndarray:
    """Which rows match the observations: the largest below 3, the second largest below 2.5."""
    return (nth_largest(implausible, 1) < CUTOFF) & (nth_largest(implausible, 2) < SECOND_OF_A_MATCH)


def culprits(implausible: np.ndarray, targets: Sequence[Target]) -> dict[str, float]:
    """The part of the places that each target rules out, the most severe first; none that rules out nothing."""
    parts = (np.nan_to_num(implausible, nan=0.0) >= CUTOFF).mean(axis=0)
    order = np.argsort(-parts, kind="stable")
    return {targets[each].name: float(parts[each]) for each in order if parts[each] > 0}
