"""What a census shows of the members of a plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from abm.money import FEN_PER_YUAN
from abm.persons.census import AID_UNIT, EXPECTED_UNIT, STATUSES, Count
from abm.persons.state import Status
from abm.platforms import rules

if TYPE_CHECKING:
    from abm.platforms.plan import Plan


@dataclass(frozen=True)
class PlanCensus:
    """The members of a plan at the end of a step, simulated persons.

    Those who share, and the sum of their contribution weights, are kept up to date while claims are decided.
    """

    inside: int = 0  # the waiting among them
    left: int = 0  # in the step, of their own accord or because they did not pay
    ever_joined: int = 0
    joined: int = 0  # in the step
    promised: float = 0.0  # the share that they were led to expect, fen
    sharing: int = 0
    contribution_weights: int = 0
    expected_share: float = 0.0  # mean of the members, fen
    true_level: float = 0.0  # fen, see `rules.true_level`
    insured: float = 0.0  # share of the covered with insurance that asks about health
    charged: float = 0.0  # shares published since those who share began to, on average, fen
    reminded: float = 0.0  # the most that this has been so far: what was thought of once is not forgotten

    def with_sharers(self, persons: int, weight: int) -> "PlanCensus":
        """The same with more members who share, and with more weight."""
        return replace(self, sharing=self.sharing + persons, contribution_weights=self.contribution_weights + weight)


def inside(memberships: np.ndarray) -> np.ndarray:
    """Which memberships are inside their plans: true or not, row by row and slot."""
    found: np.ndarray = (memberships["status"] >= Status.WAITING) & (memberships["status"] <= Status.CLAIMING)
    return found


def were_in(memberships: np.ndarray, plan: int, now: int) -> np.ndarray:
    """Which memberships are inside a plan, or were until it ended in step `now`: true or not, row by row and slot."""
    ended = (memberships["status"] == Status.ENDED) & (memberships["since"] == now)
    found: np.ndarray = (memberships["platform"] == plan) & (inside(memberships) | ended)
    return found


def holding(tally: Sequence[int] | np.ndarray, products: int) -> int:
    """How many of those described in a row of `persons.census.count` hold any of some products, given as bits."""
    return sum(int(number) for held, number in enumerate(tally[Count.HELD :]) if held & products)


def read(tally: Sequence[int] | np.ndarray, plan: "Plan") -> PlanCensus:
    """The census of a plan from its row of `persons.census.count` and the census before it."""
    waiting = int(tally[Status.WAITING]) if plan.terms.newcomers_share else 0
    offer, covered = plan.model.world.offers[plan.index], max(1, int(tally[Count.DESCRIBED]))
    aid_a_year = FEN_PER_YUAN * float(tally[Count.AID]) / AID_UNIT / covered
    joined = int(tally[STATUSES + Status.WAITING])
    sharing = int(sum(tally[Status.COVERED : Status.CLAIMING + 1])) + waiting
    now, published, before = plan.model.now, plan.model.world.published[plan.index], plan.census
    share = int(published[now + 1] - published[now])
    if plan.terms.newcomers_share:  # who joined in this step shares from the next one on
        charged = rules.charged(before.charged + share, joined, sharing, 0)
    else:
        charged = rules.charged(before.charged, int(tally[STATUSES + Status.COVERED]), sharing, share)
    return PlanCensus(
        inside=int(sum(tally[Status.WAITING : Status.CLAIMING + 1])),
        left=int(tally[STATUSES + Status.LEFT] + tally[STATUSES + Status.LAPSED]),
        ever_joined=plan.census.ever_joined + joined,
        joined=joined,
        promised=float(offer["advertised"]),
        sharing=sharing,
        contribution_weights=int(tally[Count.CONTRIBUTION_WEIGHTS]),
        expected_share=float(tally[Count.EXPECTED]) / EXPECTED_UNIT / covered,
        true_level=rules.true_level(aid_a_year, plan.gross),
        insured=holding(tally, plan.model.case.insurance.underwritten) / covered,
        charged=charged,
        reminded=max(before.reminded, charged),
    )
