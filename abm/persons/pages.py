"""What a person has to do with the pages and the advertisements of platforms."""

import math

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.jit import behaviour, sequence
from abm.market import NEWS_OF_ILLNESS, World

AUDIENCE = Purpose.AUDIENCE * SLOTS_PER_PURPOSE
PAGE = Purpose.PAGE * SLOTS_PER_PURPOSE
MIDDLE_AGED, OLD = 30, 50  # years on the first day, from which on pages are used otherwise


@behaviour
def in_audience(me: np.void, k: int, row: int, world: World) -> bool:
    """Whether I use the pages of platform `k`: true of a person or not from the start, and for ever.

    How likely that is depends on the city tier, and on the age on the first day (mechanism A20).
    """
    band = np.int64(me["age_at_start"] >= MIDDLE_AGED) + np.int64(me["age_at_start"] >= OLD)
    used: float = world.audiences[k, np.int64(me["tier"]) - 1, band]
    return used >= 1.0 or draw(world.settings[0]["seed"], 0, row, AUDIENCE + k) < used


@behaviour
def seen_advertised(u: float, world: World) -> int:
    """Platforms whose advertisements come by, in bits. One number serves for all, moved on by an equal step for each.

    So seldom more than one comes by at once, and the search can end where the number exceeds the widest reach.
    """
    platforms, widest = world.offers.size, world.settings[0]["widest_reach"]
    place = (1.0 - u) * platforms
    found, k, distance = 0, math.ceil(place), (math.ceil(place) - place) / platforms
    for _ in range(platforms):
        if distance >= widest:
            break
        k = 0 if k == platforms else k  # a remainder would take several times as long
        if distance < world.offers[k]["reach"]:
            found |= 1 << k
        k += 1
        distance += 1.0 / platforms
    return found


@behaviour
def shown_for_a_friend(row: int, world: World) -> int:
    """Platforms that are offered to me where money is raised for the friend whom I met and who is ill, in bits."""
    p, found = world.settings[0], 0
    for k in range(world.offers.size):
        raised = world.offers[k]["crowdfunding"]
        if raised > 0.0 and draw(p["seed"], p["now"], row, PAGE + k) < raised:
            found |= 1 << k
    return found


@sequence
def ill_lately(signals: np.ndarray) -> int:
    """How many persons show that they have been found ill, as of the last step."""
    found = 0
    for shown in signals:
        found += int(np.int64(shown) & NEWS_OF_ILLNESS > 0)
    return found
