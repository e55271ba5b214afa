"""What the quantities of the facts file mean: of which kind they are, which series show them, how dates are read.

Announced, sharing, joined and registered members are different quantities and differ several-fold. Not here, for
want of a series that could show them: the mean age of the aided, years of birth, rural homes, staff. Quantities of
the industry are read off all plans together (`industry`).
"""

import math
import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from abm.clock import collection_date, half_month, periods
from abm.errors import DataError

WAIT = periods(90)  # members of a day are the covered of six half-months later

# Below these a value counts as this much, so that a ratio can be taken of nothing: half a person, case or plan, half of
# the smallest share there is, half of the smallest aid for a case (100,000 yuan), half a percent.
FLOORS = {"persons": 0.5, "cases": 0.5, "plans": 0.5, "yuan a member": 0.005, "yuan": 50_000.0, "1": 0.005}


@dataclass(frozen=True)
class Steps:
    """A simulated series: its half-months, their collection days as ordinals, its values."""

    number: np.ndarray
    day: np.ndarray
    value: np.ndarray

    def within(self, first: date, last: date) -> np.ndarray:
        """The values of the half-months from the one of `first` to the one of `last`."""
        return self.value[(self.number >= half_month(first)) & (self.number <= half_month(last))]


def stock(steps: Steps, first: date, last: date) -> float:
    """A number that stands: on a day between two collection days, in a straight line; over a month, the mean.

    The line matters at the start, where ten million joined within one half-month. Before it there was nobody.
    """
    if first != last:
        return float(steps.within(first, last).mean())
    before = collection_date(int(steps.number[0]) - 1).toordinal()
    return float(np.interp(first.toordinal(), [before, *steps.day], [0.0, *steps.value]))


def of_period(steps: Steps, first: date, last: date) -> float:
    """What is published once a half-month: that of the day's half-month; over months, the mean."""
    return float(steps.within(first, last).mean())


def total(steps: Steps, first: date, last: date) -> float:
    """The sum over a year or a quarter; before the simulation began there was nothing."""
    return float(steps.within(first, last).sum())


def since_launch(steps: Steps, _first: date, last: date) -> float:
    """The sum from the start to a day, read as a stock is, or to the last day of a month."""
    return stock(replace(steps, value=steps.value.cumsum()), last, last)


def year_so_far(steps: Steps, _first: date, last: date) -> float:
    """What was collected from the first of January to the day."""
    return float(steps.value[(steps.day >= date(last.year, 1, 1).toordinal()) & (steps.day <= last.toordinal())].sum())


def most(steps: Steps, first: date, last: date) -> float:
    """The largest value of the time."""
    return float(steps.within(first, last).max())


def once_covered(steps: Steps, first: date, last: date) -> float:
    """The mix of members of some days, read off the covered after the waiting period, when they are the same people.

    Of days before the first members only those after them count; nan where there are none.
    """
    mix = replace(steps, number=steps.number - WAIT).within(first, last)
    known = mix[~np.isnan(mix)]
    return float(known.mean()) if known.size else math.nan


def once_covered_without(steps: Steps, first: date, last: date) -> float:
    """The share of members of a day who are without what the series has the share of those with."""
    return 1.0 - once_covered(steps, first, last)


ONCE_COVERED = (once_covered, once_covered_without)


@dataclass(frozen=True)
class Quantity:
    """What a quantity of the facts file means: in words, its kind, its unit, the series (summed), the reading.

    Where there are series to be read `over`, it is the part that the former are of the latter, each read alike.
    """

    words: str
    kind: str
    unit: str
    series: tuple[str, ...]
    read: Callable[[Steps, date, date], float]
    months: int = 1  # that a fact dated by a month speaks of
    over: tuple[str, ...] = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """All series that it is read off."""
        return tuple(dict.fromkeys((*self.series, *self.over)))

    @property
    def momentary(self) -> bool:
        """Whether it belongs to a moment and can be drawn beside its series, as sums and peaks cannot."""
        return self.read in (stock, of_period)


def _members(words: str, read: Callable[[Steps, date, date], float] = stock) -> Quantity:
    return Quantity(words, "members", "persons", ("members",), read)


def _joined(words: str, kind: str) -> Quantity:
    return Quantity(words, kind, "persons", ("joined",), since_launch)


def _share(words: str, read: Callable[[Steps, date, date], float], months: int = 1) -> Quantity:
    return Quantity(words, "share", "yuan a member", ("share",), read, months)


def _cost(words: str, series: str) -> Quantity:
    return Quantity(words, "costs", "1", (series,), total, over=COSTS)


def _aided(words: str, read: Callable[[Steps, date, date], float]) -> Quantity:
    return Quantity(words, "aided", "cases", ("aided",), read)


COSTS = ("investigation", "technology", "other_costs", "education")  # of the work; subsidies to members are apart
QUANTITIES = {
    "cumulative_members": _members("members, as announced"),
    "cumulative_members_9d": _members("members, as announced"),
    "active_members": _members("members, active"),
    "members": _members("members"),
    "peak_members": _members("members, most in the year", most),
    "sharing_members_period": Quantity("members sharing", "sharing", "persons", ("members_sharing",), of_period),
    "sharing_members": Quantity("members sharing", "sharing", "persons", ("members_sharing",), of_period),
    "cumulative_joined": _joined("joined since launch", "joined"),
    "peak_joined": _joined("joined since launch", "joined"),
    "registered_members": _joined("registered since launch", "registered"),
    "per_capita_share_rmb_per_period": _share("share a period", of_period),
    "per_capita_share_covid_dip": _share("share a period, 3-month mean", of_period, months=3),
    "per_capita_share_year_to_date": _share("shares of the year so far", year_so_far),
    "per_capita_share_rmb_per_year": _share("shares of the year", total),
    "aided_members_period": _aided("aided in the period", of_period),
    "aided_members_year": _aided("aided in the year", total),
    "aided_members_cumulative": _aided("aided since launch", since_launch),
    # Members were charged 9.89 billion for 2020 (F131). The fee of 729 million (F130) is 8.0 % of the 9.16 billion
    # that are left without it, and 7.4 % of the whole: the whole is aid and fee.
    "aid_shared_rmb_year": Quantity("aid and fee of the year", "money", "yuan", ("aid", "fee"), total),
    "fee_income_rmb": Quantity("fee of the year", "money", "yuan", ("fee",), total),
    "fee_income_rmb_quarter": Quantity("fee of the quarter", "money", "yuan", ("fee",), total),
    "aid_paid_cumulative_rmb": Quantity("aid since launch", "money", "yuan", ("aid",), since_launch),
    "aid_paid_rmb": Quantity("aid of the year", "money", "yuan", ("aid",), total),
    "cost_share_investigation": _cost("investigation, of costs", "investigation"),
    "cost_share_technology": _cost("technology, of costs", "technology"),
    "share_members_under30": Quantity("under 30 years", "mix", "1", ("under_30",), once_covered),
    "share_income_below_100k": Quantity("income below 100,000 yuan", "mix", "1", ("low_income",), once_covered),
    "share_tier3_and_below": Quantity("cities of tier 3 and below", "mix", "1", ("tier_3",), once_covered),
    # Whoever has insurance that asks about health now is who ever bought it: persons here keep it.
    "survey_never_bought_health_cover": Quantity(
        "without health insurance", "mix", "1", ("insured",), once_covered_without
    ),
    "participants": Quantity("persons in plans, most in the year", "persons", "persons", ("persons_in_plans",), most),
    "registered_total": _joined("registered since launch", "registered"),
    "plans_above_ten_million": Quantity("plans above ten million", "plans", "plans", ("large_plans",), of_period),
    "surviving_platforms": Quantity("small plans left", "plans", "plans", ("small_plans",), of_period),
}
KINDS = tuple(dict.fromkeys(quantity.kind for quantity in QUANTITIES.values()))


def span(text: str, months: int = 1) -> tuple[date, date]:
    """First and last day of ``2019-04-11``, ``2019-04`` (so many months from there), ``2020Q2`` or ``2019``.

    Raises `DataError` for any other text.
    """
    if not (found := re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?|Q([1-4]))?", text)):
        raise DataError(f"date = '{text}' must read like 2019-04-11, 2019-04, 2020Q2 or 2019")
    year, month, day, quarter = (int(part) if part else None for part in found.groups())
    begin, length = (month, months) if month is not None else (3 * quarter - 2, 3) if quarter else (1, 12)
    try:
        first = date(year or 0, begin, 1 if day is None else day)
    except ValueError:
        raise DataError(f"date = '{text}' is not in the calendar") from None
    if day is not None:
        return first, first
    end_year, end_month = divmod(12 * first.year + begin + length - 2, 12)
    return first, date(end_year, end_month + 1, monthrange(end_year, end_month + 1)[1])


def spread(name: str, text: str) -> float:
    """A standard deviation of a logarithm, as a column of the facts file gives it. Raises `DataError`."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found > 0):
        raise DataError(f"{name} = '{text}' must be a number above 0, or nothing")
    return found
