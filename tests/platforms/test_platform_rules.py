"""The arithmetic of plans by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.platforms import rules

chances = st.floats(0, 1)
amounts = st.floats(0, 1e9)


def test_a_yuan_a_year_of_2400_members_is_a_hundred_yuan_a_half_month() -> None:
    assert rules.for_members(2_400, 1.0) == 100_00


def test_what_decays_by_three_tenths_a_year_is_down_to_half_in_two_years() -> None:
    assert rules.decayed(100.0, 0.3, 0.0) == 100.0
    assert rules.decayed(100.0, 0.3, 2.0) == pytest.approx(49.0)
    assert rules.traffic_income(2_400, 1.0, 0.3, 2.0) == pytest.approx(49_00)


@given(amounts, chances, st.floats(0, 20), st.floats(0, 20))
def test_what_decays_never_grows(value: float, decay: float, years: float, more: float) -> None:
    assert 0 <= rules.decayed(value, decay, years + more) <= rules.decayed(value, decay, years) <= value


def test_a_launch_campaign_fades_to_steady_marketing() -> None:
    assert rules.campaign_reach(0.016, 0.2, 0.1, 0) == pytest.approx(0.216)
    assert rules.campaign_reach(0.016, 0.2, 0.1, 1) == pytest.approx(0.036)
    assert rules.campaign_reach(0.016, 0.2, 0.1, 100) == pytest.approx(0.016)


def test_newcomers_are_led_to_expect_the_mean_of_the_past_and_at_least_what_they_are_told() -> None:
    assert rules.advertised_share(10, 0, 0) == 10
    assert rules.advertised_share(10, 100, 2) == 50
    assert rules.advertised_share(60, 100, 2) == 60


def test_an_actuary_spreads_the_aid_of_a_year_with_fee_and_levy_over_24_shares() -> None:
    assert rules.gross(0.08, 0.02) == pytest.approx(1.1)
    assert rules.true_level(2_400.0, 1.1) == pytest.approx(110.0)


def test_claims_wait_for_what_exceeds_the_capacity_of_a_period() -> None:
    assert rules.decision_delay(4_000.0, 1_000.0) == 3.0
    assert rules.decision_delay(500.0, 1_000.0) == 0.0
    assert rules.decision_delay(3.0, 0.0) == 2.0  # at least one case is decided


def test_effort_finds_and_costs_in_proportion() -> None:
    assert rules.detection_chance(0.5, 0.8) == pytest.approx(0.4)
    assert rules.investigation_cost(0.5, 4_000.0) == 4_000.0
    assert rules.investigation_cost(0.0, 4_000.0) == 2_000.0
    assert rules.investigation_cost(1.0, 4_000.0) == 6_000.0


def test_the_cap_of_a_case_is_what_all_who_share_pay_together_rounded_up() -> None:
    assert rules.case_limit(0.1, 20, 1_000.0) == 2_000_00
    assert rules.case_limit(0.001, 1, 1.0) == 1


def test_a_pool_in_run_off_pays_all_it_can_of_each_claim_and_never_more_than_all() -> None:
    assert rules.paid_part(600, 1_000) == 0.6
    assert rules.paid_part(2_000, 1_000) == 1.0
    assert rules.paid_part(0, 0) == 0.0


def test_one_in_a_hundred_who_leaves_in_half_a_month_is_two_in_a_hundred_a_month() -> None:
    assert rules.monthly_exit_rate(10, 1_000) == 0.02
    assert rules.monthly_exit_rate(0, 0) == 0.0


def test_those_still_inside_have_paid_their_part_of_all_shares() -> None:
    assert rules.paid_by_members(1_000, 9, 10) == 900
    assert rules.paid_by_members(0, 0, 0) == 0


def test_regulatory_cost_is_full_at_full_sternness_and_double_before_a_listing() -> None:
    assert rules.regulatory_cost(6.0, 1.0, 1.0, 1.0) == 6.0
    assert rules.regulatory_cost(6.0, 1 / 3, 1.5, 2.0) == pytest.approx(6.0)
    assert rules.regulatory_cost(6.0, 0.0, 1.0, 2.0) == 0.0


def test_going_on_is_worth_books_and_customers_less_regulatory_cost_for_the_years_ahead() -> None:
    assert rules.worth_of_going_on(2.0, -3e6, 1e6, 8.0, 2.0) == 2 * (-3e6 + 6e6)


def test_two_recent_closings_take_half_of_what_a_wave_can_take_from_the_stigma() -> None:
    assert rules.stigma(5.0, 0.7, 0.0) == 5.0
    assert rules.stigma(5.0, 0.7, 2.0) == pytest.approx(5 * (1 - 0.35))
    assert rules.stigma(5.0, 0.7, 1e12) == pytest.approx(1.5)


def test_a_closing_is_forgotten_in_a_year() -> None:
    assert [rules.recency(ago) for ago in (0, 6, 12, 24, 30)] == [1.0, 0.75, 0.5, 0.0, 0.0]


def test_a_closing_is_talked_of_and_frightens_by_the_root_of_its_share_of_members() -> None:
    assert rules.salience(0.25, 0) == 0.5
    assert rules.salience(0.25, 12) == 0.25
    assert rules.salience(0.01, 0) == pytest.approx(0.1)
    assert rules.contagion(0.25, 0.2) == pytest.approx(0.1)


@given(chances, st.floats(0, 5), st.floats(0, 5))
def test_each_closing_that_is_talked_of_alarms_those_whom_the_others_left_calm(
    alarm: float, one: float, other: float
) -> None:
    calm = (1 - rules.closure_risk(alarm, one, 0.0)) * (1 - rules.closure_risk(alarm, other, 0.0))
    assert rules.closure_risk(alarm, one + other, 0.0) == pytest.approx(1 - calm)
    assert rules.closure_risk(alarm, 1.0, 0.0) == pytest.approx(alarm)
    assert rules.closure_risk(alarm, 0.0, 0.0) == 0.0


@pytest.mark.parametrize(("left", "risk"), [(30, 0.0), (24, 0.0), (12, 0.5), (0, 1.0), (-3, 1.0)])
def test_an_end_with_a_date_is_the_part_of_the_year_without_cover(left: int, risk: float) -> None:
    assert rules.closure_risk_by_date(left) == risk


def test_pressure_builds_up_to_what_is_seen_over_what_is_forgotten() -> None:
    pressure = 0.0
    for _ in range(1_000):
        pressure = rules.pressure(pressure, 0.08, 0.02)
    assert pressure == pytest.approx(0.02 / 0.08)


def test_deposits_alarm_by_the_billion_and_complaints_by_the_thousand_persons() -> None:
    assert rules.alarm_at_deposits(0.15, 2e6, 1_000.0) == pytest.approx(0.3)
    assert rules.alarm_at_complaints(2.0, 1e6, 1e9) == pytest.approx(2.0)


@pytest.mark.parametrize(("pressure", "part"), [(0.0, 1.0), (0.13, 0.5), (0.26, 0.0), (9.0, 0.0)])
def test_founders_are_deterred_by_pressure_up_to_that_of_a_warning(pressure: float, part: float) -> None:
    assert rules.ease_of_entry(pressure, 0.26) == pytest.approx(part)


def test_small_plans_live_on_their_part_of_the_fees_and_fail_by_their_endurance() -> None:
    assert rules.fee_income(500.0, 1_000.0, 100) == 24 * 5_000.0
    assert rules.fee_income(0.0, 1_000.0, 0) == 0.0
    surviving = (1 - rules.failure_chance(2.0)) ** 48
    assert surviving == pytest.approx(1 / math.e)


def test_a_premium_is_the_expected_benefit_with_a_loading_rounded_up_to_a_fen() -> None:
    table = rules.premium(100_000_00, 0.5, np.array([[0.001, 0.002], [0.0, 1e-9]]))
    assert table.tolist() == [[150_00, 300_00], [0, 1]]
