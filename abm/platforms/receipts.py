"""What was collected from members and given to them, as movements of money: who pays whom, and for what."""

from collections.abc import Sequence

from abm.ledger import HOUSEHOLDS, PERSONS, deposits, own, pool
from abm.persons.paying import COLLECTED, DEPOSITED, DRAWN, FREED, REFUNDED, RETURNED, SEIZED


def movements(cash_flows: Sequence[int], plan: str) -> tuple[tuple[int, str, str, str], ...]:
    """Amount in fen, payer, payee and purpose of each movement in a plan's row of the cash flows of a step."""
    return (
        (cash_flows[COLLECTED], PERSONS, pool(plan), "share"),
        (cash_flows[DEPOSITED], PERSONS, deposits(plan), "deposit"),
        (cash_flows[DRAWN], deposits(plan), pool(plan), "drawn"),
        (cash_flows[REFUNDED], deposits(plan), PERSONS, "refund"),
        (cash_flows[SEIZED], deposits(plan), own(plan), "seized"),
        (cash_flows[RETURNED], own(plan), PERSONS, "returned"),
        (cash_flows[FREED], own(plan), HOUSEHOLDS, "conversion"),
    )
