"""One run of a study: a scenario with settings and a seed in, a few numbers out."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np

from abm.clock import half_month
from abm.model import MutualAidModel
from abm.reading import nearest
from abm.scenario import Scenario, ScenarioError
from abm.study.run import check_until
from abm.watch import SERIES

CLOSINGS = "closings"  # how many plans were announced to end

# A series has no value in periods without members, say; these are left out, and the last is the last there is.
REDUCERS: dict[str, Callable[[np.ndarray], Any]] = {
    "last": lambda values: values[-1],
    "max": np.max,
    "mean": np.mean,
    "sum": np.sum,
    "min": np.min,
    "std": np.std,
}


def check_output(output: str, scenario: Scenario) -> None:
    """Raise `ScenarioError` unless an output is ``closings`` or ``platform.series:reducer`` of the scenario."""
    if output == CLOSINGS:
        return
    series, colon, reducer = output.partition(":")
    if not colon:
        slip = nearest(output, [CLOSINGS])
        raise ScenarioError(f"outputs: '{output}' needs a reducer{slip}; write series:reducer, as '{series}:last'")
    known = [f"{plan}.{each.name}" for plan in scenario.platform for each in SERIES]
    if series not in known:
        close = nearest(series, known)
        plans = ", ".join(scenario.platform)
        raise ScenarioError(f"outputs: no series '{series}'{close}; write PLATFORM.SERIES, with platforms {plans}")
    if reducer not in REDUCERS:
        allowed = ", ".join(REDUCERS)
        raise ScenarioError(f"outputs: {output}: no reducer '{reducer}'{nearest(reducer, list(REDUCERS))}; {allowed}")


def reduced(values: list[float], reducer: str) -> float:
    """One number for a series; not a number where it has no value in any period."""
    seen = np.array([value for value in values if value == value], float)
    return float(REDUCERS[reducer](seen)) if seen.size else float("nan")


def run_scenario(
    base: Scenario, until: date | None, outputs: tuple[str, ...], point: dict[str, Any], seed: int
) -> dict[str, float]:
    """Run a scenario with the settings of a point to the end or until a day; returns its outputs by name."""
    model = MutualAidModel(base, seed=seed, changes=point, drive="compiled")
    try:
        last = check_until(model.case, until)
        while model.now < 0 or (model.running and half_month(model.day) < last):
            model.step()
        model.audit()
        series = model.datacollector.model_vars
        found: dict[str, float] = {}
        for output in outputs:
            name, _, reducer = output.partition(":")
            found[output] = float(len(model.closings)) if output == CLOSINGS else reduced(series[name], reducer)
        return found
    finally:
        model.close()
