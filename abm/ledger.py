"""Who paid whom: every fen that leaves an account enters another.

All persons together are one account here; the part of each is on their own row, and `audit` holds the two
against each other. Amounts are of the simulated persons; the model multiplies by its weight when it reports.
"""

from collections import Counter

import numpy as np

PERSONS = "persons"
HOUSEHOLDS = "households"  # the same persons, as far as premiums and benefits of insurance go
OUTSIDE = "outside"
FUND = "guarantee_fund"
DEPOSITS = ".deposits"  # at the end of the name of each account of deposits
RESERVE = ".reserve"  # of what is put aside for claims


class LedgerError(ArithmeticError):
    """Money was made or lost.

    No `HuzhuError`: nothing that a user gives may lead here, so it ends a run with its traceback, as a fault of the
    program.
    """


class Ledger:
    """Balances of all accounts, and the flows of the current period by platform and purpose."""

    def __init__(self) -> None:
        self.balances: Counter[str] = Counter()
        self.opening: Counter[str] = Counter()  # balances at the beginning of the current period
        self.flows: Counter[tuple[str, str]] = Counter()

    def open_period(self) -> None:
        """Forget the flows of the last period; balances stay."""
        self.opening = self.balances.copy()
        self.flows.clear()

    def transfer(self, amount: int, payer: str, payee: str, platform: str, purpose: str) -> None:
        """Move whole fen from one account to another, for a purpose of a platform's business."""
        if amount < 0 or amount != int(amount):
            raise LedgerError(f"{platform}: {purpose} of {amount} fen from {payer} to {payee} is not a whole amount")
        self.balances[payer] -= int(amount)
        self.balances[payee] += int(amount)
        self.flows[platform, purpose] += int(amount)

    def gained(self, account: str) -> int:
        """What an account gained in the current period, fen; negative is lost."""
        return self.balances[account] - self.opening[account]

    def pay_as_far(self, amount: int, payer: str, payee: str, platform: str, purpose: str) -> int:
        """Move an amount as far as the payer's funds go; returns what was paid, fen."""
        paid = max(0, min(amount, self.balances[payer]))
        self.transfer(paid, payer, payee, platform, purpose)
        return paid

    def audit(self, persons: np.ndarray, memberships: np.ndarray, aid_per_head: np.ndarray) -> None:
        """Raise `LedgerError` unless accounts sum to nothing and agree with what persons paid and were paid."""
        if total := sum(self.balances.values()):
            raise LedgerError(f"accounts sum to {total} fen, not to nothing")
        paid, received = (int(each.sum(dtype=np.int64)) for each in (persons["paid"], aid_per_head))
        if received - paid != self.balances[PERSONS]:
            raise LedgerError(
                f"persons hold {received - paid} fen by their own count, {self.balances[PERSONS]} by ours"
            )
        in_slots = memberships["paid"].sum(axis=1, dtype=np.int64)
        if (in_slots > persons["paid"]).any():
            raise LedgerError("somebody paid more to their platforms than in all")
        self._audit_signs(persons, memberships, aid_per_head)

    def _audit_signs(self, persons: np.ndarray, memberships: np.ndarray, aid_per_head: np.ndarray) -> None:
        """Nobody paid or received less than nothing, and what members have in deposits is there."""
        counts = (persons["paid"], persons["received"], aid_per_head, memberships["paid"])
        if any((each < 0).any() for each in counts):
            raise LedgerError("somebody paid or received less than nothing")
        kept = {name: amount for name, amount in self.balances.items() if name.endswith(DEPOSITS)}
        aside = {name: amount for name, amount in self.balances.items() if name.endswith(RESERVE)}
        for name, amount in (kept | aside | {FUND: self.balances[FUND]}).items():
            if amount < 0:
                raise LedgerError(f"{name} holds {amount} fen, less than nothing")
        held = int(np.maximum(memberships["balance"], 0).sum(dtype=np.int64))
        if held > sum(kept.values()):
            raise LedgerError(f"members have {held} fen in deposits, and less is there")


def pool(platform: str) -> str:
    """The account that shares enter and aid leaves; negative while the platform advances."""
    return f"{platform}.pool"


def deposits(platform: str) -> str:
    """What members have paid in and not yet been charged for."""
    return f"{platform}{DEPOSITS}"


def reserve(platform: str) -> str:
    """What a platform has put aside for the claims of its members, out of its reach."""
    return f"{platform}{RESERVE}"


def own(platform: str) -> str:
    """The platform's own money: fees and traffic in; subsidies, investigation and technology out."""
    return f"{platform}.own"
