"""How the parent of a plan reads its books, what it sees in the plan, and what it would change. Nothing is written."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from abm.clock import PERIODS_PER_YEAR, half_month
from abm.money import FEN_PER_YUAN
from abm.platforms import rules
from abm.platforms.closing import recent_closures
from abm.platforms.plan import Plan

MEMORY = 12  # periods over which the books are smoothed
RUN_OFF_PERIODS = 4  # periods whose claims are found, and not yet filed, when a plan ends
FEE_STEP = 0.02
RISE, LATELY = 1.25, 6  # shares of this many periods, this far above the expected ones, call for strictness


@dataclass
class Books:
    """Surplus of a plan, real yuan: the smoothed rate of a year, and the sum of the last twelve months."""

    rate: float = 0.0
    periods: deque[float] = field(default_factory=lambda: deque(maxlen=PERIODS_PER_YEAR))

    def enter(self, surplus: float) -> None:
        """Book the surplus of a half-month."""
        self.rate += (PERIODS_PER_YEAR * surplus - self.rate) / MEMORY
        self.periods.append(surplus)

    @property
    def last_year(self) -> float:
        """Surplus of the last twelve months."""
        return sum(self.periods)


@dataclass(frozen=True)
class ParentValuation:
    """What a parent sees in a plan, real yuan: going on for as long as it looks ahead, and closing now."""

    going_on: float = 0.0
    closing: float = 0.0


@dataclass(frozen=True)
class Levers:
    """What a board steers without touching the published terms."""

    marketing: float = 1.0  # over that of the terms
    effort: float = 0.0  # of investigation, from none to all that is possible
    education: float = 0.0  # part of the gap to the true level of shares that members are taught in a period


@dataclass(frozen=True)
class BoardDecision:
    """What a board decides in a month: the levers from now on, and new terms with the words for them, if any."""

    levers: Levers
    changes: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""


def years_since_launch(plan: Plan) -> float:
    """Years since the launch of a plan, in whole half-months; 0 before it."""
    return max(0, half_month(plan.model.day) - half_month(plan.terms.launch)) / PERIODS_PER_YEAR


def value_to_parent(plan: Plan) -> ParentValuation:
    """Books, customers and regulatory cost over the parent's horizon, against the bill and the stigma of closing."""
    parent, model = plan.terms.parent, plan.model
    if parent is None:
        return ParentValuation()
    customer = rules.decayed(parent.customer_value, parent.value_decay, years_since_launch(plan))
    soon = parent.listing and 0 <= half_month(parent.listing) - half_month(model.day) <= PERIODS_PER_YEAR
    regulatory = rules.regulatory_cost(
        parent.regulatory_cost,
        model.regulator.sternness(plan),
        model.case.shock("regulatory_cost", model.day, plan.name),
        parent.listing_weight if soon else 1.0,
    )
    regulatory += rules.cost_from_outside(
        parent.regulatory_cost, model.regulator.settings.platform_rules_cost, weight_of_platform_rules(plan)
    )
    going_on = rules.worth_of_going_on(parent.horizon, plan.books.rate, plan.members, customer, regulatory)
    wave = recent_closures(model.closings, model.now, plan.name)
    stigma = rules.stigma(parent.stigma, parent.stigma_relief, wave)
    return ParentValuation(going_on, -closing_bill(plan) - stigma * plan.members)


def weight_of_platform_rules(plan: Plan) -> float:
    """How far the news of rules for platform companies weighs by now, from 0 to 1: the mean over all such news."""
    settings, now = plan.model.regulator.settings, half_month(plan.model.day)
    days, months = settings.platform_rules, settings.platform_rules_months
    return sum(rules.phased_in(now - half_month(day), months) for day in days) / max(1, len(days))


def closing_bill(plan: Plan) -> float:
    """What closing would cost, real yuan: last shares and run-off where the platform bears them, shares given back."""
    promised, census = plan.terms.closing, plan.census
    # What an actuary expects of the members, and not the few cases that happened to be simulated lately.
    aid = census.true_level / plan.gross * census.sharing
    bill = 0.0
    if promised.last_shares_borne:
        bill += aid * promised.notice_days / 15
    if promised.run_off_borne:
        bill += plan.desk.in_hand + RUN_OFF_PERIODS * aid
    bill += promised.shares_refunded * rules.paid_by_members(plan.collected, census.inside, census.ever_joined)
    return bill * plan.model.weight / FEN_PER_YUAN


def steer(plan: Plan) -> BoardDecision:
    """Once a month: marketing, the effort of investigation, the fee, cover and education, by the parent's rules.

    A change of the published terms costs trust, so that fee and cover change at most once a year. A programme of
    education goes on once it has begun.
    """
    parent, terms, census = plan.terms.parent, plan.terms, plan.census
    if parent is None:
        return BoardDecision(plan.levers)
    losing_members = rules.monthly_exit_rate(census.left, census.inside) > parent.tolerated_loss
    pays = plan.valuation.going_on >= 0
    effort, education = plan.levers.effort, plan.levers.education
    if plan.refused_share > parent.complaint_tolerance:
        effort = max(0.0, effort - parent.effort_response)
    elif sum(plan.shares[-LATELY:]) > RISE * LATELY * census.expected_share > 0:
        effort = min(1.0, effort + parent.effort_response)
    if losing_members:
        education = parent.education
    marketing = min(1.0, plan.levers.marketing * (2.0 if pays else parent.marketing_response))
    decision = BoardDecision(Levers(marketing, effort, education))
    if plan.periods_since_change < PERIODS_PER_YEAR:
        return decision
    fee_rate = terms.fee_rate + FEE_STEP
    if plan.books.rate < 0 and fee_rate <= parent.fee_ceiling:
        return replace(decision, changes={"fee_rate": fee_rate}, words=f"the fee rises to {fee_rate:.0%}")
    if losing_members and parent.cover_cut > 0:
        bands = tuple(band.model_copy(update={"cover": band.cover * (1 - parent.cover_cut)}) for band in terms.bands)
        return replace(decision, changes={"bands": bands}, words=f"cover falls by {parent.cover_cut:.0%}")
    return decision
