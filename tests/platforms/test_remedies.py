"""What boards do about members who leave, by hand: lessons and milder terms, and what they are worth."""

import math
from collections import deque
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from abm.market import OFFER, PRODUCT, SETTINGS
from abm.platforms import board, remedies
from abm.platforms.board import Levers, ParentValuation, Trend
from abm.platforms.census import PlanCensus
from abm.scenario.parents import Remedies
from worlds.firms import Firm, Place, firm

MINDED = {"considered": True, "kept_by_lessons": 0.5, "elasticity": 1.0, "lost_by_change": 0.0, "teaching": 0.1}
MILD = 0.2  # part of the cases that are mild


def losing(parent: dict[str, Any], terms: dict[str, Any] | None = None, **given: Any) -> Firm:
    """A million members, of whom 20,000 leave in each half-month: 0.48 in a year. They are worth 2 yuan a year each."""
    offers = SimpleNamespace(
        offers=np.zeros(1, OFFER),
        products=np.zeros(2, PRODUCT),
        covers=np.array([[0, 100_000]]),
        incidence=np.full((2, 2), 0.001),
        mild=np.full(2, MILD),
        settings=np.ones(1, SETTINGS),
    )
    trend = Trend(*(deque([value] * 12) for value in (1e6, 0.0, 2e4)))
    census = PlanCensus(inside=1_000, left=20, ever_joined=1_250, sharing=1_000, expected_share=50.0, true_level=100.0)
    given = {
        "trend": trend,
        "census": census,
        "valuation": ParentValuation(going_on=4e6),
        "model": Place(world=offers),
    } | given
    return firm({"horizon": 2.0, "tolerated_loss": 0.02, "education_cost": 0.1} | parent, terms, **given)


def stay(rate: float) -> float:
    """Years of two that a member is still in, at a rate of exits of a year."""
    return (1 - math.exp(-2 * rate)) / rate


def test_a_member_without_exits_stays_for_all_the_years_ahead() -> None:
    assert remedies.member_years(0.0, 2.0) == 2.0
    assert remedies.member_years(1e-9, 2.0) == pytest.approx(2.0)
    assert remedies.member_years(0.5, 2.0) == pytest.approx(stay(0.5))


@pytest.mark.parametrize(("expected", "part"), [(0.0, 1.0), (50.0, 0.5), (100.0, 0.0), (120.0, 0.2), (900.0, 1.0)])
def test_members_are_mistaken_by_what_they_expect_too_little_or_too_much(expected: float, part: float) -> None:
    assert remedies.mistaken(expected, 100.0) == pytest.approx(part)
    assert remedies.mistaken(expected, 0.0) == 0.0


def test_exits_of_a_year_are_those_of_the_last_half_year_over_its_members() -> None:
    trend = Trend()
    assert trend.exits_a_year == 0.0
    for members, left in [(1_000.0, 500.0)] * 3 + [(100.0, 2.0)] * 6 + [(200.0, 1.0)] * 6:
        trend.enter(members, 0.0, left)
    assert trend.exits_a_year == pytest.approx(24 * 18 / 1_800)


def test_lessons_are_worth_the_years_of_the_members_they_keep_less_their_cost() -> None:
    """Members expect half of the true level, so that lessons that keep a half of the exits keep a quarter of them."""
    asked = losing({"remedies": Remedies(**MINDED)})
    assert asked.trend.exits_a_year == pytest.approx(0.48)
    worth = remedies.worth_of_remedy(asked, asked.terms.parent, 0.75, 0.1)
    assert worth == pytest.approx(1.9 * stay(0.36) - 2.0 * stay(0.48))
    assert worth > 0
    assert board.steer(asked).levers.education == 0.1


@pytest.mark.parametrize(
    ("parent", "given"),
    [
        ({"education_cost": 0.5}, {}),
        ({}, {"valuation": ParentValuation(going_on=-4e6)}),
        ({}, {"census": PlanCensus(inside=1_000, left=20, expected_share=100.0, true_level=100.0)}),
        ({"tolerated_loss": 0.05}, {}),
    ],
    ids=("dear", "members are worth nothing", "members know", "few leave"),
)
def test_a_board_does_not_teach_where_that_keeps_nobody_who_is_worth_it(
    parent: dict[str, Any], given: dict[str, Any]
) -> None:
    assert board.steer(losing({"remedies": Remedies(**MINDED)} | parent, **given)).levers.education == 0.0


def test_lessons_end_when_they_are_not_worth_their_cost_any_more() -> None:
    """Few leave: a programme that has begun goes on, and ends once members know."""
    taught = {"levers": Levers(education=0.1)}
    parent = {"remedies": Remedies(**MINDED), "tolerated_loss": 0.05}
    assert board.steer(losing(parent, **taught)).levers.education == 0.1
    known = PlanCensus(inside=1_000, left=20, expected_share=95.0, true_level=100.0)
    assert board.steer(losing(parent, census=known, **taught)).levers.education == 0.0


def test_terms_become_milder_by_what_saves_members_more() -> None:
    """Of the aid a tenth is for mild cases, half of the cover for a fifth of the cases; a half of that is 1/18.

    A fee lower by a point saves 1/108 of the bill, and costs 1 % of the aid of 24 / 1.08 yuan a year.
    """
    asked = losing({"remedies": Remedies(**MINDED)}, {"mild_cover": 50_000.0, "fee_rate": 0.08})
    assert remedies.aid_by_table(asked, 50_000.0) == pytest.approx(90.0)
    decision = board.steer(asked)
    assert decision.changes == {"mild_cover": 25_000.0}
    assert decision.words == "aid for mild cases falls by 50%"
    worth = remedies.milder_terms(asked, asked.terms.parent).worth
    assert worth == pytest.approx(2.0 * (stay(0.48 * (1 - 1 / 18)) - stay(0.48)))

    without = losing({"remedies": Remedies(**MINDED | {"elasticity": 5.0})}, {"mild_cover": 0.0, "fee_rate": 0.08})
    cheaper, cost = remedies.milder_terms(without, without.terms.parent), 0.01 * 24 / 1.08
    assert cheaper.changes == {}
    assert (2.0 - cost) * stay(0.48 * (1 - 5 / 108)) < 2.0 * stay(0.48)
    rich = losing(
        {"remedies": Remedies(**MINDED | {"elasticity": 5.0})},
        {"mild_cover": 0.0, "fee_rate": 0.08},
        valuation=ParentValuation(going_on=4e7),
    )
    assert board.steer(rich).changes == {"fee_rate": pytest.approx(0.07)}
    assert board.steer(rich).words == "the fee falls to 7.0%"


def test_terms_stay_where_new_ones_drive_more_away_than_they_keep_and_for_a_year_after_others() -> None:
    mild = {"mild_cover": 50_000.0}
    assert not board.steer(losing({"remedies": Remedies(**MINDED | {"lost_by_change": 0.05})}, mild)).changes
    assert not board.steer(losing({"remedies": Remedies(**MINDED)}, mild, periods_since_change=23)).changes
    assert not board.steer(losing({"remedies": Remedies(**MINDED), "tolerated_loss": 0.05}, mild)).changes
    assert not board.steer(losing({"remedies": Remedies()}, mild)).changes
