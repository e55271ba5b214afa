"""A third way of a parent beside going on with a plan and closing it: to part with it (mechanism B11).

A technology company or a charity takes the plan over, and its members stay. What the parent feared for ends with that:
regulatory cost, and its weight before a listing. The new owner sees no customers in the members, has no traffic to sell
to and no great means: the plan goes on on its fees alone, and ends when they do not do.
"""

import math
from typing import Any

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.money import fen
from abm.persons.rules import choice_chance
from abm.platforms.plan import Plan
from abm.scenario.parents import ClosingPlan, Parent
from abm.scenario.terms import PlatformTerms


def worth_of_parting(cost: float, loss_of_name: float, failure: float, closing: float) -> float:
    """What parting is worth to a parent, yuan: its cost, and the loss of name; or, where it fails, closing instead.

    With the cost C, the name n lost by parting, the chance f that it fails, and closing worth V::

        - C - (1 - f) n + f V
    """
    return -cost - (1 - failure) * loss_of_name + failure * closing


def chances(going_on: float, closing: float, parting: float | None, scale: float) -> tuple[float, float]:
    """The chances that a board closes a plan, and that it parts with it: a logistic choice among three (McFadden 1974).

    Without a third way it is the choice between two, to the last bit. Without a `scale` the greatest sum is chosen, and
    of equal ones that which changes least.
    """
    if parting is None:
        return choice_chance(closing - going_on, scale), 0.0
    if scale <= 0.0:
        closes = closing > max(going_on, parting)
        return float(closes), float(parting > going_on and not closes)
    top = max(going_on, closing, parting)
    weights = [math.exp((worth - top) / scale) for worth in (going_on, closing, parting)]
    return weights[1] / sum(weights), weights[2] / sum(weights)


def cost_of_parting(plan: Plan) -> int:
    """What a parent pays to part with a plan, whether it comes to something or not: simulated fen."""
    parent = plan.terms.parent
    return 0 if parent is None else round(fen(parent.spin_off.cost) * plan.census.inside)


def parting_fails(plan: Plan) -> bool:
    """Whether nobody takes the plan over, by a number drawn for this step."""
    parent, model = plan.terms.parent, plan.model
    u = draw(model.seed, model.now, plan.index, Purpose.PARTING * SLOTS_PER_PURPOSE)
    return parent is None or u < parent.spin_off.failure


def new_owner(parent: Parent) -> Parent:
    """Who takes a plan over: without customers, regulatory cost, a listing or a name to lose, and with less means."""
    taken = parent.spin_off.model_copy(update={"considered": False})
    nothing = dict.fromkeys(("customer_value", "other_sales", "regulatory_cost", "stigma"), 0.0)
    return parent.model_copy(
        update=nothing | {"listing": None, "loss_limit": taken.owner_loss_limit, "spin_off": taken}
    )


def terms_of_new_owner(terms: PlatformTerms) -> dict[str, Any]:
    """The terms that change with the owner: the parent's pages sell nothing any more, and its promises are gone.

    Who parts may have promised for the end what only a rich parent can keep; a new owner keeps it where it is said.
    """
    if terms.parent is None:
        return {}
    promised, kept = terms.closing, terms.parent.spin_off.promises_kept
    poor = ClosingPlan(
        notice_days=promised.notice_days,
        run_off_borne=False,
        last_claims_shared=promised.last_claims_shared,
        ends_by_year=promised.ends_by_year,
        distrust_of_data=promised.distrust_of_data,
    )
    return {
        "parent": new_owner(terms.parent),
        "owner": None,
        "closing": promised if kept else poor,
        "cross_sell_reach": 0.0,
        "traffic_income": 0.0,
    }
