"""Who takes out insurance for children: agents sell them none; parents sign for what is offered to everybody."""

from datetime import date
from typing import Any

import numpy as np

from abm.persons.guardians import in_care
from abm.persons.rules import choice_chance
from worlds.families import families
from worlds.plain import run
from worlds.switches import SIGMAS

# Tastes that last, which decide where nobody falls ill: by hand, a policy is worth what it costs, with the sign turned.
LASTING: dict[str, Any] = {"mind__taste_years": 100.0, "mind__noise": 10.0}


def holding(model: Any, product: int) -> np.ndarray:
    """Who has a product."""
    held: np.ndarray = (model.persons["policies"] >> product & 1) > 0
    return held


def small(model: Any, care: np.ndarray) -> np.ndarray:
    """Children in care who stay so."""
    found: np.ndarray = care & (model.persons["age_at_start"] < 15)
    return found


def test_parents_take_out_the_plan_of_the_city_for_their_children_by_their_own_taste() -> None:
    """By hand: five yuan a year for no risk are worth minus five, to child and parent; the parent's number decides."""
    launched = {"launches": [date(2019, 1, 1)] * 3, "premium": 5.0, "reach": 1.0, "on_sale": True}
    model, care, guardians = families(
        **LASTING, **{f"insurance__city__{name}": each for name, each in launched.items()}
    )
    run(model, 3)
    city = list(model.case.insurance.products).index("city")
    held, children = holding(model, city), small(model, care)
    assert (held[children] == held[guardians[children]]).all()
    deciding = ~care
    chance = choice_chance(-5.0, 10.0)
    assert abs(held[deciding].mean() - chance) < SIGMAS * np.sqrt(chance * (1 - chance) / deciding.sum())
    adults = in_care(model.persons, model.world) & (model.persons["age_at_start"] >= 18)
    alike = (held == held[guardians])[adults].mean()
    assert abs(alike - (chance**2 + (1 - chance) ** 2)) < SIGMAS * 0.5 / np.sqrt(adults.sum())  # sign for themselves


def test_parents_take_what_a_plan_offers_at_its_end_for_their_children_too() -> None:
    """Without risk a policy costs nothing and is worth nothing: every second parent likes to have it."""
    selling = {
        "insurance__commercial__on_sale": True,
        "insurance__commercial__reach": 0.0,
        "platform__pool__cross_sell_reach": 0.0,
        "platform__pool__closing_rules": [],
        "platform__pool__closing__notice_days": 15,
        "platform__pool__closing__conversion_months": 6,
    }
    model, care, guardians = families(**LASTING, **selling)
    run(model, 3)
    assert not holding(model, 0).any()
    model.platforms[0].announce("active", "by hand")
    run(model, 4)
    held, children = holding(model, 0), small(model, care)
    assert children.sum() > 100
    assert (held[children] == held[guardians[children]]).all()
    assert abs(held[~care].mean() - 0.5) < SIGMAS * 0.5 / np.sqrt((~care).sum())
