"""The plain Mesa model of the benchmarks has the same economics as ours: the two agree in the mean over seeds."""

from functools import lru_cache

import numpy as np
import pytest
from plain_mesa import WITHOUT_INSTITUTIONS, PlainMesaModel
from scipy import stats

from abm.jit import JIT
from abm.model import MutualAidModel
from abm.scenario.files import load
from worlds.simple import simplify

PERSONS, STEPS, SEEDS = 3_000, 32, 8
pytestmark = pytest.mark.skipif(not JIT, reason="takes minutes without the compiler")

CHANCE_OF_A_FALSE_ALARM = 0.001

# With a few thousand persons most periods see no claim. So illness is 150 times as frequent here and aid
# as much smaller, those ill at the start are about as many as before, and more may join: expected shares stay,
# and their noise falls.
FREQUENT_ILLNESS = {
    "people.persons": PERSONS,
    "people.fellows": False,  # the plain model draws the case of a person for all whom they stand for
    "health.incidence_level": 82.5,
    "health.latency_years": 0.25,
    "health.survival_years": 0.03,
    "platform.xianghubao.bands": [
        {"age_from": 0, "age_to": 39, "cover": 2_000},
        {"age_from": 40, "age_to": 59, "cover": 667},
    ],
    "platform.xianghubao.mild_cover": 333,
    "platform.xianghubao.min_credit": 550,
    "platform.xianghubao.capacity": 500_000,  # one or two simulated cases a period: claims wait, and staff is hired
    "platform.xianghubao.amendments.0.annual_cap": 30,  # low enough to bind
    "people.deduction_failure": 0.05,  # often enough to see memberships lapse
}


@lru_cache
def outcomes() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Outcome -> (ours by seed, plain by seed)."""
    case = load("xianghubao", simplify(WITHOUT_INSTITUTIONS | FREQUENT_ILLNESS, ["xianghubao"]))
    found: dict[str, tuple[list[float], list[float]]] = {}
    for seed in range(SEEDS):
        for side, model in enumerate((MutualAidModel(case, seed=seed), PlainMesaModel(case, seed=seed))):
            for _ in range(STEPS):
                model.step()
            table = model.datacollector.get_model_vars_dataframe()
            model.close()
            table.columns = table.columns.str.removeprefix("xianghubao.")
            for name, value in (
                ("members after half a year", table["members"].iloc[11]),
                ("members at the end", table["members"].iloc[-1]),
                ("shares of the last year", table["share"].iloc[-24:].sum()),
                ("cases aided", table["aided"].sum()),
            ):
                found.setdefault(name, ([], []))[side].append(value)
    return {name: (np.array(ours), np.array(plain)) for name, (ours, plain) in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    "outcome", ["members after half a year", "members at the end", "shares of the last year", "cases aided"]
)
def test_the_plain_model_comes_out_where_ours_does(outcome):
    ours, plain = outcomes()[outcome]
    # If both draw from one distribution, the difference of the means over its standard error is Student's t.
    error = np.sqrt((ours.var(ddof=1) + plain.var(ddof=1)) / SEEDS)
    tolerance = stats.t.ppf(1 - CHANCE_OF_A_FALSE_ALARM / 2, 2 * SEEDS - 2) * error
    assert abs(ours.mean() - plain.mean()) < tolerance
    assert tolerance < 0.4 * ours.mean(), "too noisy to tell two models apart"
