"""A platform: it posts terms, divides the aid over its members, keeps its books, and goes on or comes to an end."""

import math
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from abm.clock import half_month, periods
from abm.ledger import HOUSEHOLDS, OUTSIDE, PERSONS, deposits, own, pool
from abm.money import FEN_PER_YUAN, divide, fen, yuan
from abm.persons import rules
from abm.persons.census import AID_UNIT, EXPECTED_UNIT, STATUSES, Count
from abm.persons.paying import CAPPED, COLLECTED, DEPOSITED, DRAWN, FREED, REFUNDED, RETURNED, SEIZED, SOLD
from abm.persons.situation import contribution_weight_of
from abm.persons.state import Status
from abm.platforms import board, offers, small_plans
from abm.platforms.claims import ClaimsDesk
from abm.platforms.closing import CLOSING_RULES, NO_PLAN, Closing, Stage
from abm.scenario.parents import ClosingPlan
from abm.scenario.terms import PlatformTerms

if TYPE_CHECKING:
    from abm.model import MutualAidModel


class Platform(mesa.Agent):
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
        self.books, self.valuation = board.Books(), board.ParentValuation()
        self.brand, self.marketing, self.effort, self.education = terms.brand, 1.0, terms.effort, 0.0
        self.in_custody, self.licensed, self.discloses = terms.custody, False, False
        self.small_plans = terms.small_plans.at_start if terms.small_plans else 0
        self.failing = 0.0  # part of the memberships that end because small plans fail
        self.trust_shock = 0.0  # part of trust that members lose in the next step
        self.sharing = self.contribution_weights = (
            0  # simulated members who share in this step, and their contribution_weights
        )
        self.shares: list[int] = []  # published so far, fen
        self.share = self.inside = self.left = self.complaints = self.policies_sold = 0
        self.expected_share = self.true_level = 0.0  # of members, fen; as an actuary reckons it
        self.refused_share = 0.0  # of decided cases, smoothed
        self.collected = self.ever_joined = self._funds_before = 0
        self.last_change = -offers.FOR_EVER
        self._in_force = (-1, -1)  # amendments made and the step of the last change, as printed

    @property
    def members(self) -> float:
        """Real persons inside, the waiting among them, as of the last census."""
        return self.inside * self.model.weight

    @property
    def is_new(self) -> bool:
        """Whether this is the first period of the plan."""
        return self.opened == self.model.now

    @property
    def closing_plan(self) -> ClosingPlan:
        """How the plan is wound up; who runs away bears nothing of what was promised."""
        return NO_PLAN if self.closing and self.closing.kind == "flight" else self.terms.closing

    @property
    def gross(self) -> float:
        """What members are asked for over the aid: with the fee and the levy of a guarantee fund."""
        return 1 + self.terms.fee_rate + self.model.regulator.policy.levy

    @property
    def exit_rate(self) -> float:
        """Part of the members who left or lapsed, as a rate of a month."""
        return 2 * self.left / max(1, self.inside)

    @property
    def periods_since_change(self) -> int:
        """Periods since the terms were last changed."""
        return self.model.now - self.last_change

    @property
    def paid_by_members(self) -> float:
        """Shares that those now inside have paid, fen: all collected, as if everybody had stayed as long."""
        return self.collected * self.inside / max(1, self.ever_joined)

    def post_terms(self, day: date) -> None:
        """Publish the offer of this step."""
        self._move_on(day)
        self._funds_before = self._funds()
        self.lose_trust(1 - min(1.0, self.model.case.shock("trust", day, self.name)))
        in_force = self.original_terms.amended(day), self.last_change
        if in_force != self._in_force:
            self.terms = self.original_terms.on(day, self.changes)
            offers.print_terms(self)
            self._in_force = in_force
        offers.post(self, day)
        self.brand = rules.learned(self.brand, self.terms.brand, self.model.case.mind.name_recovery)
        self.trust_shock = self.failing = 0.0

    def count_sharer(self, person: int, sign: int) -> None:
        """One more or one less of those over whom this period's aid is divided."""
        self.sharing += sign
        # Under equal division the answer is 1, and asking the compiled rule would take a hundred times longer.
        equal = self.terms.division == "equal"
        contribution_weight = (
            1
            if equal
            else int(contribution_weight_of(self.model.persons[person], self.index, person, self.model.world))
        )
        self.contribution_weights += sign * contribution_weight

    def divide_aid(self) -> None:
        """Pay the accepted, keep the fee, and publish what is left to each of those who share."""
        ledger, offer, desk = self.model.ledger, self.model.world.offers[self.index], self.desk
        desk.pay_accepted()
        amount_to_share = max(0, -ledger.balances[pool(self.name)]) if self.stage < Stage.RUN_OFF else 0
        if self.closing and self.model.now == self.closing.last and self.closing.kind != "flight":
            # The last collection has to do for the claims in hand, if nobody else pays them.
            amount_to_share += 0 if self.closing_plan.run_off_borne else desk.in_hand_capped
        self.share, _ = divide(amount_to_share, self.sharing)
        if offer["subsidised"]:
            self.move(self.share * self.sharing, own(self.name), pool(self.name), "subsidy")
        if self.inside:
            self.shares.append(self.share)
        offer["share"], offer["amount_to_share"], offer["aid_published"] = (
            self.share,
            amount_to_share,
            bool(desk.accepted),
        )
        offer["sharing"], offer["contribution_weights"] = self.sharing, self.contribution_weights
        published, now = self.model.world.published[self.index], self.model.now
        published[now + 1] = published[now] + (0 if offer["subsidised"] else self.share)

    def book_receipts(self, row: np.ndarray) -> None:
        """Take in what was collected; bear what caps kept from members. Failures are carried on."""
        cash_flows = row.tolist()
        self.move(cash_flows[COLLECTED], PERSONS, pool(self.name), "share")
        self.move(cash_flows[DEPOSITED], PERSONS, deposits(self.name), "deposit")
        self.move(cash_flows[DRAWN], deposits(self.name), pool(self.name), "drawn")
        self.move(cash_flows[REFUNDED], deposits(self.name), PERSONS, "refund")
        self.move(cash_flows[SEIZED], deposits(self.name), own(self.name), "seized")
        self.move(cash_flows[RETURNED], own(self.name), PERSONS, "returned")
        self.move(cash_flows[FREED], own(self.name), HOUSEHOLDS, "conversion")
        excess, insurer = cash_flows[CAPPED], self.model.insurer_of(self)
        if insurer is not None and self.terms.excess_borne_by == "insurer":
            excess -= insurer.bear(excess, pool(self.name), self.name)
        self.move(excess, own(self.name), pool(self.name), "annual_cap")
        if self.terms.deposit and self.stage < Stage.RUN_OFF:
            # Whose deposit is used up leaves, and there is nobody to ask for the rest: it is the platform's loss.
            self.move(
                max(0, -self.model.ledger.balances[pool(self.name)]), own(self.name), pool(self.name), "shortfall"
            )
        self.collected += cash_flows[COLLECTED] + cash_flows[DRAWN]
        self.policies_sold = cash_flows[SOLD]
        if cash_flows[SEIZED]:
            self.complaints += round(cash_flows[SEIZED] / fen(max(1.0, self.terms.deposit)))

    def earn(self, commission: int, insurer: str) -> None:
        """Commission from an insurer for policies sold to members, fen."""
        self.move(commission, insurer, own(self.name), "traffic")

    def review(self) -> None:
        """Read the books: pay for investigation and technology, take in traffic, hire against a backlog."""
        terms, desk = self.terms, self.desk
        cases = len(desk.accepted) + desk.refused
        years = max(0, half_month(self.model.day) - half_month(terms.launch)) / 24
        per_member = fen(1) * self.inside / 24
        investigation = round(cases * fen(rules.investigation_cost(self.effort, terms.case_cost)))
        self.move(investigation, own(self.name), OUTSIDE, "investigation")
        self.move(round(per_member * terms.technology_cost), own(self.name), OUTSIDE, "technology")
        self.move(round(per_member * terms.other_cost), own(self.name), OUTSIDE, "other_costs")
        if self.education and terms.parent:
            self.move(round(per_member * terms.parent.education_cost), own(self.name), OUTSIDE, "education")
        if not any(product.on_sale and product.pages for product in self.model.case.insurance.products.values()):
            traffic = per_member * terms.traffic_income * (1 - terms.traffic_decay) ** years
            self.move(round(traffic), OUTSIDE, own(self.name), "traffic")
        desk.hire()
        gained = self._funds() - self._funds_before
        self.books.enter(yuan(gained) * self.model.weight)
        if cases:
            self.refused_share = rules.learned(self.refused_share, desk.refused / cases, 1 / board.MEMORY)
        if self.stage == Stage.OPEN:
            small_plans.come_and_go(self, self.model.ledger.flows[self.name, "fee"])

    def look_ahead(self) -> None:
        """What the board sees in the plan, before any board of this step has decided."""
        self.valuation = board.value_to_parent(self)

    def decide(self) -> None:
        """Once a month the board changes what it may, and asks whether to go on."""
        if self.stage != Stage.OPEN or self.is_new or half_month(self.model.day) % 2 == 0:
            return
        board.steer(self)
        for name in self.original_terms.closing_rules:
            rule = CLOSING_RULES[name]
            reason = rule.reason(self)
            if reason is not None:
                self.announce(rule.kind, reason)
                return

    def announce(self, kind: str, reason: str) -> None:
        """Announce the end of the plan: nobody joins any more, and cover ends with the notice. Others take fright."""
        if self.stage != Stage.OPEN:
            return
        notice = 1 if kind == "flight" else max(1, periods(self.terms.closing.notice_days))
        now = self.model.now
        everywhere = sum(platform.inside for platform in self.model.platforms)
        share = self.inside / max(1, everywhere)
        self.closing = Closing(self.name, now, now + notice, kind, reason, self.members, share)
        self.stage = Stage.CLOSING
        self.model.closings.append(self.closing)
        self.model.note(self.name, f"{kind} closing", reason)
        for other in self.model.platforms:
            if other is not self:
                other.lose_trust(math.sqrt(share) * self.model.case.mind.trust_from_closing)

    def change_terms(self, words: str, **changes: Any) -> None:
        """New terms from the next step on; a change costs trust."""
        self.changes |= changes
        self.last_change = self.model.now
        self.lose_trust(self.model.case.mind.trust_from_rule_change)
        self.model.note(self.name, "new terms", words)

    def stop_being_insurance(self) -> None:
        """The regulator stops the product: it goes on as mutual aid where its terms say how, or else ends."""
        stopped = self.terms.stopped
        if stopped is None:
            self.announce("ordered", "stopped as insurance without a licence")
            return
        words = f"stopped as insurance; goes on as mutual aid, fee {stopped.fee_rate:.0%}"
        self.change_terms(words, insurer=None, fee_rate=stopped.fee_rate, annual_cap=stopped.annual_cap)

    def be_rectified(self) -> None:
        """The regulator goes through the small plans: some give up at once."""
        if self.terms.small_plans:
            small_plans.fail(self, round(self.terms.small_plans.rectified * self.small_plans))

    def lose_trust(self, part_lost: float) -> None:
        """Members will trust the plan less from the next step on, and so will newcomers, until it is forgotten."""
        self.trust_shock = rules.overlap(self.trust_shock, part_lost)
        self.brand = rules.erode_trust(self.brand, part_lost)

    def take_stock(self, tally: np.ndarray) -> None:
        """Remember from the census who is inside, who left, and who will share at the next publication."""
        self.inside = int(tally[Status.WAITING : Status.CLAIMING + 1].sum())
        if self.closing and self.closing.announced == self.model.now:
            # Who joined in this very step is counted only now.
            place = self.model.closings.index(self.closing)
            self.closing = self.model.closings[place] = replace(self.closing, members=self.members)
        self.left = int(tally[STATUSES + Status.LEFT] + tally[STATUSES + Status.LAPSED])
        self.ever_joined += int(tally[STATUSES + Status.WAITING])
        waiting = int(tally[Status.WAITING]) if self.terms.newcomers_share else 0
        self.sharing = int(tally[Status.COVERED : Status.CLAIMING + 1].sum()) + waiting
        self.contribution_weights = int(tally[Count.CONTRIBUTION_WEIGHTS])
        covered = max(1, int(tally[Count.DESCRIBED]))
        self.expected_share = float(tally[Count.EXPECTED]) / EXPECTED_UNIT / covered
        aid_a_year = FEN_PER_YUAN * float(tally[Count.AID]) / AID_UNIT / covered
        self.true_level = aid_a_year * self.gross / 24
        self.complaints = self.desk.refused

    def _move_on(self, day: date) -> None:
        """Open, end cover, and close for good when the time has come."""
        now = self.model.now
        if self.stage == Stage.COMING and day >= self.original_terms.launch:
            if self.model.regulator.policy.may_launch(self.model.regulator, self):
                self.stage = Stage.OPEN
                self.opened = self.model.now
                self.model.note(self.name, "launch", "")
        elif self.closing and self.stage == Stage.CLOSING and now > self.closing.last:
            self.stage = Stage.RUN_OFF
        elif self.closing and self.stage == Stage.RUN_OFF and not self.desk.queue:
            window = periods(self.terms.claim_days) + 1
            if now > self.closing.last + window:
                self._wind_up()

    def _funds(self) -> int:
        """The platform's own money, less what it has advanced to the pool, fen."""
        balances = self.model.ledger.balances
        return balances[own(self.name)] + min(0, balances[pool(self.name)])

    def _wind_up(self) -> None:
        """What is left in the pool is the platform's, and what is lacking too."""
        self.stage = Stage.CLOSED
        balance = self.model.ledger.balances[pool(self.name)]
        self.move(max(0, balance), pool(self.name), own(self.name), "left_over")
        self.move(max(0, -balance), own(self.name), pool(self.name), "made_up")

    def move(self, amount: int, payer: str, payee: str, purpose: str) -> None:
        """Move fen from one account to another for a purpose of this plan's business."""
        self.model.ledger.transfer(amount, payer, payee, self.name, purpose)
