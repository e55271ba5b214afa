"""What can happen in a life, and the copy of a person on which a witness tries out every act before it happens."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.market import World
from abm.model import MutualAidModel
from abm.persons.guardians import guardian_of, signer_for
from abm.persons.situation import age_of
from abm.persons.state import Status
from abm.story.decisions import Decision

SHOCK = "shock"  # stands for who did it, where the scenario dates an event


class Kind(StrEnum):
    """What can happen in a life."""

    BEGINS = "begins"
    HEARD = "heard of a plan"
    FRIEND_ILL = "a friend was found ill"
    FRIEND_AIDED = "a friend was aided"
    FRIEND_REFUSED = "a friend was refused"
    DOUBTED = "lost trust"
    PASSED_BY = "thought of joining and did not"
    JOINED = "joined"
    CAME_BACK = "came back"
    DECLINED = "was declined at the door"
    COVERED = "became covered"
    BARRED = "was found ill while waiting"
    PAID = "paid"
    PAID_IN = "paid a deposit"
    FAILED = "a deduction failed"
    LAPSED = "was removed"
    STAYED = "thought again and stayed"
    LEFT = "left"
    FELL_ILL = "fell ill"
    DIAGNOSED = "was diagnosed"
    CLAIMED = "claimed"
    AIDED = "was aided"
    REFUSED = "was refused"
    ANNOUNCED = "learned that a plan ends"
    ENDED = "the plan ended"
    AGED_OUT = "grew too old"
    DEPOSIT_BACK = "had a deposit back"
    DEPOSIT_LOST = "lost a deposit"
    SHARES_BACK = "had shares back"
    INSURED = "bought insurance"
    GIVEN = "was given insurance"
    RAN_OUT = "insurance ran out"
    GIVEN_UP = "did not renew insurance"
    TURNED_DOWN = "was turned down by an insurer"
    CLOSES = "closes"


class WitnessError(AssertionError):
    """The copy did otherwise than the person: the witness cannot tell this life.

    No `HuzhuError`: stories and behaviours have come apart, which is a fault of the program, or the model was changed
    from outside, which no message could mend. The page says it and goes on without the story.
    """


@dataclass(frozen=True)
class Moment:
    """One thing that happened: when, what, in which plan (-1: none), why, and what else is to be said of it."""

    step: int
    day: date
    kind: Kind
    plan: int = -1
    decision: Decision | None = None
    said: dict[str, Any] = field(default_factory=dict)


class Copy:
    """A copy of one person of a model, made to act by the behaviours, and the moments noted of it so far."""

    def __init__(self, model: MutualAidModel, row: int) -> None:
        self.model, self.row = model, row
        self.world: World = model.world
        self.moments: list[Moment] = []
        self.told: set[tuple[int, int]] = set()  # news by friend and bit, each noted once
        self.look()

    def look(self) -> None:
        """Be the person again as they are."""
        self.me: Any = alike(self.model.persons[self.row])
        self.mine = self.model.memberships[self.row].copy()

    def check(self) -> None:
        """Raise `WitnessError` where the copy and the person are not the same to the byte."""
        person, memberships = self.model.persons[self.row], self.model.memberships[self.row]
        if person.tobytes() != self.me.tobytes() or memberships.tobytes() != self.mine.tobytes():
            raise WitnessError(f"person {self.row} did otherwise on {self.model.day} than the rules say")

    def expect(self, as_foreseen: bool, what: str) -> None:
        """Raise `WitnessError` where a decision did not come out as its terms say."""
        if not as_foreseen:
            raise WitnessError(f"person {self.row}, {self.model.day}: {what} came out otherwise than its terms say")

    def note(self, kind: Kind, plan: int = -1, decision: Decision | None = None, **said: Any) -> None:
        """Note what happened."""
        self.moments.append(Moment(self.model.now, self.model.day, kind, plan, decision, said))

    def uniform(self, purpose: Purpose, place: int = 0) -> float:
        """The number drawn for the person in this step."""
        return float(draw(self.model.seed, self.model.now, self.row, purpose * SLOTS_PER_PURPOSE + place))

    @property
    def age(self) -> int:
        """Age on the last birthday."""
        return int(age_of(self.me, self.world))

    @property
    def in_care(self) -> bool:
        """Whether somebody else decides and pays for the person now."""
        return int(guardian_of(self.me, self.row, self.world)) != self.row

    @property
    def care(self) -> dict[str, Any]:
        """Who that is, to be said of what happened; None where nobody else does."""
        guardian = int(guardian_of(self.me, self.row, self.world))
        return {"guardian": guardian if guardian != self.row else None}

    @property
    def signer(self) -> dict[str, Any]:
        """Who takes out insurance for the person, likewise."""
        signer = int(signer_for(self.me, self.row, self.world))
        return {"guardian": signer if signer != self.row else None}

    def cover(self, plan: int) -> float:
        """Yuan that a plan pays to people of this age."""
        return float(self.world.covers[plan, self.age])

    def is_in(self, plan: int) -> bool:
        """Whether the person is inside a plan."""
        return any(m["platform"] == plan and inside(m) for m in self.mine)


def alike(me: Any) -> Any:
    """A copy of one row."""
    return np.array([me], me.dtype)[0]


def inside(m: Any) -> bool:
    """Whether a membership is one of those inside."""
    return bool(Status.WAITING <= m["status"] <= Status.CLAIMING)
