"""Counting everybody at the end of a step: one look at each person, whole numbers only.

Sums of reals would change with the number of threads, so each real is counted in small whole units.
After the rows of the platforms follow the population at large and those of it who are in any plan.
"""

from enum import IntEnum

import numpy as np

from abm.jit import behaviour
from abm.market import (
    IS_IN,
    KEEPS,
    NEWS_BITS,
    NEWS_OF_AID,
    NEWS_OF_ILLNESS,
    NEWS_OF_LEAVING,
    NEWS_OF_REFUSAL,
    PLATFORMS,
    SUBJECT_AT,
    World,
)
from abm.persons.guardians import guardian_of
from abm.persons.situation import (
    age_of,
    aid_reckoned_with,
    contribution_weight_of,
    may_be_covered,
)
from abm.persons.state import (
    AIDED,
    CLAIMING,
    COVERED,
    DECLINED,
    FEMALE,
    HIGH_RISK,
    LAPSED,
    LEFT,
    NEVER,
    REFUSED,
    WAITING,
    HealthState,
    Status,
)

STATUSES = len(Status)


class Count(IntEnum):
    """Columns of a row of the census after the stocks (0 to 11) and the flows (12 to 23) by `Status`.

    DESCRIBED to EXPECTED are over the covered. The rows of the population and of those in any plan, all not diagnosed
    and of an age that some platform covers, hold but DESCRIBED, the insurance held, and the former one RISK;
    CONTRIBUTION_WEIGHTS over those who will share next, LEAVERS over those who chose to leave now, IN_CARE over the
    covered of a platform alone. From HELD on, those described by the insurance they hold, a column for each combination
    of products: HELD + `policies`, so that one look counts them all.
    """

    DESCRIBED = 2 * STATUSES
    RISK = DESCRIBED + 1
    AGE = DESCRIBED + 2
    HIGH_RISK = DESCRIBED + 3
    UNDER_30 = DESCRIBED + 4
    LOW_INCOME = DESCRIBED + 5
    TIER_3 = DESCRIBED + 6
    TRUST = DESCRIBED + 7
    EXPECTED = DESCRIBED + 8
    CONTRIBUTION_WEIGHTS = DESCRIBED + 9
    LEAVERS_RISK = DESCRIBED + 10
    AID = DESCRIBED + 11
    IN_CARE = DESCRIBED + 12
    HELD = DESCRIBED + 13  # without insurance; then by which products are held


RISK_UNIT, TRUST_UNIT, EXPECTED_UNIT, AID_UNIT = 1e9, 1e6, 1e3, 1e3
LOW_INCOME_LIMIT = 100_000.0  # yuan a year, as surveys ask (facts F032, F235)

DIAGNOSED = int(HealthState.DIAGNOSED)
DESCRIBED, RISK, AGE = int(Count.DESCRIBED), int(Count.RISK), int(Count.AGE)
RISKY, UNDER_30 = int(Count.HIGH_RISK), int(Count.UNDER_30)
LOW_INCOME, TIER_3, TRUST = int(Count.LOW_INCOME), int(Count.TIER_3), int(Count.TRUST)
EXPECTED, CONTRIBUTION_WEIGHTS, LEAVERS_RISK = (
    int(Count.EXPECTED),
    int(Count.CONTRIBUTION_WEIGHTS),
    int(Count.LEAVERS_RISK),
)
AID, IN_CARE, HELD = int(Count.AID), int(Count.IN_CARE), int(Count.HELD)


def no_tally(world: World) -> np.ndarray:
    """An empty tally (platforms + 2, columns): the last two rows are the population and those of it in any plan."""
    return np.zeros((world.offers.size + 2, HELD + (1 << world.products.size)), np.int64)


@behaviour
def count(me: np.void, mine: np.ndarray, row: int, world: World, tally: np.ndarray) -> int:
    """Add my memberships to the tally (platforms + 2, columns), and show friends and family what they may see of me.

    Returns 1 where something befell me in this step that a guardian is told of, 0 else.
    """
    now = world.settings[0]["now"]
    recent = now - world.settings[0]["news_periods"]
    diagnosed = me["health"] == DIAGNOSED
    befallen = np.int64(diagnosed and me["health_since"] == now)
    signals = NEWS_OF_ILLNESS if diagnosed and me["health_since"] > recent else 0
    for s in range(mine.size):
        m = mine[s]
        k = np.int64(m["platform"])
        if k < 0:
            break
        status = np.int64(m["status"])
        tally[k, status] += 1
        if m["since"] == now:
            tally[k, STATUSES + status] += 1
            befallen |= status in (AIDED, REFUSED)
        if status == COVERED and m["joined"] == now:
            tally[k, STATUSES + WAITING] += 1  # there is no wait
        if WAITING <= status <= CLAIMING:
            signals |= 1 << NEWS_BITS + k
            if status != WAITING or world.offers[k]["newcomers_share"]:
                tally[k, CONTRIBUTION_WEIGHTS] += contribution_weight_of(me, k, row, world)
            if status != WAITING:
                describe(me, world, tally[k])
                age = age_of(me, world)
                aid = risk_of(me, age, world) / RISK_UNIT * aid_reckoned_with(k, age, world)
                tally[k, AID] += np.int64(aid * AID_UNIT)
                if guardian_of(me, row, world) != row:
                    tally[k, IN_CARE] += 1
                tally[k, TRUST] += np.int64(np.float64(m["trust"]) * TRUST_UNIT)
                tally[k, EXPECTED] += np.int64(np.float64(m["expected"]) * EXPECTED_UNIT)
        elif status == LEFT and m["since"] == now:
            tally[k, LEAVERS_RISK] += risk_of(me, age_of(me, world), world)
        if m["since"] > recent:
            if status == AIDED:
                signals = signals & ~(31 << SUBJECT_AT) | NEWS_OF_AID | 1 << NEWS_BITS + k | k << SUBJECT_AT
            elif status == REFUSED:
                signals = signals & ~(31 << SUBJECT_AT) | NEWS_OF_REFUSAL | k << SUBJECT_AT
            elif status == LEFT:
                signals |= NEWS_OF_LEAVING
    if signals & PLATFORMS and not diagnosed and may_be_covered(me, world):
        in_any_plan = tally[tally.shape[0] - 1]
        in_any_plan[DESCRIBED] += 1
        in_any_plan[HELD + np.int64(me["policies"])] += 1
    world.signals[row] = signals
    if world.standing.size:
        show_family(mine, row, world)
    return befallen


@behaviour
def show_family(mine: np.ndarray, row: int, world: World) -> None:
    """Show those in my care which plans I am in, and in which I keep them: all those that I have not left myself."""
    is_in, kept = np.int64(0), np.int64(0)
    for s in range(mine.size):
        k, status = np.int64(mine[s]["platform"]), np.int64(mine[s]["status"])
        if k < 0:
            break
        if WAITING <= status <= CLAIMING:
            is_in |= 1 << k
        if status != NEVER and status != LAPSED and status != LEFT and status != DECLINED:
            kept |= 1 << k
    world.standing[row, IS_IN] = is_in
    world.standing[row, KEEPS] = kept


@behaviour
def describe_population(
    persons: np.ndarray,
    memberships: np.ndarray,
    first: int,
    last: int,
    world: World,
    tally_row: np.ndarray,
    rows: np.ndarray,
) -> int:
    """Add the persons from `first` on and before `last` to the tally's row of the population.

    Writes to `rows` who has ever been in a plan or has news of an illness, for `count`, and returns their number. The
    others show nothing.
    """
    described, risks, anywhere, listed = 0, 0, world.offers.size, 0
    now, has_family = world.settings[0]["now"], world.standing.size > 0
    recent = min(now - 1, now - world.settings[0]["news_periods"])  # guardians hear of it where nobody else does
    for row in range(first, last):
        me, age = persons[row], age_of(persons[row], world)
        diagnosed = me["health"] == DIAGNOSED
        if not diagnosed and world.covers[anywhere, age] > 0:
            described += 1
            risks += risk_of(me, age, world)
            tally_row[HELD + np.int64(me["policies"])] += 1
        world.signals[row] = 0
        if has_family:
            world.standing[row, IS_IN] = world.standing[row, KEEPS] = 0
        rows[listed] = row
        listed += int((memberships[row, 0]["platform"] >= 0) | (diagnosed & (me["health_since"] > recent)))
    tally_row[DESCRIBED] += described
    tally_row[RISK] += risks
    return listed


@behaviour
def risk_of(me: np.void, age: int, world: World) -> int:
    """True annual risk of a person of an age, in whole units."""
    return np.int64(world.incidence[me["traits"] & FEMALE, age] * me["frailty"] * RISK_UNIT)


@behaviour
def describe(me: np.void, world: World, tally_row: np.ndarray) -> None:
    """Add what is true of a person to a row of the tally: true annual risk, age, means."""
    age = age_of(me, world)
    tally_row[DESCRIBED] += 1
    tally_row[RISK] += risk_of(me, age, world)
    tally_row[AGE] += age
    tally_row[RISKY] += (me["traits"] & HIGH_RISK) > 0
    tally_row[HELD + np.int64(me["policies"])] += 1
    tally_row[UNDER_30] += age < 30
    tally_row[LOW_INCOME] += me["income"] < LOW_INCOME_LIMIT
    tally_row[TIER_3] += me["tier"] == 3
