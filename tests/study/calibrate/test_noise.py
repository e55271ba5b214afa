"""Luck between runs, and how many persons are enough."""

import math

import numpy as np
import pytest

from abm.observation.precision import CHANCE, LOG
from abm.study.calibrate.noise import band, between_seeds, falling, loud, noise_table, quiet, size_for
from abm.study.calibrate.targets import Target

MEMBERS = Target("F1", "pool", "members", LOG, 0.0, 0.06**2, 0.08**2, ())
OPEN = Target("F2", "pool", "open", CHANCE, 1.0, 0.0, 0.0, ())


def test_the_variance_between_seeds_is_pooled_over_points_and_knows_nothing_of_their_differences() -> None:
    """Points at 0 and 100 whose pairs of runs differ by 2: a variance of 2, of one degree of freedom each."""
    variance, freedom = between_seeds(np.array([[[-1.0], [1.0]], [[99.0], [101.0]]]))
    assert (variance.tolist(), freedom.tolist()) == ([2.0], [2])


def test_runs_that_show_nothing_are_left_out() -> None:
    nan = math.nan
    variance, freedom = between_seeds(
        np.array([[[1.0, nan], [3.0, nan], [nan, nan]], [[5.0, nan], [nan, 1.0], [nan, 2.0]]])
    )
    assert (variance.tolist(), freedom.tolist()) == ([2.0, 0.5], [1, 1])
    variance, freedom = between_seeds(np.full((3, 2, 1), nan))
    assert math.isnan(variance[0])
    assert freedom.tolist() == [0]


def test_a_band_is_of_observation_and_discrepancy_and_that_of_a_chance_its_widest() -> None:
    assert band(MEMBERS) == pytest.approx(0.1)
    assert band(OPEN) == 0.5


@pytest.fixture
def table():
    """Luck of single persons in one target, of the world itself in the other; pairs of runs at four sizes."""
    random = np.random.default_rng(1)

    def runs(persons: int) -> np.ndarray:
        members = 20 / math.sqrt(persons) * random.standard_normal((400, 2))
        return np.stack([members, 0.4 * random.standard_normal((400, 2))], axis=2)

    return noise_table({persons: runs(persons) for persons in (10_000, 40_000, 160_000, 640_000)}, [MEMBERS, OPEN])


def test_luck_is_told_beside_the_band_of_each_target(table) -> None:
    first = table.iloc[0]
    assert (first["persons"], first["target"], first["freedom"]) == (10_000, "F1", 400)
    assert first["between_seeds_sd"] == pytest.approx(0.2, rel=0.15)
    assert first["over_band"] == pytest.approx(first["between_seeds_sd"] / 0.1)


def test_luck_of_persons_falls_with_their_number_and_luck_of_the_world_does_not(table) -> None:
    power = falling(table)
    assert power["F1"] == pytest.approx(1.0, abs=0.1)
    assert power["F2"] == pytest.approx(0.0, abs=0.1)
    assert falling(table[table["persons"] == 10_000]).isna().all()


def test_the_size_of_a_run_is_the_smallest_at_which_nearly_all_targets_are_quiet(table) -> None:
    """For half a band of 0.1 the luck must be below 0.05, that is above 160,000 persons; the other is never quiet."""
    alone = table[table["target"] == "F1"]
    assert size_for(alone) in (160_000, 640_000)
    assert quiet(alone).iloc[-1] == 1.0
    assert size_for(alone[alone["persons"] < 160_000]) is None
    assert quiet(table).tolist()[-1] == 0.5
    assert size_for(table) is None
    assert loud(table, 10_000) == ["F1", "F2"]
    assert loud(table, 640_000) == ["F2"]
