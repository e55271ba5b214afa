"""Insurers and plans as rivals (mechanism D3): what plans take, and what insurers then say. It only reads.

What sellers of insurance say of plans is reckoned for all people at once, by the part of them that is visited.
"""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from abm.platforms.closing import Stage
from abm.platforms.plan import Plan
from abm.scenario.insurance import Product
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


def visited(product: Product, case: Scenario, day: date) -> float:
    """The part of all people whom the sellers of a product visit in a period; cities have none."""
    if product.sponsored or not product.on_sale:
        return 0.0
    begun = [day >= first for first in product.launches or (day,) * 3]
    return product.reach * sum(part for part, there in zip(case.people.tier_shares, begun, strict=True) if there)


def disparaged(product: Product, case: Scenario, day: date) -> float:
    """Part of the trust in every plan that is lost in a period by what the sellers of a product say of plans."""
    return product.disparages * visited(product, case, day) if product.disparages else 0.0


def recommended(case: Scenario, day: date) -> float:
    """Chance that a person hears of a plan in a period from somebody who sells insurance."""
    spoken_well = (each for each in case.insurance.products.values() if each.recommends)
    return sum((each.recommends * visited(each, case, day) for each in spoken_well), 0.0)
