"""History matching on made-up simulators: what is ruled out, what is left, and that the truth is among it."""

import math

import numpy as np
import pytest
from scipy.stats.qmc import LatinHypercube

from abm.errors import StudyError
from abm.observation.precision import CHANCE, LOG
from abm.study.calibrate.emulators import UNPROVED, Emulator, Prediction, Proof, emulate
from abm.study.calibrate.implausibility import culprits, implausibility, matches, nth_largest, of_runs
from abm.study.calibrate.smoother import smoothed
from abm.study.calibrate.surface import Surface
from abm.study.calibrate.targets import Target
from abm.study.calibrate.waves import Wave, design, left, sample, space_left, spread_out

SURE = Proof(40, 1.0, 1.0, 1.0)


def target(name: str = "F1", observed: float = 0.0, variance: float = 0.01, **more) -> Target:
    return Target(name, "pool", "", more.pop("scale", LOG), observed, variance, 0.0, (), **more)


def told(mean: float, variance: float = 0.0, between: float = 0.0) -> Prediction:
    return Prediction(np.array([mean]), np.array([variance]), np.array([between]))


def plane(slopes: dict[int, float], level: float = 0.0, scale: float = 0.0, proof: Proof = SURE) -> Emulator:
    """An emulator that is a plane over the cube, from -1 to 1 in each input."""
    terms = tuple((at,) for at in slopes)
    return Emulator(LOG, Surface(tuple(slopes), level, terms, np.array([*slopes.values()]), None, scale), None, proof)


def test_implausibility_is_distance_over_all_that_may_be_off() -> None:
    """Observation 0.04, discrepancy 0.05, luck 0.06, emulator 0.10: together 0.25, a half as standard deviation."""
    one = Target("F1", "pool", "", LOG, 1.0, 0.04, 0.05, ())
    assert implausibility(told(2.0, variance=0.10, between=0.06), one) == pytest.approx([2.0])
    assert implausibility(told(0.0, variance=0.10, between=0.06), one) == pytest.approx([2.0])


def test_more_than_a_lower_bound_is_never_implausible() -> None:
    bound = target(at_least=True)
    assert implausibility(told(5.0), bound) == [0.0]
    assert implausibility(told(-0.3), bound) == pytest.approx([3.0])


@pytest.mark.parametrize(("chance", "deviations"), [(0.5, 1.0), (0.1, 3.0), (0.9, 1 / 3), (0.2, 2.0)])
def test_a_fact_that_one_run_in_ten_meets_is_three_deviations_off(chance: float, deviations: float) -> None:
    survival = target(observed=1.0, variance=0.0, scale=CHANCE)
    assert implausibility(told(chance, between=chance * (1 - chance)), survival) == pytest.approx([deviations])


def test_runs_that_never_meet_a_survival_fact_are_ruled_out_by_enough_of_them() -> None:
    """None of five is too few to say; none of twenty is not."""
    survival = target(observed=1.0, variance=0.0, scale=CHANCE)
    assert of_runs(np.zeros((1, 2)), survival)[0] < 3 < of_runs(np.zeros((1, 20)), survival)[0]


def test_runs_are_judged_with_their_common_spread_between_seeds() -> None:
    """Both points have a variance of 2 between two seeds: 0.01, 2 and the half of it for the mean."""
    found = of_runs(np.array([[1.0, 3.0], [-1.0, 1.0]]), target())
    assert found == pytest.approx([2 / math.sqrt(0.01 + 3), 0.0])
    assert of_runs(np.array([[0.2], [0.1]]), target()) == pytest.approx([2.0, 1.0])


def test_the_second_largest_forgives_one_target_and_a_match_forgives_none() -> None:
    rows = np.array([[9.0, 1.0, 2.0], [2.9, 2.4, np.nan], [2.9, 2.6, 0.0]])
    assert nth_largest(rows, 2).tolist() == [2.0, 2.4, 2.6]
    assert nth_largest(rows, 1).tolist() == [9.0, 2.9, 2.9]
    assert nth_largest(rows, 4).tolist() == [0.0] * 3
    assert matches(rows).tolist() == [False, True, False]


def test_the_target_that_rules_out_most_is_named_first() -> None:
    rows = np.array([[9.0, 1.0, 2.0], [2.9, 3.4, np.nan], [4.0, 2.6, 0.0]])
    names = [target(name) for name in ("F1", "F2", "F3")]
    assert culprits(rows, names) == {"F1": pytest.approx(2 / 3), "F2": pytest.approx(1 / 3)}


def test_what_is_left_is_what_the_arithmetic_says() -> None:
    """A plane from -1 to 1, observed 0 with deviation 0.1: left is the strip below 3 deviations, 0.3 of the cube."""
    wave = Wave((target(),), (plane({0: 1.0}),), nth=1)
    assert space_left([wave], 3) == pytest.approx(0.3, abs=0.01)
    both = Wave((target(), target("F2")), (plane({0: 1.0}), plane({1: 1.0})), nth=1)
    assert space_left([both], 3) == pytest.approx(0.09, abs=0.01)
    forgiving = Wave(both.targets, both.emulators, nth=2)
    assert space_left([forgiving], 3) == pytest.approx(0.3 + 0.3 - 0.09, abs=0.01)
    assert space_left([wave, both], 3) == space_left([both], 3)


def test_an_emulator_that_is_not_proved_rules_nothing_out_and_one_that_is_unsure_little() -> None:
    assert space_left([Wave((target(),), (plane({0: 1.0}, proof=UNPROVED),), nth=1)], 2) == 1.0
    unsure = Wave((target(),), (plane({0: 1.0}, scale=0.2),), nth=1)
    assert space_left([unsure], 2) == pytest.approx(3 * math.sqrt(0.05), abs=0.01)


def test_a_design_lies_in_what_is_left_and_is_spread_over_it() -> None:
    wave = Wave((target(),), (plane({0: 1.0}),), nth=1)
    places = design([wave], 2, 40, luck=3)
    assert places.shape == (40, 2)
    assert left([wave], places).all()
    apart = np.linalg.norm(places[:, None] - places[None], axis=2) + np.eye(40)
    assert apart.min() > 0.5 * math.sqrt(0.3 / 40)
    assert places[:, 1].min() < 0.05
    assert places[:, 1].max() > 0.95


def test_a_small_corner_of_a_large_space_is_walked_from_a_place_that_is_proposed() -> None:
    """Six inputs each within 0.15 of their middles at most: a millionth and less, which no sequence hits."""
    goals = tuple(target(f"F{at}") for at in range(6))
    wave = Wave(goals, tuple(plane({at: 10.0}) for at in range(6)), nth=1)
    places = design([wave], 6, 30, luck=2, proposed=np.full((1, 6), 0.5))
    assert len(places) == 30
    assert left([wave], places).all()
    assert places.std(axis=0).min() > 0.004  # even over a width of 0.03 it is 0.0087
    with pytest.raises(StudyError, match=r"no place is left among 65,536: the targets contradict each other"):
        design([wave], 6, 30, luck=2)


def test_a_sample_is_not_drawn_to_the_places_from_which_it_may_begin() -> None:
    """Of a strip along the second input each half has its half, wherever places are proposed."""
    wave = Wave((target(),), (plane({0: 1.0}),), nth=1)
    proposed = np.tile([0.5, 0.9], (2000, 1)) + 0.001 * np.random.default_rng(1).random((2000, 2))
    assert left([wave], proposed).all()
    places = sample([wave], 2, 400, luck=3, proposed=proposed)
    assert len(places) == 400
    assert (places[:, 1] > 0.5).mean() == pytest.approx(0.5, abs=0.1)


def test_points_are_taken_far_from_each_other() -> None:
    line = np.linspace(0, 1, 101)[:, None]
    taken = np.sort(spread_out(line, 3, np.random.default_rng(1)).ravel())
    assert np.diff(taken).min() > 0.25
    assert spread_out(line[:2], 3, np.random.default_rng(1)).tolist() == [[0.0], [0.01]]


def test_a_smoother_finds_the_answer_of_a_straight_simulator() -> None:
    """With a normal belief of variance 1 and an observation of variance v of 2 x, the mean is 2 y / (4 + v)."""
    random, variance, observed = np.random.default_rng(1), 0.25, 1.5
    inner = random.standard_normal((4000, 2))
    from scipy.stats import norm

    goal = target(observed=observed, variance=variance)
    moved = norm.ppf(smoothed(norm.cdf(inner), 2 * inner[:, :1], [goal], luck=2))
    assert moved[:, 0].mean() == pytest.approx(2 * observed / (4 + variance), abs=0.02)
    assert moved[:, 0].var() == pytest.approx(variance / (4 + variance), rel=0.1)
    assert moved[:, 1].mean() == pytest.approx(0.0, abs=0.05)
    assert moved[:, 1].var() == pytest.approx(1.0, rel=0.1)


def test_a_smoother_leaves_what_is_above_a_lower_bound_where_it_is() -> None:
    places = LatinHypercube(2, rng=1).random(200)
    shown = places[:, :1] + 5
    moved = smoothed(places, shown, [target(observed=1.0, at_least=True)], luck=2)
    assert np.allclose(moved, places, atol=2e-3)
    assert np.allclose(smoothed(places, shown, [target(scale=CHANCE)], luck=2), places, atol=2e-3)


@pytest.mark.parametrize("number", [0, 1])
def test_a_smoother_leaves_a_single_place_where_it_is(number: int) -> None:
    places = np.full((number, 2), 0.3)
    assert smoothed(places, np.full((number, 1), 5.0), [target()]).tolist() == places.tolist()


def simulator(places: np.ndarray, seeds: int, luck: int) -> np.ndarray:
    """Two outputs of four inputs, with luck: points x seeds x outputs."""
    a, b, c = (2 * places[:, at] - 1 for at in (0, 1, 2))
    means = np.stack([2 * a + b**2, np.exp(0.7 * b) - c], axis=1)
    return means[:, None] + 0.05 * np.random.default_rng(luck).standard_normal((len(places), seeds, 2))


@pytest.mark.slow
def test_two_waves_close_in_on_the_truth_and_do_not_lose_it() -> None:
    truth = np.array([[0.7, 0.35, 0.6, 0.2]])
    observed = simulator(truth, 400, 1)[0].mean(axis=0)
    goals = tuple(target(f"F{at}", float(value), 0.05**2) for at, value in enumerate(observed))
    waves: list[Wave] = []
    parts = [1.0]
    for number in range(2):
        places = design(waves, 4, 60, luck=number)
        shown = simulator(places, 4, 10 + number)
        emulators = tuple(emulate(places, shown[:, :, at], LOG) for at in range(2))
        waves.append(Wave(goals, emulators, nth=1))
        parts.append(space_left(waves, 4))
    assert left(waves, truth).all()
    assert parts[0] > parts[1] >= parts[2]
    assert parts[2] < 0.1
    places = design(waves, 4, 40, luck=9)
    runs = simulator(places, 4, 20)
    found = np.stack([of_runs(runs[:, :, at], goals[at]) for at in range(2)], axis=1)
    assert matches(found).mean() > 0.7
