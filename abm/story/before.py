"""What befalls a person before shares are published: word of mouth, illness, and what the claims desks decide."""

from typing import Any

import numpy as np

from abm.draws import Purpose
from abm.market import NEWS, NEWS_BITS, NEWS_OF_AID, NEWS_OF_ILLNESS, NEWS_OF_REFUSAL, PLATFORMS, SUBJECT_AT
from abm.persons import behaviours
from abm.persons.cases import own_cases
from abm.persons.pages import shown_for_a_friend
from abm.persons.situation import friend_met, may_claim, signals_of
from abm.persons.state import HealthState, Status
from abm.platforms import rules
from abm.story.events import Copy, Kind, WitnessError, alike, inside

TOLD = ((NEWS_OF_ILLNESS, Kind.FRIEND_ILL), (NEWS_OF_AID, Kind.FRIEND_AIDED), (NEWS_OF_REFUSAL, Kind.FRIEND_REFUSED))


def announcements(copy: Copy) -> None:
    """Note which of the person's plans have announced their end."""
    for plan in copy.model.platforms:
        if plan.closing and plan.closing.announced == copy.model.now - 1 and copy.is_in(plan.index):
            copy.note(Kind.ANNOUNCED, plan.index, closing=plan.closing)


def hear(copy: Copy) -> None:
    """Hear, and note of which plans from whom, and what friends went through."""
    world, known, before = copy.world, int(copy.me["aware"]), copy.mine.copy()
    friend = int(friend_met(copy.row, copy.uniform(Purpose.MEET), world))
    seen = int(signals_of(friend, copy.row, world))
    behaviours.hear(copy.me, copy.mine, copy.row, seen, copy.uniform(Purpose.SEE_ADVERTISEMENT), world)
    recommended = (seen & PLATFORMS & ~int(world.signals[copy.row])) >> NEWS_BITS
    if copy.uniform(Purpose.RECOMMEND) >= world.settings[0]["telling"]:
        recommended = 0
    pages = int(shown_for_a_friend(copy.row, world)) if seen & NEWS_OF_ILLNESS else 0
    new = int(copy.me["aware"]) & ~known
    for plan in range(world.offers.size):
        if new >> plan & 1:
            told_of = friend if (recommended | pages) >> plan & 1 else None
            copy.note(Kind.HEARD, plan, friend=told_of, raised=bool((pages & ~recommended) >> plan & 1))
    between = before.copy()  # friends are heard before the family
    if seen & NEWS:
        behaviours.take_news(alike(copy.me), between, seen, world)
    untold = [bit for bit, _ in TOLD if seen & bit and (friend, bit) not in copy.told]
    copy.told.update((friend, bit) for bit in untold)
    _news(copy, untold, seen, before, between, friend=friend)
    if world.family_news.size:
        family = int(world.family_news[copy.row])
        _news(copy, [bit for bit, _ in TOLD if family & bit], family, between, copy.mine, friend=None)


def _news(copy: Copy, bits: list[int], signals: int, before: np.ndarray, after: np.ndarray, friend: int | None) -> None:
    """Note news of a friend, or of one in the person's care, and what it did to trust."""
    for bit, kind in TOLD:
        if bit not in bits:
            continue
        plan = -1 if bit == NEWS_OF_ILLNESS else signals >> SUBJECT_AT
        trust = None
        for was, m in zip(before, after, strict=True):
            if m["platform"] == plan >= 0:
                known_trust = was["trust"] if was["platform"] == plan else copy.world.offers[plan]["brand"]
                trust = (float(known_trust), float(m["trust"]))
        copy.note(kind, plan, friend=friend, trust=trust)


def fall_ill(copy: Copy) -> None:
    """Fall ill or not, and note it, with the plans that cover the person now and those that would have."""
    was = HealthState(copy.me["health"])
    behaviours.fall_ill(copy.me, copy.mine, copy.row, copy.uniform(Purpose.FALL_ILL), copy.world)
    now = HealthState(copy.me["health"])
    if now == was:
        return
    if now == HealthState.LATENT:
        copy.note(Kind.FELL_ILL)
        return
    covered = [int(m["platform"]) for m in copy.mine if may_claim(copy.me, m, copy.row, copy.world)]
    known = [int(m["platform"]) for m in copy.mine if inside(m)]
    copy.note(
        Kind.DIAGNOSED, accident=was == HealthState.WELL, covered=covered, inside=known, missed=would_have_covered(copy)
    )


def would_have_covered(copy: Copy) -> list[tuple[int, int, float]]:
    """Plans that would cover the person now, had they not left: plan, periods since leaving, yuan."""
    found, now = [], copy.model.now
    for plan, offer in enumerate(copy.world.offers):
        if copy.is_in(plan) or copy.cover(plan) == 0 or now > offer["covered_until"]:
            continue
        joined, regretted = now, None
        for each in copy.moments:
            if each.plan == plan and each.kind in (Kind.JOINED, Kind.CAME_BACK):
                joined, regretted = each.step, None
            elif each.plan == plan and each.kind in (Kind.LEFT, Kind.LAPSED) and now - joined > offer["waiting"]:
                regretted = each.step
        if regretted is not None:
            found.append((plan, now - regretted, copy.cover(plan)))
    return found


def claim(copy: Copy) -> None:
    """File the claims that are due, and note them."""
    before = copy.mine.copy()
    behaviours.claim(copy.me, copy.mine, copy.row, copy.world)
    for was, m in zip(before, copy.mine, strict=True):
        if was["status"] != m["status"]:
            copy.note(Kind.CLAIMED, int(m["platform"]))


def verdicts(copy: Copy) -> None:
    """See the person again as the claims desks left them, and note what was decided."""
    before = copy.mine
    copy.look()
    for slot, (was, m) in enumerate(zip(before, copy.mine, strict=True)):
        if m["status"] != was["status"] and m["status"] in (Status.AIDED, Status.REFUSED):
            copy.note(Kind[Status(m["status"]).name], int(m["platform"]), **_verdict(copy, slot, m))


def _verdict(copy: Copy, slot: int, m: Any) -> dict[str, Any]:
    """What the claims desk found, by the numbers that it drew."""
    plan = copy.model.platforms[int(m["platform"])]
    entered = [each for each in copy.moments if each.plan == plan.index and each.kind in (Kind.JOINED, Kind.CAME_BACK)]
    filed = [each.step for each in copy.moments if each.kind == Kind.CLAIMED and each.plan == plan.index]
    model, its = copy.model, np.array([[copy.row, slot]])
    aid = plan.desk.paid_to(copy.row, slot)
    overturned = False
    if m["concealed"]:
        chance = rules.detection_chance(plan.levers.effort, plan.terms.detection)
        refused = copy.uniform(Purpose.DETECTION, plan.index) < chance
    else:
        chance = rules.detection_chance(plan.levers.effort, plan.terms.wrong_refusal)
        refused = copy.uniform(Purpose.WRONG_REFUSAL, plan.index) < chance
        overturned = refused and copy.uniform(Purpose.JURY, plan.index) < plan.terms.overturning
    if refused and not overturned and m["status"] == Status.AIDED:
        raise WitnessError(f"person {copy.row} was aided on {copy.model.day} where investigators refuse")
    return {
        "aid": aid,
        "promised": int(plan.desk.aid(own_cases(model.persons, model.memberships, copy.world, its))[0]),
        "waited": copy.model.now - filed[-1] if filed else None,
        "concealed": bool(m["concealed"]),
        "enrolled_by": entered[-1].said["guardian"] if entered else copy.care["guardian"],
        "overturned": overturned,
        "unpaid": bool(m["status"] == Status.REFUSED and (overturned or not refused)),
        "chance": float(chance),
    }
