"""What one person does in each phase of a step.

Every behaviour reads ``me`` (a row of `population.PERSON`), ``mine`` (my memberships, a row of slots), ``who`` (my
row number, for draws and friends), ``world`` (`market.World`) and perhaps ``luck``, the number drawn for me and the
phase. It writes only my own rows and returns at most a count. Both drives call these very functions. Paying is in
`paying`, insurance in `insuring`.
"""

import math

import numpy as np

from abm import rules
from abm.compiled import behaviour
from abm.draws import SLOTS_A_PURPOSE, Purpose, draw
from abm.market import (
    NEWS,
    NEWS_BITS,
    NEWS_OF_AID,
    NEWS_OF_ILLNESS,
    NEWS_OF_REFUSAL,
    PLATFORMS,
    SUBJECT_AT,
    World,
)
from abm.reckoning import (
    ACCIDENT,
    CLAIMING,
    COVERED,
    DECLINED,
    DIAGNOSED,
    FILING,
    HIGH_RISK,
    HONEST,
    LATENT,
    LEFT,
    NOTICE,
    STIRRED,
    WAITING,
    WELL,
    age_of,
    chance_to_think,
    for_me,
    incidence_of,
    may_claim,
    plans_inside,
    shown_bill,
    slot_for,
    worth,
)

NOT_STIRRED = 255 - STIRRED
RECOMMEND, BE_DIAGNOSED, FILE_CLAIM, STAY, JOIN = (
    purpose * SLOTS_A_PURPOSE
    for purpose in (
        Purpose.RECOMMEND,
        Purpose.BE_DIAGNOSED,
        Purpose.FILE_CLAIM,
        Purpose.STAY,
        Purpose.JOIN,
    )
)


@behaviour
def hear(me: np.void, mine: np.ndarray, who: int, seen: int, luck: float, world: World) -> None:
    """Take in what the friend whom I met shows (`seen`, bits), and the advertisements that come by."""
    p = world.settings[0]
    known = np.int64(me["aware"])
    heard = known
    recommended = (seen & PLATFORMS & ~np.int64(world.seen[who])) >> NEWS_BITS
    if recommended and draw(p["seed"], p["now"], who, RECOMMEND) < p["telling"]:
        heard |= recommended
        me["traits"] |= STIRRED
    if seen & NEWS:
        take_news(me, mine, seen, world)
    heard |= seen_advertised(luck, world)
    if heard != known:
        me["aware"] = heard
        me["traits"] |= STIRRED


@behaviour
def seen_advertised(luck: float, world: World) -> int:
    """Platforms whose advertisements come by, in bits. One number serves for all, moved on by an equal step for each.

    So seldom more than one comes by at once, and the search can end where the number exceeds the widest reach.
    """
    platforms, widest = world.offers.size, world.settings[0]["widest_reach"]
    found, k = np.int64(0), np.int64(math.ceil((1.0 - luck) * platforms)) % platforms
    distance = (luck + k / platforms) % 1.0
    for _ in range(platforms):
        if distance >= widest:
            break
        if distance < world.offers[k]["reach"]:
            found |= 1 << k
        k = (k + 1) % platforms
        distance += 1.0 / platforms
    return found


@behaviour
def take_news(me: np.void, mine: np.ndarray, seen: int, world: World) -> None:
    """A friend has been ill, aided or refused, or has left: fear illness more, trust the plan concerned more or less.

    Who has no membership in that plan remembers it in an empty slot.
    """
    p = world.settings[0]
    me["traits"] |= STIRRED
    if seen & NEWS_OF_ILLNESS:
        me["believed_frailty"] = rules.alarmed(me["believed_frailty"], p["alarm"], p["salience"])
    if not seen & (NEWS_OF_AID | NEWS_OF_REFUSAL):
        return
    k, slot = seen >> SUBJECT_AT, np.int64(-1)
    for s in range(mine.size):
        if mine[s]["platform"] == k or mine[s]["platform"] < 0:
            slot = s
            break
    if slot < 0:
        return
    m = mine[slot]
    if m["platform"] < 0:
        m["platform"] = k
        m["trust"] = world.offers[k]["brand"]
    trust = np.float64(m["trust"])
    if seen & NEWS_OF_AID:
        trust = rules.won(trust, p["trust_from_aid"])
    if seen & NEWS_OF_REFUSAL:
        trust = rules.lost(trust, p["trust_from_refusal"])
    m["trust"] = trust


@behaviour
def fall_ill(me: np.void, mine: np.ndarray, who: int, luck: float, world: World) -> None:
    """Well to latent, latent to diagnosed; an accident is diagnosed at once."""
    p = world.settings[0]
    now, seed = p["now"], p["seed"]
    if me["health"] == WELL:
        chance = rules.illness_chance(incidence_of(me, world), me["frailty"])
        if luck < chance:
            me["turned"] = now
            if luck < chance * p["accident_share"]:
                me["health"] = DIAGNOSED
                me["traits"] |= ACCIDENT
            else:
                me["health"] = LATENT
    elif me["health"] == LATENT and draw(seed, now, who, BE_DIAGNOSED) < p["diagnosis_chance"]:
        me["health"] = DIAGNOSED
        me["turned"] = now


@behaviour
def claim(me: np.void, mine: np.ndarray, who: int, world: World) -> int:
    """File a claim with every platform that covers me, once the papers are together.

    Returns the number of claims filed.
    """
    if me["health"] != DIAGNOSED:
        return 0
    p = world.settings[0]
    filed = 0
    for s in range(mine.size):
        if may_claim(me, mine[s], world):
            k = np.int64(mine[s]["platform"])
            if draw(p["seed"], p["now"], who, FILE_CLAIM + k) < p["filing_chance"]:
                mine[s]["status"] = FILING
                filed += 1
    return filed


@behaviour
def learn(me: np.void, mine: np.ndarray, who: int, world: World) -> None:
    """Expect more of what was seen and taught; trust more where aid is published, less where there is doubt."""
    p = world.settings[0]
    for s in range(mine.size):
        m = mine[s]
        if m["platform"] < 0:
            break
        if WAITING <= m["status"] <= CLAIMING:
            k = np.int64(m["platform"])
            offer = world.offers[k]
            m["expected"] = rules.learned(m["expected"], shown_bill(me, k, who, world), p["learning"])
            if offer["education"] > 0.0:
                level = for_me(offer["true_level"], me, k, who, world)
                m["expected"] = rules.learned(m["expected"], level, offer["education"])
            if offer["aid_published"]:
                m["trust"] = rules.won(m["trust"], p["trust_from_publication"])
            if offer["delay"] > 0.0:
                m["trust"] = rules.lost(m["trust"], min(1.0, p["trust_from_delay"] * offer["delay"]))
            if offer["doubt"] > 0.0:
                m["trust"] = rules.lost(m["trust"], offer["doubt"])
                me["traits"] |= STIRRED


@behaviour
def choose(me: np.void, mine: np.ndarray, who: int, luck: float, world: World) -> None:
    """Think again, perhaps: stay or leave where I am; join the best of those I know."""
    inside = plans_inside(mine)
    if inside == 0 and me["aware"] == 0:
        return
    if luck < chance_to_think(me, mine, who, world):
        for s in range(mine.size):
            if WAITING <= mine[s]["status"] <= COVERED and not may_claim(me, mine[s], world):
                stay_or_leave(me, mine[s], inside - 1, who, world)
        if inside < mine.size and me["health"] != DIAGNOSED:
            join_the_best(me, mine, inside, who, world)
    me["traits"] &= NOT_STIRRED


@behaviour
def stay_or_leave(me: np.void, m: np.void, others: int, who: int, world: World) -> None:
    """Leave when being inside is worth less than nothing, with the trouble of leaving on the side of staying.

    `others` is the number of other plans that I am in.
    """
    p = world.settings[0]
    k = np.int64(m["platform"])
    share = rules.outlook(m["expected"], shown_bill(me, k, who, world), me["anxiety"])
    grudge = rules.grudge(m["paid"], world.offers[k]["fear"], p["resentment"])
    gain = worth(me, k, others, np.float64(m["trust"]), share, who, world) - grudge + np.float64(me["inertia"])
    if draw(p["seed"], p["now"], who, STAY + k) >= rules.choice_chance(gain, p["noise"]):
        m["status"] = LEFT
        m["since"] = p["now"]


@behaviour
def join_the_best(me: np.void, mine: np.ndarray, inside: int, who: int, world: World) -> None:
    """Of the open platforms I know and am not in, join the one worth most, if it is worth the trouble."""
    p = world.settings[0]
    best, best_slot, best_gain = np.int64(-1), np.int64(-1), -np.inf
    for k in range(world.offers.size):
        slot = slot_for(me, mine, k, who, world)
        if slot >= 0:
            remembered = mine[slot]["platform"] == k
            trust = np.float64(mine[slot]["trust"]) if remembered else world.offers[k]["brand"]
            trouble = np.float64(me["inertia"]) + rules.entry(world.deposits[k, age_of(me, world)])
            share = for_me(world.offers[k]["advertised"], me, k, who, world)
            gain = worth(me, k, inside, trust, share, who, world) - trouble
            if gain > best_gain:
                best, best_slot, best_gain = k, slot, gain
    if best >= 0 and draw(p["seed"], p["now"], who, JOIN + best) < rules.choice_chance(best_gain, p["noise"]):
        enter(me, mine[best_slot], best, who, world)


@behaviour
def enter(me: np.void, m: np.void, k: int, who: int, world: World) -> None:
    """At the door: declare what I know of my health, truthfully or not, and begin to wait.

    A diagnosis is on record and found at once; a known risk, or signs of an illness not yet diagnosed, can be hidden.
    """
    p = world.settings[0]
    now = p["now"]
    ill = bool(me["traits"] & HIGH_RISK) and not world.offers[k]["chronic_only"]
    if me["health"] == LATENT:
        ill = ill or draw(p["seed"], now, who, NOTICE) < p["noticed_share"]
    if m["platform"] != k:
        m["platform"] = k
        m["paid"] = 0
        m["balance"] = 0
        m["trust"] = world.offers[k]["brand"]
    m["joined"] = now
    m["since"] = now
    m["expected"] = for_me(world.offers[k]["advertised"], me, k, who, world)
    m["concealed"] = ill
    m["status"] = WAITING
    if me["health"] == DIAGNOSED or (ill and me["traits"] & HONEST):
        m["status"] = DECLINED
    elif world.offers[k]["waiting"] == 0:
        m["status"] = COVERED
        m["since"] = now + 1
