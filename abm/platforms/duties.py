"""Duties that a policy may lay on plans: an exit plan (mechanism C6), a reserve for claims (C7). Everything here reads.

The reserve is the platform's own money in an account out of its reach. While the plan goes on it is filled up to months
of the aid that an actuary expects, and what is above that is given back. After the end of cover it pays what nobody
else pays of the claims; what is then left is the platform's again, unless its owners have run away.
"""

from abm.clock import PERIODS_PER_MONTH, PERIODS_PER_YEAR
from abm.ledger import OUTSIDE, own, reserve
from abm.platforms.board import aid_expected
from abm.platforms.closing import ClosingKind, Stage
from abm.platforms.plan import Plan
from abm.scenario.institutions import Supervision
from abm.scenario.parents import ClosingPlan

Movement = tuple[int, str, str, str]  # fen, payer, payee, purpose


def exit_plan(promised: ClosingPlan, settings: Supervision) -> ClosingPlan:
    """What a plan that promised this for its end must promise where there is a duty to have an exit plan."""
    notice = max(promised.notice_days, settings.exit_notice_days)
    return promised.model_copy(update={"notice_days": notice, "run_off_borne": True, "distrust_of_data": 0.0})


def reserve_wanted(plan: Plan, months: float) -> int:
    """What a plan must have put aside by now, simulated fen."""
    return round(months * PERIODS_PER_MONTH * aid_expected(plan, plan.census.inside))


def cost_of_reserve(held: int, a_year: float) -> int:
    """What it costs to leave so much money untouched for a half-month, fen."""
    return round(held * a_year / PERIODS_PER_YEAR)


def reserve_movements(plan: Plan) -> list[Movement]:
    """What a plan puts aside in a period, or takes back, and what that costs."""
    supervisor, name = plan.model.regulator, plan.name
    held, months = plan.model.ledger.balances[reserve(name)], supervisor.policy.reserve_months
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
