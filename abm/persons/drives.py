"""Two ways to let everybody act: all at once in compiled loops, or one agent at a time. The same bytes result.

This is the only file that knows threads. Persons are cut into blocks; each block adds to sums of its own, whole
numbers only, so that neither the threads nor their number can show in a result.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

import numba
import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw, fill
from abm.jit import behaviour, loop, sequence
from abm.market import World
from abm.persons.behaviours import claim, fall_ill, hear, learn
from abm.persons.blocks import (
    count_block,
    hear_fall_ill_and_claim,
    list_acting,
    list_stirred,
    settle_learn_decide_and_insure,
)
from abm.persons.cases import CASE, chosen, joined, own_cases, require_memory
from abm.persons.census import no_tally
from abm.persons.fellows import diagnose
from abm.persons.households import decide, tell_guardians
from abm.persons.insuring import insure
from abm.persons.paying import no_cash_flows, settle
from abm.persons.situation import friend_met, signals_of
from abm.persons.state import Status

BLOCK = 1024
BLOCKS_PER_THREAD = 5  # waking a thread for fewer takes longer than their work
ONE_AT_A_TIME = threading.Lock()  # not every machine can share its threads between two loops: some end the program
MEET, SEE_ADVERTISEMENT, FALL_ILL, RENEW_TASTES, THINK, APPROACH = map(
    np.int64,
    (
        Purpose.MEET,
        Purpose.SEE_ADVERTISEMENT,
        Purpose.FALL_ILL,
        Purpose.RENEW_TASTES,
        Purpose.THINK,
        Purpose.APPROACH,
    ),
)

FILED, CASES = range(2)  # columns of what is found in a block: claims filed by persons, claims that fellows will file
ROOM_A_BLOCK, ROOM_IN_ALL = 48, 1 << 15  # claims of fellows that are held for; those of fuller blocks are told again

BEFORE_PUBLICATION = ("hear", "fall_ill", "claim")
WITH_CASH_FLOWS = ("settle", "insure", "after_publication")
AFTER_PUBLICATION = ("settle", "learn", "choose", "insure")


@loop
def _before_publication(
    persons: np.ndarray, memberships: np.ndarray, world: World, found: np.ndarray, cases: np.ndarray
) -> None:
    fellows, lasting = world.settings[0]["fellows"] > 0.0, world.settings[0]["taste_years"] > 0.0
    for block in numba.prange(found.shape[0]):
        first, last = block * BLOCK, min(persons.size, (block + 1) * BLOCK)
        seed, now = world.settings[0]["seed"], world.settings[0]["now"]
        seeing, falling, phases = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
        friends, signals, rows = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
        # In short loops several numbers are drawn, and many far friends fetched, at the same time.
        fill(seeing, seed, now, first, MEET)
        for i in range(last - first):
            friends[i] = friend_met(first + i, seeing[i], world)
        for i in range(last - first):
            signals[i] = signals_of(friends[i], first + i, world)
        fill(seeing, seed, now, first, SEE_ADVERTISEMENT)
        fill(falling, seed, now, first, FALL_ILL)
        if lasting:
            fill(phases, seed, 0, first, RENEW_TASTES)
        busy = rows[: list_stirred(persons, first, last, signals, seeing, falling, phases, world, rows)]
        found[block, FILED] = hear_fall_ill_and_claim(
            persons, memberships, busy, first, signals, seeing, falling, world
        )
        if fellows:
            found[block, CASES] = diagnose(persons, memberships, first, falling[: last - first], world, cases[block])


@sequence
def numbers_of(first: int, last: int, world: World) -> np.ndarray:
    """The numbers that say who falls ill, of a block of persons."""
    falling = np.empty(last - first)
    fill(falling, world.settings[0]["seed"], world.settings[0]["now"], first, FALL_ILL)
    return falling


@loop
def _fellows_before_publication(
    persons: np.ndarray, memberships: np.ndarray, world: World, found: np.ndarray, cases: np.ndarray
) -> None:
    for block in numba.prange(found.shape[0]):
        first, last = block * BLOCK, min(persons.size, (block + 1) * BLOCK)
        found[block, CASES] = diagnose(persons, memberships, first, numbers_of(first, last, world), world, cases[block])


@loop
def _after_publication(persons: np.ndarray, memberships: np.ndarray, world: World, flows_by_block: np.ndarray) -> None:
    selling = world.settings[0]["selling"] > 0
    for block in numba.prange(flows_by_block.shape[0]):
        first, last = block * BLOCK, min(persons.size, (block + 1) * BLOCK)
        thinking, approaching, rows = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK, np.int64)
        seed, now = world.settings[0]["seed"], world.settings[0]["now"]
        fill(thinking, seed, now, first, THINK)
        if selling:
            fill(approaching, seed, now, first, APPROACH)
        busy = rows[: list_acting(persons, first, last, thinking, approaching, world, rows)]
        settle_learn_decide_and_insure(
            persons, memberships, busy, first, thinking, approaching, world, flows_by_block[block]
        )


@loop
def _count(
    persons: np.ndarray, memberships: np.ndarray, world: World, tallies: np.ndarray, befallen: np.ndarray
) -> None:
    for block in numba.prange(tallies.shape[0]):
        first, last = block * BLOCK, min(persons.size, (block + 1) * BLOCK)
        rows = np.empty(BLOCK, np.int64)
        befallen[block] = count_block(persons, memberships, first, last, world, tallies[block], rows)


@behaviour
def turn_before_publication(persons: np.ndarray, memberships: np.ndarray, row: int, world: World) -> int:
    """One person's phases before publication, in one compiled call. Returns the number of claims filed."""
    me, mine = persons[row], memberships[row]  # handed over whole: that takes less time than handing over a row
    seed, now = world.settings[0]["seed"], world.settings[0]["now"]
    signals = signals_of(friend_met(row, draw(seed, now, row, MEET * SLOTS_PER_PURPOSE), world), row, world)
    hear(me, mine, row, signals, draw(seed, now, row, SEE_ADVERTISEMENT * SLOTS_PER_PURPOSE), world)
    fall_ill(me, mine, row, draw(seed, now, row, FALL_ILL * SLOTS_PER_PURPOSE), world)
    return claim(me, mine, row, world)


@behaviour
def turn_after_publication(
    persons: np.ndarray, memberships: np.ndarray, row: int, world: World, cash_flows: np.ndarray
) -> None:
    """One person's phases after publication, in one compiled call."""
    me, mine = persons[row], memberships[row]
    seed, now = world.settings[0]["seed"], world.settings[0]["now"]
    settle(me, mine, row, world, cash_flows)
    learn(me, mine, row, world)
    decide(me, mine, row, draw(seed, now, row, THINK * SLOTS_PER_PURPOSE), world)
    insure(me, mine, row, draw(seed, now, row, APPROACH * SLOTS_PER_PURPOSE), world, cash_flows)


class Drive(ABC):
    """How the persons of a model are made to act. Final drives are `CompiledDrive` and `AgentDrive`."""

    def __init__(self, persons: np.ndarray, memberships: np.ndarray, world: World) -> None:
        self.persons, self.memberships, self.world = persons, memberships, world
        self.blocks = -(-persons.size // BLOCK)
        room = max(ROOM_A_BLOCK, ROOM_IN_ALL // self.blocks) if world.settings[0]["fellows"] else 0
        self._cases = np.empty((self.blocks, room), CASE)  # of fellows, by block, in this step

    @abstractmethod
    def before_publication(self) -> np.ndarray:
        """Hear, fall ill, claim; and whose fellows are diagnosed.

        Returns the new cases, rows of `cases.CASE`: of persons who file now, and of fellows who file now or later.
        """

    @abstractmethod
    def after_publication(self) -> np.ndarray:
        """Settle, learn, choose, insure. Returns the cash flows (platforms + products, columns of `paying`), fen."""

    def census(self) -> np.ndarray:
        """Count everybody, all at once: it is nobody's act. Returns the tally (platforms + 2, columns of `census`)."""
        tallies, befallen = self._for_blocks(no_tally(self.world)), np.zeros(self.blocks, np.int64)
        self._loop(_count, tallies, befallen)
        if self.world.guardians.size:
            rows = np.add.outer(np.flatnonzero(befallen) * BLOCK, np.arange(BLOCK)).ravel()
            tell_guardians(self.persons, self.memberships, self.world, rows[rows < self.persons.size])
        total: np.ndarray = tallies.sum(axis=0)
        return total

    @property
    def nbytes(self) -> int:
        """Bytes kept for the cases of fellows, as far as they grow with the persons: a small world keeps 0.8 MB."""
        return self._cases[:, :ROOM_A_BLOCK].nbytes

    def _for_blocks(self, sums: np.ndarray) -> np.ndarray:
        """An empty table of sums for each block."""
        return np.zeros((self.blocks, *sums.shape), sums.dtype)

    def _filed(self, first: int, last: int) -> np.ndarray:
        found = np.argwhere(self.memberships["status"][first:last] == Status.FILING)
        found[:, 0] += first
        return found

    def _new_cases(self, filed: np.ndarray, found: np.ndarray) -> np.ndarray:
        """Cases of persons who filed, and of fellows, block by block, whether there was room for them or not."""
        some, first = [own_cases(self.persons, self.memberships, self.world, filed)], 0
        for block in np.flatnonzero(found[:, CASES] < 0).tolist():
            some += [self._held(found, first, block), self._told_again(block)]
            first = block + 1
        return joined(*some, self._held(found, first, self.blocks))

    def _held(self, found: np.ndarray, first: int, last: int) -> np.ndarray:
        """The cases of fellows in the blocks from `first` on and before `last`."""
        held = np.arange(self._cases.shape[1]) < found[first:last, CASES, np.newaxis]
        return chosen(self._cases[first:last].ravel(), held.ravel())

    def _told_again(self, block: int) -> np.ndarray:
        """The cases of fellows of a block, with as much room as it takes."""
        first, last = block * BLOCK, min(self.persons.size, (block + 1) * BLOCK)
        falling, written, room = numbers_of(first, last, self.world), -1, self._cases.shape[1]
        while written < 0:
            room *= 2
            require_memory(room)
            cases = np.empty(room, CASE)
            written = diagnose(self.persons, self.memberships, first, falling, self.world, cases)
        return cases[:written]

    def _loop(self, over_everybody: Callable[..., None], *sums: np.ndarray) -> None:
        given = numba.get_num_threads()
        wanted = max(1, min(given, self.blocks // BLOCKS_PER_THREAD))
        with ONE_AT_A_TIME:
            if wanted == given:  # setting it takes as long as the work for two hundred persons
                over_everybody(self.persons, self.memberships, self.world, *sums)
                return
            numba.set_num_threads(wanted)
            try:
                over_everybody(self.persons, self.memberships, self.world, *sums)
            finally:
                numba.set_num_threads(given)


class CompiledDrive(Drive):
    """Everybody at once, on as many threads as numba is given and there is work for."""

    def before_publication(self) -> np.ndarray:
        found = np.zeros((self.blocks, 2), np.int64)
        self._loop(_before_publication, found, self._cases)
        busy = [self._filed(block * BLOCK, (block + 1) * BLOCK) for block in np.flatnonzero(found[:, FILED]).tolist()]
        return self._new_cases(np.concatenate([np.empty((0, 2), np.int64), *busy]), found)

    def after_publication(self) -> np.ndarray:
        flows_by_block = self._for_blocks(no_cash_flows(self.world))
        self._loop(_after_publication, flows_by_block)
        total: np.ndarray = flows_by_block.sum(axis=0)
        return total


class AgentDrive(Drive):
    """One agent at a time. `members` is anything that lets its agents act by name: a Mesa ``AgentSet``.

    Where a class of members overrides a phase (`overridden`), all go through each phase before anybody goes on to the
    next, so that an agent may look at others; else each takes whole turns.
    """

    def __init__(
        self,
        persons: np.ndarray,
        memberships: np.ndarray,
        world: World,
        members: Any,
        order: str,
        overridden: bool = True,
    ) -> None:
        super().__init__(persons, memberships, world)
        self.members, self.order = members, order
        self.before = BEFORE_PUBLICATION if overridden else ("before_publication",)
        self.after = AFTER_PUBLICATION if overridden else ("after_publication",)

    def before_publication(self) -> np.ndarray:
        self._everyone(self.before)
        found = np.zeros((self.blocks, 2), np.int64)
        if self.world.settings[0]["fellows"]:
            self._loop(_fellows_before_publication, found, self._cases)
        return self._new_cases(self._filed(0, self.persons.size), found)

    def after_publication(self) -> np.ndarray:
        cash_flows = no_cash_flows(self.world)
        self._everyone(self.after, cash_flows)
        return cash_flows

    def _everyone(self, phases: Iterable[str], cash_flows: np.ndarray | None = None) -> None:
        for phase in phases:
            everyone = self.members.shuffle_do if self.order == "shuffled" else self.members.do
            everyone(phase, cash_flows) if phase in WITH_CASH_FLOWS else everyone(phase)
