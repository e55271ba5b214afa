"""The same market as an ordinary Mesa model, Python agents with attributes: to compare speed and outcomes with ours.

One platform (`plain_platform`), persons (`plain_person`), and the rules of `abm.persons.behaviours` and
`abm.agents.platform`: hear, fall ill, claim, investigate, share, settle, learn, choose. The numbers are those of the
scenario; no compiled code is called. Left out, since nothing here depends on it: the platform's costs, division by
risk, totals by person, most of the census. Chance comes from ``self.random``, so the two agree in the mean over seeds
and not in each run. Phases without a word from the platform between them share one round of ``shuffle_do``, which is
kinder to Mesa than a round for each.

How near: with 20,000 persons, 40 steps, ten seeds, the frequent illness of `tests/house/test_plain_mesa.py` and twice
its capacity, members come out 0.7 % above ours (standard error 0.6 %), the sum of shares 0.0 % below (3 %), the cases
aided 2.3 % above (2.4 %).
"""

from datetime import date
from typing import Any

import mesa
import networkx as nx
from plain_person import INSIDE, SHARING, Person
from plain_platform import Plan

from abm.clock import collection_date, half_month
from abm.scenario.scenario import Scenario
from abm.scenario.tables import age_structure, incidence_by_age

# What the plain model leaves out: households, the insurer, the regulator and the parent. An amendment changes the terms
# instead.
WITHOUT_INSTITUTIONS: dict[str, Any] = {
    "people.households": False,
    "supervision.policy": "laissez_faire",
    "platform.xianghubao.parent": None,
    "platform.xianghubao.insurer": None,
    "platform.xianghubao.minimum_members": 0,
    "platform.xianghubao.amendments": [{"day": date(2018, 11, 27), "fee_rate": 0.08, "annual_cap": 188.0}],
}


class PlainMesaModel(mesa.Model):
    """Persons in a small world and one platform, half a month a step."""

    def __init__(self, case: Scenario, seed: int = 0) -> None:
        super().__init__(rng=seed)
        self.case, self.now = case, -1
        self.first_period = half_month(case.calendar.start)
        self.day = case.calendar.start
        self.incidence = incidence_by_age(case.health).tolist()
        (terms,) = case.platform.values()
        self.platform = Plan(self, terms)
        self.settle_people()
        self.persons = self.agents_by_type[Person]
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "date": "day",
                "members": lambda model: model.case.people.weight * model.inside,
                "share": lambda model: model.platform.share / 100,
                "aided": lambda model: model.case.people.weight * len(model.platform.accepted),
            }
        )

    def settle_people(self) -> None:
        """Persons in a ring, like beside like, and their friendships."""
        people, terms = self.case.people, self.case.friends
        strata = [
            (share * part, tier, low, high + 1 - low)
            for tier, share in enumerate(people.tier_shares)
            for low, high, part in age_structure(people)
        ]
        persons: list[Person] = []
        upto = 0.0
        for share, tier, low, width in strata:
            upto += share * people.persons
            while len(persons) < round(upto):
                persons.append(Person(self, tier, low + width * self.random.random()))
        ring = nx.watts_strogatz_graph(len(persons), terms.degree, terms.rewired, seed=self.random)
        for person, friends in ring.adjacency():
            persons[person].friends = [persons[friend] for friend in friends]

    def step(self) -> None:
        """One half-month."""
        self.now += 1
        self.day = collection_date(self.first_period + self.now)
        self.platform.post_terms(self.day)
        self.diagnosis_chance = self.case.health.diagnosis_chance * self.case.shock("diagnosis", self.day)
        if self.now == max(0, half_month(date(self.day.year, 1, 1)) - self.first_period):
            self.persons.set("billed_this_year", 0)
        self.persons.shuffle_do("before_publication")
        self.platform.investigate()
        self.platform.divide_aid()
        self.persons.shuffle_do("after_publication")
        self.platform.book_receipts()
        self.platform.hire()
        self.record()

    def record(self) -> None:
        """Show everybody to their friends, count members, keep the series of this step."""
        self.persons.do("show")
        self.inside = sum(person.status in INSIDE for person in self.persons)
        sharing = INSIDE if self.platform.terms.newcomers_share else SHARING
        self.platform.sharing = sum(person.status in sharing for person in self.persons)
        self.datacollector.collect(self)
        self.running = self.now + 1 < self.case.calendar.periods

    def close(self) -> None:
        """Let go of the agents, which Mesa 3.3 would keep for ever."""
        self.remove_all_agents()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
