"""One run of a study: a scenario with settings and a seed in, a few numbers out."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np

from abm.clock import half_month
from abm.errors import StudyError, nearest
from abm.model import MutualAidModel
from abm.observation.series import SERIES
from abm.runs.run import closings
from abm.scenario.scenario import Scenario

CLOSINGS = "closings"  # how many plans were announced to end
ENDS = "closings:list"  # which, when, how and why, as JSON
TEXTS = frozenset({ENDS})  # outputs that are no numbers

# A series has no value in periods without members, say; these are left out, and the last is the last there is.
REDUCERS: dict[str, Callable[[np.ndarray], Any]] = {
    "last": lambda values: values[-1],
    "max": np.max,
    "mean": np.mean,
    "sum": np.sum,
    "min": np.min,
    "std": np.std,
}


def check_output(output: str, scenario: Scenario, until: date | None = None) -> None:
    """Raise `StudyError` unless an output is one of the scenario's, run until a day.

    Outputs are ``closings``, ``closings:list``, and ``platform.series:reducer`` or ``platform.series:date``.
    """
    if output in (CLOSINGS, ENDS):
        return
    series, colon, reducer = output.partition(":")
    if not colon:
        slip = nearest(output, [CLOSINGS])
        raise StudyError(f"outputs: '{output}' needs a reducer{slip}; write series:reducer, as '{series}:last'")
    known = [f"{plan}.{each.name}" for plan in scenario.platform for each in SERIES]
    if series not in known:
        close = nearest(series, known)
        plans = ", ".join(scenario.platform)
        raise StudyError(f"outputs: no series '{series}'{close}; write PLATFORM.SERIES, with platforms {plans}")
    if (day := _day(reducer)) is not None:
        first, last = scenario.calendar.start, until or scenario.calendar.end
        if not half_month(first) <= half_month(day) <= half_month(last):
            raise StudyError(f"outputs: {output}: the day is not from {first} to {last}")
    elif reducer not in REDUCERS:
        allowed = f"{', '.join(REDUCERS)}, or a day as 2019-12-31"
        raise StudyError(f"outputs: {output}: no reducer '{reducer}'{nearest(reducer, list(REDUCERS))}; {allowed}")


def reduced(values: Sequence[float], reducer: str, first: int = 0) -> float:
    """One number for a series that begins at half-month `first`; not a number where it has no value."""
    if (day := _day(reducer)) is not None:
        at = half_month(day) - first
        return float(values[at]) if at < len(values) and values[at] is not None else float("nan")
    seen = np.array([value for value in values if value == value], float)
    return float(REDUCERS[reducer](seen)) if seen.size else float("nan")


def _day(reducer: str) -> date | None:
    try:
        return date.fromisoformat(reducer)
    except ValueError:
        return None


def run_scenario(
    base: Scenario, until: date | None, outputs: tuple[str, ...], point: dict[str, Any], seed: int
) -> dict[str, float | str]:
    """Run a scenario with the settings of a point to the end or until a day; returns its outputs by name."""
    model = MutualAidModel(base, seed=seed, changes=point, drive="compiled")
    try:
        model.run_until(until)
        model.audit()
        series, first = model.datacollector.model_vars, half_month(model.case.calendar.start)
        found: dict[str, float | str] = {}
        for output in outputs:
            name, _, reducer = output.partition(":")
            if output == CLOSINGS:
                found[output] = float(len(model.closings))
            elif output == ENDS:
                found[output] = json.dumps(closings(model), default=str, ensure_ascii=False)
            else:
                found[output] = reduced(series[name], reducer, first)
        return found
    finally:
        model.close()
