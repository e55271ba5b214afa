"""What a person does once shares are published: pay, think of them what they think, stay, leave, join, insure."""

from typing import Any

import numpy as np

from abm.clock import collection_date
from abm.draws import Purpose
from abm.observation.events import CHANGES_OF_TERMS, CLOSINGS, EventKind
from abm.persons import appraisal, behaviours, households, insuring, paying
from abm.persons.paying import (
    COLLECTED,
    DEPOSITED,
    DRAWN,
    FREED,
    REFUNDED,
    RETURNED,
    SEIZED,
    SOLD,
    no_cash_flows,
)
from abm.persons.situation import bill_of, has_claim_in_mind, plans_inside
from abm.persons.state import HealthState, Status, Trait
from abm.story import decisions
from abm.story.decisions import Decision
from abm.story.events import SHOCK, Copy, Kind, alike, inside

NOTABLE = 0.01  # part of trust lost from which a doubt is noted
ENDS = (Status.LAPSED, Status.BARRED, Status.AGED_OUT, Status.ENDED)
GIVEN = ((SEIZED, Kind.DEPOSIT_LOST), (REFUNDED, Kind.DEPOSIT_BACK), (RETURNED, Kind.SHARES_BACK))


def settle(copy: Copy) -> None:
    """Pay and be paid back; note it plan by plan, with how each status changed."""
    world, before, me = copy.world, copy.mine.copy(), alike(copy.me)
    cash_flows = no_cash_flows(copy.world)
    paying.settle(copy.me, copy.mine, copy.row, world, cash_flows)
    for slot, was in enumerate(before):
        if was["platform"] < 0:
            break
        plan, m = int(was["platform"]), copy.mine[slot]
        money = cash_flows[plan].tolist()
        then = np.concatenate((copy.mine[:slot], before[slot:]))  # as it was when the turn came to this plan
        decision = _paying_in(copy, me, was, plans_inside(then) - 1)
        if decision is not None:
            held = was["status"] > Status.COVERED or has_claim_in_mind(me, was, copy.row, world)
            copy.expect((m["status"] == Status.LAPSED) == (not decision.yes and not held), "paying in")
        first = _first_deposit(copy, was)
        if first:
            copy.note(Kind.PAID_IN, plan, amount=first, first=True)
        if money[DEPOSITED] > first:
            copy.note(Kind.PAID_IN, plan, decision, amount=money[DEPOSITED] - first, first=False)
        if money[COLLECTED] + money[DRAWN]:
            copy.note(Kind.PAID, plan, amount=money[COLLECTED] + money[DRAWN], drawn=money[DRAWN] > 0)
        if m["status"] != was["status"]:
            _changed(copy, was, m, decision)
        elif m["balance"] < min(0, int(was["balance"])):
            copy.note(Kind.FAILED, plan, amount=-int(m["balance"]), **copy.care)
        for column, kind in GIVEN:
            if money[column]:
                copy.note(kind, plan, amount=money[column])
        product = int(world.offers[plan]["conversion_product"])
        if money[FREED] and world.offers[plan]["given_to_all"]:
            copy.note(Kind.GIVEN, plan, product=product, free=float(world.offers[plan]["conversion"]))
            me["policies"] |= 1 << product
        elif money[FREED]:
            then[slot] = m
            free = decisions.to_be_insured(me, then, plan, copy.row, world)
            copy.expect(free.yes, "being insured")
            copy.note(
                Kind.INSURED, plan, free, product=product, free=float(world.offers[plan]["conversion"]), **copy.signer
            )
            me["policies"] |= 1 << product


def _first_deposit(copy: Copy, m: Any) -> int:
    """Fen that are paid in now by somebody who joined in the step before; `m` as it was before."""
    return int(copy.world.deposits[m["platform"], copy.age]) if inside(m) and m["joined"] == copy.model.now - 1 else 0


def _paying_in(copy: Copy, me: Any, m: Any, others: int) -> Decision | None:
    """The decision to fill up a deposit, where it was used up and somebody decides; `m` as it was before."""
    world = copy.world
    k, age = np.int64(m["platform"]), copy.age
    deposit = int(world.deposits[k, age])
    shares = m["status"] != Status.WAITING or world.offers[k]["newcomers_share"]
    if copy.in_care or deposit == 0 or not inside(m) or not shares or world.offers[k]["subsidised"]:
        return None
    held = alike(m)
    held["balance"] += _first_deposit(copy, m)
    lacking = int(appraisal.lacking_in_deposit(held, bill_of(me, held, k, copy.row, world)))
    row = np.int64(copy.row)
    if lacking == 0 or paying.overlooks(k, row, world) or paying.fills_up_automatically(k, row, world):
        return None
    return decisions.to_pay_in(me, m, lacking, others, copy.row, world)


def _changed(copy: Copy, was: Any, m: Any, decision: Decision | None) -> None:
    """Note a new status after settling."""
    plan, status = int(m["platform"]), Status(m["status"])
    if was["status"] == Status.WAITING and status != Status.BARRED and m["since"] == copy.model.now + 1:
        copy.note(Kind.COVERED, plan, cover=copy.cover(plan))
    if status in ENDS:
        said = {"owed": max(0, -int(was["balance"])), "closing": copy.model.platforms[plan].closing, "age": copy.age}
        k = np.int64(plan)
        said["overlooked"] = copy.world.deposits[k, copy.age] > 0 and paying.overlooks(
            k, np.int64(copy.row), copy.world
        )
        copy.note(Kind[status.name], plan, decision if status == Status.LAPSED else None, **said, **copy.care)


def learn(copy: Copy) -> None:
    """Learn, and note what cost much trust."""
    before, world = copy.mine["trust"].copy(), copy.world
    behaviours.learn(copy.me, copy.mine, copy.row, copy.world)
    for trust, m in zip(before, copy.mine, strict=True):
        plan = int(m["platform"])
        if plan >= 0 and inside(m) and world.offers[plan]["trust_shock"] >= NOTABLE:
            said = {"because": _alarms(copy, plan), "heeded": bool(appraisal.heeds(np.int64(plan), copy.row, world))}
            copy.note(Kind.DOUBTED, plan, trust=(float(trust), float(m["trust"])), **said)


def _alarms(copy: Copy, plan: int) -> list[tuple[str, str]]:
    """What was heard of since the last step that costs a plan trust: whose act and which kind, or a shock's title."""
    model = copy.model
    name, last = model.platforms[plan].name, collection_date(model.first_period + model.now - 1)
    found = []
    for shock in model.case.shocks:
        if shock.target == "trust" and shock.first <= model.day <= shock.last and shock.platform in (None, name):
            found.append((SHOCK, shock.title))
    for event in model.events:
        kind, own = event["kind"], event["who"] == name
        alarms = kind in CHANGES_OF_TERMS if own else kind in CLOSINGS or kind == EventKind.WARNING
        if event["date"] == last and alarms:
            found.append((event["who"], kind))
    return found


def choose(copy: Copy) -> None:
    """Think again or not; note each decision with its terms. In somebody's care nothing is decided, and much done."""
    if copy.in_care:
        _follow(copy)
        return
    me, mine, world, row = copy.me, copy.mine, copy.world, copy.row
    u, count = copy.uniform(Purpose.THINK), plans_inside(mine)
    trial, joined = mine.copy(), None
    prompt = decisions.prompted(me, mine, row, u, world) if count or me["aware"] else None
    stays: list[tuple[int, Decision]] = []
    if prompt is not None:
        for slot, m in enumerate(mine):
            if Status.WAITING <= m["status"] <= Status.COVERED and not has_claim_in_mind(me, m, row, world):
                decision = decisions.to_stay(me, m, count - 1, row, world, prompt)
                behaviours.stay_or_leave(me, trial[slot], count - 1, row, world)
                stays.append((slot, decision))
        asked = appraisal.chance_to_think(me, mine, row, world) * appraisal.interest_in_joining(me, world)
        if count < mine.size and me["health"] != HealthState.DIAGNOSED and u < asked:
            joined = decisions.to_join(me, trial, count, row, world, prompt)
    behaviours.choose(copy.me, copy.mine, row, u, world)
    for slot, decision in stays:
        plan, left = int(trial[slot]["platform"]), trial[slot]["status"] == Status.LEFT
        copy.expect(left != decision.yes, "staying")
        copy.note(Kind.LEFT if left else Kind.STAYED, plan, decision)
    slots = [slot for slot in range(mine.size) if trial[slot].tobytes() != copy.mine[slot].tobytes()]
    copy.expect(len(slots) == (joined is not None and joined[1].yes), "joining")
    if joined is not None:
        _joined(copy, *joined)


def _follow(copy: Copy) -> None:
    """Be enrolled and taken out as the guardian has it, and note it."""
    before = copy.mine.copy()
    households.decide(copy.me, copy.mine, copy.row, copy.uniform(Purpose.THINK), copy.world)
    for was, m in zip(before, copy.mine, strict=True):
        if was.tobytes() == m.tobytes():
            continue
        if m["status"] == Status.LEFT:
            copy.note(Kind.LEFT, int(m["platform"]), **copy.care)
        else:
            _entered(copy, int(m["platform"]), None)


def _joined(copy: Copy, plan: int, decision: Decision) -> None:
    if decision.yes:
        _entered(copy, plan, decision)
    else:
        copy.note(Kind.PASSED_BY, plan, decision)


def _entered(copy: Copy, plan: int, decision: Decision | None) -> None:
    """Note who came to a door, by a decision of their own or of a guardian, and whether it opened."""
    m = next(m for m in copy.mine if m["platform"] == plan)
    copy.expect(m["joined"] == copy.model.now, "joining")
    entered = (Kind.JOINED, Kind.CAME_BACK)
    again = any(each.plan == plan and each.kind in entered for each in copy.moments)
    if m["status"] == Status.DECLINED:
        high_risk = bool(copy.me["traits"] & Trait.HIGH_RISK)
        copy.note(Kind.DECLINED, plan, decision, high_risk=high_risk, **copy.care)
        return
    waiting = int(copy.world.offers[plan]["waiting"])
    kind = Kind.CAME_BACK if again else Kind.JOINED
    copy.note(kind, plan, decision, waiting=waiting, concealed=bool(m["concealed"]), **copy.care)
    if m["status"] == Status.COVERED:
        copy.note(Kind.COVERED, plan, cover=copy.cover(plan))


def insure(copy: Copy) -> None:
    """Be offered insurance or not; note a policy bought, or a buyer turned down."""
    u, cash_flows, me, world = copy.uniform(Purpose.APPROACH), no_cash_flows(copy.world), alike(copy.me), copy.world
    product, seller = map(int, insuring.offered(me, copy.mine, u, world))
    insuring.insure(copy.me, copy.mine, copy.row, u, world, cash_flows)
    sold = int(cash_flows[:, SOLD].sum())
    given_up = False
    for held in range(world.products.size):
        if int(me["policies"]) & ~int(copy.me["policies"]) & 1 << held:
            over = 0 < world.products[held]["runs_out"] <= world.settings[0]["now"]
            copy.note(Kind.RAN_OUT if over else Kind.GIVEN_UP, product=held)
            given_up |= not over
    if given_up or product < 0 or not insuring.is_sold(product, me, copy.row, world):
        copy.expect(not sold, "buying insurance")
        return
    decision = decisions.to_insure(me, copy.mine, product, copy.row, world)
    copy.expect(sold <= decision.yes, "buying insurance")
    if decision.yes:
        plan = seller if seller < world.offers.size else -1  # on whose pages; else an agent, or the city
        copy.note(Kind.INSURED if sold else Kind.TURNED_DOWN, plan, decision, product=product, free=0.0, **copy.signer)
