"""Insurers and plans as rivals (mechanism D3): what plans take, and what insurers then say. It only reads.

What sellers of insurance say of plans is reckoned for all people at once, by the part of them that is visited.
"""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np

from abm.platforms.closing import Stage
from abm.platforms.pages import population
from abm.platforms.plan import Plan
from abm.scenario.scenario import Scenario

AnyPlan = TypeVar("AnyPlan", bound=Plan)


def insurance_like(plans: Iterable[AnyPlan]) -> list[AnyPlan]:
    """Plans that take members with an insurer behind them and no licence of their own."""
    return [plan for plan in plans if plan.stage == Stage.OPEN and plan.terms.insurer and not plan.licensed]


def business_taken(plan: Plan) -> float:
    """New business that insurers lose to a plan in a period: its newcomers over all people.

    To an insurer who has paid for a licence each of them is a customer who went elsewhere. Whether they would have
    bought insurance does not matter to who complains.
    """
    return plan.census.joined * plan.model.weight / plan.model.case.people.population


def visited(product: np.void, case: Scenario) -> float:
    """The part of all people whom the sellers of a product visit in a period, as it is published; cities have none."""
    if product["sponsored"]:
        return 0.0
    people = population(case.people).sum(axis=1)
    parts = people * product["on_sale"][1:] * (product["home_to"] - product["home_from"])[1:]
    return float(product["reach"] * parts.sum())


def recommended(products: np.ndarray, case: Scenario) -> float:
    """Chance that a person hears of a plan in a period from somebody who sells insurance."""
    sold = zip(case.insurance.products.values(), products, strict=True)
    return sum((each.recommends * visited(published, case) for each, published in sold if each.recommends), 0.0)
