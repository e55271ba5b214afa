"""What persons have to do with insurers: be offered a policy, buy it, pay for it, be paid.

Premiums are paid with every half-month. A policy is kept; nobody gives one up here.
"""

import numpy as np

from abm.clock import PERIODS_PER_YEAR
from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.jit import behaviour
from abm.market import CITY, COMMERCIAL, World
from abm.persons import rules
from abm.persons.appraisal import NOTICE, age_of, worth_of_policy
from abm.persons.paying import BENEFITS, PREMIUMS, SALES, SOLD
from abm.persons.state import CITY_PLAN, CLAIMING, DIAGNOSED, FEMALE, HIGH_RISK, INSURED, LATENT, WAITING

BUY = Purpose.BUY * SLOTS_PER_PURPOSE
UNDERWRITE = Purpose.UNDERWRITE * SLOTS_PER_PURPOSE


@behaviour
def insure(me: np.void, mine: np.ndarray, row: int, u: float, world: World, cash_flows: np.ndarray) -> None:
    """Pay premiums, be paid at a diagnosis, and consider the policy that one is offered, if any.

    One number says who comes by, so that they exclude each other: an agent, the pages of one of my plans, or the city.
    """
    if world.policies[COMMERCIAL]["sum_insured"] == 0 and world.policies[CITY]["sum_insured"] == 0:
        return  # nobody sells insurance here
    platforms = world.offers.size
    pay_premium(me, COMMERCIAL, world, cash_flows[platforms + COMMERCIAL])
    pay_premium(me, CITY, world, cash_flows[platforms + CITY])
    city, commercial = world.policies[CITY], world.policies[COMMERCIAL]
    if u >= 1.0 - city["reach"]:
        if city["on_sale"][np.int64(me["tier"])] and not me["traits"] & CITY_PLAN:
            consider(me, mine, row, CITY, platforms + CITY, world, cash_flows)
    elif commercial["on_sale"][np.int64(me["tier"])] and not me["traits"] & INSURED:
        bound = commercial["reach"]
        if u < bound:
            consider(me, mine, row, COMMERCIAL, platforms + COMMERCIAL, world, cash_flows)
            return
        for s in range(mine.size):
            if WAITING <= mine[s]["status"] <= CLAIMING:
                k: int = np.int64(mine[s]["platform"])
                if bound <= u < bound + world.offers[k]["cross_sell_reach"]:
                    consider(me, mine, row, COMMERCIAL, k, world, cash_flows)
                bound += world.offers[k]["cross_sell_reach"]


@behaviour
def trait_of(policy: int) -> int:
    """The trait of those who have the policy."""
    return CITY_PLAN if policy == CITY else INSURED


@behaviour
def pay_premium(me: np.void, policy: int, world: World, flows: np.ndarray) -> None:
    """The premium of a half-month, and the sum insured in that of the diagnosis; then an illness is insured no more."""
    ended = policy == COMMERCIAL and me["health"] == DIAGNOSED and me["health_since"] < world.settings[0]["now"]
    if me["traits"] & trait_of(policy) and not ended:
        flows[PREMIUMS] += world.premiums[policy, me["traits"] & FEMALE, age_of(me, world)] // PERIODS_PER_YEAR
        if me["health"] == DIAGNOSED and me["health_since"] == world.settings[0]["now"]:
            flows[BENEFITS] += world.policies[policy]["sum_insured"]


@behaviour
def consider(
    me: np.void, mine: np.ndarray, row: int, policy: int, seller: int, world: World, cash_flows: np.ndarray
) -> None:
    """Buy if it is worth the premium and the trouble, and the questions about health are passed."""
    p = world.settings[0]
    if policy == COMMERCIAL and me["health"] == DIAGNOSED:
        return
    gain = worth_of_policy(me, mine, policy, 0.0, world) - np.float64(me["inertia"])
    if draw(p["seed"], p["now"], row, BUY + policy) >= rules.choice_chance(gain, p["noise"]):
        return
    ill = bool(me["traits"] & HIGH_RISK) or me["health"] == DIAGNOSED
    if me["health"] == LATENT:
        ill = ill or draw(p["seed"], p["now"], row, NOTICE) < p["noticed_share"]
    if ill and draw(p["seed"], p["now"], row, UNDERWRITE + policy) < world.policies[policy]["declines"]:
        return
    me["traits"] |= trait_of(policy)
    cash_flows[seller, SOLD] += 1
    cash_flows[seller, SALES] += world.premiums[policy, me["traits"] & FEMALE, age_of(me, world)]
