"""Scores worked out by hand, on made-up forecasts beside made-up facts."""

import math
from pathlib import Path

import numpy as np
import pytest

from abm.scenario.files import load
from abm.study.forecast.comparison import by_quantity, scored, told
from abm.study.forecast.ensemble import KNOWN
from abm.study.forecast.folder import Forecast
from abm.study.forecast.scores import Sample, crps, energy, interval_score, skill
from worlds.forecasts import MARCH_END, STEPS, compared, ensemble, facts_about, history


def alike(*values: float) -> Sample:
    return Sample(np.array(values), np.full(len(values), 1 / len(values)), 1.0)


def test_the_crps_is_the_mean_distance_less_half_of_that_among_the_runs() -> None:
    """Of 0, 1, 3 beside 1: (1 + 0 + 2) / 3 - 1/2 * 2 (1 + 3 + 2) / 9 = 1/3."""
    assert crps(alike(0, 1, 3), 1.0) == pytest.approx(1 / 3)
    assert crps(alike(5), 1.0) == 4
    weighted = Sample(np.array([2.0, 0.0]), np.array([0.25, 0.75]), 1.0)
    assert crps(weighted, 1.0) == pytest.approx(1 - 0.5 * 2 * 0.75 * 0.25 * 2)


def test_the_crps_is_the_area_between_the_distribution_and_what_happened() -> None:
    luck = np.random.default_rng(5)
    values, weight = luck.normal(size=7), luck.dirichlet(np.ones(7))
    said, value = Sample(values, weight, 1.0), 0.3
    at = np.linspace(-6, 6, 240_001)
    reached = ((values[:, None] <= at) * weight[:, None]).sum(axis=0)
    area = np.square(reached - (at >= value)).sum() * (at[1] - at[0])
    assert crps(said, value) == pytest.approx(area, abs=1e-3)


def test_an_interval_pays_for_its_width_and_for_what_falls_outside() -> None:
    """The band of 50 % of 1 to 4, by the least values, is 1 to 3; outside each unit costs 2 / 0.5 = 4."""
    said = alike(1, 2, 3, 4)
    assert interval_score(said, 2.0, 50) == (1, 3, 2)
    assert interval_score(said, 5.0, 50) == (1, 3, pytest.approx(2 + 4 * 2))
    assert interval_score(said, 0.0, 50) == (1, 3, pytest.approx(2 + 4 * 1))
    assert interval_score(said, 0.0, 80) == (1, 4, pytest.approx(3 + 10 * 1))


def test_the_energy_score_is_the_crps_of_several_numbers() -> None:
    """(0, 0) and (3, 4) beside (0, 0): 5/2 - 1/2 * 2 * 5 / 4."""
    said = Sample(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([0.5, 0.5]), 1.0)
    assert energy(said, np.zeros(2)) == pytest.approx(2.5 - 1.25)
    one = Sample(np.array([[0.0], [1.0], [3.0]]), np.full(3, 1 / 3), 1.0)
    assert energy(one, np.ones(1)) == pytest.approx(crps(alike(0, 1, 3), 1.0))
    weighted = Sample(said.values, np.array([0.2, 0.8]), 1.0)
    assert energy(weighted, np.zeros(2)) == pytest.approx(0.8 * 5 - 0.5 * 2 * 0.2 * 0.8 * 5)


@pytest.mark.parametrize(
    ("values", "bound", "score"),
    [
        ((6, 7, 100), "above", 0),
        ((5, 6, 7), "above", 0),
        ((2, 2, 2), "above", 3),
        ((2, 6, 90), "above", 1 - 0.5 * 2 * 2 * 3 / 9),  # as of 2, 5, 5
        ((1, 2, -100), "below", 0),
        ((9, 9, 9), "below", 4),
    ],
)
def test_a_bound_is_scored_on_one_side_alone(values: tuple[float, ...], bound: str, score: float) -> None:
    assert crps(alike(*values), 5.0, bound) == pytest.approx(score)


def test_a_band_beyond_a_bound_costs_nothing() -> None:
    assert interval_score(alike(6, 7, 8, 9), 5.0, 50, "above") == (6, 8, 0)
    assert interval_score(alike(1, 2, 3, 4), 5.0, 50, "above") == (1, 3, pytest.approx(2 + 4 * 2))


def test_skill_is_one_for_the_perfect_and_nothing_for_the_reference_itself() -> None:
    assert (skill(0.0, 2.0), skill(2.0, 2.0), skill(4.0, 2.0)) == (1, 0, -1)
    assert math.isnan(skill(0.0, 0.0))


def test_a_perfect_forecast_has_no_error_and_all_skill(tmp_path: Path) -> None:
    runs = ensemble(members=[120] * 3, share=[5] * 3, aid=[12] * 3, announced=[MARCH_END] * 3)
    found = compared(
        tmp_path,
        runs,
        ("2021-06-28", "members", 120),
        ("2021-06-28", "per_capita_share_rmb_per_period", 5),
        ("2021-06-28", "aid_paid_rmb_period", 12),
        ("2021-07", "members_bound_above", 110),
        ("2021-03-20", "closure_announced", "2021-03-20"),
    )
    assert found.left == []
    assert found.facts["crps"].tolist() == [0] * 4
    assert (found.facts["skill last value"] == 1).all()
    assert found.quantities.set_index("quantity").loc["all", "skill last value"] == 1
    assert found.quantities.set_index("quantity").loc["all", ["inside_50", "inside_95", "exact"]].tolist() == [3, 3, 3]
    assert found.together[["energy_score", "skill last value"]].to_numpy().tolist() == [[0, 1]]
    (plan,) = found.plans.to_dict("records")
    assert (plan["brier"], plan["skill last value"]) == (0, 1)


def test_scores_of_a_fact_are_those_by_hand(tmp_path: Path) -> None:
    """Values 90, 110, 130 of weights 1/4, 1/4, 1/2 beside 104; whatever stays as it was is off by 4."""
    runs = ensemble(members=[90, 110, 130])
    found = compared(tmp_path, runs, ("2021-06-28", "members", 104))
    (row,) = found.facts.to_dict("records")
    apart = 0.25 * 14 + 0.25 * 6 + 0.5 * 26
    among = 2 * (0.25 * 0.25 * 20 + 0.25 * 0.5 * 40 + 0.25 * 0.5 * 20)
    assert row["crps"] == pytest.approx(apart - among / 2)
    assert (row["median"], row["scale"], row["has_value"]) == (110, 100, 1)
    assert (row["low_50"], row["high_50"]) == (90, 130)
    assert row["interval_score_50"] == 40
    assert (row["inside_50"], row["inside_80"], row["inside_95"]) == (1, 1, 1)
    assert row["crps last value"] == 4
    assert row["skill last value"] == pytest.approx(1 - (apart - among / 2) / 4)
    assert row["crps trend of 2020"] == pytest.approx(4)
    assert row["crps AR(1)"] == pytest.approx(4)


def test_a_table_sums_up_quantities_in_units_of_what_was_known(tmp_path: Path) -> None:
    runs = ensemble(members=[110] * 3, share=[5] * 3)
    found = compared(
        tmp_path,
        runs,
        ("2021-06-28", "members", 120),
        ("2021-07-28", "members", 150),
        ("2021-06-28", "per_capita_share_rmb_per_period", 6),
    )
    table = found.quantities.set_index("quantity")
    assert table.loc["members", "crps"] == pytest.approx((10 + 40) / 2 / 100)
    assert table.loc["members", "skill last value"] == pytest.approx(1 - 50 / 70)
    assert table.loc["share", "crps"] == pytest.approx(1 / 4)
    assert table.loc["all", "crps"] == pytest.approx((0.1 + 0.4 + 0.25) / 3)
    assert table.loc["all", "skill last value"] == pytest.approx(1 - 0.75 / (0.2 + 0.5 + 0.5))
    assert table.loc["all", ["facts", "exact", "inside_95"]].tolist() == [3, 3, 0]
    assert by_quantity([]) == []


def test_coverage_counts_values_and_no_bounds(tmp_path: Path) -> None:
    runs = ensemble(weight=[0.1] * 10, members=list(range(1, 11)))
    rows = [("2021-06-28", "members", value) for value in (0.5, 1, 2, 3, 5, 8, 9, 10)]
    found = compared(tmp_path, runs, *rows, ("2021-06-28", "members", ">4"))
    line = found.quantities.set_index("quantity").loc["members"]
    assert line["exact"] == 8
    assert [line[f"inside_{band}"] for band in (50, 80, 95)] == [3, 6, 7]  # 3 to 8, 1 to 9, 1 to 10
    assert found.facts["chance_of_bound"].dropna().tolist() == [pytest.approx(0.6)]


def test_exits_are_measured_by_members_and_a_bill_by_a_years_aid(tmp_path: Path) -> None:
    runs = ensemble(members=[100] * 3, returned=[1] * 3)
    found = compared(
        tmp_path, runs, ("2021-06", "net_exit_per_month", 7), ("2021-12-31", "closure_cost_rmb", STEPS + 5)
    )
    assert found.facts["crps"].tolist() == [7, 5]
    assert found.facts["scale"].tolist() == [100, 240]
    assert found.facts["crps last value"].tolist() == [7, STEPS + 5]


def test_what_came_together_is_measured_by_what_had_until_the_end_of_2020(tmp_path: Path) -> None:
    runs = ensemble(members=[100] * 3)
    (row,) = compared(tmp_path, runs, ("2021-06-28", "aid_paid_cumulative_rmb", 90)).facts.to_dict("records")
    assert row["scale"] == 48 * 10


def test_what_was_nothing_by_2020_is_no_measure_and_is_in_no_mean(tmp_path: Path) -> None:
    """Members 10 of 100 off; a first million of aid, of a plan that had paid none, is scored in yuan alone."""
    runs = ensemble(members=[110] * 3, share=[4] * 3, aid=[12] * 3)
    rows = (("2021-06-28", "members", 120), ("2021-06-28", "aid_paid_rmb_period", 1e6 + 12))
    three = (*rows, ("2021-06-28", "per_capita_share_rmb_per_period", 4))
    new = history(members=100.0, members_sharing=100.0, share=4.0, aid=0.0, aided=0.0)
    forecast = Forecast(runs, new, load("xianghubao"), {})
    found = scored(forecast, facts_about(tmp_path, *three))
    assert found.facts["crps"].tolist() == [10, 1e6, 0]
    assert math.isnan(found.facts["scale"][1])
    table = found.quantities.set_index("quantity")
    assert table["with_scale"].to_dict() == {"members": 1, "aid": 0, "share": 1, "all": 2}
    assert table["crps"].fillna(-1).to_dict() == pytest.approx({"members": 0.1, "aid": -1, "share": 0, "all": 0.05})
    assert table.loc["all", "skill last value"] == pytest.approx(0.5)
    assert table.loc["all", "exact"] == 3
    assert found.together.empty
    (aid,) = [line.split() for line in told(found) if line.startswith("aid")]
    assert aid[:4] == ["aid", "1", "-", "-"]


def test_members_share_and_aid_of_one_half_month_are_scored_together(tmp_path: Path) -> None:
    """Off by 10 of 100, 1 of 4 and 5 of 10; sharing members stand for members that are not told."""
    runs = ensemble(members=[110] * 3, members_sharing=[110] * 3, share=[5] * 3, aid=[15] * 3)
    three = [("per_capita_share_rmb_per_period", 4), ("aid_paid_rmb_period", 10)]
    by_hand = pytest.approx(math.sqrt(0.1**2 + 0.25**2 + 0.5**2))
    for name in ("members", "sharing_members_period"):
        found = compared(tmp_path, runs, ("2021-06-28", name, 100), *(("2021-06-21", *each) for each in three))
        (row,) = found.together.to_dict("records")
        assert row["energy_score"] == by_hand
        assert row["energy_score last value"] == 0
        assert row["facts"] == "M1 M2 M3"
    apart = compared(tmp_path, runs, ("2021-05-28", "members", 100), *(("2021-06-28", *each) for each in three))
    assert len(apart.together) == 0
    bound = compared(tmp_path, runs, ("2021-06-28", "members", ">100"), *(("2021-06-28", *each) for each in three))
    assert len(bound.together) == 0


def test_three_of_a_half_month_are_found_in_whatever_order_they_stand(tmp_path: Path) -> None:
    """And sharing members are not asked for where members are told."""
    runs = ensemble(members=[110] * 3, members_sharing=[130] * 3, share=[4] * 3, aid=[10] * 3)
    names = ("sharing_members_period", "members", "per_capita_share_rmb_per_period", "aid_paid_rmb_period")
    values = (100, 100, 4, 10)
    days = ("2021-06-28", "2021-05-28")
    rows = [(day, name, value) for name, value in zip(names, values, strict=True) for day in days]
    together = compared(tmp_path, runs, *rows).together
    assert together["facts"].tolist() == ["M4 M6 M8", "M3 M5 M7"]
    assert together["energy_score"].tolist() == pytest.approx([0.1, 0.1])


def test_exits_of_a_quarter_are_the_mean_of_its_months(tmp_path: Path) -> None:
    """Members fall faster and faster; the end of March is the eighth half-month from December on."""
    members = 10_000.0 - np.arange(KNOWN + STEPS) ** 2
    runs = ensemble(members=np.tile(members, (3, 1)))
    fall = [members[at] - members[at + 2] for at in (7, 9, 11)]
    found = compared(tmp_path, runs, ("2021Q2", "net_exit_per_month", sum(fall) / 3))
    assert len(set(fall)) == 3
    assert found.facts["crps"].tolist() == [0]


def test_a_share_is_that_of_the_runs_in_which_the_plan_is_open(tmp_path: Path) -> None:
    share = np.full((3, KNOWN + STEPS), np.nan)
    share[2] = 5.0
    rows = ("2021-06-28", "per_capita_share_rmb_per_period", 5)
    (row,) = compared(tmp_path, ensemble(share=share), rows).facts.to_dict("records")
    assert (row["crps"], row["has_value"]) == (0, 0.5)
    nowhere = compared(tmp_path, ensemble(share=np.full_like(share, np.nan)), rows)
    assert len(nowhere.facts) == 0
    assert [left.reason for left in nowhere.left] == ["no run has such a plan then"]


def test_what_is_known_of_a_month_alone_is_scored_together_by_the_month(tmp_path: Path) -> None:
    members = np.tile(np.arange(1.0, KNOWN + STEPS + 1) * 100, (3, 1))
    runs = ensemble(members=members, share=[4] * 3, aid=[10] * 3)
    three = [("2021-01-14", "per_capita_share_rmb_per_period", 4), ("2021-01-28", "aid_paid_rmb_period", 10)]
    (row,) = compared(tmp_path, runs, *three, ("2021-01", "members", 350)).together.to_dict("records")
    assert (row["energy_score"], row["facts"]) == (0, "M3 M1 M2")
    more = [("2021-01-28", "per_capita_share_rmb_per_period", 4), ("2021-01-28", "members", 500)]
    (row,) = compared(tmp_path, runs, *three, ("2021-01", "members", 350), *more).together.to_dict("records")
    assert (row["energy_score"], row["facts"]) == (1, "M5 M4 M2")  # the half-month goes before the month
