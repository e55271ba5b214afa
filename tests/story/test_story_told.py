"""A story in words: sentences that say what was weighed, whose story is told, and the command that tells it."""

import re
from dataclasses import replace

import numpy as np
import pytest

from abm.persons.state import Status, Trait, membership, person
from abm.story.before import would_have_covered
from abm.story.decisions import Decision, Prompt, prompted, to_join, to_stay
from abm.story.events import Copy, Kind, Moment
from abm.story.narrative import IDLE, Teller, brief, story
from abm.story.reasons import Reader, label
from abm.story.sentences import SENTENCES
from abm.story.weights import Term
from abm.story.witness import attend
from worlds.busy import busy, finish
from worlds.endings import simple_endings
from worlds.stories import told


@pytest.mark.parametrize("name", [pytest.param("endings", marks=pytest.mark.slow), "busy"])
def test_every_sentence_is_one(name: str) -> None:
    """It begins in lower case after its day, ends in a full stop, and nothing is left unsaid or unnamed."""
    for happenings in told(name).values():
        days = [each.day for each in happenings]
        assert days == sorted(days)
        assert happenings[0].kind == Kind.BEGINS
        assert happenings[-1].kind == Kind.CLOSES
        for each in happenings:
            assert re.fullmatch(r"[a-z].*\.", each.text), each
            assert not re.search(r"nan|None|\binf\b|[{}<>]|  |\bnp\.", each.text), each
            assert str(each) == f"{each.day}: {each.text}"


@pytest.mark.slow
def test_each_kind_of_happening_is_told() -> None:
    kinds = {each.kind for name in ("endings", "busy") for story in told(name).values() for each in story}
    assert kinds == set(Kind)


@pytest.mark.slow
def test_a_sentence_names_its_terms_the_largest_first() -> None:
    """On each side of a decision; the side that weighs more comes first, and the numbers are those of the terms."""
    for each in [each for life in told("alone").values() for each in life if each.kind in (Kind.LEFT, Kind.STAYED)]:
        decision = each.decision
        assert decision is not None
        named = [
            (re.sub(r"\.0$", "", shown), term.worth)
            for term in sorted(decision.terms, key=lambda term: -abs(term.worth))
            for shown in [f"{abs(term.worth):,.0f}" if abs(term.worth) >= 9.95 else f"{abs(term.worth):.1f}"]
            if abs(term.worth) >= 0.5
        ]
        for good in (True, False):
            side = [shown for shown, worth in named if (worth > 0) == good]
            words = each.text.partition("Chance of")[0]
            places = [words.rfind(shown) for shown in side]
            assert -1 not in places, each
        first = each.text.find(max(named, key=lambda pair: pair[1] * (1 if decision.gain > 0 else -1))[0])
        other = max(named, key=lambda pair: pair[1] * (-1 if decision.gain > 0 else 1))
        if other[1] * (-1 if decision.gain > 0 else 1) > 0:
            assert each.text.find("weighed more than") > first, each
        assert f"Chance of staying {decision.chance:.2f}" in each.text
        assert ("although" in each.text) == ((decision.gain > 0) != (each.kind == Kind.STAYED))


def test_a_reason_in_words() -> None:
    model = busy()
    model.persons["traits"][0] |= Trait.FEMALE
    worths = (("helping", 10.0), ("friends", 12.0), ("cover", 61.0), ("sharing", -98.4),
              ("resentment", -0.4), ("effort", 9.5))  # fmt: skip
    terms = tuple(Term(field, worth) for field, worth in worths)
    decision = Decision(terms, -6.3, 0.31, 0.5, trust=0.72, cover=3e5, share=410.0, expected=410.0, friends=(9, 12))
    reader = Reader(attend(model, 0)[0])
    against = "the share she reckoned with, 4.10 yuan a period (98 a year)"
    for_it = (
        "cover of 300,000 yuan worth 61 to her at trust 0.72, 9 of 12 friends inside (12), the wish to help (10) "
        "and the trouble of leaving (9.5)"
    )
    chance = "Chance of staying 0.31, and 0.50 was drawn."
    assert reader.why(decision, "staying") == f": {against} weighed more than {for_it}. {chance}"
    lucky = replace(decision, drawn=0.25)
    assert reader.why(lucky, "staying").startswith(f", although {against} weighed more than cover")
    unlucky = replace(decision, terms=(Term("helping", 10.0),), gain=10.0, chance=0.97, drawn=0.99)
    assert reader.why(unlucky, "staying").startswith(", although nothing weighed against the wish to help (10). Chance")


def test_a_reason_to_ask_is_none_to_be_turned_down() -> None:
    model = busy()
    model.persons["traits"][0] |= Trait.FEMALE
    terms = (Term("cover", 90.0), Term("premium", -40.0))
    decision = Decision(terms, 50.0, 0.99, 0.5, trust=0.9, cover=79_000.0)
    moment = Moment(0, model.day, Kind.TURNED_DOWN, -1, decision, {"product": 0, "free": 0.0})
    text = SENTENCES[Kind.TURNED_DOWN](Reader(attend(model, 0)[0]), moment)
    assert text.startswith("asked for insurance against critical illness: cover of 79,000 yuan")
    assert text.endswith("Chance of buying 0.99. She was turned down for her health.")


@pytest.mark.parametrize(
    ("kind", "gone", "then"),
    [(Kind.LEFT, "left", "had left"), (Kind.LAPSED, "been removed from", "had been removed")],
)
def test_who_was_removed_is_not_said_to_have_left(kind: Kind, gone: str, then: str) -> None:
    witness = attend(finish(busy(drive="compiled"), 12), 0)[0]
    step, day = witness.model.now, witness.model.day
    witness.moments.append(Moment(step - 3, day, kind, 0))
    witness.moments.append(Moment(step, day, Kind.DIAGNOSED, said={"missed": [(0, 3, 2_500.0)]}))
    text = Teller(witness)._in_the_end()
    assert re.search(rf"Had s?he not {gone} Xianghubao.*, 1.5 months after s?he {then}\.", text), text


@pytest.mark.parametrize(("since_joining", "ended", "missed"), [(6, False, False), (7, False, True), (7, True, False)])
def test_who_left_missed_cover_that_was_past_its_wait_and_still_on(
    since_joining: int, ended: bool, missed: bool
) -> None:
    """The wait is of 90 days, six half-months, and cover begins with the publication after it."""
    model = finish(busy(drive="compiled"), 12)
    model.persons["age_at_start"][0] = 30
    copy = Copy(model, 0)
    copy.mine["status"] = Status.LEFT
    model.world.offers["covered_until"] = model.now - 1 if ended else model.now
    model.now -= since_joining
    copy.note(Kind.JOINED, 0)
    model.now += 2
    copy.note(Kind.LEFT, 0)
    model.now += since_joining - 2
    assert would_have_covered(copy) == ([(0, since_joining - 2, 2_500.0)] if missed else [])


def test_the_terms_of_staying_by_hand() -> None:
    """A man of 30, of whose 4 friends 3 are inside, pays 2 yuan a period for 2,500 yuan that he trusts by 0.8."""
    model = busy()
    model.now = 29
    model.begin()
    model.post_terms()
    row = next(row for row in range(500) if model.network.of(row).size == 4)
    model.world.signals[model.network.of(row)[:3]] = 1 << 4  # inside, without news
    model.world.offers["share"], model.world.offers["perceived_closure_risk"] = 200, 0.25
    model.world.settings["resentment"] = 0.1
    me = person(altruism=10, herding=40, inertia=7, risk_aversion=0.5, believed_frailty=0.5, age_at_start=28)
    m = membership(platform=0, status=Status.COVERED, expected=200, trust=0.8, paid=4_000, joined=4, since=11)
    risk = float(model.world.incidence[0, 29]) * 0.5
    decision = to_stay(me[0], m[0, 0], 0, row, model.world, Prompt.HABIT)
    assert {term.field: pytest.approx(term.worth) for term in decision.terms} == {  # of float32, to a millionth
        "helping": 10.0,
        "friends": 40 * 3 / 4,
        "cover": 0.8 * (1 - 0.25) * 2_500 * risk * 1.5,
        "sharing": -24 * 2.0,
        "resentment": -0.1 * 0.25 * 40.0,
        "effort": 7.0,
    }
    assert decision.friends == (3, 4)
    assert decision.worth("sharing") == pytest.approx(-48)


def test_the_runner_up_is_the_next_best_plan() -> None:
    model = finish(simple_endings(drive="compiled"), 2)
    me = person(age_at_start=30, altruism=50, aware=(1 << 6) - 1, credit=900)
    mine = np.zeros((1, 3), membership().dtype)
    mine["platform"] = -1
    world = model.world
    found = to_join(me[0], mine[0], 0, 0, world)
    assert found is not None
    best, decision = found
    assert decision.runner_up is not None
    known = [to_join(one[0], mine[0], 0, 0, world) for one in
             (person(age_at_start=30, altruism=50, aware=1 << k, credit=900) for k in range(6))]  # fmt: skip
    gains = sorted(((each[1].gain, -each[0]) for each in known if each), reverse=True)
    assert (best, decision.gain) == (-gains[0][1], gains[0][0])
    assert decision.runner_up == (-gains[1][1], gains[1][0])


@pytest.mark.parametrize(
    ("luck", "traits", "bill", "prompt"),
    [
        (0.05, 0, 0, Prompt.HABIT),
        (0.05, Trait.ALERTED, 900, Prompt.HABIT),
        (0.15, Trait.ALERTED, 900, Prompt.NEWS),
        (0.15, 0, 900, Prompt.BILL),
        (0.15, 0, 0, None),
        (0.95, Trait.ALERTED, 900, None),
    ],
)
def test_what_made_a_person_think_is_the_least_that_was_enough(
    luck: float, traits: int, bill: int, prompt: Prompt | None
) -> None:
    """Attention 0.1, with news 0.3; a bill of 9 yuan where 3 were expected is twice the patience: 0.1 x (1 + 2)."""
    model = busy()
    model.world.settings["alerted_attention"], model.world.settings["noticeable_bill"] = 0.3, 1.0
    model.world.offers["share"] = bill
    me = person(attention=0.1, patience=1.0, traits=traits)
    mine = membership(platform=0, status=Status.COVERED, expected=300)
    assert prompted(me[0], mine[0], 0, luck, model.world) == prompt


@pytest.mark.slow
def test_a_brief_story_leaves_out_only_what_led_to_nothing() -> None:
    shorter = 0
    for whole in told("endings").values():
        part = brief(whole)
        left_out = [each for each in whole if each not in part]
        assert {each.kind for each in left_out} <= {Kind.HEARD, *IDLE}
        assert [each for each in part if each.kind not in IDLE] == [
            each for each in whole if each in part and each.kind not in IDLE
        ]
        stayed = {each.platform for each in whole if each.kind == Kind.STAYED}
        assert {each.platform for each in part if each.kind == Kind.STAYED} == stayed
        shorter += len(part) < len(whole)
    assert shorter > 100


@pytest.mark.slow
def test_payments_are_summed_up_by_year_and_told_before_what_follows_them() -> None:
    """Up to every claim and every end of a membership the sums told are those paid, to the fen."""
    model = busy(drive="compiled")
    witnesses = attend(model, *range(200))
    finish(model)
    compared = 0
    for witness in witnesses:
        happenings = story(witness)
        for index, each in enumerate(happenings):
            if each.kind in (Kind.LEFT, Kind.LAPSED, Kind.CLAIMED):
                told_so_far = sum(other.amount for other in happenings[:index] if other.kind == Kind.PAID)
                same = next(m for m in witness.moments if (m.day, m.kind) == (each.day, each.kind))
                earlier = witness.moments[: witness.moments.index(same)]
                assert told_so_far == sum(m.said["amount"] for m in earlier if m.kind == Kind.PAID)
                compared += told_so_far > 0
            assert each.kind != Kind.PAID or f"in {each.day.year}:" in each.text
    assert compared > 50


@pytest.mark.slow
def test_lost_trust_names_its_cause() -> None:
    sentences = [each.text for story in told("endings").values() for each in story if each.kind == Kind.DOUBTED]
    for cause in ("fled announced its end", "a warning of the regulator"):
        assert any(f"after {cause}" in text or f"and {cause}" in text for text in sentences), cause
    assert all(re.search(r"trust (\d\.\d\d(?:\d\d)?), now (\d\.\d\d(?:\d\d)?)\.$", text) for text in sentences)
    shocked = busy(drive="compiled", changes={"shocks.0.target": "trust", "shocks.0.factor": 0.5,
                                              "shocks.0.title": "a scandal"})  # fmt: skip
    witnesses = attend(shocked, *range(50))
    finish(shocked)
    doubts = [each.text for witness in witnesses for each in story(witness) if each.kind == Kind.DOUBTED]
    assert any("after a scandal: trust" in text for text in doubts)


def test_plans_have_the_names_of_their_scenarios() -> None:
    assert label("xianghubao") == "Xianghubao (相互宝)"
    assert label("fringe") == "The fringe"
    assert label("pool") == "pool"


@pytest.mark.slow
def test_a_child_is_said_to_be_decided_for_and_an_adult_is_not() -> None:
    for life in told("alone").values():
        first = life[0].text
        age = int(re.search(r"(?:boy|girl|man|woman) of (\d+)", first)[1])  # type: ignore[index]
        assert ("decides for" in first) == (age < 18), first


def test_trust_is_told_with_as_many_decimals_as_tell_the_change() -> None:
    for life in [*told("busy").values(), *told("endings").values()]:
        for each in life:
            if found := re.search(r"trust ([\d.]+), now ([\d.]+)", each.text):
                assert found[1] != found[2], each.text


def test_members_are_not_said_to_know_the_books_of_a_parent() -> None:
    announced = [each.text for story in told("endings").values() for each in story if each.kind == Kind.ANNOUNCED]
    assert announced
    assert all("not known to" in text for text in announced)
