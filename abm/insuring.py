"""What persons have to do with insurers: be offered a policy, buy it, pay for it, be paid.

Premiums are paid with every half-month. A policy is kept; nobody gives one up here.
"""

import numpy as np

from abm import rules
from abm.clock import PERIODS_A_YEAR
from abm.compiled import behaviour
from abm.draws import SLOTS_A_PURPOSE, Purpose, draw
from abm.market import CITY, COMMERCIAL, World
from abm.paying import BENEFITS, PREMIUMS, SALES, SOLD
from abm.reckoning import (
    CITY_PLAN,
    CLAIMING,
    DIAGNOSED,
    FEMALE,
    HIGH_RISK,
    INSURED,
    LATENT,
    NOTICE,
    WAITING,
    age_of,
    worth_of_policy,
)

BUY = Purpose.BUY * SLOTS_A_PURPOSE
UNDERWRITE = Purpose.UNDERWRITE * SLOTS_A_PURPOSE


@behaviour
def insure(me: np.void, mine: np.ndarray, who: int, luck: float, world: World, till: np.ndarray) -> None:
    """Pay premiums, be paid at a diagnosis, and consider the policy that one is offered, if any.

    One number says who comes by, so that they exclude each other: an agent, the pages of one of my plans, or the city.
    """
    if world.policies[COMMERCIAL]["sum_insured"] == 0 and world.policies[CITY]["sum_insured"] == 0:
        return  # nobody sells insurance here
    platforms = world.offers.size
    pay_premium(me, COMMERCIAL, world, till[platforms + COMMERCIAL])
    pay_premium(me, CITY, world, till[platforms + CITY])
    city, commercial = world.policies[CITY], world.policies[COMMERCIAL]
    if luck >= 1.0 - city["reach"]:
        if city["on_sale"][np.int64(me["tier"])] and not me["traits"] & CITY_PLAN:
            consider(me, mine, who, CITY, platforms + CITY, world, till)
    elif commercial["on_sale"][np.int64(me["tier"])] and not me["traits"] & INSURED:
        bound = commercial["reach"]
        if luck < bound:
            consider(me, mine, who, COMMERCIAL, platforms + COMMERCIAL, world, till)
            return
        for s in range(mine.size):
            if WAITING <= mine[s]["status"] <= CLAIMING:
                k: int = np.int64(mine[s]["platform"])  # type: ignore[assignment]
                if bound <= luck < bound + world.offers[k]["exposure"]:
                    consider(me, mine, who, COMMERCIAL, k, world, till)
                bound += world.offers[k]["exposure"]


@behaviour
def trait_of(policy: int) -> int:
    """The trait of those who have the policy."""
    return CITY_PLAN if policy == CITY else INSURED


@behaviour
def pay_premium(me: np.void, policy: int, world: World, row: np.ndarray) -> None:
    """The premium of a half-month, and the sum insured in that of the diagnosis; then an illness is insured no more."""
    ended = policy == COMMERCIAL and me["health"] == DIAGNOSED and me["turned"] < world.settings[0]["now"]
    if me["traits"] & trait_of(policy) and not ended:
        row[PREMIUMS] += world.premiums[policy, me["traits"] & FEMALE, age_of(me, world)] // PERIODS_A_YEAR
        if me["health"] == DIAGNOSED and me["turned"] == world.settings[0]["now"]:
            row[BENEFITS] += world.policies[policy]["sum_insured"]


@behaviour
def consider(me: np.void, mine: np.ndarray, who: int, policy: int, seller: int, world: World, till: np.ndarray) -> None:
    """Buy if it is worth the premium and the trouble, and the questions about health are passed."""
    p = world.settings[0]
    if policy == COMMERCIAL and me["health"] == DIAGNOSED:
        return
    gain = worth_of_policy(me, mine, policy, 0.0, world) - np.float64(me["inertia"])
    if draw(p["seed"], p["now"], who, BUY + policy) >= rules.choice_chance(gain, p["noise"]):
        return
    ill = bool(me["traits"] & HIGH_RISK) or me["health"] == DIAGNOSED
    if me["health"] == LATENT:
        ill = ill or draw(p["seed"], p["now"], who, NOTICE) < p["noticed_share"]
    if ill and draw(p["seed"], p["now"], who, UNDERWRITE + policy) < world.policies[policy]["declines"]:
        return
    me["traits"] |= trait_of(policy)
    till[seller, SOLD] += 1
    till[seller, SALES] += world.premiums[policy, me["traits"] & FEMALE, age_of(me, world)]
