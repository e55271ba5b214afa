"""How much the page shows at once, to all its visitors together; whoever comes too late is told so."""

import threading
from collections.abc import Hashable, Sequence

from abm.errors import PageError

MOST_WORLDS, MOST_PERSONS = 16, 20_000_000
LATER = "close a tab that nobody looks at, or come back in a while"


class Room:
    """The worlds that are watched: for each visitor the persons of each of their worlds."""

    def __init__(self, worlds: int = MOST_WORLDS, persons: int = MOST_PERSONS) -> None:
        self._most_worlds, self._most_persons = worlds, persons
        self._taken: dict[Hashable, tuple[int, ...]] = {}
        self._changing = threading.Lock()

    def take(self, visitor: Hashable, persons: Sequence[int]) -> None:
        """Give a visitor worlds of so many persons each in place of those they have, which are kept where it fails.

        Raises `PageError` where there would be too many worlds or persons.
        """
        with self._changing:
            others = [each for who, worlds in self._taken.items() if who != visitor for each in worlds]
            if len(others) + len(persons) > self._most_worlds:
                raise PageError(
                    f"the page has room for {self._most_worlds} worlds at once, and others watch {len(others)}; {LATER}"
                )
            if sum(others) + sum(persons) > self._most_persons:
                raise PageError(
                    f"people.persons: {sum(persons):,} in {len(persons)} of your worlds, but the page has room for"
                    f" {self._most_persons:,} at once, and others watch {sum(others):,}; take fewer, {LATER}"
                )
            self._taken[visitor] = tuple(persons)

    def leave(self, visitor: Hashable) -> None:
        """Free the room of a visitor."""
        with self._changing:
            self._taken.pop(visitor, None)


ROOM = Room()
