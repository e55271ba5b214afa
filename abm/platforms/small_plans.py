"""Many small plans taken together: they are founded while entry is easy, and give up when fees do not cover their cost.

Which members a failing plan had is a matter of chance: with one plan of a hundred, one member of a hundred.
"""

import math
from typing import TYPE_CHECKING

from abm.clock import PERIODS_PER_YEAR
from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.money import yuan
from abm.persons import rules

if TYPE_CHECKING:
    from abm.agents.platform import Platform


def come_and_go(platform: "Platform", fee: int) -> None:
    """New plans and failed ones of a period in which all together took in so much `fee`, fen."""
    terms = platform.terms.small_plans
    if terms is None:
        return
    from scipy.stats import binom, poisson  # slow to import, and few scenarios need it

    regulator = platform.model.regulator
    income = PERIODS_PER_YEAR * yuan(fee) * platform.model.weight / max(1, platform.small_plans)
    quiet = max(0.0, 1 - regulator.pressure / regulator.settings.warn_at) if regulator.policy.threatens else 1.0
    failing = 0
    if income < terms.fixed_cost:
        chance = 1 - math.exp(-1 / (PERIODS_PER_YEAR * terms.endurance))
        failing = int(binom.ppf(_uniform(platform, 0), platform.small_plans, chance))
    fail(platform, failing)
    platform.small_plans += int(poisson.ppf(_uniform(platform, 1), terms.entering * quiet))


def fail(platform: "Platform", plans: int) -> None:
    """So many of the small plans end with the next collection, and their part of the memberships with them."""
    plans = min(max(plans, 0), platform.small_plans)
    if plans:
        part = plans / platform.small_plans
        platform.failing = rules.overlap(platform.failing, part)
        platform.small_plans -= plans


def _uniform(platform: "Platform", place: int) -> float:
    model = platform.model
    return draw(model.seed, model.now, platform.index, Purpose.SMALL_PLANS * SLOTS_PER_PURPOSE + place)
