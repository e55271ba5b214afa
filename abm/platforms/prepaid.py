"""Who bears what a used-up deposit lacks of a share: the other members as far as caps allow, and then the platform.

The pool carries what is lacking, and it is shared with the aid of the next period.
"""

from abm.ledger import pool
from abm.money import fen
from abm.platforms.plan import Plan


def shortfall(plan: Plan, left_under_caps: int = 0) -> int:
    """What the platform bears of what a prepaid pool lacks, fen: all that members may not be asked for any more.

    `left_under_caps`: fen that each of those who share may still be asked for; nothing once the last share is drawn.
    """
    if not plan.terms.mean_deposit:
        return 0
    lacking = max(0, -plan.model.ledger.balances[pool(plan.name)])
    return max(0, lacking - left_under_caps * plan.census.sharing)


def left_under_caps(plan: Plan, before: int, share: int) -> int:
    """Fen that each of those who share may still be asked for the cases paid last, after a share in fen.

    Cases are not told apart in a pool, so what is left is reckoned for those paid last together: the shares of two
    periods in a row are never above the caps of the cases of both, and all shares never above the caps of all cases.
    Where no case was paid, the last are those of earlier periods, and what was left for them `before`.
    """
    cases = plan.desk.accepted.size * plan.desk.case_weight
    most = fen(plan.terms.case_cap * cases) if cases else before
    return max(0, most - share)
