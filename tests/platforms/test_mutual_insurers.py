"""Losses of a mutual insurer at its start, and interest on what it holds, by hand."""

import pytest

from abm.platforms.mutuals import interest_on, loss_of_period
from abm.scenario.institutions import MutualInsurer


def test_a_starting_loss_is_halved_again_and_again() -> None:
    terms = MutualInsurer(starting_loss=2_400.0, loss_halves_years=2.0)
    assert [loss_of_period(terms, step) for step in (0, 48, 96)] == pytest.approx([100, 50, 25])
    assert loss_of_period(MutualInsurer(), 0) == 0


def test_interest_of_a_half_month_is_in_whole_fen_and_on_what_is_there() -> None:
    terms = MutualInsurer(interest=0.024)
    assert interest_on(100_000, terms) == 100
    assert interest_on(-100_000, terms) == 0
    assert interest_on(100_000, MutualInsurer()) == 0
