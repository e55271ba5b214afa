"""What a forecast tells of a plan, by half-month, month or once; each as a value a run, and as quantiles of these."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from abm.clock import PERIODS_PER_MONTH
from abm.study.forecast.endings import month_end, months
from abm.study.forecast.ensemble import BILL, KNOWN, Ensemble, mean, quantiles

# As forecast hubs ask for them, so that others can score by quantiles alone.
LEVELS = (0.01, 0.025, *(round(0.05 * step, 2) for step in range(1, 20)), 0.975, 0.99)
Values = tuple[list[date], np.ndarray]  # days, and runs x days


@dataclass(frozen=True)
class Told:
    """A quantity: its name, what it is in words, its unit, the series it is made of, how it is read of a plan."""

    name: str
    words: str
    unit: str
    needed: tuple[str, ...]
    read: Callable[[Ensemble, str], Values]


def _series(name: str, since_launch: bool = False) -> Callable[[Ensemble, str], Values]:
    def read(ensemble: Ensemble, platform: str) -> Values:
        return ensemble.days[KNOWN:], ensemble.steps(platform, name, since_launch).value[:, KNOWN:]

    return read


def net_exit(ensemble: Ensemble, platform: str) -> Values:
    """By how much the members of a plan become fewer in each month."""
    members, ends = ensemble.series[f"{platform}.members"], months(ensemble)
    at = np.array(ends, int) - ensemble.first
    return [month_end(period) for period in ends], members[:, at - PERIODS_PER_MONTH] - members[:, at]


def bill(ensemble: Ensemble, platform: str) -> Values:
    """What the end of a plan costs its parent in the whole time that is forecast: nothing where it goes on."""
    parts = [ensemble.series[f"{platform}.{name}"][:, KNOWN:] for name in BILL]
    return ensemble.days[-1:], np.sum(parts, axis=(0, 2))[:, None]


TOLD = (
    Told("members", "members", "persons", ("members",), _series("members")),
    Told("members_sharing", "members sharing", "persons", ("members_sharing",), _series("members_sharing")),
    Told("share", "share a period, of a plan that is open", "yuan a member", ("share",), _series("share")),
    Told("aid", "aid a period", "yuan", ("aid",), _series("aid")),
    Told("aided", "aided a period", "cases", ("aided",), _series("aided")),
    Told("aid_cumulative", "aid since launch", "yuan", ("aid",), _series("aid", since_launch=True)),
    Told("aided_cumulative", "aided since launch", "cases", ("aided",), _series("aided", since_launch=True)),
    Told("net_exit", "fewer members than a month before", "persons a month", ("members",), net_exit),
    Told("relative_risk", "risk of members over the population's", "1", ("relative_risk",), _series("relative_risk")),
    Told("mean_age", "mean age of members", "years", ("mean_age",), _series("mean_age")),
    Told("closing_bill", "bill of closing", "yuan", BILL, bill),
)


def table(ensemble: Ensemble) -> pd.DataFrame:
    """A row a plan, quantity and day: the mean, the quantiles, and the weight of the runs in which it has a value."""
    tables = []
    for platform in ensemble.platforms:
        for told in TOLD:
            if not ensemble.has(platform, *told.needed):
                continue
            days, values = told.read(ensemble, platform)
            found = quantiles(values, ensemble.weight, LEVELS)
            head = {"platform": platform, "quantity": told.name, "unit": told.unit, "date": days}
            there = (ensemble.weight[:, None] * ~np.isnan(values)).sum(axis=0)
            numbers = {"has_value": np.round(there, 9), "mean": mean(values, ensemble.weight)}
            numbers |= {f"q{level:g}": row for level, row in zip(LEVELS, found, strict=True)}
            tables.append(pd.DataFrame(head | numbers))
    return pd.concat(tables, ignore_index=True)
