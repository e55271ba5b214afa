"""Mechanisms of boards that answer: to members who leave, to what befell a plan of the same owner, and to rivals."""

import math
from datetime import date
from typing import Any

import pytest

from abm.model import MutualAidModel
from worlds.closings import HAND
from worlds.plain import run, world
from worlds.switches import on_and_off

PARENT = "platform.pool.parent"


def leaving(changes: dict[str, Any], steps: int = 24, by_step: int = 5) -> MutualAidModel:
    """A plan of 300 that pays well, of whom five find it far too dear in each half-month, and leave for good."""
    kept = {"customer_value": 20.0, "value_decay": 0.0, "education_cost": 0.1, "choice_scale": 0.0}
    kept |= {"remedies.kept_by_lessons": 0.6, "remedies.lost_by_change": 0.0, "remedies.elasticity": 2.0}
    numbers = {"mind.learning": 0.0, "platform.pool.min_credit": 600, "platform.pool.closing_rules": []} | changes
    model = world(300, {f"{PARENT}.{name}": value for name, value in kept.items()} | numbers)
    run(model, 1)
    model.persons["frailty"] = 0.0
    model.persons["frailty"][:150] = 1.0
    for step in range(steps):
        going = slice(150 + by_step * step, 150 + by_step * (step + 1))
        model.persons["altruism"][going] = 0.0
        model.persons["credit"][going] = 350
        model.memberships["expected"][going] = 1e9
        run(model, 1)
    return model


def test_b16_a_board_that_sees_members_leave_teaches_those_who_stay() -> None:
    """They were told that shares are nothing. Of the gap to the true level a tenth is closed in a period."""

    def known(changes: dict[str, Any]) -> float:
        model = leaving(changes)
        series = run(model, 0)
        assert (series["education"].sum() > 0) == (series["expected_share"][-1] > 0)
        return float(model.memberships["expected"][0, 0] / model.platforms[0].census.true_level)

    on = {f"{PARENT}.remedies.considered": True, f"{PARENT}.remedies.teaching": 0.1}
    taught, untaught = on_and_off("B16", known, ["pool"], on=on)
    assert taught > 0.5
    assert untaught == 0.0


def test_b16_a_board_that_sees_members_leave_lowers_its_fee() -> None:
    def fee(changes: dict[str, Any]) -> float:
        return float(run(leaving({"platform.pool.fee_rate": 0.08} | changes), 0)["fee_rate"][-1])

    on = {f"{PARENT}.remedies.considered": True, f"{PARENT}.remedies.fee_cut": 0.02}
    assert on_and_off("B16", fee, ["pool"], on=on) == pytest.approx((0.06, 0.08))


def test_b17_the_end_of_a_plan_costs_trust_in_the_other_plan_of_its_owner() -> None:
    """Both are trusted in full. All members of the one are in the other too: one of two memberships ends."""

    def trust(changes: dict[str, Any]) -> float:
        numbers = {
            "owner.house": {"trust_shared": 0.4},
            "platform.other.launch_reach": 1.0,
            "platform.other.brand": 1.0,
        }
        numbers |= {"slots": 2, "mind.trust_from_closing": 0.1, "platform.other.launch": date(2019, 1, 1)}
        model = world(10, HAND | numbers | changes)
        model.persons["frailty"] = 0.0
        run(model, 5)
        model.platforms[model.index_of("other")].announce("active", "by hand")
        return float(run(model, 2)["trust"][-1])

    on = {"platform.pool.owner": "house", "platform.other.owner": "house"}
    shared, strange = on_and_off("B17", trust, ["pool", "other"], on=on)
    assert shared == pytest.approx(1 - 0.4 / math.sqrt(2))
    assert 0.9 < strange < 0.95


def test_b18_a_board_lowers_its_fee_after_its_larger_rival_only_if_it_answers() -> None:
    """The rival takes nothing; from the third month on the fee may go down, and does so by a half at once."""

    def fee(changes: dict[str, Any]) -> float:
        numbers = {
            "slots": 2,
            "platform.pool.fee_rate": 0.08,
            "platform.pool.audience": 0.5,
            f"{PARENT}.trial_years": 0.0,
        }
        numbers |= {f"platform.other.{name}": value for name, value in OPEN.items()}
        numbers |= {"platform.pool.closing_rules": [], f"{PARENT}.rivalry.chance": 1.0}
        model = world(20, HAND | numbers | changes)
        model.persons["frailty"] = 0.0
        rates = run(model, 30)["fee_rate"]
        assert (rates[:6] == 0.08).all()
        return float(rates[-1])

    on = {f"{PARENT}.rivalry.answers": True, f"{PARENT}.rivalry.step": 0.5}
    assert on_and_off("B18", fee, ["pool"], "answers", on) == pytest.approx((0.04, 0.08))


def test_b18_members_of_small_plans_that_undercut_expect_less() -> None:
    """Nobody pays anything. The other plan tells of a yuan, the small ones of a yuan too, or of a half."""

    def expected(changes: dict[str, Any]) -> float:
        numbers = {"slots": 2, "platform.pool.advertised_share": 1.0, "platform.pool.small_plans": SMALL}
        numbers |= {f"platform.other.{name}": value for name, value in OPEN.items()}
        model = world(20, HAND | numbers | {"mind.learning": 0.0} | changes)
        model.persons["frailty"] = 0.0
        return float(run(model, 3)["expected_share"][-1])

    on = {"platform.pool.small_plans.undercuts": True}
    assert on_and_off("B18", expected, ["pool"], "small plans", on) == pytest.approx((0.5, 1.0))


OPEN = {"launch": date(2019, 1, 1), "launch_reach": 1.0, "brand": 1.0, "fee_rate": 0.0, "advertised_share": 1.0}
SMALL = {"undercut": 0.5, "fixed_cost": 0.0}


def test_b18_a_local_plan_has_members_in_its_tier_alone() -> None:
    """Half of the people live in cities of tier 1, half in those of tier 3 and below."""

    def outside(changes: dict[str, Any]) -> float:
        model = world(20, HAND | changes)
        model.persons["tier"] = 1
        model.persons["tier"][:10] = 3
        model.persons["frailty"] = 0.0
        series = run(model, 3)
        return float((1 - series["tier_3"][-1]) * series["members"][-1])

    assert on_and_off("B18", outside, ["pool"], "local", {"platform.pool.tiers": [3]}) == (0.0, 10.0)
