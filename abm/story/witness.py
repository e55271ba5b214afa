"""A witness to a life: it looks on while the model runs, and notes what happens to one person, and why.

No history is kept of anybody, and none is needed: the same scenario and seed are the same life. So a life is told by
running it again with a witness. What everybody does at once in a compiled loop, the witness lets a copy of its person
do act by act, and compares the copy with the person afterwards: a story cannot differ from the life.
"""

from collections.abc import Iterable

import numpy as np

from abm.errors import PersonError
from abm.model import MutualAidModel
from abm.persons.drives import Drive
from abm.story import after, before
from abm.story.decisions import friends_of
from abm.story.events import Copy, Kind, Moment


class Witness:
    """The witness to one row of a model. Make it by `attend`."""

    def __init__(self, model: MutualAidModel, row: int) -> None:
        self.model, self.row = model, row
        self._copy = Copy(model, row)

    @property
    def moments(self) -> list[Moment]:
        """What happened so far, in order."""
        return self._copy.moments

    def before_publication(self) -> None:
        """Foresee what the person is about to hear, fall ill with and claim."""
        copy = self._copy
        copy.look()
        if not copy.moments:
            count = friends_of(copy.row, copy.world)
            copy.note(Kind.BEGINS, me=copy.me, friends=count, age=copy.age, **copy.care)
            copy.look()
        before.announcements(copy)
        before.hear(copy)
        before.fall_ill(copy)
        before.claim(copy)

    def after_publication(self) -> None:
        """See what became of claims, and foresee what the person is about to pay, learn, choose and buy."""
        before.verdicts(self._copy)
        for act in (after.settle, after.learn, after.choose, after.insure):
            act(self._copy)

    def check(self) -> None:
        """Raise `events.WitnessError` where the person did not do what was foreseen."""
        self._copy.check()


class WatchedDrive(Drive):
    """Another drive, with witnesses to some of the persons whom it makes act. It changes nothing."""

    def __init__(self, drive: Drive, witnesses: Iterable[Witness]) -> None:
        super().__init__(drive.persons, drive.memberships, drive.world)
        self.drive, self.witnesses = drive, list(witnesses)

    def before_publication(self) -> np.ndarray:
        for witness in self.witnesses:
            witness.before_publication()
        cases = self.drive.before_publication()
        for witness in self.witnesses:
            witness.check()
        return cases

    def after_publication(self) -> np.ndarray:
        for witness in self.witnesses:
            witness.after_publication()
        cash_flows = self.drive.after_publication()
        for witness in self.witnesses:
            witness.check()
        return cash_flows

    def census(self) -> np.ndarray:
        return self.drive.census()


def attend(model: MutualAidModel, *rows: int) -> list[Witness]:
    """Witnesses to some persons of a model, from its next step on. Raises `PersonError` for a row there is not."""
    for row in rows:
        require_person(model, row)
    witnesses = [Witness(model, row) for row in rows]
    model.drive = WatchedDrive(model.drive, witnesses)
    return witnesses


def require_person(model: MutualAidModel, row: int) -> None:
    """Raise `PersonError` where there is no such row."""
    if not isinstance(row, int | np.integer) or isinstance(row, bool):
        raise PersonError(f"person {row!r}: must be a whole number, a row from 0 to {model.persons.size - 1}")
    if not 0 <= row < model.persons.size:
        raise PersonError(f"person {row}: there are {model.persons.size:,} persons, 0 to {model.persons.size - 1}")
