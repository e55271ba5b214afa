"""A platform: it posts terms, divides the aid over its members, keeps its books, and goes on or comes to an end.

What the economics of `platforms` answers is written down here, and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.agents import news
from abm.agents.supervised import NOT_PRINTED, SupervisedAgent
from abm.clock import collection_date, half_month
from abm.ledger import OUTSIDE, own, pool, reserve
from abm.money import divide, fen, yuan
from abm.observation.events import EventKind
from abm.persons.paying import CAPPED, COLLECTED, DRAWN, SEIZED, SOLD
from abm.persons.rules import erode_trust, learned, overlap
from abm.persons.situation import contribution_weight_of
from abm.platforms import board, budget, census, duties, offers, parting, prepaid, receipts, rules
from abm.platforms.board import Books, Levers, ParentValuation, Trend
from abm.platforms.census import PlanCensus
from abm.platforms.claims import ClaimsDesk
from abm.platforms.closing import NO_PLAN, Closing, ClosingKind, Stage, announced, ground, stage_by_now, wants_to_part
from abm.platforms.small_plans import turnover
from abm.scenario.parents import ClosingPlan
from abm.scenario.terms import PlatformTerms

if TYPE_CHECKING:
    from abm.model import MutualAidModel


class Platform(SupervisedAgent):
    """A mutual-aid platform. Its money is in the model's ledger, its terms are those of the scenario until it acts."""

    model: "MutualAidModel"

    def __init__(self, model: "MutualAidModel", name: str, terms: PlatformTerms, index: int) -> None:
        super().__init__(model)
        self.name, self.original_terms, self.terms, self.index = name, terms, terms, index
        self.desk = ClaimsDesk(self)
        self.stage = Stage.COMING
        self.opened = offers.FOR_EVER  # the step of the launch
        self.closing: Closing | None = None
        self.changes: dict[str, Any] = {}  # of the terms, by the board or the regulator
        self.last_change = -offers.FOR_EVER
        self._in_force = NOT_PRINTED  # amendments made and the step of the last change, as printed
        self.books, self.trend, self.valuation, self._funds_before = Books(), Trend(), ParentValuation(), 0
        self.levers = Levers(effort=terms.effort)
        self.census, self.brand = PlanCensus(), terms.brand
        self.fined = 0  # simulated fen since the books were closed last
        self.trust_shock = 0.0  # part of trust that members lose in the next step
        self.in_custody, self.licensed, self.discloses = terms.custody, False, False
        self.small_plans = terms.small_plans.at_start if terms.small_plans else 0
        self.taken_over = -1  # the step in which a new owner took it over
        self.failing = 0.0  # part of the memberships that end because small plans fail
        self.shares: list[int] = []  # published so far, fen
        self.share = self.collected = 0  # of this step; all shares ever paid by members
        self.left_under_caps = 0  # fen that each may still be asked for the cases paid last
        self.complaints = 0.0  # of this step, simulated members
        self.policies_sold = 0  # of this step
        self.refused_share = 0.0  # of decided cases, smoothed

    @property
    def members(self) -> float:
        """Real persons inside, the waiting among them, as of the last census."""
        return self.census.inside * self.model.weight

    @property
    def is_new(self) -> bool:
        """Whether this is the first period of the plan."""
        return self.opened == self.model.now

    @property
    def closing_plan(self) -> ClosingPlan:
        """How the plan is wound up; who runs away bears nothing of what was promised."""
        return NO_PLAN if self.closing and self.closing.kind == ClosingKind.FLIGHT else self.terms.closing

    @property
    def gross(self) -> float:
        """What members are asked for over the aid: with the fee and the levy of a guarantee fund."""
        return rules.gross(self.terms.fee_rate, self.model.regulator.policy.levy)

    @property
    def periods_since_change(self) -> int:
        """Periods since the terms were last changed."""
        return self.model.now - self.last_change

    def post_terms(self, day: date) -> None:
        """Publish the offer of this step."""
        self._move_on(day)
        self._funds_before, self.fined = self._funds() + self.fined, 0
        self.lose_trust(1 - min(1.0, self.model.case.shock("trust", day, self.name)))
        for name, value in self.original_terms.new_on(day, collection_date(half_month(day) - 1)).items():
            if name in self.changes:  # of what was said, the later word counts
                words = f"amendment: {name} = {value:g} in the place of {self.changes.pop(name):g}"
                self.model.note(self.name, EventKind.NEW_TERMS, words)
        in_force = self.original_terms.amended(day), self.last_change
        if in_force != self._in_force:
            self.terms = self.original_terms.on(day, self.changes)
            offers.print_terms(self)
            self._in_force = in_force
        supervision = self.model.regulator.settings
        if self.stage == Stage.OPEN and duties.in_force(supervision.exit_plan_duty_from, day):
            duties.ask_for_an_exit_plan(self, supervision)  # before its board can end it
        offers.post(self, day)
        self.brand = learned(self.brand, self.terms.brand, self.model.case.mind.name_recovery)
        self.trust_shock = self.failing = 0.0

    def count_sharers(self, rows: np.ndarray, sign: int) -> None:
        """These persons more, or these less, of those over whom this period's aid is divided."""
        weights = rows.size
        if self.terms.division != "equal":  # under which every weight is 1
            persons, world = self.model.persons, self.model.world
            weights = sum(int(contribution_weight_of(persons[row], self.index, row, world)) for row in rows.tolist())
        self.census = self.census.with_sharers(sign * rows.size, sign * weights)

    def hear_complaints(self, members: float) -> None:
        """So many members, simulated, complain to the regulator."""
        self.complaints += members

    def divide_aid(self) -> None:
        """Pay the accepted, keep the fee, and publish what is left to each of those who share."""
        self.move(prepaid.shortfall(self, self.left_under_caps), own(self.name), pool(self.name), "shortfall")
        self.desk.pay_accepted()
        amount_to_share, sharing = self.desk.amount_to_share, self.census.sharing
        self.share, _ = divide(amount_to_share, sharing)
        self.left_under_caps = prepaid.left_under_caps(self, self.left_under_caps, self.share)
        if self.model.world.offers[self.index]["subsidised"]:
            self.move(self.share * sharing, own(self.name), pool(self.name), "subsidy")
        if self.census.inside:
            self.shares.append(self.share)
        offers.publish_share(self, self.share, amount_to_share)

    def book_receipts(self, row: np.ndarray) -> None:
        """Take in what was collected; bear what caps kept from members. Failures are carried on."""
        cash_flows = row.tolist()
        for movement in receipts.movements(cash_flows, self.name):
            self.move(*movement)
        excess, insurer = cash_flows[CAPPED], self.model.insurer_of(self)
        if insurer is not None and self.terms.excess_borne_by == "insurer":
            excess -= insurer.bear(excess, pool(self.name), self.name)
        self.move(excess, own(self.name), pool(self.name), "annual_cap")
        if self.closing and self.model.now == self.closing.last:  # no later share can make up for it
            self.move(prepaid.shortfall(self), own(self.name), pool(self.name), "shortfall")
        self.collected += cash_flows[COLLECTED] + cash_flows[DRAWN]
        self.policies_sold = cash_flows[SOLD]
        self.complaints += round(cash_flows[SEIZED] / fen(max(1.0, self.terms.mean_deposit)))

    def earn(self, commission: int, insurer: str) -> None:
        """Commission from an insurer for policies sold to members, fen."""
        self.move(commission, insurer, own(self.name), "traffic")

    def review(self) -> None:
        """Read the books: pay for investigation and technology, take in what is sold, hire against a backlog."""
        for purpose, cost in budget.costs(self).items():
            self.move(cost, own(self.name), OUTSIDE, purpose)
        for purpose, income in budget.incomes(self).items():
            self.move(income, OUTSIDE, own(self.name), purpose)
        for movement in duties.reserve_movements(self):
            self.move(*movement)
        self.desk.hire()
        self.books.enter(yuan(self._funds() - self._funds_before) * self.model.weight)
        self.trend.enter(*board.seen(self))
        if cases := self.desk.decided:
            self.refused_share = learned(self.refused_share, self.desk.refused / cases, 1 / board.MEMORY)
        if self.stage == Stage.OPEN:
            failing, founded = turnover(self, self.model.ledger.flows[self.name, "fee"])
            self._lose_small_plans(failing)
            self.small_plans += founded

    @property
    def board_meets(self) -> bool:
        """Whether the board meets in this step: once a month while the plan is open, after its first period."""
        return self.stage == Stage.OPEN and not self.is_new and half_month(self.model.day) % 2 == 1

    def look_ahead(self) -> None:
        """What the board sees in the plan, before any board of this step has decided."""
        if self.board_meets:
            self.valuation = board.value_to_parent(self)

    def decide(self) -> None:
        """Once a month the board changes what it may, and asks whether to go on."""
        if not self.board_meets:
            return
        decision = board.steer(self)
        self.levers = decision.levers
        if decision.changes:
            self.change_terms(decision.words, decision.changes)
        grounds = ground(self)
        if grounds is not None:
            self.announce(*grounds)
        elif (words := wants_to_part(self)) is not None:
            self.spin_off(words)

    def spin_off(self, words: str) -> None:
        """The parent parts with the plan, and a new owner goes on with it; or nobody takes it, and it is closed."""
        self.move(parting.cost_of_parting(self), own(self.name), OUTSIDE, "parting")
        if parting.parting_fails(self):
            self.announce(ClosingKind.ACTIVE, f"nobody took the plan over; {words}")
            return
        self.books, self.taken_over = Books(), self.model.now  # the losses of the parent are not the new owner's
        self.change_terms(words, parting.terms_of_new_owner(self.terms), EventKind.SPUN_OFF)

    def announce(self, kind: ClosingKind, reason: str, event: EventKind = EventKind.CLOSING) -> None:
        """Announce the end of the plan: nobody joins any more, and cover ends with the notice. Others take fright."""
        if self.stage != Stage.OPEN:
            return
        everywhere = sum(platform.census.inside for platform in self.model.platforms)
        self.closing = announced(self, ClosingKind(kind), reason, everywhere)
        self.stage = Stage.CLOSING
        self.model.list_closing(self.closing)
        if self.closing_plan.given_to_all:
            self.model.insurer_for(self.closing_plan.conversion_product)
        self.model.note(self.name, event, reason, f"{self.closing.kind} closing")
        news.tell_of_closing(self)

    def change_terms(self, words: str, changes: Mapping[str, Any], event: EventKind = EventKind.NEW_TERMS) -> None:
        """New terms from the next step on; a change costs trust."""
        self.changes |= changes
        self.last_change = self.model.now
        self.lose_trust(self.model.case.mind.trust_from_rule_change)
        self.model.note(self.name, event, words, event if event == EventKind.SPUN_OFF else EventKind.NEW_TERMS)

    def stop_being_insurance(self) -> None:
        """The regulator stops the product; where it goes on as mutual aid, plans of the same owner feel it."""
        goes_on = self.terms.stopped is not None
        super().stop_being_insurance()
        if goes_on:
            news.tell_of_stop(self)

    def start_from_terms(self, name: str) -> None:
        """Take effort, custody or brand from the terms again, whatever it has become since the launch."""
        value = getattr(self.original_terms, name)
        if name == "effort":
            self.levers = replace(self.levers, effort=value)
        else:
            setattr(self, {"custody": "in_custody", "brand": "brand"}[name], value)

    def lose_trust(self, part_lost: float) -> None:
        """Members will trust the plan less from the next step on, and so will newcomers, until it is forgotten."""
        self.trust_shock = overlap(self.trust_shock, part_lost)
        self.brand = erode_trust(self.brand, part_lost)

    def take_stock(self, tally: Sequence[int] | np.ndarray) -> None:
        """Remember from the census who is inside, who left, and who will share at the next publication."""
        self.census = census.read(tally, self)
        if self.closing and self.closing.announced == self.model.now:
            # Who joined in this very step is counted only now.
            self.closing = replace(self.closing, members=self.members)
            self.model.list_closing(self.closing)
        self.complaints = self.desk.refused / self.model.heads

    def _move_on(self, day: date) -> None:
        """Open, end cover, and close for good when the time has come."""
        if self.stage == Stage.COMING and day >= self.original_terms.launch:
            if self.model.regulator.policy.may_launch(self.model.regulator, self):
                self.stage = Stage.OPEN
                self.opened = self.model.now
                self.model.note(self.name, EventKind.LAUNCH)
        elif (stage := stage_by_now(self)) != self.stage:
            self.stage = stage
            if stage == Stage.CLOSED:
                self._wind_up()

    def _funds(self) -> int:
        """The platform's own money, with its reserve, less what it has advanced to the pool, fen."""
        balances = self.model.ledger.balances
        return balances[own(self.name)] + balances[reserve(self.name)] + min(0, balances[pool(self.name)])

    def _wind_up(self) -> None:
        """What is left in the pool is the platform's, and what is lacking too."""
        balance = self.model.ledger.balances[pool(self.name)]
        self.move(max(0, balance), pool(self.name), own(self.name), "left_over")
        self.move(max(0, -balance), own(self.name), pool(self.name), "made_up")
        for movement in duties.reserve_left(self):
            self.move(*movement)

    def move(self, amount: int, payer: str, payee: str, purpose: str) -> None:
        """Move fen from one account to another for a purpose of this plan's business."""
        self.model.ledger.transfer(amount, payer, payee, self.name, purpose)
