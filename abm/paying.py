"""What a member pays, and how: by deduction, period by period, or out of a deposit.

Amounts go into the ``till`` (platforms, 5), in fen: what the annual cap kept from members, what came from their
accounts into the pool, into deposits, from deposits into the pool, and from deposits back to members.
"""

import numpy as np

from abm import rules
from abm.compiled import behaviour
from abm.draws import SLOTS_A_PURPOSE, Purpose, draw
from abm.market import World
from abm.reckoning import (
    ACCIDENT,
    AGED_OUT,
    BARRED,
    CLAIMING,
    COVERED,
    DIAGNOSED,
    LAPSED,
    WAITING,
    age_of,
    bill_of,
    may_claim,
    uncapped,
    worth,
)

CAPPED, COLLECTED, DEPOSITED, DRAWN, REFUNDED = range(5)  # columns of the till
TILL_COLUMNS = 5
DEDUCTION = Purpose.DEDUCTION * SLOTS_A_PURPOSE
TOP_UP = Purpose.TOP_UP * SLOTS_A_PURPOSE


@behaviour
def settle(me: np.void, mine: np.ndarray, who: int, world: World, till: np.ndarray) -> None:
    """Pay the share, or fail to; end the wait; grow out of the plan. Those outside get back what they had deposited."""
    now = world.settings[0]["now"]
    for s in range(mine.size):
        m = mine[s]
        status = m["status"]
        if status < WAITING or status > CLAIMING:
            if m["balance"] > 0:
                refund(me, m, till)
            continue
        offer = world.offers[np.int64(m["platform"])]
        if offer["deposit"] > 0 and m["joined"] == now - 1:
            put_down(me, m, offer["deposit"], till)
        if status != WAITING or offer["newcomers_share"]:
            if offer["deposit"] > 0:
                draw_on_deposit(me, m, who, world, till)
            else:
                pay(me, m, who, world, till)
        if m["status"] == WAITING:
            end_the_wait(me, m, now, offer["waiting"])
        if offer["cover"][age_of(me, world)] == 0 and m["status"] <= COVERED and not may_claim(me, m, world):
            m["status"] = AGED_OUT
            m["since"] = now


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
def pay(me: np.void, m: np.void, who: int, world: World, till: np.ndarray) -> None:
    """One deduction, arrears included; a second failure ends the membership, unless a claim is in hand."""
    p = world.settings[0]
    k = np.int64(m["platform"])
    if world.offers[k]["subsidised"]:
        return
    bill = bill_of(me, m, k, world)
    arrears = -min(0, np.int64(m["balance"]))
    till[k, CAPPED] += uncapped(me, k, world) - bill
    if bill + arrears == 0:
        return
    chance = p["retry_failure"] if arrears > 0 else rules.deduction_failure(me["credit"], p["deduction_failure"])
    if draw(p["seed"], p["now"], who, DEDUCTION + k) >= chance:
        m["paid"] += bill + arrears
        me["paid"] += bill + arrears
        m["balance"] = 0
        till[k, COLLECTED] += bill + arrears
    elif arrears > 0 and m["status"] <= COVERED:
        m["status"] = LAPSED
        m["since"] = p["now"]
        m["balance"] = 0
    else:
        m["balance"] = -bill - arrears


@behaviour
def put_down(me: np.void, m: np.void, amount: int, till: np.ndarray) -> None:
    """Pay into one's deposit."""
    m["paid"] += amount
    me["paid"] += amount
    m["balance"] += amount
    till[np.int64(m["platform"]), DEPOSITED] += amount


@behaviour
def refund(me: np.void, m: np.void, till: np.ndarray) -> None:
    """What is left of a deposit comes back to those who are no longer inside."""
    amount = np.int64(m["balance"])
    m["paid"] -= amount
    me["paid"] -= amount
    m["balance"] = 0
    till[np.int64(m["platform"]), REFUNDED] += amount


@behaviour
def draw_on_deposit(me: np.void, m: np.void, who: int, world: World, till: np.ndarray) -> None:
    """Take the share from the deposit. When it is used up, paying in again is an act, and the trouble of it counts.

    Where a deduction keeps the idle inside, an empty deposit loses them: they lapse.
    """
    p = world.settings[0]
    k = np.int64(m["platform"])
    offer = world.offers[k]
    if offer["subsidised"]:
        return
    bill = bill_of(me, m, k, world)
    till[k, CAPPED] += uncapped(me, k, world) - bill
    if bill > m["balance"]:
        trouble = np.float64(me["inertia"]) + rules.entry(bill - np.int64(m["balance"]))
        gain = worth(me, k, np.float64(m["trust"]), np.float64(m["expected"]), who, world) - trouble
        wanted = draw(p["seed"], p["now"], who, TOP_UP + k) < rules.choice_chance(gain, p["noise"])
        if not wanted and m["status"] <= COVERED and not may_claim(me, m, world):
            m["status"] = LAPSED
            m["since"] = p["now"]
            return
        lacking = bill - np.int64(m["balance"])
        put_down(me, m, -(-lacking // offer["deposit"]) * offer["deposit"], till)
    m["balance"] -= bill
    till[k, DRAWN] += bill
