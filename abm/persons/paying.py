"""What a member pays, and how: by deduction, period by period, or out of a deposit; and what the end of a plan brings.

Amounts go into ``cash_flows`` (platforms + products, columns), in fen: a row for each platform, then for each product.
"""

from collections.abc import Iterable

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.errors import ModelError
from abm.jit import behaviour
from abm.market import World
from abm.money import spell
from abm.persons import rules
from abm.persons.appraisal import (
    TASTE,
    TASTE_OF_INSURANCE,
    converting,
    gain,
    lacking_in_deposit,
    luck_of_choice,
    paying_in,
)
from abm.persons.guardians import guardian_of, keeps, signer_for
from abm.persons.situation import (
    age_of,
    bill_of,
    has_claim_in_mind,
    holds,
    plans_inside,
    premium_of,
    uncapped,
)
from abm.persons.state import (
    ACCIDENT,
    AGED_OUT,
    BARRED,
    CLAIMING,
    COVERED,
    DIAGNOSED,
    ENDED,
    LAPSED,
    MOST_FEN,
    NOT_SETTLED,
    WAITING,
)
from abm.persons.years import year_is_over

# Columns of the cash flows: what the annual cap kept from members; what came from their accounts into the pool, into
# deposits, from deposits into the pool and back to members; deposits gone with the platform; shares given back; and of
# insurance the premiums of the free time, the policies sold, premiums and benefits paid; how many members could not be
# charged, because they would have paid more than a row holds; and a year's premium of what was sold, a column for each
# product from SALES on.
CAPPED, COLLECTED, DEPOSITED, DRAWN, REFUNDED, SEIZED, RETURNED, FREED, SOLD, PREMIUMS, BENEFITS, BEYOND, SALES = range(
    13
)
DEDUCTION = Purpose.DEDUCTION * SLOTS_PER_PURPOSE
TOP_UP, OVERLOOK = (purpose * SLOTS_PER_PURPOSE for purpose in (Purpose.TOP_UP, Purpose.OVERLOOK))
END = Purpose.END * SLOTS_PER_PURPOSE
SEIZE = Purpose.SEIZE * SLOTS_PER_PURPOSE
CONVERT = Purpose.CONVERT * SLOTS_PER_PURPOSE


def no_cash_flows(world: World) -> np.ndarray:
    """An empty table of cash flows, fen (platforms + products, columns)."""
    products = world.products.size
    return np.zeros((world.offers.size + products, SALES + products), np.int64)


def require_counted(cash_flows: np.ndarray, plans: Iterable[str]) -> None:
    """Raise `ModelError` where a member of one of the plans, in their order, cannot be charged what they owe."""
    for plan, number in zip(plans, cash_flows[:, BEYOND].tolist(), strict=False):
        if number:
            raise ModelError(
                f"platform.{plan}: somebody would have paid more than {spell(MOST_FEN)}, the most that is counted;"
                " lower covers, deposits or health.incidence_level"
            )


@behaviour
def settle(me: np.void, mine: np.ndarray, row: int, world: World, cash_flows: np.ndarray) -> None:
    """Pay the share, or fail to; end the wait; grow out of the plan or see it end. Outside, get back the deposit."""
    now = world.settings[0]["now"]
    for s in range(mine.size):
        m = mine[s]
        if m["platform"] < 0:
            break
        status = m["status"]
        if status < WAITING or status > CLAIMING:
            if m["balance"] != 0:
                if now >= world.offers[m["platform"]]["covered_until"]:
                    lose_deposit(m, guardian_of(me, row, world), world, cash_flows)
                refund(me, m, cash_flows)
            continue
        k, age = np.int64(m["platform"]), age_of(me, world)
        offer, deposit = world.offers[k], world.deposits[k, age]
        if deposit == 0 and m["balance"] > 0:  # grown into an age without a deposit
            refund(me, m, cash_flows)
        if deposit > 0 and m["joined"] == now - 1:
            pay_deposit(me, m, deposit, cash_flows)
        if status != WAITING or offer["newcomers_share"]:
            if deposit > 0:
                draw_on_deposit(me, m, plans_inside(mine) - 1, row, world, cash_flows)
            else:
                pay(me, m, row, world, cash_flows)
        if m["status"] == WAITING:
            end_the_wait(me, m, now, offer["waiting"])
        if m["status"] <= COVERED and not has_claim_in_mind(me, m, row, world):
            if world.covers[k, age] == 0:
                m["status"] = AGED_OUT
                m["since"] = now
            elif its_year_is_over(m, offer, now) or (
                offer["ending"] > 0.0 and its_plan_ends(k, guardian_of(me, row, world), world)
            ):
                end_membership(me, m, mine, row, world, cash_flows)


@behaviour
def its_plan_ends(k: int, account: int, world: World) -> bool:
    """Whether the memberships of an account end now with their plan, or with the one of its small plans they are in."""
    p = world.settings[0]
    return draw(p["seed"], p["now"], account, END + k) < world.offers[k]["ending"]


@behaviour
def its_year_is_over(m: np.void, offer: np.void, now: int) -> bool:
    """Whether a membership ends now because its plan does, with a year that is counted from joining."""
    return offer["ends_by_year"] > 0 and year_is_over(m, now)


@behaviour
def end_membership(me: np.void, m: np.void, mine: np.ndarray, row: int, world: World, cash_flows: np.ndarray) -> None:
    """The plan ends: the deposit comes back or is gone, shares may come back, insurance may be offered to all.

    Or it is given to all in cover, by the plan alone: no insurer sells it then. A member who thinks of a claim that is
    still to file stays until it is filed or too late.
    """
    p = world.settings[0]
    k = np.int64(m["platform"])
    offer, covered = world.offers[k], m["status"] == COVERED
    m["status"] = ENDED
    m["since"] = p["now"]
    me["traits"] &= NOT_SETTLED  # and looks round again
    lose_deposit(m, guardian_of(me, row, world), world, cash_flows)
    refund(me, m, cash_flows)
    back = np.int64(np.float64(m["paid"]) * offer["returned"])
    m["paid"] -= back
    me["paid"] -= back
    cash_flows[k, RETURNED] += back
    product = np.int64(offer["conversion_product"])
    if offer["conversion"] == 0.0 or holds(me, product):
        return
    if offer["given_to_all"]:
        if covered:
            me["policies"] |= 1 << product
            cash_flows[k, FREED] += np.int64(premium_of(me, product, world) * offer["conversion"])
    elif world.products[product]["on_sale"][np.int64(me["tier"])]:
        worth = gain(converting(me, mine, product, offer["conversion"], row, world))
        luck = luck_of_choice(CONVERT + k, TASTE_OF_INSURANCE + product, signer_for(me, row, world), world)
        if luck < rules.choice_chance(worth, p["noise"]):
            me["policies"] |= 1 << product
            cash_flows[k, FREED] += np.int64(premium_of(me, product, world) * offer["conversion"])


@behaviour
def lose_deposit(m: np.void, account: int, world: World, cash_flows: np.ndarray) -> None:
    """The deposit is gone, if the plan kept it; who left just before a flight, or has a claim in hand, loses it too."""
    p = world.settings[0]
    k = np.int64(m["platform"])
    if m["balance"] > 0 and draw(p["seed"], p["now"], account, SEIZE + k) < world.offers[k]["seized"]:
        cash_flows[k, SEIZED] += np.int64(m["balance"])
        m["balance"] = 0


@behaviour
def end_the_wait(me: np.void, m: np.void, now: int, waiting: int) -> None:
    """Become covered when the wait is over; an illness found before that ends the membership."""
    if me["health"] == DIAGNOSED and not me["traits"] & ACCIDENT:
        m["status"] = BARRED
        m["since"] = now
    elif now - m["joined"] >= waiting:
        m["status"] = COVERED
        m["since"] = now + 1  # from the next publication on


@behaviour
def pay(me: np.void, m: np.void, row: int, world: World, cash_flows: np.ndarray) -> None:
    """One deduction, arrears included; a second failure ends the membership, unless a claim is in hand.

    One account pays for a household: where the guardian's deduction fails, so do those of everybody in their care.
    """
    p = world.settings[0]
    k = np.int64(m["platform"])
    if world.offers[k]["subsidised"]:
        return
    bill = bill_of(me, m, k, row, world)
    arrears = -min(0, np.int64(m["balance"]))
    cash_flows[k, CAPPED] += uncapped(me, k, row, world) - bill
    if bill + arrears == 0 or beyond(me, k, bill + arrears, cash_flows):
        return
    chance = p["retry_failure"] if arrears > 0 else rules.deduction_failure(me["credit"], p["deduction_failure"])
    if draw(p["seed"], p["now"], guardian_of(me, row, world), DEDUCTION + k) >= chance:
        m["paid"] += bill + arrears
        me["paid"] += bill + arrears
        m["balance"] = 0
        cash_flows[k, COLLECTED] += bill + arrears
    elif arrears > 0 and m["status"] <= COVERED:
        m["status"] = LAPSED
        m["since"] = p["now"]
        m["balance"] = 0
    else:
        m["balance"] = -bill - arrears


@behaviour
def pay_deposit(me: np.void, m: np.void, amount: int, cash_flows: np.ndarray) -> bool:
    """Pay into one's deposit; returns whether that can be counted."""
    k = np.int64(m["platform"])
    if beyond(me, k, amount, cash_flows):
        return False
    m["paid"] += amount
    me["paid"] += amount
    m["balance"] += amount
    cash_flows[k, DEPOSITED] += amount
    return True


@behaviour
def beyond(me: np.void, k: int, amount: int, cash_flows: np.ndarray) -> bool:
    """Whether somebody cannot be charged an amount, because all that they ever paid would be more than a row holds.

    It is noted for `require_counted`, which ends the run.
    """
    if np.int64(me["paid"]) + amount <= MOST_FEN:
        return False
    cash_flows[k, BEYOND] += 1
    return True


@behaviour
def refund(me: np.void, m: np.void, cash_flows: np.ndarray) -> None:
    """What is left of a deposit comes back to those who are no longer inside; what is owed is forgotten."""
    amount = max(0, np.int64(m["balance"]))
    m["paid"] -= amount
    me["paid"] -= amount
    m["balance"] = 0
    cash_flows[np.int64(m["platform"]), REFUNDED] += amount


@behaviour
def draw_on_deposit(me: np.void, m: np.void, others: int, row: int, world: World, cash_flows: np.ndarray) -> None:
    """Take the share from the deposit, as far as it goes. Paying in again is an act, and the trouble of it counts.

    Where a deduction keeps the idle inside, an empty deposit loses them, unless it is filled up automatically.
    """
    p = world.settings[0]
    k = np.int64(m["platform"])
    offer = world.offers[k]
    if offer["subsidised"]:
        return
    bill = bill_of(me, m, k, row, world)
    cash_flows[k, CAPPED] += uncapped(me, k, row, world) - bill
    lacking = lacking_in_deposit(m, bill)
    m["balance"] -= bill - lacking
    cash_flows[k, DRAWN] += bill - lacking
    if lacking == 0:
        return
    account = guardian_of(me, row, world)
    if overlooks(k, account, world):
        wanted = False
    elif account != row:
        wanted = keeps(account, k, world)
    elif fills_up_automatically(k, row, world):
        wanted = True
    else:
        worth = gain(paying_in(me, m, lacking, others, row, world))
        wanted = luck_of_choice(TOP_UP + k, TASTE + k, row, world) < rules.choice_chance(worth, p["noise"])
    if not wanted and m["status"] <= COVERED and not has_claim_in_mind(me, m, row, world):
        m["status"] = LAPSED
        m["since"] = p["now"]
        return
    deposit = world.deposits[k, age_of(me, world)]
    if pay_deposit(me, m, -(-lacking // deposit) * deposit, cash_flows):
        m["balance"] -= lacking
        cash_flows[k, DRAWN] += lacking


@behaviour
def overlooks(k: int, row: int, world: World) -> bool:
    """Whether somebody is of those who overlook that their deposit with a plan is used up."""
    p = world.settings[0]
    return draw(p["seed"], 0, row, OVERLOOK + k) < p["overlooking"]


@behaviour
def fills_up_automatically(k: int, row: int, world: World) -> bool:
    """Whether somebody, of those who do not overlook it, has a deposit with a plan filled up automatically."""
    p = world.settings[0]
    return draw(p["seed"], 0, row, OVERLOOK + k) >= 1.0 - p["automatic_top_up"] * (1.0 - p["overlooking"])
