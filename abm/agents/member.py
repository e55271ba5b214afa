"""Members as Mesa agents: views onto the rows of the population, for those who look, ask or override.

A member's phases call the behaviours that the compiled loops call. Override one in a subclass, in plain Python,
and hand the class to the model: it then visits the agents one by one and the rest stays as it is.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from abm.agents.agent import Agent
from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.errors import ModelError
from abm.money import yuan
from abm.persons import behaviours, drives, guardians, households, insuring, paying, situation
from abm.persons.state import HealthState, Status, Trait

if TYPE_CHECKING:
    from abm.model import MutualAidModel

PHASES = ("hear", "fall_ill", "claim", "settle", "learn", "choose", "insure")


class Member(Agent):
    """A person. Make `HealthyMember` or `HighRiskMember`, which differ in what they know of their own risk."""

    views: ClassVar = ("_me", "_mine")

    def __init__(self, model: "MutualAidModel", row: int) -> None:
        super().__init__(model)
        self.row = row

    @cached_property
    def _me(self) -> np.void:
        """My row of the persons."""
        row: np.void = self.model.persons[self.row]
        return row

    @cached_property
    def _mine(self) -> np.ndarray:
        """My memberships."""
        rows: np.ndarray = self.model.memberships[self.row]
        return rows

    def hear(self) -> None:
        """Meet a friend, see advertisements."""
        world = self.model.world
        friend = situation.friend_met(self.row, self._uniform(Purpose.MEET), world)
        signals = situation.signals_of(friend, self.row, world)
        behaviours.hear(self._me, self._mine, self.row, signals, self._uniform(Purpose.SEE_ADVERTISEMENT), world)

    def fall_ill(self) -> None:
        """Perhaps fall ill, perhaps be diagnosed."""
        behaviours.fall_ill(self._me, self._mine, self.row, self._uniform(Purpose.FALL_ILL), self.model.world)

    def claim(self) -> None:
        """File the claims that are due."""
        behaviours.claim(self._me, self._mine, self.row, self.model.world)

    def settle(self, cash_flows: np.ndarray) -> None:
        """Pay what was published; `cash_flows` (platforms, columns of `paying`) sums fen."""
        paying.settle(self._me, self._mine, self.row, self.model.world, cash_flows)

    def learn(self) -> None:
        """Bring expectations and trust up to date."""
        behaviours.learn(self._me, self._mine, self.row, self.model.world)

    def choose(self) -> None:
        """Stay, leave or join; in somebody's care, be where they are.

        A class that replaces this without calling it decides for itself, in care or not (`guardian`), and is counted as
        in care all the same.
        """
        households.decide(self._me, self._mine, self.row, self._uniform(Purpose.THINK), self.model.world)

    def insure(self, cash_flows: np.ndarray) -> None:
        """Pay premiums; consider a policy that is offered."""
        u = self._uniform(Purpose.APPROACH)
        insuring.insure(self._me, self._mine, self.row, u, self.model.world, cash_flows)

    def before_publication(self) -> None:
        """All phases before publication, where none is overridden."""
        model = self.model
        drives.turn_before_publication(model.persons, model.memberships, self.row, model.world)

    def after_publication(self, cash_flows: np.ndarray) -> None:
        """All phases after publication, where none is overridden."""
        model = self.model
        drives.turn_after_publication(model.persons, model.memberships, self.row, model.world, cash_flows)

    @property
    def age(self) -> int:
        """Age on the last birthday."""
        return int(situation.age_of(self._me, self.model.world))

    @property
    def income(self) -> float:
        """Yuan a year."""
        return float(self._me["income"])

    @property
    def health(self) -> HealthState:
        """Well, latent or diagnosed; a latent person does not know."""
        return HealthState(self._me["health"])

    @property
    def paid(self) -> float:
        """Yuan paid in shares so far, to all platforms."""
        return yuan(int(self._me["paid"]))

    @property
    def received(self) -> float:
        """Yuan of aid received so far."""
        return yuan(int(self._me["received"]))

    @property
    def guardian(self) -> int:
        """The row of the person who decides and pays for this one now, their own where they do so themselves."""
        return int(guardians.guardian_of(self._me, self.row, self.model.world))

    def knows_of(self, platform: str) -> bool:
        """Whether the person has heard of a platform."""
        return bool(int(self._me["aware"]) >> self.model.index_of(platform) & 1)

    def has(self, trait: Trait) -> bool:
        """Whether something is true of the person."""
        return bool(self._me["traits"] & trait)

    def status(self, platform: str) -> Status:
        """Status in a platform."""
        m = self._membership(platform)
        return Status.NEVER if m is None else Status(m["status"])

    def expected_share(self, platform: str) -> float:
        """The share a period that the person expects, yuan."""
        m = self._membership(platform)
        return float("nan") if m is None else yuan(float(m["expected"]))

    def trust(self, platform: str) -> float:
        """Believed chance that the platform pays a valid claim."""
        m = self._membership(platform)
        return float(self.model.world.offers["brand"][self.model.index_of(platform)] if m is None else m["trust"])

    def leave(self, platform: str) -> None:
        """Leave a platform now; nothing happens to those outside or with a claim in hand."""
        m = self._membership(platform)
        if m is not None and m["status"] in (Status.WAITING, Status.COVERED):
            m["status"], m["since"] = Status.LEFT, self.model.now

    def join(self, platform: str) -> None:
        """Ask to be let in, as `choose` does; nothing happens to those who may not join."""
        k = self.model.index_of(platform)
        slot = situation.slot_for(self._me, self._mine, k, self.row, self.model.world)
        if slot >= 0:
            behaviours.enter(self._me, self._mine[slot], k, self.row, self.model.world)

    def _uniform(self, purpose: Purpose) -> float:
        """The number drawn for me in this step."""
        return float(draw(self.model.seed, self.model.now, self.row, purpose * SLOTS_PER_PURPOSE))

    def _membership(self, platform: str) -> Any:
        """My row for a platform, or None."""
        k = self.model.index_of(platform)
        return next((m for m in self._mine if m["platform"] == k), None)


class HealthyMember(Member):
    """One of the majority, who take their risk for lower than it is."""


class HighRiskMember(Member):
    """One of the minority who run several times the mean risk, and know it."""


def require_classes(members: Any) -> None:
    """Raise `ModelError` for members that are not two classes."""
    if not (isinstance(members, tuple) and len(members) == 2 and all(map(_is_member, members))):
        raise ModelError(
            f"members = {members!r} must be two classes of `Member`: of the healthy, of those at high risk"
        )


def _is_member(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Member)
