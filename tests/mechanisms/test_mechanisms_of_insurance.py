"""Mechanisms of what is sold beside mutual aid: each is switched off by a parameter, and its observable moves."""

from datetime import date
from typing import Any

from abm.persons.state import HealthState
from worlds.plain import run, world
from worlds.switches import on_and_off

CITY = 1 << 1
YEAR = 24
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
    "mind.plan_overlap": 0.0,
    "mind.risk_aversion": 0.0,
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
    assert on_and_off("D4", holders, variant="renewal", on=lapsing) == (0.0, 1.0)


def test_d4_after_a_year_of_losses_the_premium_rises_and_those_of_low_risk_do_not_renew() -> None:
    """One claim of 1,000 yuan over ten premiums of 24 is a loss ratio of four: the premium rises by half, to 36.

    It was worth 30 to five of them.
    """
    on: dict[str, Any] = {"insurance.city.year.renewed": True, "insurance.city.year.premium_response": 1.0}
    rising, fixed = on_and_off("D4", holders_after_a_claim, variant="experience", on=on)
    assert (rising, fixed) == (5.0, 10.0)


def test_d4_after_a_year_of_great_losses_the_plan_is_there_no_more() -> None:
    on: dict[str, Any] = {"insurance.city.year.may_fail": True, "insurance.city.year.bearable_loss_ratio": 3.0}
    on |= {"insurance.city.year.renewed": True}
    assert on_and_off("D4", holders_after_a_claim, variant="failure", on=on) == (0.0, 10.0)
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

    again, once = on_and_off("D4", held, variant="the ill", on=on)
    assert (again, once) == (0.0, 1.0)
