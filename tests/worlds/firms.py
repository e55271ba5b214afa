"""A plan, its surroundings and a regulator as plain objects: what the economics of plans sees, without a model."""

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np

from abm.ledger import Ledger
from abm.market import OFFER, PRODUCT
from abm.platforms.board import Books, Levers, ParentValuation, Trend
from abm.platforms.census import PlanCensus
from abm.platforms.closing import Closing, Stage
from abm.platforms.policies import LaissezFaire, Policy
from abm.scenario.institutions import Supervision
from abm.scenario.parents import ClosingPlan, Parent
from abm.scenario.scenario import Scenario
from abm.scenario.terms import PlatformTerms
from worlds.simple import PARENT, SIMPLE, TERMS, beneath, simple

LAUNCH = date(2019, 1, 1)


def supervision(**numbers: Any) -> Supervision:
    """What moves a simple regulator, with these numbers."""
    return Supervision(**beneath("supervision", SIMPLE) | numbers)


@dataclass
class Authority:
    """A regulator of fixed pressure and sternness, who notes what a policy lets it do."""

    model: Any = None
    settings: Supervision = field(default_factory=supervision)
    policy: Policy = field(default_factory=LaissezFaire)
    pressure: float = 0.0
    last_warning: int = -1
    insurance_like_membership: float = 0.0
    stern: float = 0.0
    risen_to: tuple[Any, ...] = ()
    plans: list[Any] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)

    def sternness(self, _plan: Any) -> float:
        return self.stern

    def guarantee(self, _amount: int, _payee: str, _platform: str) -> int:
        return 0

    def rose_to(self, stance: Any) -> bool:
        return stance in self.risen_to

    def open_plans(self) -> list[Any]:
        return self.plans

    def insurance_like(self) -> list[Any]:
        return [plan for plan in self.plans if plan.terms.insurer and not plan.licensed]

    def warn(self) -> None:
        self.acts.append("warn")

    def rectify(self) -> None:
        self.acts.append("rectify")


@dataclass
class Place:
    """Surroundings: a day, a scenario without shocks, an empty ledger."""

    now: int = 48
    day: date = date(2021, 1, 14)
    first_period: int = 0
    seed: int = 1
    weight: float = 1_000.0
    heads: float = 1.0
    case: Scenario = field(default_factory=simple)
    ledger: Ledger = field(default_factory=Ledger)
    world: Any = field(
        default_factory=lambda: SimpleNamespace(
            offers=np.zeros(1, OFFER), products=np.zeros(2, PRODUCT), published=np.zeros((1, 200), np.int64)
        )
    )
    persons: np.ndarray = field(default_factory=lambda: np.zeros(0))
    memberships: np.ndarray = field(default_factory=lambda: np.zeros(0))
    aid_per_head: np.ndarray = field(default_factory=lambda: np.zeros(0))
    closings: list[Closing] = field(default_factory=list)
    platforms: list[Any] = field(default_factory=list)
    mood: float = 0.0
    regulator: Authority = field(default_factory=Authority)


@dataclass
class Desk:
    """A claims desk by its figures."""

    waiting: float = 0.0
    capacity: float = 1_000.0
    decided: int = 0
    in_hand: float = 0.0


@dataclass
class Firm:
    """A plan of a thousand simulated members, two years old, whose orders are noted and not obeyed."""

    terms: PlatformTerms
    model: Any = field(default_factory=Place)
    name: str = "firm"
    index: int = 0
    stage: Stage = Stage.OPEN
    opened: int = 0
    taken_over: int = -1
    is_new: bool = False
    closing: Closing | None = None
    census: PlanCensus = field(default_factory=lambda: PlanCensus(inside=1_000, ever_joined=1_250, sharing=1_000))
    desk: Any = field(default_factory=Desk)
    books: Books = field(default_factory=Books)
    trend: Trend = field(default_factory=Trend)
    valuation: ParentValuation = field(default_factory=ParentValuation)
    levers: Levers = field(default_factory=lambda: Levers(effort=0.5))
    brand: float = 0.8
    trust_shock: float = 0.0
    gross: float = 1.08
    shares: list[int] = field(default_factory=list)
    collected: int = 0
    refused_share: float = 0.0
    periods_since_change: int = 24
    small_plans: int = 0
    failing: float = 0.0
    licensed: bool = False
    in_custody: bool = False
    discloses: bool = False
    orders: list[Any] = field(default_factory=list)

    @property
    def original_terms(self) -> PlatformTerms:
        return self.terms

    @property
    def closing_plan(self) -> ClosingPlan:
        return self.terms.closing

    @property
    def members(self) -> float:
        return self.census.inside * float(self.model.weight)

    def move(self, *given: Any) -> None:
        self.orders.append(("move", *given))

    def count_sharers(self, rows: np.ndarray, sign: int) -> None:
        self.orders.append(("count_sharers", rows.tolist(), sign))

    def hear_complaints(self, members: float) -> None:
        self.orders.append(("hear_complaints", members))

    def announce(self, kind: Any, reason: str) -> None:
        self.orders.append(("announce", kind, reason))

    def stop_being_insurance(self) -> None:
        self.orders.append(("stop_being_insurance",))

    def be_licensed(self) -> None:
        self.orders.append(("be_licensed",))

    def give_deposits_into_custody(self) -> None:
        self.orders.append(("give_deposits_into_custody",))

    def promise_for_the_end(self, promised: ClosingPlan) -> None:
        self.orders.append(("promise_for_the_end", promised))

    def tell_the_truth(self, fine: float) -> None:
        self.orders.append(("tell_the_truth", fine))

    def limit_marketing(self, most: float) -> None:
        self.orders.append(("limit_marketing", most))


def firm(parent: dict[str, Any] | None = None, terms: dict[str, Any] | None = None, **given: Any) -> Firm:
    """A simple plan under terms, with a parent if any of its numbers are given."""
    company = None if parent is None else Parent(**PARENT | parent)
    return Firm(PlatformTerms(**TERMS | {"launch": LAUNCH, "parent": company} | (terms or {})), **given)
