"""What the regulator may tell a platform to do, and what the platform then does."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from abm.agents.agent import Agent
from abm.ledger import OUTSIDE, own
from abm.money import fen
from abm.observation.events import EventKind
from abm.persons.rules import overlap
from abm.platforms.board import Levers
from abm.platforms.closing import ClosingKind
from abm.scenario.parents import ClosingPlan
from abm.scenario.terms import PlatformTerms

if TYPE_CHECKING:
    from abm.model import MutualAidModel


NOT_PRINTED = (-1, -1)  # no terms are in force as they were published


class SupervisedAgent(Agent):
    """A platform as far as it obeys; that it is one, it says itself."""

    model: "MutualAidModel"
    name: str
    terms: PlatformTerms
    changes: dict[str, Any]
    _in_force: tuple[int, int]
    levers: Levers
    in_custody: bool
    licensed: bool
    discloses: bool
    small_plans: int
    failing: float
    fined: int

    @abstractmethod
    def announce(self, kind: ClosingKind, reason: str, event: EventKind = EventKind.CLOSING) -> None:
        """Announce the end of the plan."""

    @abstractmethod
    def change_terms(self, words: str, changes: Mapping[str, Any], event: EventKind = EventKind.NEW_TERMS) -> None:
        """New terms from the next step on."""

    @abstractmethod
    def move(self, amount: int, payer: str, payee: str, purpose: str) -> None:
        """Move fen from one account to another for a purpose of this plan's business."""

    def stop_being_insurance(self) -> None:
        """The regulator stops the product: it goes on as mutual aid where its terms say how, or else ends."""
        stopped = self.terms.stopped
        if stopped is None:
            self.announce(ClosingKind.ORDERED, "stopped as insurance without a licence", EventKind.STOPPED_AND_CLOSED)
            return
        words = f"stopped as insurance; goes on as mutual aid, fee {stopped.fee_rate:.0%}"
        changes = stopped.changes | self.terms.without_an_insurer
        self.change_terms(words, changes, EventKind.STOPPED_AND_CONVERTED)

    def be_licensed(self) -> None:
        """The regulator grants a licence: deposits in custody, newcomers told the true level of shares."""
        self.licensed = self.in_custody = self.discloses = True

    def give_deposits_into_custody(self) -> None:
        """A bank holds the deposits from now on, out of the platform's reach."""
        self.in_custody = True

    def limit_marketing(self, most: float) -> None:
        """Marketing falls to at most this part of what the terms say, 0 to 1.

        The board may raise it again in a later month, though from nothing it cannot; a policy that means the limit to
        last sets it in every step.
        """
        self.levers = replace(self.levers, marketing=min(self.levers.marketing, most))

    def promise_for_the_end(self, promised: ClosingPlan) -> None:
        """The regulator has asked for an exit plan, which is published; it takes nothing from members.

        It is no change of terms by the board, which may change others in the same year, and costs no trust. It holds at
        once, should the plan be told to end in this very step.
        """
        self.changes["closing"] = promised
        self.terms = self.terms.model_copy(update={"closing": promised})
        self._in_force = NOT_PRINTED
        self.model.note(self.name, EventKind.EXIT_PLAN, f"{promised.notice_days} days of notice, run-off paid")

    def tell_the_truth(self, fine: float) -> None:
        """The regulator has found promotion misleading: newcomers are told the true level, and a fine is paid, yuan."""
        self.discloses = True
        amount = round(fen(fine) / self.model.weight)
        self.move(amount, own(self.name), OUTSIDE, "fine")
        self.fined += amount
        self.model.note(self.name, EventKind.TRUTH_DEMANDED, f"a fine of {fine:,.0f} yuan")

    def be_rectified(self) -> None:
        """The regulator goes through the small plans: some give up at once."""
        if self.terms.small_plans:
            self._lose_small_plans(round(self.terms.small_plans.rectified * self.small_plans))

    def _lose_small_plans(self, plans: int) -> None:
        """So many of the small plans end with the next collection, and their part of the memberships with them."""
        plans = min(max(plans, 0), self.small_plans)
        if plans:
            self.failing = overlap(self.failing, plans / self.small_plans)
            self.small_plans -= plans
