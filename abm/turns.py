"""One person's turns of a step, each with all its phases: for agents of whom none is overridden, one call each.

Nobody's phases read what another person does in the same turn, so turns one after the other come to the same as all
persons' phases one after the other.
"""

import numpy as np

from abm.behaviours import choose, claim, fall_ill, hear, learn
from abm.compiled import behaviour
from abm.draws import SLOTS_A_PURPOSE, Purpose, draw
from abm.insuring import insure
from abm.market import World
from abm.paying import settle
from abm.reckoning import friend_met, shown_by

MEET, SEE_ADVERTISEMENT, FALL_ILL, THINK, APPROACH = (
    purpose * SLOTS_A_PURPOSE
    for purpose in (Purpose.MEET, Purpose.SEE_ADVERTISEMENT, Purpose.FALL_ILL, Purpose.THINK, Purpose.APPROACH)
)


@behaviour
def before_publication(persons: np.ndarray, memberships: np.ndarray, who: int, world: World) -> int:
    """Hear, fall ill, claim. Returns the number of claims filed."""
    me, mine = persons[who], memberships[who]  # handed over whole: that takes less time than handing over a row
    seed, now = world.settings[0]["seed"], world.settings[0]["now"]
    shown = shown_by(friend_met(who, draw(seed, now, who, MEET), world), who, world)
    hear(me, mine, who, shown, draw(seed, now, who, SEE_ADVERTISEMENT), world)
    fall_ill(me, mine, who, draw(seed, now, who, FALL_ILL), world)
    return claim(me, mine, who, world)


@behaviour
def after_publication(persons: np.ndarray, memberships: np.ndarray, who: int, world: World, till: np.ndarray) -> None:
    """Settle, learn, choose, insure."""
    me, mine = persons[who], memberships[who]
    seed, now = world.settings[0]["seed"], world.settings[0]["now"]
    settle(me, mine, who, world, till)
    learn(me, mine, who, world)
    choose(me, mine, who, draw(seed, now, who, THINK), world)
    insure(me, mine, who, draw(seed, now, who, APPROACH), world, till)
