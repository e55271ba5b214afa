"""One run of a study: a scenario with settings and a seed in, series out; and the outputs that are made of them."""

import json
import re
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from abm.clock import half_month
from abm.errors import StudyError, nearest, shown
from abm.model import MutualAidModel
from abm.observation.series import SERIES, Series, of_market
from abm.runs.run import closings
from abm.scenario.scenario import Scenario

CLOSINGS = "closings"  # how many plans were announced to end
ENDS = "closings:list"  # which, when, how and why, as JSON
TEXTS = frozenset({ENDS})  # outputs that are no numbers
FIRST = "first_period"  # the half-month in which the series of a run begin
Value = float | str | array  # what a run gives under a name: a number, a text, or a series, a number a step

# A series has no value in periods without members, say; these are left out, and the last is the last there is.
REDUCERS: dict[str, Callable[[np.ndarray], Any]] = {
    "last": lambda values: values[-1],
    "max": np.max,
    "mean": np.mean,
    "median": np.median,
    "sum": np.sum,
    "min": np.min,
    "std": np.std,
}
PERCENTILE = re.compile(r"p(\d\d)")


def series_of(scenario: Scenario) -> dict[str, Series[Any]]:
    """All series of a scenario by the names of their columns: those of each plan, and those of the whole market."""
    plans = {f"{plan}.{each.name}": each for plan in scenario.platform for each in SERIES}
    return plans | {each.name: each for each in of_market(tuple(scenario.insurance.products))}


def check_output(output: str, scenario: Scenario, until: date | None = None) -> None:
    """Raise `StudyError` unless an output is one of the scenario's, run until a day.

    Outputs are ``closings``, ``closings:list``, and ``series:reducer`` or ``series:date`` for one of `series_of`.
    """
    if output in (CLOSINGS, ENDS):
        return
    name, colon, reducer = output.partition(":")
    if not colon:
        slip = nearest(output, [CLOSINGS])
        raise StudyError(f"outputs: {shown(output)} needs a reducer{slip}; write series:reducer, as '{name}:last'")
    _check_name("outputs", name, scenario)
    if (day := _day(reducer)) is not None:
        first, last = scenario.calendar.start, until or scenario.calendar.end
        if not half_month(first) <= half_month(day) <= half_month(last):
            raise StudyError(f"outputs: {output}: the day is not from {first} to {last}")
    elif not _is_reducer(reducer):
        allowed = f"{', '.join(REDUCERS)}, a percentile as p05 or p95, or a day as 2019-12-31"
        slip = nearest(reducer, list(REDUCERS))
        raise StudyError(f"outputs: {name}: no reducer {shown(reducer)}{slip}; there are {allowed}")


def check_series(pattern: str, scenario: Scenario) -> None:
    """Raise `StudyError` unless a name, in which ``*`` stands for any letters, is that of a series of the scenario."""
    if not any(fnmatchcase(name, pattern) for name in series_of(scenario)):
        _check_name("series", pattern, scenario)


def _check_name(place: str, name: str, scenario: Scenario) -> None:
    known = series_of(scenario)
    if name not in known:
        ways = "`huzhu series` lists those of a plan, PLATFORM.SERIES, and of the whole market"
        plans = ", ".join(scenario.platform)
        raise StudyError(
            f"{place}: no series {shown(name)}{nearest(name, list(known))}; {ways}; the platforms: {plans}"
        )


def series_kept(outputs: Collection[str], patterns: Collection[str], scenario: Scenario) -> tuple[str, ...]:
    """The series of a scenario of which outputs are made, and those that patterns name."""
    made = {output.partition(":")[0] for output in outputs if output not in (CLOSINGS, ENDS)}
    return tuple(
        name for name in series_of(scenario) if name in made or any(fnmatchcase(name, pattern) for pattern in patterns)
    )


def output_of(values: Mapping[str, Value], output: str) -> float | str | None:
    """An output from what a run has given; None where it cannot be made of that."""
    found = values.get(output)
    if isinstance(found, float | str):
        return found
    if output == CLOSINGS and ENDS in values:
        return float(len(json.loads(str(values[ENDS]))))
    name, _, reducer = output.partition(":")
    series, first = values.get(name), values.get(FIRST)
    if not isinstance(series, array):
        return None
    if _day(reducer) is not None:
        return reduced(series, reducer, int(first)) if isinstance(first, float) else None
    return reduced(series, reducer) if _is_reducer(reducer) else None


def reduced(values: Sequence[float], reducer: str, first: int = 0) -> float:
    """One number for a series that begins at half-month `first`; not a number where it has no value."""
    if (day := _day(reducer)) is not None:
        at = half_month(day) - first
        return float(values[at]) if 0 <= at < len(values) else float("nan")
    whole = np.asarray(values, float)
    seen = whole[~np.isnan(whole)]
    if not seen.size:
        return float("nan")
    if (percentile := PERCENTILE.fullmatch(reducer)) is not None:
        return float(np.percentile(seen, int(percentile[1])))
    return float(REDUCERS[reducer](seen))


def _is_reducer(reducer: str) -> bool:
    return reducer in REDUCERS or PERCENTILE.fullmatch(reducer) is not None


def _day(reducer: str) -> date | None:
    try:
        return date.fromisoformat(reducer)
    except ValueError:
        return None


def run_scenario(
    base: Scenario, until: date | None, series: tuple[str, ...], point: dict[str, Any], seed: int
) -> dict[str, Value]:
    """Run a scenario with the settings of a point to the end or until a day; returns its closings and some series."""
    model = MutualAidModel(base, seed=seed, changes=point, drive="compiled")
    try:
        model.run_until(until)
        model.audit()
        found: dict[str, Value] = {
            FIRST: float(half_month(model.case.calendar.start)),
            ENDS: json.dumps(closings(model), default=str, ensure_ascii=False),
        }
        return found | {name: array("d", model.datacollector.model_vars[name]) for name in series}
    finally:
        model.close()
