"""What a board does about exits: lessons for its members, or milder terms, where that is worth more than it costs.

A member is worth to the parent what going on is worth, over the members and the years that it looks ahead. With that
worth w of a member and year, exits at a rate x of a year and a horizon H, who is in now is expected to stay for::

    A(x) = (1 - exp(-x H)) / x    years

A remedy that leaves a part f of the exits, costs c for a member and year, and drives a part d of the members away at
once is then worth, a member of now (mechanism B16)::

    (1 - d) (w - c) A(f x) - w A(x)

A board whose members are worth nothing to it has no use for any.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from abm.clock import PERIODS_PER_YEAR
from abm.money import yuan
from abm.persons.rules import aid_for_the_mean_case
from abm.platforms.plan import Plan
from abm.scenario.parents import Parent


@dataclass(frozen=True)
class Remedy:
    """A change of terms that a board could make against exits, and the words for it."""

    worth: float  # yuan a member
    changes: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""


def member_years(exits: float, years: float) -> float:
    """Years that a member of now is still in, on average, until so many `years` are over; `exits` is a rate a year."""
    return -math.expm1(-exits * years) / exits if exits > 0 else years


def mistaken(expected: float, true_level: float) -> float:
    """How far members are from the true level of shares, from 0 to 1: expecting nothing, or twice as much and more."""
    return min(1.0, abs(true_level - expected) / true_level) if true_level > 0 else 0.0


def worth_of_a_member(plan: Plan, parent: Parent) -> float:
    """What a member and year is worth to the parent, yuan: going on, whatever its end costs, over the years ahead."""
    worth = plan.valuation.going_on + plan.valuation.later
    return worth / (plan.members * parent.horizon) if plan.members * parent.horizon > 0 else 0.0


def worth_of_remedy(plan: Plan, parent: Parent, left: float, cost: float = 0.0, lost: float = 0.0) -> float:
    """What a remedy is worth, yuan a member of now: it leaves a part of the exits, costs that, and loses a part."""
    worth, exits, years = worth_of_a_member(plan, parent), plan.trend.exits_a_year, parent.horizon
    if worth <= 0:
        return -cost
    return (1 - lost) * (worth - cost) * member_years(left * exits, years) - worth * member_years(exits, years)


def lessons(plan: Plan, parent: Parent, losing_members: bool) -> float:
    """Part of the gap to the true level that the board lets members be taught in a period, 0 for no lessons.

    It begins when too many leave, and goes on while that is worth its cost.
    """
    remedies, census = parent.remedies, plan.census
    if not losing_members and not plan.levers.education:
        return 0.0
    kept = remedies.kept_by_lessons * mistaken(census.expected_share, census.true_level)
    pays = worth_of_remedy(plan, parent, 1 - kept, parent.education_cost) > 0
    return remedies.teaching if pays else 0.0


def milder_terms(plan: Plan, parent: Parent) -> Remedy:
    """The change of terms that is worth most, less aid for mild cases or a lower fee; without changes if none is."""
    terms, remedies = plan.terms, parent.remedies
    found = [Remedy(0.0)]

    def weigh(saved: float, cost: float, changes: Mapping[str, Any], words: str) -> None:
        """A change that saves members such a part of the bill, and costs the parent so much a member and year."""
        left = max(0.0, 1 - remedies.elasticity * saved)
        worth = worth_of_remedy(plan, parent, left, cost, remedies.lost_by_change)
        found.append(Remedy(worth, changes, words))

    mild_cover = terms.mild_cover * (1 - remedies.mild_cut)
    if mild_cover < terms.mild_cover:
        saved = part_saved(aid_by_table(plan, terms.mild_cover), aid_by_table(plan, mild_cover))
        weigh(saved, 0.0, {"mild_cover": mild_cover}, f"aid for mild cases falls by {remedies.mild_cut:.0%}")
    fee_rate = max(0.0, terms.fee_rate - remedies.fee_cut)
    if fee_rate < terms.fee_rate:
        points = terms.fee_rate - fee_rate
        aid_a_year = yuan(PERIODS_PER_YEAR * plan.census.true_level / plan.gross)
        weigh(points / plan.gross, points * aid_a_year, {"fee_rate": fee_rate}, f"the fee falls to {fee_rate:.1%}")
    return max(found, key=lambda remedy: remedy.worth)


def part_saved(aid: float, less: float) -> float:
    """Part of the bill that is saved where so much `less` aid is paid."""
    return 1 - less / aid if aid > 0 else 0.0


def aid_by_table(plan: Plan, mild_cover: float) -> float:
    """Aid of a year, yuan, that the table of incidence has for a member: mean of all ages covered and both sexes."""
    world = plan.model.world
    covers = world.covers[plan.index]
    if not covers.any():
        return 0.0
    ages, mild = np.flatnonzero(covers), world.settings[0]["mild_reckoned"] * world.mild
    reckoned = [aid_for_the_mean_case(covers[age], mild_cover, mild[age]) for age in ages]
    aid: float = (reckoned * world.incidence.mean(axis=0)[ages]).mean()
    return aid
