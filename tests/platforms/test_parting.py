"""Parents part with plans, by hand: what it is worth, which of three ways a board takes, and what a new owner does."""

import math
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from abm.agents.platform import Platform
from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.errors import CheckpointError
from abm.persons.rules import choice_chance
from abm.platforms import board, budget, closing, parting
from abm.platforms.board import ParentValuation
from abm.platforms.closing import ClosingKind, Stage
from abm.runs import checkpoint
from abm.scenario.parents import ClosingPlan, Parent, SpinOff
from worlds.closings import AID, OWN, balance, ten
from worlds.firms import Authority, Place, firm
from worlds.plain import quickly, run

PARENT = "platform.pool.parent"


@pytest.mark.parametrize(("refunded", "bill"), [(0.0, 0.0), (1.0, 4e6)])
def test_parting_is_worth_its_cost_a_smaller_loss_of_name_and_where_it_fails_closing(
    refunded: float, bill: float
) -> None:
    """A million members who paid 5 yuan; of those who joined four in five are inside. Closing costs 5 yuan of name."""
    spin_off = SpinOff(considered=True, cost=2.0, stigma=0.25, failure=0.4)
    promised = {"run_off_borne": False, "shares_refunded": refunded}
    asked = firm({"stigma": 5.0, "spin_off": spin_off}, {"closing": promised}, collected=500_000)
    valuation = board.value_to_parent(asked)
    assert valuation.closing == pytest.approx(-5e6 - bill)
    assert valuation.parting == pytest.approx(-2e6 - 0.6 * 1.25e6 + 0.4 * (-5e6 - bill))


def test_a_board_that_does_not_consider_it_has_no_sum_for_it() -> None:
    assert board.value_to_parent(firm({})).parting is None
    assert closing.wants_to_part(firm({"choice_scale": 0.0}, valuation=ParentValuation(-1e9, 0.0))) is None


@pytest.mark.parametrize("gain", [-1e300, -2e6, -1.0, 0.0, 0.3, 7e5, 1e300])
@pytest.mark.parametrize("scale", [0.0, 1.0, 3e5])
def test_without_a_third_way_the_choice_is_that_between_two(gain: float, scale: float) -> None:
    assert parting.chances(0.0, gain, None, scale) == (choice_chance(gain, scale), 0.0)
    alone = parting.chances(0.0, gain, -math.inf, scale)
    assert alone == pytest.approx((choice_chance(gain, scale), 0.0), abs=1e-12)


def test_a_choice_among_three_is_logistic() -> None:
    """Odds of two ways do not depend on the third; three that are worth the same are as likely."""
    assert parting.chances(5.0, 5.0, 5.0, 2.0) == pytest.approx((1 / 3, 1 / 3))
    closes, parts = parting.chances(1.0, 2.0, 4.0, 2.0)
    goes_on = 1 - closes - parts
    assert (closes / goes_on, parts / goes_on) == pytest.approx((math.exp(0.5), math.exp(1.5)))
    assert closes / (closes + goes_on) == pytest.approx(choice_chance(1.0, 2.0))


@pytest.mark.parametrize(
    ("sums", "chosen"),
    [
        ((0.0, 0.0, 0.0), (0.0, 0.0)),
        ((0.0, 1.0, 1.0), (0.0, 1.0)),
        ((0.0, 2.0, 1.0), (1.0, 0.0)),
        ((3.0, 2.0, 1.0), (0.0, 0.0)),
        ((-3.0, -2.0, -1.0), (0.0, 1.0)),
    ],
)
def test_without_a_scale_the_greatest_sum_is_chosen_and_the_least_change(
    sums: tuple[float, float, float], chosen: tuple[float, float]
) -> None:
    assert parting.chances(*sums, 0.0) == chosen


@pytest.mark.parametrize(("reasons", "closes", "parts"), [(0.3, True, False), (0.4, False, True), (0.7, False, False)])
def test_one_number_says_which_of_three_ways_a_board_takes(reasons: float, closes: bool, parts: bool) -> None:
    asked = firm({"choice_scale": 1.0}, valuation=ParentValuation(-2e6, -2e6, 0.0, -2e6))
    with mock.patch("abm.platforms.closing.draw", return_value=reasons):
        assert (closing.ground(asked) is not None) == closes
        words = closing.wants_to_part(asked)
    assert (words is not None) == parts
    if words is not None:
        assert words.startswith("parting with it is worth -2,000,000 yuan to its parent, going on -2,000,000, closing")
    unwanted_never = firm({"choice_scale": 1.0}, {"closing_rules": ()}, valuation=asked.valuation)
    with mock.patch("abm.platforms.closing.draw", return_value=reasons):
        assert closing.wants_to_part(unwanted_never) is None


def test_nobody_parts_with_a_plan_on_trial() -> None:
    worth = ParentValuation(-2e6, -2e6, 0.0, 0.0)
    assert closing.wants_to_part(firm({"choice_scale": 0.0, "trial_years": 2.0}, valuation=worth)) is not None
    assert closing.wants_to_part(firm({"choice_scale": 0.0, "trial_years": 2.1}, valuation=worth)) is None


def test_a_new_owner_has_a_time_of_trial_of_its_own() -> None:
    """A plan of two years that does not pay, in step 48."""
    worth = ParentValuation(-2e6, 0.0)
    for taken_over, ends in ((-1, True), (24, True), (25, False)):
        asked = firm({"choice_scale": 0.0, "trial_years": 1.0}, valuation=worth, taken_over=taken_over)
        assert (closing.ground(asked) is not None) == ends


def test_what_a_parent_feared_and_hoped_for_is_not_the_new_owners() -> None:
    """A stern regulator, a listing ahead and a loss of name by closing: nothing of it counts for the new owner.

    It does not part with the plan again.
    """
    parent: dict[str, Any] = {"spin_off": SpinOff(considered=True), "listing": date(2021, 6, 1), "horizon": 2.0}
    parent |= {"customer_value": 8.0, "other_sales": 24.0, "regulatory_cost": 6.0, "stigma": 5.0}
    terms = {"traffic_income": 24.0, "cross_sell_reach": 0.1, "closing": {"run_off_borne": False}}
    asked = firm(parent, terms, model=Place(regulator=Authority(stern=1.0)))
    assert min(budget.incomes(asked).values()) > 0
    asked.books.rate = 3e5
    asked.terms = asked.terms.model_copy(update=parting.terms_of_new_owner(asked.terms))
    assert board.value_to_parent(asked) == ParentValuation(6e5, 0.0)
    assert budget.incomes(asked) == {"traffic": 0}
    assert asked.terms.cross_sell_reach == 0.0
    assert asked.terms.parent is not None
    assert asked.terms.parent.loss_limit == SpinOff().owner_loss_limit
    assert (asked.terms.parent.listing, asked.terms.parent.spin_off.considered) == (None, False)


def test_promises_for_the_end_are_gone_unless_the_new_owner_keeps_them() -> None:
    poor = {"notice_days": 5, "last_claims_shared": 0.5, "ends_by_year": True}
    promised = ClosingPlan(last_shares_borne=True, shares_refunded=1.0, conversion_months=3, **poor)
    for kept, left in ((False, ClosingPlan(run_off_borne=False, **poor)), (True, promised)):
        asked = firm({"spin_off": SpinOff(promises_kept=kept)}, {"closing": promised})
        assert parting.terms_of_new_owner(asked.terms)["closing"] == left


def test_a_new_owner_uses_what_is_known_of_members_as_the_parent_would_have() -> None:
    asked = firm({}, {"closing": {"distrust_of_data": 0.3}})
    assert parting.terms_of_new_owner(asked.terms)["closing"].distrust_of_data == 0.3


def parted(changes: dict[str, Any] | None = None, failure: float = 0.0) -> tuple[Any, Platform]:
    """A plan of ten, of whom each costs three yuan to part with, with which its parent parts in step 4."""
    world = {f"{PARENT}.spin_off.cost": 3.0, f"{PARENT}.spin_off.failure": failure, f"{PARENT}.closing_later": 0.0}
    model, _ = ten(world | {"platform.pool.closing_rules": ["losses"]} | (changes or {}))
    run(model, 5)
    (plan,) = model.platforms
    plan.spin_off("by hand")
    return model, plan


def test_parting_costs_the_parent_something_for_each_member() -> None:
    """In fen of those who are simulated, a thousand, who stand for a million."""
    assert parting.cost_of_parting(firm({"spin_off": SpinOff(cost=2.0)})) == 1_000 * 2_00
    assert parting.cost_of_parting(firm()) == 0


def test_each_plan_has_luck_of_its_own_in_finding_an_owner() -> None:
    fails = [parting.parting_fails(firm({"spin_off": SpinOff(failure=0.4)}, index=index)) for index in range(20)]
    numbers = [draw(1, 48, index, Purpose.PARTING * SLOTS_PER_PURPOSE) for index in range(20)]
    assert fails == [number < 0.4 for number in numbers]
    assert len(set(fails)) == 2


def test_a_board_that_wants_to_part_does_so_at_its_monthly_review() -> None:
    model, _ = ten({f"{PARENT}.spin_off.failure": 0.0, "platform.pool.closing_rules": ["losses"]})
    run(model, 4)
    with mock.patch("abm.agents.platform.wants_to_part", return_value="by hand"):
        run(model, 2)
    (plan,) = model.platforms
    assert plan.taken_over in (4, 5)
    assert (plan.stage, model.events[-1]["detail"]) == (Stage.OPEN, "by hand")


def test_members_stay_with_a_new_owner() -> None:
    model, plan = parted()
    assert balance(model, OWN) == -30_00
    series = run(model, 3)
    assert series["spun_off"].tolist() == [0.0] * 5 + [1.0] * 3
    assert series["members"].tolist() == [10.0] * 8
    assert (plan.stage, model.closings) == (Stage.OPEN, [])
    assert [(event["what"], event["detail"]) for event in model.events[1:]] == [("spun off", "by hand")]
    assert isinstance(plan.terms.parent, Parent)
    assert plan.terms.parent.customer_value == 0.0
    model.audit()


def test_a_plan_that_nobody_takes_over_is_closed_and_the_attempt_is_paid() -> None:
    model, plan = parted(failure=1.0)
    assert balance(model, OWN) == -30_00
    assert (plan.stage, plan.taken_over) == (Stage.CLOSING, -1)
    (end,) = model.closings
    assert (end.kind, end.reason) == (ClosingKind.ACTIVE, "nobody took the plan over; by hand")


def test_a_new_owner_fails_when_fees_do_not_pay_what_it_can_bear() -> None:
    """Ten members cost 24 yuan a year each: ten yuan in a half-month, and 90 after nine of them are more than 80."""
    costs = {"platform.pool.technology_cost": 24.0, f"{PARENT}.spin_off.owner_loss_limit": 80.0}
    costs |= {"platform.pool.scale_elasticity": 0.0, f"{PARENT}.loss_limit": 1e9}
    model, plan = parted(costs)
    run(model, 8)
    assert model.closings == []
    run(model, 2)
    (end,) = model.closings
    assert end.kind == ClosingKind.PASSIVE
    assert end.reason in ("it lost 90 yuan in a year", "it lost 100 yuan in a year")
    assert not plan.closing_plan.run_off_borne


def test_a_checkpoint_remembers_the_new_owner(tmp_path: Path) -> None:
    model, plan = parted()
    run(model, 1)
    checkpoint.save(model, tmp_path / "parted.huzhu")
    with quickly():
        again = checkpoint.resume(tmp_path / "parted.huzhu", drive="compiled")
    (other,) = again.platforms
    assert (other.taken_over, other.terms) == (4, plan.terms)
    with pytest.raises(CheckpointError, match=r"stigma: cannot change midway; the parent has parted with the plan"):
        checkpoint.resume(tmp_path / "parted.huzhu", {f"{PARENT}.stigma": 1.0})
    assert run(again, 2)["spun_off"].tolist() == run(model, 2)["spun_off"].tolist()


def test_claims_are_paid_from_shares_under_a_new_owner_as_before() -> None:
    model, strike = ten({f"{PARENT}.spin_off.failure": 0.0, "platform.pool.closing_rules": []})
    run(model, 2)
    model.platforms[0].spin_off("by hand")
    strike(0)
    run(model, 2)
    assert model.persons["received"][0] == AID
    assert (model.persons["paid"][1:] == 111_12).all()
