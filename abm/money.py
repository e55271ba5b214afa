"""Money in whole fen (1/100 yuan): nothing is lost in rounding, because what is left over has a name."""

import math
from dataclasses import dataclass, field

import numpy as np

FEN_PER_YUAN = 100


def fen(yuan: float) -> int:
    """Yuan as whole fen, halves to even."""
    return round(yuan * FEN_PER_YUAN)


def yuan(amount: float) -> float:
    """Fen as yuan, for reading only."""
    return amount / FEN_PER_YUAN


def spell(amount: float) -> str:
    """An amount of fen for a reader: ``1,234.56 yuan``, ``9.89 billion yuan``."""
    value = yuan(amount)
    for size, name in ((1e9, " billion"), (1e6, " million")):
        if abs(value) >= size:
            return f"{value / size:,.2f}{name} yuan"
    return f"{value:,.2f} yuan"


def part(amount: int, rate: float) -> int:
    """A rate of an amount, in whole fen, halves to even: the fee on a sum of aid."""
    return round(amount * rate)


def divide(amount: int, heads: int) -> tuple[int, int]:
    """Share `amount` equally over `heads`: what each pays and what is then left over.

    Each pays the same whole number of fen, rounded up as published shares were, so the pool is never
    short; the remainder, ``each * heads - amount``, belongs to the pool and lowers the next share.
    """
    if amount <= 0 or heads <= 0:
        return 0, 0
    each = -(-amount // heads)
    return each, each * heads - amount


@dataclass
class Carried:
    """Real fen booked as simulated ones, which stand for `heads` real ones each; the rest is carried to the next.

    `totals`: real fen so far, by purpose, each with a rest of its own, so that what comes and goes may differ by a
    fen in a period. Simulated fen are differences of whole parts of these totals, so that in the long run nothing is
    lost in dividing, and with `heads` 1 nothing is changed.
    """

    heads: float = 1.0
    totals: dict[str, int] = field(default_factory=dict)

    def of(self, purpose: str, amount: int) -> int:
        """The simulated fen of an amount of real fen."""
        before = self.totals.get(purpose, 0)
        self.totals[purpose] = before + amount
        return math.floor((before + amount) / self.heads) - math.floor(before / self.heads)

    def of_each(self, purpose: str, amounts: np.ndarray) -> np.ndarray:
        """The simulated fen of some amounts, int64, one after the other."""
        before = self.totals.get(purpose, 0)
        whole = np.empty(amounts.size + 1, np.int64)
        whole[0] = math.floor(before / self.heads)
        whole[1:] = np.floor((before + amounts.cumsum()) / self.heads)
        self.totals[purpose] = before + int(amounts.sum())
        return whole[1:] - whole[:-1]
