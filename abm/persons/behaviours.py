"""What one person does in each phase of a step.

Every behaviour reads ``me`` (a row of `state.PERSON`), ``mine`` (my memberships, a row of slots), ``row`` (my
row number, for draws and friends), ``world`` (`market.World`) and perhaps ``u``, the number drawn for me and the
phase. It writes only my own rows and returns at most a count. Both drives call these very functions. Paying is in
`paying`, insurance in `insuring`.
"""

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.jit import behaviour
from abm.market import NEWS, NEWS_BITS, NEWS_OF_AID, NEWS_OF_ILLNESS, NEWS_OF_REFUSAL, PLATFORMS, SUBJECT_AT, World
from abm.persons import rules
from abm.persons.appraisal import (
    TASTE,
    chance_to_think,
    gain,
    heeds,
    interest_in_joining,
    joining,
    lasting_taste,
    luck_of_choice,
    staying,
    tastes_renewed,
)
from abm.persons.pages import seen_advertised, shown_for_a_friend
from abm.persons.situation import (
    for_me,
    has_aided_friend,
    has_claim_in_mind,
    incidence_of,
    known_risk,
    notices_illness,
    plans_inside,
    shown_bill,
    slot_for,
)
from abm.persons.state import (
    ACCIDENT,
    ALERTED,
    APPLIED,
    CLAIMING,
    COVERED,
    DECLINED,
    DIAGNOSED,
    FILING,
    HONEST,
    LATENT,
    LEFT,
    NOT_ALERTED,
    NOT_SETTLED,
    SETTLED,
    TOLD,
    WAITING,
    WELL,
)

RECOMMEND, BE_DIAGNOSED, FILE_CLAIM, STAY, JOIN = (
    purpose * SLOTS_PER_PURPOSE
    for purpose in (
        Purpose.RECOMMEND,
        Purpose.BE_DIAGNOSED,
        Purpose.FILE_CLAIM,
        Purpose.STAY,
        Purpose.JOIN,
    )
)


@behaviour
def hear(me: np.void, mine: np.ndarray, row: int, signals: int, u: float, world: World) -> None:
    """Take in what the friend whom I met shows (`signals`, bits), advertisements, and news of those in my care."""
    p = world.settings[0]
    if me["traits"] & SETTLED and tastes_renewed(row, world):
        me["traits"] &= NOT_SETTLED  # what was declined by another taste
    known = np.int64(me["aware"])
    heard = known
    recommended = (signals & PLATFORMS & ~np.int64(world.signals[row])) >> NEWS_BITS
    if recommended:
        interest = 1.0 if recommended & ~known else interest_in_joining(me, world)
        if draw(p["seed"], p["now"], row, RECOMMEND) < p["telling"] * interest:
            heard |= recommended
            me["traits"] |= ALERTED
    if signals & NEWS:
        take_news(me, mine, signals, world)
        if signals & NEWS_OF_ILLNESS:
            heard |= shown_for_a_friend(row, world)
    if world.family_news.size and world.family_news[row]:
        take_news(me, mine, np.int64(world.family_news[row]), world)
    heard |= seen_advertised(u, world)
    if heard != known:
        me["aware"] = heard
        me["traits"] = me["traits"] & NOT_SETTLED | ALERTED


@behaviour
def take_news(me: np.void, mine: np.ndarray, signals: int, world: World) -> None:
    """A friend has been ill, aided or refused, or has left: fear illness more, trust the plan concerned more or less.

    Likewise one in my care. Who has no membership in that plan remembers it in an empty slot.
    """
    p = world.settings[0]
    me["traits"] |= ALERTED
    if signals & NEWS_OF_ILLNESS:
        me["believed_frailty"] = rules.alarmed(me["believed_frailty"], p["alarm"], p["salience"])
    if not signals & (NEWS_OF_AID | NEWS_OF_REFUSAL):
        return
    k, slot = signals >> SUBJECT_AT, np.int64(-1)
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
    if signals & NEWS_OF_AID:
        trust = rules.raise_trust(trust, p["trust_from_aid"])
    if signals & NEWS_OF_REFUSAL:
        trust = rules.erode_trust(trust, p["trust_from_refusal"])
    m["trust"] = trust


@behaviour
def fall_ill(me: np.void, mine: np.ndarray, row: int, u: float, world: World) -> None:
    """Well to latent, latent to diagnosed; an accident is diagnosed at once."""
    p = world.settings[0]
    now, seed = p["now"], p["seed"]
    if me["health"] == WELL:
        chance = rules.illness_chance(incidence_of(me, world), me["frailty"])
        if u < chance:
            me["health_since"] = now
            if u < chance * p["accident_share"]:
                me["health"] = DIAGNOSED
                me["traits"] |= ACCIDENT
                ask_of_claims(me, mine, row, world)
            else:
                me["health"] = LATENT
    elif me["health"] == LATENT and draw(seed, now, row, BE_DIAGNOSED) < p["diagnosis_chance"]:
        me["health"] = DIAGNOSED
        me["health_since"] = now
        ask_of_claims(me, mine, row, world)


@behaviour
def ask_of_claims(me: np.void, mine: np.ndarray, row: int, world: World) -> None:
    """Once diagnosed, learn for good that one can claim where a friend tells of aid; where all know, nobody asks."""
    for s in range(mine.size):
        if WAITING <= mine[s]["status"] <= COVERED and world.offers[mine[s]["platform"]]["claim_awareness"] < 1.0:
            if has_aided_friend(row, world):
                me["traits"] |= TOLD
            return


@behaviour
def claim(me: np.void, mine: np.ndarray, row: int, world: World) -> int:
    """File a claim with every platform that covers me, once I think of it and then the papers are together.

    Returns the number of claims filed.
    """
    if me["health"] != DIAGNOSED:
        return 0
    p = world.settings[0]
    filed = 0
    for s in range(mine.size):
        if has_claim_in_mind(me, mine[s], row, world):
            k = np.int64(mine[s]["platform"])
            if draw(p["seed"], p["now"], row, FILE_CLAIM + k) < p["filing_chance"]:
                mine[s]["status"] = FILING
                filed += 1
    return filed


@behaviour
def learn(me: np.void, mine: np.ndarray, row: int, world: World) -> None:
    """Expect more of what was seen and taught; trust more where aid is published, less where there is doubt."""
    p = world.settings[0]
    for s in range(mine.size):
        m = mine[s]
        if m["platform"] < 0:
            break
        if WAITING <= m["status"] <= CLAIMING:
            k = np.int64(m["platform"])
            offer = world.offers[k]
            m["expected"] = rules.learned(m["expected"], shown_bill(me, k, row, world), p["learning"])
            if offer["education"] > 0.0:
                level = for_me(offer["true_level"], me, k, row, world)
                m["expected"] = rules.learned(m["expected"], level, offer["education"])
            if offer["aid_published"]:
                m["trust"] = rules.raise_trust(m["trust"], p["trust_from_publication"])
            if offer["delay"] > 0.0:
                m["trust"] = rules.erode_trust(m["trust"], min(1.0, p["trust_from_delay"] * offer["delay"]))
            if offer["trust_shock"] > 0.0:
                m["trust"] = rules.erode_trust(m["trust"], offer["trust_shock"])
                if heeds(k, row, world):
                    me["traits"] |= ALERTED


@behaviour
def choose(me: np.void, mine: np.ndarray, row: int, u: float, world: World) -> None:
    """Think again, perhaps: stay or leave where I am; join the best of those I know."""
    inside = plans_inside(mine)
    if inside == 0 and me["aware"] == 0:
        return
    chance = chance_to_think(me, mine, row, world)
    if u < chance:
        for s in range(mine.size):
            if WAITING <= mine[s]["status"] <= COVERED and not has_claim_in_mind(me, mine[s], row, world):
                stay_or_leave(me, mine[s], inside - 1, row, world)
        if inside < mine.size and me["health"] != DIAGNOSED and u < chance * interest_in_joining(me, world):
            joined = join_the_best(me, mine, inside, row, world)
            if not joined and world.settings[0]["renewed_interest"] < 1.0:
                me["traits"] |= SETTLED
    me["traits"] &= NOT_ALERTED


@behaviour
def stay_or_leave(me: np.void, m: np.void, others: int, row: int, world: World) -> None:
    """Leave when staying is worth less than nothing.

    `others` is the number of other plans that I am in.
    """
    p, k = world.settings[0], np.int64(m["platform"])
    worth = gain(staying(me, m, others, row, world))
    if luck_of_choice(STAY + k, TASTE + k, row, world) >= rules.choice_chance(worth, p["noise"]):
        m["status"] = LEFT
        m["since"] = p["now"]


@behaviour
def join_the_best(me: np.void, mine: np.ndarray, inside: int, row: int, world: World) -> bool:
    """Of the open platforms I know and am not in, join the one worth most, lasting tastes included, if any is worth it.

    Returns whether I went to its door.
    """
    p = world.settings[0]
    best, best_slot, best_gain, most = np.int64(-1), np.int64(-1), -np.inf, -np.inf
    for k in range(world.offers.size):
        slot = slot_for(me, mine, k, row, world)
        if slot >= 0:
            worth = gain(joining(me, mine[slot], k, inside, row, world))
            liked = worth + lasting_taste(TASTE + k, row, world)
            if liked > most:
                best, best_slot, best_gain, most = k, slot, worth, liked
    if best < 0 or luck_of_choice(JOIN + best, TASTE + best, row, world) >= rules.choice_chance(best_gain, p["noise"]):
        return False
    enter(me, mine[best_slot], best, row, world)
    return True


@behaviour
def enter(me: np.void, m: np.void, k: int, row: int, world: World) -> None:
    """At the door: declare what I know of my health, truthfully or not, and begin to wait.

    A diagnosis is on record and found at once; a known risk, or signs of an illness not yet diagnosed, can be hidden.
    """
    p = world.settings[0]
    now = p["now"]
    ill = known_risk(me, k, world) or notices_illness(me, row, world)
    if m["platform"] != k:
        m["platform"] = k
        m["paid"] = 0
        m["balance"] = 0
        m["trust"] = world.offers[k]["brand"]
    me["traits"] = me["traits"] & NOT_SETTLED | APPLIED
    m["joined"] = now
    m["since"] = now
    m["expected"] = for_me(world.offers[k]["advertised"], me, k, row, world)
    m["concealed"] = ill
    m["status"] = WAITING
    if me["health"] == DIAGNOSED or (ill and me["traits"] & HONEST):
        m["status"] = DECLINED
    elif world.offers[k]["waiting"] == 0:
        m["status"] = COVERED
        m["since"] = now + 1
