"""The pages on which a plan is offered, by hand: who uses them."""

import numpy as np
import pytest

from abm.persons.pages import in_audience
from abm.persons.state import person
from abm.platforms.pages import audiences, population, scaled
from abm.scenario.pages import Users
from abm.scenario.people import People
from abm.scenario.terms import PlatformTerms
from worlds.plain import world

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
