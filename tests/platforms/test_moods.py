"""The mood of the public: what moves it, that it fades, and what it does to all plans."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.mechanisms import off
from abm.persons.rules import overlap
from abm.platforms import rules
from abm.platforms.closing import Closing, ClosingKind, Stage
from abm.platforms.mood import mood_after, trust_lost
from abm.platforms.offers import perceived_closure_risk
from worlds.firms import Authority, Place, firm
from worlds.simple import beneath, simple

PEOPLE = 10_000_000
PEOPLED = {"population": PEOPLE, "persons": 10_000}


def place(numbers: dict[str, float], **given: Any) -> Place:
    return Place(case=simple({"people": PEOPLED, "mood": numbers}), **given)


def ended(announced: int) -> Closing:
    return Closing("other", announced, announced + 2, ClosingKind.ACTIVE, "by hand", PEOPLE / 4, 0.25)


def test_without_news_the_mood_fades_by_a_part_in_each_period() -> None:
    here = place({"fading": 0.25, "from_warning": 1.0, "from_closing": 1.0, "from_refusals": 1.0}, mood=0.8)
    here.regulator = Authority(last_warning=47)
    here.closings = [ended(47)]
    assert mood_after(here, []) == pytest.approx(0.6)


def test_each_news_goes_its_part_of_the_way_to_alarm() -> None:
    """From 0.5: a warning half of the way; the end of a plan with a quarter of all people half of 0.4; refusals."""
    here = place({"fading": 0.0, "from_warning": 0.5, "from_closing": 0.4, "from_refusals": 2.0}, mood=0.5)
    refusing = firm(model=here, refused_share=0.3)
    assert mood_after(here, [refusing]) == pytest.approx(1 - 0.5 * (1 - 2 * 0.03))
    here.regulator = Authority(last_warning=48)
    assert mood_after(here, []) == pytest.approx(0.75)
    here.closings = [ended(48)]
    assert mood_after(here, []) == pytest.approx(1 - 0.25 * 0.8)
    refusing.stage = Stage.RUN_OFF
    assert mood_after(here, [refusing]) == pytest.approx(1 - 0.25 * 0.8)


def test_the_last_plan_of_all_is_no_news_to_a_public_that_was_not_in_it() -> None:
    """All members there are, and a ten-thousandth of the people: the public hears of a hundredth as much."""
    here = place({"fading": 0.0, "from_closing": 1.0})
    here.closings = [Closing("last", 48, 50, ClosingKind.ACTIVE, "by hand", PEOPLE / 10_000, 1.0)]
    assert mood_after(here, []) == pytest.approx(0.01)


parts = st.floats(0, 1)


@settings(max_examples=25)
@given(parts, parts, parts, parts, parts)
def test_the_mood_stays_between_calm_and_alarm(
    mood: float, fading: float, one: float, two: float, refused: float
) -> None:
    numbers = {"fading": fading, "from_warning": one, "from_closing": two, "from_refusals": 10 * one}
    here = place(numbers, mood=mood, regulator=Authority(last_warning=48), closings=[ended(48)] * 3)
    assert 0 <= mood_after(here, [firm(model=here, refused_share=refused)]) <= 1


def test_a_mood_that_no_news_can_move_stays_calm() -> None:
    here = place(beneath("mood", off("E2")), regulator=Authority(last_warning=48), closings=[ended(48)])
    assert mood_after(here, [firm(model=here, refused_share=1.0)]) == 0.0


def test_fear_for_the_plan_goes_with_the_mood_or_with_closings_that_are_talked_of_and_counts_no_closing_twice() -> None:
    here = place({"fear": 0.4}, mood=0.5)
    assert perceived_closure_risk(firm(model=here)) == pytest.approx(0.2)
    here.closings = [ended(48)]
    alone = rules.closure_risk(here.case.mind.closing_alarm, 0.5, 0.0)
    assert 0.1 < alone < 0.2
    assert perceived_closure_risk(firm(model=here)) == pytest.approx(0.2)
    here.mood = 0.1
    assert perceived_closure_risk(firm(model=here)) == pytest.approx(alone)


@pytest.mark.parametrize(("distrust", "lost"), [(0.0, 0.19), (0.15, 0.19), (0.5, 0.5)])
def test_trust_lost_to_the_same_news_is_lost_once(distrust: float, lost: float) -> None:
    """By themselves a warning and the end of a plan with a quarter of all members take a tenth each, 0.19 in all."""
    mind = {"trust_from_warning": 0.1, "trust_from_closing": 0.2}
    numbers = {"distrust": distrust, "from_warning": 1.0}
    case = simple({"people": PEOPLED, "mind": mind, "mood": numbers})
    here = Place(case=case, mood=1.0, regulator=Authority(last_warning=48), closings=[ended(48), ended(47)])
    assert overlap(0.19, trust_lost(firm(model=here), before=0.0)) == pytest.approx(lost)
    here.regulator, here.closings = Authority(), []
    assert trust_lost(firm(model=here), before=0.0) == pytest.approx(
        distrust
    )  # of refusals, which nobody was told of by themselves


def test_refusals_and_a_warning_in_one_step_cost_what_they_cost_one_after_the_other() -> None:
    """A warning takes a fifth by itself, and by the mood less; refusals darken the mood by half of what is left."""
    numbers = {"distrust": 0.5, "from_warning": 0.1, "fading": 0.0}
    case = simple({"people": PEOPLED, "mind": {"trust_from_warning": 0.2}, "mood": numbers})
    here = Place(case=case, mood=0.1 + 0.9 * 0.5, regulator=Authority(last_warning=48))
    assert trust_lost(firm(model=here), before=0.0) == pytest.approx(0.5 * 0.45)
    here.mood = 0.1
    assert trust_lost(firm(model=here), before=0.0) == 0.0


def test_refusals_that_only_hold_the_mood_where_it_is_cost_no_trust() -> None:
    case = simple({"people": PEOPLED, "mood": {"distrust": 0.5, "fading": 0.5}})
    assert trust_lost(firm(model=Place(case=case, mood=0.4)), before=0.4) == 0.0


def test_trust_goes_with_a_rise_of_the_mood_that_is_noticed_and_not_with_its_fading() -> None:
    assert rules.dismay(0.2, 0.6, 0.5) == pytest.approx(0.2)
    assert rules.dismay(0.2, 0.205, 0.5) == 0.0
    assert rules.dismay(0.6, 0.2, 0.5) == 0.0
