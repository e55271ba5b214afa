"""What alarms a regulator: causes of pressure, each by itself, as it shows in plans. Everything here reads."""

from collections.abc import Mapping, Sequence

from abm.ledger import deposits
from abm.money import yuan
from abm.platforms import rules
from abm.platforms.closing import ClosingKind, Stage, public_salience
from abm.platforms.offers import level_by_table
from abm.platforms.plan import Plan, Surroundings
from abm.platforms.rivalry import business_taken, insurance_like
from abm.scenario.institutions import Supervision

IN_SIGHT = (Stage.OPEN, Stage.CLOSING)
ALARMS: Mapping[str, str] = {  # in the order in which they add up
    "size": "the size of plans without a licence",
    "deposits": "deposits that nobody holds in custody",
    "complaints": "complaints of members",
    "small_plans": "the number of small plans",
    "money": "the sums that are shared",
    "selection": "refused claims, as insurers tell of them",
    "promotion": "newcomers who were promised less than the true share",
    "closings": "closings that are talked about",
    "insurers": "insurers, whose business insurance-like plans take",
}


def alarms(settings: Supervision, model: Surroundings, plans: Sequence[Plan], complaints: float) -> dict[str, float]:
    """Pressure of a period by its cause, see `ALARMS`; `complaints` are of real persons."""
    people, balances, flows = model.case.people.population, model.ledger.balances, model.ledger.flows
    unlicensed = [each for each in plans if not each.licensed and each.stage in IN_SIGHT]
    size = sum(each.members for each in unlicensed) / people
    loose = sum(balances[deposits(each.name)] for each in unlicensed if not each.in_custody)
    shared = sum(flows.get((each.name, purpose), 0) for each in unlicensed for purpose in ("share", "drawn"))
    refusals = sum(rules.refusals_known(each.members, each.refused_share, people) for each in unlicensed)
    return {
        "size": settings.from_size * size,
        "deposits": rules.alarm_at_deposits(settings.from_deposits, yuan(loose), model.weight),
        "complaints": rules.alarm_at_complaints(settings.from_complaints, complaints, people),
        "small_plans": settings.from_small_plans * sum(each.small_plans for each in unlicensed),
        "money": rules.alarm_at_money(settings.from_money, yuan(shared), model.weight),
        "selection": settings.from_selection * refusals,
        "promotion": settings.from_promotion * sum(map(promotion, unlicensed)) if settings.from_promotion else 0.0,
        "closings": settings.from_closings * public_salience(model.closings, model.now, people),
        "insurers": settings.from_insurers * sum(map(business_taken, insurance_like(plans))),
    }


def promotion(plan: Plan) -> float:
    """How many newcomers of the last period were misled, over all people; see `rules.misled`.

    By what was promised when they joined, which the share of that period has since changed.
    """
    model, census = plan.model, plan.census
    true_level = census.true_level or level_by_table(plan)
    return rules.misled(census.joined * model.weight, census.promised, true_level, model.case.people.population)


def misleads(plan: Plan, settings: Supervision) -> bool:
    """Whether the promotion of a plan is so misleading that the true level has to be told (mechanism C5).

    The regulator sees what newcomers were led to expect, beside what an actuary reckons with, and how many are inside:
    each member counts, over all people, by the part of the true share that is not told (F251, F266).
    """
    if not settings.truth_demanded_at or plan.discloses:
        return False
    census, people = plan.census, plan.model.case.people.population
    true_level = census.true_level or level_by_table(plan)
    return rules.misled(plan.members, census.promised, true_level, people) >= settings.truth_demanded_at


def complaints_at_closing(plan: Plan, part: float) -> float:
    """Members, simulated, who complain of an end that was announced in the last period.

    What they lose are the shares that are not given back, and in a flight the claims in hand: of every other end these
    are paid by the last collection, if not by the platform. A deposit that is seized, and a claim that is refused or
    paid in part, bring complaints of their own when it comes to that.
    """
    if not part or plan.closing is None or plan.closing.announced != plan.model.now - 1:
        return 0.0
    census = plan.census
    paid = rules.paid_by_members(plan.collected, census.inside, census.ever_joined)
    unpaid = plan.desk.in_hand if plan.closing.kind == ClosingKind.FLIGHT else 0.0
    return rules.complaining(census.inside, (1 - plan.closing_plan.shares_refunded) * paid + unpaid, part)
