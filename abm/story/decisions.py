"""Why a person decides so: the terms of a decision, in yuan a year, as the rules weigh them. Everything here reads.

``me``, ``mine``, ``m``, ``row``, ``k`` and ``world`` are those of `persons.appraisal`. The behaviours add the same
terms up and keep only the sum; `Decision.gain` is that sum, asked of `appraisal` itself.
"""

import functools
import operator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from abm.draws import draw
from abm.market import CITY, COMMERCIAL, World
from abm.persons import rules
from abm.persons.appraisal import (
    age_of,
    chance_to_think,
    for_me,
    friends_in,
    incidence_of,
    plans_inside,
    shown_bill,
    slot_for,
    worth,
    worth_of_policy,
)
from abm.persons.behaviours import JOIN, STAY
from abm.persons.insuring import BUY
from abm.persons.paying import CONVERT, TOP_UP
from abm.persons.state import ALERTED, CITY_PLAN, CLAIMING, DIAGNOSED, FEMALE, INSURED, WAITING


class Weight(StrEnum):
    """What can speak for or against."""

    COVER = "cover"  # believed aid to be had, marked up for dislike of risk
    HELPING = "helping"
    FRIENDS = "friends"  # doing as they do
    SHARING = "sharing"  # the shares reckoned with
    RESENTMENT = "resentment_of"  # having paid to a plan that may close before one's turn
    STAYING_PUT = "staying put"  # the trouble of leaving, on the side of staying
    TROUBLE = "trouble"  # of joining, paying in or buying, with what is paid in at once
    PREMIUM = "premium"


class Prompt(StrEnum):
    """What made a person think again: the least that was enough for the number drawn."""

    HABIT = "habit"  # its own attention
    NEWS = "news"
    BILL = "bill"


@dataclass(frozen=True)
class Term:
    """One thing weighed, in yuan a year: above zero for yes, below it against."""

    weight: Weight
    worth: float


@dataclass(frozen=True)
class Decision:
    """A question answered by a logistic choice: yes if the number drawn is below the chance.

    `terms` stand in the order in which they add up to `gain` without rounding otherwise. `share` is the one reckoned
    with and `bill` the last one shown, fen a period; `runner_up` the next best plan, with its gain.
    """

    terms: tuple[Term, ...]
    gain: float
    chance: float
    drawn: float
    trust: float
    cover: float  # yuan
    share: float = 0.0
    expected: float = 0.0
    bill: float = 0.0
    paid: int = 0  # fen, to this plan so far
    friends: tuple[int, int] = (0, 0)  # inside, of all
    prompt: Prompt | None = None
    runner_up: tuple[int, float] | None = None

    @property
    def yes(self) -> bool:
        """Whether the answer is yes: to stay, join, pay in or buy."""
        return self.drawn < self.chance

    @property
    def total(self) -> float:
        """The terms added up, one after the other."""
        return functools.reduce(operator.add, (term.worth for term in self.terms))

    def worth(self, weight: Weight) -> float:
        """What one thing weighs; 0 where it does not count."""
        return sum(term.worth for term in self.terms if term.weight == weight)


def prompted(me: Any, mine: np.ndarray, row: int, u: float, world: World) -> Prompt | None:
    """What made the person think again; None if it did not."""
    if u >= chance_to_think(me, mine, row, world):
        return None
    if u < rules.thinking_chance(me["attention"], 0.0, me["patience"]):
        return Prompt.HABIT
    alerted = max(float(me["attention"]), float(world.settings[0]["alerted_attention"]))
    if me["traits"] & ALERTED and u < rules.thinking_chance(alerted, 0.0, me["patience"]):
        return Prompt.NEWS
    return Prompt.BILL


def to_stay(me: Any, m: Any, others: int, row: int, world: World, prompt: Prompt | None = None) -> Decision:
    """Whether to stay in a plan, as `behaviours.stay_or_leave` asks; `others` is the number of other plans."""
    k, trust = np.int64(m["platform"]), np.float64(m["trust"])
    bill = shown_bill(me, k, row, world)
    share = rules.anticipated_share(m["expected"], bill, me["anxiety"])
    resentment_of = rules.resentment_of(
        m["paid"], world.offers[k]["perceived_closure_risk"], world.settings[0]["resentment"]
    )
    inertia = np.float64(me["inertia"])
    gain = worth(me, k, others, trust, share, row, world) - resentment_of + inertia
    terms = (*_inside(me, k, others, trust, share, row, world), Term(Weight.RESENTMENT, -float(resentment_of)))
    terms += (Term(Weight.STAYING_PUT, float(inertia)),)
    return _decision(
        terms, gain, STAY + k, me, k, row, world, trust=trust, share=share,
        expected=m["expected"], bill=bill, paid=m["paid"], prompt=prompt,
    )  # fmt: skip


def to_join(
    me: Any, mine: np.ndarray, inside: int, row: int, world: World, prompt: Prompt | None = None
) -> tuple[int, Decision] | None:
    """The plan worth most of those that may be joined, and whether to, as `behaviours.join_the_best` asks."""
    found: list[tuple[int, Decision]] = []
    for k in map(np.int64, range(world.offers.size)):
        slot = slot_for(me, mine, k, row, world)
        if slot < 0:
            continue
        remembered = mine[slot]["platform"] == k
        trust = np.float64(mine[slot]["trust"] if remembered else world.offers[k]["brand"])
        trouble = np.float64(me["inertia"]) + rules.entry(world.deposits[k, age_of(me, world)])
        share = for_me(world.offers[k]["advertised"], me, k, row, world)
        gain = worth(me, k, inside, trust, share, row, world) - trouble
        terms = (*_inside(me, k, inside, trust, share, row, world), Term(Weight.TROUBLE, -float(trouble)))
        decision = _decision(
            terms, gain, JOIN + k, me, k, row, world, trust=trust, share=share, expected=share,
            bill=shown_bill(me, k, row, world), prompt=prompt,
        )  # fmt: skip
        found.append((int(k), decision))
    if not found:
        return None
    best, *others = sorted(found, key=lambda each: -each[1].gain)  # of equals the first
    if not others:
        return best
    runner_up = (others[0][0], others[0][1].gain)
    return best[0], Decision(**(vars(best[1]) | {"runner_up": runner_up}))


def to_pay_in(me: Any, m: Any, lacking: int, others: int, row: int, world: World) -> Decision:
    """Whether to fill up a deposit that is used up, as `paying.draw_on_deposit` asks; `lacking` in fen."""
    k, trust, share = np.int64(m["platform"]), np.float64(m["trust"]), np.float64(m["expected"])
    trouble = np.float64(me["inertia"]) + rules.entry(lacking)
    gain = worth(me, k, others, trust, share, row, world) - trouble
    terms = (*_inside(me, k, others, trust, share, row, world), Term(Weight.TROUBLE, -float(trouble)))
    bill = shown_bill(me, k, row, world)
    return _decision(
        terms, gain, TOP_UP + k, me, k, row, world, trust=trust, share=share, expected=share, bill=bill, paid=m["paid"]
    )


def to_insure(me: Any, mine: np.ndarray, policy: int, row: int, world: World) -> Decision:
    """Whether to buy a policy, as `insuring.consider` asks."""
    policy = np.int64(policy)
    inertia = np.float64(me["inertia"])
    gain = worth_of_policy(me, mine, policy, 0.0, world) - inertia
    terms = (*_policy(me, mine, policy, 0.0, world), Term(Weight.TROUBLE, -float(inertia)))
    return _insurance(terms, gain, BUY + policy, policy, row, world)


def to_be_insured(me: Any, mine: np.ndarray, k: int, row: int, world: World) -> Decision:
    """Whether to take the insurance that a plan offers at its end, as `paying.end` asks."""
    free = world.offers[k]["conversion"]
    gain = worth_of_policy(me, mine, COMMERCIAL, free, world)
    return _insurance(_policy(me, mine, COMMERCIAL, free, world), gain, CONVERT + k, COMMERCIAL, row, world)


def offered(me: Any, mine: np.ndarray, u: float, world: World) -> tuple[int, int] | None:
    """The policy that comes by, and the plan on whose pages (-1: an agent, or the city); None if none does."""
    city, commercial = world.policies[CITY], world.policies[COMMERCIAL]
    if city["sum_insured"] == 0 and commercial["sum_insured"] == 0:
        return None
    if u >= 1.0 - city["reach"]:
        wanted = city["on_sale"][int(me["tier"])] and not me["traits"] & CITY_PLAN
        return (int(CITY), -1) if wanted else None
    ill = me["health"] == DIAGNOSED
    if ill or not commercial["on_sale"][int(me["tier"])] or me["traits"] & INSURED:
        return None
    bound = commercial["reach"]
    if u < bound:
        return int(COMMERCIAL), -1
    for m in mine:
        if WAITING <= m["status"] <= CLAIMING:
            exposure = world.offers[int(m["platform"])]["cross_sell_reach"]
            if bound <= u < bound + exposure:
                return int(COMMERCIAL), int(m["platform"])
            bound += exposure
    return None


def friends_of(row: int, world: World) -> int:
    """How many friends a person has."""
    return int(world.first[row + 1]) - int(world.first[row])


def _inside(me: Any, k: int, others: int, trust: float, share: float, row: int, world: World) -> tuple[Term, ...]:
    """The terms of `appraisal.worth`."""
    p = world.settings[0]
    risk = incidence_of(me, world) * np.float64(me["believed_frailty"])
    overlap = rules.overlap(
        p["insured_overlap"] if me["traits"] & INSURED else 0.0, p["city_overlap"] if me["traits"] & CITY_PLAN else 0.0
    )
    for _ in range(others):
        overlap = rules.overlap(overlap, p["plan_overlap"])
    reliance, amount = (
        rules.erode_trust(trust, world.offers[k]["perceived_closure_risk"]),
        world.covers[k, age_of(me, world)],
    )
    cover = rules.worth_of_cover(reliance, amount, risk, me["risk_aversion"], overlap)
    return (
        Term(Weight.HELPING, float(rules.worth_of_company(me["altruism"], 0.0, 0.0))),
        Term(Weight.FRIENDS, float(rules.worth_of_company(0.0, me["herding"], friends_in(k, row, world)))),
        Term(Weight.COVER, float(cover)),
        Term(Weight.SHARING, -float(rules.cost_of_sharing(share))),
    )


def _policy(me: Any, mine: np.ndarray, policy: int, free: float, world: World) -> tuple[Term, ...]:
    """The terms of `appraisal.worth_of_policy`."""
    p, offer = world.settings[0], world.policies[policy]
    risk = incidence_of(me, world) * np.float64(me["believed_frailty"])
    other = p["city_overlap"] if policy == COMMERCIAL and me["traits"] & CITY_PLAN else 0.0
    if policy == CITY and me["traits"] & INSURED:
        other = p["insured_overlap"]
    overlap = rules.overlap(other, p["plan_overlap"] if plans_inside(mine) else 0.0)
    amount = offer["sum_insured"] / rules.FEN_PER_YUAN
    premium = world.premiums[policy, me["traits"] & FEMALE, age_of(me, world)] / rules.FEN_PER_YUAN
    if premium > offer["affordable"] * np.float64(me["income"]):
        premium = np.inf  # more than can be spared
    cover = rules.worth_of_cover(offer["trust"], amount, risk, me["risk_aversion"], overlap)
    due = premium if np.isinf(premium) else premium * max(0.0, 1.0 - free)
    return Term(Weight.COVER, float(cover)), Term(Weight.PREMIUM, -float(due))


def _insurance(terms: tuple[Term, ...], gain: float, purpose: int, policy: int, row: int, world: World) -> Decision:
    offer = world.policies[policy]
    return Decision(
        terms=terms, gain=float(gain), chance=_chance(gain, world), drawn=_uniform(purpose, row, world),
        trust=float(offer["trust"]), cover=float(offer["sum_insured"] / rules.FEN_PER_YUAN),
    )  # fmt: skip


def _decision(
    terms: tuple[Term, ...], gain: float, purpose: int, me: Any, k: int, row: int, world: World, **given: Any
) -> Decision:
    friends = friends_of(row, world)
    inside = round(float(friends_in(k, row, world)) * friends)
    return Decision(
        terms=terms,
        gain=float(gain),
        chance=_chance(gain, world),
        drawn=_uniform(purpose, row, world),
        cover=float(world.covers[k, age_of(me, world)]),
        friends=(inside, friends),
        paid=int(given.get("paid", 0)),
        prompt=given.get("prompt"),
        trust=float(given["trust"]),
        share=float(given["share"]),
        expected=float(given["expected"]),
        bill=float(given["bill"]),
    )


def _chance(gain: float, world: World) -> float:
    return float(rules.choice_chance(gain, world.settings[0]["noise"]))


def _uniform(purpose: int, row: int, world: World) -> float:
    p = world.settings[0]
    return float(draw(p["seed"], p["now"], row, purpose))
