"""Mechanisms of platforms, regulator and insurers: each is switched off by a parameter, and its observable moves.

On against off with the same seed is the same luck, so that what differs comes from the mechanism.
"""

import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from abm.mechanisms import off
from abm.model import MutualAidModel
from abm.platforms import board
from abm.platforms.closing import Stage
from abm.platforms.rules import campaign_reach, paid_by_members
from abm.scenario.files import load, names
from abm.scenario.terms import PlatformTerms
from worlds.busy import finish, series, simply_busy
from worlds.closings import AID, HAND, OWN, balance
from worlds.endings import simple_endings
from worlds.plain import certain_illness, run, world
from worlds.switches import on_and_off, table

WEIGHT = 1_000  # real persons of each simulated one in the ending market
WATCHING = ("first", "second", "third")


def test_b1_a_fee_of_eight_percent_does_not_cover_investigation() -> None:
    """A case costs 3 % of its aid, as 4,000 of 133,000 yuan; without that, fees pay for the rest."""

    def surplus(changes: dict[str, Any]) -> float:
        model = finish(simply_busy(changes={"platform.xianghubao.case_cost": 50.0, "people.persons": 1_500} | changes))
        books = series(model).iloc[8:]  # the shares of the first months are the platform's
        assert books["fee"].sum() > 0.07 * books["aid"].sum() > 0
        return float(books["surplus"].sum() + books["subsidy"].sum())

    lossy, free = on_and_off("B1", surplus, ["xianghubao"], "investigation")
    assert lossy < 0 < free


BOARD = {
    "platform.xianghubao.closing_rules": ["not_wanted"],
    "platform.xianghubao.parent.choice_scale": 0.0,
    "platform.xianghubao.parent.stigma": 1.0,
}


@pytest.mark.parametrize(
    "worth",
    [
        off("B2", ["xianghubao"], "customers"),
        {"insurance.commercial.commission": 2.0, "platform.xianghubao.cross_sell_reach": 0.5},
    ],
)
def test_b2_a_plan_that_brings_neither_customers_nor_commission_is_closed(worth: dict[str, Any]) -> None:
    nothing: dict[str, Any] = {"platform.xianghubao.parent.customer_value": 0.0, "insurance.commercial.commission": 0.0}
    nothing |= {"insurance.commercial.on_sale": True}
    nothing |= {"insurance.commercial.affordable": 1.0, "platform.xianghubao.case_cost": 50.0}
    (closing,) = finish(simply_busy(changes=BOARD | nothing)).closings
    assert closing.kind == "active"
    assert finish(simply_busy(changes=BOARD | nothing | worth), closing.last).closings == []


def test_b3_deposits_without_custody_tempt() -> None:
    def seized(changes: dict[str, Any]) -> float:
        model, gone = simple_endings(changes=changes), 0
        while model.running:
            model.step()
            gone += model.ledger.flows["fled", "seized"]
        assert any(closing.kind == "flight" for closing in model.closings) == (gone > 0)
        return gone

    # rectification would put the deposits into custody in the same month
    lost, kept = on_and_off("B3", seized, ["fled"], on={"supervision.rectify_at": 50.0})
    assert lost > 0 == kept


def test_b4_a_closing_costs_about_what_the_board_reckoned() -> None:
    """A case of 1,000 yuan in every step: a step of shares, three of run-off, and all shares given back.

    Of a chance of a fifth in twelve periods, 0.95 cases are filed in the step, and 3.07 have still to be when it ends:
    as many as the board expects are found then and not yet filed. The shares of those who left count as if they had
    come back with the others.
    """

    def bills(changes: dict[str, Any]) -> tuple[float, float]:
        promised = {"platform.pool.closing.last_shares_borne": True, "platform.pool.closing.shares_refunded": 1.0}
        filing = {"health.filing_chance": 0.2, "platform.pool.claim_days": 180}
        model = world(200, HAND | promised | filing | changes)
        model.world.settings["filing_chance"] = 1.0
        model.persons["credit"] = 950
        strike = certain_illness(model)
        for step in range(1, 44):
            run(model, 1)
            strike(step)
        plan = model.platforms[0]
        # The actuary expects what is struck: a case in every step.
        plan.census = replace(plan.census, true_level=AID / plan.census.sharing)
        expected = board.closing_bill(plan)
        before = balance(model, OWN)
        model.platforms[0].announce("active", "by hand")
        strike(100)
        model.world.settings["filing_chance"] = 0.0
        for person in range(101, 103):
            strike(person)
        run(model, 1)
        model.world.settings["filing_chance"] = 1.0
        while model.platforms[0].stage != Stage.CLOSED:
            run(model, 1)
        return expected, (before - balance(model, OWN)) / 100

    (expected, paid), (reckoned, paid_in_part) = bills({}), bills(off("B4", ["pool"]))
    assert expected == pytest.approx(paid, rel=0.1)
    assert expected - reckoned == pytest.approx(3 * AID / 100, rel=0.05)
    assert paid - paid_in_part > AID / 100


def test_b4_an_active_closing_comes_with_many_members_and_a_passive_one_with_few() -> None:
    model = finish(simple_endings())
    members = {closing.kind: closing.members for closing in model.closings}
    assert members["passive"] < 500_000
    reason = next(closing.reason for closing in model.closings if closing.kind == "active")
    assert "worth" in reason


def test_b5_closings_come_together_where_parents_watch_each_other() -> None:
    """Three plans lose their worth one after the other; the first closing takes the stigma from the next."""

    def span(changes: dict[str, Any]) -> float:
        plans = {"first": 4.0, "second": 5.0, "third": 6.0}
        terms = {path.removeprefix("platform.pool."): value for path, value in HAND.items() if "pool" in path}
        terms |= {"other_cost": 2.0, "launch": date(2019, 1, 1), "launch_reach": 1.0, "brand": 1.0}
        numbers = {f"platform.{name}.{path}": value for name in plans for path, value in terms.items()}
        parent = {"value_decay": 0.5, "stigma": 2.0, "choice_scale": 0.0, "stigma_relief": 0.9}
        for name, worth in plans.items():
            numbers |= {f"platform.{name}.parent.{path}": value for path, value in parent.items()}
            numbers[f"platform.{name}.parent.customer_value"] = worth
        model = world(20, numbers | {"slots": 4} | changes)
        model.persons["frailty"] = 0.0
        run(model, 80)
        assert [closing.platform for closing in model.closings] == list(plans)
        return float(model.closings[-1].announced - model.closings[0].announced)

    watching, blind = on_and_off("B5", span, WATCHING, "parents")
    assert watching < blind / 2


def test_b5_members_leave_when_other_plans_close() -> None:
    def leaving(changes: dict[str, Any]) -> float:
        tables = [table(finish(simple_endings(seed, changes))) for seed in range(4, 12)]
        return float(sum(each["lasting.left"].sum() for each in tables)) / WEIGHT

    afraid, calm = on_and_off("B5", leaving, variant="members")
    assert afraid - calm > 3 * math.sqrt(afraid + calm)  # leavers are few and counted: three standard errors


def test_b6_a_listing_ahead_hastens_the_end() -> None:
    """The parent's exposure weighs five times as much in the year before its listing."""

    def closed_in(changes: dict[str, Any]) -> float:
        listed = {
            "platform.xianghubao.parent.listing": date(2020, 3, 1),
            "platform.xianghubao.parent.listing_weight": 5.0,
            "platform.xianghubao.parent.regulatory_cost": 8.0,
            "platform.xianghubao.parent.customer_value": 20.0,
            "platform.xianghubao.stopped": {"fee_rate": 0.1},
            "platform.xianghubao.case_cost": 20.0,
            "supervision.policy": "historical",
        }
        closings = finish(simply_busy(changes=BOARD | listed | changes)).closings
        return float(closings[0].announced) if closings else np.inf

    listed, unlisted = on_and_off("B6", closed_in, ["xianghubao"])
    year_before_listing = 24 * 4.5 / 12  # 2019-03-01, in periods from 2018-10-16
    assert year_before_listing <= listed < unlisted


def test_b7_new_terms_cost_trust_and_members() -> None:
    def leaving(changes: dict[str, Any]) -> float:
        model = finish(simply_busy(changes={"people.persons": 1_500, "mind.trust_from_rule_change": 0.5} | changes), 20)
        model.platforms[0].change_terms("by hand", {})
        return float(series(finish(model, 24))["left"].iloc[20:].sum())

    changed, unchanged = on_and_off("B7", leaving, variant="rule change")
    assert changed > 1.2 * unchanged


def test_b7_slower_growth_gives_a_smaller_surprise() -> None:
    def surprise(changes: dict[str, Any]) -> float:
        fixed = {"platform.xianghubao.steady_reach": 0.02, "friends.telling": 0.0, "people.persons": 3_000}
        found = [series(finish(simply_busy(seed, fixed | changes))) for seed in (3, 4, 5)]
        return float(sum((each["share"] - each["expected_share"]).max() for each in found))

    fast, slow = on_and_off("B7", surprise, ["xianghubao"], "growth")
    assert fast > slow


@pytest.mark.parametrize("case", names())
def test_b7_every_plan_grows_more_slowly_where_growth_at_all_cost_is_off(case: str) -> None:
    """Its marketing reaches fewer in the first half-month, and never more in the two years after it."""

    def reach(terms: PlatformTerms) -> list[float]:
        numbers = terms.steady_reach, terms.launch_reach, terms.launch_fading
        return [campaign_reach(*numbers, periods) for periods in range(48)]

    plans = load(case).platform
    slowed = load(case, off("B7", list(plans), "growth")).platform
    for name, terms in plans.items():
        fast, slow = reach(terms), reach(slowed[name])
        assert slow[0] < fast[0], name
        assert all(less <= more for less, more in zip(slow, fast, strict=True)), name


FREE_ENTRY = {"supervision.policy": "laissez_faire", "platform.fringe.small_plans.entering": 4.0}


def plans_after(changes: dict[str, Any], steps: int) -> float:
    case = simple_endings(changes=FREE_ENTRY | changes).case
    return float(finish(MutualAidModel(case, seed=4), steps).platforms[4].small_plans)


def test_b8_where_entry_is_free_there_are_many_small_plans() -> None:
    """Four are founded in a period; a plan that loses lasts half a year, so that they settle near 4 x 12 = 48."""
    many, few = plans_after({}, 40), plans_after(off("B8", ["fringe"]), 40)
    assert 48 - 3 * np.sqrt(48) <= many <= 48 + 3 * np.sqrt(48)
    assert few < 10  # the last ones share all members among them and live on


def test_b8_what_costs_nothing_to_keep_going_never_fails() -> None:
    """Twenty, and four in each of forty periods."""
    plans = plans_after({"platform.fringe.small_plans.fixed_cost": 0.0}, 40)
    assert plans == pytest.approx(20 + 4 * 40, abs=3 * np.sqrt(160))


def test_b8_a_big_brand_keeps_everyone() -> None:
    def held_by_small_ones(brand: float) -> float:
        tables = [table(finish(simple_endings(seed, {"platform.fringe.brand": brand}))) for seed in (4, 5, 6)]
        small, large = (sum(each[f"{name}.members"].sum() for each in tables) for name in ("fringe", "lasting"))
        return float(small / large)

    assert held_by_small_ones(0.1) < 0.7 * held_by_small_ones(0.9)


@pytest.mark.parametrize("days", [0, 30])
def test_the_shares_to_give_back_are_reckoned_whatever_the_wait(days: int) -> None:
    """One case of 1,000 yuan: all who are inside have paid all of it but the part of the one who is aided."""
    model = world(10, HAND | {"platform.pool.waiting_days": days, "platform.pool.closing.shares_refunded": 1.0})
    model.persons["credit"] = 950
    strike = certain_illness(model)
    run(model, 4)
    strike(1)
    run(model, 1)
    plan = model.platforms[0]
    counted = plan.census
    assert (counted.ever_joined, counted.inside) == (10, 9)
    paid = paid_by_members(plan.collected, counted.inside, counted.ever_joined)
    assert paid == pytest.approx(0.9 * 9 * 111_12)
