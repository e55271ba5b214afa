"""A platform: it posts terms, investigates claims, divides the aid over its members and reads its books."""

import math
from collections import deque
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import mesa
import numpy as np

from abm import rules
from abm.census import Count
from abm.clock import half_month, periods
from abm.draws import SLOTS_A_PURPOSE, Purpose, draw
from abm.ledger import OUTSIDE, PERSONS, deposits, own, pool
from abm.market import DIVISIONS
from abm.money import FEN_A_YUAN, divide, fen, part
from abm.population import Status
from abm.reckoning import burden_of
from abm.terms import PlatformTerms

if TYPE_CHECKING:
    from abm.model import MutualAidModel


@dataclass(frozen=True)
class Claim:
    """A claim in hand: whose, and from which membership slot."""

    person: int
    slot: int


class Platform(mesa.Agent):
    """A mutual-aid platform. Its money is in the model's ledger, its terms are those of the scenario."""

    model: "MutualAidModel"

    def __init__(self, model: "MutualAidModel", name: str, terms: PlatformTerms, index: int) -> None:
        super().__init__(model)
        self.name, self.original_terms, self.terms, self.index = name, terms, terms, index
        self.queue: deque[Claim] = deque()
        # Real cases a period: at least one simulated case, or small samples would see the first claims decided late.
        self.capacity = max(terms.capacity, model.weight)
        self._unused = 0.0  # part of a simulated case that capacity left over
        self.sharing = 0  # simulated members who share in this step
        self.burdens = 0
        self.shares: list[int] = []  # published so far, fen
        self.accepted: list[tuple[Claim, int]] = []  # in this step, with the aid
        self.refused = 0
        self.share = 0
        self.inside = 0  # simulated members, the waiting among them, as of the last census

    def post_terms(self, day: date) -> None:
        """Publish the offer of this step."""
        terms = self.terms = self.original_terms.on(day)
        offer = self.model.world.offers[self.index]
        age = half_month(day) - half_month(terms.launch)
        reach = terms.steady_reach + terms.launch_reach * terms.launch_fading ** max(0, age)
        window = self.shares[-terms.advertised_periods :]
        offer["open"] = day >= terms.launch
        offer["reach"] = min(1.0, reach * self.model.case.shock("marketing", day)) if offer["open"] else 0.0
        offer["division"] = DIVISIONS[terms.division]
        offer["subsidised"] = terms.subsidised_until is not None and day <= terms.subsidised_until
        offer["newcomers_share"] = terms.newcomers_share
        offer["min_credit"] = terms.min_credit
        offer["waiting"] = periods(terms.waiting_days)
        offer["claim_window"] = periods(terms.claim_days)
        offer["year_start"] = max(0, half_month(date(day.year, 1, 1)) - self.model.first_period)
        offer["deposit"] = fen(terms.deposit)
        offer["annual_cap"] = fen(terms.annual_cap)
        offer["advertised"] = max(fen(terms.advertised_share), sum(window) / max(1, len(window)))
        offer["brand"] = terms.brand
        offer["audience"] = terms.audience
        offer["cover"] = 0
        for band in terms.bands:
            offer["cover"][band.age_from : band.age_to + 1] = round(band.cover)

    def receive(self, filed: np.ndarray) -> None:
        """Take in claims just filed, rows of (person, slot). An accident's cover begins with its claim."""
        for person, slot in filed.tolist():
            m = self.model.memberships[person, slot]
            if m["joined"] == m["since"]:
                m["since"] = self.model.now
                if not self.terms.newcomers_share:  # who shares while waiting is counted already
                    self.sharing += 1
                    self.burdens += self._burden(person)
            m["status"] = Status.CLAIMING
            self.queue.append(Claim(person, slot))

    def investigate(self) -> None:
        """Decide as many claims as there is capacity for, the oldest first; the rest wait."""
        self.accepted, self.refused = [], 0
        work = self.capacity * self.model.case.shock("investigation", self.model.day) / self.model.weight
        work += self._unused
        decisions = min(len(self.queue), int(work))
        self._unused = work - math.floor(work)
        for _ in range(decisions):
            claim = self.queue.popleft()
            self.sharing -= 1
            self.burdens -= self._burden(claim.person)
            if self._accepts(claim):
                self.accepted.append((claim, self._aid(claim)))
            else:
                self.refused += 1
                m = self.model.memberships[claim.person, claim.slot]
                m["status"], m["since"] = Status.REFUSED, self.model.now

    def divide_aid(self) -> None:
        """Pay the accepted, keep the fee, and publish what is left to each of those who share."""
        ledger, offer = self.model.ledger, self.model.world.offers[self.index]
        for claim, aid in self.accepted:
            person, m = self.model.persons[claim.person], self.model.memberships[claim.person, claim.slot]
            person["received"] += aid
            m["status"], m["since"] = Status.AIDED, self.model.now
            self._move(aid, pool(self.name), PERSONS, "aid")
            fee = part(aid, self.terms.fee_rate)
            self._move(fee, pool(self.name), own(self.name), "fee")
            most = math.ceil(FEN_A_YUAN * self.terms.case_cap * self.sharing * self.model.weight)
            self._move(max(0, aid + fee - most), own(self.name), pool(self.name), "case_cap")
        pot = max(0, -ledger.balances[pool(self.name)])
        self.share, _ = divide(pot, self.sharing)
        if offer["subsidised"]:
            self._move(self.share * self.sharing, own(self.name), pool(self.name), "subsidy")
        if offer["open"]:
            self.shares.append(self.share)
        offer["share"], offer["pot"], offer["aid_published"] = self.share, pot, bool(self.accepted)
        offer["sharing"], offer["burdens"] = self.sharing, self.burdens
        published, now = self.model.world.published[self.index], self.model.now
        published[now + 1] = published[now] + (0 if offer["subsidised"] else self.share)

    def close_till(self, till: np.ndarray) -> None:
        """Take in what was collected; bear what the annual cap kept from members. Failures are carried on."""
        capped, collected, deposited, drawn, refunded = till.tolist()
        self._move(collected, PERSONS, pool(self.name), "share")
        self._move(deposited, PERSONS, deposits(self.name), "deposit")
        self._move(drawn, deposits(self.name), pool(self.name), "drawn")
        self._move(refunded, deposits(self.name), PERSONS, "refund")
        self._move(capped, own(self.name), pool(self.name), "annual_cap")

    def review(self) -> None:
        """Read the books: pay for investigation and technology, take in traffic, hire against a backlog."""
        terms, weight = self.terms, self.model.weight
        cases = len(self.accepted) + self.refused
        years = max(0, half_month(self.model.day) - half_month(terms.launch)) / 24
        per_member = fen(1) * self.inside / 24
        investigation = round(cases * fen(rules.investigation_cost(terms.effort, terms.case_cost)))
        self._move(investigation, own(self.name), OUTSIDE, "investigation")
        self._move(round(per_member * terms.technology_cost), own(self.name), OUTSIDE, "technology")
        self._move(round(per_member * terms.other_cost), own(self.name), OUTSIDE, "other_costs")
        traffic = per_member * terms.traffic_income * (1 - terms.traffic_decay) ** years
        self._move(round(traffic), OUTSIDE, own(self.name), "traffic")
        if len(self.queue) * weight > terms.longest_wait * self.capacity:
            self.capacity *= 1 + terms.hiring

    def take_stock(self, tally: np.ndarray) -> None:
        """Remember from the census who is inside and who will share at the next publication."""
        self.inside = int(tally[Status.WAITING : Status.CLAIMING + 1].sum())
        waiting = int(tally[Status.WAITING]) if self.terms.newcomers_share else 0
        self.sharing = int(tally[Status.COVERED : Status.CLAIMING + 1].sum()) + waiting
        self.burdens = int(tally[Count.BURDENS])

    def _move(self, amount: int, payer: str, payee: str, purpose: str) -> None:
        self.model.ledger.transfer(amount, payer, payee, self.name, purpose)

    def _chance(self, claim: Claim, purpose: Purpose) -> float:
        return draw(self.model.seed, self.model.now, claim.person, purpose * SLOTS_A_PURPOSE + self.index)

    def _burden(self, person: int) -> int:
        if self.terms.division == "equal":  # the answer is 1; asking the compiled rule takes a hundred times longer
            return 1
        return int(burden_of(self.model.persons[person], self.index, self.model.world))

    def _accepts(self, claim: Claim) -> bool:
        """Whether the investigators, or after them a jury of members, find the claim valid."""
        terms = self.terms
        if self.model.memberships[claim.person, claim.slot]["concealed"]:
            found = rules.detection_chance(terms.effort, terms.detection)
            return self._chance(claim, Purpose.DETECTION) >= found
        wrong = rules.detection_chance(terms.effort, terms.wrong_refusal)
        if self._chance(claim, Purpose.WRONG_REFUSAL) >= wrong:
            return True
        return self._chance(claim, Purpose.JURY) < terms.overturning

    def _aid(self, claim: Claim) -> int:
        """Aid for an accepted claim, fen: by age at diagnosis, less for a mild case."""
        person = self.model.persons[claim.person]
        age = int(float(person["age_at_start"]) + max(0, int(person["turned"])) / 24)
        cover = int(self.model.world.offers[self.index]["cover"][age])
        found = max(0, int(person["turned"]))  # drawn for the illness: the same for every platform, whenever it decides
        severity = draw(self.model.seed, found, claim.person, Purpose.SEVERITY * SLOTS_A_PURPOSE)
        mild = severity < self.model.case.health.mild_share
        return fen(min(cover, self.terms.mild_cover) if mild else cover)
