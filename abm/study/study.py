"""A study: what varies, how, how often, and what is kept of each run."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import BeforeValidator, model_validator

from abm.draws import SEEDS
from abm.errors import HuzhuError, StudyError
from abm.runs.outputs import TEXTS, check_output, check_series
from abm.scenario.declare import Section, bounds, fact, number
from abm.scenario.files import beside, parse_as, settings_in, tables_in, tables_of
from abm.scenario.paths import data_files, field_at, notes
from abm.scenario.scenario import Scenario
from abm.study import design
from abm.study.axis import Axis, Changes, Path_, Settings, axes_of, loaded, with_plausible

MOST_RUNS = 10_000_000
COLUMNS = ("point", "seed", "status", "reason")  # of the table of runs, beside settings and outputs
OF_STEPS = ("point", "seed", "step", "date")  # of the table of series, beside the series
MOST_COMPARED = 10_000  # levels
DRAWN = {"latin_hypercube": design.latin_hypercube, "sobol": design.saltelli, "morris": design.morris}


# fmt: off
class Study(Section):
    """Many runs of one scenario, a row of results for each."""

    title: str = fact("untitled", "one line", source="the study")
    scenario: str = fact("xianghubao", "a name from `huzhu list`, or the path of a .toml file", source="the study")
    persons: int | None = number(None, "persons simulated in each run; the scenario's where it is not said",
        unit="persons", low=1, high=4e9, source="the study")
    until: date | None = fact(None, "last day; the scenario's where it is not said", unit="date", source="the study")
    changes: Changes = fact({}, "settings of all runs, by path", source="the study")
    design: Literal["grid", "latin_hypercube", "sobol", "morris", "cases"] = fact("grid",
        "every combination, a sample spread evenly, a sample for Sobol indices or for Morris's elementary effects, or "
        "a list of cases", source="the study")
    vary: Annotated[dict[Path_, Axis], BeforeValidator(axes_of)] = fact({}, "what varies, by path", source="the study")
    cases: tuple[Changes, ...] = fact((), "the settings of each case", source="the study")
    points: int | None = number(None, "levels of each range of a grid; size of a sample", unit="points",
        low=1, high=MOST_RUNS, source="the study")
    replicates: int = number(1, "runs of each point, each with luck of its own", unit="runs", low=1, high=MOST_RUNS,
        source="the study")
    seed: int = number(1, "luck of the first replicate; the others follow", unit="1", low=0, high=SEEDS - 1,
        source="the study")
    outputs: tuple[Path_, ...] = fact((), "what is told of each run, as series:reducer", source="the study")
    series: tuple[Path_, ...] = fact((), "series that are told of each run, step by step; * is for any letters",
        source="the study")

    # fmt: on
    @model_validator(mode="before")
    @classmethod
    def _plausible(cls, given: Any) -> Any:
        """A study knows the ends of its ranges by number, so that other ranges are another study."""
        usual = cls.model_fields["scenario"].default
        return with_plausible(given, usual) if isinstance(given, Mapping) else given

    @model_validator(mode="after")
    def _something_to_run(self) -> "Study":
        if self.design == "cases":
            if self.vary or self.points is not None:
                raise ValueError("design = 'cases' takes its settings from [[cases]]; leave out vary and points")
            if not self.cases:
                raise ValueError("the design is empty: design = 'cases' needs at least one [[cases]]")
        elif self.cases:
            raise ValueError(f"[[cases]] are for design = 'cases', and design = '{self.design}'")
        elif not self.vary:
            raise ValueError("the design is empty: nothing varies; name a setting and its values in [vary]")
        if both := sorted(self.vary.keys() & self.changes.keys()):
            raise ValueError(f"{both[0]} is in vary and in changes; leave it out of one")
        if not self.outputs:
            raise ValueError("outputs is empty: nothing would be kept, for example ['xianghubao.members:last']")
        for name in ("outputs", "series"):
            if len(set(getattr(self, name))) < len(getattr(self, name)):
                raise ValueError(f"{name} has the same one twice")
        if taken := [name for name in self.outputs if name in (*COLUMNS, *self.paths)]:
            raise ValueError(f"outputs: '{taken[0]}' is another column of the table; give the output a name of its own")
        if taken := [name for name in self.series if name in OF_STEPS]:
            raise ValueError(f"series: '{taken[0]}' is another column of the table; give the series a name of its own")
        tied = next((path for path, axis in self.vary.items() if axis.together is not None), None)
        if tied and self.design != "latin_hypercube":
            raise ValueError(f"vary.{tied}: together is for design = 'latin_hypercube', and design = '{self.design}'")
        names = [axis.together for axis in self.vary.values()]
        for path, axis in self.vary.items():
            if axis.together is not None and (names.count(axis.together) < 2 or axis.together in ("", *self.vary)):
                raise ValueError(f"vary.{path}: together = '{axis.together}' must be a name that two settings share")
        if self.seed + self.replicates > SEEDS:
            raise ValueError(f"seed = {self.seed} + {self.replicates} replicates go beyond the last seed, {SEEDS - 1}")
        self._check_points()
        if self.runs > MOST_RUNS:
            raise ValueError(f"{self.size:,} points x {self.replicates:,} replicates are more than {MOST_RUNS:,} runs")
        return self

    def _check_points(self) -> None:
        """`points` is there where the design needs it, and a power of two for a Sobol sequence."""
        ranges = [path for path, axis in self.vary.items() if axis.values is None]
        if self.points is None and ranges and self.design == "grid":
            raise ValueError(f"points: is missing (levels of the range of {ranges[0]} on the grid)")
        if self.points is None and self.design in DRAWN:
            raise ValueError(f"points: is missing (size of the sample, design = '{self.design}')")
        for path in ranges if self.design == "grid" else ():
            if not self._levels_differ(self.vary[path], _is_whole(path)):
                raise ValueError(f"points = {self.points} are more than the whole numbers in the range of {path}")
        if self.points == 1 and self.design == "grid" and ranges:
            raise ValueError(f"points = 1 is not a grid over the range of {ranges[0]}; at least 2")
        if self.design == "sobol" and self.points is not None and self.points & (self.points - 1):
            below = 1 << (self.points.bit_length() - 1)
            near = f"{below} or {2 * below}"
            raise ValueError(f"points = {self.points} must be a power of two for design = 'sobol': {near}")

    def _levels_differ(self, axis: Axis, whole: bool) -> bool:
        """Whether no two levels of a range are the same; of very many, whether they could be."""
        assert axis.low is not None
        assert axis.high is not None
        points = self.points or 1
        if whole and points > axis.high - axis.low + 1:
            return False
        return points > MOST_COMPARED or len(set(self._levels(axis, whole))) == points

    @property
    def numbers(self) -> tuple[str, ...]:
        """The outputs that are numbers."""
        return tuple(name for name in self.outputs if name not in TEXTS)

    @property
    def size(self) -> int:
        """How many points the design has."""
        if self.design == "cases":
            return len(self.cases)
        if self.design == "grid":
            size = 1
            for axis in self.vary.values():
                size *= self.points or 1 if axis.values is None else len(axis.values)
            return size
        return (self.points or 1) * self.block

    @property
    def block(self) -> int:
        """How many points in a row belong together: those between which one setting changes at a time."""
        return len(self.vary) + {"sobol": 2, "morris": 1}[self.design] if self.design in ("sobol", "morris") else 1

    @property
    def runs(self) -> int:
        """Points times replicates."""
        return self.size * self.replicates

    @property
    def seeds(self) -> range:
        """The luck of the replicates, the same at every point: differences between points are not luck."""
        return range(self.seed, self.seed + self.replicates)

    @property
    def paths(self) -> tuple[str, ...]:
        """The settings that differ between points."""
        cases = (path for case in self.cases for path in case)
        return tuple(self.vary) or tuple(dict.fromkeys(cases))

    def value(self, path: str, place: float) -> Any:
        """What varies, at a place from 0 to 1 of its range."""
        return self.vary[path].at(place, _is_whole(path))

    def places(self) -> Iterator[tuple[float, ...]]:
        """The places of a drawn design's points in their ranges, from 0 to 1: settings that go together have one."""
        names = [axis.together or path for path, axis in self.vary.items()]
        free = {name: column for column, name in enumerate(dict.fromkeys(names))}
        for row in DRAWN[self.design](len(free), self.points or 1, self.seed):
            yield tuple(row[free[name]] for name in names)

    def point_list(self) -> Iterator[Settings]:
        """The settings of every point, in order, one at a time."""
        if self.design == "cases":
            yield from map(dict, self.cases)
            return
        axes = [(axis, _is_whole(path)) for path, axis in self.vary.items()]
        if self.design == "grid":
            for combination in design.grid([self._levels(axis, whole) for axis, whole in axes]):
                yield dict(zip(self.vary, combination, strict=True))
            return
        for row in self.places():
            values = [axis.at(place, whole) for (axis, whole), place in zip(axes, row, strict=True)]
            yield dict(zip(self.vary, values, strict=True))

    def _levels(self, axis: Axis, whole: bool) -> Sequence[Any]:
        """The levels of a setting on a grid."""
        if axis.values is not None:
            return axis.values
        return design.levels(self.points or 1, lambda place: axis.at(place, whole))


def load_study(path: Path) -> Study:
    """The study in a TOML file, checked against its scenario; files that it names are looked for beside it."""
    study = _from(path.parent, parse_as(Study, tables_in(path), path.name, StudyError))
    try:
        base_of(study)
    except HuzhuError as error:
        raise StudyError("\n".join(f"{path.name}: {line}" for line in str(error).splitlines())) from None
    return study


def _from(folder: Path, study: Study) -> Study:
    """A study with the data files that it names in a folder, from wherever one stands."""
    axes = {
        path: axis.model_copy(update={"values": tuple(beside(value, folder) for value in axis.values)})
        for path, axis in study.vary.items()
        if path in data_files() and axis.values is not None
    }
    cases = tuple(settings_in(folder, case) for case in study.cases)
    changes = settings_in(folder, study.changes)
    return study.model_copy(update={"changes": changes, "vary": study.vary | axes, "cases": cases})


def base_of(study: Study) -> Scenario:
    """The scenario that all runs of a study start from.

    Raises `StudyError` where a setting or output is wrong, and `ModelError` for a day outside the calendar.
    """
    sizes = {} if study.persons is None else {"people.persons": study.persons}
    fixed = sizes | study.changes
    base = loaded(study.scenario, fixed, "changes")
    base.calendar.steps_until(study.until)
    for output in study.outputs:
        check_output(output, base, study.until)
    for pattern in study.series:
        check_series(pattern, base)
    for path, axis in study.vary.items():
        _check_range(path, axis)
    _check_ends(study, fixed)
    for index, case in enumerate(study.cases):
        loaded(study.scenario, fixed | case, f"cases.{index}")
    return base


def dump_study(study: Study) -> str:
    """The study as TOML."""
    return tomli_w.dumps(tables_of(study))


def _check_ends(study: Study, fixed: Settings) -> None:
    """Each listed value, and each end of a range, must be a world with the rest as it is.

    Where all settings are drawn at once there may be a thousand ranges: their ends are tried together, all lower, all
    upper, and by turns. If that is no world, it is found one by one which of them is to blame, if it is one alone.
    """
    ends = {path: _ends(path, axis) for path, axis in study.vary.items()}
    drawn = [path for path, axis in study.vary.items() if axis.values is None and study.design in DRAWN]
    _check_one_by_one(study, fixed, {path: each for path, each in ends.items() if path not in drawn})
    groups = list(dict.fromkeys(study.vary[path].together or path for path in drawn))
    turns = {path: groups.index(study.vary[path].together or path) % 2 for path in drawn}
    try:
        for corner in ((0, 0), (1, 1), (0, 1), (1, 0)) if drawn else ():
            settings = {path: ends[path][corner[turns[path]]] for path in drawn}
            loaded(study.scenario, fixed | settings, "vary")
    except StudyError:
        _check_one_by_one(study, fixed, {path: ends[path] for path in drawn})
        raise


def _check_one_by_one(study: Study, fixed: Settings, ends: Mapping[str, Sequence[Any]]) -> None:
    """Each value of each axis must be a world with the rest as it is."""
    for path, each in ends.items():
        for value in each:
            loaded(study.scenario, fixed | {path: value}, "vary")


def _ends(path: str, axis: Axis) -> list[Any]:
    """The ends of an axis as its setting takes them."""
    whole = axis.values is None and _is_whole(path)
    return [round(value) if whole else value for value in axis.ends]


def _check_range(path: str, axis: Axis) -> None:
    """A range must lie within the setting's own."""
    field = field_at(path)
    if field is None or axis.low is None or axis.high is None:
        return
    low, high = bounds(field)
    if low is not None and (axis.low < low or axis.high > high):
        raise StudyError(
            f"vary.{path}: {axis.low:g} to {axis.high:g} is outside its own range, {low:,g} to {high:,g}"
            f" ({field.description}, unit {notes(field)['unit'] or '-'})"
        )


def _is_whole(path: str) -> bool:
    """Whether a setting is a whole number."""
    field = field_at(path)
    return field is not None and field.annotation is int
