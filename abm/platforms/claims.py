"""The claims desk of a platform: it takes in claims, investigates as many as it can, and says what is paid."""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.ledger import FUND, PERSONS, own, pool
from abm.money import fen, part
from abm.persons.state import Status
from abm.platforms import rules
from abm.platforms.closing import ClosingKind, Stage
from abm.platforms.plan import Plan
from abm.scenario.terms import OLDEST


@dataclass(frozen=True)
class Claim:
    """A claim in hand: whose, and from which membership slot."""

    person: int
    slot: int


class ClaimsDesk:
    """Claims in hand, and the capacity to decide them."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.model = plan, plan.model
        self.queue: deque[Claim] = deque()
        # Real cases a period: at least one simulated case, or small samples would see the first claims decided late.
        self.capacity = max(plan.terms.capacity, self.model.weight)
        self._unused = 0.0  # part of a simulated case that capacity left over
        self.accepted: list[tuple[Claim, int]] = []  # in this step, with the aid
        self.refused = 0  # in this step

    def receive(self, filed: np.ndarray) -> None:
        """Take in claims just filed, rows of (person, slot). An accident's cover begins with its claim."""
        for person, slot in filed.tolist():
            m = self.model.memberships[person, slot]
            if m["joined"] == m["since"]:
                m["since"] = self.model.now
                if not self.plan.terms.newcomers_share:  # who shares while waiting is counted already
                    self.plan.count_sharer(person, 1)
            m["status"] = Status.CLAIMING
            self.queue.append(Claim(person, slot))

    def investigate(self) -> None:
        """Decide as many claims as there is capacity for, the oldest first; the rest wait."""
        self.accepted, self.refused = [], 0
        work = self.capacity * self.model.case.shock("investigation", self.model.day, self.plan.name)
        work = work / self.model.weight + self._unused
        decisions = min(len(self.queue), int(work))
        self._unused = work - math.floor(work)
        for _ in range(decisions):
            claim = self.queue.popleft()
            self.plan.count_sharer(claim.person, -1)
            if self._accepts(claim):
                self.accepted.append((claim, self.aid(claim)))
            else:
                self.refused += 1
                self.end_claim(claim, Status.REFUSED)

    def pay_accepted(self) -> None:
        """Pay what was accepted, with fee and levy; in a run-off that nobody bears, in part."""
        plan, regulator = self.plan, self.model.regulator
        the_pool, the_platform = pool(plan.name), own(plan.name)
        running_off = plan.stage >= Stage.RUN_OFF
        borne = plan.closing_plan.run_off_borne
        owed = sum(aid for _, aid in self.accepted)
        left = max(0, self.model.ledger.balances[the_pool])
        paid_part = rules.paid_part(left, owed + self.in_hand) if running_off and not borne and owed else 1.0
        paid: list[tuple[Claim, int]] = []
        for claim, aid in self.accepted:
            most = self.most_for_a_case
            if plan.terms.excess_borne_by == "claimant" and not running_off:
                aid = min(aid, int(most / plan.gross))
            amount = int(aid * paid_part)
            if running_off and borne:
                plan.move(aid, the_platform, the_pool, "run_off")
            elif amount < aid:
                amount += regulator.guarantee(aid - amount, the_pool, plan.name)
                if 0 < amount < aid:  # who gets nothing is counted as refused
                    plan.hear_complaint()
            self.model.persons[claim.person]["received"] += amount
            self.end_claim(claim, Status.AIDED if amount else Status.REFUSED)
            plan.move(amount, the_pool, PERSONS, "aid")
            if amount:
                paid.append((claim, amount))
            self.refused += not amount
            if running_off:
                continue
            fee, levy = part(aid, plan.terms.fee_rate), part(aid, regulator.policy.levy)
            plan.move(fee, the_pool, the_platform, "fee")
            plan.move(levy, the_pool, FUND, "levy")
            plan.move(max(0, aid + fee + levy - most), the_platform, the_pool, "case_cap")
        self.accepted = paid

    def end_claim(self, claim: Claim, status: Status) -> None:
        """The claimant's membership ends, with aid or without."""
        m = self.model.memberships[claim.person, claim.slot]
        m["status"], m["since"] = status, self.model.now

    def hire(self) -> None:
        """Grow by what the terms allow when the backlog is long."""
        terms = self.plan.terms
        if len(self.queue) * self.model.weight > terms.longest_wait * self.capacity:
            self.capacity *= 1 + terms.hiring

    @property
    def amount_to_share(self) -> int:
        """What members are asked for in this step, fen: what the pool lacks, until the plan is in run-off."""
        plan = self.plan
        if plan.stage >= Stage.RUN_OFF:
            return 0
        lacking = max(0, -self.model.ledger.balances[pool(plan.name)])
        if plan.closing and plan.closing.kind != ClosingKind.FLIGHT and self.model.now == plan.closing.last:
            # The last collection has to do for the claims in hand, if nobody else pays them.
            lacking += 0 if plan.closing_plan.run_off_borne else self.in_hand_capped
        return lacking

    @property
    def in_hand(self) -> int:
        """Aid that all undecided claims would bring, fen."""
        return sum(map(self.aid, self.queue))

    @property
    def in_hand_capped(self) -> int:
        """The part of that which members may be asked for, fen."""
        return sum(min(self.aid(claim), self.most_for_a_case) for claim in self.queue)

    @property
    def most_for_a_case(self) -> int:
        """What the cap of a case lets all who share pay for one, fen."""
        plan = self.plan
        return rules.case_limit(plan.terms.case_cap, plan.census.sharing, self.model.weight)

    def aid(self, claim: Claim) -> int:
        """Aid for an accepted claim, fen: by age at diagnosis, less for a mild case."""
        person = self.model.persons[claim.person]
        found = max(0, int(person["health_since"]))
        age = min(OLDEST, int(float(person["age_at_start"]) + found / 24))
        cover = int(self.model.world.covers[self.plan.index, age])
        # Drawn for the illness: the same for every platform, whenever it decides.
        severity = draw(self.model.seed, found, claim.person, Purpose.SEVERITY * SLOTS_PER_PURPOSE)
        mild = severity < self.model.case.health.mild_share
        return fen(min(cover, self.plan.terms.mild_cover) if mild else cover)

    def _chance(self, claim: Claim, purpose: Purpose) -> float:
        return draw(self.model.seed, self.model.now, claim.person, purpose * SLOTS_PER_PURPOSE + self.plan.index)

    def _accepts(self, claim: Claim) -> bool:
        """Whether the investigators, or after them a jury of members, find the claim valid."""
        terms, effort = self.plan.terms, self.plan.levers.effort
        if self.model.memberships[claim.person, claim.slot]["concealed"]:
            return self._chance(claim, Purpose.DETECTION) >= rules.detection_chance(effort, terms.detection)
        if self._chance(claim, Purpose.WRONG_REFUSAL) >= rules.detection_chance(effort, terms.wrong_refusal):
            return True
        return self._chance(claim, Purpose.JURY) < terms.overturning
