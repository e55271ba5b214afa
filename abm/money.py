"""Money in whole fen (1/100 yuan): nothing is lost in rounding, because what is left over has a name."""

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
