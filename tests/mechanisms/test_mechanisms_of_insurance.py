"""Mechanisms of what is sold beside mutual aid: each is switched off by a parameter, and its observable moves."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from abm.mechanisms import off
from abm.persons.state import HealthState, Status, Trait
from worlds.closings import ten
from worlds.plain import run, world
from worlds.switches import on_and_off

CITY = 1 << 1
YEAR = 24
EXCESS = 910.08  # of nine shares of 111.12 yuan over caps of 10
# A city plan that pays 1,000 yuan and costs 24 a year, of which all hear at once and which is worth 30 to five of ten
# men and 60 to the others; the plan takes nothing away from it.
CITY_PLAN: dict[str, Any] = {
    "insurance.city.on_sale": True,
    "insurance.city.launches": [date(2019, 1, 1)] * 3,
    "insurance.city.reach": 1.0,
    "insurance.city.sum_insured": 1_000.0,
    "insurance.city.premium": 24.0,
    "insurance.city.trust": 1.0,
    "insurance.city.year.aimed_loss_ratio": 1.0,
    "insurance.city.year.least_claims": 0.0,
    "mind.plan_overlap": 0.0,
    "mind.risk_aversion": 0.0,
}

# A product that everybody can afford and is worth more than it costs.
FOLLOWING: dict[str, Any] = {
    "insurance.commercial.on_sale": True,
    "insurance.commercial.reach": 1.0,
    "insurance.commercial.sum_insured": 1_000.0,
    "insurance.commercial.premium": 1.0,
    "insurance.commercial.affordable": 1.0,
    "insurance.commercial.overlap": 0.0,
    "insurance.commercial.commission": 0.0,
}


def ten_in_a_city(changes: dict[str, Any]) -> Any:
    """Nobody falls ill but by hand."""
    model = world(10, CITY_PLAN | changes)
    model.world.incidence[:] = 0.03
    model.persons["frailty"] = 0.0
    model.persons["believed_frailty"][5:] = 2.0
    return model


def holders_after_a_claim(changes: dict[str, Any]) -> float:
    """Holders among the ten in the second year; one is diagnosed in step 2, and paid."""
    model = ten_in_a_city(changes)
    run(model, 2)
    model.persons["health"][9], model.persons["health_since"][9] = HealthState.DIAGNOSED, 2
    run(model, YEAR)
    model.audit()
    return float(((model.persons["policies"] & CITY) > 0).sum())


def test_d4_at_the_end_of_a_year_a_policy_may_lapse() -> None:
    """A lapse for certain leaves nobody; in the period after it all are offered the plan again."""

    def holders(changes: dict[str, Any]) -> float:
        model = ten_in_a_city(changes)
        return float(run(model, YEAR + 1)["city_share"][-1])

    lapsing: dict[str, Any] = {"insurance.city.year.renewed": True, "insurance.city.year.lapse": 1.0}
    assert on_and_off("D4", holders, ["city"], "renewal", lapsing) == (0.0, 1.0)


def test_d4_after_a_year_of_losses_the_premium_rises_and_those_of_low_risk_do_not_renew() -> None:
    """One claim of 1,000 yuan over ten premiums of 24 is a loss ratio of four: the premium rises by half, to 36.

    It was worth 30 to five of them.
    """
    on: dict[str, Any] = {"insurance.city.year.renewed": True, "insurance.city.year.premium_response": 1.0}
    rising, fixed = on_and_off("D4", holders_after_a_claim, ["city"], "experience", on)
    assert (rising, fixed) == (5.0, 10.0)


def test_a_premium_that_rose_by_half_is_paid_by_the_half_who_renewed() -> None:
    """Ten pay a yuan in a period from the second on, and in the second year five of them one and a half."""
    model = ten_in_a_city({"insurance.city.year.renewed": True, "insurance.city.year.premium_response": 1.0})
    run(model, 2)
    model.persons["health"][9], model.persons["health_since"][9] = HealthState.DIAGNOSED, 2
    table = run(model, YEAR)
    assert table["city_premiums"].tolist() == [0.0] + [10.0] * 23 + [7.5] * 2
    assert table["city_premium_level"].tolist() == [1.0] * 24 + [1.5] * 2
    assert set(table["commercial_premiums"]) == {0.0}  # which nobody sells
    assert set(table["commercial_premium_level"]) == {1.0}


def test_d4_after_a_year_of_great_losses_the_plan_is_there_no_more() -> None:
    on: dict[str, Any] = {"insurance.city.year.may_fail": True, "insurance.city.year.bearable_loss_ratio": 3.0}
    on |= {"insurance.city.year.renewed": True}
    assert on_and_off("D4", holders_after_a_claim, ["city"], "failure", on) == (0.0, 10.0)
    assert holders_after_a_claim(on | {"insurance.city.year.least_claims": 2.0}) == 10.0  # one claim says nothing yet
    # A city that bears as much as all who are insured lets it go on.
    assert holders_after_a_claim(on | {"insurance.city.year.subsidy": 1.0}) == 10.0


def test_d4_the_ill_have_claims_again_and_again() -> None:
    """One who is ill from the start claims half the sum insured in a year: twice the premiums of all ten."""
    on: dict[str, Any] = {"insurance.city.ill_again": 0.5, "insurance.city.year.may_fail": True}
    on |= {"insurance.city.year.bearable_loss_ratio": 1.5}

    def held(changes: dict[str, Any]) -> float:
        model = ten_in_a_city(changes)
        run(model, 1)
        model.persons["health"][9], model.persons["health_since"][9] = HealthState.DIAGNOSED, 0
        return float(run(model, YEAR + 1)["city_share"][-1])

    again, once = on_and_off("D4", held, ["city"], "the ill", on)
    assert (again, once) == (0.0, 1.0)


def following(changes: dict[str, Any]) -> Any:
    """Ten who are offered a product in each step that they can afford, and one of whom may not join the plan."""
    model = world(10, FOLLOWING | changes)
    model.world.incidence[:] = 0.03
    model.persons["frailty"] = 0.0
    model.persons["credit"][9] = 0
    run(model, 5)
    return model


def test_d5_a_product_that_follows_closings_is_bought_after_them_by_those_who_were_in_alone() -> None:
    """All buy it at once, or those nine after the announcement."""

    def too_early_or_outside(changes: dict[str, Any]) -> float:
        model = following({"platform.pool.min_credit": 1} | changes)
        early = model.persons["policies"].astype(bool)
        model.platforms[0].announce("active", "by hand")
        run(model, 1)
        assert model.persons["policies"][:9].all()
        return float(early.sum() + (model.persons["policies"][9] & ~early[9]))

    on = {"insurance.commercial.follows_closings": True}
    assert on_and_off("D5", too_early_or_outside, ["commercial"], on=on) == (0.0, 10.0)


def test_a_product_follows_a_closing_only_for_its_months() -> None:
    model = following({"insurance.commercial.follows_closings": True, "insurance.commercial.follows_months": 1.0})
    model.platforms[0].announce("active", "by hand")
    seen = []
    for _ in range(4):
        run(model, 1)
        seen.append(int(model.world.products["ended_plans"][0]))
    assert seen == [1, 1, 0, 0]


def test_d6_cover_above_the_rest_of_a_bill_draws_fewer_where_it_counts_for_less() -> None:
    """Aid of 300,000 yuan, where 120,000 remain to be paid, is worth 30 yuan, or 12; shares come to 24."""
    given: dict[str, Any] = {
        "mind.altruism": 0.0,
        "mind.risk_aversion": 0.0,
        "platform.pool.advertised_share": 1.0,
        "basic_medical.worth_beyond_bill": 0.0,
    }

    def members(changes: dict[str, Any]) -> float:
        model = world(10, given | changes)
        model.world.incidence[:] = 0.0001
        model.persons["frailty"] = 0.0
        return float(run(model, 1)["members"][-1])

    assert on_and_off("D6", members, on={}) == (0.0, 10.0)


def test_d7_who_has_to_renew_a_policy_thinks_of_it_and_a_little_trouble_ends_it() -> None:
    """To be in a plan is worth one yuan, and to renew it a trouble of two; nobody thinks of it but then."""
    given: dict[str, Any] = {
        "mind.altruism": 1.0,
        "mind.inertia": 2.0,
        "mind.filling_up": 1.0,
        "mind.attention": 0.0,
        "mind.alerted_attention": 0.0,
    }

    def members(changes: dict[str, Any]) -> float:
        model = world(10, given | changes)
        model.world.incidence[:] = 0.0
        model.memberships["platform"], model.memberships["status"] = 0, Status.COVERED
        model.persons["traits"] |= np.uint8(Trait.APPLIED)
        inside = run(model, YEAR + 2)["members"]
        assert (inside[:YEAR] == 10).all()
        return float(inside[-1])

    on = {"platform.pool.renewed_yearly": True}
    assert on_and_off("D7", members, ["pool"], "renewal", on) == (0.0, 10.0)


def test_d7_the_cap_of_an_age_keeps_shares_from_its_members_alone() -> None:
    """Nine share a case of 1,000 yuan: four young ones pay 111.12 yuan each, and five old ones 10."""
    bands = [
        {"age_from": 0, "age_to": 40, "cover": 1_000.0, "annual_cap": 500.0},
        {"age_from": 41, "age_to": 59, "cover": 1_000.0, "annual_cap": 10.0},
    ]

    def kept_off(changes: dict[str, Any]) -> float:
        model, strike = ten({"platform.pool.bands": bands} | changes)
        model.persons["age_at_start"][5:] = 50
        run(model, 2)
        strike(0)
        table = run(model, 3)
        paid = model.memberships["paid"][:, 0] / 100
        assert table["subsidy"].sum() == pytest.approx(9 * paid[1] - paid.sum())
        assert (paid[1], paid[9]) == (pytest.approx(111.12), pytest.approx(111.12 if changes else 10))
        return float(table["subsidy"].sum())

    by_age, alike = kept_off({}), kept_off(off("D7", ["pool"], "cap by age", 500.0))
    assert (by_age, alike) == (pytest.approx(5 * 101.12), 0.0)


def borne_by_the_platform(changes: dict[str, Any]) -> float:
    """Excess over a cap of 10 that an insurer cannot bear; ten are in from step 0, a case is in step 3."""
    given: dict[str, Any] = {
        "insurer.zhonghui": {"capital": 1_000.0} | changes.pop("insurer.zhonghui", {}),
        "platform.pool.insurer": "zhonghui",
        "platform.pool.excess_borne_by": "insurer",
        "platform.pool.annual_cap": 10.0,
        "platform.pool.deposit": 100.0,
    }
    model, strike = ten(given | changes)
    run(model, 3)
    strike(0)
    table = run(model, 3)
    model.audit()
    assert table["aid"].sum() == 1_000
    return float(table["subsidy"].sum())


def test_d8_an_insurer_that_has_lost_its_funds_bears_no_excess() -> None:
    """A loss of 24,000 yuan a year is one of a thousand in the first half-month."""
    on: dict[str, Any] = {"insurer.zhonghui": {"starting_loss": 24_000.0}}
    lost, kept = on_and_off(
        "D8", lambda changes: borne_by_the_platform(dict(changes)), ["zhonghui"], "starting loss", on
    )
    assert (lost, kept) == (EXCESS, 0.0)


def test_d8_promotion_is_paid_from_the_funds_that_bear_excess() -> None:
    """Ten members won at 50 yuan leave 500 of a thousand yuan."""
    on: dict[str, Any] = {"insurer.zhonghui": {"promotion_cost": 50.0}}
    spent, kept = on_and_off("D8", lambda changes: borne_by_the_platform(dict(changes)), ["zhonghui"], "promotion", on)
    assert (spent, kept) == (pytest.approx(EXCESS - 500), 0.0)


def test_d8_interest_on_what_is_paid_in_bears_excess() -> None:
    """Without funds of its own an insurer has the interest of some periods on 1,000 yuan of deposits."""
    on: dict[str, Any] = {"insurer.zhonghui": {"capital": 0.0, "interest": 0.2}}
    helped, alone = on_and_off("D8", lambda changes: borne_by_the_platform(dict(changes)), ["zhonghui"], "interest", on)
    assert alone == EXCESS
    assert alone - helped == pytest.approx(2 * 1_000 * 0.2 / 24, abs=0.1)
