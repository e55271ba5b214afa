"""Mechanisms of the regulator and of insurers, switched off one by one."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from abm.ledger import FUND, OUTSIDE
from abm.mechanisms import off
from abm.model import MutualAidModel
from abm.persons.state import Status, Trait
from worlds.busy import finish, series, simply_busy
from worlds.closings import unborne
from worlds.endings import PLANS, simple_endings
from worlds.plain import run, world
from worlds.switches import SIGMAS, on_and_off, table


def test_c1_a_warning_costs_trust_and_members() -> None:
    """In the six periods from the warning on; the same periods where nobody warns."""

    def leaving(changes: dict[str, Any]) -> float:
        warned = {"supervision.policy": "historical", "mind.trust_from_warning": 0.8, "supervision.rectify_at": 50.0}
        model = finish(MutualAidModel(simple_endings(changes=warned | changes).case, seed=4), 15)
        assert any(event["what"] == "warning" for event in model.events) == ("supervision.policy" not in changes)
        return float(table(model)["lasting.left"].iloc[8:].sum())

    warned, unwarned = on_and_off("C1", leaving)
    assert warned > 1.5 * unwarned


def test_c2_a_guarantee_fund_pays_the_claims_of_plans_that_are_gone() -> None:
    """Two claims of 1,000 yuan of which the plan can pay 600 each, and a fund of 800 or none."""
    received = []
    for changes in ({}, off("C2") | {"supervision.levy": 0.0}):
        model = unborne(changes)
        model.ledger.transfer(800_00 if changes else 0, OUTSIDE, FUND, "fund", "levy")
        run(model, 3)
        received.append(int(model.persons["received"].sum()))
    assert received == [1_200_00, 2_000_00]


# Insurance that agents seldom offer, and plans that are weighed by what their cover is worth.
SELLING: dict[str, Any] = {
    "insurance.commercial.on_sale": True,
    "insurance.commercial.reach": 0.004,
    "insurance.city.on_sale": True,
    "insurance.city.reach": 0.0,
    "people.persons": 1_000,
    "platform.unwanted.closing.conversion_months": 0,
    "mind.altruism": 5.0,
    "mind.herding": 20.0,
} | {f"platform.{name}.cross_sell_reach": 0.05 for name in PLANS}


def sold(changes: dict[str, Any]) -> tuple[float, float, int]:
    """Uninsured persons who bought insurance: of members and of others; and commission to the plans, fen."""
    model, commission = simple_endings(changes=SELLING | changes), 0
    insured_before = (model.persons["policies"] & 1) > 0
    while model.running:
        model.step()
        commission += sum(fen for (name, what), fen in model.ledger.flows.items() if what == "traffic")
    bought = ((model.persons["policies"] & 1) > 0)[~insured_before]
    been = (Status.WAITING, Status.COVERED, Status.CLAIMING, Status.LEFT, Status.ENDED)
    member = np.isin(model.memberships["status"], been).any(axis=1)[~insured_before]
    return float(bought[member].mean()), float(bought[~member].mean()), commission


def test_d1_plans_are_feeders_of_insurers() -> None:
    members, others, commission = sold({})
    members_off, _, commission_off = sold(off("D1", PLANS, "cross-selling"))
    assert members > 5 * others
    assert members > 5 * members_off
    assert commission > commission_off == 0


def test_d1_plans_are_substitutes_of_insurance() -> None:
    assert sold({"mind.plan_overlap": 0.6})[0] < 0.8 * sold(off("D1", variant="members"))[0]


def test_d1_insurance_is_a_substitute_of_plans() -> None:
    def insured(changes: dict[str, Any]) -> float:
        return float(table(finish(simple_endings(changes=SELLING | changes)))["lasting.insured"].mean())

    overlapping, apart = on_and_off("D1", insured, variant="insured", on={"insurance.commercial.overlap": 0.9})
    assert overlapping < 0.6 * apart


def test_d1_who_is_turned_away_for_good_does_not_get_in_by_asking_often() -> None:
    """Of 1,000 at high risk half are turned away at an offer a period; of eight offers, all but a few take one."""

    def insured(changes: dict[str, Any]) -> float:
        selling = {"on_sale": True, "reach": 1.0, "declines": 0.5, "trust": 1.0, "affordable": 1.0, "loading": 0.0}
        numbers = {f"insurance.commercial.{name}": value for name, value in selling.items()}
        model = world(1_000, numbers | {"mind.plan_overlap": 0.0} | changes)
        model.world.incidence[:] = 0.001
        model.persons["traits"] = Trait.HIGH_RISK
        run(model, 8)
        return float(((model.persons["policies"] & 1) > 0).mean())

    for_good, anew = on_and_off(
        "D1", insured, variant="underwriting", on={"insurance.commercial.declines_for_good": True}
    )
    assert abs(for_good - 0.5) < SIGMAS * 0.5 / np.sqrt(1_000)
    assert anew > 0.95


def test_d2_the_city_plan_draws_members_away_where_and_when_it_is_launched() -> None:
    """It is launched in cities of tier 1 in October 2019, period 23, and nowhere else."""

    def leaving(changes: dict[str, Any]) -> np.ndarray:
        city = {
            "launches": [date(2019, 10, 1), date(2021, 1, 1), date(2021, 1, 1)],
            "on_sale": True,
            "reach": 0.5,
            "premium": 1.0,
        }
        numbers = {f"insurance.city.{name}": value for name, value in city.items()}
        numbers |= {"people.persons": 3_000, "mind.altruism": 0.0, "mind.herding": 20.0, "mind.attention": 0.2}
        model = finish(simply_busy(changes=numbers | {"insurance.city.overlap": 0.9} | changes), 35)
        insured = (model.persons["policies"] & 2) > 0
        assert set(model.persons["tier"][insured]) == {1}
        assert insured.sum() > 500
        left, since = model.memberships["status"][:, 0] == Status.LEFT, model.memberships["since"][:, 0]
        tiers = [model.persons["tier"] == tier for tier in (1, 2, 3)]
        return np.array([[(left & tier & (since // 6 == half)).sum() for half in (3, 4)] for tier in tiers])

    (before, after), *elsewhere = leaving({})
    (before_off, after_off), *elsewhere_off = leaving(off("D2"))
    assert after > 3 * after_off
    assert before <= 1.5 * before_off
    assert np.array(elsewhere).sum() < 1.3 * np.array(elsewhere_off).sum()


def test_a_city_plan_alone_leaves_the_platforms_their_traffic_income() -> None:
    worlds: tuple[dict[str, Any], ...] = ({}, {"insurance.city.on_sale": True})
    income = [series(finish(simply_busy(changes=changes), 20))["traffic"].sum() for changes in worlds]
    assert income[0] == pytest.approx(income[1], rel=0.1)
    assert income[0] > 0
