"""A sentence for each kind of moment, in plain words."""

from collections.abc import Callable

from abm.clock import collection_date
from abm.money import spell, yuan
from abm.observation.events import CHANGES_OF_TERMS, CLOSINGS, EventKind
from abm.platforms.closing import Closing
from abm.story.events import SHOCK, Kind, Moment
from abm.story.reasons import Reader, listed, rounded, span


def _begins(t: Reader, m: Moment) -> str:
    me = m.said["me"]
    guardian = m.said["guardian"]
    adult = m.said["age"] >= t.model.case.people.adult_age
    who = (("boy", "man"), ("girl", "woman"))[t.woman][adult]
    words = f"person {t.row} is a {who} of {m.said['age']} in a city of tier {int(me['tier'])}, with "
    income = f"{float(me['income']):,.0f} yuan a year"
    family = f"whose family counts {income} for {t.her}{f' and decides for {t.her}' if guardian is None else ''}"
    words += f"{m.said['friends']} friends, {f'with {income}' if adult else family}."
    if guardian is not None:
        until = "" if adult else f" until {t.she} is {t.model.case.people.adult_age}"
        words += f" Person {guardian} decides about plans and pays for {t.her}{until}."
    words += f" {t.she.capitalize()} takes {t.hers} risk for {float(me['believed_frailty']):.2f} of the mean of"
    words += f" {t.hers} age and sex; it is {float(me['frailty']):.2f}."
    if held := [name for product, name in enumerate(t.products) if int(me["policies"]) >> product & 1]:
        words += f" {t.she.capitalize()} has {listed(held)}."
    return words


def _friend(t: Reader, m: Moment) -> str:
    what = {Kind.FRIEND_ILL: "was found ill", Kind.FRIEND_AIDED: "was aided by", Kind.FRIEND_REFUSED: "was refused by"}[
        m.kind
    ]
    plan = f" {t.name(m.plan)}" if m.plan >= 0 else ""
    trust = "" if m.said["trust"] is None else f": {_trust(m)}"
    fears = f": {t.she} fears illness more" if m.kind == Kind.FRIEND_ILL else ""
    friend = m.said["friend"]
    who = f"one in {t.hers} care" if friend is None else f"a friend (person {friend})"
    return f"heard that {who} {what}{plan}{trust}{fears}."


def _doubted(t: Reader, m: Moment) -> str:
    causes = []
    for who, what in m.said["because"]:
        if who == SHOCK:
            causes.append(what)
        elif what in CLOSINGS:
            causes.append(f"{t.name(t.plans.index(who))} announced its end")
        else:
            new = "its new owner" if what == EventKind.SPUN_OFF else "its new terms"
            causes.append(new if what in CHANGES_OF_TERMS else "a warning of the regulator")
    return f"lost trust in {t.name(m.plan)} after {listed(causes) or 'what was said of it'}: {_trust(m)}."


def _trust(m: Moment) -> str:
    """Trust before and after, with as many decimals as tell the two apart."""
    before, after = m.said["trust"]
    decimals = 2 if f"{before:.2f}" != f"{after:.2f}" else 4
    return f"trust {before:.{decimals}f}, now {after:.{decimals}f}"


def _joined(t: Reader, m: Moment) -> str:
    if m.decision is None:
        again = " again" if m.kind == Kind.CAME_BACK else ""
        words = f"was enrolled in {t.name(m.plan)}{again} by {_guardian(t, m)} and is in it."
        if m.said["concealed"]:
            words += f" What was known of {t.hers} health was hidden at the door."
        return words
    act = "came back to" if m.kind == Kind.CAME_BACK else "joined"
    words = f"{act} {t.name(m.plan)}{t.why(m.decision, 'joining')}"
    if m.decision.runner_up is not None:
        other, liking = m.decision.runner_up
        words += f" The next best was {t.name(other)} ({rounded(liking)} in sum, against {rounded(m.decision.liking)})."
    if m.said["concealed"]:
        words += f" At the door {t.she} hid what {t.she} knew of {t.hers} health."
    return words + t.prompt(m)


def _guardian(t: Reader, m: Moment) -> str:
    """Who acted in the person's stead."""
    return f"person {m.said['guardian']}, who decides for {t.her}"


def _declined(t: Reader, m: Moment) -> str:
    what = "a high risk" if m.said["high_risk"] else "signs of an illness"
    if m.decision is None:
        return f"was declined by {t.name(m.plan)}: {_guardian(t, m)}, declared {what}, truthfully."
    return f"asked {t.name(m.plan)} to be let in and was declined: {t.she} declared {what}, truthfully."


def _choice(words: str, act: str) -> Callable[[Reader, Moment], str]:
    def sentence(t: Reader, m: Moment) -> str:
        assert m.decision is not None
        return words.format(t.name(m.plan)) + t.why(m.decision, act) + t.prompt(m)

    return sentence


def _paid_in(t: Reader, m: Moment) -> str:
    if m.decision is None and m.said["first"]:
        return f"paid a deposit of {spell(m.said['amount'])} to {t.name(m.plan)}."
    if m.decision is None:
        return f"had the deposit at {t.name(m.plan)} filled up with {spell(m.said['amount'])}."
    words = f"filled up the deposit at {t.name(m.plan)} with {spell(m.said['amount'])}"
    return words + t.why(m.decision, "paying in")


def _left(t: Reader, m: Moment) -> str:
    if m.decision is None:
        return f"was taken out of {t.name(m.plan)}: {_guardian(t, m)}, is not in it any more."
    return f"left {t.name(m.plan)}{t.why(m.decision, 'staying')}{t.prompt(m)}"


def _failed(t: Reader, m: Moment) -> str:
    who = t.she if m.said["guardian"] is None else _guardian(t, m)
    owed = f"a deduction of {t.name(m.plan)} failed, {spell(m.said['amount'])} are owed"
    return f"could not pay: {owed}." if who == t.she else f"was not paid for by {who}: {owed}."


def _lapsed(t: Reader, m: Moment) -> str:
    if m.said["guardian"] is not None and not m.said["owed"]:
        gone = f"the deposit was used up, and {_guardian(t, m)}, did not fill it up"
        return f"was removed from {t.name(m.plan)}: {gone}."
    if m.decision is not None:
        return f"did not fill up the deposit, and was removed from {t.name(m.plan)}{t.why(m.decision, 'paying in')}"
    if m.said["overlooked"]:
        return f"overlooked that the deposit was used up, and was removed from {t.name(m.plan)}."
    return f"was removed from {t.name(m.plan)}: a second deduction failed, with {spell(m.said['owed'])} owed."


def _diagnosed(t: Reader, m: Moment) -> str:
    plans = [t.name(plan) for plan in m.said["covered"]]
    waiting = [t.name(plan) for plan in m.said["inside"] if plan not in m.said["covered"]]
    words = "had an accident" if m.said["accident"] else "was found ill"
    if plans:
        return f"{words}, covered by {listed(plans)}."
    return f"{words}, {f'inside {listed(waiting)} and not covered' if waiting else 'and no plan covers ' + t.her}."


def _claims(t: Reader, m: Moment) -> str:
    s, after = m.said, ""
    enrolled_by = s["enrolled_by"]
    who = t.she if enrolled_by is None else f"person {enrolled_by}, who enrolled {t.her},"
    if s["waited"] is not None:
        after = f", {span(s['waited'])} after {t.hers} claim" if s["waited"] else ", at once"
    if m.kind == Kind.AIDED:
        part = f" of {yuan(s['promised']):,.0f}" if s["aid"] < s["promised"] else ""
        words = f"was aided by {t.name(m.plan)} with {yuan(s['aid']):,.0f}{part} yuan{after}."
        if s["concealed"]:
            words += f" What {who} had hidden at the door was not found (chance {s['chance']:.2f})."
        if s["overturned"]:
            words += " Investigators had refused an honest claim; a jury of members overturned it."
        return words
    words = f"was refused by {t.name(m.plan)}{after}: "
    if s["unpaid"]:
        return words + "the claim was accepted, and nothing was left to pay it with."
    if s["concealed"]:
        return words + f"investigators found what {who} had hidden at the door (chance {s['chance']:.2f})."
    return (
        words
        + f"investigators took an honest claim for a false one (chance {s['chance']:.2f}), and no jury overturned it."
    )


def _ended(t: Reader, m: Moment) -> str:
    closing = m.said["closing"]
    why = "." if closing else ": it was one of the small plans that failed."
    return f"lost {t.hers} cover as {t.name(m.plan)} ended{why}"


def _announced(t: Reader, m: Moment) -> str:
    closing = m.said["closing"]
    last = collection_date(t.model.first_period + closing.last)
    return f"learned that {t.name(m.plan)} ends on {last}. {_behind(t, closing)}"


def _behind(t: Reader, closing: Closing) -> str:
    """Why a plan ends, which its members are not told."""
    return f"Behind it, and not known to {t.her}: a {closing.kind} closing; {closing.reason}."


def _insured(t: Reader, m: Moment) -> str:
    assert m.decision is not None
    what = t.products[m.said["product"]]
    where = f" on the pages of {t.name(m.plan)}" if m.plan >= 0 else ""
    if m.kind == Kind.TURNED_DOWN:
        asked = f"asked for {what}{where}{t.why(m.decision, 'buying')}"
        return f"{asked} {t.she.capitalize()} was turned down for {t.hers} health."
    if m.said["guardian"] is not None:
        free = f", {12 * m.said['free']:.0f} months free" if m.said["free"] else ""
        return f"was insured with {what}{where}{free} by {_guardian(t, m)}{t.why(m.decision, 'buying')}"
    if m.said["free"]:
        months = f"{12 * m.said['free']:.0f} months free"
        return f"took {what} that {t.name(m.plan)} offered, {months}{t.why(m.decision, 'buying')}"
    return f"bought {what}{where}{t.why(m.decision, 'buying')}"


def _heard(t: Reader, m: Moment) -> str:
    friend = m.said["friend"]
    source = "from an advertisement" if friend is None else f"from a friend (person {friend})"
    if m.said["raised"]:
        source = f"on the page where money was raised for a friend (person {friend})"
    return f"heard of {t.name(m.plan)} {source}."


def _money(words: str) -> Callable[[Reader, Moment], str]:
    return lambda t, m: words.format(amount=spell(m.said["amount"]), plan=t.name(m.plan), her=t.hers)


SENTENCES: dict[Kind, Callable[[Reader, Moment], str]] = {
    Kind.BEGINS: _begins,
    Kind.HEARD: _heard,
    Kind.FRIEND_ILL: _friend,
    Kind.FRIEND_AIDED: _friend,
    Kind.FRIEND_REFUSED: _friend,
    Kind.DOUBTED: _doubted,
    Kind.PASSED_BY: _choice("thought of joining {} and did not", "joining"),
    Kind.JOINED: _joined,
    Kind.CAME_BACK: _joined,
    Kind.DECLINED: _declined,
    Kind.COVERED: lambda t, m: f"is covered by {t.name(m.plan)} from now on, with {m.said['cover']:,.0f} yuan.",
    Kind.BARRED: lambda t, m: f"has to go from {t.name(m.plan)}: an illness found while waiting is not covered.",
    Kind.PAID_IN: _paid_in,
    Kind.FAILED: _failed,
    Kind.LAPSED: _lapsed,
    Kind.STAYED: _choice("thought again and stayed in {}", "staying"),
    Kind.LEFT: _left,
    Kind.FELL_ILL: lambda t, _: f"fell ill; {t.she} does not know it yet.",
    Kind.DIAGNOSED: _diagnosed,
    Kind.CLAIMED: lambda t, m: f"filed a claim with {t.name(m.plan)}.",
    Kind.AIDED: _claims,
    Kind.REFUSED: _claims,
    Kind.ANNOUNCED: _announced,
    Kind.ENDED: _ended,
    Kind.AGED_OUT: lambda t, m: f"is {m.said['age']} and too old for {t.name(m.plan)}.",
    Kind.DEPOSIT_BACK: _money("had {amount} of {her} deposit back from {plan}."),
    Kind.DEPOSIT_LOST: _money("lost a deposit of {amount}: {plan} kept it."),
    Kind.SHARES_BACK: _money("had {amount} of all shares paid back from {plan}."),
    Kind.INSURED: _insured,
    Kind.GIVEN: lambda t, m: (
        f"was given {t.products[m.said['product']]} by {t.name(m.plan)}, for {12 * m.said['free']:.0f} months."
    ),
    Kind.RAN_OUT: lambda t, m: f"is without {t.products[m.said['product']]} from now on: its time is over.",
    Kind.GIVEN_UP: lambda t, m: f"did not renew {t.products[m.said['product']]}.",
    Kind.TURNED_DOWN: _insured,
}
