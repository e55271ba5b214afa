"""What running a plan costs in a half-month, and what its traffic and other sales to members earn."""

from abm.money import fen
from abm.platforms import owners, rules
from abm.platforms.board import years_of_wear
from abm.platforms.plan import Plan


def costs(plan: Plan) -> dict[str, int]:
    """Fen by purpose: investigation by cases and effort, technology and the rest by members and size."""
    terms, inside = plan.terms, plan.census.inside
    size = owners.members_of_owner(plan)

    def for_members(a_year: float) -> int:
        """Fen of a half-month, at yuan a year for a member of a plan of the size at which costs are known."""
        each = rules.at_size(a_year, size, terms.scale_members, -terms.scale_elasticity)
        return round(rules.for_members(inside, each))

    cases = plan.desk.decided / plan.model.heads  # of a simulated plan
    found = {
        "investigation": round(cases * fen(rules.investigation_cost(plan.levers.effort, terms.case_cost))),
        "technology": for_members(terms.technology_cost),
        "other_costs": for_members(terms.other_cost),
    }
    if plan.levers.education and terms.parent:
        found["education"] = round(rules.for_members(inside, terms.parent.education_cost))
    return found


def traffic(plan: Plan) -> int:
    """Commission on insurance sold to members, fen; nothing where the scenario itself sells insurance to them."""
    if plan.model.world.products["pages"].any():  # sold by an insurer on pages of platforms, now or until lately
        return 0
    terms = plan.terms
    return round(
        rules.traffic_income(plan.census.inside, terms.traffic_income, terms.traffic_decay, years_of_wear(plan))
    )


def other_sales(plan: Plan) -> int:
    """What the parent earns by selling members other things than insurance, fen (mechanism B15)."""
    parent = plan.terms.parent
    if parent is None:
        return 0
    at_first = rules.for_members(plan.census.inside, parent.other_sales)
    return round(rules.decayed(at_first, parent.sales_decay, years_of_wear(plan)))


def incomes(plan: Plan) -> dict[str, int]:
    """Fen by purpose that come from outside: commission on insurance, and other sales where there are any."""
    found = {"traffic": traffic(plan)}
    return found | {"other_sales": sold} if (sold := other_sales(plan)) else found
