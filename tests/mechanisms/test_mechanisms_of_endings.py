"""Mechanisms of how plans end: each is switched off by a parameter, and its observable moves, to the fen."""

from typing import Any

import numpy as np
import pytest

from worlds.closings import AID, closing, ten, unborne
from worlds.plain import run
from worlds.switches import on_and_off

GIVEN: dict[str, Any] = {
    "insurance.health.on_sale": False,
    "insurance.health.premium": 240.0,
    "platform.pool.closing.given_to_all": True,
    "platform.pool.closing.conversion_product": "health",
    "platform.pool.closing.conversion_months": 12,
}


def test_a8_who_paid_for_years_and_was_never_aided_complains_of_the_end() -> None:
    """Nine share a case in step 2. In step 51 six of them have been in for two years, of whom one was aided elsewhere.

    The end is announced in step 50; of those five one in two complains in the period after it.
    """

    def alarm(changes: dict[str, Any]) -> float:
        model, strike = ten({"supervision.from_complaints": 1.0} | changes)
        run(model, 2)
        strike(9)
        run(model, 49)
        model.memberships["joined"][:3] = 4
        model.persons["received"][8] = 1
        model.platforms[0].announce("active", "by hand")
        alarms = np.array(run(model, 3)["alarm_complaints"])
        assert np.count_nonzero(alarms) <= 1
        assert alarms.sum() == alarms[51]
        return float(alarms.sum())

    on = {"supervision.unrequited_complaints": 0.5, "supervision.unrequited_years": 2.0}
    loud, quiet = on_and_off("A8", alarm, variant="complaints", on=on)
    assert (loud, quiet) == (pytest.approx(5 / 2 / 10 * 1_000), 0.0)


def test_b13_only_a_plan_that_says_so_gives_all_insurance() -> None:
    def given(changes: dict[str, Any]) -> float:
        model, _ = closing(changes)
        table = run(model, 1)
        assert table["surplus"].sum() == -table["conversion"].sum()
        return float(table["conversion"].sum())

    assert on_and_off("B13", given, ["pool"], "gift", GIVEN) == (10 * 240.0, 0.0)


def test_b13_only_a_plan_that_says_so_gives_shares_back() -> None:
    """Nine share a case in step 2 at 111.12 yuan each, and are inside when the plan ends."""

    def returned(changes: dict[str, Any]) -> float:
        model, strike = ten(changes)
        run(model, 2)
        strike(0)
        run(model, 3)
        model.platforms[0].announce("active", "by hand")
        return float(run(model, 1)["returned"].sum())

    whole, nothing = on_and_off("B13", returned, ["pool"], "refund", {"platform.pool.closing.shares_refunded": 1.0})
    assert (whole, nothing) == (pytest.approx(9 * 111.12), 0.0)


def test_b13_last_claims_are_paid_as_far_as_last_shares_are_asked_for() -> None:
    """Two claims of 1,000 yuan are in hand at the last collection."""

    def paid(changes: dict[str, Any]) -> float:
        table = run(unborne({"people.deduction_failure": 0.0} | changes), 3)
        assert table["share"][5] * 10 == pytest.approx(table["aid"].sum())
        return float(table["aid"].sum() * 100)

    half = {"platform.pool.closing.last_claims_shared": 0.5}
    assert on_and_off("B13", paid, ["pool"], "last claims", half) == (AID, 2 * AID)


def test_b13_policies_of_a_year_end_one_by_one() -> None:
    """Five joined in step 0 and five in step 4, in which the end is announced."""

    def members(changes: dict[str, Any]) -> float:
        model, _ = ten(changes)
        run(model, 5)
        model.memberships["joined"][5:] = 4
        model.platforms[0].announce("active", "by hand")
        inside = run(model, 24)["members"][5:]
        assert set(np.diff(inside)) <= {0.0, -5.0, -10.0}
        return float(inside.sum())

    by_year, at_once = on_and_off("B13", members, ["pool"], "years", {"platform.pool.closing.ends_by_year": True})
    assert (by_year, at_once) == (19 * 10 + 4 * 5, 0.0)


def test_b11_a_parent_that_may_part_with_a_plan_does_not_close_it_and_members_stay() -> None:
    """A stern regulator costs six yuan a year, members are worth two: going on costs eight yuan each in two years.

    Closing costs five, and parting one and a third of five yuan.
    """
    watched: dict[str, Any] = {
        "supervision.policy": "historical",
        "supervision.from_size": 5.0,
        "platform.pool.closing_rules": ["not_wanted"],
        "platform.pool.parent.customer_value": 2.0,
        "platform.pool.parent.value_decay": 0.0,
        "platform.pool.parent.regulatory_cost": 6.0,
        "platform.pool.parent.choice_scale": 0.0,
        "platform.pool.parent.spin_off.failure": 0.0,
        "platform.pool.parent.spin_off.considered": True,
    }

    def members(changes: dict[str, Any]) -> float:
        model, _ = ten(changes)
        table = run(model, 24)
        kinds = [event["what"] for event in model.events]
        assert (kinds.count("spun off"), kinds.count("active closing")) == (
            table["spun_off"][-1],
            table["closings"][-1],
        )
        assert table["spun_off"][-1] + table["closings"][-1] == 1
        return float(table["members"][-1])

    assert on_and_off("B11", members, ["pool"], on=watched) == (10.0, 0.0)
