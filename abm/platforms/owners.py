"""What plans of the same owner feel of each other (mechanism B17). A plan without an owner feels nothing of it."""

from collections.abc import Sequence

from abm.platforms import rules
from abm.platforms.closing import Closing, ClosingKind
from abm.platforms.plan import Plan
from abm.scenario.owners import Owner


def owner_of(plan: Plan) -> Owner | None:
    """The owner of a plan, None for a plan that is its parent's alone."""
    name = plan.terms.owner
    return None if name is None else plan.model.case.owner[name]


def sisters(plan: Plan) -> Sequence[Plan]:
    """The other plans of the owner of a plan, whatever became of them."""
    owner = plan.terms.owner
    if owner is None:
        return ()
    return [other for other in plan.model.platforms if other.name != plan.name and other.terms.owner == owner]


def trust_lost_by_closing(plan: Plan, closing: Closing) -> float:
    """Part of trust that members of a plan lose by the end of another: what any end takes, or more if a sister ends."""
    lost, owner = plan.model.case.mind.trust_from_closing, owner_of(plan)
    if owner is not None and any(sister.name == closing.platform for sister in sisters(plan)):
        lost = max(lost, owner.trust_shared)
    return rules.contagion(closing.share, lost)


def trust_lost_by_stop(plan: Plan, stopped: Plan) -> float:
    """Part of trust that members of a plan lose when the regulator stops another one, which goes on: a sister's."""
    owner = owner_of(plan)
    if owner is None or stopped not in sisters(plan):
        return 0.0
    everywhere = sum(each.members for each in plan.model.platforms)
    return rules.contagion(stopped.members / max(1.0, everywhere), owner.trust_shared)


def was_stopped(plan: Plan) -> bool:
    """Whether the regulator has stopped a plan, which then goes on under other terms, or has ordered its end."""
    converted = plan.original_terms.insurer is not None and plan.terms.insurer is None
    return converted or (plan.closing is not None and plan.closing.kind == ClosingKind.ORDERED)


def exposure(plan: Plan) -> float:
    """Regulatory cost of a plan over what it is alone: more once a sister was stopped, and with all who were in it."""
    owner = owner_of(plan)
    if owner is None:
        return 1.0
    people, weight = plan.model.case.people.population, plan.model.weight
    ever = [sister.census.ever_joined * weight for sister in sisters(plan) if was_stopped(sister)]
    return 1 + rules.contagion(min(1.0, max(ever, default=0.0) / people), owner.exposure_shared)


def name_left(plan: Plan) -> float:
    """Part of the good name of its owner that the end of a plan can still cost: less once a large sister has ended."""
    owner = owner_of(plan)
    if owner is None:
        return 1.0
    ended = [sister.closing.share for sister in sisters(plan) if sister.closing]
    return 1 - rules.contagion(max(ended, default=0.0), owner.name_shared)


def members_of_owner(plan: Plan) -> float:
    """Real members over whom costs are spread: those of the plan, or of a small one of it, and those of sisters."""
    owner = owner_of(plan)
    shared = owner is not None and owner.costs_shared
    beside = sum(sister.members for sister in sisters(plan)) if shared else 0.0
    return plan.members / max(1, plan.small_plans) + beside
