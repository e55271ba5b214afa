"""The pages on which a plan is offered, by hand: who uses them, and whom money raised there for the ill reaches."""

import math
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.market import NEWS_OF_AID, NEWS_OF_ILLNESS, OFFER
from abm.persons.behaviours import hear
from abm.persons.pages import ill_lately, in_audience
from abm.persons.state import Trait, membership, person
from abm.platforms.closing import Stage
from abm.platforms.pages import audiences, population, raising, scaled, seen_by_others
from abm.scenario.pages import Crowdfunding, Users
from abm.scenario.people import People
from abm.scenario.terms import PlatformTerms
from worlds.firms import LAUNCH, Place, firm
from worlds.plain import quickly, world

PEOPLE = People(tier_shares=(0.2, 0.3, 0.5))


def test_the_population_by_tier_and_age_is_that_of_the_files() -> None:
    """Netizens under 30 are 0.041 + 0.175 + 0.268, from 30 to 49 years 0.235 + 0.156, and the rest are older."""
    expected = np.outer((0.2, 0.3, 0.5), (0.484, 0.391, 0.125))
    assert population(PEOPLE) == pytest.approx(expected)


def test_as_many_use_the_pages_as_the_scenario_says_whoever_they_are() -> None:
    users = Users(tier_1=0.5, tier_2=2.0, under_30=3.0, from_50=0.1)
    chances = audiences(PlatformTerms(audience=0.2, users=users), PEOPLE)
    assert (population(PEOPLE) * chances).sum() == pytest.approx(0.2)
    assert chances / chances[2, 1] == pytest.approx(np.outer((0.5, 2.0, 1.0), (3.0, 1.0, 0.1)))


def test_users_alike_in_all_tiers_and_ages_are_as_many_everywhere_to_the_last_bit() -> None:
    assert (audiences(PlatformTerms(audience=0.35), PEOPLE) == 0.35).all()


def test_pages_that_all_use_are_used_by_all_whatever_their_proportions() -> None:
    assert (audiences(PlatformTerms(users=Users(tier_1=0.01)), PEOPLE) == 1.0).all()


def test_where_everybody_of_a_group_uses_the_pages_the_others_make_up_for_it() -> None:
    """Three groups of a fifth, three tenths and a half, used 8 : 2 : 1, by three quarters of all people.

    The first are all, and the other 0.55 go 2 : 1 to 0.3 and 0.5 of them: all of the second and half of the third. At
    0.42, less than all of the second; at 0.27 nobody is there who cannot use them more.
    """
    found = scaled(np.array([8.0, 2.0, 1.0]), np.array([0.2, 0.3, 0.5]), 0.75)
    assert found == pytest.approx([1.0, 1.0, 0.5])
    assert scaled(np.array([8.0, 2.0, 1.0]), np.array([0.2, 0.3, 0.5]), 0.42) == pytest.approx([1.0, 0.4, 0.2])
    assert scaled(np.array([8.0, 2.0, 1.0]), np.array([0.2, 0.3, 0.5]), 0.27) == pytest.approx([0.8, 0.2, 0.1])


def test_nobody_in_a_group_makes_up_for_nothing() -> None:
    found = scaled(np.array([8.0, 1.0, 1.0]), np.array([0.0, 0.5, 0.5]), 0.4)
    assert found == pytest.approx([1.0, 0.4, 0.4])
    assert scaled(np.array([3.0, 1.0]), np.array([0.5, 0.5]), 0.0) == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize(("tier", "age", "uses"), [(1, 30, True), (1, 49, True), (2, 30, False), (3, 40, False)])
def test_who_uses_the_pages_goes_by_the_own_tier(tier: int, age: int, uses: bool) -> None:
    model = world(1, {})
    model.world.audiences[0] = [[0.0, 1.0, 0.0], [0.0] * 3, [0.0] * 3]
    assert in_audience(person(tier=tier, age_at_start=age)[0], 0, 0, model.world) == uses


@pytest.mark.parametrize(("age", "uses"), [(17, False), (29.9, False), (30, True), (49.9, True), (50, False)])
def test_who_uses_the_pages_goes_by_the_age_on_the_first_day(age: float, uses: bool) -> None:
    model = world(1, {})
    model.world.settings["years"] = 40.0
    model.world.audiences[0] = [[0.0, 1.0, 0.0]] * 3
    assert in_audience(person(age_at_start=age)[0], 0, 0, model.world) == uses


@pytest.mark.parametrize(
    ("begins", "day", "part"),
    [
        (None, date(2018, 12, 31), 0.0),
        (None, LAUNCH, 0.0),
        (None, date(2019, 4, 1), 0.5),
        (None, date(2019, 7, 1), 1.0),
        (None, date(2021, 1, 1), 1.0),
        (date(2019, 7, 1), date(2019, 6, 30), 0.0),
        (date(2018, 7, 1), LAUNCH, 1.0),
    ],
)
def test_a_page_comes_to_be_known_within_half_a_year_of_its_first_day(begins: Any, day: date, part: float) -> None:
    page = Crowdfunding(raising=0.2, months=6.0, begins=begins)
    assert raising(firm(terms={"crowdfunding": page}), day) == pytest.approx(0.2 * part)


def crowd(now: int, ill: int) -> Any:
    """A plan with a page seen by 50 strangers, in step `now`, where so many of a thousand people show an illness."""
    signals = np.full(1_000, NEWS_OF_AID, np.uint32)
    signals[:ill] |= NEWS_OF_ILLNESS
    place = Place(now=now, persons=np.zeros(1_000), world=SimpleNamespace(signals=signals))
    return firm(terms={"crowdfunding": Crowdfunding(raising=0.2, viewers=50.0)}, model=place)


@pytest.mark.parametrize(
    ("now", "ill", "pages"), [(48, 24, 0.02), (48, 0, 0.0), (6, 12, 0.02), (1, 2, 0.02), (0, 0, 0)]
)
def test_as_many_pages_come_by_as_people_fall_ill_in_a_period(now: int, ill: int, pages: float) -> None:
    """Two of a thousand in each, told of for twelve periods at most: two pages in ten cases, each seen by 50."""
    asked = crowd(now, ill)
    assert ill_lately(asked.model.world.signals) == ill
    assert seen_by_others(asked, 0.2) == pytest.approx(1 - math.exp(-pages))
    assert seen_by_others(asked, 0.0) == 0.0


def test_no_page_comes_by_where_nothing_is_told() -> None:
    asked = crowd(48, 24)
    untold = asked.model.case.friends.model_copy(update={"news_periods": 0})
    asked.model = replace(asked.model, case=asked.model.case.model_copy(update={"friends": untold}))
    assert seen_by_others(asked, 0.2) == 0.0


def offered(changes: dict[str, Any], stage: Stage = Stage.OPEN) -> np.ndarray:
    """What a plan offers in the fourth step, with six of a thousand people who have told of an illness since the start.

    Its campaign reaches a tenth.
    """
    numbers = {"launch_reach": 0.0, "steady_reach": 0.1, "crowdfunding.viewers": 50.0, "crowdfunding.months": 0.0}
    model = world(1_000, {f"platform.pool.{name}": value for name, value in (numbers | changes).items()})
    with quickly():
        for _ in range(3):
            model.begin()
        model.world.signals[::200] = NEWS_OF_ILLNESS
        model.world.signals[1] = NEWS_OF_ILLNESS
        model.post_terms()
        model.begin()
        model.platforms[0].stage = stage
        model.post_terms()
    row: np.ndarray = model.world.offers[0]
    assert row.dtype == OFFER
    assert model.world.settings[0]["widest_reach"] == row["reach"]
    return row


def test_pages_of_the_ill_reach_those_whom_marketing_does_not() -> None:
    """Two fall ill in a period; a fifth have a page, which 50 people see each: 0.02 of a thousand people."""
    offer = offered({"crowdfunding.raising": 0.2})
    assert offer["reach"] == pytest.approx(1 - 0.9 * math.exp(-0.02))
    assert offer["crowdfunding"] == 0.2


def test_without_a_page_marketing_is_all_to_the_last_bit() -> None:
    offer = offered({})
    assert (offer["reach"], offer["crowdfunding"]) == (0.1, 0.0)


def test_no_page_offers_a_plan_that_takes_nobody() -> None:
    offer = offered({"crowdfunding.raising": 0.2}, Stage.CLOSING)
    assert (offer["reach"], offer["crowdfunding"]) == (0.0, 0.0)


def test_who_meets_a_friend_who_is_ill_hears_of_the_plan_on_whose_page_money_is_raised() -> None:
    """By the number drawn for the person and step; of two plans each has its own. No other news tells of a plan."""
    model = world(400, {"platform.second.launch": LAUNCH, "platform.third.launch": LAUNCH, "slots": 1})
    model.world.settings["now"] = 5
    model.world.offers["crowdfunding"] = (0.0, 0.3, 0.6)
    heard = {NEWS_OF_ILLNESS: [], NEWS_OF_AID: [], 0: []}
    for signals, known in heard.items():
        for row in range(400):
            me, mine = person(), membership()
            hear(me[0], mine[0], row, np.int64(signals), 0.5, model.world)
            known.append(int(me["aware"][0]))
            assert bool(me["traits"][0] & Trait.ALERTED) == (signals > 0)
    numbers = [[draw(0, 5, row, Purpose.PAGE * SLOTS_PER_PURPOSE + k) for k in range(3)] for row in range(400)]
    assert heard[NEWS_OF_ILLNESS] == [2 * (second < 0.3) + 4 * (third < 0.6) for _, second, third in numbers]
    assert not any(heard[NEWS_OF_AID] + heard[0])
    assert 80 < sum(known & 2 for known in heard[NEWS_OF_ILLNESS]) / 2 < 160
