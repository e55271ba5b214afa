"""Mechanisms of those who watch plans, switched off one by one."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from abm.platforms.offers import level_by_table
from worlds.closings import HAND, ten, unborne
from worlds.plain import PLAIN, run
from worlds.switches import on_and_off

# An insurance-like plan that all ten join in the first step.
INSURED: dict[str, Any] = {"insurer.mutual.capital": 1e6, "platform.pool.insurer": "mutual"}


def test_c5_who_joins_after_the_demand_is_told_the_true_level() -> None:
    """Nine of ten are told of nothing, as is noticed in step 1; the last joins in step 3 and expects what is told."""

    def expected(changes: dict[str, Any]) -> float:
        rules = {"supervision.policy": "historical", "supervision.warn_at": 100.0, "supervision.promotion_fine": 50.0}
        model, _ = ten({"platform.pool.min_credit": 600} | rules | changes)
        model.persons["credit"][9] = 500
        run(model, 3)
        model.persons["credit"][9] = 950
        table = run(model, 1)
        demanded = [event["what"] for event in model.events[1:]]
        assert table["joined"].tolist() == [9.0, 0.0, 0.0, 1.0]
        assert table["fine"].tolist() == [0.0, 50.0 * len(demanded), 0.0, 0.0]
        assert table["surplus"].sum() == -table["fine"].sum()
        assert demanded in ([], ["true level demanded"])
        told = model.platforms[0].census.promised
        assert told in (0.0, model.world.offers["true_level"][0] or level_by_table(model.platforms[0]))
        return float(told)

    told, nothing = on_and_off("C5", expected, on={"supervision.truth_demanded_at": 0.9})
    assert told > nothing == 0.0


def test_c6_a_duty_to_have_an_exit_plan_pays_the_claims_of_the_run_off() -> None:
    """Two claims of 1,000 yuan, of which 600 each are paid where members alone pay."""

    def received(changes: dict[str, Any]) -> float:
        model = unborne({"supervision.exit_notice_days": 15} | changes)
        table = run(model, 3)
        assert model.persons["paid"].sum() == round(100 * (table["aid"].sum() - table["run_off"].sum()))
        return float(model.persons["received"].sum())

    assert on_and_off("C6", received) == (1_200_00, 2_000_00)


def test_c7_a_reserve_that_was_filled_in_time_pays_the_claims_of_the_run_off() -> None:
    """Ten who are expected to cost ten yuan in a period: ten years of that are put aside, and 800 yuan are lacking."""

    def paid(changes: dict[str, Any]) -> float:
        rules = {"supervision.reserve_months": 120.0, "supervision.reserve_cost": 0.0}
        rules |= {"people.deduction_failure": 1.0, "platform.pool.closing.run_off_borne": False}
        model, _ = ten(rules | changes)
        model.persons["frailty"] = 1e-3
        run(model, 5)
        model.platforms[0].announce("active", "by hand")
        model.platforms[0].desk.capacity = 0.0
        model.persons["frailty"], model.persons["credit"][6:] = 0.0, 650
        model.persons["frailty"][1:3] = 1.0
        run(model, 1)
        model.platforms[0].desk.capacity = 1.0
        table = run(model, 6)
        assert table["surplus"].sum() == -table["reserve_paid"].sum()
        return float(table["aid"].sum())

    assert on_and_off("C7", paid) == (1_200.0, 2_000.0)


# Agents visit every second person in a period, and nobody can afford what they sell.
VISITED: dict[str, Any] = {
    "insurance.commercial.on_sale": True,
    "insurance.commercial.reach": 0.5,
    "insurance.commercial.affordable": 0.0,
}


def test_d3_who_is_visited_by_agents_trusts_plans_less() -> None:
    """A fifth of trust is lost by every second person: a tenth by all, from the second step on."""

    def trust(changes: dict[str, Any]) -> float:
        model, _ = ten(changes)
        trusted = run(model, 4)["trust"]
        assert (model.persons["policies"] & 1).sum() == 0
        return float(trusted[3] / trusted[1])

    ill, silent = on_and_off(
        "D3", trust, ["commercial"], "disparagement", VISITED | {"insurance.commercial.disparages": 0.2}
    )
    assert ill == pytest.approx(0.9**2, abs=1e-3)
    assert silent == pytest.approx(1.0, abs=1e-3)


def test_d3_agents_open_doors_for_a_plan_that_does_not_advertise() -> None:
    def joined(changes: dict[str, Any]) -> float:
        quiet = {"platform.pool.launch_reach": 0.0, "platform.pool.steady_reach": 0.0, "friends.telling": 0.0}
        model, _ = ten(quiet | changes)
        return float(run(model, 3)["joined"].sum())

    on = VISITED | {"insurance.commercial.reach": 1.0, "insurance.commercial.recommends": 1.0}
    assert on_and_off("D3", joined, ["commercial"], "recommendation", on) == (10.0, 0.0)


def test_e3_other_plans_are_trusted_less_where_data_are_used_on_and_a_plan_to_come_too() -> None:
    """Half of all memberships are in the plan that ends."""

    def trust(changes: dict[str, Any]) -> float:
        twin = {name.replace("pool", "twin"): value for name, value in (PLAIN | HAND).items() if ".pool." in name}
        later = {name.replace("pool", "later"): value for name, value in (PLAIN | HAND).items() if ".pool." in name}
        later |= {"platform.later.launch": date(2028, 1, 1)}
        model, _ = ten(twin | later | {"slots": 2, "mind.trust_from_closing": 0.0} | changes)
        before = run(model, 3)["twin.trust"][-1]
        assert run(model, 1)["twin.trust"][-1] == before
        brand = model.platforms[2].brand
        model.platforms[0].announce("active", "by hand")
        kept = model.platforms[2].brand / brand
        run(model, 1)
        after = run(model, 1)["twin.trust"][-1]
        assert after / before == pytest.approx(kept, abs=1e-4)
        return float(kept)

    used = {"platform.pool.closing.distrust_of_data": 0.4}
    assert on_and_off("E3", trust, ["pool"], on=used) == (pytest.approx(1 - 0.4 * 0.5**0.5), 1.0)


def test_d3_insurers_press_on_the_regulator_while_an_insurance_like_plan_grows() -> None:
    """In the period after the one in which all people joined, and never again."""

    def pressure(changes: dict[str, Any]) -> float:
        model, _ = ten({"supervision.from_size": 0.0, "supervision.forgetting": 0.0} | changes)
        table = run(model, 4)
        assert np.count_nonzero(table["alarm_insurers"]) <= 1
        assert table["alarm_insurers"].sum() == table["alarm_insurers"][1] == table["pressure"][-1]
        return float(table["pressure"][-1])

    on = INSURED | {"supervision.from_insurers": 0.7}
    assert on_and_off("D3", pressure, variant="pressure", on=on) == (pytest.approx(0.7), 0.0)


def test_d3_a_product_of_which_insurers_complain_is_stopped_the_sooner() -> None:
    """All people are inside from step 0 on: by step 5 their periods come to five, with those of newcomers sooner."""

    def stopped(changes: dict[str, Any]) -> float:
        rules = {"supervision.policy": "historical", "supervision.stop_all_at": 5.0, "supervision.warn_at": 100.0}
        model, _ = ten(rules | changes)
        run(model, 8)
        (event,) = (each for each in model.events if each["kind"] == "stopped and closed")
        steps = np.array(model.datacollector.model_vars["date"])
        return float(np.flatnonzero(steps == event["date"])[0])

    on = INSURED | {"supervision.insurers_heard": 3.0}
    assert on_and_off("D3", stopped, variant="stop", on=on) == (2.0, 5.0)
