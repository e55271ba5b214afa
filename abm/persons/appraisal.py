"""What a person weighs before an act: the terms of each decision, in yuan a year. Everything here reads.

A decision is stated once, here. The behaviours add its terms up and act on the sum (`gain`), by a logistic choice;
the story of a life labels the very same terms. Names of arguments are those of `situation`.
"""

from typing import NamedTuple

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.jit import behaviour
from abm.market import World
from abm.money import FEN_PER_YUAN
from abm.persons import rules
from abm.persons.bills import as_it_counts
from abm.persons.situation import (
    age_of,
    for_me,
    friends_in,
    holds,
    incidence_of,
    notices_illness,
    plans_inside,
    premium_of,
    shown_bill,
)
from abm.persons.state import ALERTED, CLAIMING, DIAGNOSED, SETTLED, WAITING
from abm.persons.years import has_to_renew, trouble_of_leaving

NONE = np.int64(-1)  # no product; not a plain whole number, for each of which numba would compile anew
TASTE, TASTE_OF_INSURANCE, RENEW_TASTES, HEED = (
    purpose * SLOTS_PER_PURPOSE
    for purpose in (Purpose.TASTE, Purpose.TASTE_OF_INSURANCE, Purpose.RENEW_TASTES, Purpose.HEED)
)


class Terms(NamedTuple):
    """What speaks for an act, above zero, and against it, below: yuan a year, in the order in which they add up."""

    helping: float
    friends: float  # doing as they do
    cover: float  # believed aid to be had, marked up for dislike of risk
    sharing: float  # the shares anticipated
    premium: float
    resentment: float  # having paid to a plan that may close before one's turn
    effort: float  # of joining, paying in or buying, with what is paid in at once; of leaving, on the side of staying


@behaviour
def gain(terms: Terms) -> float:
    """What an act is worth in all."""
    return terms.helping + terms.friends + terms.cover + terms.sharing + terms.premium + terms.resentment + terms.effort


@behaviour
def luck_of_choice(anew: int, lasting: int, row: int, world: World) -> float:
    """The number in [0, 1) that decides a choice: yes where it is below the chance.

    It is drawn `anew` in each step, or is the person's own for the alternative, `lasting` until tastes are renewed: the
    same for joining, staying and paying in, so that nobody drifts out by thinking often (McFadden 1974).
    """
    p = world.settings[0]
    if p["taste_years"] <= 0.0:
        return draw(p["seed"], p["now"], row, anew)
    phase = draw(p["seed"], 0, row, RENEW_TASTES)
    return draw(p["seed"], rules.renewals(p["now"], p["taste_years"], phase), row, lasting)


@behaviour
def tastes_renewed(row: int, world: World) -> bool:
    """Whether a person's lasting tastes are others than in the period before."""
    p = world.settings[0]
    if p["taste_years"] <= 0.0 or p["now"] <= 0:
        return False
    phase = draw(p["seed"], 0, row, RENEW_TASTES)
    before = rules.renewals(p["now"] - 1, p["taste_years"], phase)
    return rules.renewals(p["now"], p["taste_years"], phase) != before


@behaviour
def lasting_taste(lasting: int, row: int, world: World) -> float:
    """What a person likes an alternative for beyond its terms, yuan a year; nothing where each choice draws it anew.

    A logistic deviate: the gain and this together are above zero where the number drawn is below the chance.
    """
    p = world.settings[0]
    if p["taste_years"] <= 0.0:
        return 0.0
    return -p["noise"] * rules.log_odds(luck_of_choice(lasting, lasting, row, world))


@behaviour
def staying(me: np.void, m: np.void, others: int, row: int, world: World) -> Terms:
    """Whether to stay in a plan: the trouble of leaving speaks for it, or at a renewal that of renewing against it."""
    k = np.int64(m["platform"])
    inside = _inside(me, k, others, np.float64(m["trust"]), anticipated_share(me, m, row, world), row, world)
    risk_of_closure = world.offers[k]["perceived_closure_risk"]
    resentment = rules.resentment_of(m["paid"], risk_of_closure, world.settings[0]["resentment"])
    return _with(inside, -resentment, trouble_of_leaving(me, m, world))


@behaviour
def anticipated_share(me: np.void, m: np.void, row: int, world: World) -> float:
    """The share a period that a member reckons with, fen."""
    return rules.anticipated_share(m["expected"], shown_bill(me, np.int64(m["platform"]), row, world), me["anxiety"])


@behaviour
def joining(me: np.void, m: np.void, k: int, others: int, row: int, world: World) -> Terms:
    """Whether to join platform `k`, in the slot `m`; a newcomer expects the share that is advertised."""
    again = world.settings[0]["coming_back"] if was_inside(m, k) else 1.0
    trouble = np.float64(me["inertia"]) * again + rules.entry(world.deposits[k, age_of(me, world)])
    share = for_me(world.offers[k]["advertised"], me, k, row, world)
    return _with(_inside(me, k, others, trust_before(m, k, world), share, row, world), 0.0, -trouble)


@behaviour
def was_inside(m: np.void, k: int) -> bool:
    """Whether the slot remembers that I was in a plan, and left it or was removed.

    It forgets once it serves another plan: with one slot at each change of plans; in the market, with four, seldom.
    """
    return m["platform"] == k and m["status"] > CLAIMING


@behaviour
def trust_before(m: np.void, k: int, world: World) -> float:
    """Trust of somebody outside: what is remembered of the plan, or else its good name."""
    return np.float64(m["trust"]) if m["platform"] == k else np.float64(world.offers[k]["brand"])


@behaviour
def paying_in(me: np.void, m: np.void, lacking: int, others: int, row: int, world: World) -> Terms:
    """Whether to fill up a deposit that lacks some fen. Paying in again is an act, and the trouble of it counts."""
    k = np.int64(m["platform"])
    trouble = np.float64(me["inertia"]) * world.settings[0]["filling_up"] + rules.entry(lacking)
    inside = _inside(me, k, others, np.float64(m["trust"]), np.float64(m["expected"]), row, world)
    return _with(inside, 0.0, -trouble)


@behaviour
def lacking_in_deposit(m: np.void, bill: int) -> int:
    """Fen of a bill that the deposit does not hold."""
    return bill - min(bill, max(0, np.int64(m["balance"])))


@behaviour
def buying(me: np.void, mine: np.ndarray, product: int, row: int, world: World) -> Terms:
    """Whether to buy insurance that comes by; what I would have to declare is left to the underwriters."""
    return _insured(me, mine, product, 0.0, -np.float64(me["inertia"]), row, world)


@behaviour
def renewing(me: np.void, mine: np.ndarray, product: int, row: int, world: World) -> Terms:
    """Whether to keep insurance for another year: the trouble of giving it up speaks for it."""
    return _insured(me, mine, product, 0.0, np.float64(me["inertia"]), row, world)


@behaviour
def converting(me: np.void, mine: np.ndarray, product: int, free: float, row: int, world: World) -> Terms:
    """Whether to take the insurance that a plan offers at its end, with `free` years without a premium."""
    return _insured(me, mine, product, free, 0.0, row, world)


@behaviour
def chance_to_think(me: np.void, mine: np.ndarray, row: int, world: World) -> float:
    """Attention, raised by news heard and by a bill above the one that it is held against."""
    surprise = 0.0
    for s in range(mine.size):
        m = mine[s]
        if WAITING <= m["status"] <= CLAIMING:
            if has_to_renew(m, world):
                return 1.0
            bill, reference = shown_bill(me, np.int64(m["platform"]), row, world), reference_bill(me, m, row, world)
            surprise = max(surprise, rules.surprise(bill, reference, world.settings[0]["noticeable_bill"]))
    return rules.thinking_chance(attention_of(me, world), surprise, me["patience"])


@behaviour
def reference_bill(me: np.void, m: np.void, row: int, world: World) -> float:
    """The bill that the last one is held against, fen: the expected one, or the mean of those one has become used to.

    Periods in which the platform paid count as nothing. Who has seen no bill before, or is spared this one, goes by
    what is expected.
    """
    p, k = world.settings[0], np.int64(m["platform"])
    first = max(np.int64(m["joined"]) + 1, p["now"] - np.int64(p["habituation_periods"]))
    if first >= p["now"] or world.offers[k]["subsidised"]:
        return np.float64(m["expected"])
    mean = (world.published[k, p["now"]] - world.published[k, first]) / (p["now"] - first)
    return for_me(mean, me, k, row, world)


@behaviour
def heeds(k: int, row: int, world: World) -> bool:
    """Whether bad news of a plan that I am in makes me think: the more trust it costs, the more of us it does."""
    p = world.settings[0]
    chance = rules.heeding_chance(world.offers[k]["trust_shock"], p["noticed_shock"])
    return chance >= 1.0 or draw(p["seed"], p["now"], row, HEED + k) < chance


@behaviour
def interest_in_joining(me: np.void, world: World) -> float:
    """How often joining comes up when I think again: seldom where I declined all that I know, and always on news."""
    if me["traits"] & SETTLED and not me["traits"] & ALERTED:
        return world.settings[0]["renewed_interest"]
    return 1.0


@behaviour
def attention_of(me: np.void, world: World) -> float:
    """Chance to think again in a period, whatever the bill."""
    attention = np.float64(me["attention"])
    if me["traits"] & ALERTED:
        return max(attention, world.settings[0]["alerted_attention"])
    return attention


@behaviour
def _inside(me: np.void, k: int, others: int, trust: float, share: float, row: int, world: World) -> Terms:
    """What being in platform `k` is worth, at that trust and at that share a period (fen).

    Insurance that I hold, and each of the `others`, takes away from the worth of this cover. A plan that may close
    before one's turn is trusted by so much less.
    """
    overlap = overlap_of_insurance(me, NONE, world)
    for _ in range(others):
        overlap = rules.overlap(overlap, world.settings[0]["plan_overlap"])
    reliance = rules.erode_trust(trust, world.offers[k]["perceived_closure_risk"])
    amount = as_it_counts(np.float64(world.covers[k, age_of(me, world)]), world)
    return Terms(
        helping=np.float64(me["altruism"]),
        friends=rules.worth_of_company(me["herding"], friends_in(k, row, world)),
        cover=rules.worth_of_cover(reliance, amount, suspected_risk(me, row, world), me["risk_aversion"], overlap),
        sharing=-rules.cost_of_sharing(share),
        premium=0.0,
        resentment=0.0,
        effort=0.0,
    )


@behaviour
def _with(inside: Terms, resentment: float, effort: float) -> Terms:
    """The terms of being inside, and what the act itself costs."""
    return Terms(inside.helping, inside.friends, inside.cover, inside.sharing, 0.0, resentment, effort)


@behaviour
def _insured(me: np.void, mine: np.ndarray, product: int, free: float, effort: float, row: int, world: World) -> Terms:
    """What having a product is worth; what costs more than can be spared is worth less than anything."""
    offer = world.products[product]
    in_a_plan = world.settings[0]["plan_overlap"] if plans_inside(mine) else 0.0
    overlap = rules.overlap(overlap_of_insurance(me, product, world), in_a_plan)
    amount = as_it_counts(offer["sum_insured"] / FEN_PER_YUAN, world)
    premium = premium_of(me, product, world) / FEN_PER_YUAN
    due = premium * max(0.0, 1.0 - free)
    if premium > offer["affordable"] * np.float64(me["income"]):
        due = np.inf
    risk = suspected_risk(me, row, world)
    if offer["ill_again"] > 0.0 and me["health"] == DIAGNOSED:
        risk = max(risk, offer["ill_again"])
    return Terms(
        helping=0.0,
        friends=0.0,
        cover=rules.worth_of_cover(offer["trust"], amount, risk, me["risk_aversion"], overlap),
        sharing=0.0,
        premium=-due,
        resentment=0.0,
        effort=effort,
    )


@behaviour
def believed_risk(me: np.void, world: World) -> float:
    """Annual incidence that I believe in."""
    return incidence_of(me, world) * np.float64(me["believed_frailty"])


@behaviour
def suspected_risk(me: np.void, row: int, world: World) -> float:
    """The same while I may be ill and not know it: signs that I would have to declare at a door alarm (mechanism A1).

    They count for insurance as for a plan. Only signs of the person's own count. Whoever notices some stays with all
    fellows, as a row's decisions are theirs.
    """
    risk, alarm = believed_risk(me, world), world.settings[0]["symptom_alarm"]
    if alarm > 0.0 and notices_illness(me, row, world):
        return max(risk, incidence_of(me, world) * alarm)
    return risk


@behaviour
def overlap_of_insurance(me: np.void, apart_from: int, world: World) -> float:
    """What the insurance that I hold, one product apart, takes away from the worth of further cover."""
    overlap = 0.0
    for product in range(world.products.size):
        if product != apart_from and holds(me, product):
            overlap = rules.overlap(overlap, world.products[product]["overlap"])
    return overlap
