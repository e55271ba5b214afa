"""The runs of a forecast side by side, each with a weight: series from December 2020 on, and the ends of plans.

The last month that was known is kept with them, so that the exits of January can be told, and a stock on its first day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from abm.clock import PERIODS_PER_MONTH, collection_date, half_month
from abm.errors import FileError
from abm.observation.facts import FACTS_END
from abm.observation.quantities import Steps

KNOWN = PERIODS_PER_MONTH  # half-months that were known, before those that are forecast
START = half_month(FACTS_END) + 1  # the first half-month that is forecast
NEVER = int(np.iinfo(np.int32).max)  # the half-month in which a plan ends that does not
FLOWS = ("aid", "aided")  # of which what came before counts too
BILL = ("run_off", "returned", "conversion")  # what the end of a plan costs its parent
PER_MEMBER = ("share", "relative_risk", "mean_age")  # which a plan without members does not have
SERIES = ("members", "members_sharing", *FLOWS, *PER_MEMBER, *BILL)


@dataclass(frozen=True)
class Ensemble:
    """What runs say; arrays have a row a run, series a column a half-month from `first` on.

    `series`: by ``platform.series``; not a number where there is no value. `before`: what the flows among them came to
    until `first`. `announced`, `ended`: by platform, the half-month of the announcement and of the last cover, or
    `NEVER`; `kind`: of the end, in a word, empty without one. The weights sum to one.
    """

    member: np.ndarray
    seed: np.ndarray
    weight: np.ndarray
    first: int
    series: Mapping[str, np.ndarray]
    before: Mapping[str, np.ndarray]
    announced: Mapping[str, np.ndarray]
    ended: Mapping[str, np.ndarray]
    kind: Mapping[str, np.ndarray]

    @property
    def platforms(self) -> tuple[str, ...]:
        """The plans that it tells of."""
        return tuple(self.announced)

    @property
    def last(self) -> int:
        """The last half-month."""
        return self.first + int(next(iter(self.series.values())).shape[1]) - 1

    @property
    def numbers(self) -> np.ndarray:
        """The half-months of the columns."""
        return np.arange(self.first, self.last + 1)

    @property
    def days(self) -> list[date]:
        """The collection days of the columns."""
        return [collection_date(number) for number in self.numbers.tolist()]

    def has(self, platform: str, *names: str) -> bool:
        """Whether some series of a plan are there."""
        return all(f"{platform}.{name}" in self.series for name in names)

    def steps(self, platform: str, name: str, since_launch: bool = False) -> Steps:
        """A series of a plan as the readings of facts take it, runs x half-months; a flow also `since_launch`."""
        value = self.series[f"{platform}.{name}"]
        if since_launch:
            value = self.before[f"{platform}.{name}"][:, None] + np.nancumsum(value, axis=1)
        return Steps(self.numbers, np.array([day.toordinal() for day in self.days]), value)


def quantiles(values: np.ndarray, weight: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Quantiles down the rows of weighted values, levels x columns: the least value up to which that much weight lies.

    Rows without a value do not count; not a number where none has one.
    """
    order = np.argsort(values, axis=0, kind="stable")  # what is not a number comes last
    ordered = np.take_along_axis(values, order, axis=0)
    weights = np.where(np.isnan(ordered), 0.0, weight[order])
    reached, total = np.cumsum(weights, axis=0), weights.sum(axis=0)
    found = np.empty((len(levels), values.shape[1]))
    for row, level in enumerate(levels):
        at = np.argmax(reached >= (level - 1e-12) * total, axis=0)
        found[row] = np.where(total > 0, np.take_along_axis(ordered, at[None], axis=0)[0], np.nan)
    return found


def mean(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weighted means down the rows, of those with a value; not a number where none has one."""
    there = np.where(np.isnan(values), 0.0, weight[:, None])
    total = there.sum(axis=0)
    summed = np.nansum(values * weight[:, None], axis=0)
    found: np.ndarray = np.divide(summed, total, out=np.full(total.shape, np.nan), where=total > 0)
    return found


MAPS = ("series", "before", "announced", "ended", "kind")
PLAIN = ("member", "seed", "weight", "first")


def save(ensemble: Ensemble, path: Path) -> None:
    """Write an ensemble, compressed, the same bytes each time; series to seven digits."""
    arrays = {name: np.asarray(getattr(ensemble, name)) for name in PLAIN}
    for name in MAPS:
        for key, value in getattr(ensemble, name).items():
            arrays[f"{name}:{key}"] = value.astype(np.float32) if name == "series" else value
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load(path: Path) -> Ensemble:
    """Read an ensemble. Raises `FileError` where there is none or it is not what was written."""
    maps: dict[str, dict[str, np.ndarray]] = {name: {} for name in MAPS}
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            for key in arrays.files:
                name, colon, rest = key.partition(":")
                if colon:
                    value = arrays[key]
                    maps[name][rest] = value.astype(float) if name == "series" else value
            member, seed, weight = (arrays[name] for name in PLAIN[:3])
            return Ensemble(member, seed, weight, int(arrays["first"]), **maps)
    except FileNotFoundError:
        raise FileError(f"{path.parent}: has no {path.name}; give the folder of `huzhu forecast`") from None
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror or error}") from None
    except Exception:  # whatever numpy and zip make of a damaged file
        raise FileError(f"{path}: is damaged; make the forecast again") from None
