"""The set of a calibration: points whose own runs match, and what is known of each number by it."""

import numpy as np
import pytest

from abm.observation.precision import CHANCE, LOG
from abm.study.axis import Axis
from abm.study.calibrate import members as of_set
from abm.study.calibrate.members import Members, joined, judged, looked_for
from abm.study.calibrate.space import Space
from abm.study.calibrate.targets import Target

NAMES = ("mind.risk_aversion", "mind.herding", "mind.noise")
WHOLE = Space({name: Axis(low=0.0, high=1.0) for name in NAMES})
LEFT = WHOLE.without(["mind.noise"])
HALF = Target("F1", "pool", "members", LOG, 0.5, 0.0001, 0.0, ())
BOUND = Target("F2", "pool", "money", LOG, 0.2, 0.0001, 0.0, (), at_least=True)
OPEN = Target("F3", "pool", "open", CHANCE, 1.0, 0.0, 0.0, ())


def runs(*shown: float, targets: int = 1, seeds: int = 2) -> np.ndarray:
    """What runs show, points x seeds x targets: each number for all seeds and targets of a point."""
    return np.tile(np.array(shown)[:, None, None], (1, seeds, targets))


def found(places: np.ndarray) -> Members:
    """Members that match exactly."""
    return Members(places, runs(*[0.5] * len(places)), len(places))


def test_a_point_whose_runs_never_show_what_was_observed_is_ruled_out() -> None:
    values = runs(0.5, 0.5)
    values[1, 0, 0] = np.nan
    assert judged(values, [HALF])[:, 0].tolist() == [0.0, 0.0]
    values[1] = np.nan
    assert judged(values, [HALF])[:, 0].tolist() == [0.0, np.inf]
    assert judged(runs(np.nan, np.nan), [HALF])[:, 0].tolist() == [np.inf, np.inf]


def test_points_are_looked_for_until_there_are_enough_that_match() -> None:
    asked: list[int] = []

    def propose(number: int) -> np.ndarray:
        asked.append(number)
        return np.array([[0.5, number / 10], [0.9, number / 10]])

    def run(number: int, places: np.ndarray) -> np.ndarray:
        return runs(*places[:, 0])

    two = looked_for(2, 5, propose, run, [HALF])
    assert (asked, two.tried, two.places.tolist()) == ([1, 2], 4, [[0.5, 0.1], [0.5, 0.2]])
    assert (two.values == 0.5).all()
    few = looked_for(9, 3, propose, run, [HALF])
    assert (few.tried, len(few.places)) == (6, 3)
    assert len(looked_for(1, 5, propose, run, [HALF]).places) == 1


def test_members_are_told_as_far_as_they_were_when_they_were_let_in() -> None:
    """Beside a point of much luck: the same shown by points of none would be too far."""

    def run(number: int, places: np.ndarray) -> np.ndarray:
        return np.array([[[0.54], [0.54]], [[0.8], [0.85]]])

    near = looked_for(9, 1, lambda _: np.zeros((2, 3)), run, [HALF])
    assert len(near.places) == 1
    assert judged(near.values, [HALF])[0, 0] == pytest.approx(4.0)
    assert of_set.members_table(near, WHOLE, [HALF])["largest"].iloc[0] < 3.0


def test_what_moves_nothing_is_drawn_from_its_whole_range_and_the_rest_stays() -> None:
    places = np.column_stack([np.linspace(0.4, 0.5, 50), np.linspace(0.2, 0.1, 50)])
    whole = joined(WHOLE, LEFT, places, luck=3)
    assert (whole[:, :2] == places).all()
    assert sorted((whole[:, 2] * 50).astype(int)) == list(range(50))
    assert (joined(WHOLE, WHOLE, whole, luck=3) == whole).all()


def test_the_central_member_is_the_one_nearest_to_the_facts_in_the_mean() -> None:
    assert of_set.central(Members(np.zeros((3, 3)), runs(0.51, 0.502, 0.52), 3), [HALF]) == 1


def test_a_target_is_met_within_its_band_above_its_bound_or_more_often_than_not() -> None:
    targets = [HALF, BOUND, OPEN]
    values = np.array([[[0.515, 0.9, 1.0], [0.519, 0.9, 0.0], [0.517, 0.9, 1.0]]])
    table = of_set.met_table(Members(np.zeros((1, 3)), values, 1), targets).set_index("target")
    assert table["inside"].to_dict() == {"F1": True, "F2": True, "F3": True}
    assert table["within_set"].to_dict() == {"F1": False, "F2": True, "F3": False}
    worse = np.array([[[0.523, 0.1, 0.0], [0.519, 0.1, 1.0], [0.522, 0.1, 0.0]]])
    table = of_set.met_table(Members(np.zeros((1, 3)), worse, 1), targets).set_index("target")
    assert table["inside"].to_dict() == {"F1": False, "F2": False, "F3": False}


def test_a_number_is_known_by_how_much_narrower_it_is_than_its_plausible_range() -> None:
    even = np.linspace(0.0, 1.0, 101)
    places = np.column_stack([0.3 * even, 0.5 * even, even])
    table = of_set.known_table(found(places), WHOLE, LEFT, {"mind.herding": ["F1", "F2", "F3", "F4"]})
    assert table["over_plausible"].tolist() == pytest.approx([0.3, 0.5, 1.0])
    assert table["known"].tolist() == ["well", "partly", "not"]
    assert table["moves"].tolist() == [True, True, False]
    assert table["targets"].tolist() == ["", "F1 F2 F3", ""]


def test_numbers_that_trade_off_are_told_as_one_direction() -> None:
    """Where only the sum of two is known, the narrowest direction is their sum, and each alone is hardly known."""
    random = np.random.default_rng(1)
    first = random.random(400)
    places = np.column_stack([first, 1.0 - first + 0.01 * random.standard_normal(400), random.random(400)])
    row = of_set.directions_table(found(places), WHOLE, LEFT).iloc[0]
    assert row["over_plausible"] < 0.05
    loads = sorted(row["loads"].split(" "))
    assert loads == ["+0.71", "+0.71", "mind.herding", "mind.risk_aversion"]
    assert of_set.directions_table(found(places[:2]), WHOLE, LEFT).empty


def test_where_one_name_is_left_it_is_the_only_direction() -> None:
    even = np.linspace(0.0, 1.0, 101)
    places, one = np.column_stack([0.5 * even, even, even]), WHOLE.without(NAMES[1:])
    (row,) = of_set.directions_table(found(places), WHOLE, one).to_dict("records")
    assert row["loads"] == "+1.00 mind.risk_aversion"
    assert row["over_plausible"] == pytest.approx(0.5, rel=0.02)


def test_members_are_alike_and_each_has_its_place_and_how_far_it_is() -> None:
    table = of_set.members_table(Members(np.full((4, 3), 0.25), runs(0.5, 0.51, 0.52, 0.49), 9), WHOLE, [HALF])
    assert table["weight"].tolist() == [0.25] * 4
    assert table["largest"].tolist() == pytest.approx([0.0, 1.0, 2.0, 1.0])
    assert table["mean_square"].tolist() == pytest.approx([0.0, 1.0, 4.0, 1.0])
    assert (table[list(NAMES)] == 0.25).all(axis=None)


def test_what_was_found_is_told_with_what_the_central_member_misses() -> None:
    assert of_set.told(Members(np.zeros((0, 3)), np.zeros((0, 2, 1)), 7), [HALF]).startswith("none of 7 points matches")
    words = of_set.told(Members(np.zeros((1, 3)), runs(0.521), 7), [HALF])
    assert words == "1 of 7 points match; the central one is within the bands of 0 of 1 targets; not F1"
