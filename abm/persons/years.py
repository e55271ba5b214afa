"""Years of a membership, counted from joining."""

import numpy as np

from abm.clock import PERIODS_PER_YEAR
from abm.jit import behaviour
from abm.market import World


@behaviour
def year_is_over(m: np.void, now: int) -> bool:
    """Whether a year of a membership, counted from joining, is over with this step."""
    inside_for = now - np.int64(m["joined"])
    return bool(inside_for > 0 and inside_for % PERIODS_PER_YEAR == 0)


@behaviour
def has_to_renew(m: np.void, world: World) -> bool:
    """Whether a year of a membership, counted from joining, is over, and goes on only if it is renewed."""
    return bool(world.offers[m["platform"]]["renewed_yearly"]) and year_is_over(m, world.settings[0]["now"])


@behaviour
def trouble_of_leaving(me: np.void, m: np.void, world: World) -> float:
    """Yuan that speak for staying, as leaving is some trouble; or against it, where to renew is some."""
    if has_to_renew(m, world):
        return float(-np.float64(me["inertia"]) * world.settings[0]["filling_up"])
    return float(me["inertia"])
