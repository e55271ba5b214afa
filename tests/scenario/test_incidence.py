"""Incidence that leads to claims has a level and a slope over age, and so has the share of mild cases."""

import math
from typing import Any

import numpy as np
import pytest

from abm.errors import DataError
from abm.model import MutualAidModel
from abm.money import fen
from abm.persons.founding import found
from abm.persons.state import HealthState
from abm.platforms import offers, rules
from abm.scenario.files import load, parse
from abm.scenario.scenario import Scenario
from abm.scenario.tables import PIVOT_AGE, incidence_by_age, mild_by_age

SLOPE = -0.05


def with_slope(slope: float, **health: Any) -> Scenario:
    """A nation of 40,000, and no plan."""
    people = {"population": 40_000, "persons": 40_000}
    return parse({"people": people, "health": {"incidence_slope": slope, **health}}, "mine.toml")


def test_the_slope_turns_incidence_about_the_age_of_38() -> None:
    """Ten years younger it is exp(0.5) of what it was, ten years older exp(-0.5), for women and men alike."""
    table, sloped = (incidence_by_age(with_slope(slope).health) for slope in (0.0, SLOPE))
    assert PIVOT_AGE == 38
    for age, factor in ((38, 1.0), (28, math.exp(0.5)), (48, math.exp(-0.5)), (0, math.exp(1.9))):
        assert sloped[:, age] == pytest.approx(factor * table[:, age])


def test_without_a_slope_incidence_is_the_tables_at_the_level_to_the_bit() -> None:
    at_one, half = (incidence_by_age(with_slope(0.0, incidence_level=level).health) for level in (1.0, 0.5))
    assert (half == 0.5 * at_one).all()


def test_a_slope_may_not_bring_more_illness_than_there_is_time_for() -> None:
    incidence_by_age(with_slope(0.0, incidence_level=100.0).health)
    with pytest.raises(DataError, match=r"incidence_slope = 0.02: .* illnesses a year at some age"):
        incidence_by_age(with_slope(0.02, incidence_level=100.0).health)


def test_the_ill_are_the_younger_for_a_falling_slope() -> None:
    """Of persons as founded, their mean age is the mean of all ages weighed by the chance to be ill.

    So many latently ill, some 2,000, err by the spread of their ages over the root of their number.
    """
    means = []
    for slope in (0.0, SLOPE):
        case = with_slope(slope, survival_years=0.0, latency_years=2.0, incidence_level=5.0)
        incidence = incidence_by_age(case.health)
        persons = found(case, incidence, seed=1)
        ages = persons["age_at_start"].astype(float)
        weights = np.minimum(1, 2.0 * incidence[persons["traits"] & 1, ages.astype(int)] * persons["frailty"])
        ill = ages[persons["health"] == HealthState.LATENT]
        assert ill.size > 100
        expected = (ages * weights).sum() / weights.sum()
        assert abs(ill.mean() - expected) < 4 * ill.std() / math.sqrt(ill.size)
        means.append(expected)
    assert means[1] < means[0] - 5


def test_plans_reckon_with_the_slope_and_insurers_rate_by_the_table() -> None:
    selling = {"insurance.commercial.on_sale": True}
    worlds = [load("xianghubao", selling | {"health.incidence_slope": slope}) for slope in (0.0, SLOPE)]
    flat, sloped = models = [MutualAidModel(case, 500, 1) for case in worlds]
    for model in models:
        model.step()
        (plan,) = model.platforms
        covers, incidence = model.world.covers[0].astype(float), incidence_by_age(model.case.health)
        level = (covers * incidence.mean(axis=0))[covers > 0].mean()
        assert offers.level_by_table(plan) == pytest.approx(rules.true_level(fen(level), plan.gross), abs=0.01)
    premiums = [model.world.premiums[0] for model in models]
    assert premiums[0].any()
    assert np.abs(premiums[1] - premiums[0]).max() <= 1  # fen: rounded up, after a division
    assert (sloped.world.incidence[:, 30] > flat.world.incidence[:, 30]).all()


def test_the_share_of_mild_cases_turns_about_38_between_20_and_56_years_and_is_flat_outside() -> None:
    """At a fifth and -0.04 it is halved, nearly, at 56 and doubled at 20; a child's is that at 20."""
    flat, sloped = (mild_by_age(with_slope(0.0, mild_share=0.2, mild_slope=slope).health) for slope in (0.0, -0.04))
    assert (flat == 0.2).all()
    for age, factor in ((38, 1.0), (28, math.exp(0.4)), (48, math.exp(-0.4)), (20, math.exp(0.72))):
        assert sloped[age] == pytest.approx(0.2 * factor)
    assert (sloped[:20] == sloped[20]).all()
    assert (sloped[56:] == sloped[56]).all()
    assert sloped[56] == pytest.approx(0.2 * math.exp(-0.72))
    assert mild_by_age(with_slope(0.0, mild_share=0.9, mild_slope=-0.04).health)[0] == 1.0
