"""Rules, money and calendar, one by one: values by hand, and what must hold for any numbers."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm import clock, money
from abm.persons import rules
from abm.platforms.divisions import DIVISIONS

chances = st.floats(0, 1)
fens = st.integers(0, 10**12)
yuans = st.floats(-1e5, 1e5)
heads = st.integers(1, 10**9)
bills = st.floats(0, 1e6)


@given(fens, heads)
def test_a_divided_amount_is_never_short_and_leaves_less_than_a_fen_a_head(amount: int, among: int) -> None:
    each, remainder = money.divide(amount, among)
    assert each * among == amount + remainder
    assert 0 <= remainder < among


@pytest.mark.parametrize(("amount", "among"), [(0, 5), (-3, 5), (100, 0)])
def test_nothing_is_divided_where_nothing_is_owed_or_nobody_shares(amount: int, among: int) -> None:
    assert money.divide(amount, among) == (0, 0)


@given(fens, heads)
def test_part_of_a_pot_under_equal_burdens_is_an_equal_share(pot: int, among: int) -> None:
    assert rules.part_of_amount(pot, 1, among) == money.divide(pot, among)[0]


@given(st.integers(0, 10**11), st.lists(st.integers(1, 10**6), min_size=1, max_size=50))
def test_parts_by_burden_cover_the_pot_with_less_than_a_fen_a_head_over(
    pot: int, contribution_weights: list[int]
) -> None:
    parts = [
        rules.part_of_amount(pot, contribution_weight, sum(contribution_weights))
        for contribution_weight in contribution_weights
    ]
    assert 0 <= sum(parts) - pot < len(contribution_weights)
    assert sorted(parts) == [part for _, part in sorted(zip(contribution_weights, parts, strict=True))]


@pytest.mark.parametrize(
    ("amount", "rate", "fee"), [(300_000_00, 0.08, 24_000_00), (25, 0.1, 2), (35, 0.1, 4), (0, 0.5, 0)]
)
def test_the_fee_is_rounded_to_a_fen_halves_to_even(amount: int, rate: float, fee: int) -> None:
    assert money.part(amount, rate) == fee


@given(st.integers(-(10**13), 10**13))
def test_fen_come_back_from_yuan(amount: int) -> None:
    assert money.fen(money.yuan(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (123_456, "1,234.56 yuan"),
        (-5, "-0.05 yuan"),
        (100_000_000, "1.00 million yuan"),
        (989_000_000_000, "9.89 billion yuan"),
    ],
)
def test_amounts_are_spelled_for_readers(amount: int, text: str) -> None:
    assert money.spell(amount) == text


def test_a_chance_of_illness_is_a_twenty_fourth_of_the_annual_rate_and_at_most_one() -> None:
    assert rules.illness_chance(0.0024, 2.0) == pytest.approx(0.0002)
    assert rules.illness_chance(30.0, 1.0) == 1.0


@given(bills, bills, chances)
def test_what_is_learned_lies_between_what_was_expected_and_what_was_seen(old: float, seen: float, gain: float) -> None:
    new = rules.learned(old, seen, gain)
    slack = 1e-9 * max(old, seen)
    assert min(old, seen) - slack <= new <= max(old, seen) + slack
    assert rules.learned(old, seen, 0.0) == old
    assert rules.learned(old, seen, 1.0) == pytest.approx(seen, abs=slack)


def test_a_gap_is_closed_by_the_gain() -> None:
    assert rules.learned(100.0, 500.0, 0.25) == 200.0


@given(chances, chances)
def test_trust_stays_between_none_and_full(trust: float, part: float) -> None:
    assert 0 <= rules.erode_trust(trust, part) <= trust <= rules.raise_trust(trust, part) <= 1 + 1e-12


def test_trust_wins_a_part_of_what_is_lacking_and_loses_a_part_of_what_is_there() -> None:
    assert rules.raise_trust(0.8, 0.5) == pytest.approx(0.9)
    assert rules.erode_trust(0.8, 0.5) == pytest.approx(0.4)


@given(bills, bills, st.floats(0, 10))
def test_the_anxious_reckon_with_more_only_above_what_they_expect(expected: float, bill: float, anxiety: float) -> None:
    outlook = rules.anticipated_share(expected, bill, anxiety)
    assert outlook >= expected
    assert outlook == (expected if bill <= expected else pytest.approx(expected + anxiety * (bill - expected)))


def test_a_rise_of_small_change_surprises_nobody() -> None:
    """From 3 to 6 fen is a rise by 0.03 of the yuan that is noticed; from 2 to 4 yuan one by a whole."""
    assert rules.surprise(6.0, 3.0, 100.0) == pytest.approx(0.03)
    assert rules.surprise(400.0, 200.0, 100.0) == 1.0
    assert rules.surprise(100.0, 200.0, 100.0) == 0.0


@given(chances, st.floats(0, 100), st.floats(0, 100), st.floats(0.01, 100), st.floats(0.01, 100))
def test_surprise_makes_people_think_and_patience_keeps_them_from_it(
    attention: float, small: float, more: float, patience: float, other: float
) -> None:
    chance = rules.thinking_chance(attention, small, patience)
    assert attention <= chance <= 1
    assert chance <= rules.thinking_chance(attention, small + more, patience)
    impatient, patient = sorted((patience, other))
    assert rules.thinking_chance(attention, small, impatient) >= rules.thinking_chance(attention, small, patient)


def test_a_surprise_as_large_as_ones_patience_doubles_attention() -> None:
    assert rules.thinking_chance(0.04, 0.5, 0.5) == pytest.approx(0.08)


def test_cover_is_worth_the_expected_aid_marked_up_and_less_other_cover() -> None:
    """Of 300,000 yuan at 0.002 a year 600 yuan are expected; half more for aversion, nine tenths believed: 810."""
    assert rules.worth_of_cover(0.9, 300_000.0, 0.002, 0.5, 0.0) == pytest.approx(810.0)
    assert rules.worth_of_cover(0.9, 300_000.0, 0.002, 0.5, 0.4) == pytest.approx(486.0)


@given(chances, st.floats(0, 1e6), chances, chances, st.floats(0, 10), chances)
def test_a_healthier_member_gains_less(
    trust: float, cover: float, risk: float, healthier: float, aversion: float, overlap: float
) -> None:
    own = rules.worth_of_cover(trust, cover, risk, aversion, overlap)
    assert rules.worth_of_cover(trust, cover, risk * healthier, aversion, overlap) <= own + 1e-9 * own


def test_company_is_worth_the_share_of_friends_inside() -> None:
    assert rules.worth_of_company(200.0, 0.5) == 100.0


def test_a_share_of_a_yuan_costs_twenty_four_yuan_a_year() -> None:
    assert rules.cost_of_sharing(100.0) == 24.0


@given(yuans, yuans, st.floats(0, 1e4))
def test_a_larger_gain_is_never_chosen_less_often(gain: float, other: float, noise: float) -> None:
    low, high = sorted((gain, other))
    assert 0 <= rules.choice_chance(low, noise) <= rules.choice_chance(high, noise) <= 1


@given(st.floats(-1e3, 1e3), st.floats(1, 1e4))
def test_what_is_gained_by_one_choice_is_lost_by_the_other(gain: float, noise: float) -> None:
    assert rules.choice_chance(gain, noise) + rules.choice_chance(-gain, noise) == pytest.approx(1.0)


def test_odds_of_a_choice_are_exponential_in_its_gain() -> None:
    chance = rules.choice_chance(60.0, 30.0)
    assert chance / (1 - chance) == pytest.approx(math.exp(2))
    assert rules.choice_chance(0.0, 30.0) == 0.5


@pytest.mark.parametrize(("gain", "chance"), [(1e-9, 1.0), (0.0, 0.0), (-1e-9, 0.0)])
def test_without_noise_whatever_gains_at_all_is_chosen(gain: float, chance: float) -> None:
    assert rules.choice_chance(gain, 0.0) == chance


@pytest.mark.parametrize(("credit", "chance"), [(650, 0.003), (950, 0.0), (800, 0.0015), (350, 0.006), (1_000, 0.0)])
def test_deductions_fail_more_often_at_a_lower_score(credit: float, chance: float) -> None:
    assert rules.deduction_failure(credit, 0.003) == pytest.approx(chance)


@given(st.floats(350, 950), chances)
def test_a_chance_of_failure_is_a_chance(credit: float, base: float) -> None:
    assert 0 <= rules.deduction_failure(credit, base) <= 1


def test_a_burden_is_the_expected_aid_in_tenths_of_a_yuan_and_at_least_one() -> None:
    by_risk = DIVISIONS["risk"].weights(np.array([300_000.0]), np.array([[0.001], [0.0]]))
    assert rules.contribution_weight(by_risk[0, 0], 2.0) == 6_000
    assert rules.contribution_weight(by_risk[1, 0], 1.0) == 1


@pytest.mark.parametrize(("days", "wanted"), [(0, 0), (1, 1), (15, 1), (16, 2), (30, 2), (90, 6), (180, 12), (365, 24)])
def test_days_are_whole_half_months_rounded_up(days: int, wanted: int) -> None:
    assert clock.periods(days) == wanted


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_a_half_month_contains_the_day_it_collects_on(day: date) -> None:
    period = clock.half_month(day)
    collected = clock.collection_date(period)
    assert clock.half_month(collected) == period
    assert (collected.year, collected.month) == (day.year, day.month)
    assert (collected.day == 28) == (day.day > 15)


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_half_months_follow_each_other_without_a_gap(day: date) -> None:
    step = clock.half_month(day + timedelta(days=1)) - clock.half_month(day)
    assert step == ((day + timedelta(days=1)).day in (1, 16))
    assert clock.half_month(day.replace(day=1, year=day.year + 1)) - clock.half_month(day.replace(day=1)) == 24
