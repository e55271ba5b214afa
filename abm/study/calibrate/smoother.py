"""An ensemble smoother: places moved towards the observations along what the ensemble shows of the whole.

It takes what runs show to be a straight function of the place and all spreads to be normal, which they are not: so it
proposes places for a wave, and rules nothing out.

Sources: van Leeuwen and Evensen, Data assimilation and inverse methods in terms of a probabilistic formulation, Monthly
Weather Review 124 (1996); Emerick and Reynolds, Ensemble smoother with multiple data assimilation (2013).
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from abm.observation.precision import CHANCE
from abm.study.calibrate.targets import Target

EDGE = 1e-3  # of the cube: places nearer to it are moved to it


def smoothed(
    places: np.ndarray, shown: np.ndarray, targets: Sequence[Target], luck: int = 0, inflation: float = 1.0
) -> np.ndarray:
    """Each place after one step towards the observations, which are disturbed anew for each by their own variance.

    `places`: points x inputs, from 0 to 1, moved on the scale of normal quantiles, so that they stay inside. `shown`:
    points x targets, means over seeds. `inflation`: of the variances, where several steps are to be taken; their
    reciprocals then sum to 1. Chances, and targets that a run of the ensemble does not show, are left out. One place
    alone says nothing of the whole, and stays.
    """
    if len(places) < 2:
        return np.array(places)
    taken = [
        at for at, target in enumerate(targets) if target.scale != CHANCE and bool(np.isfinite(shown[:, at]).all())
    ]
    variance = inflation * np.array([targets[at].observation + targets[at].discrepancy for at in taken])
    observed = np.array([targets[at].observed for at in taken])
    inner, seen = norm.ppf(np.clip(places, EDGE, 1.0 - EDGE)), shown[:, taken]
    moved = inner - inner.mean(axis=0), seen - seen.mean(axis=0)
    freedom = len(places) - 1
    cross, own = moved[0].T @ moved[1] / freedom, moved[1].T @ moved[1] / freedom
    gain = cross @ np.linalg.pinv(own + np.diag(variance), hermitian=True)
    disturbed = observed + np.sqrt(variance) * np.random.default_rng(luck).standard_normal(seen.shape)
    bound = np.array([targets[at].at_least for at in taken], bool)
    disturbed = np.where(bound & (seen > disturbed), seen, disturbed)
    return np.asarray(norm.cdf(inner + (disturbed - seen) @ gain.T))
