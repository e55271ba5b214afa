"""Phase diagrams: an outcome over two settings, with more points where it passes from one regime to another.

A coarse grid is run first. A cell of it is split in four wherever tested points of it lie on different sides of the
edge between the regimes and differ by more than their noise, and so on down to a smallest cell. What is within noise
is not refined: more points would not help there, more replicates would.
"""

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from abm.errors import StoreError, StudyError, nearest
from abm.study import design
from abm.study.axis import Settings
from abm.study.store import Store
from abm.study.study import Study
from abm.study.sweep import run_study
from abm.study.worker import DONE, Result, RunFunction

SURE = 2.0  # standard errors that count as more than noise
Outcome = Callable[[Mapping[str, float]], float]
Place = tuple[int, int]  # on the lattice of the smallest cells


class Cell(NamedTuple):
    """A square of the lattice: its lower left corner and its side."""

    x: int
    y: int
    side: int

    @property
    def corners(self) -> tuple[Place, ...]:
        """The four corners, left before right and low before high."""
        ends = (0, self.side)
        return tuple((self.x + right, self.y + up) for right in ends for up in ends)

    def split(self) -> list["Cell"]:
        """The four quarters."""
        half = self.side // 2
        return [Cell(self.x + right, self.y + up, half) for right in (0, half) for up in (0, half)]


@dataclass(frozen=True)
class Trial:
    """What came of a point: the outcome of each replicate that has one, and how many have none."""

    values: tuple[float, ...]
    lost: int

    @property
    def mean(self) -> float:
        """Mean over the replicates; not a number where none has a value."""
        return float(np.mean(self.values)) if self.values else math.nan

    @property
    def error(self) -> float:
        """Standard error of the mean; nothing is known of it where there is one replicate, and it counts as none."""
        return float(np.std(self.values, ddof=1) / math.sqrt(len(self.values))) if len(self.values) > 1 else 0.0

    def disagrees(self, edge: float) -> bool:
        """Whether replicates lie on both sides of the edge."""
        return bool(self.values) and min(self.values) < edge <= max(self.values)

    def apart_from(self, other: "Trial", edge: float, least: float = 0.0) -> bool:
        """Whether two points lie on different sides of the edge, by more than noise."""
        noise = SURE * math.hypot(max(self.error, least), max(other.error, least))
        return (self.mean < edge) != (other.mean < edge) and abs(self.mean - other.mean) > noise

    def unsure(self, edge: float, least: float = 0.0) -> bool:
        """Whether the edge is within noise of the mean."""
        return abs(self.mean - edge) <= SURE * max(self.error, least)


@dataclass(frozen=True)
class Phase:
    """A finished diagram."""

    study: Study
    edge: float
    lattice: Place  # cells of the smallest size along either setting
    tested: dict[Place, Trial]
    cells: list[Cell]  # that tile the whole, the small ones where it was refined

    @property
    def runs(self) -> int:
        """Runs that were needed."""
        return len(self.tested) * self.study.replicates

    @property
    def fine_runs(self) -> int:
        """Runs that the full grid of smallest cells would have needed."""
        return (self.lattice[0] + 1) * (self.lattice[1] + 1) * self.study.replicates

    def position(self, place: Place) -> tuple[float, float]:
        """The values of both settings at a place."""
        x, y = (
            design.level(axis.low or 0.0, axis.high or 0.0, axis.scale, at / most)
            for axis, at, most in zip(self.study.vary.values(), place, self.lattice, strict=True)
        )
        return x, y

    def points_of(self, cell: Cell) -> list[Trial]:
        """Trial points in a cell and on its rim, without those that have no outcome."""
        span = range(cell.side + 1)
        inside = ((cell.x + right, cell.y + up) for right in span for up in span)
        points = (self.tested[place] for place in inside if place in self.tested)
        return [point for point in points if point.values]

    def divided(self, cell: Cell) -> bool:
        """Whether the edge runs through a cell: two of its points lie on different sides, by more than noise."""
        points, least = self.points_of(cell), self.usual_error
        below = [point for point in points if point.mean < self.edge]
        above = [point for point in points if not point.mean < self.edge]
        return any(low.apart_from(high, self.edge, least) for low in below for high in above)

    @property
    def usual_error(self) -> float:
        """Standard error of all points together: that of one alone is small by chance where replicates are few."""
        known = [point.error**2 for point in self.tested.values() if len(point.values) > 1]
        return math.sqrt(sum(known) / len(known)) if known else 0.0

    @property
    def band(self) -> list[Cell]:
        """Cells in which the edge may lie: divided ones, and those with a point within noise of the edge."""
        least = self.usual_error
        return [
            cell
            for cell in self.cells
            if self.divided(cell) or any(point.unsure(self.edge, least) for point in self.points_of(cell))
        ]

    @property
    def can_be_drawn(self) -> bool:
        """Whether there are points with an outcome that span a plane."""
        places = np.array([place for place, point in self.tested.items() if point.values], float).reshape(-1, 2)
        return len(places) > 2 and int(np.linalg.matrix_rank(places - places[0])) == 2

    def told(self) -> str:
        """How many points and runs there are, and how many of the latter have no outcome."""
        lost = sum(point.lost for point in self.tested.values())
        words = f"{len(self.tested):,} points x {self.study.replicates:,} replicates = {self.runs:,} runs"
        without = f"; {lost:,} have no outcome" if lost else ""
        return f"{words}, where the full grid would need {self.fine_runs:,}{without}"

    def where(self) -> str:
        """On which side of the edge points lie, and between which settings the edge does."""
        means = [point.mean for point in self.tested.values() if point.values]
        below, band = sum(mean < self.edge for mean in means), self.band
        lines = [f"{below:,} points lie below {self.edge:g}, {len(means) - below:,} do not"]
        if not band:
            return f"{lines[0]}; no edge was found"
        for at, path in enumerate(self.study.vary):
            ends = [self.position(cell.corners[corner])[at] for cell in band for corner in (0, 3)]
            lines.append(f"the edge lies between {path} = {min(ends):.4g} and {max(ends):.4g}")
        return "\n".join(lines)

    def table(self) -> list[dict[str, float]]:
        """A row a tested point: both settings, mean and standard error of the outcome, replicates, runs lost."""
        first, second = self.study.vary
        rows = []
        for place, point in sorted(self.tested.items()):
            x, y = self.position(place)
            row = {first: x, second: y, "mean": point.mean, "error": point.error, "replicates": len(point.values)}
            rows.append(row | {"lost": point.lost, "disagree": int(point.disagrees(self.edge))})
        return rows


def phase_diagram(
    study: Study,
    store: Store,
    outcome: Outcome,
    edge: float,
    rounds: int = 3,
    executor: Executor | None = None,
    run: RunFunction | None = None,
    workers: int | None = None,
    on_result: Callable[[Result], object] | None = None,
    plan: Callable[[int], object] = id,
) -> Phase:
    """Run a study's grid of two ranges and refine it; every split halves the cells at the edge, `rounds` times.

    `outcome`: a number from the outputs of a run. `edge`: its value between the two regimes. `plan` hears before each
    round how many runs are needed as far as is known. What is in the store is not run again. Raises `StudyError`
    where the study is not such a grid.
    """
    check_map(study)
    assert study.points is not None
    side = 2**rounds
    lattice = (study.points - 1) * side
    starts = range(0, lattice, side)
    phase = Phase(study, edge, (lattice, lattice), {}, [Cell(x, y, side) for x in starts for y in starts])
    while True:
        wanted = {place for cell in phase.cells for place in cell.corners} - phase.tested.keys()
        points = {place: _settings(phase, place) for place in sorted(wanted)}
        plan(phase.runs + len(points) * study.replicates)
        phase.tested.update(_tested(study, store, points, outcome, executor, run, workers, on_result))
        coarse = [cell for cell in phase.cells if cell.side > 1 and phase.divided(cell)]
        if not coarse:
            return phase
        for cell in coarse:
            phase.cells.remove(cell)
            phase.cells.extend(cell.split())


def outcome_of(study: Study, words: str | None) -> tuple[str, Outcome]:
    """An outcome in words and as a function: an output of the study, or one over another as ``a / b``.

    Where no words are given it is the only output. Raises `StudyError` where there is no such output.
    """
    if words is None:
        if len(study.numbers) != 1:
            raise StudyError(f"--outcome: say which output is mapped: {', '.join(study.numbers)}")
        words = study.numbers[0]
    names = [name.strip() for name in words.split("/")]
    for name in names:
        if name not in study.numbers or len(names) > 2:
            allowed = f"the study has {', '.join(study.numbers)}; write one, or A / B"
            raise StudyError(f"--outcome {words}: no output '{name}'{nearest(name, list(study.numbers))}; {allowed}")

    def outcome(outputs: Mapping[str, float]) -> float:
        over = outputs[names[1]] if len(names) == 2 else 1.0
        return outputs[names[0]] / over if over else math.nan

    return " / ".join(names), outcome


def check_map(study: Study) -> None:
    """Raise `StudyError` unless a study can be mapped: a grid over two ranges."""
    ranges = [axis for axis in study.vary.values() if axis.values is None]
    if study.design != "grid" or len(study.vary) != 2 or len(ranges) != 2:
        raise StudyError("a phase diagram needs design = 'grid' and two settings with low and high")


def _settings(phase: Phase, place: Place) -> Settings:
    """The settings of a place on the lattice."""
    ways = zip(phase.study.vary, place, phase.lattice, strict=True)
    return {path: phase.study.value(path, at / most) for path, at, most in ways}


def _tested(
    study: Study,
    store: Store,
    points: Mapping[Place, Settings],
    outcome: Outcome,
    executor: Executor | None,
    run: RunFunction | None,
    workers: int | None,
    on_result: Callable[[Result], object] | None,
) -> dict[Place, Trial]:
    """Run the points that the store lacks; what came of all of them."""
    if not points:
        return {}
    other: dict[str, Any] = {"design": "cases", "vary": {}, "points": None, "cases": tuple(points.values())}
    batch = Study(**(dict(study) | other))
    run_study(batch, store, executor, run, workers, on_result)
    values: list[list[float]] = [[] for _ in points]
    there = 0
    for number, _, _, result in store.results(batch):
        there += 1
        if result.status == DONE and math.isfinite(value := outcome(result.outputs)):
            values[number].append(value)
    if there < batch.runs:
        raise StoreError(f"{store.file}: {batch.runs - there:,} runs are gone from it; the same command runs them")
    return {
        place: Trial(tuple(finite), study.replicates - len(finite))
        for place, finite in zip(points, values, strict=True)
    }
