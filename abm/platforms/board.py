"""How the parent of a plan reads its books, what it sees in the plan, and what it would change. Nothing is written."""

import functools
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from abm.clock import PERIODS_PER_YEAR, half_month, periods
from abm.ledger import reserve
from abm.money import FEN_PER_YUAN, fen
from abm.platforms import owners, remedies, rivals, rules
from abm.platforms.awareness import claim_awareness
from abm.platforms.closing import ClosingKind, periods_of_cover, recent_closures
from abm.platforms.parting import worth_of_parting
from abm.platforms.plan import Plan

MEMORY = 12  # periods over which the books are smoothed
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


@dataclass
class Trend:
    """Real members of a plan, and the aid that an actuary expects of them all in a period: from a year ago till now.

    And who left, over the periods for which the books are smoothed.
    """

    members: deque[float] = field(default_factory=lambda: deque(maxlen=PERIODS_PER_YEAR + 1))
    aid: deque[float] = field(default_factory=lambda: deque(maxlen=PERIODS_PER_YEAR + 1))
    left: deque[float] = field(default_factory=lambda: deque(maxlen=MEMORY))

    def enter(self, members: float, aid: float, left: float = 0.0) -> None:
        """Note what there is in this half-month, and how many left."""
        self.members.append(members)
        self.aid.append(aid)
        self.left.append(left)

    @property
    def exits_a_year(self) -> float:
        """Exits over members, as a rate of a year."""
        members = sum(list(self.members)[-len(self.left) :]) if self.left else 0.0
        return PERIODS_PER_YEAR * sum(self.left) / members if members else 0.0

    @property
    def years(self) -> float:
        """Years between the first and the last of these."""
        return max(0, len(self.members) - 1) / PERIODS_PER_YEAR


@dataclass(frozen=True)
class ParentValuation:
    """What a parent sees in a plan, real yuan: going on for as long as it looks ahead, and closing now."""

    going_on: float = 0.0
    closing: float = 0.0
    later: float = 0.0  # what closing after that time is expected to cost; going on is worth so much less
    parting: float | None = None  # with the plan, where that is considered


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


def years_of_wear(plan: Plan) -> float:
    """Years for which traffic and the worth of customers have been wearing out.

    From the launch of the plan; or, where the terms say so, from a day that is the same for all (mechanism B10): then
    a plan of 2016 and one of 2019 have the same to lose in the same year.
    """
    if not plan.terms.wear_by_calendar:
        return years_since_launch(plan)
    return max(0, half_month(plan.model.day) - half_month(plan.terms.wear_from)) / PERIODS_PER_YEAR


def value_to_parent(plan: Plan) -> ParentValuation:
    """Books, customers and regulatory cost over the parent's horizon, against the bill and the stigma of closing.

    With the horizon H, the surplus s of a year, N members, the worth c of a customer, the regulatory cost r, the bill
    B and the stigma n of a member, now and at the end of the horizon, and the chance p of closing then::

        going on = H (s + N (c - r)) - p (B(H) + n(H) N(H))
        closing  = -(B(0) + n(0) N(0))

    Who goes on keeps the option to close later, at the cost of that day (abandonment in Dixit and Pindyck 1994). At
    p = 1 the board looks one stage ahead: it closes when what the horizon brings in is less than what it adds to the
    cost of closing. That is optimal wherever it stays so once it is so (monotone stopping, Ross 1983). At p = 0 the
    plan could be kept for ever by waiting. Nothing is discounted. A third way is in `parting`.
    """
    parent, model = plan.terms.parent, plan.model
    if parent is None:
        return ParentValuation()
    unworn = parent.customer_value * rules.not_yet_insured(parent.saturation, plan.census.insured)
    customer = rules.decayed(unworn, parent.value_decay, years_of_wear(plan))
    soon = parent.listing and 0 <= half_month(parent.listing) - half_month(model.day) <= PERIODS_PER_YEAR
    regulatory = rules.regulatory_cost(
        parent.regulatory_cost,
        model.regulator.sternness(plan),
        model.case.shock("regulatory_cost", model.day, plan.name),
        parent.listing_weight if soon else 1.0,
    )
    if height := model.regulator.settings.platform_rules_cost:
        regulatory += rules.cost_from_outside(parent.regulatory_cost, height, weight_of_platform_rules(plan))
    later = parent.closing_later * cost_of_closing_later(plan, parent.horizon) if parent.closing_later else 0.0
    regulatory *= owners.exposure(plan)
    going_on = rules.worth_of_going_on(parent.horizon, plan.books.rate, plan.members, customer, regulatory, later)
    closing, parting, spin_off = -closing_bill(plan) - loss_of_name(plan, plan.members), None, parent.spin_off
    if spin_off.considered:
        cost, name = spin_off.cost * plan.members, spin_off.stigma * loss_of_name(plan, plan.members)
        parting = worth_of_parting(cost, name, spin_off.failure, closing)
    return ParentValuation(going_on, closing, later, parting)


def loss_of_name(plan: Plan, members: float, years: float = 0.0) -> float:
    """Good name that closing costs the parent, real yuan: now, or in some years, with so many real members then.

    It grows with the size of the plan (mechanism B12) and is less in a wave of closings elsewhere (mechanism B5), of
    which only those count that will not have been forgotten; and less again where a plan of the same owner has ended.
    """
    parent, model = plan.terms.parent, plan.model
    if parent is None:
        return 0.0
    wave = recent_closures(model.closings, model.now + round(years * PERIODS_PER_YEAR), plan.name)
    alone = rules.at_size(parent.stigma, members, parent.stigma_members, parent.stigma_elasticity)
    return rules.stigma(alone, parent.stigma_relief, wave) * members * owners.name_left(plan)


def aid_expected(plan: Plan, members: int) -> float:
    """Aid that an actuary expects of so many members in a period, simulated fen.

    It follows from who is a member, and not from the few cases that happened to be simulated lately; and from how many
    of the ill think of their claim by now.
    """
    return plan.census.true_level / plan.gross * members * claim_awareness(plan, ending=False)


def seen(plan: Plan) -> tuple[float, float, float]:
    """What a board notes for its trend: real members, the aid expected of them all, and how many left in the step."""
    return plan.members, aid_expected(plan, plan.census.inside), plan.census.left * plan.model.weight


def weight_of_platform_rules(plan: Plan) -> float:
    """How far the news of rules for platform companies weighs by now, from 0 to 1: the mean over all such news."""
    settings, now = plan.model.regulator.settings, half_month(plan.model.day)
    days, months = settings.platform_rules, settings.platform_rules_months
    return sum(rules.phased_in(now - half_month(day), months) for day in days) / max(1, len(days))


def closing_bill(plan: Plan) -> float:
    """What closing would cost, real yuan: last shares and run-off where the platform bears them, shares given back."""
    census = plan.census
    paid = rules.paid_by_members(plan.collected, census.inside, census.ever_joined)
    return _bill(plan, census.inside, aid_expected(plan, census.sharing), plan.desk.in_hand, paid)


def cost_of_closing_later(plan: Plan, years: float) -> float:
    """What closing is expected to cost in some years, real yuan: the bill and the loss of name of that day.

    The board carries on what it can see: members, and the aid expected of all of them, the waiting too, as they
    changed in the last year; claims in hand in proportion to the aid; and the shares that will have been paid until
    then, where they are given back. It carries a change on for a year at most, and no longer than it has seen it; what
    it saw in a part of a year it believes in that part. So the credibility of its record is in proportion to the time
    and whole after a year; that of actuaries, P / (P + K) for an exposure P, is never whole (Whitney 1918).
    """
    census, trend = plan.census, plan.trend
    seen = min(1.0, years, trend.years, years_since_launch(plan))
    aid_now = aid_expected(plan, census.inside)
    aid = rules.carried_on(aid_now, trend.aid[0], seen)
    members = rules.carried_on(plan.members, trend.members[0], seen)
    in_hand = plan.desk.in_hand * (aid / aid_now if aid_now else 1.0)
    paid = rules.paid_by_members(plan.collected, census.inside, census.ever_joined)
    paid *= min(1.0, members / plan.members) if plan.members else 1.0  # of those who have left nothing is given back
    paid += years * PERIODS_PER_YEAR * plan.gross * (aid_now + aid) / 2
    return _bill(plan, members / plan.model.weight, aid, in_hand, paid) + loss_of_name(plan, members, years)


def _bill(plan: Plan, members: float, aid: float, in_hand: float, paid: float) -> float:
    """The bill of closing, real yuan; `members` then, and simulated fen of aid a period, claims in hand, shares paid.

    The end itself makes more of the ill think of a claim, of those found lately and of those found during the notice.
    As much as is in hand now will be when the notice ends; where no run-off is borne, the last shares pay for it, or
    for a part of it. Insurance that is given to all is reckoned for everybody inside, and no membership as ending
    before the last day: who waits has none, and years of their own end earlier, so that the bill is rather too high.
    """
    promised, health = plan.terms.closing, plan.model.case.health
    aware, then = (claim_awareness(plan, ending) for ending in (False, True))
    only_then = aid * (then / aware - 1) if aware else 0.0
    window, notice = periods(plan.terms.claim_days), periods_of_cover(ClosingKind.ACTIVE, promised)
    known, found_then = _claims_to_come(health.filing_chance, window, notice)
    in_notice, after = (aid * each + only_then * other for each, other in zip(known, found_then, strict=True))
    bill = promised.shares_refunded * paid if promised.gifts_foreseen else 0.0
    if promised.last_shares_borne or promised.run_off_borne:
        bill += in_hand if promised.run_off_borne else promised.last_claims_shared * in_hand
    if promised.last_shares_borne:
        bill += in_notice
    # What is put aside is lost to the platform as far as it pays claims that nobody bears.
    put_aside = plan.model.ledger.balances[reserve(plan.name)]
    unborne = after + (1 - promised.last_claims_shared) * in_hand
    bill += after if promised.run_off_borne else min(put_aside, unborne)
    if promised.given_to_all and promised.gifts_foreseen:
        product = plan.model.case.insurance.products[promised.conversion_product]
        bill += fen(product.premium or 0.0) * members * promised.conversion_months / 12
    return bill * plan.model.weight / FEN_PER_YUAN


@functools.cache
def _claims_to_come(chance: float, window: int, notice: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """What comes in the notice and after it: of one claim a period that is known, and of one thought of only then."""
    known = rules.claims_to_come(1.0, 0.0, chance, window, notice)
    return known, rules.claims_to_come(0.0, 1.0, chance, window, notice)


def steer(plan: Plan) -> BoardDecision:
    """Once a month: marketing, the effort of investigation, the fee, cover and education, by the parent's rules.

    A change of the published terms costs trust, so that they change at most once a year. A programme of
    education goes on once it has begun, unless the board weighs it anew, see `remedies`. Marketing asks whether the
    plan pays from year to year, whatever its end costs.
    """
    parent, terms, census = plan.terms.parent, plan.terms, plan.census
    if parent is None:
        return BoardDecision(plan.levers)
    losing_members = rules.monthly_exit_rate(census.left, census.inside) > parent.tolerated_loss
    pays = plan.valuation.going_on + plan.valuation.later >= 0
    effort, education = plan.levers.effort, plan.levers.education
    if plan.refused_share > parent.complaint_tolerance:
        effort = max(0.0, effort - parent.effort_response)
    elif sum(plan.shares[-LATELY:]) > RISE * LATELY * census.expected_share > 0:
        effort = min(1.0, effort + parent.effort_response)
    weighs = parent.remedies.considered
    if weighs:
        education = remedies.lessons(plan, parent, losing_members)
    elif losing_members:
        education = parent.education
    marketing = min(1.0, plan.levers.marketing * (2.0 if pays else parent.marketing_response))
    decision = BoardDecision(Levers(marketing, effort, education))
    if plan.periods_since_change < PERIODS_PER_YEAR:
        return decision
    fee_rate = terms.fee_rate + FEE_STEP
    if plan.books.rate < 0 and fee_rate <= parent.fee_ceiling:
        return replace(decision, changes={"fee_rate": fee_rate}, words=f"the fee rises to {fee_rate:.0%}")
    if losing_members and weighs and (remedy := remedies.milder_terms(plan, parent)).changes:
        return replace(decision, changes=remedy.changes, words=remedy.words)
    if losing_members and parent.cover_cut > 0:
        bands = tuple(band.model_copy(update={"cover": band.cover * (1 - parent.cover_cut)}) for band in terms.bands)
        return replace(decision, changes={"bands": bands}, words=f"cover falls by {parent.cover_cut:.0%}")
    changes, words = rivals.answer(plan, parent)
    return replace(decision, changes=changes, words=words)
