"""Emulators of made-up simulators with known answers."""

from importlib.util import find_spec
from unittest import mock

import numpy as np
import pytest
from scipy.stats.qmc import LatinHypercube

from abm.errors import StudyError
from abm.observation.precision import CHANCE, LOG
from abm.study.calibrate import surface
from abm.study.calibrate.emulators import UNPROVED, Emulator, Proof, emulate, prove
from abm.study.calibrate.surface import Surface, fit

INPUTS = 8


def places(points: int, luck: int = 1) -> np.ndarray:
    return LatinHypercube(INPUTS, rng=luck).random(points)


def bowl(at: np.ndarray) -> np.ndarray:
    """A quadratic in two inputs of eight, with their product."""
    a, b = 2 * at[:, 0] - 1, 2 * at[:, 3] - 1
    return 3 + 2 * a - b**2 + 1.5 * b + a * b


def test_a_quadratic_is_found_with_the_inputs_that_it_depends_on() -> None:
    at = places(120)
    found = fit(at, bowl(at))
    assert {0, 3} <= set(found.active)
    new = places(50, luck=2)
    mean, variance = found.predict(new)
    assert np.abs(mean - bowl(new)).max() < 0.05
    assert variance.max() < 0.05**2


def test_what_is_no_quadratic_is_left_to_the_process() -> None:
    at, new = places(150), places(60, luck=2)

    def wave(where: np.ndarray) -> np.ndarray:
        return np.sin(6 * where[:, 2]) + where[:, 5]

    found = fit(at, wave(at))
    mean, _ = found.predict(new)
    quadratic = Surface(found.active, found.level, found.terms, found.slopes, None, 0.0).predict(new)[0]
    assert np.std(mean - wave(new)) < 0.1 < np.std(quadratic - wave(new))


def test_an_emulator_is_surer_near_its_points_than_far_from_them() -> None:
    at = 0.5 * places(100)
    found = fit(at, np.sin(10 * at[:, 0]) + at[:, 1])
    near, far = found.predict(at[:10])[1], found.predict(np.full((1, INPUTS), 0.98))[1]
    assert far.min() > 10 * near.max()


def test_what_does_not_move_needs_no_inputs() -> None:
    found = fit(places(40), np.full(40, 2.5))
    assert found.active == ()
    assert found.predict(places(5))[0].tolist() == [2.5] * 5


def simulated(at: np.ndarray, seeds: int, luck: int = 3) -> np.ndarray:
    """The bowl, with a luck whose standard deviation grows fourfold over the input 5."""
    spread = 0.1 * 4.0 ** at[:, 5]
    return bowl(at)[:, None] + spread[:, None] * np.random.default_rng(luck).standard_normal((len(at), seeds))


@pytest.mark.slow
def test_mean_and_variance_between_seeds_are_told_apart() -> None:
    at, new = places(200), places(100, luck=2)
    emulator = emulate(at, simulated(at, 8), LOG)
    told = emulator.predict(new)
    assert np.abs(told.mean - bowl(new)).max() < 0.3
    true = (0.1 * 4.0 ** new[:, 5]) ** 2
    assert np.median(np.abs(np.log(told.between / true))) < 0.2
    assert np.mean(np.log(told.between / true)) == pytest.approx(0, abs=0.15)  # the logarithm of few seeds is not low
    assert told.variance.mean() < told.between.mean()


def test_an_emulator_proves_itself_on_points_held_back() -> None:
    at = places(100)
    proof = emulate(at, simulated(at, 4), LOG).proof
    assert proof.holds
    assert proof.points == 20
    assert 0.6 < proof.off < 1.5
    assert proof.explained > 0.95


def test_an_emulator_of_rare_jumps_may_rule_nothing_out() -> None:
    """One run in fourteen is far off for no reason in the inputs: the error is not what the emulator takes it to be."""
    at = places(300)
    shown = bowl(at) + np.where(np.random.default_rng(1).random(300) < 0.075, 100.0, 0.0)
    assert not emulate(at, shown[:, None], LOG).proof.holds


def test_one_that_is_too_sure_of_itself_fails_and_one_that_knows_little_does_not() -> None:
    new = places(60, luck=2)
    sure = Emulator(LOG, Surface((), 3.0, (), np.zeros(0), None, 0.1), None, UNPROVED)
    unsure = Emulator(LOG, Surface((), 3.0, (), np.zeros(0), None, 3.0), None, UNPROVED)
    assert not prove(sure, new, bowl(new)[:, None]).holds
    assert prove(unsure, new, bowl(new)[:, None]).holds
    assert prove(unsure, new, bowl(new)[:, None]).explained < 0.1


def test_a_chance_is_emulated_between_nothing_and_one_with_the_variance_of_its_own() -> None:
    at, new = places(200), places(60, luck=2)
    true = 1 / (1 + np.exp(-6 * (at[:, 1] - 0.5)))
    shown = (np.random.default_rng(4).random((200, 5)) < true[:, None]).astype(float)
    emulator = emulate(at, shown, CHANCE)
    told = emulator.predict(new)
    assert np.abs(told.mean - 1 / (1 + np.exp(-6 * (new[:, 1] - 0.5)))).mean() < 0.1
    assert np.allclose(told.between, told.mean * (1 - told.mean))
    assert emulator.proof.holds


def test_runs_that_show_nothing_are_left_out_and_the_others_of_their_points_are_not() -> None:
    """Of four seeds one shows nothing at half of the points, as where a plan has ended: nothing is foretold wrong."""
    at, new = places(150), places(60, luck=2)
    shown = simulated(at, 4)
    shown[::2, 1] = np.nan
    emulator = emulate(at, shown, LOG)
    told = emulator.predict(new)
    assert np.abs(told.mean - bowl(new)).max() < 0.5
    true = (0.1 * 4.0 ** new[:, 5]) ** 2
    assert np.mean(np.log(told.between / true)) == pytest.approx(0, abs=0.25)
    assert emulator.proof.holds


def test_one_seed_that_is_left_of_each_point_is_as_good_as_one_seed() -> None:
    at = places(100)
    shown = simulated(at, 2)
    left = np.where(np.arange(2) == 0, shown, np.nan)
    assert np.array_equal(emulate(at, left, LOG).predict(at).mean, emulate(at, shown[:, :1], LOG).predict(at).mean)


def test_points_that_show_nothing_are_left_out_and_too_few_prove_nothing() -> None:
    at = places(40)
    shown = simulated(at, 2)
    whole = emulate(np.concatenate([at, at[:5]]), np.concatenate([shown, np.full((5, 2), np.nan)]), LOG)
    assert np.array_equal(whole.predict(at[:3]).mean, emulate(at, shown, LOG).predict(at[:3]).mean)
    few = emulate(at[:20], shown[:20], LOG)
    assert not few.proof.holds
    with pytest.raises(StudyError, match="an emulator of too few points foretells nothing"):
        few.predict(at)


def test_half_a_dozen_misses_in_a_hundred_are_too_many() -> None:
    assert Proof(100, 0.95, 1.0, 0.9).holds
    assert not Proof(100, 0.94, 1.0, 0.9).holds


def test_without_its_package_a_calibration_says_what_to_install() -> None:
    with (
        mock.patch.object(surface, "find_spec", lambda name: None if name == "sklearn" else find_spec(name)),
        pytest.raises(StudyError, match=r"needs the package scikit-learn: pip install 'huzhu\[calibrate\]'"),
    ):
        fit(places(40), bowl(places(40)))
