"""Counting everybody at the end of a step: one look at each person, whole numbers only.

Sums of reals would change with the number of threads, so each real is counted in small whole units.
After the rows of the platforms follow the population at large and those of it who are in any plan.
"""

from enum import IntEnum

import numpy as np

from abm.compiled import behaviour
from abm.market import (
    NEWS_BITS,
    NEWS_OF_AID,
    NEWS_OF_ILLNESS,
    NEWS_OF_LEAVING,
    NEWS_OF_REFUSAL,
    PLATFORMS,
    SUBJECT_AT,
    World,
)
from abm.population import HealthState, Status
from abm.reckoning import (
    AIDED,
    CITY_PLAN,
    CLAIMING,
    COVERED,
    HIGH_RISK,
    INSURED,
    LEFT,
    REFUSED,
    WAITING,
    age_of,
    burden_of,
    incidence_of,
    may_be_covered,
)

STATUSES = len(Status)


class Count(IntEnum):
    """Columns of a census row after the stocks (0 to 11) and the flows (12 to 23) by `Status`.

    DESCRIBED to EXPECTED are over the covered, in the row of the population over all not diagnosed and of an age that
    some platform covers; BURDENS over those who will share next, LEAVERS over those who chose to leave now.
    """

    DESCRIBED = 2 * STATUSES
    RISK = DESCRIBED + 1
    AGE = DESCRIBED + 2
    HIGH_RISK = DESCRIBED + 3
    INSURED = DESCRIBED + 4
    UNDER_30 = DESCRIBED + 5
    LOW_INCOME = DESCRIBED + 6
    TIER_3 = DESCRIBED + 7
    TRUST = DESCRIBED + 8
    EXPECTED = DESCRIBED + 9
    BURDENS = DESCRIBED + 10
    LEAVERS_RISK = DESCRIBED + 11
    CITY_PLAN = DESCRIBED + 12
    AID = DESCRIBED + 13


COLUMNS = Count.AID + 1
RISK_UNIT, TRUST_UNIT, EXPECTED_UNIT, AID_UNIT = 1e9, 1e6, 1e3, 1e3
LOW_INCOME_LIMIT = 100_000.0  # yuan a year, as surveys ask (facts F032, F235)

DIAGNOSED = int(HealthState.DIAGNOSED)
DESCRIBED, RISK, AGE = int(Count.DESCRIBED), int(Count.RISK), int(Count.AGE)
RISKY, COVERED_ELSEWHERE, UNDER_30 = int(Count.HIGH_RISK), int(Count.INSURED), int(Count.UNDER_30)
LOW_INCOME, TIER_3, TRUST = int(Count.LOW_INCOME), int(Count.TIER_3), int(Count.TRUST)
EXPECTED, BURDENS, LEAVERS_RISK = int(Count.EXPECTED), int(Count.BURDENS), int(Count.LEAVERS_RISK)
CITY, AID = int(Count.CITY_PLAN), int(Count.AID)


@behaviour
def count(me: np.void, mine: np.ndarray, who: int, world: World, tally: np.ndarray) -> None:
    """Add one person to the tally (platforms + 2, columns), and show friends what they may see of me."""
    now = world.settings[0]["now"]
    recent = now - world.settings[0]["news_periods"]
    platforms = world.offers.size
    risk = np.int64(incidence_of(me, world) * me["frailty"] * RISK_UNIT)
    shown = NEWS_OF_ILLNESS if me["health"] == DIAGNOSED and me["turned"] > recent else 0
    for s in range(mine.size):
        m = mine[s]
        k = np.int64(m["platform"])
        if k < 0:
            break
        status = np.int64(m["status"])
        tally[k, status] += 1
        if m["since"] == now:
            tally[k, STATUSES + status] += 1
        if status == COVERED and m["joined"] == now:
            tally[k, STATUSES + WAITING] += 1  # there is no wait
        if WAITING <= status <= CLAIMING:
            shown |= 1 << NEWS_BITS + k
            if status != WAITING or world.offers[k]["newcomers_share"]:
                tally[k, BURDENS] += burden_of(me, k, who, world)
            if status != WAITING:
                describe(me, risk, world, tally[k])
                tally[k, AID] += np.int64(risk / RISK_UNIT * world.covers[k, age_of(me, world)] * AID_UNIT)
                tally[k, TRUST] += np.int64(np.float64(m["trust"]) * TRUST_UNIT)
                tally[k, EXPECTED] += np.int64(np.float64(m["expected"]) * EXPECTED_UNIT)
        elif status == LEFT and m["since"] == now:
            tally[k, LEAVERS_RISK] += risk
        if m["since"] > recent:
            if status == AIDED:
                shown = shown & ~(31 << SUBJECT_AT) | NEWS_OF_AID | 1 << NEWS_BITS + k | k << SUBJECT_AT
            elif status == REFUSED:
                shown = shown & ~(31 << SUBJECT_AT) | NEWS_OF_REFUSAL | k << SUBJECT_AT
            elif status == LEFT:
                shown |= NEWS_OF_LEAVING
    if me["health"] != DIAGNOSED and may_be_covered(me, world):
        describe(me, risk, world, tally[platforms])
        if shown & PLATFORMS:
            describe(me, risk, world, tally[platforms + 1])
    world.seen[who] = shown


@behaviour
def describe(me: np.void, risk: int, world: World, row: np.ndarray) -> None:
    """Add what is true of a person to a row: true annual risk, age, means."""
    age = age_of(me, world)
    row[DESCRIBED] += 1
    row[RISK] += risk
    row[AGE] += age
    row[RISKY] += (me["traits"] & HIGH_RISK) > 0
    row[COVERED_ELSEWHERE] += (me["traits"] & INSURED) > 0
    row[CITY] += (me["traits"] & CITY_PLAN) > 0
    row[UNDER_30] += age < 30
    row[LOW_INCOME] += me["income"] < LOW_INCOME_LIMIT
    row[TIER_3] += me["tier"] == 3
