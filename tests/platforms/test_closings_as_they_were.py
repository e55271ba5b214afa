"""Plans end as plans did, by hand: Waterdrop, Qingsong, JD's and Meituan's; and what their boards reckon for it."""

from collections import deque
from typing import Any

import numpy as np
import pytest

from abm.clock import periods
from abm.errors import ScenarioError
from abm.ledger import HOUSEHOLDS
from abm.market import OFFER
from abm.model import MutualAidModel
from abm.persons.paying import its_year_is_over
from abm.persons.state import Status, membership
from abm.platforms import board, closing
from abm.platforms.board import Trend
from abm.platforms.closing import ClosingKind, Stage
from abm.scenario.files import load
from abm.scenario.parents import ClosingPlan
from worlds.closings import AID, DEPOSITS, OWN, POOL, balance, ten, unborne
from worlds.closings import closing as ended
from worlds.firms import Desk, firm
from worlds.plain import quickly, run, world

HEALTH = 4  # the bit of the third product
A_YEAR_OF_HEALTH_COVER: dict[str, Any] = {
    "insurance.health.title": "a year of health cover",
    "insurance.health.on_sale": False,
    "insurance.health.premium": 240.0,
    "insurance.health.sum_insured": 500_000.0,
    "platform.pool.closing.given_to_all": True,
    "platform.pool.closing.conversion_product": "health",
    "platform.pool.closing.conversion_months": 12,
}


def test_all_in_cover_are_given_a_year_of_health_cover_and_the_platform_pays_it() -> None:
    """Of ten one still waits and is given none, and one has it; the others need not want it."""
    model, _ = ten(A_YEAR_OF_HEALTH_COVER)
    model.persons["risk_aversion"] = -1.0
    model.persons["policies"][1] = HEALTH
    run(model, 5)
    model.memberships["status"][0], model.memberships["joined"][0] = Status.WAITING, 4
    model.world.offers["waiting"] = 9
    households = balance(model, HOUSEHOLDS)
    model.platforms[0].announce("active", "by hand")
    assert not (model.persons["policies"][2:] & HEALTH).any()
    run(model, 1)
    assert (model.persons["policies"] & HEALTH > 0).tolist() == [False] + [True] * 9
    assert balance(model, OWN) == -8 * 240_00
    assert balance(model, HOUSEHOLDS) == households + 8 * 240_00 - 9 * 10_00  # the first half-month's premium


def test_what_a_plan_gave_runs_out_with_its_time() -> None:
    model, strike = ended(A_YEAR_OF_HEALTH_COVER | {"insurance.health.ends_at_diagnosis": False})
    run(model, 1)
    strike(3)
    run(model, 23)
    assert (model.persons["policies"] == HEALTH).all()
    assert balance(model, "health") == 10 * 240_00 - 500_000_00
    run(model, 1)
    assert not model.persons["policies"].any()
    assert balance(model, "health") == 10 * 240_00 - 500_000_00
    model.audit()


def test_who_runs_away_gives_nobody_insurance() -> None:
    model, _ = ten(A_YEAR_OF_HEALTH_COVER)
    run(model, 5)
    model.platforms[0].announce("flight", "by hand")
    run(model, 1)
    assert not model.persons["policies"].any()
    assert balance(model, OWN) == 0


@pytest.mark.parametrize("wrong", [{"insurance.health.on_sale": True}, {"insurance.health.premium": 0.0}])
def test_what_is_given_to_all_has_a_premium_and_is_not_sold(wrong: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match=r"closing\.conversion_product: 'health' is given to all"):
        world(10, A_YEAR_OF_HEALTH_COVER | wrong)


def test_balances_of_waterdrop_come_back_with_the_first_collection_after_five_days() -> None:
    terms = load("waterdrop").platform["waterdrop"]
    assert terms.deposit > 0
    assert (terms.closing.notice_days, terms.claim_days, terms.closing.run_off_borne) == (5, 180, True)
    assert closing.periods_of_cover(ClosingKind.ACTIVE, terms.closing) == 1
    model, _ = ended({"platform.pool.deposit": 9.0, "platform.pool.closing.notice_days": 5})
    assert balance(model, DEPOSITS) == 90_00
    run(model, 1)
    assert balance(model, DEPOSITS) == 0
    assert not model.persons["paid"].any()


@pytest.mark.parametrize(("part", "paid"), [(0.46, 92_00), (1.0, 200_00), (0.0, 0)])
def test_the_last_claims_are_paid_in_part_where_the_last_shares_are_for_a_part_of_them(part: float, paid: int) -> None:
    """Two claims of 1,000 yuan are in hand; nobody is left to share the rest."""
    model = unborne({"people.deduction_failure": 0.0, "platform.pool.closing.last_claims_shared": part})
    assert balance(model, POOL) == 10 * paid
    while model.platforms[0].stage != Stage.CLOSED:
        run(model, 1)
        model.audit()
    assert model.persons["received"].tolist() == [0, 5 * paid, 5 * paid] + [0] * 7
    assert 5 * paid == round(part * AID)
    assert balance(model, OWN) == 0


@pytest.mark.parametrize(("kind", "asked"), [("active", 200_00), ("flight", 0)])
def test_who_runs_away_asks_nobody_for_the_claims_in_hand(kind: str, asked: int) -> None:
    """Two claims of 1,000 yuan wait at the last collection, and ten could pay for them."""
    model, strike = ten({"platform.pool.closing.run_off_borne": False})
    run(model, 5)
    model.platforms[0].announce(kind, "by hand")
    model.platforms[0].desk.capacity = 0.0
    strike(1)
    strike(2)
    run(model, 1)
    assert model.now == model.platforms[0].closing.last
    assert model.platforms[0].desk.queue.size == 2
    assert model.persons["paid"].tolist() == [asked] * 10


def test_policies_of_a_year_run_to_the_end_of_their_year_and_cover_until_then() -> None:
    """Two each joined in steps 0 to 4, and the end is announced in step 4.

    Two are struck in step 26: who joined in step 1 is not covered any more, and who joined in step 3 is for a step.
    """
    model, strike = ten({"platform.pool.closing.ends_by_year": True})
    model.persons["credit"] = 950
    run(model, 5)
    model.memberships["joined"][:, 0] = joined = [0, 1, 2, 3, 4] * 2
    model.platforms[0].announce("ordered", "by hand")
    assert model.platforms[0].closing.last == 28
    for step in range(5, 30):
        if step == 26:
            strike(1)
            strike(3)
        run(model, 1)
        over = [step >= start + 24 for start in joined]
        if step >= 26:
            over[3] = False
            assert model.memberships["status"][3, 0] == Status.AIDED
        ended_now = model.memberships["status"][:, 0] == Status.ENDED
        assert ended_now.tolist() == over
        assert all(model.memberships["since"][row, 0] == start + 24 for row, start in enumerate(joined) if over[row])
    assert model.persons["received"].tolist() == [0, 0, 0, AID] + [0] * 6
    assert model.platforms[0].stage == Stage.RUN_OFF


def test_a_year_of_notice_is_given_where_years_run_out_unless_the_owners_run_away() -> None:
    by_year = ClosingPlan(notice_days=15, ends_by_year=True)
    assert closing.periods_of_cover(ClosingKind.ORDERED, by_year) == 24
    assert closing.periods_of_cover(ClosingKind.FLIGHT, by_year) == 1
    assert closing.periods_of_cover(ClosingKind.ORDERED, ClosingPlan(notice_days=365)) == periods(365)


def test_a_scenario_in_which_meituan_gives_all_shares_back_can_be_written() -> None:
    changes = {"closing.shares_refunded": 1.0, "closing_rules": [], "audience": 1.0, "launch_reach": 0.5}
    with quickly():
        written = {f"platform.meituan.{name}": value for name, value in changes.items()}
        model = MutualAidModel("meituan", persons=400, seed=3, changes=written)
        (plan,) = model.platforms
        for _ in range(24):
            model.step()
        paid = model.memberships["paid"][:, 0].copy()
        plan.announce("active", "by hand")
        while plan.stage != Stage.CLOSED:
            model.step()
    stayed = model.memberships["status"][:, 0] == Status.ENDED
    assert (paid[stayed] > 0).sum() > 20
    assert not model.memberships["paid"][stayed, 0].any()


@pytest.mark.parametrize(
    ("promised", "more"),
    [
        ({"given_to_all": True, "conversion_product": "city", "conversion_months": 6}, 1e6 * 59 / 2),
        ({"run_off_borne": False, "last_shares_borne": True, "last_claims_shared": 0.25}, 0.25 * 300e6),
    ],
)
def test_a_board_reckons_with_what_it_gives_and_with_the_claims_that_last_shares_are_for(
    promised: dict[str, Any], more: float
) -> None:
    """A million members, of whom no aid is expected, and three hundred million yuan of claims in hand."""
    trend = Trend(deque([1e6]), deque([0.0]))
    asked = firm({"stigma": 0.0}, {"closing": promised}, trend=trend, desk=Desk(in_hand=300e3 * 100))
    borne = 300e6 if promised.get("run_off_borne", True) else 0.0
    assert board.closing_bill(asked) == pytest.approx(borne + more)
    assert board.cost_of_closing_later(asked, 2.0) == pytest.approx(borne + more)


@pytest.mark.parametrize(
    ("gifts", "foreseen", "more"),
    [
        ({"shares_refunded": 0.5}, True, 0.5 * 0.8 * 40e6),
        ({"shares_refunded": 0.5}, False, 0.0),
        ({"given_to_all": True, "conversion_product": "city", "conversion_months": 6}, True, 1e6 * 59 / 2),
        ({"given_to_all": True, "conversion_product": "city", "conversion_months": 6}, False, 0.0),
    ],
)
def test_a_board_reckons_with_gifts_that_were_promised_and_not_with_those_of_the_day(
    gifts: dict[str, Any], foreseen: bool, more: float
) -> None:
    """A million members, who have paid four fifths of forty million, and of whom none has a claim."""
    trend = Trend(deque([1e6]), deque([0.0]))
    closing_plan = gifts | {"gifts_foreseen": foreseen}
    asked = firm({"stigma": 0.0}, {"closing": closing_plan}, trend=trend, collected=40_000 * 100)
    assert board.closing_bill(asked) == pytest.approx(more)
    assert board.cost_of_closing_later(asked, 2.0) == pytest.approx(more)


def test_a_gift_that_nobody_had_promised_is_given_all_the_same() -> None:
    promised = {"shares_refunded": 1.0, "gifts_foreseen": False}
    model, strike = ten({f"platform.pool.closing.{name}": value for name, value in promised.items()})
    run(model, 2)
    strike(1)
    run(model, 1)
    model.platforms[0].announce("active", "by hand")
    assert model.persons["paid"].sum() > 0
    run(model, 25)
    assert not model.persons["paid"].any()


def test_a_board_that_sees_members_grow_reckons_with_insurance_for_all_of_them() -> None:
    """Half a million a year ago, a million now, and one and a half in a year."""
    promised = {"given_to_all": True, "conversion_product": "city", "conversion_months": 6}
    trend = Trend(deque([5e5] + [1e6] * 24), deque([0.0] * 25))
    asked = firm({"stigma": 0.0}, {"closing": promised}, trend=trend)
    assert board.cost_of_closing_later(asked, 2.0) == pytest.approx(1.5e6 * 59 / 2)


@pytest.mark.parametrize(("inside_for", "over"), [(0, False), (23, False), (24, True), (25, False), (48, True)])
def test_a_year_is_over_24_half_months_after_joining_and_not_on_the_day(inside_for: int, over: bool) -> None:
    offer, m = np.zeros(1, OFFER)[0], membership(joined=3)[0, 0]
    assert not its_year_is_over(m, offer, np.int64(3 + inside_for))
    offer["ends_by_year"] = 1
    assert its_year_is_over(m, offer, np.int64(3 + inside_for)) == over


def test_no_year_ends_while_the_plan_goes_on() -> None:
    model, _ = ten({"platform.pool.closing.ends_by_year": True})
    assert run(model, 26)["members"].tolist() == [10.0] * 26


def test_only_what_was_given_runs_out() -> None:
    sold = {"insurance.commercial.on_sale": True, "insurance.commercial.reach": 0.0}
    model, _ = ended(A_YEAR_OF_HEALTH_COVER | sold)
    run(model, 1)
    assert model.world.products["runs_out"].tolist() == [0, 0, 5 + 24]


def test_nobody_is_asked_for_last_claims_that_the_platform_pays() -> None:
    borne = {"people.deduction_failure": 0.0, "platform.pool.closing.run_off_borne": True}
    assert balance(unborne(borne), POOL) == 0
