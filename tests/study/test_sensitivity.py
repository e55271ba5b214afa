"""Which setting matters: known indices come out right through a sweep, and nothing that failed counts as nothing."""

import csv
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from abm.cli.main import main
from abm.errors import StudyError
from abm.study.sensitivity import RESAMPLES, Rows, Sensitivity, analyse, sensitivity
from abm.study.store import Store
from abm.study.study import Axis, Study
from abm.study.summary import write_results
from abm.study.sweep import run_study
from abm.study.worker import RunFunction
from worlds.functions import half_told, holes, ishigami, slope, stumble, tilt

PI = Axis(low=-math.pi, high=math.pi)
KNOWN = {  # of Ishigami's function, a = 7, b = 0.1: Ishigami and Homma 1990
    "first_order": {"x": 0.31391, "y": 0.44241, "z": 0.0},
    "total": {"x": 0.55759, "y": 0.44241, "z": 0.24368},
}


def swept(folder: Path, run: RunFunction, study: Study) -> Study:
    """The study, swept into a folder."""
    with Store(folder, study, run=run) as store:
        run_study(study, store, run=run, workers=1)
        write_results(study, store, 0.0, "")
    return study


def sobol(points: int, outputs: tuple[str, ...] = ("f",), **axes: Axis) -> Study:
    return Study(design="sobol", points=points, vary=axes or dict.fromkeys("xyz", PI), outputs=outputs)


def analysed(folder: Path) -> tuple[Sensitivity, str]:
    said: list[str] = []
    return analyse(folder, said.append), "\n".join(said)


def test_sobol_indices_of_ishigami_lie_within_their_bounds(tmp_path: Path) -> None:
    """Bounds of 95 % are 1.96 standard errors; six indices at 4 of these: one failure in 2,600, and the bounds must be
    narrow enough to tell apart what differs."""
    swept(tmp_path, ishigami, sobol(512))
    found, _ = analysed(tmp_path)
    assert len(found.indices) == 6
    for index in found.indices:
        assert index.low is not None
        assert index.high is not None
        half = (index.high - index.low) / 2
        assert index.value == pytest.approx((index.high + index.low) / 2)
        assert abs(index.value - KNOWN[index.measure][index.setting]) < half * 4 / 1.96
        assert half < 0.2  # less than total less first order of x and z, 0.24


@pytest.mark.slow
def test_bounds_halve_with_four_times_the_points(tmp_path: Path) -> None:
    """A bound from R resamples is itself known to 1 / sqrt(2 R): the ratio of two to sqrt(1 / R)."""
    halves = []
    for points in (256, 1024):
        swept(tmp_path / str(points), ishigami, sobol(points))
        found, _ = analysed(tmp_path / str(points))
        halves.append(np.array([(index.high or 0) - (index.low or 0) for index in found.indices]))
    ratio = (halves[0] / halves[1]).mean()
    # The spread that is resampled is itself that of 256 blocks: 10 % of heavy-tailed products, on each of six bounds.
    assert ratio == pytest.approx(2, abs=2 * 4 * (1 / math.sqrt(RESAMPLES) + 0.1 / math.sqrt(6)))


def test_the_table_and_the_figure_are_written_beside_the_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    swept(tmp_path, ishigami, sobol(64))
    assert main(["sensitivity", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "first_order" in text
    assert "total" in text
    with (tmp_path / "sensitivity.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["setting"], row["measure"]) for row in rows[:4]] == [
        ("x", "first_order"), ("y", "first_order"), ("z", "first_order"), ("x", "total"),
    ]  # fmt: skip
    assert f"{float(rows[0]['value']):.3g}" in text
    assert (tmp_path / "sensitivity.png").read_bytes().startswith(b"\x89PNG")
    assert "</svg>" in (tmp_path / "sensitivity.svg").read_text("utf-8")


def test_what_failed_or_is_no_number_is_named_and_its_blocks_left_out(tmp_path: Path) -> None:
    """No more than 2 (0.04 / 2 pi) = 1.3 % of points lie beyond 3.1 or below -3.1, in each of two samples."""
    study = swept(tmp_path, holes, sobol(256, ("f", "same")))
    found, text = analysed(tmp_path)
    xs = np.array([point["x"] for point in study.point_list()])
    lost = (np.abs(xs).reshape(256, 5) > 3.1).any(axis=1).sum()
    assert lost
    [about_f, _, about_same] = found.remarks
    assert f"{(xs < -3.1).sum()} of 1,280 runs failed" in about_f
    assert f"{(xs > 3.1).sum()} of 1,280 runs gave no finite number" in about_f
    assert f"{lost} of 256 blocks of points are left out" in about_f
    first = int(np.flatnonzero(xs > 3.1)[0])
    assert f"point {first}: x = {xs[first]:.4g}" in about_f
    assert "same: is 5 at every point" in about_same
    assert about_f in text
    # Turned into zeros they would change the indices, for sin(x) is near nothing there; left out they stay finite.
    assert {index.output for index in found.indices} == {"f"}
    assert all(math.isfinite(index.value) for index in found.indices)


def test_indices_are_those_of_the_blocks_that_are_left(tmp_path: Path) -> None:
    """The estimators of Saltelli and others (2010), by hand."""
    study = swept(tmp_path, holes, sobol(128, ("f",)))
    found, _ = analysed(tmp_path)
    points = list(study.point_list())
    kept = np.array([abs(point["x"]) <= 3.1 for point in points]).reshape(128, 5).all(axis=1)
    assert not kept.all()
    values = np.array([ishigami(point, 0)["f"] for point in points]).reshape(128, 5)[kept]
    a, mixed, b = values[:, :1], values[:, 1:4], values[:, 4:]
    assert_by_hand(found, a, mixed, b)


def assert_by_hand(found: Sensitivity, a: np.ndarray, mixed: np.ndarray, b: np.ndarray) -> None:
    """Values are the estimators'; bounds are 1.96 standard deviations of the estimators over resampled blocks.

    A deviation from R resamples is known to 1 / sqrt(2 R); two of them to 1 / sqrt(R), of which four are allowed.
    """

    def estimates(rows: np.ndarray) -> np.ndarray:
        variance = np.concatenate([a[rows], b[rows]]).var()
        first = (b[rows] * (mixed[rows] - a[rows])).mean(axis=0) / variance
        return np.array([first, ((a[rows] - mixed[rows]) ** 2).mean(axis=0) / (2 * variance)])

    centre = np.concatenate([a, mixed, b], axis=1).mean()  # the first-order estimator does better around nothing
    a, mixed, b = a - centre, mixed - centre, b - centre
    luck = np.random.default_rng(1)
    spread = np.std([estimates(luck.integers(len(a), size=len(a))) for _ in range(RESAMPLES)], axis=0, ddof=1)
    whole = estimates(np.arange(len(a)))
    for row, measure in enumerate(("first_order", "total")):
        own = [index for index in found.indices if index.measure == measure]
        assert [index.value for index in own] == pytest.approx(whole[row], rel=1e-9, abs=1e-12)
        halves = [((index.high or 0) - (index.low or 0)) / 2 for index in own]
        assert halves == pytest.approx(1.959964 * spread[row], rel=4 / math.sqrt(RESAMPLES))


def test_elementary_effects_are_those_by_hand(tmp_path: Path) -> None:
    """Effects of both signs: mean size is not the size of the mean. Bounds of a mean are 1.96 standard errors."""
    study = swept(tmp_path, ishigami, Study(design="morris", points=9, vary=dict.fromkeys("xyz", PI), outputs=("f",)))
    found, _ = analysed(tmp_path)
    values = np.array([ishigami(point, 0)["f"] for point in study.point_list()]).reshape(9, 4)
    steps = np.diff(np.array(list(study.places())).reshape(9, 4, 3), axis=1)
    effects = np.empty((9, 3))
    for trajectory, setting in np.ndindex(9, 3):
        at = np.flatnonzero(steps[trajectory, :, setting])[0]
        effects[trajectory, setting] = np.diff(values[trajectory])[at] / steps[trajectory, at, setting]
    of = {(index.setting, index.measure): index for index in found.indices}
    assert not np.allclose(np.abs(effects).mean(axis=0), np.abs(effects.mean(axis=0)))
    for column, setting in enumerate("xyz"):
        own = effects[:, column]
        mean, spread = of[setting, "mean_effect"], own.std(ddof=1)
        assert mean.value == pytest.approx(own.mean())
        assert of[setting, "mean_size"].value == pytest.approx(np.abs(own).mean())
        assert of[setting, "spread"].value == pytest.approx(spread)
        assert (mean.high or 0) - mean.value == pytest.approx(1.959964 * spread / 3)
        assert mean.value - (mean.low or 0) == pytest.approx(1.959964 * spread / 3)


def test_memory_is_bounded_and_bounds_from_parts_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight numbers of eight bytes for a block and resample, and the table itself: far less than all resamples at once.

    Either bound is known to 1 / sqrt(2 R), their ratio to 1 / sqrt(R).
    """
    study, most = sobol(1024), 20_000
    values = np.array([ishigami(point, 0)["f"] for point in study.point_list()]).reshape(1024, 5, 1, 1)
    rows = Rows(values, np.zeros((1024, 5, 1), bool))
    found, peaks = [], []
    for at_once in (RESAMPLES * 1024, most):
        monkeypatch.setattr("abm.study.sensitivity.AT_ONCE", at_once)
        tracemalloc.start()
        found.append(sensitivity(study, rows).indices)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 64 * most + 16 * values.nbytes < peaks[0] / 8
    for one, other in zip(*found, strict=True):
        assert one[:4] == other[:4]
        halves = [(index.high or 0) - index.value for index in (one, other)]
        assert halves[0] == pytest.approx(halves[1], rel=4 / math.sqrt(RESAMPLES))


def test_an_output_is_the_mean_over_all_replicates(tmp_path: Path) -> None:
    """Seeds 1, 2 and 3 tilt the plane by 2 in the mean; y counts once."""
    axes = dict.fromkeys("xy", Axis(low=0.0, high=1.0))
    swept(tmp_path, tilt, Study(design="morris", points=4, vary=axes, outputs=("f",), replicates=3))
    found, _ = analysed(tmp_path)
    effects = {index.setting: index.value for index in found.indices if index.measure == "mean_effect"}
    assert effects == pytest.approx({"x": 2.0, "y": 1.0})


def test_too_many_lost_blocks_are_refused_in_one_line(tmp_path: Path) -> None:
    swept(tmp_path, stumble, sobol(4, ("inverse",), x=Axis(values=(1, 2, 3)), y=Axis(low=0.0, high=1.0)))
    with pytest.raises(StudyError, match=r"inverse: .* runs failed .* and .* no finite number .* blocks .* lost"):
        analysed(tmp_path)
    assert not (tmp_path / "sensitivity.csv").exists()


def test_an_output_without_numbers_is_left_out_and_the_others_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    axes = {"x": Axis(values=(1, 2, 3)), "y": Axis(low=0.0, high=1.0)}
    swept(tmp_path, half_told, sobol(8, ("never", "word", "level"), **axes))
    assert main(["sensitivity", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    for output in ("never", "word"):
        assert f"left out: {output}: 32 of 32 runs gave no finite number" in said
    with (tmp_path / "sensitivity.csv").open(newline="") as file:
        assert {row["output"] for row in csv.DictReader(file)} == {"level"}


def test_elementary_effects_of_a_plane_are_its_coefficients_over_the_ranges(tmp_path: Path) -> None:
    axes = {"x": Axis(low=0.0, high=2.0), "y": Axis(low=-1.0, high=1.0), "z": Axis(low=0.0, high=9.0)}
    swept(tmp_path, slope, Study(design="morris", points=5, vary=axes, outputs=("f",), replicates=2, seed=0))
    found, _ = analysed(tmp_path)
    values = {(index.setting, index.measure): index.value for index in found.indices}
    for setting, effect in {"x": 6.0, "y": -4.0, "z": 0.0}.items():
        assert values[setting, "mean_effect"] == pytest.approx(effect, abs=1e-9)
        assert values[setting, "mean_size"] == pytest.approx(abs(effect), abs=1e-9)
        assert values[setting, "spread"] == pytest.approx(0, abs=1e-9)
    assert (tmp_path / "sensitivity.svg").exists()


def test_a_trajectory_changes_one_setting_at_a_time_and_each_once() -> None:
    study = Study(design="morris", points=8, vary=dict.fromkeys("xyz", PI), outputs=("f",), seed=3)
    places = np.array(list(study.places())).reshape(8, 4, 3)
    steps = np.diff(places, axis=1)
    assert np.abs(steps).max(axis=2) == pytest.approx(np.full((8, 3), 2 / 3))
    assert ((steps != 0).sum(axis=2) == 1).all()
    assert ((steps != 0).sum(axis=1) == 1).all()
    assert study.size == len(list(study.point_list())) == 32
    assert list(study.places()) == list(study.places())
    assert list(study.places()) != list(study.model_copy(update={"seed": 4}).places())


def test_a_folder_without_a_finished_sobol_sweep_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sensitivity", str(tmp_path)]) == 2
    assert "has no study.toml" in capsys.readouterr().err
    grid = Study(vary={"x": Axis(values=(1, 2)), "y": PI, "z": PI}, points=2, outputs=("f",))
    swept(tmp_path / "grid", ishigami, grid)
    assert main(["sensitivity", str(tmp_path / "grid")]) == 2
    assert "its design is 'grid'" in capsys.readouterr().err
    swept(tmp_path / "half", ishigami, sobol(4))
    table = tmp_path / "half" / "runs.csv"
    table.write_text("".join(table.read_text("utf-8").splitlines(keepends=True)[:-3]), encoding="utf-8")
    assert main(["sensitivity", str(tmp_path / "half")]) == 2
    assert "3 of 20 runs are missing" in capsys.readouterr().err
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(["sensitivity", str(tmp_path / "half")]) == 2
    assert "runs.csv is not the table of study.toml" in capsys.readouterr().err
