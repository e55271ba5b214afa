"""The regulator: it watches size, deposits, complaints and insurance-like membership, and acts by its policy."""

from typing import TYPE_CHECKING

from abm.agents.agent import Agent
from abm.ledger import FUND, deposits
from abm.money import yuan
from abm.observation.events import REGULATOR, EventKind
from abm.platforms import rules
from abm.platforms.closing import Stage
from abm.platforms.plan import Plan
from abm.platforms.policies import EarlyLicensing, GuaranteeFund, Historical, LaissezFaire, Policy, Stance, StrictBan
from abm.scenario.institutions import Supervision

if TYPE_CHECKING:
    from abm.agents.platform import Platform
    from abm.model import MutualAidModel

IN_SIGHT = (Stage.OPEN, Stage.CLOSING)


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

    def supervise(self) -> None:
        """Look, remember, and act."""
        self._look()
        settings = self.settings
        marks = (settings.warn_at, settings.rectify_at, settings.close_at)
        self.before, self.stance = self.stance, Stance(sum(self.pressure >= mark for mark in marks))
        self.policy.act(self)

    def rose_to(self, stance: Stance) -> bool:
        """Whether the regulator has just become as stern as that."""
        return self.before < stance <= self.stance

    def sternness(self, plan: Plan) -> float:
        """How stern it is to a plan, from 0 to 1; nothing where all is tolerated or the plan has a licence.

        Rectification is over for a plan that has no deposits, or has them in custody.
        """
        if plan.licensed or not self.policy.threatens:
            return 0.0
        rectified = self.stance == Stance.RECTIFY and (plan.in_custody or not plan.terms.deposit)
        return (Stance.WARN if rectified else self.stance) / Stance.CLOSE

    def open_plans(self) -> list["Platform"]:
        """Plans that take members."""
        return [platform for platform in self.model.platforms if platform.stage == Stage.OPEN]

    def insurance_like(self) -> list["Platform"]:
        """Those of them with an insurer behind them and no licence of their own."""
        return [platform for platform in self.open_plans() if platform.terms.insurer and not platform.licensed]

    def warn(self) -> None:
        """Publish a warning: members doubt, parents grow nervous."""
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
        people = model.case.people.population
        unlicensed = [each for each in model.platforms if not each.licensed and each.stage in IN_SIGHT]
        size = sum(each.members for each in unlicensed) / people
        loose = sum(model.ledger.balances[deposits(each.name)] for each in unlicensed if not each.in_custody)
        small_plans = sum(each.small_plans for each in unlicensed)
        self.complaints = sum(each.complaints for each in model.platforms) * model.weight
        seen = (
            settings.from_size * size
            + rules.alarm_at_deposits(settings.from_deposits, yuan(loose), model.weight)
            + rules.alarm_at_complaints(settings.from_complaints, self.complaints, people)
            + settings.from_small_plans * small_plans
        )
        self.pressure = rules.pressure(self.pressure, settings.forgetting, seen)
        self.insurance_like_membership += sum(each.members for each in self.insurance_like()) / people

    def guarantee(self, amount: int, payee: str, platform: str) -> int:
        """Pay what a closed plan leaves unpaid, as far as the fund goes; returns what was paid, fen."""
        return self.model.ledger.pay_as_far(amount, FUND, payee, platform, "guarantee")


def named(settings: Supervision) -> Policy:
    """The policy of that name."""
    if settings.policy == "guarantee_fund":
        return GuaranteeFund(settings.levy)
    kinds: dict[str, type[Policy]] = {
        "laissez_faire": LaissezFaire,
        "historical": Historical,
        "early_licensing": EarlyLicensing,
        "strict_ban": StrictBan,
    }
    return kinds[settings.policy]()
