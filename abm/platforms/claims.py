"""The claims desk of a platform: it takes in claims, investigates as many as it can, and says what is paid."""

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.ledger import FUND, PERSONS, own, pool
from abm.money import FEN_PER_YUAN, fen, part
from abm.persons import rules
from abm.persons.state import Status
from abm.platforms.closing import Stage
from abm.scenario.terms import OLDEST

if TYPE_CHECKING:
    from abm.agents.platform import Platform


@dataclass(frozen=True)
class Claim:
    """A claim in hand: whose, and from which membership slot."""

    person: int
    slot: int


class ClaimsDesk:
    """Claims in hand, and the capacity to decide them."""

    def __init__(self, platform: "Platform") -> None:
        self.platform, self.model = platform, platform.model
        self.queue: deque[Claim] = deque()
        # Real cases a period: at least one simulated case, or small samples would see the first claims decided late.
        self.capacity = max(platform.terms.capacity, self.model.weight)
        self._unused = 0.0  # part of a simulated case that capacity left over
        self.accepted: list[tuple[Claim, int]] = []  # in this step, with the aid
        self.refused = 0  # in this step

    def receive(self, filed: np.ndarray) -> None:
        """Take in claims just filed, rows of (person, slot). An accident's cover begins with its claim."""
        for person, slot in filed.tolist():
            m = self.model.memberships[person, slot]
            if m["joined"] == m["since"]:
                m["since"] = self.model.now
                if not self.platform.terms.newcomers_share:  # who shares while waiting is counted already
                    self.platform.count_sharer(person, 1)
            m["status"] = Status.CLAIMING
            self.queue.append(Claim(person, slot))

    def investigate(self) -> None:
        """Decide as many claims as there is capacity for, the oldest first; the rest wait."""
        self.accepted, self.refused = [], 0
        work = self.capacity * self.model.case.shock("investigation", self.model.day, self.platform.name)
        work = work / self.model.weight + self._unused
        decisions = min(len(self.queue), int(work))
        self._unused = work - math.floor(work)
        for _ in range(decisions):
            claim = self.queue.popleft()
            self.platform.count_sharer(claim.person, -1)
            if self._accepts(claim):
                self.accepted.append((claim, self.aid(claim)))
            else:
                self.refused += 1
                self.end_claim(claim, Status.REFUSED)

    def pay_accepted(self) -> None:
        """Pay what was accepted, with fee and levy; in a run-off that nobody bears, in part."""
        platform, regulator = self.platform, self.model.regulator
        the_pool, the_platform = pool(platform.name), own(platform.name)
        running_off = platform.stage >= Stage.RUN_OFF
        borne = platform.closing_plan.run_off_borne
        owed = sum(aid for _, aid in self.accepted)
        left = max(0, self.model.ledger.balances[the_pool])
        paid_part = min(1.0, left / max(1, owed + self.in_hand)) if running_off and not borne and owed else 1.0
        paid: list[tuple[Claim, int]] = []
        for claim, aid in self.accepted:
            most = self.most_for_a_case
            if platform.terms.excess_borne_by == "claimant" and not running_off:
                aid = min(aid, int(most / platform.gross))
            amount = int(aid * paid_part)
            if running_off and borne:
                platform.move(aid, the_platform, the_pool, "run_off")
            elif amount < aid:
                amount += regulator.guarantee(aid - amount, the_pool, platform.name)
                platform.complaints += 0 < amount < aid  # who gets nothing is counted as refused
            self.model.persons[claim.person]["received"] += amount
            self.end_claim(claim, Status.AIDED if amount else Status.REFUSED)
            platform.move(amount, the_pool, PERSONS, "aid")
            if amount:
                paid.append((claim, amount))
            self.refused += not amount
            if running_off:
                continue
            fee, levy = part(aid, platform.terms.fee_rate), part(aid, regulator.policy.levy)
            platform.move(fee, the_pool, the_platform, "fee")
            platform.move(levy, the_pool, FUND, "levy")
            platform.move(max(0, aid + fee + levy - most), the_platform, the_pool, "case_cap")
        self.accepted = paid

    def end_claim(self, claim: Claim, status: Status) -> None:
        """The claimant's membership ends, with aid or without."""
        m = self.model.memberships[claim.person, claim.slot]
        m["status"], m["since"] = status, self.model.now

    def hire(self) -> None:
        """Grow by what the terms allow when the backlog is long."""
        terms = self.platform.terms
        if len(self.queue) * self.model.weight > terms.longest_wait * self.capacity:
            self.capacity *= 1 + terms.hiring

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
        platform = self.platform
        return math.ceil(FEN_PER_YUAN * platform.terms.case_cap * platform.sharing * self.model.weight)

    def aid(self, claim: Claim) -> int:
        """Aid for an accepted claim, fen: by age at diagnosis, less for a mild case."""
        person = self.model.persons[claim.person]
        found = max(0, int(person["health_since"]))
        age = min(OLDEST, int(float(person["age_at_start"]) + found / 24))
        cover = int(self.model.world.covers[self.platform.index, age])
        # Drawn for the illness: the same for every platform, whenever it decides.
        severity = draw(self.model.seed, found, claim.person, Purpose.SEVERITY * SLOTS_PER_PURPOSE)
        mild = severity < self.model.case.health.mild_share
        return fen(min(cover, self.platform.terms.mild_cover) if mild else cover)

    def _chance(self, claim: Claim, purpose: Purpose) -> float:
        return draw(self.model.seed, self.model.now, claim.person, purpose * SLOTS_PER_PURPOSE + self.platform.index)

    def _accepts(self, claim: Claim) -> bool:
        """Whether the investigators, or after them a jury of members, find the claim valid."""
        terms, effort = self.platform.terms, self.platform.effort
        if self.model.memberships[claim.person, claim.slot]["concealed"]:
            return self._chance(claim, Purpose.DETECTION) >= rules.detection_chance(effort, terms.detection)
        if self._chance(claim, Purpose.WRONG_REFUSAL) >= rules.detection_chance(effort, terms.wrong_refusal):
            return True
        return self._chance(claim, Purpose.JURY) < terms.overturning
