"""References say what theory says of them, and know nothing of what followed 2020."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from abm.scenario.files import load
from abm.scenario.tables import incidence_by_age, strata_of
from abm.study.forecast.ensemble import KNOWN, NEVER, START, Ensemble
from abm.study.forecast.observed import Observed
from abm.study.forecast.references import (
    REFERENCES,
    autoregression,
    bass,
    bass_curve,
    fit_ar1,
    fit_bass,
    hazard,
    incidence_of,
    known_of,
    last_value,
    line,
    refer,
    static_pool,
    trend,
)
from worlds.forecasts import PLAN, STEPS, ensemble, history

SCENARIO = load("xianghubao")


def observed(value: float, quantity: str = "members", last: date = date(2020, 12, 28), bound: str = "") -> Observed:
    return Observed("M1", PLAN, quantity, str(last), last, last, value, bound)


def referred(
    name: str, known: pd.DataFrame, facts: tuple[Observed, ...] = (), runs: Ensemble | None = None
) -> Ensemble:
    return refer(REFERENCES[name], known, SCENARIO, ensemble() if runs is None else runs, facts)


def test_the_last_value_stays() -> None:
    found = last_value({"members": np.array([1.0, 5.0, 3.0])}, 4, SCENARIO, PLAN)
    assert found["members"].tolist() == [[3, 3, 3, 3]]


def test_a_straight_line_goes_on_and_does_not_fall_below_nothing() -> None:
    falling = np.r_[np.full(30, 999.0), np.arange(24.0)[::-1] + 2]  # before 2020 something else
    assert trend({"members": falling}, 4, SCENARIO, PLAN)["members"][0] == pytest.approx([1, 0, 0, 0], abs=1e-9)
    assert line(np.array([1.0, 2.0, 4.0]), 1) == pytest.approx([7 / 3 + 2 * 1.5])
    assert line(np.array([1.0, np.nan, 3.0]), 2) == pytest.approx([4, 5])
    assert line(np.array([7.0]), 2).tolist() == [7, 7]


@pytest.mark.parametrize("curve", [(1e8, 0.01, 0.08), (3e6, 0.05, 0.2), (5.0, 0.03, 0.001)])
def test_bass_recovers_its_own_curve(curve: tuple[float, float, float]) -> None:
    time = np.arange(1.0, 54)
    values = bass_curve(*curve, time)
    assert fit_bass(values) == pytest.approx(curve, rel=1e-3)
    found = bass({"members": values, "aid": values / 2}, STEPS, SCENARIO, PLAN)
    later = bass_curve(*curve, np.arange(54.0, 54 + STEPS))
    assert found["members"][0] == pytest.approx(later, rel=1e-4)
    assert found["aid"][0] == pytest.approx(later / 2, rel=1e-4)


def test_the_curve_of_bass_solves_his_equation() -> None:
    """Adoptions a moment are (p + q N / m)(m - N)."""
    time, step = np.linspace(0, 40, 9), 1e-5
    now = bass_curve(50.0, 0.02, 0.3, time)
    speed = (bass_curve(50.0, 0.02, 0.3, time + step) - bass_curve(50.0, 0.02, 0.3, time - step)) / (2 * step)
    assert speed == pytest.approx((0.02 + 0.3 * now / 50) * (50 - now), rel=1e-6)
    assert now[0] == 0


def test_an_autoregression_finds_its_coefficient() -> None:
    """Of 20,000 values, to four standard errors, sqrt((1 - 0.8^2) / n)."""
    luck, values = np.random.default_rng(1), [10.0]
    for shock in luck.normal(0, 2.0, 20_000):
        values.append(2.0 + 0.8 * values[-1] + shock)
    constant, coefficient, spread = fit_ar1(np.array(values))
    assert coefficient == pytest.approx(0.8, abs=4 * 0.6 / np.sqrt(20_000))
    assert constant / (1 - coefficient) == pytest.approx(10, abs=0.3)
    assert spread == pytest.approx(2, rel=0.02)


def test_an_autoregression_spreads_as_its_theory_says() -> None:
    """From the last value to the mean, with a variance that comes to s^2 / (1 - a^2)."""
    luck, values = np.random.default_rng(3), [50.0]
    for shock in luck.normal(0, 1.0, 5_000):
        values.append(20.0 + 0.6 * values[-1] + shock)
    paths = autoregression({"members": np.array([*values, 60.0])}, 200, SCENARIO, PLAN)["members"]
    assert paths[:, 0].mean() == pytest.approx(20 + 0.6 * 60, abs=0.5)
    assert paths[:, 100:].mean() == pytest.approx(50, abs=0.1)
    assert paths[:, 100:].std() == pytest.approx(1 / 0.8, rel=0.05)


@pytest.mark.parametrize("values", [[5.0, 5.0, 5.0, 5.0], [5.0, 5.0], [1.0, 3.0, 9.0, 27.0]])
def test_an_autoregression_does_not_explode(values: list[float]) -> None:
    _, coefficient, _ = fit_ar1(np.array(values))
    assert coefficient == 1
    paths = autoregression({"members": np.array(values)}, 2, SCENARIO, PLAN)["members"]
    if len(set(values)) == 1:
        assert (paths == 5).all()


def test_a_pool_of_the_populations_mean_age_falls_ill_as_the_population_does() -> None:
    people = np.zeros(106)
    for stratum in strata_of(SCENARIO.people):
        people[stratum.age : stratum.age + stratum.width] += stratum.share / stratum.width
    people = people[:60] / people[:60].sum()  # the ages that the plan covers
    rates = incidence_by_age(SCENARIO.health).mean(axis=0)[:60]
    mean_age = float(people @ (np.arange(60) + 0.5))
    assert incidence_of(SCENARIO, PLAN, mean_age) == pytest.approx(float(people @ rates), rel=1e-6)
    assert incidence_of(SCENARIO, PLAN, mean_age - 5) < incidence_of(SCENARIO, PLAN, mean_age)
    assert incidence_of(SCENARIO, PLAN, mean_age + 5) > incidence_of(SCENARIO, PLAN, mean_age)


def test_a_static_pool_pays_what_its_ages_and_the_cases_of_2020_cost() -> None:
    def known(**values: float) -> dict[str, np.ndarray]:
        return {name: np.full(30, value) for name, value in values.items()}

    given = known(members=2e6, members_sharing=1e6, mean_age=35.0, aided=100.0, aid=1e7, share=11.0)
    found = static_pool(given, 3, SCENARIO, PLAN)
    aided = 2e6 * incidence_of(SCENARIO, PLAN, 35.0) / 24
    assert found["members"].tolist() == [[2e6] * 3]
    assert found["aided"][0] == pytest.approx([aided] * 3)
    assert found["aid"][0] == pytest.approx([aided * 1e5] * 3)  # a case cost 100,000
    assert found["share"][0] == pytest.approx([aided * 1e5 * 1.1 / 1e6] * 3)  # the share was 1.1 times the aid


@pytest.mark.parametrize("name", REFERENCES)
def test_a_reference_knows_nothing_of_what_followed(name: str) -> None:
    past = history(
        members=np.arange(1.0, 49), members_sharing=np.arange(1.0, 49), aid=2.0, aided=3.0, share=1.0, mean_age=35
    )
    one = referred(name, past)
    other = referred(name, past, runs=ensemble(members=[9, 9, 9], aid=[7, 7, 7], announced=[START + 3] * 3))
    assert one.last == START + STEPS - 1
    assert one.series.keys() == other.series.keys()
    for key, values in one.series.items():
        assert np.array_equal(values, other.series[key]), key
    assert (one.announced[PLAN] == NEVER).all()
    assert one.series[f"{PLAN}.members"][0, :KNOWN].tolist() == [47, 48]
    assert one.before[f"{PLAN}.aid"][0] == 46 * 2


@pytest.mark.parametrize("name", REFERENCES)
def test_a_plan_that_was_over_by_2020_stays_over(name: str) -> None:
    members = np.r_[np.full(40, 5.0), np.zeros(8)]
    found = referred(name, history(members=members, aid=1.0, share=1.0))
    assert not found.series[f"{PLAN}.members"].any()
    assert np.isnan(found.series[f"{PLAN}.share"]).all()


@pytest.mark.parametrize("name", REFERENCES)
@pytest.mark.parametrize("weeks", [1, 3])
def test_a_plan_of_the_last_weeks_has_members_of_whom_nobody_shares_yet(name: str, weeks: int) -> None:
    members = np.r_[np.zeros(48 - weeks), np.arange(5.0, 5 + weeks)]
    nobody = {"members_sharing": 0.0, "aid": 0.0, "aided": 0.0, "share": np.nan, "mean_age": np.nan}
    found = referred(name, history(members=members, **nobody))
    assert (found.series[f"{PLAN}.members"][:, KNOWN:] > 0).all()
    assert not found.series[f"{PLAN}.members_sharing"][:, KNOWN:].any()
    assert not found.series[f"{PLAN}.aid"][:, KNOWN:].any()
    assert np.isnan(found.series[f"{PLAN}.share"]).all()


@pytest.mark.parametrize("name", REFERENCES)
def test_a_plan_without_members_by_the_last_observation_stays_over(name: str) -> None:
    found = referred(name, history(members=100.0, aid=1.0, share=1.0), (observed(0.0),))
    assert not found.series[f"{PLAN}.members"].any()
    assert np.isnan(found.series[f"{PLAN}.share"]).all()


def test_an_observation_of_before_the_runs_is_no_level() -> None:
    early = observed(7.0, "per_capita_share_rmb_per_period", date(2020, 8, 31))._replace(first=date(2020, 8, 1))
    known = known_of(history(months=3, members=100.0, share=3.0), PLAN, [early])
    assert known["share"].tolist() == [3.0] * 6


def test_what_was_known_begins_at_the_launch() -> None:
    members = np.r_[np.zeros(40), np.arange(1.0, 9)]
    assert known_of(history(members=members), PLAN, [])["members"].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("fact", "level"),
    [
        (observed(200.0), 2.0),
        (observed(50.0, last=date(2020, 8, 28)), 0.5),
        (observed(200.0, last=date(2020, 6, 28)), 1.0),  # too long ago
        (observed(200.0, bound="above"), 1.0),
        (observed(9.0, "closure_cost_rmb"), 1.0),
        (observed(9.0)._replace(platform="waterdrop"), 1.0),
    ],
)
def test_references_start_from_the_last_observation(fact: Observed, level: float) -> None:
    found = known_of(history(members=100.0, aid=7.0), PLAN, [fact])
    assert found["members"] == pytest.approx(np.full(48, 100 * level))
    assert found["aid"] == pytest.approx(np.full(48, 7.0))


def test_aid_goes_with_the_cases_where_it_is_not_observed() -> None:
    past = history(members=100.0, aided=10.0, aid=500.0)
    cases, aid = observed(20.0, "aided_members_period"), observed(600.0, "aid_paid_rmb_period")
    assert known_of(past, PLAN, [cases])["aid"] == pytest.approx(np.full(48, 1000.0))
    assert known_of(past, PLAN, [cases, aid])["aid"] == pytest.approx(np.full(48, 600.0))
    assert known_of(past, PLAN, [aid])["aided"] == pytest.approx(np.full(48, 10.0))


def test_the_later_observation_counts() -> None:
    facts = [observed(300.0), observed(50.0, last=date(2020, 8, 28))]
    assert known_of(history(members=100.0), PLAN, facts)["members"][-1] == pytest.approx(300)


def test_the_rate_of_closings_is_that_of_2020() -> None:
    """A quarter of the runs has a closing in 12 months of a plan; an earlier or later one is none of 2020."""
    runs = ensemble(weight=(0.25, 0.25, 0.5), announced=(START - 3, START + 1, START - 40))
    assert hazard(runs, history(members=1.0)) == pytest.approx(0.25 / 12)
    assert hazard(runs, history(members=0.0)) == 0
