"""What a licensed mutual insurer loses at its start, and earns on what it holds."""

from abm.clock import PERIODS_PER_YEAR
from abm.money import part
from abm.scenario.institutions import MutualInsurer


def loss_of_period(terms: MutualInsurer, step: int) -> float:
    """The loss of its other business in a half-month, yuan: halved again and again since the first step."""
    halved: float = 0.5 ** (step / (PERIODS_PER_YEAR * terms.loss_halves_years))
    return terms.starting_loss / PERIODS_PER_YEAR * halved


def interest_on(held: int, terms: MutualInsurer) -> int:
    """Interest of a half-month on all that it holds, fen."""
    return part(max(0, held), terms.interest / PERIODS_PER_YEAR)
