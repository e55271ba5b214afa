"""Cases: claims that come of the diagnoses of a step, of persons and of their fellows, as rows for the desks."""

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.errors import ModelError
from abm.jit import sequence
from abm.market import World
from abm.persons import memory
from abm.persons.situation import age_at, is_mild

LOT = Purpose.LOT * SLOTS_PER_PURPOSE

# name, type, unit, meaning
CASE_FIELDS = (
    ("person", "u4", "row", "whose, or whose fellow's"),
    ("number", "u4", "1", "0 for the person, from 1 on for a fellow diagnosed in the same step"),
    ("lot", "u2", "1", "place among the claims filed in one step, drawn"),
    ("found", "i2", "step", "of the diagnosis"),
    ("due", "i2", "step", "in which the claim is filed; would be, had an unaware fellow been aware from the first"),
    ("platform", "u1", "index", "with which plan"),
    ("slot", "u1", "index", "of the person's memberships"),
    ("age", "u1", "years", "at the diagnosis"),
    ("mild", "u1", "0 or 1", "a mild case, paid less"),
    ("concealed", "u1", "0 or 1", "an illness was hidden at the door"),
    ("unaware", "u1", "0 or 1", "a fellow's who does not think of the claim yet"),
)
CASE = np.dtype([(name, kind) for name, kind, *_ in CASE_FIELDS])
NO_CASES = np.zeros(0, CASE)
LOTS = 1 << 16
COPIES, MANY = 4, 1 << 20  # of cases while they are sorted and put together; from how many on memory is looked at
WHOLE = np.dtype((np.void, CASE.itemsize))  # numpy copies records field by field, and takes fifty times as long


def own_cases(persons: np.ndarray, memberships: np.ndarray, world: World, filed: np.ndarray) -> np.ndarray:
    """The claims that persons file now for themselves; `filed`: rows of (person, slot)."""
    cases = np.zeros(len(filed), CASE)
    if len(filed):
        _enter_own(persons, memberships, world, filed, cases)
    return cases


@sequence
def _enter_own(
    persons: np.ndarray, memberships: np.ndarray, world: World, filed: np.ndarray, cases: np.ndarray
) -> None:
    """Enter claims into `cases`."""
    p = world.settings[0]
    for i in range(len(filed)):
        row, slot = filed[i, 0], filed[i, 1]
        me, m, case = persons[row], memberships[row, slot], cases[i]
        found = max(0, np.int64(me["health_since"]))
        case["person"], case["slot"], case["platform"] = row, slot, m["platform"]
        case["found"], case["due"], case["age"] = found, p["now"], age_at(me, found, world)
        case["mild"] = is_mild(me, row, found, world)
        case["concealed"] = m["concealed"]
        case["lot"] = np.uint16(draw(p["seed"], p["now"], row, LOT + np.int64(m["platform"])) * LOTS)


def require_memory(cases: int) -> None:
    """Raise `ModelError` where so many cases do not fit into memory."""
    if cases > MANY and cases * CASE.itemsize * COPIES > memory.available():
        raise ModelError(
            f"{cases:,} claims at once do not fit into memory; lower health.incidence_level or people.population, or"
            " raise platform.PLAN.capacity"
        )


def by_plan(cases: np.ndarray, plans: int) -> list[np.ndarray]:
    """The cases of each plan, in their order."""
    return [cases] if plans == 1 else _by(cases, cases["platform"], plans)


def by_delay(cases: np.ndarray, now: int) -> list[np.ndarray]:
    """The cases that are filed now, those filed a step later, and so on, each in their order."""
    if not cases.size:
        return []
    delays = cases["due"].astype(np.int64) - now
    return _by(cases, delays, int(delays.max(initial=0)) + 1)


def _by(cases: np.ndarray, values: np.ndarray, number: int) -> list[np.ndarray]:
    """The cases by a whole number from 0 up to `number`."""
    order = np.argsort(values.astype(np.uint16), kind="stable")
    ends = np.bincount(values, minlength=number).cumsum().tolist()
    sorted_cases = chosen(cases, order)
    return [sorted_cases[first:last] for first, last in zip([0, *ends], ends, strict=False)]


def joined(*some: np.ndarray) -> np.ndarray:
    """Cases one after the other."""
    return np.concatenate([each.view(WHOLE) for each in some]).view(CASE)


def chosen(cases: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Some of the cases, by their places or by a mask."""
    return cases.view(WHOLE)[which].view(CASE)
