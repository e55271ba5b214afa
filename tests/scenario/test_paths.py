"""Paths: the declaration that a path names is the number's own, and there is none where nothing is declared."""

import pytest

from abm.scenario.paths import field_at


@pytest.mark.parametrize(
    ("path", "meaning"),
    [
        ("mind.noise", "scale of the logistic choice"),
        ("platform.any.fee_rate", "share of aid added for the platform"),
        ("platform.any.bands.1.cover", "aid for a case"),
        ("platform.any.parent.stigma", "loss of good name by closing"),
        ("insurance.city.overlap", "worth of aid, or of other insurance, that having it takes away"),
        ("insurance.added.reach", "chance that its own sellers offer it to a person in a period"),
        ("shocks.0.factor", "what the target is multiplied by"),
        ("insurer.any.capital", "own funds at the start"),
    ],
)
def test_a_path_names_a_declaration(path: str, meaning: str) -> None:
    field = field_at(path)
    assert field is not None
    assert field.description == meaning


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "mind.nois",
        "mind.noise.more",
        "platform.any.bogus",
        "platform.any.bands.0.bogus",
        "insurance.any.bogus",
    ],
)
def test_a_path_that_names_nothing_has_no_declaration(path: str) -> None:
    assert field_at(path) is None
