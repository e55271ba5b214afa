"""What a household decides: a guardian thinks, and those in care are enrolled and taken out together.

Who has a guardian does not think about plans. They are enrolled in the plans that the guardian was in at the end of the
last step, where the guardian enrols the family there (one lasting answer for each guardian and plan) and the plan takes
people like them. They are taken out within a step once the guardian has left the plan, or was removed from it because
its account failed. Where a guardian's membership ended otherwise (with aid, with a refusal, with an illness found while
waiting, by age), that was no decision for others: the family stays, on the same account, is enrolled no more, and
nobody decides for them until they come of age. In life a refused family may leave in anger: it does not here. A
guardian who is turned away at the door enrols nobody. What the family costs and is worth is not weighed: the guardian
decides by what it is to themselves, and the family is a matter of taste. Parents in old age are not enrolled by their
children.

What befalls those in care, a guardian is told by them as by a friend who is met, once and in the step after: that they
were found ill, aided or refused, and of several claims decided at once of one. Those in care, who decide nothing, are
told nothing of the guardian but what friends tell them.

One account pays. A deduction, its retry, the end of a small plan and the loss of a deposit are drawn by the guardian's
number, and at the guardian's credit score; what is paid stands on the row of the person it is paid for. Where
somebody begins to share between a failed deduction and its retry, theirs is a first one. Deposits are filled up as
long as the guardian has not left the plan.

Agents and pages sell children no insurance. The plan of a city, and what a plan offers at its end, parents take out for
their children: by the child's own risk, tastes and means, and where a number decides, by the guardian's. Adults in care
sign for themselves.
"""

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.jit import behaviour, sequence
from abm.market import IS_IN, NEWS_OF_AID, NEWS_OF_ILLNESS, NEWS_OF_REFUSAL, SUBJECT_AT, World
from abm.persons.behaviours import choose, enter
from abm.persons.guardians import guardian_of, keeps
from abm.persons.situation import has_claim_in_mind, slot_in
from abm.persons.state import AIDED, COVERED, DIAGNOSED, LEFT, NOT_ALERTED, REFUSED, WAITING

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
    """Leave the plans that the guardian has left, and be enrolled in those in which they are."""
    for s in range(mine.size):
        m = mine[s]
        if m["platform"] < 0:
            break
        stays = m["status"] < WAITING or m["status"] > COVERED or has_claim_in_mind(me, m, row, world)
        if not stays and not keeps(guardian, np.int64(m["platform"]), world):
            m["status"] = LEFT
            m["since"] = world.settings[0]["now"]
    offered = np.int64(world.standing[guardian, IS_IN]) & ~np.int64(world.standing[row, IS_IN])
    if offered and me["health"] != DIAGNOSED:
        for k in range(world.offers.size):
            if offered >> k & 1 and enrols(guardian, k, world):
                enrol(me, mine, k, row, world)
    me["traits"] &= NOT_ALERTED


@behaviour
def enrols(guardian: int, k: int, world: World) -> bool:
    """Whether a guardian enrols the family in a plan that they are in: true of a guardian and plan or not, for ever."""
    p = world.settings[0]
    return draw(p["seed"], 0, guardian, ENROL + k) < p["enrolling"]


@behaviour
def enrol(me: np.void, mine: np.ndarray, k: int, row: int, world: World) -> None:
    """Come to know a plan from the guardian, by whose account it is joined, and go to its door where it takes me.

    Who of the two uses its pages does not matter: the guardian does.
    """
    me["aware"] |= 1 << k
    slot = slot_in(me, mine, k, world)
    if slot >= 0:
        enter(me, mine[slot], k, row, world)


@sequence
def tell_guardians(persons: np.ndarray, memberships: np.ndarray, world: World, rows: np.ndarray) -> None:
    """Write for each guardian what befell those in their care in this step, of several claims the one told of last.

    `rows`: all to whom something befell, and perhaps others, in their order.
    """
    world.family_news[:] = 0
    for row in rows:
        guardian = guardian_of(persons[row], row, world)
        if guardian != row:
            news = befallen(persons[row], memberships[row], world)
            told = np.int64(world.family_news[guardian])
            if news & (NEWS_OF_AID | NEWS_OF_REFUSAL):
                told &= NEWS_OF_ILLNESS
            world.family_news[guardian] = told | news


@behaviour
def befallen(me: np.void, mine: np.ndarray, world: World) -> int:
    """What befell me in this step, in the bits of what friends show: an illness found, aid, a refusal."""
    now, news = world.settings[0]["now"], np.int64(0)
    if me["health"] == DIAGNOSED and me["health_since"] == now:
        news |= NEWS_OF_ILLNESS
    for s in range(mine.size):
        m = mine[s]
        if m["since"] == now and (m["status"] == AIDED or m["status"] == REFUSED):
            outcome = NEWS_OF_AID if m["status"] == AIDED else NEWS_OF_REFUSAL
            news = news & NEWS_OF_ILLNESS | outcome | np.int64(m["platform"]) << SUBJECT_AT
    return news
