"""A fine is felt: it is in the plan's books, though the regulator acts after these are closed."""

import pytest

from abm.model import MutualAidModel
from abm.scenario.parents import Stopped
from abm.scenario.terms import CoverBand, PlatformTerms
from worlds.plain import run, world


def books(fine: float | None) -> tuple[MutualAidModel, float]:
    """A plan of a world of ten that was fined, or not, and its surplus in the period after."""
    model = world(10, {})
    run(model, 3)
    if fine is not None:
        model.platforms[0].tell_the_truth(fine)
    run(model, 1)
    return model, model.platforms[0].books.periods[-1]


def test_a_fine_is_in_the_books_of_the_next_period() -> None:
    (fined, poorer), (_, unharmed) = books(500.0), books(None)
    assert poorer == pytest.approx(unharmed - 500.0)
    assert fined.platforms[0].discloses
    fined.audit()


def test_without_an_insurer_there_are_neither_caps_by_age_nor_years_to_renew() -> None:
    bands = CoverBand(age_from=0, age_to=40, annual_cap=200.0), CoverBand(age_from=41, age_to=60)
    terms = PlatformTerms(bands=bands, renewed_yearly=True, stopped=Stopped(annual_cap=188.0))
    changes = terms.without_an_insurer
    assert changes["renewed_yearly"] is False
    assert [band.annual_cap for band in changes["bands"]] == [None, None]
    assert [band.cover for band in changes["bands"]] == [band.cover for band in bands]
    assert PlatformTerms().without_an_insurer == {}
