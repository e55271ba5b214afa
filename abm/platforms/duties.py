"""Duties laid on plans: an exit plan (mechanism C6), a reserve for claims (C7).

A scenario lays them from a day on, beside whatever policy there is; policies that are one of them alone do so too.

The reserve is the platform's own money in an account out of its reach. While the plan goes on it is filled up to months
of the aid that an actuary expects, and what is above that is given back. After the end of cover it pays what nobody
else pays of the claims; what is then left is the platform's again, unless its owners have run away.
"""

from datetime import date

from abm.clock import PERIODS_PER_MONTH, PERIODS_PER_YEAR
from abm.ledger import OUTSIDE, own, reserve
from abm.platforms.board import aid_expected
from abm.platforms.closing import ClosingKind, Stage
from abm.platforms.plan import Plan, SupervisedPlan, Supervisor
from abm.scenario.institutions import Supervision
from abm.scenario.parents import ClosingPlan

Movement = tuple[int, str, str, str]  # fen, payer, payee, purpose


def in_force(first: date | None, day: date) -> bool:
    """Whether there is a duty on a day, by the first day of it."""
    return first is not None and first <= day


def ask_for_exit_plans(regulator: Supervisor) -> None:
    """Every plan that takes members and promises less than it must promises that from now on."""
    for plan in regulator.open_plans():
        ask_for_an_exit_plan(plan, regulator.settings)


def ask_for_an_exit_plan(plan: SupervisedPlan, settings: Supervision) -> None:
    """A plan that promises less than it must promises that from now on."""
    promised = plan.terms.closing
    owed = exit_plan(promised, settings)
    if owed != promised:
        plan.promise_for_the_end(owed)


def exit_plan(promised: ClosingPlan, settings: Supervision) -> ClosingPlan:
    """What a plan that promised this for its end must promise where there is a duty to have an exit plan."""
    notice = max(promised.notice_days, settings.exit_notice_days)
    return promised.model_copy(update={"notice_days": notice, "run_off_borne": True, "distrust_of_data": 0.0})


def months_put_aside(regulator: Supervisor, day: date) -> float:
    """Months of expected aid that every plan must put aside on a day: by the policy, or by a duty beside it."""
    settings = regulator.settings
    months = settings.reserve_months if in_force(settings.reserve_duty_from, day) else 0.0
    return max(months, regulator.policy.reserve_months)


def reserve_wanted(plan: Plan, months: float) -> int:
    """What a plan must have put aside by now, simulated fen."""
    return round(months * PERIODS_PER_MONTH * aid_expected(plan, plan.census.inside))


def cost_of_reserve(held: int, a_year: float) -> int:
    """What it costs to leave so much money untouched for a half-month, fen."""
    return round(held * a_year / PERIODS_PER_YEAR)


def reserve_movements(plan: Plan) -> list[Movement]:
    """What a plan puts aside in a period, or takes back, and what that costs."""
    supervisor, name = plan.model.regulator, plan.name
    held, months = plan.model.ledger.balances[reserve(name)], months_put_aside(supervisor, plan.model.day)
    found: list[Movement] = []
    if held:
        cost = cost_of_reserve(held, supervisor.settings.reserve_cost)
        found.append((cost, own(name), OUTSIDE, "reserve_cost"))
    if (months or held) and plan.stage == Stage.OPEN:
        lacking = reserve_wanted(plan, months) - held
        found.append((max(0, lacking), own(name), reserve(name), "reserve"))
        found.append((max(0, -lacking), reserve(name), own(name), "reserve_back"))
    return found


def reserve_left(plan: Plan) -> list[Movement]:
    """What of the reserve goes back to the platform when accounts are wound up; nothing to who has run away."""
    fled = plan.closing is not None and plan.closing.kind == ClosingKind.FLIGHT
    left = plan.model.ledger.balances[reserve(plan.name)]
    return [] if fled else [(left, reserve(plan.name), own(plan.name), "reserve_back")]
