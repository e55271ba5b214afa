"""Phase diagrams: a known edge is found within a cell, with far fewer runs than the full grid."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from abm.errors import StudyError
from abm.figures.style import save
from abm.study.phase import Phase, Trial, phase_diagram
from abm.study.pictures import phase_map
from abm.study.store import Store
from abm.study.study import Axis, Study
from abm.study.worker import Result, RunFunction
from worlds.functions import cliff, misty_cliff

UNIT = Axis(low=0.0, high=1.0)


def f(outputs: Mapping[str, float]) -> float:
    return outputs["f"]


def grid(x: Axis = UNIT, y: Axis = UNIT, points: int = 5, replicates: int = 1) -> Study:
    return Study(vary={"x": x, "y": y}, points=points, replicates=replicates, outputs=("f",))


def diagram(folder: Path, run: RunFunction, study: Study, rounds: int = 3) -> Phase:
    with Store(folder, study, run=run) as store:
        return phase_diagram(study, store, f, edge=0.5, rounds=rounds, run=run, workers=1)


def distance(phase: Phase, x: float, y: float) -> float:
    return abs(math.hypot(x, y) - 0.5)


def test_a_known_edge_is_found_within_a_cell_and_with_few_runs(tmp_path: Path) -> None:
    """A quarter of a circle; smallest cells have a side of 1 / 32 and a diagonal of sqrt(2) / 32."""
    phase = diagram(tmp_path, cliff, grid())
    cells = phase.band
    diagonal = math.sqrt(2) / 32
    assert {cell.side for cell in cells} == {1}
    for cell in cells:
        x, y = phase.position((cell.x, cell.y))
        assert distance(phase, x + 1 / 64, y + 1 / 64) <= diagonal / 2 + 1e-12
    # Every part of the edge is in one of them: a hundred points of it.
    for step in range(101):
        x, y = (0.5 * way(step / 100 * math.pi / 2) for way in (math.cos, math.sin))
        corners = (phase.position((cell.x, cell.y)) for cell in cells)
        assert any(-1e-9 <= x - left <= 1 / 32 + 1e-9 and -1e-9 <= y - low <= 1 / 32 + 1e-9 for left, low in corners)
    assert phase.fine_runs == 33 * 33
    assert phase.runs < phase.fine_runs / 4


def test_refined_points_lie_near_the_edge(tmp_path: Path) -> None:
    """A cell that is split has a side of 1 / 4 at most, and the edge runs through it."""
    phase = diagram(tmp_path, cliff, grid())
    refined = [phase.position(place) for place in phase.tested if place[0] % 8 or place[1] % 8]
    assert len(refined) > 40
    assert all(distance(phase, x, y) <= math.sqrt(2) / 4 for x, y in refined)
    near = [distance(phase, x, y) <= math.sqrt(2) / 16 for x, y in refined]
    assert sum(near) > 0.6 * len(refined)


def test_a_cell_is_split_too_where_the_edge_enters_and_leaves_through_one_side(tmp_path: Path) -> None:
    """The top of the circle, (0, 0.5), is in a coarse cell whose four corners all lie outside the circle."""
    phase = diagram(tmp_path, cliff, grid(Axis(low=-0.3, high=0.9), Axis(low=0.0, high=0.9), points=3))
    corners = [(-0.3, 0.45), (0.3, 0.45), (-0.3, 0.9), (0.3, 0.9)]
    assert all(cliff({"x": x, "y": y}, 0)["f"] == 1 for x, y in corners)
    ends = [(phase.position(cell.corners[0]), phase.position(cell.corners[3])) for cell in phase.band]
    assert any(left <= 0 <= right and 0.45 <= low <= 0.5 <= high for (left, low), (right, high) in ends)


def test_what_is_in_the_store_is_not_run_again(tmp_path: Path) -> None:
    study, ran = grid(points=3), []
    for _ in range(2):
        ticks: list[Result] = []
        with Store(tmp_path, study, run=cliff) as store:
            phase = phase_diagram(study, store, f, 0.5, rounds=1, run=cliff, workers=1, on_result=ticks.append)
        ran.append(len(ticks))
    assert ran == [phase.runs, 0]


def test_within_noise_nothing_is_refined_and_the_band_says_so(tmp_path: Path) -> None:
    """Between 0.45 and 0.55 one of two replicates is on either side: mean 0.5, standard error 0.5."""
    phase = diagram(tmp_path, misty_cliff, grid(points=5, replicates=2), rounds=3)
    doubtful = [place for place, point in phase.tested.items() if point.disagrees(0.5)]
    assert doubtful
    assert all(0.45 < phase.position(place)[0] <= 0.55 for place in doubtful)
    # At 0.5 itself lie coarse points; no noise parts 0.25 from 0.75, but no cell has both of them.
    assert phase.runs == 25 * 2
    band = {phase.position((cell.x, cell.y))[0] for cell in phase.band}
    assert band == {0.25, 0.5}


def test_points_differ_only_by_more_than_their_noise() -> None:
    """Means 0.4 and 0.6 with standard errors of 0.1 / sqrt(2) each are 2 standard errors of the difference apart."""
    wide, narrow = 0.0710, 0.0700
    for half, apart in ((wide, False), (narrow, True)):
        low, high = (Trial((mean - half, mean + half), 0) for mean in (0.4, 0.6))
        assert low.error == pytest.approx(half)
        assert low.apart_from(high, 0.5) is apart
    assert not Trial((0.6,), 0).apart_from(Trial((0.9,), 0), 0.5)


def test_failed_runs_are_counted_and_never_an_outcome(tmp_path: Path) -> None:
    phase = diagram(tmp_path, cliff, grid(x=Axis(low=0.0, high=4.0), points=5), rounds=2)
    for place, point in phase.tested.items():
        assert point.lost == (phase.position(place)[0] > 2)
        assert math.isnan(point.mean) == bool(point.lost)
    assert all(phase.position((cell.x, cell.y))[0] < 1 for cell in phase.band)
    assert sum(row["lost"] for row in phase.table()) == sum(point.lost for point in phase.tested.values()) > 0


def test_where_no_run_has_an_outcome_there_is_no_map_and_no_edge(tmp_path: Path) -> None:
    phase = diagram(tmp_path, cliff, grid(x=Axis(low=3.0, high=4.0), points=2))
    assert not phase.can_be_drawn
    assert phase.told().endswith("; 4 have no outcome")
    assert phase.where() == "0 points lie below 0.5, 0 do not; no edge was found"
    line = phase.tested | {place: Trial((1.0,), 0) for place in ((0, 0), (0, 8))}
    assert not replace(phase, tested=line).can_be_drawn
    assert replace(phase, tested=line | {(8, 0): Trial((1.0,), 0)}).can_be_drawn


def test_the_edge_is_said_to_lie_between_the_settings_of_its_cells(tmp_path: Path) -> None:
    """A quarter of a circle of radius 0.5, found within 1 / 32 of it."""
    words = diagram(tmp_path, cliff, grid()).where().splitlines()[1:]
    assert words == [f"the edge lies between {name} = 0 and 0.5312" for name in "xy"]


def test_how_many_runs_are_needed_is_told_before_each_round(tmp_path: Path) -> None:
    study, told, ran = grid(points=3), [], []
    with Store(tmp_path, study, run=cliff) as store:
        phase = phase_diagram(
            study, store, f, 0.5, rounds=2, run=cliff, workers=1, on_result=ran.append,
            plan=lambda runs: told.append((runs, len(ran))),
        )  # fmt: skip
    assert [before for _, before in told] == [0, *(needed for needed, _ in told[:-1])]
    assert told[0][0] == 9
    assert told[-1][0] == phase.runs == len(ran)


def test_the_map_is_drawn(tmp_path: Path) -> None:
    phase = diagram(tmp_path / "runs", cliff, grid(x=Axis(low=0.0, high=4.0), points=5), rounds=2)
    paths = save(phase_map(phase, "f", ("x", "y"), "A trial."), tmp_path, "map")
    text = paths[1].read_text("utf-8")
    assert [path.name for path in paths] == ["map.png", "map.svg"]
    assert text.count("<path") > len(phase.band)


def test_only_a_grid_of_two_ranges_has_a_map(tmp_path: Path) -> None:
    for study in (
        Study(vary={"x": UNIT}, points=3, outputs=("f",)),
        Study(vary={"x": UNIT, "y": Axis(values=(1, 2))}, points=3, outputs=("f",)),
        Study(design="sobol", vary={"x": UNIT, "y": UNIT}, points=4, outputs=("f",)),
    ):
        with pytest.raises(StudyError, match="two settings with low and high"):
            diagram(tmp_path / f"{len(study.vary)}{study.points}", cliff, study)
