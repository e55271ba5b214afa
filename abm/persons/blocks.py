"""What the persons of a block do in each pass, one after the other, and whom a pass may leave out.

Few have anything to do in a half-month. Short loops, over what is cheap to ask, list those who may have; only they go
through the rules. A list may hold too many and never too few: who is not in it would have changed nothing.
"""

import numpy as np

from abm.jit import behaviour
from abm.market import IS_IN, NEWS, PLATFORMS, World
from abm.persons import rules
from abm.persons.behaviours import claim, fall_ill, hear, learn
from abm.persons.census import count, describe_population
from abm.persons.households import decide
from abm.persons.insuring import insure
from abm.persons.pages import seen_advertised
from abm.persons.paying import settle
from abm.persons.state import ALERTED, APPLIED, SETTLED, WELL

SURELY = 1.0 + 1e-9  # times a bound that is reckoned in another order than the rule reckons


@behaviour
def list_stirred(
    persons: np.ndarray,
    first: int,
    last: int,
    signals: np.ndarray,
    seeing: np.ndarray,
    falling: np.ndarray,
    phases: np.ndarray,
    world: World,
    rows: np.ndarray,
) -> int:
    """Write to `rows` for whom `hear`, `fall_ill` and `claim` may have anything to do; returns their number.

    The others have no friend with news or in a plan that they are not in, see no advertisement, are well and would stay
    so at the incidence of any age, and have the tastes of before. Arrays hold a value for each from row `first` on:
    what the friend shows, and the numbers for advertisements, illness and the renewal of tastes.
    """
    p, busy = world.settings[0], 0
    has_family, platforms = world.family_news.size > 0, float(world.offers.size)
    widest = p["widest_reach"] * platforms * SURELY
    most = 0.0
    for incidence in world.incidence.flat:
        most = max(most, incidence / rules.PERIODS_PER_YEAR * SURELY)
    lasting = p["taste_years"] > 0.0 and p["now"] > 0
    now, before = rules.intervals(p["now"], p["taste_years"]), rules.intervals(p["now"] - 1, p["taste_years"])
    for row in range(first, last):
        i, me = row - first, persons[row]
        shown = signals[i] & NEWS | signals[i] & PLATFORMS & ~np.int64(world.signals[row])
        if has_family:
            shown |= np.int64(world.family_news[row])
        place = (1.0 - seeing[i]) * platforms
        stirred = shown != 0
        stirred |= (me["health"] != WELL) | (falling[i] < me["frailty"] * most)
        if lasting:
            stirred |= (me["traits"] & SETTLED > 0) & (int(now + phases[i]) != int(before + phases[i]))
        if not stirred and np.ceil(place) - place < widest:  # of most plans, which reach fewer, nothing is seen
            stirred = seen_advertised(seeing[i], world) != 0
        rows[busy] = row
        busy += int(stirred)
    return busy


@behaviour
def hear_fall_ill_and_claim(
    persons: np.ndarray,
    memberships: np.ndarray,
    rows: np.ndarray,
    first: int,
    signals: np.ndarray,
    seeing: np.ndarray,
    falling: np.ndarray,
    world: World,
) -> int:
    """All that some of the persons do before publication. Returns the number of claims filed."""
    filed = 0
    for row in rows:
        hear(persons[row], memberships[row], row, signals[row - first], seeing[row - first], world)
        fall_ill(persons[row], memberships[row], row, falling[row - first], world)
        filed += claim(persons[row], memberships[row], row, world)
    return filed


@behaviour
def list_acting(
    persons: np.ndarray,
    first: int,
    last: int,
    thinking: np.ndarray,
    approaching: np.ndarray,
    world: World,
    rows: np.ndarray,
) -> int:
    """Write to `rows` for whom there may be anything to do after publication; returns their number.

    The others have never been in a plan, have heard no news and do not think again, or only of what they declined; they
    have no guardian in a plan that they are not in, hold no insurance and are offered none.
    """
    p, busy = world.settings[0], 0
    interest = p["renewed_interest"] * SURELY
    has_family, selling, widest, top = world.guardians.size > 0, p["selling"] > 0, p["widest_selling"], 1.0
    for product in range(world.products.size):
        if world.products[product]["sponsored"]:
            top -= world.products[product]["reach"]
    for row in range(first, last):
        i, me = row - first, persons[row]
        acting = me["traits"] & (ALERTED | APPLIED) > 0
        often = interest if me["traits"] & SETTLED > 0 else 1.0
        acting |= (me["aware"] != 0) & (thinking[i] < me["attention"] * often)
        if has_family:
            guardian = np.int64(world.guardians[row])
            acting |= world.standing[guardian, IS_IN] & ~world.standing[row, IS_IN] != 0
        if selling:
            acting |= (me["policies"] != 0) | (approaching[i] < widest) | (approaching[i] >= top)
        rows[busy] = row
        busy += int(acting)
    return busy


@behaviour
def settle_learn_decide_and_insure(
    persons: np.ndarray,
    memberships: np.ndarray,
    rows: np.ndarray,
    first: int,
    thinking: np.ndarray,
    approaching: np.ndarray,
    world: World,
    cash_flows: np.ndarray,
) -> None:
    """All that some of the persons do after publication."""
    for row in rows:
        settle(persons[row], memberships[row], row, world, cash_flows)
        learn(persons[row], memberships[row], row, world)
        decide(persons[row], memberships[row], row, thinking[row - first], world)
        insure(persons[row], memberships[row], row, approaching[row - first], world, cash_flows)


@behaviour
def count_block(
    persons: np.ndarray,
    memberships: np.ndarray,
    first: int,
    last: int,
    world: World,
    tally: np.ndarray,
    rows: np.ndarray,
) -> int:
    """Count everybody of a block. Returns the number of those to whom something befell that a guardian is told of."""
    befallen, population = 0, tally[world.offers.size]
    for row in rows[: describe_population(persons, memberships, first, last, world, population, rows)]:
        befallen += count(persons[row], memberships[row], row, world, tally)
    return befallen
