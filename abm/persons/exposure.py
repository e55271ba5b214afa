"""Who is exposed to what, for the experience of plans: members at risk of a claim, members who may lapse, and who did.

One look at each person, on one thread, in whole numbers; nothing is written but the counts. What is counted at the end
of a step is exposed in the next one.
"""

import numpy as np

from abm.clock import PERIODS_PER_MONTH
from abm.jit import sequence
from abm.market import World
from abm.persons import rules
from abm.persons.situation import age_at
from abm.persons.state import CLAIMING, COVERED, DIAGNOSED, FEMALE, LAPSED, LEFT, WAITING


@sequence
def count_exposed(
    persons: np.ndarray,
    memberships: np.ndarray,
    world: World,
    band_of: np.ndarray,
    at_risk: np.ndarray,
    in_force: np.ndarray,
    exits: np.ndarray,
) -> None:
    """Add everybody to the counts.

    `at_risk` (platforms, waiting or covered, sex, age) members not diagnosed, at the age that they have in the next
    step; `in_force` (platforms, full months since joining, band of age) all members, likewise; `exits` (platforms, left
    or lapsed, months, band) those whose membership ended so in this step. `band_of` is the band of each age.
    """
    now = world.settings[0]["now"]
    for row in range(persons.size):
        me, mine = persons[row], memberships[row]
        for s in range(mine.size):
            m = mine[s]
            k, status = np.int64(m["platform"]), np.int64(m["status"])
            if k < 0:
                break
            months = (now - np.int64(m["joined"])) // PERIODS_PER_MONTH
            if WAITING <= status <= CLAIMING:
                age = age_at(me, now + 1, world)
                in_force[k, months, band_of[age]] += 1
                if status <= COVERED and me["health"] != DIAGNOSED:
                    at_risk[k, status - WAITING, me["traits"] & FEMALE, age] += 1
            elif m["since"] == now and status in (LEFT, LAPSED):
                months = (now - 1 - np.int64(m["joined"])) // PERIODS_PER_MONTH  # at the beginning of the step
                exits[k, np.int64(status == LAPSED), months, band_of[age_at(me, now, world)]] += 1


@sequence
def price(world: World, claims: np.ndarray, aid: np.ndarray) -> None:
    """Claims for a case of illness under the terms in force, and the aid that they bring, yuan (platforms, ages).

    A mild case brings no claim where it is not covered, and less where it is.
    """
    now = world.settings[0]["now"]
    for k in range(world.offers.size):
        for age in range(world.incidence.shape[1]):
            cover, mild = np.float64(world.covers[k, age]), world.mild[age]
            covered = 1.0 if world.mild_covered[k, now] else 1.0 - mild
            claims[k, age] = covered if cover > 0.0 else 0.0
            aid[k, age] = rules.aid_for_the_mean_case(cover, np.float64(world.offers[k]["mild_cover"]), mild)
