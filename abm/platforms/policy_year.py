"""What an insurer makes of the experience of a year: the next premium, or the end of the product."""

from abm.scenario.insurance import PolicyYear


def loss_ratio(premiums: int, benefits: int, year: PolicyYear) -> float:
    """Benefits of a year over premiums and the subsidy that a city adds to these; 0 where nobody paid.

    Both are of simulated holders alone, each by their own luck: the cases of the fellows whom a row stands for are not
    counted for insurers, as they are for plans. `least_claims` keeps that luck from being taken for experience.
    """
    return benefits / (premiums * (1 + year.subsidy)) if premiums else 0.0


def claims_paid_for(premiums: int, sum_insured: int, year: PolicyYear) -> float:
    """Claims of a year that premiums and subsidy were meant for: how much experience there is, whatever came of it."""
    return premiums * (1 + year.subsidy) * year.aimed_loss_ratio / max(1, sum_insured)


def fails(ratio: float, year: PolicyYear) -> bool:
    """Whether no insurer goes on after a year of such a loss ratio."""
    return year.may_fail and ratio > year.bearable_loss_ratio


def change_of_premium(ratio: float, year: PolicyYear) -> float:
    """The premium of the next year over that of a year of such a loss ratio: within what may be asked more, or less."""
    wanted = 1 + year.premium_response * (ratio / year.aimed_loss_ratio - 1)
    most = 1 + year.highest_rise
    return max(1 / most, min(most, wanted))
