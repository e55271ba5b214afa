"""A surface through values at places of the unit cube: a sparse quadratic, and a Gaussian process for what it leaves.

Of many inputs few matter to one output. Those that a lasso picks from straight and squared terms are *active*; a second
lasso fits their quadratic, with products of two; a Gaussian process of Matern's kind (nu = 5/2, twice smooth) over the
active ones fits the rest. What the other inputs do is noise to it, part of its variance everywhere (Andrianakis et al.
2015). An input that matters only in a product with another is not found.

Sources: Tibshirani, Regression shrinkage and selection via the lasso (1996); Rasmussen and Williams, Gaussian Processes
for Machine Learning (2006); Craig et al. (1997) for a regression in active inputs and a correlated rest.
"""

import itertools
import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from abm.errors import StudyError

MOST_ACTIVE = 12  # inputs; with more of them a process of some hundred points learns nothing
SMALLEST = 1e-9  # a spread below which values are the same
NU = 2.5
REACH = (0.5, 20.0)  # bounds of length scales, where an input goes from -1 to 1; shorter ones would learn luck
SLIGHT = 0.05  # of the weight of the most active input: below it another is not active


@dataclass(frozen=True)
class Surface:
    """A surface over the unit cube. `active`: the inputs that it depends on."""

    active: tuple[int, ...]
    level: float
    terms: tuple[tuple[int, ...], ...]
    slopes: np.ndarray
    process: Any  # of the rest over its standard deviation, None where there is no rest
    scale: float

    def predict(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance at places, a row each: of what stands there, without the noise of observing it."""
        inputs = _centred(places)
        mean = self.level + _columns(inputs, self.terms) @ self.slopes
        if self.process is None:
            return mean, np.full(len(places), self.scale**2)
        rest, spread = self.process.predict(inputs[:, self.active], return_std=True)
        return mean + self.scale * rest, (self.scale * spread) ** 2


def require_sklearn() -> None:
    """Raise `StudyError` where scikit-learn is not installed."""
    if find_spec("sklearn") is None:
        raise StudyError("a calibration needs the package scikit-learn: pip install 'huzhu[calibrate]'")


def fit(
    places: np.ndarray,
    values: np.ndarray,
    noise: np.ndarray | float = 0.0,
    luck: int = 0,
    like: Surface | None = None,
    smooth: bool = True,
) -> Surface:
    """The surface through values at places, each seen with a noise of this variance; `luck` parts the folds of a lasso.

    `places`: points x inputs, from 0 to 1. `like`: a surface of some of the points, whose active inputs and length
    scales are kept. Without `smooth` the rest is a spread and no process. Raises `StudyError` where scikit-learn is not
    installed.
    """
    require_sklearn()
    from sklearn.exceptions import ConvergenceWarning

    inputs, level = _centred(places), float(values.mean())
    if np.std(values) < SMALLEST:
        return Surface((), level, (), np.zeros(0), None, float(np.sqrt(np.mean(noise))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a bound that is reached is an answer
        active = _active(inputs, values, luck) if like is None else like.active
        if not active:
            own = max(float(values.var() - np.mean(noise)), SMALLEST**2)
            return Surface((), level, (), np.zeros(0), None, own**0.5)
        terms = (*((each,) for each in active), *itertools.combinations_with_replacement(active, 2))
        level, slopes = _lasso(_columns(inputs, terms), values, luck)
        rest = values - level - _columns(inputs, terms) @ slopes
        if not smooth:
            own = max(float(rest.var() - np.mean(noise)), SMALLEST**2)
            return Surface(active, level, terms, slopes, None, own**0.5)
        scale = max(float(rest.std()), SMALLEST)
        known = None if like is None or like.process is None else like.process.kernel_
        process = _process(inputs[:, active], rest / scale, np.asarray(noise) / scale**2, known)
    return Surface(active, level, terms, slopes, process, scale)


def _active(inputs: np.ndarray, values: np.ndarray, luck: int) -> tuple[int, ...]:
    """The inputs that a lasso of straight and squared terms picks."""
    straight = [(each,) for each in range(inputs.shape[1])]
    squares = [(each, each) for each in range(inputs.shape[1])]
    _, slopes = _lasso(_columns(inputs, (*straight, *squares)), values, luck)
    weight = np.abs(slopes).reshape(2, -1).sum(axis=0)
    ranked = np.argsort(-weight, kind="stable")[:MOST_ACTIVE]
    return tuple(sorted(int(each) for each in ranked if weight[each] > SLIGHT * weight.max()))


def _centred(places: np.ndarray) -> np.ndarray:
    return 2.0 * np.asarray(places, float) - 1.0


def _columns(inputs: np.ndarray, terms: tuple[tuple[int, ...], ...]) -> np.ndarray:
    """A column for each term: an input, its square, a product of two."""
    if not terms:
        return np.zeros((len(inputs), 0))
    return np.column_stack([np.prod(inputs[:, list(term)], axis=1) for term in terms])


def _lasso(columns: np.ndarray, values: np.ndarray, luck: int) -> tuple[float, np.ndarray]:
    """Level and slopes of a lasso whose penalty is chosen by what it says of values that it has not seen."""
    from sklearn.linear_model import LassoCV
    from sklearn.model_selection import KFold

    middle, spread = columns.mean(axis=0), np.maximum(columns.std(axis=0), SMALLEST)
    folds = KFold(5, shuffle=True, random_state=luck)
    found = LassoCV(cv=folds, max_iter=20_000).fit((columns - middle) / spread, values)
    slopes = found.coef_ / spread
    return float(found.intercept_ - middle @ slopes), slopes


def _process(inputs: np.ndarray, values: np.ndarray, noise: np.ndarray, known: Any = None) -> Any:
    """A Gaussian process, of a `known` kernel; what neither it nor the noise explains is a variance of its own."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    jitter = np.broadcast_to(noise + 1e-8, len(values)).copy()
    if known is not None:
        return GaussianProcessRegressor(known, alpha=jitter, optimizer=None).fit(inputs, values)
    smooth = ConstantKernel(0.5, (1e-3, 1e2)) * Matern([2.0] * inputs.shape[1], REACH, nu=NU)
    kernel = smooth + WhiteKernel(0.5, (1e-6, 1e1))
    return GaussianProcessRegressor(kernel, alpha=jitter).fit(inputs, values)
