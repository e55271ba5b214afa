"""Why a plan ends, and what then happens to it.

A closing rule is a final class: a kind, and the question whether it applies. A new one is named in `CLOSING_RULES` and
in `terms.RuleName`. A rule answers a reason; the plan announces its end.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from abm.clock import PERIODS_PER_MONTH, PERIODS_PER_YEAR, half_month, periods
from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.ledger import deposits, reserve
from abm.money import FEN_PER_YUAN
from abm.persons.rules import renewals
from abm.platforms import rules
from abm.platforms.parting import chances
from abm.platforms.plan import Plan
from abm.scenario.parents import ClosingPlan, Parent

NO_PLAN = ClosingPlan(notice_days=0, run_off_borne=False)


class Stage(IntEnum):
    """Where a plan is in its life."""

    COMING = 0  # before its launch
    OPEN = 1  # takes members
    CLOSING = 2  # announced: nobody joins, cover goes on until the end of the notice
    RUN_OFF = 3  # claims for illnesses found before the end are taken and paid
    CLOSED = 4  # accounts are wound up


class ClosingKind(StrEnum):
    """Of which kind the end of a plan is."""

    ACTIVE = "active"  # going on is worth less to the parent than closing
    PASSIVE = "passive"  # the plan cannot go on
    ORDERED = "ordered"  # by the regulator
    FLIGHT = "flight"  # the owners run away with the deposits


@dataclass(frozen=True)
class Closing:
    """The announced end of a plan: which, when, why, and of which kind."""

    platform: str
    announced: int  # step
    last: int  # step of the last cover
    kind: ClosingKind
    reason: str
    members: float  # real persons inside at the announcement
    share: float  # of all memberships then


def recent_closures(closings: Iterable[Closing], now: int, apart_from: str) -> float:
    """How many closings of other plans parents have in mind, the older ones less."""
    return sum(rules.recency(now - closing.announced) for closing in closings if closing.platform != apart_from)


def closure_salience(closings: Iterable[Closing], now: int, apart_from: str) -> float:
    """How much members of a plan talk of closings of others, the larger and later ones more: by share of members."""
    others = (closing for closing in closings if closing.platform != apart_from)
    return sum(rules.salience(closing.share, now - closing.announced) for closing in others)


def part_of_people(closing: Closing, people: float) -> float:
    """How large a closing is in the eyes of the public: the part of all people who were in the plan."""
    return min(1.0, closing.members / people)


def public_salience(closings: Iterable[Closing], now: int, people: float) -> float:
    """How much the public talks of closings, the larger and later ones more; its measure is all people.

    Members of other plans go by the memberships that there are, see `closure_salience`: to them the end of one of two
    small plans is as near as that of one of two large ones. The public hardly hears of it.
    """
    return sum(rules.salience(part_of_people(each, people), now - each.announced) for each in closings)


def announced(plan: Plan, kind: ClosingKind, reason: str, everywhere: int) -> Closing:
    """The end of a plan as it is announced now, where there are so many memberships of all plans `everywhere`."""
    now, inside = plan.model.now, plan.census.inside
    last = now + periods_of_cover(kind, plan.terms.closing)
    return Closing(plan.name, now, last, kind, reason, plan.members, inside / max(1, everywhere))


def notice_periods(kind: ClosingKind, notice_days: int) -> int:
    """Periods from the announcement to the last of cover: at least one, and no more for who runs away."""
    return 1 if kind == ClosingKind.FLIGHT else max(1, periods(notice_days))


def periods_of_cover(kind: ClosingKind, promised: ClosingPlan) -> int:
    """The same by what a plan promised for its end: a year where each membership ends with a year of its own."""
    periods_left = notice_periods(kind, promised.notice_days)
    return periods_left if kind == ClosingKind.FLIGHT or not promised.ends_by_year else PERIODS_PER_YEAR


def stage_by_now(plan: Plan) -> Stage:
    """The stage of a plan whose end was announced: cover ends, and accounts are wound up when no claim can come."""
    closing, now = plan.closing, plan.model.now
    if closing and plan.stage == Stage.CLOSING and now > closing.last:
        return Stage.RUN_OFF
    if closing and plan.stage == Stage.RUN_OFF and not plan.desk.queue.size:
        window = periods(plan.terms.claim_days) + 1
        return Stage.CLOSED if now > closing.last + window else Stage.RUN_OFF
    return plan.stage


def gift_until(plan: Plan) -> int:
    """The step from which on insurance that a plan gives to all at its end is over; 0 for a plan that goes on."""
    months = plan.closing_plan.conversion_months
    return plan.closing.last + months * PERIODS_PER_MONTH if plan.closing else 0


class ClosingRule(ABC):
    """A ground on which a plan may end."""

    kind: ClosingKind

    @abstractmethod
    def reason(self, plan: Plan) -> str | None:
        """Why the plan should end now, in words; None while it should not."""


class TermOver(ClosingRule):
    """The plan was sold for a fixed time: its end is announced so early that cover ends on that day."""

    kind = ClosingKind.PASSIVE

    def reason(self, plan: Plan) -> str | None:
        ends, notice = plan.terms.ends, periods_of_cover(self.kind, plan.terms.closing)
        over = ends is not None and half_month(plan.model.day) + notice >= half_month(ends)
        return "its time is over" if over else None


class TooFewMembers(ClosingRule):
    """The plan ends by its own terms."""

    kind = ClosingKind.PASSIVE

    def reason(self, plan: Plan) -> str | None:
        least, members = plan.terms.minimum_members, plan.members
        young = plan.model.now - plan.opened < periods(plan.terms.minimum_from_days)
        return None if young or members >= least else f"{members:,.0f} members are fewer than {least:,}"


class Losses(ClosingRule):
    """The parent cannot bear the losses of the last twelve months."""

    kind = ClosingKind.PASSIVE

    def reason(self, plan: Plan) -> str | None:
        parent, lost = plan.terms.parent, -plan.books.last_year
        return None if parent is None or lost <= parent.loss_limit else f"it lost {lost:,.0f} yuan in a year"


class NotWanted(ClosingRule):
    """Going on is worth less to the parent than closing; the board decides by a logistic choice, once a month.

    There may be a third way, see `parting`: a board that takes it does not close its plan.

    What speaks for or against it beyond the sum is drawn anew at every review, or lasts for some years: a board that
    would not close a plan last month does not close it now unless the sum is another. A new plan has a time of trial,
    and so has one with a new owner.
    """

    kind = ClosingKind.ACTIVE

    def reason(self, plan: Plan) -> str | None:
        chosen, valuation = _chosen(plan), plan.valuation
        if chosen != Choice.CLOSING:
            return None
        return f"going on is worth {valuation.going_on:,.0f} yuan to its parent, closing {valuation.closing:,.0f}"


class RunAway(ClosingRule):
    """The deposits, which nobody holds in custody, are worth more than the plan and the parent's good name.

    What is put aside in a reserve is out of reach, and lost to them. The cost of closing later (mechanism B9) is not in
    it: who would run away now would then too, and bears no bill.
    """

    kind = ClosingKind.FLIGHT

    def reason(self, plan: Plan) -> str | None:
        parent = plan.terms.parent
        if parent is None or plan.in_custody:
            return None
        balances, to_yuan = plan.model.ledger.balances, plan.model.weight / FEN_PER_YUAN
        pool, put_aside = (balances[account(plan.name)] * to_yuan for account in (deposits, reserve))
        worth = parent.flight_threshold + max(0.0, plan.valuation.going_on + plan.valuation.later) + put_aside
        return None if pool <= worth else f"{pool:,.0f} yuan of deposits were in reach"


class Choice(IntEnum):
    """What a board does with a plan."""

    GOING_ON = 0
    CLOSING = 1
    PARTING = 2


def _chosen(plan: Plan) -> Choice:
    """What the board of a plan chooses by the sums of its valuation and its reasons beyond them."""
    parent, valuation = plan.terms.parent, plan.valuation
    owned = plan.model.now - max(plan.opened, plan.taken_over)
    if parent is None or owned < parent.trial_years * PERIODS_PER_YEAR:
        return Choice.GOING_ON
    sums, scale = (valuation.going_on, valuation.closing, valuation.parting), parent.choice_scale * plan.members
    closes, parts = chances(*sums, scale)
    reasons = _reasons(plan, parent)
    if reasons < closes:
        return Choice.CLOSING
    return Choice.PARTING if reasons < closes + parts else Choice.GOING_ON


def wants_to_part(plan: Plan) -> str | None:
    """Why a board wants to part with its plan now, in words; None while it does not, or its plan cannot be unwanted."""
    if "not_wanted" not in plan.original_terms.closing_rules or _chosen(plan) != Choice.PARTING:
        return None
    worth = plan.valuation
    ways = f"going on {worth.going_on:,.0f}, closing {worth.closing:,.0f}"
    return f"parting with it is worth {worth.parting:,.0f} yuan to its parent, {ways}"


def _reasons(plan: Plan, parent: Parent) -> float:
    """A board's reasons beyond the sum, as a number in [0, 1): it closes the plan where that is below the chance.

    Where they last, they are renewed at regular times that begin anywhere, so that boards do not change all at once.
    """
    model, review = plan.model, plan.model.now
    if parent.reasons_years > 0:
        phase = draw(model.seed, 0, plan.index, Purpose.RENEW_REASONS * SLOTS_PER_PURPOSE)
        review = renewals(review, parent.reasons_years, phase)
    return draw(model.seed, review, plan.index, Purpose.BOARD * SLOTS_PER_PURPOSE)


CLOSING_RULES: dict[str, ClosingRule] = {
    "term_over": TermOver(),
    "too_few_members": TooFewMembers(),
    "losses": Losses(),
    "not_wanted": NotWanted(),
    "run_away": RunAway(),
}


def ground(plan: Plan) -> tuple[ClosingKind, str] | None:
    """The first ground of its terms on which a plan should end now, and the reason in words; None without any."""
    for name in plan.original_terms.closing_rules:
        reason = CLOSING_RULES[name].reason(plan)
        if reason is not None:
            return CLOSING_RULES[name].kind, reason
    return None
