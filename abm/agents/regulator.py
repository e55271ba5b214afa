"""The regulator: it watches plans, their money and their members, and acts by its policy."""

from typing import TYPE_CHECKING

from abm.agents.agent import Agent
from abm.ledger import FUND
from abm.observation.events import REGULATOR, EventKind
from abm.platforms import rules
from abm.platforms.alarms import ALARMS, alarms, complaints_at_closing
from abm.platforms.closing import Stage
from abm.platforms.long_payers import complaints_of_long_payers
from abm.platforms.plan import Plan
from abm.platforms.policies import (
    EarlyLicensing,
    ExitPlanDuty,
    GuaranteeFund,
    Historical,
    LaissezFaire,
    Policy,
    ReserveDuty,
    Stance,
    StrictBan,
)
from abm.platforms.rivalry import business_taken, insurance_like
from abm.scenario.institutions import Supervision

if TYPE_CHECKING:
    from abm.agents.platform import Platform
    from abm.model import MutualAidModel


class Regulator(Agent):
    """Pressure builds up from what it sees and fades slowly; its stance follows; its policy says what it does."""

    model: "MutualAidModel"

    def __init__(self, model: "MutualAidModel", settings: Supervision, policy: Policy | None) -> None:
        super().__init__(model)
        self.settings = settings
        self.policy = policy or named(settings)
        self.pressure = 0.0
        self.insurance_like_membership = 0.0  # over the population, summed over periods
        self.stance = self.before = Stance.TOLERATE
        self.complaints = 0.0  # of this step, real persons
        self.alarms = dict.fromkeys(ALARMS, 0.0)  # pressure that came up in this step, by cause
        self.last_warning = -1  # step

    def supervise(self) -> None:
        """Look, remember, and act."""
        self._look()
        self.before, self.stance = self.stance, Stance(sum(self.pressure >= mark for mark in self.marks))
        self.policy.act(self)

    def rose_to(self, stance: Stance) -> bool:
        """Whether the regulator has just become as stern as that."""
        return self.before < stance <= self.stance

    def sternness(self, plan: Plan) -> float:
        """How stern it is to a plan, from 0 to 1; nothing where all is tolerated or the plan has a licence.

        It goes by the stance, or by the pressure itself. With exemption by form, rectification is over for a plan that
        has no deposits, or has them in custody.
        """
        settings = self.settings
        if plan.licensed or not self.policy.threatens:
            return 0.0
        exempt = settings.exempt_by_form and (plan.in_custody or not plan.terms.mean_deposit)
        rectify = Stance.WARN if exempt else Stance.RECTIFY
        levels = [stance / Stance.CLOSE for stance in (Stance.TOLERATE, Stance.WARN, rectify, Stance.CLOSE)]
        if settings.sternness_continuous:
            return rules.sternness(self.pressure, self.marks, levels)
        return levels[self.stance]

    @property
    def marks(self) -> tuple[float, float, float]:
        """Pressure from which on it warns, rectifies and orders plans to close."""
        return self.settings.warn_at, self.settings.rectify_at, self.settings.close_at

    def open_plans(self) -> list["Platform"]:
        """Plans that take members."""
        return [platform for platform in self.model.platforms if platform.stage == Stage.OPEN]

    def insurance_like(self) -> list["Platform"]:
        """Those of them with an insurer behind them and no licence of their own."""
        return insurance_like(self.open_plans())

    def warn(self) -> None:
        """Publish a warning: members doubt, parents grow nervous."""
        self.last_warning = self.model.now
        self.model.note(REGULATOR, EventKind.WARNING, f"pressure {self.pressure:.2f}")
        for platform in self.open_plans():
            platform.lose_trust(self.model.case.mind.trust_from_warning)

    def rectify(self) -> None:
        """Go through all plans: deposits into custody; many of the small ones give up."""
        self.model.note(REGULATOR, EventKind.RECTIFICATION, f"pressure {self.pressure:.2f}")
        for platform in self.open_plans():
            platform.give_deposits_into_custody()
            platform.be_rectified()

    def _look(self) -> None:
        settings, model = self.settings, self.model
        part, people = settings.complaints_at_closing, model.case.people.population
        heard = sum(each.complaints + complaints_at_closing(each, part) for each in model.platforms)
        heard += sum(complaints_of_long_payers(each, settings) for each in model.platforms)
        self.complaints = heard * model.weight
        self.alarms = alarms(settings, model, model.platforms, self.complaints)
        seen = 0.0
        for alarm in self.alarms.values():
            seen += alarm
        self.pressure = rules.pressure(self.pressure, settings.forgetting, seen)
        self.insurance_like_membership += sum(each.members for each in self.insurance_like()) / people
        if settings.insurers_heard:
            taken = sum(map(business_taken, self.insurance_like()))
            self.insurance_like_membership += settings.insurers_heard * taken

    def guarantee(self, amount: int, payee: str, platform: str) -> int:
        """Pay what a closed plan leaves unpaid, as far as the fund goes; returns what was paid, fen."""
        return self.model.ledger.pay_as_far(amount, FUND, payee, platform, "guarantee")


def named(settings: Supervision) -> Policy:
    """The policy of that name."""
    if settings.policy == "guarantee_fund":
        return GuaranteeFund(settings.levy)
    if settings.policy == "reserve_duty":
        return ReserveDuty(settings.reserve_months)
    kinds: dict[str, type[Policy]] = {
        "laissez_faire": LaissezFaire,
        "historical": Historical,
        "early_licensing": EarlyLicensing,
        "strict_ban": StrictBan,
        "exit_plan_duty": ExitPlanDuty,
    }
    return kinds[settings.policy]()
