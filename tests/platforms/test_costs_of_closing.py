"""What closing costs now and later, what customers are worth, and what size does to both, by hand: plain objects."""

from collections import deque
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.clock import PERIODS_PER_YEAR
from abm.persons.census import Count
from abm.platforms import board, budget, census, rules
from abm.platforms.board import Books, ParentValuation, Trend
from abm.platforms.census import PlanCensus
from abm.platforms.closing import Closing, ClosingKind
from worlds.firms import Desk, Firm, Place, firm
from worlds.simple import simple

# A share of 1.08 yuan is one of aid from each of a million members, a thousand of them simulated.
COUNTED = PlanCensus(inside=1_000, ever_joined=1_250, sharing=1_000, true_level=108.0)
# Of the ill of a period a half, a quarter and an eighth file in this period and the two to come; then it is too late.
IN_TIME, RUN_OFF = 0.875, 0.5
HEALTH = {"aware_of_claiming": 1.0, "filing_chance": 0.5}
TERMS = {"claim_days": 30}
amounts = st.floats(0, 1e9)


def seen(periods: int, members: float, aid: float) -> Trend:
    """So many periods noted; of what was there, only the first counts."""
    return Trend(deque([members] * periods), deque([aid] * periods))


def company(year_ago: float, parent: dict[str, Any] | None = None, terms: dict[str, Any] | None = None) -> Firm:
    """A plan that had this part of its million members, and of the aid expected of them, a year ago."""
    trend = seen(25, 1e6 * year_ago, 1e5 * year_ago)
    given = {"census": COUNTED, "collected": 500_000, "trend": trend, "desk": Desk(in_hand=50_000.0)}
    given["model"] = Place(case=simple({"health": HEALTH}))
    return firm({"stigma": 5.0, "horizon": 2.0} | (parent or {}), TERMS | (terms or {}), **given)


@pytest.mark.parametrize(("year_ago", "then"), [(0.8, 1.2), (1.0, 1.0), (2.0, 0.5), (0.0, 2.0)])
def test_the_bill_to_come_by_hand(year_ago: float, then: float) -> None:
    """Million yuan: the run-off, two periods of notice, 0.5 of claims in hand, half of what was paid, stigma."""
    promised = {"last_shares_borne": True, "notice_days": 30, "shares_refunded": 0.5}
    paid = 0.8 * 5 * min(1.0, then) + 48 * 1.08 * (1 + then) / 2
    by_hand = (RUN_OFF + 2 * IN_TIME + 0.5) * then + 0.5 * paid + 5 * then
    asked = company(year_ago, terms={"closing": promised})
    assert board.cost_of_closing_later(asked, 2.0) == pytest.approx(1e6 * by_hand)


def test_who_waits_for_cover_now_is_on_the_bill_of_later() -> None:
    waiting = PlanCensus(inside=1_000, ever_joined=1_000, sharing=500, true_level=108.0)
    place = Place(case=simple({"health": HEALTH}))
    asked = firm({"stigma": 0.0}, TERMS, census=waiting, trend=seen(25, 1e6, 1e5), model=place)
    assert board.closing_bill(asked) == pytest.approx(RUN_OFF * 0.5e6)
    assert board.cost_of_closing_later(asked, 2.0) == pytest.approx(RUN_OFF * 1e6)


@pytest.mark.parametrize(
    ("promised", "periods"),
    [
        ({"run_off_borne": True}, RUN_OFF * 0.5 + 0.25 * 0.625),
        ({"run_off_borne": False, "last_shares_borne": True}, IN_TIME * 0.5 + 0.25 * 1.5),
        ({"run_off_borne": True, "last_shares_borne": True}, (IN_TIME + RUN_OFF) * 0.5 + 0.25 * 2.125),
        ({"run_off_borne": False}, 0.0),
    ],
)
def test_claims_not_thought_of_now_are_on_the_bill_as_far_as_the_end_makes_them_known(
    promised: dict[str, Any], periods: float
) -> None:
    """Half of the ill think of a claim now; at an announced end three quarters would.

    They were found one or two periods before, or are in the one of notice. In that half of each have their papers, and
    of the second and the third a quarter and three eighths after it.
    """
    health = HEALTH | {"aware_of_claiming": 0.2, "shares_until_aware": 1.0, "filing_at_the_end": 1.5}
    place, terms = Place(case=simple({"health": health})), TERMS | {"closing": {"notice_days": 15} | promised}
    asked = firm({"stigma": 0.0}, terms, census=COUNTED, shares=[30, 30], model=place)
    assert board.aid_expected(asked, 1_000) == pytest.approx(0.5 * 1_000 * 100)
    assert board.closing_bill(asked) == pytest.approx(periods * 1e6)
    nobody_thinks_of_it = Place(case=simple({"health.aware_of_claiming": 0}))
    unknown = firm({"stigma": 0.0}, terms, census=COUNTED, model=nobody_thinks_of_it)
    assert board.closing_bill(unknown) == 0.0


def test_a_change_is_carried_on_no_longer_than_it_has_been_seen() -> None:
    """A plan of a quarter of a year has grown from nothing, and one of its own year too."""
    for day, then in ((date(2019, 1, 14), 1.0), (date(2019, 4, 14), 1.25), (date(2020, 1, 14), 2.0)):
        asked = company(0.0, {"stigma": 1.0}, {"closing": {"run_off_borne": False}})
        asked.model = Place(day=day)
        assert board.cost_of_closing_later(asked, 2.0) == pytest.approx(1e6 * then)


@pytest.mark.parametrize(("periods", "then"), [(1, 1.0), (4, 1.125), (13, 1.5), (25, 2.0)])
def test_a_plan_older_than_the_record_of_it_is_carried_on_by_the_record(periods: int, then: float) -> None:
    """Two years old, and from nothing to a million since the first period of the run: an eighth of a year, a half."""
    asked = company(0.0, {"stigma": 1.0}, {"closing": {"run_off_borne": False}})
    asked.trend = seen(periods, 0.0, 0.0)
    assert board.cost_of_closing_later(asked, 2.0) == pytest.approx(1e6 * then)


@given(amounts, amounts, st.floats(0, 1))
def test_what_goes_on_is_doubled_at_most_and_never_below_nothing(now: float, year_ago: float, years: float) -> None:
    later = rules.carried_on(now, year_ago, years)
    assert 0 <= later <= 2 * now
    assert (later - now) * (now - year_ago) >= 0
    assert rules.carried_on(now, year_ago, 0.0) == rules.carried_on(now, now, years) == now


def test_a_wave_of_closings_relieves_who_closes_now_and_not_later() -> None:
    asked = company(1.0, {"stigma_relief": 0.8}, {"closing": {"run_off_borne": False}})
    asked.model.closings = [Closing("other", 48, 50, ClosingKind.ACTIVE, "", 1.0, 0.1)] * 2
    assert board.loss_of_name(asked, 1e6) == pytest.approx(5e6 * 0.6)
    assert board.loss_of_name(asked, 1e6, 0.5) == pytest.approx(5e6 * (1 - 0.8 / 3))
    assert board.cost_of_closing_later(asked, 2.0) == pytest.approx(5e6)


def test_going_on_is_worth_less_by_the_cost_of_closing_later() -> None:
    waits, sees = (board.value_to_parent(company(0.5, {"closing_later": chance})) for chance in (0.0, 0.25))
    later = 0.25 * board.cost_of_closing_later(company(0.5), 2.0)
    assert sees == ParentValuation(pytest.approx(waits.going_on - later), waits.closing, pytest.approx(later))
    assert (waits.later, later > 0) == (0.0, True)


def test_marketing_asks_whether_the_plan_pays_from_year_to_year() -> None:
    for going_on, marketing in ((-4.0, 0.5), (-6.0, 0.25)):
        asked = firm({"marketing_response": 0.5}, valuation=ParentValuation(going_on, 0.0, later=5.0))
        asked.levers = board.Levers(marketing=0.5 if going_on < -5 else 0.25)
        assert board.steer(asked).levers.marketing == marketing


@pytest.mark.parametrize(
    ("elasticity", "members", "stigma"), [(0.0, 1e8, 5.0), (0.5, 4e7, 10.0), (1.0, 1e8, 50.0), (1.0, 1e6, 0.5)]
)
def test_the_stigma_of_a_member_grows_with_the_plan(elasticity: float, members: float, stigma: float) -> None:
    asked = firm({"stigma": 5.0, "stigma_elasticity": elasticity, "stigma_members": 1e7})
    assert board.loss_of_name(asked, members) == pytest.approx(stigma * members)


def customers(terms: dict[str, Any], day: date, **parent: Any) -> float:
    """Worth of a member a year, by what the parent sees in a plan that neither earns nor costs anything else."""
    worth = {"customer_value": 8.0, "value_decay": 0.5, "horizon": 1.0} | parent
    asked = firm(worth, terms, model=Place(day=day), books=Books(), census=PlanCensus(inside=1_000, insured=0.25))
    return board.value_to_parent(asked).going_on / 1e6


def test_customers_of_old_and_young_plans_are_worth_the_same_in_the_same_year() -> None:
    calendar = {"wear_by_calendar": True, "wear_from": date(2018, 7, 1)}
    for day, worth in ((date(2018, 1, 1), 8.0), (date(2019, 7, 1), 4.0), (date(2020, 7, 1), 2.0)):
        assert [customers(calendar | {"launch": date(year, 1, 1)}, day) for year in (2016, 2018)] == [worth, worth]
    assert customers({"launch": date(2016, 7, 1)}, date(2019, 7, 1)) == 1.0  # by its age
    assert customers({"launch": date(2018, 7, 1)}, date(2019, 7, 1)) == 4.0


def test_customers_who_are_insured_already_are_worth_less() -> None:
    """A quarter of the members has insurance."""
    day = date(2019, 1, 1)
    assert [customers({}, day, saturation=part) for part in (0.0, 0.8, 1.0)] == pytest.approx([8.0, 6.4, 6.0])


def test_a_census_counts_who_has_insurance_that_asks_about_health() -> None:
    tally = np.zeros(int(Count.HELD) + 4, np.int64)
    tally[Count.DESCRIBED] = 100
    tally[Count.HELD :] = 60, 10, 25, 5  # without any, with the first product, the second, both
    assert [census.holding(tally, products) for products in (0, 1, 2, 3)] == [0, 15, 30, 40]
    asked = firm()
    assert asked.model.case.insurance.underwritten == 1  # the commercial one, and not that of the cities
    assert census.read(tally, asked).insured == 0.15
    assert census.read(0 * tally, asked).insured == 0.0


def test_traffic_wears_out_by_the_same_calendar() -> None:
    terms = {"traffic_income": 24.0, "traffic_decay": 0.5, "wear_by_calendar": True, "wear_from": date(2020, 1, 1)}
    asked = firm(None, terms, model=Place(day=date(2021, 1, 14)))
    assert budget.traffic(asked) == round(0.5 * rules.for_members(1_000, 24.0))
    assert budget.traffic(firm(None, terms | {"wear_by_calendar": False}, model=asked.model)) == 250_00


@pytest.mark.parametrize(("elasticity", "each"), [(0.0, 2.4), (0.5, 24.0), (1.0, 240.0)])
def test_technology_and_the_rest_cost_a_small_plan_more_a_member(elasticity: float, each: float) -> None:
    """A million members, where costs are known at a hundred million; at an elasticity of one they are fixed."""
    terms = {"technology_cost": 2.4, "other_cost": 1.2, "scale_elasticity": elasticity, "scale_members": 1e8}
    costs = budget.costs(firm(None, terms))
    assert costs["technology"] == 2 * costs["other_costs"] == round(1_000 * 100 * each / PERIODS_PER_YEAR)
    assert costs["investigation"] == 0


def test_many_small_plans_have_each_the_costs_of_its_own_size() -> None:
    terms = {"technology_cost": 2.4, "scale_elasticity": 0.5, "scale_members": 1e6}
    assert budget.costs(firm(None, terms, small_plans=100))["technology"] == 10 * 100_00
    assert budget.costs(firm(None, terms, census=PlanCensus()))["technology"] == 0  # nobody is in yet
