"""Members who have paid for others for years and were never aided: 'I paid for others, who pays for me?' (A8)."""

import numpy as np

from abm.clock import PERIODS_PER_YEAR
from abm.persons.founding import CHUNK
from abm.platforms.census import were_in
from abm.platforms.plan import Plan
from abm.scenario.institutions import Supervision


def long_payers(plan: Plan, years: float) -> int:
    """Members, simulated, who have been inside for so many years, have paid, and were never aided by any plan.

    Where the plan ends in this very step, they are those who were in until now.
    """
    model, found = plan.model, 0
    for start in range(0, model.persons.size, CHUNK):
        rows = model.memberships[start : start + CHUNK]
        for_long = model.now - rows["joined"].astype(np.int64) >= years * PERIODS_PER_YEAR
        theirs = were_in(rows, plan.index, model.now) & for_long & (rows["paid"] > 0)
        found += int((theirs.any(axis=1) & (model.persons["received"][start : start + CHUNK] == 0)).sum())
    return found


def complaints_of_long_payers(plan: Plan, settings: Supervision) -> float:
    """Long payers, simulated, who complain of an end that was announced in the last period; less by what comes back."""
    part = settings.unrequited_complaints
    if not part or plan.closing is None or plan.closing.announced != plan.model.now - 1:
        return 0.0
    return (1 - plan.closing_plan.shares_refunded) * part * long_payers(plan, settings.unrequited_years)
