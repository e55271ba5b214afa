"""Two ways to let everybody act: all at once in compiled loops, or one agent at a time. The same bytes result.

This is the only file that knows threads. Persons are cut into blocks; each block adds to sums of its own, whole
numbers only, so that neither the threads nor their number can show in a result.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import numba
import numpy as np

from abm.behaviours import choose, claim, fall_ill, learn, listen
from abm.census import COLUMNS, count
from abm.compiled import loop
from abm.market import World
from abm.paying import TILL_COLUMNS, settle
from abm.population import Status
from abm.reckoning import meet

BLOCK = 1024

BEFORE_PUBLICATION = ("hear", "fall_ill", "claim")
AFTER_PUBLICATION = ("settle", "learn", "choose")


@loop
def _before_publication(persons: np.ndarray, memberships: np.ndarray, world: World, filed: np.ndarray) -> None:
    for block in numba.prange(filed.size):
        first, last = block * BLOCK, min(persons.size, (block + 1) * BLOCK)
        # Friends are far apart in memory. A short loop that does nothing else waits for many of them at once.
        shown = np.empty(BLOCK, np.int64)
        for i in range(first, last):
            shown[i - first] = meet(i, world)
        for i in range(first, last):
            listen(persons[i], memberships[i], i, shown[i - first], world)
            fall_ill(persons[i], memberships[i], i, world)
            filed[block] += claim(persons[i], memberships[i], i, world)


@loop
def _after_publication(persons: np.ndarray, memberships: np.ndarray, world: World, tills: np.ndarray) -> None:
    for block in numba.prange(tills.shape[0]):
        till = tills[block]
        for i in range(block * BLOCK, min(persons.size, (block + 1) * BLOCK)):
            settle(persons[i], memberships[i], i, world, till)
            learn(persons[i], memberships[i], i, world)
            choose(persons[i], memberships[i], i, world)


@loop
def _count(persons: np.ndarray, memberships: np.ndarray, world: World, tallies: np.ndarray) -> None:
    for block in numba.prange(tallies.shape[0]):
        tally = tallies[block]
        for i in range(block * BLOCK, min(persons.size, (block + 1) * BLOCK)):
            count(persons[i], memberships[i], i, world, tally)


class Drive(ABC):
    """How the persons of a model are made to act. Final drives are `CompiledDrive` and `AgentDrive`."""

    def __init__(self, persons: np.ndarray, memberships: np.ndarray, world: World) -> None:
        self.persons, self.memberships, self.world = persons, memberships, world
        self.platforms = world.offers.size

    @abstractmethod
    def before_publication(self) -> np.ndarray:
        """Hear, fall ill, claim. Returns the claims just filed: rows of (person, slot), in that order."""

    @abstractmethod
    def after_publication(self) -> np.ndarray:
        """Settle, learn, choose. Returns the till (platforms, columns of `paying`), fen."""

    @abstractmethod
    def census(self) -> np.ndarray:
        """Count everybody. Returns the tally (platforms + 1, columns of `census`)."""

    def _filed(self, first: int, last: int) -> np.ndarray:
        found = np.argwhere(self.memberships["status"][first:last] == Status.FILING)
        found[:, 0] += first
        return found


class CompiledDrive(Drive):
    """Everybody at once, on as many threads as numba is given."""

    def __init__(self, persons: np.ndarray, memberships: np.ndarray, world: World) -> None:
        super().__init__(persons, memberships, world)
        self.blocks = -(-persons.size // BLOCK)

    def before_publication(self) -> np.ndarray:
        filed = np.zeros(self.blocks, np.int64)
        _before_publication(self.persons, self.memberships, self.world, filed)
        busy = [self._filed(block * BLOCK, (block + 1) * BLOCK) for block in np.flatnonzero(filed).tolist()]
        return np.concatenate([np.empty((0, 2), np.int64), *busy])

    def after_publication(self) -> np.ndarray:
        tills = np.zeros((self.blocks, self.platforms, TILL_COLUMNS), np.int64)
        _after_publication(self.persons, self.memberships, self.world, tills)
        total: np.ndarray = tills.sum(axis=0)
        return total

    def census(self) -> np.ndarray:
        tallies = np.zeros((self.blocks, self.platforms + 1, COLUMNS), np.int64)
        _count(self.persons, self.memberships, self.world, tallies)
        total: np.ndarray = tallies.sum(axis=0)
        return total


class AgentDrive(Drive):
    """One agent at a time. `members` is anything that lets its agents act by name: a Mesa ``AgentSet``."""

    def __init__(self, persons: np.ndarray, memberships: np.ndarray, world: World, members: Any, order: str) -> None:
        super().__init__(persons, memberships, world)
        self.members, self.order = members, order

    def before_publication(self) -> np.ndarray:
        self._everyone(BEFORE_PUBLICATION)
        return self._filed(0, self.persons.size)

    def after_publication(self) -> np.ndarray:
        till = np.zeros((self.platforms, TILL_COLUMNS), np.int64)
        self._everyone(AFTER_PUBLICATION, till)
        return till

    def census(self) -> np.ndarray:
        tally = np.zeros((self.platforms + 1, COLUMNS), np.int64)
        for i in range(self.persons.size):
            count(self.persons[i], self.memberships[i], i, self.world, tally)
        return tally

    def _everyone(self, phases: Iterable[str], till: np.ndarray | None = None) -> None:
        for phase in phases:
            everyone = self.members.shuffle_do if self.order == "shuffled" else self.members.do
            everyone(phase, till) if phase == "settle" else everyone(phase)
