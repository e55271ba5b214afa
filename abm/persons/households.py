"""What a household decides: a guardian thinks, and those in care are enrolled and taken out together.

Who has a guardian does not think about plans. They are in the plans that the guardian is seen in, where the guardian
enrols the family there (one lasting answer for each guardian and plan) and the plan takes people like them; and they
are out within a step once the guardian is not seen there any more, for whatever reason: it left or was removed, was
refused, grew too old, or was aided half a year ago and is talked of no longer. A guardian who is turned away at the
door enrols nobody. What the family costs and is worth is not weighed: the guardian decides by what it is to
themselves, and the family is a matter of taste. Parents in old age are not enrolled by their children.

One account pays. A deduction, its retry, the end of a small plan and the loss of a deposit are drawn by the guardian's
number, and at the guardian's credit score; what is paid stands on the row of the person it is paid for. Where
somebody begins to share between a failed deduction and its retry, theirs is a first one. Deposits are filled up while
the guardian is seen in the plan. Children are sold no insurance; adults in care sign for themselves.
"""

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.jit import behaviour
from abm.market import NEWS_BITS, PLATFORMS, World
from abm.persons.behaviours import choose, enter
from abm.persons.guardians import guardian_of
from abm.persons.situation import may_claim, seen_in, slot_for
from abm.persons.state import COVERED, DIAGNOSED, LEFT, NOT_ALERTED, WAITING

ENROL = Purpose.ENROL * SLOTS_PER_PURPOSE


@behaviour
def decide(me: np.void, mine: np.ndarray, row: int, u: float, world: World) -> None:
    """Think again, perhaps, or be where one's guardian is."""
    guardian = guardian_of(me, row, world)
    if guardian == row:
        choose(me, mine, row, u, world)
    else:
        follow(me, mine, guardian, row, world)


@behaviour
def follow(me: np.void, mine: np.ndarray, guardian: int, row: int, world: World) -> None:
    """Leave the plans in which the guardian is not seen any more, and be enrolled in those in which they are."""
    for s in range(mine.size):
        m = mine[s]
        if m["platform"] < 0:
            break
        stays = m["status"] < WAITING or m["status"] > COVERED or may_claim(me, m, row, world)
        if not stays and not seen_in(np.int64(m["platform"]), guardian, world):
            m["status"] = LEFT
            m["since"] = world.settings[0]["now"]
    offered = (np.int64(world.signals[guardian]) & PLATFORMS & ~np.int64(world.signals[row])) >> NEWS_BITS
    if offered and me["health"] != DIAGNOSED:
        for k in range(world.offers.size):
            if offered >> k & 1 and enrols(guardian, k, world):
                enrol(me, mine, k, guardian, row, world)
    me["traits"] &= NOT_ALERTED


@behaviour
def enrols(guardian: int, k: int, world: World) -> bool:
    """Whether a guardian enrols the family in a plan that they are in: true of a guardian and plan or not, for ever."""
    p = world.settings[0]
    return draw(p["seed"], 0, guardian, ENROL + k) < p["enrolling"]


@behaviour
def enrol(me: np.void, mine: np.ndarray, k: int, guardian: int, row: int, world: World) -> None:
    """Come to know a plan from the guardian, by whose account it is joined, and go to its door where it takes me."""
    me["aware"] |= 1 << k
    slot = slot_for(me, mine, k, guardian, world)
    if slot >= 0:
        enter(me, mine[slot], k, row, world)
