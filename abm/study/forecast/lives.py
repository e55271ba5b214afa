"""Whether plans went on, beside the chance that a forecast gave to that: the Brier score, month by month."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from abm.clock import half_month
from abm.study.forecast.endings import converted, month_end, months, survival
from abm.study.forecast.ensemble import Ensemble
from abm.study.forecast.observed import Ending
from abm.study.forecast.references import hazard
from abm.study.forecast.scores import require_scores, skill

Row = dict[str, Any]


def brier(chances: np.ndarray, outcomes: np.ndarray) -> float:
    """The mean squared distance of chances from what happened, 0 or 1."""
    scores = require_scores().brier_score(outcomes.astype(float), np.clip(chances, 0.0, 1.0), backend="numpy")
    return float(np.mean(scores))


def of_lives(forecast: Ensemble, history: pd.DataFrame, endings: Sequence[Ending]) -> tuple[list[Row], list[Row]]:
    """A row a plan and month: the chance to go on, of the forecast and as in 2020, and what happened; and the scores.

    The last value is that a plan goes on for certain; the trend of 2020 is its rate of closings. `announced` and
    `ended` (cover) are scored apart. Of a plan that had not ended by some day, the months until then are scored.
    Whether it gave its members insurance is scored once, by that day or the end of the forecast.
    """
    lived, scored = [], []
    rate, ends = hazard(forecast, history), [month_end(month) for month in months(forecast)]
    ordered = sorted(endings, key=lambda each: (each.platform, each.what))
    for (platform, what), group in groupby(ordered, key=lambda each: (each.platform, each.what)):
        told = list(group)
        happened = [each.day for each in told if each.happened]
        if what == "converted":
            until = forecast.last if happened else min(forecast.last, half_month(max(each.day for each in told)))
            by_then = any(half_month(day) <= until for day in happened)
            scored.append(_converted(forecast, platform, until, by_then))
            continue
        last = ends[-1] if happened and ends else max(each.day for each in told)
        known = [at for at, end in enumerate(ends) if end <= last]
        if not known:
            continue
        outcomes = np.array([not happened or ends[at] < min(happened) for at in known])
        chances = survival(forecast, platform, what)[known]
        trend = (1 - rate) ** (np.array(known) + 1.0)
        for at, outcome, chance, other in zip(known, outcomes.tolist(), chances.tolist(), trend.tolist(), strict=True):
            row: Row = {"platform": platform, "what": what, "date": ends[at], "goes_on": int(outcome)}
            lived.append(row | {"chance": chance, "chance trend of 2020": other})
        scores = {"last value": brier(np.ones(len(known)), outcomes), "trend of 2020": brier(trend, outcomes)}
        scored.append(_scored(platform, what, brier(chances, outcomes), scores, len(known)))
    return lived, scored


def _converted(forecast: Ensemble, platform: str, until: int, happened: bool) -> Row:
    """The score of whether a plan gave its members insurance by a half-month; the last value is that none does."""
    outcome = np.array([happened])
    score = brier(np.array([converted(forecast, platform, until)]), outcome)
    return _scored(platform, "converted", score, {"last value": brier(np.zeros(1), outcome)}, 1)


def _scored(platform: str, what: str, score: float, others: dict[str, float], times: int) -> Row:
    row: Row = {"platform": platform, "what": what, "times": times, "brier": score}
    for name, other in others.items():
        row |= {f"brier {name}": other, f"skill {name}": skill(score, other)}
    return row
