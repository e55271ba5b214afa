"""Who hears of what befell a plan, and loses trust in their own."""

from typing import TYPE_CHECKING

from abm.platforms import owners, rules

if TYPE_CHECKING:
    from abm.agents.platform import Platform


def tell_of_closing(plan: "Platform") -> None:
    """The end of a plan is announced: members of all others lose trust, those of the same owner most."""
    for other in plan.model.platforms:
        if other is not plan and plan.closing:
            other.lose_trust(owners.trust_lost_by_closing(other, plan.closing))
            if distrust_of_data := plan.terms.closing.distrust_of_data:  # whoever runs away too
                other.lose_trust(rules.contagion(plan.closing.share, distrust_of_data))


def tell_of_stop(plan: "Platform") -> None:
    """The regulator has stopped a plan, which goes on: members of plans of the same owner lose trust."""
    for other in plan.model.platforms:
        if lost := owners.trust_lost_by_stop(other, plan):
            other.lose_trust(lost)
