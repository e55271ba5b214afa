"""What persons have to do with insurers: be offered a product, buy it, pay for it, be paid.

Products are rows of ``world.products``, and nothing here asks which one it is. Premiums are paid with every half-month.
A policy is kept, or is for a year and then renewed or not. What a plan gave at its end, for a time, runs out.
"""

import numpy as np

from abm.clock import PERIODS_PER_YEAR
from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.jit import behaviour
from abm.market import ALL_NOW, NEVER_RENEWED, World
from abm.persons import rules
from abm.persons.appraisal import TASTE_OF_INSURANCE, buying, gain, luck_of_choice, renewing
from abm.persons.guardians import signer_for
from abm.persons.paying import BENEFITS, PREMIUMS, SALES, SOLD
from abm.persons.situation import holds, notices_illness, premium_of
from abm.persons.state import CLAIMING, DECLINED, DIAGNOSED, HIGH_RISK, WAITING

BUY = Purpose.BUY * SLOTS_PER_PURPOSE
UNDERWRITE = Purpose.UNDERWRITE * SLOTS_PER_PURPOSE
LET_LAPSE = Purpose.LET_LAPSE * SLOTS_PER_PURPOSE
HOME = Purpose.HOME * SLOTS_PER_PURPOSE


@behaviour
def insure(me: np.void, mine: np.ndarray, row: int, u: float, world: World, cash_flows: np.ndarray) -> None:
    """Pay premiums, be paid at a diagnosis, and consider the product that one is offered, if any.

    Whoever gives up a policy buys none in the same period.
    """
    if not world.settings[0]["selling"]:
        return  # nobody sells insurance here
    if me["policies"]:
        held = np.int64(me["policies"])
        for product in range(world.products.size):
            if not holds(me, product):
                continue
            if 0 < world.products[product]["runs_out"] <= world.settings[0]["now"]:
                me["policies"] ^= 1 << product
                held ^= 1 << product
            elif gives_up(me, mine, row, product, world):
                me["policies"] ^= 1 << product
            else:
                pay_premium(me, product, world, cash_flows[world.offers.size + product])
        if me["policies"] != held:
            return
    product, seller = offered(me, mine, u, world)
    if product >= 0 and is_sold(product, me, row, world):
        consider(me, mine, row, product, seller, world, cash_flows)


@behaviour
def offered(me: np.void, mine: np.ndarray, u: float, world: World) -> tuple[int, int]:
    """The product that comes by and who sells it, as a row of the cash flows; (-1, -1) where none does, or not for me.

    One number says what comes by, so that offers exclude each other: what cities offer stands at its upper end; at the
    lower one what insurers sell themselves, and then the pages of one of my plans.
    """
    plans, products = world.offers.size, world.products
    top, bound = 1.0, 0.0
    for product in range(products.size):
        if products[product]["sponsored"]:
            top -= products[product]["reach"]
            if u >= top:
                return is_for(me, mine, product, plans + product, world)
    if u >= world.settings[0]["widest_selling"]:
        return -1, -1
    for product in range(products.size):
        if not products[product]["sponsored"]:
            bound += products[product]["reach"]
            if u < bound:
                return is_for(me, mine, product, plans + product, world)
    for s in range(mine.size):
        if WAITING <= mine[s]["status"] <= CLAIMING:
            k = np.int64(mine[s]["platform"])
            for product in range(products.size):
                bound += world.offers[k]["cross_sell_reach"] * products[product]["pages"]
                if u < bound:
                    return is_for(me, mine, product, k, world)
    return -1, -1


@behaviour
def is_for(me: np.void, mine: np.ndarray, product: int, seller: int, world: World) -> tuple[int, int]:
    """A product and its seller, where it is on sale to me and I do not have it; else (-1, -1)."""
    offer = world.products[product]
    if offer["follows_closings"] and not was_in_one_of(mine, offer["ended_plans"]):
        return np.int64(-1), np.int64(-1)
    paid_out = offer["ends_at_diagnosis"] and me["health"] == DIAGNOSED
    if offer["on_sale"][np.int64(me["tier"])] and not holds(me, product) and not paid_out:
        return np.int64(product), np.int64(seller)
    return np.int64(-1), np.int64(-1)


@behaviour
def was_in_one_of(mine: np.ndarray, plans: int) -> bool:
    """Whether I am or was covered by one of some plans, in bits, as far as a slot remembers it."""
    for s in range(mine.size):
        inside_once = mine[s]["status"] >= WAITING and mine[s]["status"] != DECLINED
        if mine[s]["platform"] >= 0 and inside_once and np.int64(plans) >> np.int64(mine[s]["platform"]) & 1:
            return True
    return False


@behaviour
def is_sold(product: int, me: np.void, row: int, world: World) -> bool:
    """Whether I may buy a product that comes by: in my city; children only what cities offer to everybody."""
    if not at_home(product, me, row, world):
        return False
    return world.products[product]["sponsored"] > 0 or signer_for(me, row, world) == row


@behaviour
def at_home(product: int, me: np.void, row: int, world: World) -> bool:
    """Whether a product is sold in the city where I live: for ever the same of those of my tier."""
    offer, tier = world.products[product], np.int64(me["tier"])
    first, last = offer["home_from"][tier], offer["home_to"][tier]
    if last - first >= 1.0:
        return True
    return first <= draw(world.settings[0]["seed"], 0, row, HOME) < last


@behaviour
def gives_up(me: np.void, mine: np.ndarray, row: int, product: int, world: World) -> bool:
    """Whether the year of a policy is over and I do not renew it: without a thought, or as it is not worth it."""
    offer = world.products[product]
    if offer["renewal"] == NEVER_RENEWED:
        return False
    p = world.settings[0]
    if offer["renewal"] != ALL_NOW and (p["now"] + row) % PERIODS_PER_YEAR != 0:
        return False  # each has a day of the year of their own
    if offer["ends_at_diagnosis"] and me["health"] == DIAGNOSED:
        return False  # it has paid, and is over
    if draw(p["seed"], p["now"], row, LET_LAPSE + product) < offer["lapse"]:
        return True
    worth = gain(renewing(me, mine, product, row, world))
    luck = luck_of_choice(BUY + product, TASTE_OF_INSURANCE + product, signer_for(me, row, world), world)
    return luck >= rules.choice_chance(worth, p["noise"])


@behaviour
def pay_premium(me: np.void, product: int, world: World, flows: np.ndarray) -> None:
    """The premium of a half-month, and the sum insured in that of the diagnosis, with which the product may end.

    Where it does not end, who was diagnosed before has further claims.
    """
    offer, now = world.products[product], world.settings[0]["now"]
    if offer["ends_at_diagnosis"] and me["health"] == DIAGNOSED and me["health_since"] < now:
        return
    flows[PREMIUMS] += premium_of(me, product, world) // PERIODS_PER_YEAR
    if me["health"] == DIAGNOSED and me["health_since"] == now:
        flows[BENEFITS] += offer["sum_insured"]
    elif me["health"] == DIAGNOSED:
        flows[BENEFITS] += np.int64(offer["sum_insured"] * offer["ill_again"]) // PERIODS_PER_YEAR


@behaviour
def consider(
    me: np.void, mine: np.ndarray, row: int, product: int, seller: int, world: World, cash_flows: np.ndarray
) -> None:
    """Buy if it is worth the premium and the trouble, and the questions about health are passed."""
    p = world.settings[0]
    worth = gain(buying(me, mine, product, row, world))
    luck = luck_of_choice(BUY + product, TASTE_OF_INSURANCE + product, signer_for(me, row, world), world)
    if luck >= rules.choice_chance(worth, p["noise"]):
        return
    ill = bool(me["traits"] & HIGH_RISK) or me["health"] == DIAGNOSED or notices_illness(me, row, world)
    if ill and turned_away(product, row, world):
        return
    me["policies"] |= 1 << product
    cash_flows[seller, SOLD] += 1
    cash_flows[seller, SALES + product] += premium_of(me, product, world)


@behaviour
def turned_away(product: int, row: int, world: World) -> bool:
    """Whether underwriters turn away what I declare: by a number drawn for this offer, or for me and the product.

    That one is the same whatever I declare, so that nobody whose health grows worse is taken who was not before.
    """
    p, offer = world.settings[0], world.products[product]
    step = np.int64(0) if offer["declines_for_good"] else np.int64(p["now"])
    return draw(p["seed"], step, row, UNDERWRITE + product) < offer["declines"]
