"""Why a plan ends, and what then happens to it.

A closing rule is a final class: a kind, and the question whether it applies. A new one is named in `CLOSING_RULES` and
in `terms.RuleName`.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from abm.clock import half_month, periods
from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.ledger import deposits
from abm.persons.rules import choice_chance
from abm.scenario.parents import ClosingPlan

if TYPE_CHECKING:
    from abm.agents.platform import Platform

MEMORY_OF_CLOSURES = 24  # periods for which a closing is remembered by others
NO_PLAN = ClosingPlan(notice_days=0, run_off_borne=False)


class Stage(IntEnum):
    """Where a plan is in its life."""

    COMING = 0  # before its launch
    OPEN = 1  # takes members
    CLOSING = 2  # announced: nobody joins, cover goes on until the end of the notice
    RUN_OFF = 3  # claims for illnesses found before the end are taken and paid
    CLOSED = 4  # accounts are wound up


@dataclass(frozen=True)
class Closing:
    """The announced end of a plan: which, when, why, and whether active, passive, ordered or a flight."""

    platform: str
    announced: int  # step
    last: int  # step of the last cover
    kind: str
    reason: str
    members: float  # real persons inside at the announcement
    share: float  # of all memberships then


def recent_closures(closings: list[Closing], now: int, apart_from: str) -> float:
    """How many closings of other plans parents have in mind, the older ones less."""
    return sum(_fresh(closing, now) for closing in closings if closing.platform != apart_from)


def closure_salience(closings: list[Closing], now: int, apart_from: str) -> float:
    """How much people talk of closings of other plans: as `recent_closures`, each by the root of its share of members.

    A plan with a quarter of all members is talked about by half the people, one with a hundredth by a tenth.
    """
    others = (closing for closing in closings if closing.platform != apart_from)
    return sum(math.sqrt(closing.share) * _fresh(closing, now) for closing in others)


def _fresh(closing: Closing, now: int) -> float:
    return max(0.0, 1 - (now - closing.announced) / MEMORY_OF_CLOSURES)


class ClosingRule(ABC):
    """A ground on which a plan may end."""

    kind: str

    @abstractmethod
    def reason(self, platform: "Platform") -> str | None:
        """Why the plan should end now, in words; None while it should not."""


class TermOver(ClosingRule):
    """The plan was sold for a fixed time: its end is announced so early that cover ends on that day."""

    kind = "passive"

    def reason(self, platform: "Platform") -> str | None:
        ends, notice = platform.terms.ends, periods(platform.terms.closing.notice_days)
        over = ends is not None and half_month(platform.model.day) + max(1, notice) >= half_month(ends)
        return "its time is over" if over else None


class TooFewMembers(ClosingRule):
    """The plan ends by its own terms."""

    kind = "passive"

    def reason(self, platform: "Platform") -> str | None:
        least, members = platform.terms.minimum_members, platform.members
        young = platform.model.now - platform.opened < periods(platform.terms.minimum_from_days)
        return None if young or members >= least else f"{members:,.0f} members are fewer than {least:,}"


class Losses(ClosingRule):
    """The parent cannot bear the losses of the last twelve months."""

    kind = "passive"

    def reason(self, platform: "Platform") -> str | None:
        parent, lost = platform.terms.parent, -platform.books.last_year
        return None if parent is None or lost <= parent.loss_limit else f"it lost {lost:,.0f} yuan in a year"


class NotWanted(ClosingRule):
    """Going on is worth less to the parent than closing; the board decides by a logistic choice, once a month."""

    kind = "active"

    def reason(self, platform: "Platform") -> str | None:
        parent = platform.terms.parent
        if parent is None:
            return None
        valuation = platform.valuation
        gain = valuation.closing - valuation.going_on
        chance = choice_chance(gain, parent.choice_scale * platform.members)
        if _uniform(platform) >= chance:
            return None
        return f"going on is worth {valuation.going_on:,.0f} yuan to its parent, closing {valuation.closing:,.0f}"


class RunAway(ClosingRule):
    """The deposits, which nobody holds in custody, are worth more than the plan and the parent's good name."""

    kind = "flight"

    def reason(self, platform: "Platform") -> str | None:
        parent = platform.terms.parent
        pool = platform.model.ledger.balances[deposits(platform.name)] * platform.model.weight / 100
        if (
            parent is None
            or platform.in_custody
            or pool <= parent.flight_threshold + max(0.0, platform.valuation.going_on)
        ):
            return None
        return f"{pool:,.0f} yuan of deposits were in reach"


def _uniform(platform: "Platform") -> float:
    model = platform.model
    return draw(model.seed, model.now, platform.index, Purpose.BOARD * SLOTS_PER_PURPOSE)


CLOSING_RULES: dict[str, ClosingRule] = {
    "term_over": TermOver(),
    "too_few_members": TooFewMembers(),
    "losses": Losses(),
    "not_wanted": NotWanted(),
    "run_away": RunAway(),
}
