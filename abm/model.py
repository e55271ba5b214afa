"""The model: the phases of a half-month, one line each."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from abm.agents.insurer import Insurer, LicensedMutual
from abm.agents.member import PHASES, HealthyMember, HighRiskMember, Member, require_classes
from abm.agents.platform import Platform
from abm.agents.regulator import Regulator
from abm.agents.whole import WholeModel
from abm.clock import collection_date, half_month
from abm.draws import seed_of
from abm.errors import ModelError, nearest
from abm.ledger import Ledger
from abm.market import open_world
from abm.observation.collector import Collector, observe
from abm.observation.events import EventKind
from abm.observation.whereabouts import Whereabouts
from abm.persons.cases import by_plan
from abm.persons.drives import AgentDrive, CompiledDrive, Drive
from abm.persons.fellows import LatentStock
from abm.persons.founding import found, require_room
from abm.persons.guardians import appoint
from abm.persons.network import befriend
from abm.persons.paying import require_counted
from abm.persons.state import Trait, empty_memberships
from abm.platforms.closing import Closing
from abm.platforms.mood import mood_after, trust_lost
from abm.platforms.policies import Policy, require_policy
from abm.scenario.files import data_digests, data_names, scenario_of
from abm.scenario.scenario import Scenario
from abm.scenario.tables import incidence_by_age

MOST_AGENTS = 100_000


class MutualAidModel(WholeModel):
    """Persons, their friends and the platforms they may join, half a month a step.

    `case`: a named scenario, the path of one, or a `Scenario`. `persons`: how many are simulated. `seed`: their luck;
    None draws one, kept as ``model.seed``. `changes`: numbers set by path, as a mapping or as text such as
    ``"mind.altruism=30; platform.xianghubao.fee_rate=0.1"``. `drive`: "compiled", "agents", or "auto", which is
    agents where a member class overrides a phase. `members`: the classes for the healthy and for those at high
    risk; agents are made for up to `MOST_AGENTS` persons, above that, and where drive is "compiled", on demand by
    `member`. `order`: that in which the agent drive visits them, "shuffled", "listed" or "reversed"; it changes
    nothing. `policy`: rules of your own for the regulator, instead of those that the scenario names. `rng`: another
    name of `seed`, which is Mesa's.
    """

    def __init__(
        self,
        case: str | Path | Scenario = "xianghubao",
        persons: int | None = None,
        seed: int | None = None,
        changes: Mapping[str, Any] | str | None = None,
        drive: str = "auto",
        members: tuple[type[Member], type[Member]] = (HealthyMember, HighRiskMember),
        order: str = "shuffled",
        policy: Policy | None = None,
        rng: int | None = None,
    ) -> None:
        if rng is not None and seed is not None:
            raise ModelError(f"seed = {seed!r} and rng = {rng!r} are two names of one thing; give one of them")
        seed = seed_of(rng if seed is None else seed)
        require_policy(policy)
        require_classes(members)
        given = set(self.__dict__)
        super().__init__(rng=seed)
        self.case = scenario_of(case, persons, changes)
        self.seed, self.now = seed, -1
        self.weight, self.heads = self.case.people.weight, self.case.people.heads
        self.first_period = half_month(self.case.calendar.start)
        self.day: date = self.case.calendar.start
        self.ledger = Ledger()
        self.events: list[dict[str, Any]] = []
        self.closings: list[Closing] = []
        self.whereabouts = Whereabouts()  # of the members of plans that have ended
        self.mood = 0.0  # of the public, from calm to alarm at 1
        self._found_society()
        self._make_institutions(policy)
        self._make_agents(drive, members, order)
        self.latest: dict[str, float] = {}
        self.datacollector = Collector(list(self.case.platform), tuple(self.case.insurance.products))
        self._own = frozenset({"_own", *self.__dict__} - given)

    def step(self) -> None:
        """One half-month. Everyone sees what was published before it and nothing later."""
        self.begin()
        self.post_terms()  # platforms publish their offers
        self.hear_fall_ill_claim()  # persons: news and advertisements; well -> latent -> diagnosed; claims
        self.investigate()  # platforms decide claims, within capacity
        self.share()  # platforms pay aid and publish each member's share
        self.settle_learn_choose()  # persons: pay; expect and trust anew; stay, leave or join
        self.review()  # platforms read their books, change what they may, and go on or announce their end
        self.supervise()  # the regulator looks, remembers and acts
        self.record()  # count; observation changes nothing

    def run_until(self, day: date | None = None, on_step: Callable[[date], object] | None = None) -> None:
        """Step to the half-month of a day, or to the end of the calendar; `on_step` hears the date after each step.

        Nothing happens where that day has come already. Raises `ModelError` for a day outside the calendar.
        """
        last = self.case.calendar.steps_until(day)
        while self.running and self.now + 1 < last:
            self.step()
            if on_step is not None:
                on_step(self.day)

    def begin(self) -> None:
        """The clock moves. Raises `ModelError` past the end of the calendar, and where the model is closed."""
        if not self.agents:
            raise ModelError("the model is closed, and nobody is there to act; make it anew")
        if not self.running:
            raise ModelError(f"the calendar ended on {self.day}; set calendar.end to go on")
        self.now += 1
        self.day = collection_date(self.first_period + self.now)
        self.world.settings["now"] = self.now
        self.world.settings["years"] = self.now / 24
        found = self.case.health.diagnosis_chance * self.case.shock("diagnosis", self.day)
        self.latent.begin(self.world, min(1.0, found))
        self.ledger.open_period()

    def post_terms(self) -> None:
        """Platforms and insurers publish their offers; plans open, end cover, close."""
        for platform in self.platforms:
            platform.post_terms(self.day)
        for insurer in self.insurers:
            insurer.post_terms(self.day)
        for mutual in self.mutual_insurers.values():
            mutual.keep_accounts()
        offers, products = self.world.offers, self.world.products
        own_sellers = products["reach"][products["sponsored"] == 0].sum()
        pages = self.case.slots * offers["cross_sell_reach"].max() * products["pages"].sum()
        self.world.settings["widest_reach"] = offers["reach"].max()
        self.world.settings["widest_selling"] = own_sellers + pages  # above it no insurer and no page comes by

    def hear_fall_ill_claim(self) -> None:
        """Persons meet a friend and see advertisements; fall ill, are diagnosed; file claims."""
        cases = by_plan(self.drive.before_publication(), len(self.platforms))
        for platform, theirs in zip(self.platforms, cases, strict=True):
            platform.desk.receive(theirs)

    def investigate(self) -> None:
        """Platforms decide claims as far as their capacity goes; the rest wait."""
        for platform in self.platforms:
            platform.desk.investigate()

    def share(self) -> None:
        """The accepted are paid; what each member owes is published."""
        for platform in self.platforms:
            platform.divide_aid()

    def settle_learn_choose(self) -> None:
        """Persons pay, or fail to; change what they expect and trust; stay, leave or join; buy insurance."""
        cash_flows = self.drive.after_publication()
        require_counted(cash_flows, self.case.platform)
        for platform, row in zip(self.platforms, cash_flows, strict=False):
            platform.book_receipts(row)
        plans = len(self.platforms)
        for insurer in self.insurers:
            insurer.book_receipts(cash_flows[plans + insurer.row], cash_flows[:plans])

    def review(self) -> None:
        """Platforms read their books; once a month they change what they may, and go on or announce their end."""
        for platform in self.platforms:
            platform.review()
        for platform in self.platforms:
            platform.look_ahead()
        for platform in self.platforms:
            platform.decide()

    def supervise(self) -> None:
        """The regulator looks, remembers, and acts by its policy. The mood of the public moves."""
        self.regulator.supervise()
        before, self.mood = self.mood, mood_after(self, self.platforms)
        for platform in self.platforms:
            platform.lose_trust(trust_lost(platform, before))

    def record(self) -> None:
        """Everybody is counted; observation changes nothing."""
        tally = self.drive.census().tolist()
        self.latest = observe(self, tally)
        for platform in self.platforms:
            platform.take_stock(tally[platform.index])
        self.datacollector.collect(self)
        self.whereabouts.look(self)
        self.running = self.now + 1 < self.case.calendar.periods

    def note(self, who: str, kind: EventKind, detail: str = "", what: str | None = None) -> None:
        """Write an event into the chronicle of the model; `what` names it for readers, where its kind does not."""
        said = {"date": self.day, "who": who, "what": str(what or kind), "detail": detail}
        self.events.append(said | {"kind": kind})

    def list_closing(self, closing: Closing) -> None:
        """Enter the announced end of a plan into the list of all; a later count replaces the first."""
        self.closings[:] = ({each.platform: each for each in self.closings} | {closing.platform: closing}).values()

    def insurer_for(self, product: str) -> Insurer:
        """The insurer of a product, who begins if there is none yet; what is off sale is kept for those who hold it."""
        if known := [insurer for insurer in self.insurers if insurer.name == product]:
            return known[0]
        products = self.case.insurance.products
        self.insurers.append(Insurer(self, product, products[product], list(products).index(product)))
        self.world.settings["selling"] = 1
        return self.insurers[-1]

    def insurer_of(self, platform: Platform) -> LicensedMutual | None:
        """The licensed mutual insurer behind a platform's product."""
        return None if platform.terms.insurer is None else self.mutual_insurers[platform.terms.insurer]

    def index_of(self, platform: str) -> int:
        """The number of a platform. Raises `ModelError` where there is none of that name."""
        known = list(self.case.platform)
        if platform not in known:
            raise ModelError(f"no platform '{platform}'{nearest(platform, known)}; there are: {', '.join(known)}")
        return known.index(platform)

    def member(self, row: int) -> Member:
        """The person of a row as an agent: the one there is, or a view made on demand."""
        if self.members:
            return self.members[row]
        kind = self.member_classes[bool(self.persons[row]["traits"] & Trait.HIGH_RISK)]
        return kind(self, row)

    @property
    def nbytes(self) -> int:
        """Bytes of all that is kept of persons: rows, memberships, what friends see, the network, households."""
        kept, world = (self.persons, self.memberships, self.aid_per_head, *self.network), self.world
        seen = (world.signals, world.guardians, world.standing, world.family_news)
        return sum(array.nbytes for array in kept + seen) + self.drive.nbytes

    @property
    def rows(self) -> tuple[np.ndarray, ...]:
        """The arrays that agents look at: persons, memberships, aid, and all that is in the world."""
        return (self.persons, self.memberships, self.aid_per_head, *self.world)

    def audit(self) -> None:
        """Raise `ledger.LedgerError` if a fen was made or lost."""
        self.ledger.audit(self.persons, self.memberships, self.aid_per_head)

    def close(self) -> None:
        """Let go of the agents, so that the memory of this model can be used again; it makes no step any more."""
        super().close()
        self.members.clear()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)  # Mesa 3.3 keeps every model that ever made an agent

    def _found_society(self) -> None:
        """The population, its memberships, its friends and the empty market."""
        scenario = self.case
        require_room(scenario)
        self.data = data_digests(data_names(scenario))  # as they are read now
        incidence = incidence_by_age(scenario.health)
        self.persons = found(scenario, incidence, self.seed)
        self.memberships = empty_memberships(scenario.people.persons, scenario.slots)
        self.aid_per_head = np.zeros(scenario.people.persons, np.int32)  # fen: of all whom a row stands for
        self.latent = LatentStock(scenario.health.latency_years)
        self.network = befriend(scenario.people.persons, scenario.friends, self.seed)
        guardians = appoint(self.persons, scenario, self.seed)
        self.world = open_world(scenario, *self.network, incidence, self.seed, guardians)

    def _make_institutions(self, policy: Policy | None) -> None:
        """The regulator, the insurers, and the platforms."""
        self.regulator = Regulator(self, self.case.supervision, policy)
        self.insurers: list[Insurer] = []
        for name, product in self.case.insurance.products.items():
            if product.on_sale:
                self.insurer_for(name)
        self.mutual_insurers = {name: LicensedMutual(self, name, terms) for name, terms in self.case.insurer.items()}
        self.platforms = [
            Platform(self, name, terms, index) for index, (name, terms) in enumerate(self.case.platform.items())
        ]

    def _make_agents(self, drive: str, members: tuple[type[Member], type[Member]], order: str) -> None:
        """The members where there are not too many, and the drive that lets them act."""
        self.member_classes, self.order = members, order
        overridden = any(getattr(kind, phase) is not getattr(Member, phase) for kind in members for phase in PHASES)
        by_agents = drive == "agents" or (drive == "auto" and overridden)
        if overridden and drive == "compiled":
            raise ModelError("drive = 'compiled' cannot call a phase overridden in Python; leave drive at 'auto'")
        if order not in ("shuffled", "listed", "reversed"):
            raise ModelError(f"order = {order!r} must be 'shuffled', 'listed' or 'reversed'")
        if drive not in ("auto", "agents", "compiled"):
            raise ModelError(f"drive = {drive!r} must be 'auto', 'agents' or 'compiled'")
        if by_agents and self.persons.size > MOST_AGENTS:
            raise ModelError(f"persons = {self.persons.size} is too many for agents one by one; at most {MOST_AGENTS}")
        self.members: list[Member] = []
        if self.persons.size <= MOST_AGENTS and drive != "compiled":
            high_risk = (self.persons["traits"] & Trait.HIGH_RISK) > 0
            self.members = [members[risky](self, row) for row, risky in enumerate(high_risk.tolist())]
        if by_agents:
            visited = self.members[::-1] if order == "reversed" else self.members
            everyone = mesa.agent.AgentSet(visited, random=self.random)
            self.drive: Drive = AgentDrive(self.persons, self.memberships, self.world, everyone, order, overridden)
        else:
            self.drive = CompiledDrive(self.persons, self.memberships, self.world)
