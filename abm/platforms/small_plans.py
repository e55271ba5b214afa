"""Many small plans taken together: they are founded while entry is easy, and give up when fees do not cover their cost.

Which members a failing plan had is a matter of chance: with one plan of a hundred, one member of a hundred.
"""

from typing import NamedTuple

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.money import yuan
from abm.platforms import rules
from abm.platforms.plan import Plan


class Turnover(NamedTuple):
    """How many small plans fail and are founded in a period."""

    failing: int = 0
    founded: int = 0


def turnover(plan: Plan, fee: int) -> Turnover:
    """Failures and foundings of a period in which all small plans together took in so much `fee`, fen."""
    terms = plan.terms.small_plans
    if terms is None:
        return Turnover()
    from scipy.stats import binom, poisson  # slow to import, and few scenarios need it

    regulator = plan.model.regulator
    threatened = regulator.policy.threatens
    ease = rules.ease_of_entry(regulator.pressure, regulator.settings.warn_at) if threatened else 1.0
    failing = 0
    if rules.fee_income(yuan(fee), plan.model.weight, plan.small_plans) < terms.fixed_cost:
        failing = int(binom.ppf(_uniform(plan, 0), plan.small_plans, rules.failure_chance(terms.endurance)))
    return Turnover(failing, int(poisson.ppf(_uniform(plan, 1), terms.entering * ease)))


def _uniform(plan: Plan, place: int) -> float:
    model = plan.model
    return draw(model.seed, model.now, plan.index, Purpose.SMALL_PLANS * SLOTS_PER_PURPOSE + place)
