"""Designs: which settings the runs of a study have, in a fixed order. Pure functions of their arguments.

A random design is a sample of the unit cube, a column a setting; the same seed gives the same sample.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

Rows = Iterator[tuple[float, ...]]
LEVELS = 4  # of each setting in the trajectories of Morris
CHUNK = 1024  # rows drawn at a time; a power of two, as Sobol's sequence wants


def grid(levels: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """Every combination of levels; the last setting changes fastest."""
    return itertools.product(*levels)


def latin_hypercube(settings: int, points: int, seed: int) -> Rows:
    """As many points as slices of every setting, one in each slice (McKay, Beckman and Conover 1979)."""
    from scipy.stats.qmc import LatinHypercube

    for row in LatinHypercube(settings, rng=seed).random(points):
        yield tuple(row.tolist())


def saltelli(settings: int, points: int, seed: int) -> Rows:
    """Two samples A and B, and A with one column of B at a time, for Sobol indices (Saltelli and others 2010).

    Row by row: A, then A with column 1, 2, ... of B, then B: `settings` + 2 rows for each of the `points`, the order
    of SALib's samples without second order. A and B are halves of one scrambled Sobol sequence.
    """
    from scipy.stats.qmc import Sobol

    sequence = Sobol(2 * settings, rng=seed)
    for first in range(0, points, CHUNK):
        for row in sequence.random(min(CHUNK, points - first)).tolist():
            a, b = tuple(row[:settings]), tuple(row[settings:])
            yield a
            for column in range(settings):
                yield (*a[:column], b[column], *a[column + 1 :])
            yield b


def morris(settings: int, points: int, seed: int) -> Rows:
    """So many trajectories of `settings` + 1 points, each of which changes one setting by 2/3 (Morris 1991)."""
    from SALib.sample.morris import sample

    problem = {"num_vars": settings, "names": list(map(str, range(settings))), "bounds": [[0.0, 1.0]] * settings}
    for row in sample(problem, points, num_levels=LEVELS, seed=seed):
        yield tuple(row.tolist())


def level(low: float, high: float, scale: str, place: float) -> float:
    """The value at a place from 0 to 1 of a range; on a log scale equal steps are equal ratios."""
    if place in (0.0, 1.0):
        return high if place else low
    if scale == "log":
        return math.exp(math.log(low) + place * (math.log(high) - math.log(low)))
    return low + place * (high - low)


def levels(points: int, at: Callable[[float], Any]) -> list[Any]:
    """So many values evenly spread over a range, both ends among them."""
    return [at(float(place)) for place in np.linspace(0.0, 1.0, points)]
