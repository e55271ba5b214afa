"""What the economics of a plan may see and ask for: of the plan, of its surroundings, of the regulator.

All in this room is written against these and knows no framework: `agents` fill them, or a plain object in a test. All
is read-only, as a type checker sees to: what the economics decides, it answers, and the plan writes it down.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

import numpy as np

from abm.ledger import Ledger
from abm.market import World
from abm.scenario.institutions import Supervision
from abm.scenario.parents import ClosingPlan
from abm.scenario.scenario import Scenario
from abm.scenario.terms import PlatformTerms

if TYPE_CHECKING:
    from abm.platforms.board import Books, Levers, ParentValuation, Trend
    from abm.platforms.census import PlanCensus
    from abm.platforms.claims import ClaimsDesk
    from abm.platforms.closing import Closing, ClosingKind, Stage
    from abm.platforms.policies import Policy, Stance


class Surroundings(Protocol):
    """Where a plan does business: the date, the scenario, what is public, the ledger, and other plans' closings."""

    @property
    def now(self) -> int:
        """The step, 0 the first."""

    @property
    def day(self) -> date:
        """The day of collection of this step."""

    @property
    def first_period(self) -> int:
        """The half-month of the first step, as `clock.half_month` names it."""

    @property
    def seed(self) -> int:
        """The seed of all draws."""

    @property
    def weight(self) -> float:
        """Real persons that a simulated one stands for."""

    @property
    def heads(self) -> float:
        """Of these, how many fall ill one by one; without fellows the simulated one alone."""

    @property
    def aid_per_head(self) -> np.ndarray:
        """Aid received so far by all whom a row stands for, per head, simulated fen; the claims desks add to it."""

    @property
    def case(self) -> Scenario:
        """Every number that is given."""

    @property
    def ledger(self) -> Ledger:
        """Who paid whom, simulated fen."""

    @property
    def world(self) -> World:
        """All that persons may see; the offers in it are published by `offers`."""

    @property
    def persons(self) -> np.ndarray:
        """Rows of persons, of whom the claims desk knows age and illness."""

    @property
    def memberships(self) -> np.ndarray:
        """Rows of memberships, where the claims desk enters its verdicts."""

    @property
    def closings(self) -> Sequence["Closing"]:
        """The announced ends of all plans, in order."""

    @property
    def platforms(self) -> Sequence["Plan"]:
        """All plans, in the order of the scenario."""

    @property
    def mood(self) -> float:
        """The mood of the public as of the last step, from 0 (calm) to 1 (alarm)."""

    @property
    def regulator(self) -> "Supervisor":
        """Who watches."""


class Plan(Protocol):
    """What the economics may know of a plan, and the few things that it may ask of it."""

    @property
    def model(self) -> Surroundings:
        """Where it does business."""

    @property
    def name(self) -> str:
        """Its name in the scenario."""

    @property
    def index(self) -> int:
        """Its number among the plans."""

    @property
    def original_terms(self) -> PlatformTerms:
        """The terms of the scenario."""

    @property
    def terms(self) -> PlatformTerms:
        """The terms in force: with amendments and with what board and regulator changed."""

    @property
    def stage(self) -> "Stage":
        """Where it is in its life."""

    @property
    def opened(self) -> int:
        """The step of its launch."""

    @property
    def taken_over(self) -> int:
        """The step in which a new owner took it over, before that -1."""

    @property
    def is_new(self) -> bool:
        """Whether this is its first period."""

    @property
    def closing(self) -> "Closing | None":
        """Its announced end."""

    @property
    def closing_plan(self) -> ClosingPlan:
        """How it is wound up; who runs away bears nothing of what was promised."""

    @property
    def census(self) -> "PlanCensus":
        """What was counted of its members."""

    @property
    def members(self) -> float:
        """Real persons inside, as of the census."""

    @property
    def desk(self) -> "ClaimsDesk":
        """Its claims desk."""

    @property
    def books(self) -> "Books":
        """Its surplus."""

    @property
    def trend(self) -> "Trend":
        """Its members, and the aid expected of them, over the last year."""

    @property
    def valuation(self) -> "ParentValuation":
        """What its parent saw in it when its board met last."""

    @property
    def levers(self) -> "Levers":
        """What its board steers without touching the terms."""

    @property
    def brand(self) -> float:
        """Trust of newcomers, 0 to 1."""

    @property
    def trust_shock(self) -> float:
        """Part of trust that members lose in the next step."""

    @property
    def gross(self) -> float:
        """What members are asked for, over the aid."""

    @property
    def shares(self) -> Sequence[int]:
        """Shares published so far, fen."""

    @property
    def collected(self) -> int:
        """All that members ever paid in shares, fen."""

    @property
    def refused_share(self) -> float:
        """Refused part of decided cases, smoothed."""

    @property
    def periods_since_change(self) -> int:
        """Periods since board or regulator last changed the terms."""

    @property
    def small_plans(self) -> int:
        """How many small plans are counted together as this one."""

    @property
    def failing(self) -> float:
        """Part of the memberships that end because small plans fail."""

    @property
    def licensed(self) -> bool:
        """Whether it has a licence of its own."""

    @property
    def in_custody(self) -> bool:
        """Whether a bank holds its deposits."""

    @property
    def discloses(self) -> bool:
        """Whether newcomers are told the true level of shares."""

    def move(self, amount: int, payer: str, payee: str, purpose: str) -> None:
        """Move fen from one account to another for a purpose of its business."""

    def count_sharers(self, rows: np.ndarray, sign: int) -> None:
        """These persons more, or these less, of those over whom this period's aid is divided."""

    def hear_complaints(self, members: float) -> None:
        """So many members, simulated, complain to the regulator."""


class SupervisedPlan(Plan, Protocol):
    """A plan as the regulator sees it: what it may be told to do."""

    def announce(self, kind: "ClosingKind", reason: str) -> None:
        """Announce its end."""

    def stop_being_insurance(self) -> None:
        """Go on as mutual aid where its terms say how, or else end."""

    def be_licensed(self) -> None:
        """Be given a licence, with custody of deposits and disclosure of the true level of shares."""

    def give_deposits_into_custody(self) -> None:
        """Leave the deposits to a bank, out of reach."""

    def promise_for_the_end(self, promised: ClosingPlan) -> None:
        """Announce what will be done for members when the plan ends."""

    def tell_the_truth(self, fine: float) -> None:
        """Tell newcomers the true level of shares from now on, and pay a fine, yuan."""

    def limit_marketing(self, most: float) -> None:
        """Spend on marketing at most this part of what the terms say."""


class Supervisor(Protocol):
    """What plans and policies may know of the regulator, and what a policy may let it do."""

    @property
    def model(self) -> Surroundings:
        """What it watches over."""

    @property
    def settings(self) -> Supervision:
        """What it looks at and when it acts."""

    @property
    def policy(self) -> "Policy":
        """The rules by which it acts."""

    @property
    def pressure(self) -> float:
        """Pressure to act, see `rules.pressure`."""

    @property
    def insurance_like_membership(self) -> float:
        """Members of insurance-like products over the population, summed over periods."""

    @property
    def last_warning(self) -> int:
        """The step of its last public warning, before the first one -1."""

    def sternness(self, plan: Plan) -> float:
        """How stern it is to a plan, from 0 to 1."""

    def guarantee(self, amount: int, payee: str, platform: str) -> int:
        """Pay what a closed plan leaves unpaid, as far as the fund goes; returns what was paid, fen."""

    def rose_to(self, stance: "Stance") -> bool:
        """Whether it has just become as stern as that."""

    def open_plans(self) -> Sequence[SupervisedPlan]:
        """Plans that take members."""

    def insurance_like(self) -> Sequence[SupervisedPlan]:
        """Those of them with an insurer behind them and no licence of their own."""

    def warn(self) -> None:
        """Publish a warning."""

    def rectify(self) -> None:
        """Go through all plans: deposits into custody; many of the small ones give up."""
