"""The claims desk of a platform: it takes in claims, investigates as many as it can, and says what is paid.

Claims are rows of `persons.cases.CASE`. Each stands for `case_weight` real cases: for one, where fellows fall ill one
by one. Aid, fee and levy are worked out in real fen, claim by claim, and booked in simulated ones by `money.Carried`.
"""

import math

import numpy as np

from abm.errors import ModelError
from abm.ledger import FUND, PERSONS, own, pool, reserve
from abm.money import FEN_PER_YUAN, Carried, spell
from abm.persons.cases import NO_CASES, by_delay, chosen, joined, require_memory
from abm.persons.state import MOST_FEN, Status
from abm.platforms import rules
from abm.platforms.awareness import HeldBack
from abm.platforms.closing import ClosingKind, Stage
from abm.platforms.plan import Plan
from abm.platforms.verdicts import decide

NO_AMOUNTS = np.zeros(0, np.int64)
MOST_CAPACITY = 1e12  # cases a period; while nothing is decided, as in a lockdown, hiring would go on without end


class ClaimsDesk:
    """Claims in hand, and the capacity to decide them."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.model = plan, plan.model
        self.papers: dict[int, list[np.ndarray]] = {}  # not complete yet: claims of fellows, by the step of filing
        self.held_back = HeldBack()  # not thought of yet
        self.queue = NO_CASES  # filed, the oldest first
        # Real cases a period: at least one claim, or samples without fellows would see the first decided late.
        self.capacity = max(plan.terms.capacity, self.case_weight)
        self._unused = 0.0  # part of a claim that capacity left over
        self.booked = Carried(self.model.heads)
        self.mild_covers = [(0, plan.terms.mild_cover)]  # aid for mild cases, yuan, by the step from which on it holds
        self.accepted = NO_CASES  # in this step, and what each is paid, real fen
        self.amounts = NO_AMOUNTS
        self.filed = self.refused = 0  # in this step

    @property
    def case_weight(self) -> float:
        """Real cases that a claim stands for."""
        return self.model.weight / self.model.heads

    @property
    def waiting(self) -> float:
        """Real cases that wait for a decision."""
        return self.queue.size * self.case_weight

    @property
    def decided(self) -> int:
        """Claims paid or refused in this step."""
        return self.accepted.size + self.refused

    def receive(self, cases: np.ndarray) -> None:
        """Take in new cases; those whose papers are complete are filed. An accident's cover begins with its claim."""
        self._note_terms()
        for delay, some in enumerate(by_delay(self._thought_of(cases), self.model.now)):
            self.papers.setdefault(self.model.now + delay, []).append(some)
        filed = joined(NO_CASES, *self.papers.pop(self.model.now, []))
        if self.model.heads > 1:  # or rows, which are sorted by city and age, would be decided in that order
            filed = chosen(filed, np.argsort(filed["lot"], kind="stable"))
        self.filed = filed.size
        require_memory(self.queue.size + filed.size)
        if not filed.size:
            return
        self.queue = joined(self.queue, filed)
        rows, slots = _own(filed)
        memberships, now = self.model.memberships, self.model.now
        at_once = memberships["joined"][rows, slots] == memberships["since"][rows, slots]
        memberships["since"][rows[at_once], slots[at_once]] = now
        if not self.plan.terms.newcomers_share:  # who shares while waiting is counted already
            self.plan.count_sharers(rows[at_once], 1)
        memberships["status"][rows, slots] = Status.CLAIMING

    def _thought_of(self, cases: np.ndarray) -> np.ndarray:
        """Of new cases and of those held back, the ones that are thought of by now; the others wait (mechanism A19)."""
        held_back, offer = self.held_back, self.model.world.offers[self.plan.index]
        awareness, window = float(offer["claim_awareness"]), int(offer["claim_window"])
        if not held_back.cases.size and (awareness >= 1.0 or not cases.size):
            return cases
        thought_of = held_back.come_forward(awareness, self.model.now, window, self.model.memberships)
        unaware = cases["unaware"] > 0
        held_back.hold(chosen(cases, unaware), self.model.seed)
        return joined(thought_of, chosen(cases, ~unaware))

    def _note_terms(self) -> None:
        """Remember the step from which on the terms in force hold: aid is that of the day of the diagnosis."""
        cover = self.plan.terms.mild_cover
        if self.mild_covers[-1][1] != cover:
            self.mild_covers.append((self.model.now, cover))

    def investigate(self) -> None:
        """Decide as many claims as there is capacity for, the oldest first; the rest wait."""
        plan, model = self.plan, self.model
        work = self.capacity * model.case.shock("investigation", model.day, plan.name)
        work = work / self.case_weight + self._unused
        decisions = min(self.queue.size, int(work))
        self._unused = work - math.floor(work)
        if not decisions:
            self.accepted, self.amounts, self.refused = NO_CASES, NO_AMOUNTS, 0
            return
        decided, self.queue = self.queue[:decisions], self.queue[decisions:]
        plan.count_sharers(_own(decided)[0], -1)
        terms, effort = plan.terms, plan.levers.effort
        detection, wrong_refusal = (rules.detection_chance(effort, at) for at in (terms.detection, terms.wrong_refusal))
        valid = decide(decided, model.seed, model.now, detection, wrong_refusal, terms.overturning)
        self.accepted = chosen(decided, valid)
        self.amounts, self.refused = self.aid(self.accepted), decisions - self.accepted.size
        self._end(chosen(decided, ~valid), Status.REFUSED)

    def pay_accepted(self) -> None:
        """Pay what was accepted, with fee and levy; in a run-off that nobody bears, in part."""
        if not self.accepted.size:
            return
        plan = self.plan
        running_off = plan.stage >= Stage.RUN_OFF
        aid = self.amounts
        if plan.terms.excess_borne_by == "claimant" and not running_off:
            aid = np.minimum(aid, int(self.most_for_a_case / plan.gross))
        amounts = self._run_off(aid) if running_off else aid
        self._hand_out(amounts)
        if not running_off:
            self._charge(aid)
        paid = amounts > 0
        self._end(chosen(self.accepted, ~paid), Status.REFUSED)  # who gets nothing is counted as refused
        self.refused += int((~paid).sum())
        self.accepted, self.amounts = chosen(self.accepted, paid), amounts[paid]
        self._end(self.accepted, Status.AIDED)

    def _run_off(self, aid: np.ndarray) -> np.ndarray:
        """What is paid of claims, fen, when nothing is collected any more: all, by the platform; or what is left."""
        plan, heads = self.plan, self.model.heads
        if plan.closing_plan.run_off_borne:
            plan.move(self.booked.of("run_off", int(aid.sum())), own(plan.name), pool(plan.name), "run_off")
            return aid
        balances = self.model.ledger.balances
        left, owed = max(0, balances[pool(plan.name)]) * heads, int(aid.sum()) + int(self.aid(self.queue).sum())
        amounts = (aid * (rules.paid_part(left, owed) if aid.size else 1.0)).astype(np.int64)
        if in_reserve := int(balances[reserve(plan.name)] * heads):
            put_aside = np.diff(np.minimum((aid - amounts).cumsum(), in_reserve), prepend=0)
            due = self.booked.of("reserve_paid", int(put_aside.sum()))
            ledger, the_pool = self.model.ledger, pool(plan.name)
            ledger.pay_as_far(due, reserve(plan.name), the_pool, plan.name, "reserve_paid")
            amounts += put_aside
        in_the_fund = int(max(0, balances[FUND]) * heads)
        granted = np.diff(np.minimum((aid - amounts).cumsum(), in_the_fund), prepend=0)
        self.model.regulator.guarantee(self.booked.of("guarantee", int(granted.sum())), pool(plan.name), plan.name)
        amounts += granted
        in_part = (amounts > 0) & (amounts < aid)
        plan.hear_complaints(int(in_part.sum()) / heads)
        return amounts

    def _hand_out(self, amounts: np.ndarray) -> None:
        """Pay the accepted: the pool gives, what a row's people got per head is noted, and a person's own aid."""
        plan, model, cases = self.plan, self.model, self.accepted
        simulated, rows = self.booked.of_each("aid", amounts), cases["person"].astype(np.int64)
        self._require_counted(rows, simulated)
        np.add.at(model.aid_per_head, rows, simulated.astype(np.int32))
        theirs = cases["number"] == 0
        # Each person has one claim here.
        model.persons["received"][cases["person"][theirs]] += amounts[theirs].astype(np.int32)
        plan.move(int(simulated.sum()), pool(plan.name), PERSONS, "aid")

    def _require_counted(self, rows: np.ndarray, aid: np.ndarray) -> None:
        """Raise `ModelError` where aid, simulated fen of some rows, comes to more than can be counted for a head."""
        before = self.model.aid_per_head
        if int(before[rows].max(initial=0)) + aid.size * int(aid.max(initial=0)) <= MOST_FEN:
            return  # whoever gets it
        each, places = np.unique(rows, return_inverse=True)
        if (before[each] + np.bincount(places, aid)).max() > MOST_FEN:
            raise ModelError(
                f"platform.{self.plan.name}: aid comes to more than {spell(MOST_FEN)} a head, the most that is counted;"
                " lower covers or health.incidence_level"
            )

    def _charge(self, aid: np.ndarray) -> None:
        """Fee and levy on aid, and what of the whole is above the cap of a case, which the platform bears."""
        plan, levy_rate = self.plan, self.model.regulator.policy.levy
        the_pool, the_platform = pool(plan.name), own(plan.name)
        fee, levy = (np.rint(aid * rate) for rate in (plan.terms.fee_rate, levy_rate))
        above = np.maximum(0, aid + fee + levy - self.most_for_a_case)
        plan.move(self.booked.of("fee", int(fee.sum())), the_pool, the_platform, "fee")
        plan.move(self.booked.of("levy", int(levy.sum())), the_pool, FUND, "levy")
        plan.move(self.booked.of("case_cap", int(above.sum())), the_platform, the_pool, "case_cap")

    def _end(self, cases: np.ndarray, status: Status) -> None:
        """The memberships of claimants end, with aid or without; those of fellows go on with the row's."""
        rows, slots = _own(cases)
        self.model.memberships["status"][rows, slots] = status
        self.model.memberships["since"][rows, slots] = self.model.now

    def hire(self) -> None:
        """Grow by what the terms allow when the backlog is long."""
        terms = self.plan.terms
        if self.waiting > terms.longest_wait * self.capacity:
            self.capacity = min(MOST_CAPACITY, self.capacity * (1 + terms.hiring))

    def take_over(self, cases: np.ndarray) -> None:
        """Go on with the claims of a desk that stopped after this step: those filed, in order, and those to come."""
        unaware = cases["unaware"] > 0
        self.held_back = HeldBack()
        self.held_back.hold(chosen(cases, unaware), self.model.seed)
        cases = chosen(cases, ~unaware)
        filed = cases["due"] <= self.model.now
        self.queue = chosen(cases, filed)
        for delay, some in enumerate(by_delay(chosen(cases, ~filed), self.model.now)):
            self.papers[self.model.now + delay] = [some]

    @property
    def cases(self) -> np.ndarray:
        """All claims in hand or to come, as `take_over` takes them."""
        papers = (some for step in sorted(self.papers) for some in self.papers[step])
        return joined(self.queue, *papers, self.held_back.cases)

    def start_from_terms(self) -> None:
        """Take the capacity from the terms of the scenario again."""
        self.capacity = max(self.plan.original_terms.capacity, self.case_weight)

    @property
    def amount_to_share(self) -> int:
        """What members are asked for in this step, simulated fen: what the pool lacks, until the plan is in run-off."""
        plan = self.plan
        if plan.stage >= Stage.RUN_OFF:
            return 0
        lacking = max(0, -self.model.ledger.balances[pool(plan.name)])
        if plan.closing and plan.closing.kind != ClosingKind.FLIGHT and self.model.now == plan.closing.last:
            # The last collection has to do for the claims in hand, if nobody else pays them.
            capped = np.minimum(self.aid(self.queue), self.most_for_a_case)
            shared = 0.0 if plan.closing_plan.run_off_borne else plan.closing_plan.last_claims_shared
            lacking += math.ceil(shared * int(capped.sum()) / self.model.heads)
        return lacking

    @property
    def in_hand(self) -> float:
        """Aid that all undecided claims would bring, simulated fen."""
        return int(self.aid(self.queue).sum()) / self.model.heads

    @property
    def most_for_a_case(self) -> int:
        """What the cap of a case lets all who share pay for one, fen."""
        plan = self.plan
        return rules.case_limit(plan.terms.case_cap, plan.census.sharing, self.model.weight)

    def aid(self, cases: np.ndarray) -> np.ndarray:
        """Aid for each case if it is accepted, real fen: by age at diagnosis, less for a mild case."""
        cover = self.model.world.covers[self.plan.index][cases["age"]].astype(np.float64)
        less = np.where(cases["mild"], np.minimum(cover, self.mild_cover(cases["found"])), cover)
        fen: np.ndarray = np.rint(less * FEN_PER_YUAN).astype(np.int64)
        return fen

    def mild_cover(self, found: np.ndarray) -> np.ndarray:
        """Aid for mild cases, yuan, by the terms that were in force in the steps `found` of the diagnoses.

        An amendment changes nothing for earlier cases, and neither does a decision of board or regulator.
        """
        steps, covers = (np.array(each) for each in zip(*self.mild_covers, strict=True))
        in_force: np.ndarray = covers[np.searchsorted(steps, found, side="right") - 1]
        return in_force

    def paid_to(self, person: int, slot: int) -> int:
        """What a person's own claim was paid in this step, fen; 0 where none was accepted."""
        theirs = (self.accepted["number"] == 0) & (self.accepted["person"] == person) & (self.accepted["slot"] == slot)
        return int(self.amounts[theirs].sum())


def _own(cases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and slots of the claims that persons made for themselves, and not their fellows."""
    theirs = cases["number"] == 0
    return cases["person"][theirs].astype(np.int64), cases["slot"][theirs].astype(np.int64)
