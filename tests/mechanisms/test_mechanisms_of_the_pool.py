"""Mechanisms of doors and deductions: each is switched on and off under the same luck, and what it shows must move.

Rows A3, A13 and A14 of the table of mechanisms.
"""

import math
from typing import Any

import numpy as np
import pytest

from abm.mechanisms import off
from abm.model import MutualAidModel
from abm.persons.state import HealthState, Status
from worlds.closings import HAND
from worlds.plain import certain_illness, run, world
from worlds.switches import SIGMAS, as_found, inside, on_and_off, standard_error


def test_a3_a_growing_pool_becomes_dearer_only_where_illness_takes_time() -> None:
    """A3: shares of the first and third year, over members who grow throughout, from cases that err by Poisson.

    Off, every member's chance of a case is the same from the first period on: no wait, nothing latent, no questions.
    """
    rises, errors = {}, {}
    for name, changes in (("on", {}), ("off", off("A3", ["pool"]))):
        door = {"people.honest_share": 1.0, "health.noticed_share": 1.0, "health.latency_years": 1.0}
        growth = {"platform.pool.launch_reach": 0.0, "platform.pool.steady_reach": 0.03, "friends.telling": 0.0}
        terms = {"platform.pool.waiting_days": 90, "platform.pool.newcomers_share": True}
        model = world(60_000, door | growth | terms | changes)
        model.world.incidence[:] = 0.03
        series = run(model, 72)
        young, mature = slice(8, 24), slice(48, 72)
        assert (np.diff(series["members"]) > 0).all()
        shares = [series["aid"][part].sum() / series["members_sharing"][part].sum() for part in (young, mature)]
        rises[name] = math.log(shares[1] / shares[0])
        errors[name] = math.sqrt(sum(1 / series["aided"][part].sum() for part in (young, mature)))
    assert rises["off"] == pytest.approx(0, abs=SIGMAS * errors["off"])
    assert rises["on"] > SIGMAS * errors["on"]


def behind_the_door(changes: dict[str, Any]) -> tuple[MutualAidModel, dict[str, np.ndarray]]:
    """A13: persons of whom some are at high risk and some latently ill, as the scenario has it, in their first year."""
    health = {"health.incidence_level": 10.0, "health.latency_years": 1.0, "health.noticed_share": 1.0}
    desk = {"platform.pool.effort": 1.0, "platform.pool.detection": 0.5, "platform.pool.wrong_refusal": 0.0}
    model = world(40_000, health | desk | {"platform.pool.waiting_days": 90} | changes)
    as_found(model, "frailty", "traits", "health")
    return model, run(model, 24)


def test_a13_weak_underwriting_lets_hidden_illness_in() -> None:
    """A13: where nobody is honest all of it is inside and is claimed early; half of those claims are refused.

    Where all are honest it is turned away: fewer and later claims, and no refusal. Claims are Poisson.
    """
    model, on = behind_the_door({})
    _, honest = behind_the_door(off("A13"))
    assert honest["declined"].sum() > on["declined"].sum()
    rates, cases = [], []
    for series in (on, honest):
        cases.append(series["filed"][:12].sum())
        rates.append(cases[-1] / series["members"][0])
    assert math.log(rates[0] / rates[1]) > SIGMAS * math.sqrt(1 / cases[0] + 1 / cases[1])
    assert honest["refused"].sum() == 0
    refused = model.memberships[model.memberships["status"] == Status.REFUSED]
    assert refused.size > 100
    assert refused["concealed"].all()
    assert HealthState.LATENT in model.persons["health"]


def paying(changes: dict[str, Any]) -> tuple[MutualAidModel, dict[str, np.ndarray]]:
    """A14: persons whose credit is as the scenario has it, over two years."""
    model = world(40_000, {"health.incidence_level": 20.0, "people.deduction_failure": 0.05} | changes)
    as_found(model, "credit")
    return model, run(model, 48)


def test_a14_failed_deductions_leave_the_rest_to_those_who_pay() -> None:
    """A14: what was due and not collected is divided again, over those who are left, who have the better credit.

    One failure in two is followed by another, and two bills are lost: in all c / (1 + c) of what is due where a
    deduction fails with chance c, which falls with time as the worse payers lapse. (So many lapses err by Poisson.)
    """
    model, on = paying({})
    _, without = paying(off("A14"))
    due, due_without = (series["share"] * series["members_sharing"] for series in (on, without))
    assert without["collected"] == pytest.approx(due_without)
    assert without["lapsed"].sum() == 0
    lapsed = model.memberships["status"][:, 0] == Status.LAPSED
    assert lapsed.any()
    credit = model.persons["credit"].astype(float)
    assert credit[~lapsed].mean() - credit[lapsed].mean() > SIGMAS * standard_error(credit[lapsed], credit[~lapsed])
    first, last = (0.05 * (950 - mean) / 300 for mean in (credit.mean(), credit[inside(model)].mean()))
    lost = 1 - on["collected"].sum() / due.sum()
    error = SIGMAS * lost / math.sqrt(lapsed.sum())
    assert last / (1 + last) - error < lost < first / (1 + first) + error


def removed(wish: float, changes: dict[str, Any]) -> float:
    """The part removed of two thousand who have paid a yuan in and are asked for five.

    To all it is worth filling up, where they wish to help, or else far too much trouble.
    """
    prepaid = {"platform.pool.deposit": 1.0, "platform.pool.bands": [{"cover": 10_000.0}], "mind.altruism": wish}
    model = world(2_000, HAND | prepaid | changes)
    strike = certain_illness(model)
    run(model, 3)
    model.persons["believed_frailty"], model.persons["inertia"] = 0.0, 0.0 if wish else 1e6
    strike(0)
    return float(run(model, 1)["lapsed"].sum()) / 1_999


def test_a21_who_overlooks_that_a_deposit_is_used_up_is_removed() -> None:
    """A21: two in three of those who wish to help overlook it, and without that nobody does."""
    on, without = on_and_off(
        "A21", lambda changes: removed(1e4, changes), variant="overlooked", on={"mind.overlooking": 0.65}
    )
    assert abs(on - 0.65) < SIGMAS * math.sqrt(0.65 * 0.35 / 1_999)
    assert without == 0.0


def test_a21_whose_deposit_is_filled_up_automatically_is_not_removed_however_much_trouble_it_were() -> None:
    """A21: two in three have it filled up; without that all are removed."""
    on, without = on_and_off(
        "A21", lambda changes: removed(0.0, changes), variant="automatic", on={"mind.automatic_top_up": 0.65}
    )
    assert abs(on - 0.35) < SIGMAS * math.sqrt(0.65 * 0.35 / 1_999)
    assert without == 1.0
