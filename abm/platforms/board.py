"""How the parent of a plan reads its books, what it sees in the plan, and what it changes."""

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from abm.clock import half_month
from abm.money import FEN_PER_YUAN
from abm.platforms.closing import recent_closures

if TYPE_CHECKING:
    from abm.agents.platform import Platform

MEMORY = 12  # periods over which the books are smoothed
YEAR = 24
RUN_OFF_PERIODS = 4  # claims of so many periods are found, and not yet filed, when a plan ends
FEE_STEP, FEW = 0.02, 2.0
RISE, LATELY = 1.25, 6  # shares of so many periods, so much above the expected ones, call for stricter investigation


@dataclass
class Books:
    """Surplus of a plan, real yuan: the smoothed rate of a year, and the sum of the last twelve months."""

    rate: float = 0.0
    periods: deque[float] = field(default_factory=lambda: deque(maxlen=YEAR))

    def enter(self, surplus: float) -> None:
        """Book the surplus of a half-month."""
        self.rate += (YEAR * surplus - self.rate) / MEMORY
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


def value_to_parent(platform: "Platform") -> ParentValuation:
    """Books, customers and regulatory cost over the parent's horizon, against the bill and the stigma of closing.

    The stigma is smaller the more plans have just closed elsewhere (mechanism B5).
    """
    parent = platform.terms.parent
    if parent is None:
        return ParentValuation()
    model, members = platform.model, platform.members
    years = max(0, half_month(model.day) - half_month(platform.terms.launch)) / YEAR
    customers = parent.customer_value * (1 - parent.value_decay) ** years
    regulatory_cost = (
        parent.regulatory_cost
        * model.regulator.sternness(platform)
        * model.case.shock("regulatory_cost", model.day, platform.name)
    )
    if parent.listing is not None and 0 <= half_month(parent.listing) - half_month(model.day) <= YEAR:
        regulatory_cost *= parent.listing_weight
    going_on = parent.horizon * (platform.books.rate + members * (customers - regulatory_cost))
    wave = recent_closures(model.closings, model.now, platform.name)
    stigma = parent.stigma * (1 - parent.stigma_relief * wave / (wave + FEW))
    return ParentValuation(going_on, -closing_bill(platform) - stigma * members)


def closing_bill(platform: "Platform") -> float:
    """What closing would cost, real yuan: last shares and run-off where the platform bears them, shares given back."""
    plan, weight = platform.terms.closing, platform.model.weight
    # What an actuary expects of the members, and not the few cases that happened to be simulated lately.
    aid = platform.true_level / platform.gross * platform.sharing
    bill = 0.0
    if plan.last_shares_borne:
        bill += aid * plan.notice_days / 15
    if plan.run_off_borne:
        bill += platform.desk.in_hand + RUN_OFF_PERIODS * aid
    bill += plan.shares_refunded * platform.paid_by_members
    return bill * weight / FEN_PER_YUAN


def steer(platform: "Platform") -> None:
    """Once a month: marketing, the effort of investigation, the fee, cover and education, by the parent's rules.

    A change of the published terms costs trust, so that fee and cover change at most once a year. A programme of
    education goes on once it has begun.
    """
    parent, terms = platform.terms.parent, platform.terms
    if parent is None:
        return
    losing_members = platform.exit_rate > parent.tolerated_loss
    pays = platform.valuation.going_on >= 0
    platform.marketing = min(1.0, platform.marketing * (2.0 if pays else parent.marketing_response))
    refused = platform.refused_share
    if refused > parent.complaint_tolerance:
        platform.effort = max(0.0, platform.effort - parent.effort_response)
    elif sum(platform.shares[-LATELY:]) > RISE * LATELY * platform.expected_share > 0:
        platform.effort = min(1.0, platform.effort + parent.effort_response)
    if losing_members:
        platform.education = parent.education
    if platform.periods_since_change < YEAR:
        return
    if platform.books.rate < 0 and terms.fee_rate + FEE_STEP <= parent.fee_ceiling:
        platform.change_terms(f"the fee rises to {terms.fee_rate + FEE_STEP:.0%}", fee_rate=terms.fee_rate + FEE_STEP)
    elif losing_members and parent.cover_cut > 0:
        bands = tuple(band.model_copy(update={"cover": band.cover * (1 - parent.cover_cut)}) for band in terms.bands)
        platform.change_terms(f"cover falls by {parent.cover_cut:.0%}", bands=bands)
