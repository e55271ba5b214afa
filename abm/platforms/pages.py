"""The pages on which a plan is offered: who uses them."""

import numpy as np

from abm.persons.pages import MIDDLE_AGED, OLD
from abm.scenario.people import People
from abm.scenario.tables import strata_of
from abm.scenario.terms import PlatformTerms

BANDS = (0, MIDDLE_AGED, OLD)  # the first year of each band of ages


def audiences(terms: PlatformTerms, people: People) -> np.ndarray:
    """The chance that a person uses the pages of a plan, by city tier and band of age (mechanism A20).

    They are as many as `audience` says, and use is in the proportions of `users` as far as everybody in a tier and band
    does: those are all then, and the others make up for it.
    """
    users = terms.users
    relative = np.outer((users.tier_1, users.tier_2, 1.0), (users.under_30, 1.0, users.from_50))
    if terms.audience >= 1.0 or (relative == 1.0).all():
        return np.full(relative.shape, terms.audience)
    return scaled(relative, population(people), terms.audience)


def scaled(relative: np.ndarray, shares: np.ndarray, mean: float) -> np.ndarray:
    """Chances in proportion to `relative`, none above 1, whose mean over groups of these shares is `mean`, below 1."""
    certain = np.zeros(relative.shape, bool)
    while True:
        open_yet = np.where(certain, 0.0, shares * relative).sum()
        factor = (mean - shares[certain].sum()) / open_yet
        more = (factor * relative >= 1.0) & (shares > 0) & ~certain
        if not more.any():
            found: np.ndarray = np.where(certain, 1.0, np.minimum(1.0, factor * relative))
            return found
        certain |= more


def population(people: People) -> np.ndarray:
    """The share of the population in each city tier and band of age on the first day."""
    shares = np.zeros((3, len(BANDS)))
    for each in strata_of(people):
        for age in range(each.age, each.age + each.width):
            shares[each.tier - 1, np.searchsorted(BANDS, age, side="right") - 1] += each.share / each.width
    return shares
