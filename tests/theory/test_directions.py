"""Raise this, and that must rise or fall: the same luck on both sides, and a difference beyond doubt.

Cases are twenty times as frequent as in China and paid a twentieth, so that cover is worth and costs what it does
there while even 20,000 persons see some twenty cases a period. Illness before the start is shortened to match. Worlds
are simple besides, so that what is looked at comes from the number that is raised.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.stats import wilcoxon

from abm.model import MutualAidModel
from worlds.plain import quickly
from worlds.simple import simple

PERSONS, SEEDS, RARER = 20_000, 10, 20
CHANCE = 2 / 2**SEEDS

BASE: dict[str, Any] = {
    "people.population": PERSONS,
    "people.persons": PERSONS,
    "health.incidence_level": 0.55 * RARER,
    "health.survival_years": 5.0 / RARER,
    "mind.salience": 0.1 / RARER,
    "platform.pool.mild_cover": 50_000.0 / RARER,
    "platform.pool.bands": [{}, {}],
    "platform.pool.bands.0": {"age_from": 0, "age_to": 39, "cover": 300_000.0 / RARER},
    "platform.pool.bands.1": {"age_from": 40, "age_to": 59, "cover": 100_000.0 / RARER},
    "platform.pool.min_credit": 560,
    "friends.telling": 0.8,
    "platform.pool.launch_reach": 0.2,
    "platform.pool.steady_reach": 0.016,
    "platform.pool.capacity": 1_000.0,
    "platform.pool.case_cap": 1_000.0,
}

Series = Mapping[str, np.ndarray]


def at_end(name: str) -> Callable[[Series], float]:
    """The mean of the last year, which smooths what single cases do."""
    return lambda series: float(np.nanmean(series[name][-24:]))


def in_all(name: str) -> Callable[[Series], float]:
    """The sum over the run."""
    return lambda series: float(np.nansum(series[name]))


def until(step: int, name: str) -> Callable[[Series], float]:
    """The sum up to a step, exclusive."""
    return lambda series: float(np.nansum(series[name][:step]))


@cache
def series_of(changes: tuple[tuple[str, Any], ...], seed: int) -> Series:
    """All series of one run; runs that several rows of the table share are made once."""
    with quickly():
        model = MutualAidModel(simple(BASE | dict(changes), "directions"), seed=seed)
        while model.running:
            model.step()
    columns = model.datacollector.model_vars
    return {name.removeprefix("pool."): np.array(values) for name, values in columns.items() if name != "date"}


# number raised, from, to, what to look at, and which way it must go
TABLE = (
    ("platform.pool.fee_rate", 0.0, 0.3, at_end("share"), +1),
    ("platform.pool.fee_rate", 0.0, 0.3, in_all("fee"), +1),
    ("platform.pool.waiting_days", 30, 180, until(24, "aided"), -1),
    ("platform.pool.waiting_days", 30, 180, in_all("barred"), +1),
    ("platform.pool.bands.1.cover", 50_000.0 / RARER, 300_000.0 / RARER, at_end("share"), +1),
    ("platform.pool.bands.1.cover", 50_000.0 / RARER, 300_000.0 / RARER, at_end("mean_age"), +1),
    ("platform.pool.mild_cover", 0.0, 100_000.0 / RARER, at_end("share"), +1),
    ("platform.pool.min_credit", 0, 650, at_end("members"), -1),
    ("platform.pool.min_credit", 560, 650, in_all("lapsed"), -1),
    ("platform.pool.advertised_periods", 1, 96, at_end("members"), +1),
    ("platform.pool.annual_cap", 20.0, 200.0, in_all("subsidy"), -1),
    ("platform.pool.case_cap", 0.1, 2.0, in_all("subsidy"), -1),
    ("platform.pool.effort", 0.0, 1.0, in_all("refused"), +1),
    ("platform.pool.effort", 0.0, 1.0, in_all("aided"), -1),
    ("platform.pool.effort", 0.0, 1.0, at_end("trust"), -1),
    ("platform.pool.overturning", 0.0, 1.0, in_all("refused"), -1),
    ("platform.pool.brand", 0.5, 0.95, at_end("members"), +1),
    ("platform.pool.launch_reach", 0.0, 0.3, until(24, "joined"), +1),
    ("platform.pool.steady_reach", 0.0, 0.05, at_end("members"), +1),
    ("platform.pool.capacity", 2.0, 1_000.0, in_all("backlog"), -1),
    ("people.deduction_failure", 0.0, 0.02, in_all("lapsed"), +1),
    ("people.honest_share", 0.5, 1.0, at_end("relative_risk"), -1),
    ("people.honest_share", 0.5, 1.0, in_all("refused"), -1),
    ("people.insured_share", 0.0, 0.8, at_end("members"), -1),
    ("friends.telling", 0.1, 0.9, at_end("members"), +1),
    ("health.latency_years", 0.1, 3.0, until(24, "aided"), -1),
    ("health.noticed_share", 0.0, 1.0, in_all("declined"), +1),
    ("health.noticed_share", 0.0, 1.0, until(24, "aided"), -1),
    ("health.mild_share", 0.0, 0.6, at_end("share"), -1),
    ("health.filing_chance", 0.05, 1.0, until(24, "aided"), +1),
    ("health.high_risk_multiple", 1.0, 8.0, at_end("relative_risk"), -1),  # most are turned away at the door
    ("health.accident_share", 0.0, 0.5, until(12, "aided"), +1),
    ("mind.optimism", 0.4, 1.0, at_end("members"), +1),
    ("mind.optimism", 0.4, 1.0, at_end("high_risk"), -1),
    ("mind.altruism", 0.0, 60.0, at_end("members"), +1),
    ("mind.risk_aversion", 0.5, 2.0, at_end("members"), +1),
    ("mind.herding", 0.0, 300.0, at_end("members"), +1),
    ("mind.anxiety", 0.0, 1.5, in_all("left"), +1),
    ("mind.learning", 0.05, 0.8, until(36, "expected_share"), +1),
    ("mind.patience", 0.2, 2.0, in_all("left"), -1),
    ("mind.attention", 0.01, 0.2, in_all("joined"), +1),
    ("mind.attention", 0.01, 0.2, in_all("left"), +1),
    ("mind.inertia", 0.0, 120.0, in_all("left"), -1),
    ("insurance.commercial.overlap", 0.0, 0.8, at_end("insured"), -1),
    ("mind.trust_from_refusal", 0.0, 1.0, at_end("trust"), -1),
    ("mind.trust_from_publication", 0.0, 0.02, at_end("trust"), +1),
    ("mind.salience", 0.0, 1.0, at_end("members"), +1),
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "low", "high", "of", "sign"), TABLE, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_number_raised_moves_what_it_should(
    path: str, low: float, high: float, of: Callable[[Series], float], sign: int
) -> None:
    """Of ten pairs of worlds, differences against the sign are at most the one smallest (Wilcoxon's signed ranks)."""
    pairs = [[of(series_of(((path, value),), seed)) for value in (low, high)] for seed in range(SEEDS)]
    differences = sign * np.diff(np.array(pairs), axis=1).ravel()
    assert wilcoxon(differences, alternative="greater", method="exact").pvalue <= CHANCE
