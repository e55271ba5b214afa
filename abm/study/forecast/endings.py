"""How plans end in the runs of a forecast: which, when and how, with what chance; and whether they were open."""

import calendar
import json
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from abm.clock import PERIODS_PER_MONTH, collection_date, half_month
from abm.platforms.closing import ClosingKind
from abm.study.forecast.ensemble import KNOWN, NEVER, START, Ensemble

ByPlan = dict[str, np.ndarray]


def endings(told: Sequence[str], platforms: Sequence[str]) -> tuple[ByPlan, ByPlan, ByPlan]:
    """Half-months of the announcement and of the last cover, and the kind, by plan, from the closings of each run."""
    announced = {platform: np.full(len(told), NEVER, np.int32) for platform in platforms}
    ended = {platform: np.full(len(told), NEVER, np.int32) for platform in platforms}
    kind = {platform: np.full(len(told), "", "U8") for platform in platforms}
    for run, text in enumerate(told):
        for closing in json.loads(text):
            platform = closing["platform"]
            if platform in announced and announced[platform][run] == NEVER:
                announced[platform][run] = half_month(date.fromisoformat(closing["announced"]))
                ended[platform][run] = half_month(date.fromisoformat(closing["last"]))
                kind[platform][run] = closing["kind"]
    return announced, ended, kind


def months(ensemble: Ensemble) -> list[int]:
    """The last half-month of each whole month that is forecast."""
    return list(range(START + PERIODS_PER_MONTH - 1, ensemble.last + 1, PERIODS_PER_MONTH))


def month_end(period: int) -> date:
    """The last day of the month of a half-month."""
    day = collection_date(period)
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def survival(ensemble: Ensemble, platform: str, what: str = "announced") -> np.ndarray:
    """The chance, by month, that the end of a plan is not announced yet, or that its cover has not `ended`.

    Of a plan whose end was known by 2020 that is certain.
    """
    when = {"announced": ensemble.announced, "ended": ensemble.ended}[what][platform]
    return np.array([float(ensemble.weight[when > month].sum()) for month in months(ensemble)])


def converted(ensemble: Ensemble, platform: str, until: int) -> float:
    """The chance that a plan gives its members insurance at its end, from 2021 to some half-month."""
    given = ensemble.series[f"{platform}.conversion"][:, KNOWN : until - ensemble.first + 1].sum(axis=1) > 0
    return float(ensemble.weight[given].sum())


def table(ensemble: Ensemble) -> pd.DataFrame:
    """A row a plan and month: the chance that its end is announced, that cover is over, and of each kind of end."""
    rows = []
    for platform in ensemble.platforms:
        announced, ended = 1 - survival(ensemble, platform), 1 - survival(ensemble, platform, "ended")
        for at, month in enumerate(months(ensemble)):
            known = ensemble.announced[platform] <= month
            kinds = {
                kind.value: float(ensemble.weight[known & (ensemble.kind[platform] == kind.value)].sum())
                for kind in ClosingKind
            }
            chances = {"announced": announced[at], "cover_over": ended[at]} | kinds
            rounded = {name: abs(round(float(chance), 9)) for name, chance in chances.items()}
            rows.append({"platform": platform, "date": month_end(month)} | rounded)
    return pd.DataFrame(rows)
