"""Why a person decides so: the terms of a decision, in yuan a year, with the words for them. Everything here reads.

The terms are those that the behaviours add up (`persons.appraisal`), told as `weights` has it; here they stand beside
what was drawn and what else a reader wants to know. Names of arguments are those of `persons.situation`.
"""

import functools
import operator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from abm.market import World
from abm.money import FEN_PER_YUAN
from abm.persons import appraisal, rules
from abm.persons.appraisal import TASTE, TASTE_OF_INSURANCE, Terms
from abm.persons.behaviours import JOIN, STAY
from abm.persons.guardians import signer_for
from abm.persons.insuring import BUY
from abm.persons.paying import CONVERT, TOP_UP
from abm.persons.situation import age_of, for_me, friends_in, shown_bill, slot_for
from abm.story.weights import Term, weighed


class Prompt(StrEnum):
    """What made a person think again: the least that was enough for the number drawn."""

    HABIT = "habit"  # its own attention
    NEWS = "news"
    BILL = "bill"


@dataclass(frozen=True)
class Decision:
    """A question answered by a logistic choice: yes if the number drawn is below the chance.

    `terms` stand in the order in which they add up to `gain` without rounding otherwise. `share` is the one reckoned
    with, `bill` the last one shown and `reference` the one that it was held against, fen a period; `taste`, in yuan a
    year, is the person's lasting one, of which the number drawn is the quantile, None where it is drawn anew; `again`
    where a plan would be joined once more; `runner_up` the next best plan, with its gain, a lasting taste included.
    """

    terms: tuple[Term, ...]
    gain: float
    chance: float
    drawn: float
    trust: float = 0.0
    cover: float = 0.0  # yuan
    share: float = 0.0
    expected: float = 0.0
    bill: float = 0.0
    reference: float = 0.0
    deposit: int = 0  # fen, to be paid in at once
    paid: int = 0  # fen, to this plan so far
    friends: tuple[int, int] = (0, 0)  # inside, of all
    prompt: Prompt | None = None
    taste: float | None = None
    again: bool = False
    runner_up: tuple[int, float] | None = None

    @property
    def yes(self) -> bool:
        """Whether the answer is yes: to stay, join, pay in or buy."""
        return self.drawn < self.chance

    @property
    def liking(self) -> float:
        """The gain, and a lasting taste on top."""
        return self.gain + (self.taste or 0.0)

    @property
    def total(self) -> float:
        """The terms added up, one after the other."""
        return functools.reduce(operator.add, (term.worth for term in self.terms), 0.0)

    def worth(self, field: str) -> float:
        """What one thing weighs, a field of `Terms`; 0 where it does not count."""
        return sum(term.worth for term in self.terms if term.field == field)


def prompted(me: Any, mine: np.ndarray, row: int, u: float, world: World) -> Prompt | None:
    """What made the person think again; None if it did not."""
    if u >= appraisal.chance_to_think(me, mine, row, world):
        return None
    if u < rules.thinking_chance(me["attention"], 0.0, me["patience"]):
        return Prompt.HABIT
    if u < rules.thinking_chance(appraisal.attention_of(me, world), 0.0, me["patience"]):
        return Prompt.NEWS
    return Prompt.BILL


def to_stay(me: Any, m: Any, others: int, row: int, world: World, prompt: Prompt | None = None) -> Decision:
    """Whether to stay in a plan, as `behaviours.stay_or_leave` asks; `others` is the number of other plans."""
    k = np.int64(m["platform"])
    decision = _decision(appraisal.staying(me, m, others, row, world), STAY + k, TASTE + k, row, world)
    return replace(
        decision,
        **_about(me, k, row, world),
        trust=float(m["trust"]),
        share=float(appraisal.anticipated_share(me, m, row, world)),
        expected=float(m["expected"]),
        reference=float(appraisal.reference_bill(me, m, row, world)),
        paid=int(m["paid"]),
        prompt=prompt,
    )


def to_join(
    me: Any, mine: np.ndarray, inside: int, row: int, world: World, prompt: Prompt | None = None
) -> tuple[int, Decision] | None:
    """The plan worth most of those that may be joined, and whether to, as `behaviours.join_the_best` asks."""
    found: list[tuple[int, Decision]] = []
    for k in map(np.int64, range(world.offers.size)):
        slot = slot_for(me, mine, k, row, world)
        if slot < 0:
            continue
        share = float(for_me(world.offers[k]["advertised"], me, k, row, world))
        terms = appraisal.joining(me, mine[slot], k, inside, row, world)
        decision = replace(
            _decision(terms, JOIN + k, TASTE + k, row, world),
            **_about(me, k, row, world),
            trust=float(appraisal.trust_before(mine[slot], k, world)),
            share=share,
            expected=share,
            reference=share,
            deposit=int(world.deposits[k, age_of(me, world)]),
            again=bool(appraisal.was_inside(mine[slot], k)),
            prompt=prompt,
        )
        found.append((int(k), decision))
    if not found:
        return None
    best, *others = sorted(found, key=lambda each: -each[1].liking)  # of equals the first
    if not others:
        return best
    return best[0], replace(best[1], runner_up=(others[0][0], others[0][1].liking))


def to_pay_in(me: Any, m: Any, lacking: int, others: int, row: int, world: World) -> Decision:
    """Whether to fill up a deposit that is used up, as `paying.draw_on_deposit` asks; `lacking` in fen."""
    k, share = np.int64(m["platform"]), float(m["expected"])
    terms = appraisal.paying_in(me, m, lacking, others, row, world)
    return replace(
        _decision(terms, TOP_UP + k, TASTE + k, row, world),
        **_about(me, k, row, world),
        trust=float(m["trust"]),
        share=share,
        expected=share,
        paid=int(m["paid"]),
    )


def to_insure(me: Any, mine: np.ndarray, product: int, row: int, world: World) -> Decision:
    """Whether to buy a product, as `insuring.consider` asks."""
    product = np.int64(product)
    terms = appraisal.buying(me, mine, product, row, world)
    return _to_take(terms, BUY + product, me, product, row, world)


def to_be_insured(me: Any, mine: np.ndarray, k: int, row: int, world: World) -> Decision:
    """Whether to take the insurance that a plan offers at its end, as `paying.end_membership` asks."""
    offer = world.offers[k]
    product = np.int64(offer["conversion_product"])
    terms = appraisal.converting(me, mine, product, offer["conversion"], row, world)
    return _to_take(terms, CONVERT + k, me, product, row, world)


def friends_of(row: int, world: World) -> int:
    """How many friends a person has."""
    return int(world.first[row + 1]) - int(world.first[row])


def _decision(terms: Terms, anew: int, lasting: int, row: int, world: World) -> Decision:
    """A decision by its terms, with the number drawn for it, as `appraisal.luck_of_choice` has it."""
    p, gain = world.settings[0], appraisal.gain(terms)
    return Decision(
        terms=weighed(terms),
        gain=float(gain),
        chance=float(rules.choice_chance(gain, p["noise"])),
        drawn=float(appraisal.luck_of_choice(anew, lasting, row, world)),
        taste=float(appraisal.lasting_taste(lasting, row, world)) if p["taste_years"] > 0.0 else None,
    )


def _to_take(terms: Terms, anew: int, me: Any, product: int, row: int, world: World) -> Decision:
    """A decision on a product, by the taste of whoever signs for it; with its cover, and how far it is trusted."""
    decision = _decision(terms, anew, TASTE_OF_INSURANCE + product, signer_for(me, row, world), world)
    offer = world.products[product]
    return replace(decision, trust=float(offer["trust"]), cover=float(offer["sum_insured"] / FEN_PER_YUAN))


def _about(me: Any, k: int, row: int, world: World) -> dict[str, Any]:
    """What a reader wants to know of a plan: its cover, its last bill, and which friends are inside."""
    friends = friends_of(row, world)
    return {
        "cover": float(world.covers[k, age_of(me, world)]),
        "bill": float(shown_bill(me, k, row, world)),
        "friends": (round(float(friends_in(k, row, world)) * friends), friends),
    }
