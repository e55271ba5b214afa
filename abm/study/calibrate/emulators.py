"""Emulators: what a run would show of a target at any place of the space, and how sure that is, without running it.

Of each target the mean over seeds and the logarithm of the variance between seeds are emulated. The variance of few
seeds is a chi-square variable: its logarithm is taken with the mean and variance that belong to so many seeds. Of a
chance the logit is emulated; its variance between seeds is its own, p (1 - p). A run that does not show a target is
left out, and its point is noisier by so much.

An emulator rules nothing out before it has proved itself: a fifth of the points is held back, and at least 95 % of
these must lie within three standard deviations (Pukelsheim, The three sigma rule, American Statistician 48, 1994). Then
they are added to it; which inputs matter and how smooth it is stays as it was found without them.

Sources: Craig, Goldstein, Seheult and Smith (1997); Andrianakis et al., Bayesian history matching of complex infectious
disease models using emulation, PLoS Comput. Biol. 11 (2015), for stochastic simulators.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import digamma, expit, logit, polygamma

from abm.errors import StudyError
from abm.observation.precision import CHANCE
from abm.study.calibrate.noise import mean_shown
from abm.study.calibrate.surface import Surface, fit

HELD_BACK = 0.2  # of the points
WITHIN = 3.0  # standard deviations
ENOUGH = 0.95  # of the points held back lie within
FEWEST = 30  # points, or nothing is proved
LEAST_VARIANCE = 1e-8  # between seeds: the floor of a logarithm


class Prediction(NamedTuple):
    """At each place: the mean over seeds, the variance of that belief, the variance between seeds."""

    mean: np.ndarray
    variance: np.ndarray
    between: np.ndarray


@dataclass(frozen=True)
class Proof:
    """How an emulator did at points that it had not seen: how many, and the part within three standard deviations.

    `off` is the root mean square of the errors over their standard deviation, 1 where these are right, and `explained`
    the part of the variance of the points that it foretold.
    """

    points: int
    within: float
    off: float
    explained: float

    @property
    def holds(self) -> bool:
        """Whether the emulator may rule out."""
        return self.points > 0 and self.within >= ENOUGH


UNPROVED = Proof(0, 0.0, float("nan"), float("nan"))


@dataclass(frozen=True)
class Emulator:
    """What is believed of one target over the whole space; None for a surface of which nothing is known."""

    scale: str
    mean: Surface | None
    spread: Surface | None  # of the logarithm of the variance between seeds; of a chance None
    proof: Proof

    def predict(self, places: np.ndarray) -> Prediction:
        """What a run would show at places, a row each. Raises `StudyError` where there were too few points."""
        if self.mean is None:
            raise StudyError("an emulator of too few points foretells nothing")
        mean, variance = self.mean.predict(places)
        if self.scale == CHANCE:
            chance = expit(mean)
            own = chance * (1.0 - chance)
            return Prediction(chance, variance * own**2, own)
        return Prediction(mean, variance, _between(self.spread, places))


def emulate(places: np.ndarray, values: np.ndarray, scale: str, luck: int = 0) -> Emulator:
    """The emulator of one target, proved on points held back and then made of all.

    `places`: points x inputs, from 0 to 1. `values`: points x seeds, on the scale; points none of whose runs shows a
    number are left out. `luck` says which are held back.
    """
    seen = np.isfinite(values).any(axis=1)
    places, values = np.asarray(places)[seen], np.asarray(values, float)[seen]
    if len(places) < FEWEST:
        return Emulator(scale, None, None, UNPROVED)
    order = np.random.default_rng(luck).permutation(len(places))
    back, rest = np.split(order, [int(HELD_BACK * len(places))])
    proved = _made(places[rest], values[rest], scale, luck)
    proof = prove(proved, places[back], values[back])
    whole = _made(places, values, scale, luck, proved)
    return Emulator(scale, whole.mean, whole.spread, proof)


def prove(emulator: Emulator, places: np.ndarray, values: np.ndarray) -> Proof:
    """How an emulator does at points that it has not seen, of the mean over their seeds."""
    told = emulator.predict(places)
    shown, seeds = mean_shown(values), np.isfinite(values).sum(axis=1)
    spread = np.sqrt(told.variance + told.between / seeds)
    errors = (shown - told.mean) / np.maximum(spread, LEAST_VARIANCE)
    whole = float(np.var(shown))
    explained = 1.0 - float(np.mean((shown - told.mean) ** 2)) / whole if whole else float("nan")
    return Proof(len(places), float(np.mean(np.abs(errors) <= WITHIN)), float(np.sqrt(np.mean(errors**2))), explained)


def _made(places: np.ndarray, values: np.ndarray, scale: str, luck: int, like: Emulator | None = None) -> Emulator:
    """Both surfaces, of all points that are given, as those of another emulator."""
    before = None if like is None else like.mean
    means, seeds = mean_shown(values), np.isfinite(values).sum(axis=1)
    if scale == CHANCE:  # half a run more of either kind, or a chance of few runs would be 0 or 1 (Jeffreys)
        chance = (means * seeds + 0.5) / (seeds + 1)
        noise = 1.0 / ((seeds + 1) * chance * (1.0 - chance))
        return Emulator(scale, fit(places, logit(chance), noise, luck, before), None, UNPROVED)
    several = seeds > 1
    if several.sum() < FEWEST:  # what differs between seeds is then in the variance of the mean
        return Emulator(scale, fit(places, means, 0.0, luck, before), None, UNPROVED)
    freedom = seeds[several] - 1.0
    logs = np.log(np.maximum(np.nanvar(values[several], axis=1, ddof=1), LEAST_VARIANCE))
    logs -= digamma(freedom / 2) - np.log(freedom / 2)
    spread = fit(places[several], logs, polygamma(1, freedom / 2), luck, smooth=False)
    mean = fit(places, means, _between(spread, places) / seeds, luck, before)
    return Emulator(scale, mean, spread, UNPROVED)


def _between(spread: Surface | None, places: np.ndarray) -> np.ndarray:
    """The variance between seeds at places; none where there was one seed."""
    if spread is None:
        return np.zeros(len(places))
    mean, variance = spread.predict(places)
    return np.asarray(np.exp(mean + variance / 2))
