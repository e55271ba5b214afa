"""Plain worlds of households, for tests: everybody is with one pool that all who decide alone join at once."""

from typing import Any

import numpy as np

from abm.persons.guardians import in_care
from abm.persons.state import Status
from worlds.plain import world
from worlds.switches import as_found

PERSONS = 2_000
TOGETHER: dict[str, Any] = {
    "people.households": True,
    "people.cared_for_share": 0.2,
    "people.fellows": False,
    "mind.enrolling": 1.0,
    "platform.pool.waiting_days": 0,
    "platform.pool.min_credit": 350,
    "platform.pool.bands": [{"age_from": 0, "age_to": 105, "cover": 10_000.0}],
    "health.incidence_level": 0.0,
}
WILLING, UNWILLING = 1e6, -1e6  # yuan a year of altruism: joins and stays, leaves and does not join


def families(**changes: Any) -> Any:
    """A plain world of households: model, who is in care, the row of everybody's guardian."""
    model = world(PERSONS, TOGETHER | {path.replace("__", "."): value for path, value in changes.items()})
    as_found(model, "age_at_start")
    return model, in_care(model.persons, model.world), model.world.guardians.astype(np.int64)


def accounts(model: Any) -> np.ndarray:
    """The row of who pays for each person now."""
    rows = np.arange(model.persons.size)
    found: np.ndarray = np.where(in_care(model.persons, model.world), model.world.guardians, rows)
    return found


def left(model: Any) -> np.ndarray:
    """Who has left the plan."""
    gone: np.ndarray = model.memberships["status"][:, 0] == Status.LEFT
    return gone
