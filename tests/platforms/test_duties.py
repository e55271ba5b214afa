"""Duties laid on plans, by hand: a plan for the end, and a reserve for claims."""

from dataclasses import replace
from datetime import date
from typing import Any
from unittest import mock

import pytest

from abm.errors import ScenarioError
from abm.ledger import OUTSIDE, own, reserve
from abm.observation.events import EventKind
from abm.platforms.board import closing_bill
from abm.platforms.census import PlanCensus
from abm.platforms.closing import Closing, ClosingKind, RunAway, Stage
from abm.platforms.duties import cost_of_reserve, exit_plan, in_force, months_put_aside, reserve_left, reserve_movements
from abm.platforms.policies import ExitPlanDuty, Historical, Policy, ReserveDuty
from abm.runs.checkpoint import resume, save
from abm.scenario.files import load
from abm.scenario.parents import ClosingPlan
from worlds.closings import AID, OWN, balance, ten, unborne
from worlds.firms import Authority, Desk, Firm, Place, firm, supervision
from worlds.plain import run

RESERVE = reserve("pool")
HELD: dict[str, Any] = {"supervision.policy": "reserve_duty", "supervision.reserve_cost": 0.0}


def test_an_exit_plan_gives_notice_pays_the_run_off_and_keeps_what_was_promised_beyond() -> None:
    settings = supervision(exit_notice_days=60)
    poor = ClosingPlan(notice_days=5, run_off_borne=False, shares_refunded=0.5, distrust_of_data=0.3)
    owed = exit_plan(poor, settings)
    assert owed == ClosingPlan(notice_days=60, run_off_borne=True, shares_refunded=0.5)
    assert exit_plan(owed, settings) == owed
    assert exit_plan(ClosingPlan(notice_days=90), settings).notice_days == 90


def test_the_duty_is_laid_on_plans_that_promise_less_and_on_no_other() -> None:
    settings = supervision(exit_notice_days=60)
    plans = [firm(terms={"closing": {"notice_days": days}}) for days in (30, 60)]
    ExitPlanDuty().act(Authority(settings=settings, plans=plans))
    owed = ClosingPlan(notice_days=60)
    assert [plan.orders for plan in plans] == [[("promise_for_the_end", owed)], []]


def test_an_exit_plan_is_noted_once_costs_no_trust_and_leaves_the_board_free() -> None:
    model, _ = ten({"supervision.policy": "exit_plan_duty", "mind.trust_from_rule_change": 0.5})
    before = model.platforms[0].brand
    trust = run(model, 4)["trust"]
    plan = model.platforms[0]
    assert [event["what"] for event in model.events] == ["launch", "exit plan"]
    assert (plan.terms.closing.notice_days, plan.terms.closing.run_off_borne) == (60, True)
    assert (plan.brand, trust[-1]) == (before, trust[1])
    assert plan.periods_since_change > 24


def test_a_duty_is_in_force_from_its_first_day_on() -> None:
    days = [date(2019, 12, 28), date(2020, 1, 14), date(2020, 1, 28)]
    assert [in_force(date(2020, 1, 14), day) for day in days] == [False, True, True]
    assert not in_force(None, days[-1])


@pytest.mark.parametrize(
    ("policy", "first", "months"),
    [
        (Historical(), None, 0.0),
        (Historical(), date(2020, 1, 1), 6.0),
        (Historical(), date(2020, 2, 1), 0.0),
        (ReserveDuty(2.0), None, 2.0),
        (ReserveDuty(2.0), date(2020, 1, 1), 6.0),  # the stricter of two duties
        (ReserveDuty(9.0), date(2020, 1, 1), 9.0),
    ],
)
def test_months_are_put_aside_by_the_policy_or_by_a_duty_beside_it(
    policy: Policy, first: date | None, months: float
) -> None:
    regulator = Authority(policy=policy, settings=supervision(reserve_duty_from=first, reserve_months=6.0))
    assert months_put_aside(regulator, date(2020, 1, 14)) == months


def test_a_regulator_who_warns_as_in_history_asks_for_exit_plans_and_reserves_from_their_days_on() -> None:
    """Collections are on the 14th and the 28th."""
    duties = {"exit_plan_duty_from": date(2019, 2, 1), "reserve_duty_from": date(2019, 2, 28)}
    rules: dict[str, Any] = {f"supervision.{name}": day for name, day in duties.items()}
    rules |= {"supervision.policy": "historical", "supervision.warn_at": 0.001, "supervision.rectify_at": 100.0}
    model, _ = ten(rules | {"mind.trust_from_warning": 0.0, "platform.pool.closing.run_off_borne": False})
    model.persons["frailty"] = 1e-3
    table = run(model, 6)
    noted = [(event["what"], event["date"]) for event in model.events if event["what"] in ("warning", "exit plan")]
    assert sorted(noted) == [("exit plan", date(2019, 2, 14)), ("warning", min(day for _, day in noted))]
    assert model.platforms[0].terms.closing.run_off_borne
    assert (table["reserve"] > 0).tolist() == [False] * 3 + [True] * 3


def test_a_board_that_ends_a_plan_in_the_step_in_which_the_duty_begins_owes_an_exit_plan() -> None:
    """Half a month of notice was promised, and two months are owed from the third step on."""
    notice = {}
    for first in (date(2019, 2, 1), date(2019, 3, 1)):
        model, _ = ten({"supervision.exit_plan_duty_from": first, "supervision.exit_notice_days": 60})
        run(model, 2)
        plan = model.platforms[0]
        with mock.patch.object(plan, "decide", lambda plan=plan: plan.announce("active", "by its board")):
            run(model, 1)
        (closing,) = model.closings
        notice[first.month] = closing.last - closing.announced
    assert notice == {2: 4, 3: 1}


@pytest.mark.parametrize("first", [date(2019, 2, 1), date(2019, 2, 15)])
def test_a_duty_gives_a_new_owner_no_promise_back_that_only_the_old_parent_had_made(first: date) -> None:
    """Half of the shares were to be given back, until the plan changed hands in the second step."""
    model, _ = ten({"supervision.exit_plan_duty_from": first, "platform.pool.closing.shares_refunded": 0.5})
    run(model, 2)
    plan = model.platforms[0]
    poor = plan.terms.closing.model_copy(update={"shares_refunded": 0.0, "run_off_borne": False})
    plan.change_terms("a new owner", {"closing": poor}, EventKind.SPUN_OFF)
    run(model, 2)
    assert plan.terms.closing.shares_refunded == 0.0
    assert plan.terms.closing.run_off_borne


def test_who_is_told_to_end_owes_members_an_exit_plan_by_then() -> None:
    """An insurance-like plan that promised half a month of notice is stopped in its first period."""
    stopped = {"supervision.policy": "historical", "supervision.stop_new_at": 0.0, "platform.pool.insurer": "mutual"}
    stopped |= {"insurer.mutual.capital": 1e6}
    notice = {}
    for first in (date(2019, 1, 1), date(2019, 2, 1)):
        model, _ = ten(stopped | {"supervision.exit_plan_duty_from": first})
        run(model, 1)
        (closing,) = model.closings
        notice[first.month] = closing.last - closing.announced
    assert notice == {1: 4, 2: 1}


@pytest.mark.parametrize("duty", ["exit_plan_duty", "reserve_duty"])
@pytest.mark.parametrize(
    ("policy", "first", "words"),
    [
        ("historical", "2022-02-01", "is after calendar.end = 2022-01-31"),
        (
            "DUTY",
            "2020-01-01",
            "supervision.policy = 'DUTY' is that duty from calendar.start = 2018-10-16 on; leave one",
        ),
    ],
)
def test_a_duty_that_contradicts_calendar_or_policy_is_refused(duty: str, policy: str, first: str, words: str) -> None:
    rules = {"supervision.policy": policy.replace("DUTY", duty), f"supervision.{duty}_from": date.fromisoformat(first)}
    with pytest.raises(ScenarioError) as found:
        load("xianghubao", rules)
    assert f"supervision.{duty}_from = {first}" in str(found.value)
    assert words.replace("DUTY", duty) in str(found.value)
    assert len(str(found.value).splitlines()) == 1


def test_each_duty_goes_with_the_policy_of_the_other_and_with_its_own_from_the_start() -> None:
    for policy in ("exit_plan_duty", "reserve_duty"):
        for duty in ("exit_plan_duty", "reserve_duty"):
            rules = {"supervision.policy": policy, f"supervision.{duty}_from": date(2018, 10, 16)}
            assert load("xianghubao", rules).supervision.policy == policy


def held(amount: int, months: float = 6.0, **given: Any) -> Firm:
    """A plan of which 108 fen a period are asked of each of a thousand, and this much put aside; aid is 1,000 yuan."""
    here = Place(regulator=Authority(policy=ReserveDuty(months), settings=supervision(reserve_cost=0.24)))
    here.ledger.transfer(amount, OUTSIDE, reserve("firm"), "firm", "reserve")
    census = PlanCensus(inside=1_000, ever_joined=1_250, sharing=1_000, true_level=108.0)
    return firm(model=here, census=census, **given)


@pytest.mark.parametrize(
    ("amount", "months", "moved"),
    [
        (0, 6.0, {"reserve": 1_200_000, "reserve_back": 0}),  # twelve periods of 1,000 yuan
        (200_000, 6.0, {"reserve_cost": 2_000, "reserve": 1_000_000, "reserve_back": 0}),
        (1_300_000, 6.0, {"reserve_cost": 13_000, "reserve": 0, "reserve_back": 100_000}),
        (300_000, 0.0, {"reserve_cost": 3_000, "reserve": 0, "reserve_back": 300_000}),  # the duty is gone
        (0, 0.0, {}),
    ],
)
def test_a_reserve_is_filled_up_to_months_of_expected_aid(amount: int, months: float, moved: dict[str, int]) -> None:
    assert {purpose: fen for fen, _, _, purpose in reserve_movements(held(amount, months))} == moved


def test_a_reserve_stays_as_it_is_once_the_end_is_announced_and_goes_back_after_it() -> None:
    plan = held(500_000, stage=Stage.CLOSING)
    assert [purpose for *_, purpose in reserve_movements(plan)] == ["reserve_cost"]
    plan.closing = Closing("firm", 40, 42, ClosingKind.ACTIVE, "by hand", 1e6, 1.0)
    assert reserve_left(plan) == [(500_000, reserve("firm"), own("firm"), "reserve_back")]
    plan.closing = replace(plan.closing, kind=ClosingKind.FLIGHT)
    assert reserve_left(plan) == []


def test_untouched_money_costs_a_part_of_itself_in_a_year() -> None:
    assert 24 * cost_of_reserve(24_000, 0.05) == 1_200


def test_a_reserve_pays_what_is_lacking_of_the_last_claims_as_far_as_it_goes() -> None:
    """Two claims of 1,000 yuan of which the pool pays 600 each, and 500 yuan are put aside."""
    model = unborne(HELD | {"supervision.reserve_months": 0.0})
    model.ledger.transfer(500_00, OUTSIDE, RESERVE, "pool", "reserve")
    table = run(model, 4)
    assert model.persons["received"].tolist() == [0, AID, 700_00] + [0] * 7
    assert table["reserve_paid"].sum() == 500.0
    assert table["reserve"][-1] == 0.0


def test_what_is_not_asked_for_in_the_last_collection_is_lost_out_of_a_reserve_too() -> None:
    """Claims of 300 yuan are in hand, for a third of which members are asked."""
    terms = {"closing": {"run_off_borne": False, "last_claims_shared": 1 / 3}}
    desk = Desk(in_hand=30_000.0)
    found = [closing_bill(held(500_000, terms=terms, desk=each)) for each in (Desk(), desk)]
    assert found[1] - found[0] == pytest.approx(20_000 * 1_000 / 100)


def test_filling_the_reserve_is_no_loss_and_its_cost_is() -> None:
    """Ten who all will fall ill within a fortnight, by the table: six months of it are more than there will ever be."""
    model, _ = ten(HELD | {"supervision.reserve_cost": 0.24})
    model.persons["frailty"] = 1e-3
    table = run(model, 4)
    put_aside = table["reserve"]
    assert put_aside[0] == 0.0 < put_aside[1]
    assert table["reserve_cost"][2] == pytest.approx(0.01 * put_aside[1], abs=0.01)
    assert table["surplus"].sum() == pytest.approx(-table["reserve_cost"].sum())
    assert balance(model, OWN) + balance(model, RESERVE) == -round(100 * table["reserve_cost"].sum())
    model.audit()


def test_a_board_reckons_with_what_it_loses_of_a_reserve_that_pays_claims() -> None:
    """It loses all where more is claimed than is put aside, and else what it would pay if it bore the run-off itself.

    In real yuan; each simulated person is a thousand.
    """
    poor, rich = ({"closing": {"run_off_borne": borne}} for borne in (False, True))
    nothing, little, much = (closing_bill(held(amount, terms=poor)) for amount in (0, 100_000, 500_000))
    assert little - nothing == pytest.approx(100_000 * 1_000 / 100)
    borne = [closing_bill(held(amount, terms=rich)) for amount in (0, 500_000)]
    assert much - nothing == pytest.approx(borne[0] - nothing)
    assert borne[0] == borne[1] > little


@pytest.mark.parametrize(("put_aside", "flees"), [(0, True), (50_000, False)])
def test_who_would_lose_a_reserve_stays_with_the_deposits(put_aside: int, flees: bool) -> None:
    """Deposits of a million yuan, and the name is worth 700,000 of them: with half a million put aside it is not."""
    plan = held(put_aside, parent={"flight_threshold": 700_000.0})
    plan.model.ledger.transfer(100_000, OUTSIDE, "firm.deposits", "firm", "deposit")
    assert (RunAway().reason(plan) is not None) is flees


def test_a_plan_with_a_reserve_and_an_exit_plan_goes_on_from_a_checkpoint(tmp_path: Any) -> None:
    both: dict[str, Any] = {
        f"supervision.{duty}_from": date(2019, 1, 20) for duty in ("exit_plan_duty", "reserve_duty")
    }
    for policy, besides in (("reserve_duty", {}), ("exit_plan_duty", {}), ("historical", both)):
        model, _ = ten({"supervision.policy": policy, "calendar.end": date(2019, 12, 31)} | besides)
        model.persons["frailty"] = 1e-3
        run(model, 3)
        save(model, tmp_path / "half.huzhu")
        again = resume(tmp_path / "half.huzhu")
        assert again.platforms[0].terms.closing == model.platforms[0].terms.closing
        run(model, 3)
        run(again, 3)
        assert again.ledger.balances == model.ledger.balances
        assert again.platforms[0].terms == model.platforms[0].terms
