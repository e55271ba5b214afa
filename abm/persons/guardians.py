"""Households: who decides and pays for whom. The tie is made when people come into the world, and read ever after.

A child has a guardian, an adult of the same city tier who is older by a generation; for some adults another one of
their tier and age band decides, as a spouse does: one of the other sex and of nearly the same age. Nobody who has a
guardian is one. Rows stand for more people than one: a household is a household of rows, and stands for as many
households alike.
"""

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.jit import behaviour, sequence
from abm.market import KEEPS, NOBODY, World
from abm.persons.founding import strata
from abm.persons.situation import age_of
from abm.persons.state import FEMALE, HONEST, NOT_HONEST
from abm.scenario.scenario import Scenario

TRIES, NEIGHBOURS = 16, 64  # ages that are drawn for a guardian; persons looked at for each
COUPLED = 15.0  # years between the adults of a household, at most; assumption: few spouses are further apart
CARE, GUARDIAN = (purpose * SLOTS_PER_PURPOSE for purpose in (Purpose.CARE, Purpose.GUARDIAN))


def appoint(persons: np.ndarray, scenario: Scenario, seed: int) -> np.ndarray:
    """The row of everybody's guardian, u4, their own where they decide alone; empty in a world without households.

    For whom nobody suitable is found, as in a tier of a few persons, decides alone. It is the guardian who has an
    account with the platforms and declares: those in care come to have their guardian's credit score and honesty.
    """
    people = scenario.people
    if not people.households:
        return NOBODY
    guardians = np.empty(people.persons, np.uint32)
    blocks, older = strata(people), np.array(people.guardian_older)
    _appoint(persons, blocks, people.adult_age, older, people.cared_for_share, seed, guardians)
    return guardians


@sequence
def _appoint(
    persons: np.ndarray,
    blocks: np.ndarray,
    adult_age: float,
    older: np.ndarray,
    share: float,
    seed: int,
    guardians: np.ndarray,
) -> None:
    """Find the guardian of everybody, block by block of like persons, and hand on credit and honesty."""
    first = np.int64(0)
    for block in range(len(blocks)):
        last = np.int64(blocks[block, 0])
        for row in range(first, last):
            guardian = np.int64(row)
            if np.float64(persons[row]["age_at_start"]) < adult_age:
                guardian = _elder(persons, blocks, block, first, row, adult_age, older, share, seed)
            elif not _stands_alone(persons, row, adult_age, share, seed):
                guardian = _beside(persons, first, last, row, adult_age, share, seed)
            guardians[row] = guardian
            if guardian != row:
                honest = persons[guardian]["traits"] & HONEST
                persons[row]["credit"] = persons[guardian]["credit"]
                persons[row]["traits"] = persons[row]["traits"] & NOT_HONEST | honest
        first = last


@behaviour
def _stands_alone(persons: np.ndarray, row: int, adult_age: float, share: float, seed: int) -> bool:
    """Whether a person is an adult, and none of those for whom another one decides."""
    return np.float64(persons[row]["age_at_start"]) >= adult_age and draw(seed, 0, row, CARE) >= share


@behaviour
def _elder(
    persons: np.ndarray,
    blocks: np.ndarray,
    block: int,
    first: int,
    row: int,
    adult_age: float,
    older: np.ndarray,
    share: float,
    seed: int,
) -> int:
    """A guardian for a child: older by a number of years that is drawn, or nearly.

    Who stands at some part of the way through their block looks at the same part of the guardians' block and on from
    there, so that children beside each other have guardians beside each other, at times the same one.
    """
    age, size = np.float64(persons[row]["age_at_start"]), np.int64(blocks[block, 0]) - first
    for attempt in range(TRIES):
        wanted = age + older[0] + (older[1] - older[0]) * draw(seed, attempt, row, GUARDIAN)
        begin = np.int64(0)
        for other in range(len(blocks)):
            end, low = np.int64(blocks[other, 0]), blocks[other, 2]
            if blocks[other, 1] == blocks[block, 1] and low <= wanted < low + blocks[other, 3]:
                room = end - begin
                place = np.int64((row - first) / size * room)
                looked_at = np.int64(min(room, NEIGHBOURS))
                for step in range(looked_at):
                    found = begin + (place + step) % room
                    years = np.float64(persons[found]["age_at_start"]) - age
                    if older[0] <= years <= older[1] and _stands_alone(persons, found, adult_age, share, seed):
                        return found
            begin = end
    return np.int64(row)


@behaviour
def _beside(persons: np.ndarray, first: int, last: int, row: int, adult_age: float, share: float, seed: int) -> int:
    """A guardian for an adult: the next one in the same block who decides alone and may be a spouse."""
    for step in range(1, min(last - first, NEIGHBOURS)):
        found = first + (row - first + step) % (last - first)
        years = np.float64(persons[found]["age_at_start"]) - np.float64(persons[row]["age_at_start"])
        one_sex = persons[found]["traits"] & FEMALE == persons[row]["traits"] & FEMALE
        if abs(years) <= COUPLED and not one_sex and _stands_alone(persons, found, adult_age, share, seed):
            return found
    return np.int64(row)


@behaviour
def guardian_of(me: np.void, row: int, world: World) -> int:
    """The row of who decides and pays for me now: my own from the birthday on which a child is an adult."""
    if world.guardians.size == 0:
        return np.int64(row)
    guardian, adult_age = np.int64(world.guardians[row]), world.settings[0]["adult_age"]
    if guardian != row and np.float64(me["age_at_start"]) < adult_age <= age_of(me, world):
        return np.int64(row)
    return guardian


@behaviour
def keeps(guardian: int, k: int, world: World) -> bool:
    """Whether a guardian leaves those in their care in a plan: not once it has left it, or its account has failed."""
    return (np.int64(world.standing[guardian, KEEPS]) >> k & 1) > 0


@behaviour
def signer_for(me: np.void, row: int, world: World) -> int:
    """The row of who takes out insurance for me: of my guardian while I am a child, else my own."""
    guardian = guardian_of(me, row, world)
    if guardian != row and age_of(me, world) < world.settings[0]["adult_age"]:
        return guardian
    return np.int64(row)


def in_care(persons: np.ndarray, world: World) -> np.ndarray:
    """For whom somebody else decides now, one truth value a person."""
    if world.guardians.size == 0:
        return np.zeros(persons.size, bool)
    start, p = persons["age_at_start"].astype(float), world.settings[0]
    of_age = np.floor(start + p["years"]) >= p["adult_age"]
    tied = world.guardians != np.arange(persons.size)
    found: np.ndarray = tied & ((start >= p["adult_age"]) | ~of_age)
    return found
