"""Insurers and plans as rivals (mechanism D3): what plans take from insurers, who complain. Everything here reads."""

from collections.abc import Iterable
from typing import TypeVar

from abm.platforms.closing import Stage
from abm.platforms.plan import Plan

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
