"""Designs: which settings the points of a study have."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from abm.study import design
from abm.study.store import Store
from abm.study.study import Axis, Study
from abm.study.sweep import processes, run_study
from worlds.functions import ishigami


def sampled(kind: str, points: int, **axes: Axis) -> Study:
    return Study(design=kind, points=points, vary=axes, outputs=("f",))


def test_every_point_has_the_same_luck() -> None:
    study = Study(vary={"x": Axis(values=(1, 2))}, replicates=3, seed=7, outputs=("f",))
    assert list(study.seeds) == [7, 8, 9]


def test_a_log_scale_has_equal_ratios_and_both_ends() -> None:
    study = sampled("grid", 4, x=Axis(low=1.0, high=1000.0, scale="log"))
    assert [point["x"] for point in study.point_list()] == pytest.approx([1, 10, 100, 1000], rel=1e-12)


def test_a_latin_hypercube_meets_every_slice_of_every_setting_once() -> None:
    study = sampled("latin_hypercube", 20, x=Axis(low=0.0, high=1.0), y=Axis(low=10.0, high=30.0))
    points = list(study.point_list())
    assert sorted(int(20 * point["x"]) for point in points) == list(range(20))
    assert sorted(int(point["y"] - 10) for point in points) == list(range(20))
    assert points == list(study.point_list())
    assert points != list(study.model_copy(update={"seed": 2}).point_list())


def test_settings_that_go_together_are_at_the_same_place_of_their_ranges() -> None:
    """What is uncertain of a trade is uncertain of all its firms alike; a third setting goes its own way."""
    ranges = {
        "x": Axis(low=0.0, high=1.0, together="worth"),
        "y": Axis(low=1.0, high=100.0, scale="log", together="worth"),
    }
    listed = Axis(values=(False, True), together="worth")
    study = sampled("latin_hypercube", 50, **ranges, z=Axis(low=0.0, high=1.0), switch=listed)
    points = list(study.point_list())
    assert [point["y"] for point in points] == pytest.approx([100 ** point["x"] for point in points])
    assert all(point["switch"] == (point["x"] >= 0.5) for point in points)
    assert sorted(int(50 * point["x"]) for point in points) == sorted(int(50 * point["z"]) for point in points)
    assert abs(np.corrcoef([(point["x"], point["z"]) for point in points], rowvar=False)[0, 1]) < 0.5


@pytest.mark.parametrize("name", ["worth", "", "y"])
def test_a_name_that_no_two_settings_share_is_a_slip(name: str) -> None:
    with pytest.raises(ValidationError, match=rf"vary\.x: together = '{name}' must be a name that two settings share"):
        sampled("latin_hypercube", 5, x=Axis(low=0.0, high=1.0, together=name), y=Axis(low=0.0, high=1.0))


def test_listed_values_in_a_sample_come_equally_often() -> None:
    study = sampled("latin_hypercube", 30, policy=Axis(values=("strict", "lax", "none")))
    assert set(Counter(point["policy"] for point in study.point_list()).values()) == {10}


def test_a_whole_number_stays_whole() -> None:
    axis = Axis(low=2, high=6)
    study = Study(design="latin_hypercube", points=16, vary={"friends.news_periods": axis}, outputs=("closings",))
    assert {type(point["friends.news_periods"]) for point in study.point_list()} == {int}


def test_the_sobol_design_replaces_one_column_at_a_time() -> None:
    rows = np.array(list(design.saltelli(3, 2048, seed=1))).reshape(2048, 5, 3)
    a, mixed, b = rows[:, 0], rows[:, 1:4], rows[:, 4]
    for column in range(3):
        assert (mixed[:, column, column] == b[:, column]).all()
        others = [other for other in range(3) if other != column]
        assert (mixed[:, column][:, others] == a[:, others]).all()
    # A Sobol sequence of 2^m points has as many in each of 2^m slices: across the chunks in which it is drawn too.
    for half in (a, b):
        for column in range(3):
            assert sorted((2048 * half[:, column]).astype(int)) == list(range(2048))


@pytest.mark.slow
def test_sobol_indices_of_ishigami_come_out_right_through_a_sweep(tmp_path: Path) -> None:
    """Known: S = (0.3139, 0.4424, 0), total = (0.5576, 0.4424, 0.2437). Estimators of Saltelli and others (2010).

    Tolerance: five standard errors of the mean of eight samples scrambled apart (Student's t: one failure in 600).
    """
    axis, points = Axis(low=-math.pi, high=math.pi), 256
    studies = [sampled("sobol", points, x=axis, y=axis, z=axis).model_copy(update={"seed": seed}) for seed in range(8)]
    estimates = []
    with Store(tmp_path, studies[0], run=ishigami) as store, processes(2) as pool:
        for study in studies:
            run_study(study, store, pool, run=ishigami)
            values = [result.outputs["f"] for _, _, _, result in store.results(study)]
            rows = np.array(values).reshape(points, 5)
            a, mixed, b = rows[:, :1], rows[:, 1:4], rows[:, 4:]
            variance = np.concatenate([a, b]).var()
            first = (b * (mixed - a)).mean(axis=0) / variance
            total = ((a - mixed) ** 2).mean(axis=0) / (2 * variance)
            estimates.append([*first, *total])
    mean, error = np.mean(estimates, axis=0), np.std(estimates, axis=0, ddof=1) / math.sqrt(8)
    assert (np.abs(mean - [0.31391, 0.44241, 0, 0.55759, 0.44241, 0.24368]) < 5 * error).all()
    assert 5 * error.max() < 0.1  # less than what tells the indices apart
