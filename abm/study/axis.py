"""What varies in a study: the values or the range of one setting, and where a range is looked up."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from abm.errors import HuzhuError, StudyError
from abm.scenario.declare import Section, fact
from abm.scenario.files import data_digests, load
from abm.scenario.paths import leaves, plausible_of, source_of
from abm.scenario.scenario import Scenario
from abm.study import design

Settings = dict[str, Any]


class Axis(Section):
    """What one setting goes through: listed values, or a range, which a study with `plausible` looks up."""

    values: tuple[Any, ...] | None = fact(None, "the values, one by one", source="the study")
    low: float | None = fact(None, "lowest value of a range", source="the study")
    high: float | None = fact(None, "highest value of a range", source="the study")
    plausible: bool | None = fact(None, "whether the range is what is plausible in the scenario", source="the study")
    scale: Literal["linear", "log"] = fact("linear", "equal steps or equal ratios", source="the study")
    together: str | None = fact(
        None,
        "a name of your own: settings with the same one are at the same place of their ranges in every point",
        source="the study",
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> "Axis":
        if self.plausible:
            if (self.values, self.low, self.high) != (None, None, None):
                raise ValueError(
                    "plausible = true takes low and high from the scenario; leave out values, low and high"
                )
            return self
        if self.values is not None:
            if self.low is not None or self.high is not None:
                raise ValueError("has values and a range; give one of both")
            if not self.values:
                raise ValueError("values is empty: nothing to vary; list at least one")
            if repeated := [value for at, value in enumerate(self.values) if value in self.values[:at]]:
                raise ValueError(f"values has {repeated[0]!r} twice")
            return self
        if self.low is None or self.high is None:
            raise ValueError("needs values, or low and high, or plausible = true")
        if self.low >= self.high:
            raise ValueError(f"low = {self.low:g} is not below high = {self.high:g}; are the two swapped?")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"low = {self.low:g} must be above 0 where scale = 'log'")
        return self

    def at(self, place: float, whole: bool) -> Any:
        """The value at a place from 0 to 1, rounded where the setting is a whole number."""
        if self.values is not None:
            return self.values[min(int(place * len(self.values)), len(self.values) - 1)]
        assert self.low is not None
        assert self.high is not None
        value = design.level(self.low, self.high, self.scale, place)
        return round(value) if whole else float(value)

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values that must be allowed: all that are listed, or both ends."""
        return (self.low, self.high) if self.values is None else self.values


def axes_of(given: Any) -> Any:
    """``[vary]`` with a bare list for values, and with ``mind.altruism`` quoted or not."""
    if not isinstance(given, Mapping):
        return given
    flat: Settings = {}
    for key, value in given.items():
        if isinstance(value, list | tuple):
            flat[key] = {"values": tuple(value)}
        elif isinstance(value, Mapping) and not value.keys() & Axis.model_fields.keys() and _is_branch(value):
            flat |= {f"{key}.{rest}": axis for rest, axis in axes_of(value).items()}
        else:
            flat[key] = value
    return flat


def _is_branch(table: Mapping[str, Any]) -> bool:
    """Whether a table holds axes further down the path; one with single values in it is an axis with a slip."""
    return all(isinstance(each, Mapping | list | tuple | Axis) for each in table.values())


def _flat(given: Any) -> Any:
    """Settings by dotted path, whether the path was quoted or not."""
    if not isinstance(given, Mapping):
        return given
    flat: Settings = {}
    for key, value in given.items():
        inner = {f"{key}.{rest}": item for rest, item in _flat(value).items()} if isinstance(value, Mapping) else {}
        flat |= inner or {key: value}
    return flat


Path_ = Annotated[str, Field(min_length=1)]
Changes = Annotated[dict[Path_, Any], BeforeValidator(_flat)]


def with_plausible(given: Mapping[str, Any], usual: str) -> dict[str, Any]:
    """The tables of a study with low and high in the place of ``plausible = true``, from its scenario as changed.

    `usual`: the scenario of a study that names none. Raises `StudyError` where the scenario knows no plausible range
    of a setting.
    """
    vary = axes_of(given.get("vary", {}))
    wanted = [path for path, axis in vary.items() if _is_plausible(axis)] if isinstance(vary, Mapping) else []
    name, changes = given.get("scenario", usual), _flat(given.get("changes", {}))
    if not wanted or not isinstance(name, str) or not isinstance(changes, Mapping):
        return dict(given)
    scenario = loaded(name, changes, "changes")
    known = dict(leaves(scenario))
    for path in wanted:
        if path not in known:
            loaded(name, {**changes, path: 0.0}, "vary")  # which says what is wrong with the path
    return {**given, "vary": {**vary, **{path: _looked_up(scenario, path, vary[path]) for path in wanted}}}


def _is_plausible(axis: Any) -> bool:
    """Whether an axis, made or in a table, has its range still to be looked up."""
    if isinstance(axis, Axis):
        return axis.plausible is True
    return isinstance(axis, Mapping) and axis.get("plausible") is True and not axis.keys() & {"values", "low", "high"}


def _looked_up(scenario: Scenario, path: str, axis: Any) -> Settings:
    """An axis with the plausible range of its setting."""
    if (found := plausible_of(scenario, path)) is None:
        source = source_of(scenario, path)
        raise StudyError(f"vary.{path}: no plausible range is known ({source}); give low and high")
    kept = axis.model_dump(exclude_none=True) if isinstance(axis, Axis) else dict(axis)
    kept.pop("plausible")
    return kept | {"low": found[0], "high": found[1]}


def loaded(scenario: str, settings: Mapping[str, Any], place: str) -> Scenario:
    """A study's scenario with settings; messages begin with the place in the study. Raises `StudyError`."""
    try:
        found = load(scenario, settings)
        data_digests(settings)  # a file that is not there is missed before the first run
        return found
    except HuzhuError as error:
        file = f"{scenario.removesuffix('.toml').rpartition('/')[2]}.toml: "
        lines = [line.removeprefix(file) for line in str(error).splitlines()]
        if any(line.startswith("no scenario") for line in lines):
            place = "scenario"
        raise StudyError("\n".join(f"{place}: {line}" for line in lines)) from None
