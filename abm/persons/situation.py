"""What is so of one person: age, risk, bills, friends, the slots they have, the plans that would take them.

``me`` is a row of `state.PERSON`, ``m`` one of my memberships and ``mine`` all of them, ``row`` my row number,
``k`` a platform and ``world`` the `market.World`. Everything here reads, nothing writes.
"""

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.jit import behaviour, sequence
from abm.market import ASSESSED, EQUAL, NEWS_BITS, NEWS_OF_AID, World
from abm.persons import rules
from abm.persons.pages import in_audience
from abm.persons.state import (
    ACCIDENT,
    CLAIMING,
    COVERED,
    DIAGNOSED,
    FEMALE,
    HIGH_RISK,
    LATENT,
    LEFT,
    NEVER,
    TOLD,
    WAITING,
)

ASSESS = Purpose.ASSESS * SLOTS_PER_PURPOSE
NOTICE = Purpose.NOTICE * SLOTS_PER_PURPOSE
SEVERITY = Purpose.SEVERITY * SLOTS_PER_PURPOSE
AWARE = Purpose.AWARE * SLOTS_PER_PURPOSE


@behaviour
def age_of(me: np.void, world: World) -> int:
    """Age on the last birthday, in years; those over the end of the tables stay there."""
    age = int(np.float64(me["age_at_start"]) + world.settings[0]["years"])
    return min(age, world.incidence.shape[1] - 1)


@behaviour
def age_at(me: np.void, step: int, world: World) -> int:
    """Age on the last birthday before a step of the past."""
    return min(int(np.float64(me["age_at_start"]) + step / rules.PERIODS_PER_YEAR), world.incidence.shape[1] - 1)


@behaviour
def incidence_of(me: np.void, world: World) -> float:
    """Annual incidence of the person's age and sex."""
    return world.incidence[me["traits"] & FEMALE, age_of(me, world)]


@behaviour
def may_claim(me: np.void, m: np.void, row: int, world: World) -> bool:
    """Whether the member is diagnosed, covered, and in time to file a claim; an accident is covered at once.

    Not for a mild case that was found while the plan did not cover those.
    """
    if me["health"] != DIAGNOSED or not (
        m["status"] == COVERED or (m["status"] == WAITING and me["traits"] & ACCIDENT)
    ):
        return False
    offer, health_since = world.offers[m["platform"]], np.int64(me["health_since"])
    if health_since > offer["covered_until"] or world.settings[0]["now"] - health_since > offer["claim_window"]:
        return False
    k, found = np.int64(m["platform"]), np.int64(max(0, health_since))
    return world.mild_covered[k, found] > 0 or not is_mild(me, row, health_since, world)


@behaviour
def has_claim_in_mind(me: np.void, m: np.void, row: int, world: World) -> bool:
    """Whether the member may claim and thinks of it, and so holds on to the membership until the claim is filed.

    Whoever does not think of it decides as others do; who has left then has given the claim up.
    """
    if not may_claim(me, m, row, world):
        return False
    aware = world.offers[m["platform"]]["claim_awareness"]
    key, found = np.uint64(world.settings[0]["seed"]), max(0, np.int64(me["health_since"]))
    return (me["traits"] & TOLD) > 0 or thinks_of_claim(key, found, row, aware)


@behaviour
def is_mild(me: np.void, row: int, found: int, world: World) -> bool:
    """Whether a person's illness found in a step is a mild case; drawn for the illness, and so alike for every plan."""
    return draw(world.settings[0]["seed"], found, row, SEVERITY) < world.mild[age_at(me, max(0, found), world)]


@behaviour
def thinks_of_claim(key: int, found: int, claimant: int, aware: float) -> bool:
    """Whether a claim for an illness found in a step is thought of at the awareness of a plan (mechanism A19).

    Awareness grows with what a plan shares, and so whoever thinks of a claim goes on to. Those whom a friend told of
    aid when the illness was found do anyway.
    """
    return aware >= 1.0 or awareness_needed(key, found, claimant) < aware


@behaviour
def awareness_needed(key: int, found: int, claimant: int) -> float:
    """How much awareness it takes to think of a claim: drawn once for the illness, and alike for every plan.

    `claimant`: the row, or the number of a fellow, of whom `key` is that of fellows.
    """
    return draw(key, found, claimant, AWARE)


@behaviour
def aid_reckoned_with(k: int, age: int, world: World) -> float:
    """Aid for a case that actuaries of platform `k` reckon with at an age, yuan: of mild cases what these bring."""
    mild = world.settings[0]["mild_reckoned"] * world.mild[age]
    return rules.aid_for_the_mean_case(np.float64(world.covers[k, age]), world.offers[k]["mild_cover"], mild)


@behaviour
def may_be_covered(me: np.void, world: World) -> bool:
    """Whether some plan covers people of my age."""
    return world.covers[world.offers.size, age_of(me, world)] > 0


@behaviour
def contribution_weight_of(me: np.void, k: int, row: int, world: World) -> int:
    """What the rule of division weighs the person with: 1 under equal division."""
    offer = world.offers[k]
    if offer["division"] == EQUAL:
        return 1
    weight = world.weights[k, me["traits"] & FEMALE, age_of(me, world)]
    return rules.contribution_weight(weight, assessed_risk(me, k, row, world))


@behaviour
def assessed_risk(me: np.void, k: int, row: int, world: World) -> float:
    """The person's multiplier as a plan that divides by own risk assesses it, 1 under other divisions."""
    offer = world.offers[k]
    if offer["division"] != ASSESSED:
        return 1.0
    u = draw(world.settings[0]["seed"], 0, row, ASSESS + k)
    return rules.assessed(me["frailty"], u, offer["assessment_error"])


@sequence
def highest_contribution_weight(persons: np.ndarray, k: int, world: World) -> float:
    """The most that anybody could weigh at any age under the division of a plan."""
    highest = 1.0
    for row in range(persons.size):
        highest = max(highest, assessed_risk(persons[row], k, row, world))
    return highest * world.weights[k].max()


@behaviour
def uncapped(me: np.void, k: int, row: int, world: World) -> int:
    """Fen that the rule of division asks of the person in this period."""
    offer = world.offers[k]
    if offer["division"] == EQUAL:
        return np.int64(offer["share"])
    return rules.part_of_amount(
        offer["amount_to_share"], contribution_weight_of(me, k, row, world), max(1, offer["contribution_weights"])
    )


@behaviour
def bill_of(me: np.void, m: np.void, k: int, row: int, world: World) -> int:
    """Fen that the member owes for this period, the annual cap observed; 0 where the platform pays."""
    offer = world.offers[k]
    if offer["division"] != EQUAL:
        return uncapped(me, k, row, world)
    now = world.settings[0]["now"]
    begun = np.int64(m["joined"]) + 1 if offer["newcomers_share"] else np.int64(m["since"])
    counted_from = max(begun, np.int64(offer["year_start"]))
    paid_this_year = world.published[k, now] - world.published[k, counted_from]
    cap = world.annual_caps[k, age_of(me, world)] if offer["caps_by_age"] else offer["annual_cap"]
    return max(0, min(offer["share"], cap - paid_this_year))


@behaviour
def shown_bill(me: np.void, k: int, row: int, world: World) -> float:
    """The bill as published for someone like me, fen: subsidies and caps are not counted on to last."""
    offer = world.offers[k]
    if offer["division"] == EQUAL:
        return np.float64(offer["share"])
    return offer["amount_to_share"] * contribution_weight_of(me, k, row, world) / max(1, offer["contribution_weights"])


@behaviour
def for_me(share: float, me: np.void, k: int, row: int, world: World) -> float:
    """A mean share as it would be for me, fen: weighed as the rule of division weighs me."""
    offer = world.offers[k]
    if offer["division"] == EQUAL or offer["contribution_weights"] == 0:
        return share
    return share * contribution_weight_of(me, k, row, world) * offer["sharing"] / offer["contribution_weights"]


@behaviour
def plans_inside(mine: np.ndarray) -> int:
    """How many plans I am in."""
    inside = 0
    for s in range(mine.size):
        inside += WAITING <= mine[s]["status"] <= CLAIMING
    return inside


@behaviour
def friend_met(row: int, u: float, world: World) -> int:
    """The one friend whom I meet in this period, by a number in [0, 1); myself where I have none."""
    start, end = np.int64(world.first[row]), np.int64(world.first[row + 1])
    if start == end:
        return np.int64(row)
    return np.int64(world.friends[start + int(u * (end - start))])


@behaviour
def signals_of(friend: int, row: int, world: World) -> int:
    """What a friend shows, as of the last step, in bits; nothing where there is no friend."""
    return np.int64(0) if friend == row else np.int64(world.signals[friend])


@behaviour
def friends_in(k: int, row: int, world: World) -> float:
    """Share of my friends who are in platform `k`, as of the last step."""
    start, end = np.int64(world.first[row]), np.int64(world.first[row + 1])
    inside = 0
    for place in range(start, end):
        inside += np.int64(world.signals[world.friends[place]]) >> (NEWS_BITS + k) & 1
    return inside / max(1, end - start)


@behaviour
def has_aided_friend(row: int, world: World) -> bool:
    """Whether a friend tells of aid, as of the last step."""
    for place in range(np.int64(world.first[row]), np.int64(world.first[row + 1])):
        if np.int64(world.signals[world.friends[place]]) & NEWS_OF_AID:
            return True
    return False


@behaviour
def slot_for(me: np.void, mine: np.ndarray, k: int, row: int, world: World) -> int:
    """The slot in which I could join platform `k` on pages that I use; -1 if I may not, or do not use them."""
    slot = slot_in(me, mine, k, world)
    return slot if slot < 0 or in_audience(me, k, row, world) else -1


@behaviour
def slot_in(me: np.void, mine: np.ndarray, k: int, world: World) -> int:
    """The slot in which platform `k` would take me: mine of old, an empty one, or one no longer used; -1 if it may not.

    Who is in as many plans as there are slots joins no other. A slot that was given up in this very step is not free
    yet: the leaving has to be counted and a deposit to come back. A plan in which a membership ended for good (aid, a
    refusal, at the door, by age) is closed to that person until the slot has served another plan; then the door decides
    anew, by the same facts.
    """
    offer = world.offers[k]
    if not (np.int64(me["aware"]) >> k & 1 and offer["open"] and me["credit"] >= offer["min_credit"]):
        return -1
    if world.covers[k, age_of(me, world)] == 0:
        return -1
    if (offer["chronic_only"] and not me["traits"] & HIGH_RISK) or not np.int64(offer["tiers"]) >> me["tier"] & 1:
        return -1
    found, worst, now = np.int64(-1), np.int64(99), world.settings[0]["now"]
    for s in range(mine.size):
        status = np.int64(mine[s]["status"])
        inside = WAITING <= status <= CLAIMING
        free = status == NEVER or (not inside and mine[s]["since"] != now and mine[s]["balance"] <= 0)
        if mine[s]["platform"] == k:
            return s if free and status <= LEFT else -1
        rank = np.int64(0) if mine[s]["platform"] < 0 else 1 + status
        if free and rank < worst:
            found, worst = s, rank
    return found


@behaviour
def known_risk(me: np.void, k: int, world: World) -> bool:
    """Whether there is a high risk to declare to platform `k`: every plan asks for it but one for people like me."""
    return (me["traits"] & HIGH_RISK) > 0 and not world.offers[k]["chronic_only"]


@behaviour
def notices_illness(me: np.void, row: int, world: World) -> bool:
    """Whether there are signs of an illness that is not yet diagnosed, and to be declared."""
    p = world.settings[0]
    return me["health"] == LATENT and draw(p["seed"], p["now"], row, NOTICE) < p["noticed_share"]


@behaviour
def premium_of(me: np.void, product: int, world: World) -> int:
    """Fen a year that a product costs people like me."""
    return np.int64(world.premiums[product, me["traits"] & FEMALE, age_of(me, world)])


@behaviour
def holds(me: np.void, product: int) -> bool:
    """Whether I have a product."""
    return (np.int64(me["policies"]) >> product & 1) > 0
