"""What one person reckons before acting: age, risk, bill, worth. Everything here reads, nothing writes.

``me`` is a row of `population.PERSON`, ``m`` one of my memberships and ``mine`` all of them, ``who`` my row number,
``k`` a platform and ``world`` the `market.World`.
"""

import numpy as np

from abm import rules
from abm.compiled import behaviour
from abm.draws import SLOTS_A_PURPOSE, Purpose, draw
from abm.market import BY_RISK, NEWS_BITS, World
from abm.population import HealthState, Status, Trait

# Numba takes plain whole numbers; the names are those of the codes.
NEVER, WAITING, COVERED, FILING, CLAIMING, LAPSED, LEFT, AIDED, REFUSED, DECLINED, BARRED, AGED_OUT = map(int, Status)
AUDIENCE = Purpose.AUDIENCE * SLOTS_A_PURPOSE
WELL, LATENT, DIAGNOSED = map(int, HealthState)
FEMALE, HIGH_RISK, HONEST, INSURED, ACCIDENT, STIRRED = map(int, Trait)


@behaviour
def age_of(me: np.void, world: World) -> int:
    """Age on the last birthday, in years; those over the end of the tables stay there."""
    age = int(np.float64(me["age_at_start"]) + world.settings[0]["years"])
    return min(age, world.incidence.shape[1] - 1)


@behaviour
def incidence_of(me: np.void, world: World) -> float:
    """Annual incidence of the person's age and sex."""
    return world.incidence[me["traits"] & FEMALE, age_of(me, world)]


@behaviour
def may_claim(me: np.void, m: np.void, world: World) -> bool:
    """Whether the member is diagnosed, covered, and in time to file a claim; an accident is covered at once."""
    if me["health"] != DIAGNOSED or not (
        m["status"] == COVERED or (m["status"] == WAITING and me["traits"] & ACCIDENT)
    ):
        return False
    return world.settings[0]["now"] - me["turned"] <= world.offers[m["platform"]]["claim_window"]


@behaviour
def burden_of(me: np.void, k: int, world: World) -> int:
    """What the rule of division weighs the person with: 1 under equal division."""
    offer = world.offers[k]
    if offer["division"] == BY_RISK:
        return rules.risk_burden(offer["cover"][age_of(me, world)], incidence_of(me, world), me["frailty"])
    return 1


@behaviour
def uncapped(me: np.void, k: int, world: World) -> int:
    """Fen that the rule of division asks of the person in this period."""
    offer = world.offers[k]
    if offer["division"] == BY_RISK:
        return rules.part_of_pot(offer["pot"], burden_of(me, k, world), max(1, offer["burdens"]))
    return np.int64(offer["share"])


@behaviour
def bill_of(me: np.void, m: np.void, k: int, world: World) -> int:
    """Fen that the member owes for this period, the annual cap observed; 0 where the platform pays."""
    offer = world.offers[k]
    if offer["division"] == BY_RISK:
        return uncapped(me, k, world)
    now = world.settings[0]["now"]
    begun = np.int64(m["joined"]) + 1 if offer["newcomers_share"] else np.int64(m["since"])
    counted_from = max(begun, np.int64(offer["year_start"]))
    paid_this_year = world.published[k, now] - world.published[k, counted_from]
    return max(0, min(offer["share"], offer["annual_cap"] - paid_this_year))


@behaviour
def shown_bill(me: np.void, k: int, world: World) -> float:
    """The bill as published for someone like me, fen: subsidies and caps are not counted on to last."""
    offer = world.offers[k]
    if offer["division"] == BY_RISK:
        return offer["pot"] * burden_of(me, k, world) / max(1, offer["burdens"])
    return np.float64(offer["share"])


@behaviour
def share_led_to_expect(me: np.void, k: int, world: World) -> float:
    """The share that I am led to expect, fen: as advertised, weighed by my burden under division by risk."""
    offer = world.offers[k]
    if offer["division"] == BY_RISK and offer["burdens"] > 0:
        return offer["advertised"] * burden_of(me, k, world) * offer["sharing"] / offer["burdens"]
    return offer["advertised"]


@behaviour
def chance_to_think(me: np.void, mine: np.ndarray, world: World) -> float:
    """Attention, raised by news heard and by a bill above the expected one."""
    p = world.settings[0]
    attention, shock = np.float64(me["attention"]), 0.0
    if me["traits"] & STIRRED:
        attention = max(attention, p["stirred_attention"])
    for s in range(mine.size):
        m = mine[s]
        if WAITING <= m["status"] <= CLAIMING:
            bill = shown_bill(me, np.int64(m["platform"]), world)
            shock = max(shock, rules.surprise(bill, m["expected"], p["noticeable_bill"]))
    return rules.thinking_chance(attention, shock, me["patience"])


@behaviour
def worth(me: np.void, k: int, trust: float, share: float, who: int, world: World) -> float:
    """Yuan a year that being in platform `k` is worth to me, at that trust and at that share a period (fen)."""
    p = world.settings[0]
    cover = np.float64(world.offers[k]["cover"][age_of(me, world)])
    risk = incidence_of(me, world) * np.float64(me["believed_frailty"])
    overlap = p["insured_overlap"] if me["traits"] & INSURED else 0.0
    return (
        rules.worth_of_cover(trust, cover, risk, me["risk_aversion"], overlap)
        + rules.worth_of_company(me["altruism"], me["herding"], friends_in(k, who, world))
        - rules.cost_of_sharing(share)
    )


@behaviour
def friend_met(who: int, luck: float, world: World) -> int:
    """The one friend whom I meet in this period, by a number in [0, 1); myself where I have none."""
    start, end = np.int64(world.first[who]), np.int64(world.first[who + 1])
    if start == end:
        return np.int64(who)
    return np.int64(world.friends[start + int(luck * (end - start))])


@behaviour
def shown_by(friend: int, who: int, world: World) -> int:
    """What a friend shows, as of the last step, in bits; nothing where there is no friend."""
    return np.int64(0) if friend == who else np.int64(world.seen[friend])


@behaviour
def friends_in(k: int, who: int, world: World) -> float:
    """Share of my friends who are in platform `k`, as of the last step."""
    start, end = np.int64(world.first[who]), np.int64(world.first[who + 1])
    inside = 0
    for place in range(start, end):
        inside += np.int64(world.seen[world.friends[place]]) >> (NEWS_BITS + k) & 1
    return inside / max(1, end - start)


@behaviour
def in_audience(k: int, who: int, world: World) -> bool:
    """Whether I use the pages of platform `k`: true of a person or not from the start, and for ever."""
    audience = world.offers[k]["audience"]
    return audience >= 1.0 or draw(world.settings[0]["seed"], 0, who, AUDIENCE + k) < audience


@behaviour
def slot_for(me: np.void, mine: np.ndarray, k: int, who: int, world: World) -> int:
    """The slot in which I could join platform `k`: mine of old, an empty one, or a left one; -1 if I may not.

    A slot left in this very step is not free yet: the leaving has to be counted and a deposit to come back. What
    ended for good, by aid, refusal, at the door or by age, keeps its slot.
    """
    offer = world.offers[k]
    if not (np.int64(me["aware"]) >> k & 1 and offer["open"] and me["credit"] >= offer["min_credit"]):
        return -1
    if offer["cover"][age_of(me, world)] == 0 or not in_audience(k, who, world):
        return -1
    found, now = np.int64(-1), world.settings[0]["now"]
    for s in range(mine.size):
        status = mine[s]["status"]
        settled = mine[s]["since"] != now and mine[s]["balance"] <= 0
        outside = status == NEVER or (status in (LAPSED, LEFT) and settled)
        if mine[s]["platform"] == k:
            return s if outside else -1
        if outside and (found < 0 or mine[s]["platform"] < 0):
            found = s
    return found
