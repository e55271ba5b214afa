"""Whom a pass leaves out would have done nothing: the lists of a block are short, and never too short."""

import numpy as np
import pytest

from abm.draws import draw
from abm.model import MutualAidModel
from abm.persons.blocks import count_block, list_acting, list_stirred
from abm.persons.census import no_tally
from abm.persons.drives import (
    APPROACH,
    FALL_ILL,
    MEET,
    RENEW_TASTES,
    SEE_ADVERTISEMENT,
    SLOTS_PER_PURPOSE,
    THINK,
    turn_after_publication,
    turn_before_publication,
)
from abm.persons.paying import no_cash_flows
from abm.persons.situation import friend_met, signals_of

PERSONS = 1_000
pytestmark = pytest.mark.slow  # a minute or two: the lists are compiled apart from the loops that they are part of


@pytest.fixture(scope="module")
def model() -> MutualAidModel:
    """A market in the middle of its history, in the step after the last."""
    model = MutualAidModel("market", persons=PERSONS, seed=5)
    for _ in range(90):
        model.step()
    model.begin()
    model.post_terms()
    return model


def numbers(model: MutualAidModel, purpose: int, step: int | None = None) -> np.ndarray:
    """The number of everybody for a purpose."""
    seed, now = model.world.settings[0]["seed"], model.now if step is None else step
    return np.array([draw(seed, now, row, purpose * SLOTS_PER_PURPOSE) for row in range(PERSONS)])


def shown(model: MutualAidModel) -> np.ndarray:
    """What the friend whom each meets shows."""
    met = [friend_met(row, u, model.world) for row, u in enumerate(numbers(model, MEET))]
    return np.array([signals_of(friend, row, model.world) for row, friend in enumerate(met)])


def test_whom_nothing_stirs_does_nothing_before_publication(model: MutualAidModel) -> None:
    rows, persons, memberships = np.empty(PERSONS, np.int64), model.persons.copy(), model.memberships.copy()
    drawn = (numbers(model, SEE_ADVERTISEMENT), numbers(model, FALL_ILL), numbers(model, RENEW_TASTES, 0))
    listed = rows[: list_stirred(persons, 0, PERSONS, shown(model), *drawn, model.world, rows)]
    others = np.setdiff1d(np.arange(PERSONS), listed)
    assert [turn_before_publication(persons, memberships, row, model.world) for row in others] == [0] * others.size
    assert (persons == model.persons).all()
    assert (memberships == model.memberships).all()
    busy = [row for row in listed if _stirs(model, persons, memberships, row)]
    assert 0 < len(busy) <= listed.size < PERSONS / 2


def _stirs(model: MutualAidModel, persons: np.ndarray, memberships: np.ndarray, row: int) -> bool:
    """Whether a person does anything before publication."""
    filed = turn_before_publication(persons, memberships, row, model.world)
    return bool(filed or persons[row] != model.persons[row] or (memberships[row] != model.memberships[row]).any())


def test_whoever_is_left_out_after_publication_does_nothing(model: MutualAidModel) -> None:
    rows, persons, memberships = np.empty(PERSONS, np.int64), model.persons.copy(), model.memberships.copy()
    drawn, flows = (numbers(model, THINK), numbers(model, APPROACH)), no_cash_flows(model.world)
    listed = rows[: list_acting(persons, 0, PERSONS, *drawn, model.world, rows)]
    others = np.setdiff1d(np.arange(PERSONS), listed)
    for row in others:
        turn_after_publication(persons, memberships, row, model.world, flows)
    assert not flows.any()
    assert (persons == model.persons).all()
    assert (memberships == model.memberships).all()
    assert 0 < listed.size < 2 * PERSONS / 3


def test_who_has_no_news_and_was_never_in_a_plan_shows_nothing(model: MutualAidModel) -> None:
    rows, tally = np.empty(PERSONS, np.int64), no_tally(model.world)
    model.world.signals[:] = 1  # of before
    count_block(model.persons, model.memberships, 0, PERSONS, model.world, tally, rows)
    recent = model.now - model.world.settings[0]["news_periods"]
    ill = (model.persons["health"] == 2) & (model.persons["health_since"] > recent)
    assert (model.world.signals[~ill & (model.memberships["platform"][:, 0] < 0)] == 0).all()
    assert tally[: model.world.offers.size].any()
