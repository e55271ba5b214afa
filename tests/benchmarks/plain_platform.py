"""The platform of the plain Mesa model: it posts terms, investigates claims and divides the aid over its members."""

import math
from collections import deque
from datetime import date
from typing import TYPE_CHECKING

import mesa
from plain_person import AIDED, CLAIMING, REFUSED, Person

from abm.clock import half_month, periods
from abm.scenario.terms import PlatformTerms

if TYPE_CHECKING:
    from plain_mesa import PlainMesaModel


class Plan(mesa.Agent):
    """The platform: it posts terms, investigates claims and divides the aid over its members."""

    model: "PlainMesaModel"

    def __init__(self, model: "PlainMesaModel", terms: PlatformTerms) -> None:
        super().__init__(model)
        self.original_terms = self.terms = terms
        self.queue: deque[Person] = deque()
        self.accepted: list[int] = []
        self.capacity, self.unused = max(terms.capacity, model.case.people.weight), 0.0
        self.shares: list[int] = []
        self.sharing = self.share = self.pool = self.due = self.collected = 0

    def post_terms(self, day: date) -> None:
        """Publish what newcomers and members are offered in this step."""
        terms = self.terms = self.original_terms.on(day)
        age = half_month(day) - half_month(terms.launch)
        self.open = day >= terms.launch
        reach = terms.steady_reach + terms.launch_reach * terms.launch_fading ** max(0, age)
        self.reach = min(1.0, reach * self.model.case.shock("marketing", day)) if self.open else 0.0
        self.subsidised = terms.subsidised_until is not None and day <= terms.subsidised_until
        self.waiting, self.claim_window = periods(terms.waiting_days), periods(terms.claim_days)
        self.annual_cap = round(100 * terms.annual_cap)
        window = self.shares[-terms.advertised_periods :]
        self.advertised = max(100 * terms.advertised_share, sum(window) / max(1, len(window)))

    def cover(self, age: int) -> float:
        """Aid for a case at an age, yuan."""
        for band in self.terms.bands:
            if band.age_from <= age <= band.age_to:
                return band.cover
        return 0.0

    def receive(self, person: Person) -> None:
        """Take in a claim; the cover and sharing of an accident during the wait begin with it."""
        if person.joined == person.since:
            self.sharing += not self.terms.newcomers_share
            person.since = self.model.now
        person.status = CLAIMING
        self.queue.append(person)

    def investigate(self) -> None:
        """Decide as many claims as there is capacity for, the oldest first."""
        self.accepted = []
        refused = 0
        work = self.capacity * self.model.case.shock("investigation", self.model.day) / self.model.case.people.weight
        work += self.unused
        self.unused = work - math.floor(work)
        for _ in range(min(len(self.queue), int(work))):
            person = self.queue.popleft()
            self.sharing -= 1
            person.since = self.model.now
            if self.accepts(person):
                person.status = AIDED
                self.accepted.append(self.aid(person))
            else:
                person.status = REFUSED
                refused += 1

    def accepts(self, person: Person) -> bool:
        """Whether the investigators, or after them a jury, find a claim valid."""
        terms = self.terms
        if person.concealed:
            return self.random.random() >= terms.effort * terms.detection
        if self.random.random() >= terms.effort * terms.wrong_refusal:
            return True
        return self.random.random() < terms.overturning

    def aid(self, person: Person) -> int:
        """Aid in fen: by age at diagnosis, less for a mild case."""
        cover = self.cover(int(person.age_at_start + max(0, person.turned) / 24))
        mild = self.random.random() < self.model.case.health.mild_share
        return round(100 * (min(cover, self.terms.mild_cover) if mild else cover))

    def divide_aid(self) -> None:
        """Pay aid and fee out of the pool and publish what each member owes."""
        most = math.ceil(100 * self.terms.case_cap * self.sharing * self.model.case.people.weight)
        for aid in self.accepted:
            self.pool -= min(aid + round(aid * self.terms.fee_rate), most)
        self.share = math.ceil(max(0, -self.pool) / self.sharing) if self.sharing else 0
        self.shares.append(self.share)
        self.due = self.collected = 0

    def book_receipts(self) -> None:
        """Take in what was collected; bear what the annual cap or the subsidy kept from members."""
        self.pool += self.collected + self.share * self.sharing - self.due

    def hire(self) -> None:
        """Investigate more cases after a backlog."""
        if len(self.queue) * self.model.case.people.weight > self.terms.longest_wait * self.capacity:
            self.capacity *= 1 + self.terms.hiring
