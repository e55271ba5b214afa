"""The pages on which a plan is offered: who uses them, and money that is raised on them for the ill."""

import math
from datetime import date

import numpy as np

from abm.clock import half_month
from abm.persons.pages import MIDDLE_AGED, OLD, ill_lately
from abm.platforms import rules
from abm.platforms.plan import Plan
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
        if open_yet <= 0.0:
            return np.ones(relative.shape)
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


def raising(plan: Plan, day: date) -> float:
    """The part of the ill for whom money is raised on the page of a plan on a day (mechanism B14)."""
    page = plan.terms.crowdfunding
    opened = page.begins or plan.terms.launch
    return page.raising * rules.phased_in(half_month(day) - half_month(opened), page.months)


def seen_by_others(plan: Plan, raised: float) -> float:
    """The chance that in a period a person comes by the page of somebody ill who is no friend, and is offered the plan.

    `raised` is the part of the ill who have a page. How many fall ill is counted as long as friends talk about it; how
    many of their pages come by a person is a Poisson number.
    """
    model, talked_about = plan.model, plan.model.case.friends.news_periods
    if not raised or not talked_about:
        return 0.0
    ill = ill_lately(model.world.signals) / model.persons.size / max(1, min(model.now, talked_about))
    return -math.expm1(-raised * ill * plan.terms.crowdfunding.viewers)
