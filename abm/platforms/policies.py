"""What the regulator does: interchangeable rules, from nothing at all to a ban.

A policy is a final class of a few lines: it looks at the regulator's measures and calls its acts. Hand an object of
your own class to the model as ``policy=``, or name it in `regulator.named` and in `institutions.PolicyName`.
"""

from abc import ABC, abstractmethod
from enum import IntEnum
from typing import Any

from abm.errors import ModelError
from abm.platforms.alarms import misleads
from abm.platforms.closing import ClosingKind
from abm.platforms.duties import ask_for_exit_plans
from abm.platforms.plan import SupervisedPlan, Supervisor


class Stance(IntEnum):
    """How stern the regulator is."""

    TOLERATE = 0  # pressure is below all thresholds
    WARN = 1  # from `warn_at` on
    RECTIFY = 2  # from `rectify_at` on
    CLOSE = 3  # from `close_at` on


class Policy(ABC):
    """Rules by which a regulator acts, after every step."""

    levy = 0.0  # part of aid paid into a guarantee fund
    reserve_months = 0.0  # of the aid expected, that every plan puts aside for claims
    threatens = True  # whether its sternness makes parents nervous and founders shy

    def may_launch(self, regulator: Supervisor, plan: SupervisedPlan) -> bool:  # noqa: ARG002
        """Whether a new plan may open."""
        return True

    @abstractmethod
    def act(self, regulator: Supervisor) -> None:
        """What to do, given the regulator's pressure, its stance, `insurance_like_membership`, and the platforms."""


class LaissezFaire(Policy):
    """Look on."""

    threatens = False

    def act(self, regulator: Supervisor) -> None:
        pass


class Historical(Policy):
    """Warn, then rectify, as pressure grows; stop what looks like insurance; order no closing (fact F270).

    Where the scenario says from when on (`truth_demanded_at`), misleading promotion is fined and corrected (F251).
    """

    def act(self, regulator: Supervisor) -> None:
        if regulator.rose_to(Stance.WARN):
            regulator.warn()
        if regulator.rose_to(Stance.RECTIFY):
            regulator.rectify()
        settings = regulator.settings
        for plan in regulator.open_plans():
            if misleads(plan, settings):
                plan.tell_the_truth(settings.promotion_fine)
        for plan in regulator.insurance_like():
            if regulator.insurance_like_membership >= (settings.stop_new_at if plan.is_new else settings.stop_all_at):
                plan.stop_being_insurance()


class EarlyLicensing(Policy):
    """Only parents with means may open a plan; deposits are in custody; newcomers are told the true level of shares."""

    def may_launch(self, regulator: Supervisor, plan: SupervisedPlan) -> bool:
        parent = plan.terms.parent
        granted = parent is not None and parent.loss_limit >= regulator.settings.licence_capital
        if granted:
            plan.be_licensed()
        return granted

    def act(self, regulator: Supervisor) -> None:
        pass


class StrictBan(Policy):
    """No plan may go on, and after the first day none may open."""

    def may_launch(self, regulator: Supervisor, plan: SupervisedPlan) -> bool:  # noqa: ARG002
        return regulator.model.now == 0

    def act(self, regulator: Supervisor) -> None:
        for plan in regulator.open_plans():
            plan.announce(ClosingKind.ORDERED, "plans without a licence are forbidden")


class GuaranteeFund(Policy):
    """A part of all aid is paid into a fund, which pays the claims that closed plans leave unpaid."""

    def __init__(self, levy: float) -> None:
        self.levy = levy

    def act(self, regulator: Supervisor) -> None:
        pass


class ExitPlanDuty(Policy):
    """Every plan must have an exit plan: notice in time, a run-off paid by the platform, data left alone."""

    def act(self, regulator: Supervisor) -> None:
        ask_for_exit_plans(regulator)


class ReserveDuty(Policy):
    """Every plan puts months of expected aid aside, of its own money and out of its reach, for claims after its end."""

    def __init__(self, months: float) -> None:
        self.reserve_months = months

    def act(self, regulator: Supervisor) -> None:
        pass


def require_policy(policy: Any) -> None:
    """Raise `ModelError` for a policy that is none."""
    if policy is not None and not isinstance(policy, Policy):
        raise ModelError(f"policy = {policy!r} must be an object of a class of `Policy`, as Historical()")
