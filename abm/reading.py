"""Scenario files: found by name, read, changed by ``key=value``, compared, written; and messages that help.

Every mistake is a `ScenarioError` whose lines each name the place, the value, what is allowed and the likely
slip.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import tomli_w
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from abm.scenario import Scenario, ScenarioError

AnySection = TypeVar("AnySection", bound=BaseModel)
FOLDER = Path(str(files("abm"))) / "scenarios"


def names() -> list[str]:
    """The named scenarios that come with the program."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str, changes: Mapping[str, Any] | None = None) -> Scenario:
    """The scenario of that name, or in the file of that path, with `changes` made by dotted path."""
    tables = _tables(name)
    others = [_tables(other) for other in _names(tables, name)]
    for other in others:
        _include(tables, other)
    for inner in [_tables(inner) for other in others for inner in _names(other, name)]:
        known = tables.get("platform", {})
        inner["platform"] = {plan: terms for plan, terms in inner.get("platform", {}).items() if plan not in known}
        _include(tables, inner)
    tables.pop("include", None)
    return parse(changed(tables, changes or {}), Path(name).name if name.endswith(".toml") else f"{name}.toml")


def _names(tables: dict[str, Any], place: str) -> list[str]:
    """The scenarios that a scenario includes."""
    wanted = tables.get("include", [])
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise ScenarioError(f"{place}: include = {wanted!r} must be a list of scenarios, as ['xianghubao']")
    return wanted


def changed(tables: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The tables with changes made by dotted path. A platform that is not there is not founded by a slip of the pen."""
    for key, value in changes.items():
        parts, known = key.split("."), tables.get("platform", {})
        if parts[0] == "platform" and len(parts) > 2 and isinstance(known, dict) and parts[1] not in known:
            raise ScenarioError(
                f"{key}: no platform '{parts[1]}'{nearest(parts[1], list(known))}; there are: {', '.join(known)}"
            )
        put(tables, key, value)
    return tables


def _tables(name: str) -> dict[str, Any]:
    """The tables of a scenario file as they stand in it."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not os.path.exists(path):  # false, and no complaint, where a name is too long to be one
        raise ScenarioError(f"no scenario '{name}'{nearest(name, names())}; there are: {', '.join(names())}")
    return read_toml(path)


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file as they stand in it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path.name}: broken TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path.name}: cannot be read: {getattr(error, 'strerror', error)}") from None


def _include(tables: dict[str, Any], other: dict[str, Any]) -> None:
    """Add the platforms and insurers of another scenario, its sources, and its shocks where they are not yet there."""
    for name, terms in other.get("platform", {}).items():
        if name in tables.setdefault("platform", {}):
            raise ScenarioError(f"platform.{name}: is in two of the scenarios put together; a name is for one platform")
        tables["platform"][name] = terms
    tables["insurer"] = other.get("insurer", {}) | tables.get("insurer", {})
    shocks, sources = tables.setdefault("shocks", []), tables.setdefault("sources", {})
    shocks += [shock for shock in other.get("shocks", []) if shock not in shocks]
    for path, word in other.get("sources", {}).items():
        if path.startswith(("platform", "shocks", "insurer")):
            sources.setdefault(path, word)


def parse(tables: Mapping[str, Any], place: str) -> Scenario:
    """A scenario from nested tables; `place` is named in messages."""
    return parse_as(Scenario, tables, place)


def parse_as(section: type[AnySection], tables: Mapping[str, Any], place: str) -> AnySection:
    """A section of any kind, a scenario or a study, from nested tables; `place` is named in messages."""
    try:
        return section.model_validate(_frozen(tables))
    except ValidationError as error:
        lines = [f"{place}: {_message(fault, section)}" for fault in error.errors()]
        raise ScenarioError("\n".join(dict.fromkeys(lines))) from None


def setting(text: str) -> tuple[str, Any]:
    """``key=value`` from the command line as a path and a TOML value; a bare word is a string."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise ScenarioError(f"--set {text}: write key=value, for example mind.altruism=30")
    try:
        table = tomllib.loads(f"value = {value}")
        return key.strip(), table["value"] if len(table) == 1 else value.strip()
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()


def put(tables: dict[str, Any], key: str, value: Any) -> None:
    """Set the value at a dotted path in nested tables and lists, making tables on the way."""
    *branches, leaf = key.split(".")
    place: Any = tables
    for branch in branches:
        place = place.setdefault(branch, {}) if isinstance(place, dict) else place[_index(place, branch, key)]
    place[leaf if isinstance(place, dict) else _index(place, leaf, key)] = value


def _index(place: Any, step: str, key: str) -> int:
    """A step of a path as the place in a list."""
    if not isinstance(place, list):
        raise ScenarioError(f"{key}: there is no '{step}' in the single value {place!r}")
    if not step.isdecimal() or int(step) >= len(place):
        raise ScenarioError(f"{key}: '{step}' must be a whole number from 0 to {len(place) - 1}")
    return int(step)


def dump(scenario: Scenario) -> str:
    """The whole scenario as TOML, every number written out."""
    return tomli_w.dumps(thawed(scenario.model_dump(exclude_none=True)))


def differences(scenario: Scenario, baseline: Scenario) -> dict[str, tuple[Any, Any]]:
    """Path -> (baseline, scenario) of every number that differs."""
    old, new = dict(leaves(baseline)), dict(leaves(scenario))
    return {key: (old.get(key), new.get(key)) for key in old | new if old.get(key) != new.get(key)}


def leaves(section: BaseModel, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every number of a scenario with its dotted path, in the order of its declaration."""
    for name in type(section).model_fields:
        if name not in ("sources", "title", "summary") or path:
            yield from _leaves(getattr(section, name), f"{path}{name}")


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        yield from leaves(value, f"{path}.")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}")
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}.{index}")
    else:
        yield path, value


def field_at(path: str, within: type[BaseModel] = Scenario) -> FieldInfo | None:
    """The declaration of the number at a dotted path, or None where there is none."""
    section: Any = within
    found: FieldInfo | None = None
    for step in path.split("."):
        if section is None:
            return None
        if found is None or step in section.model_fields:
            found = section.model_fields.get(step)
            if found is None:
                return None
            section = _section_in(found.annotation)
    return found


def source_of(scenario: Scenario, path: str) -> str:
    """Where a value comes from: the scenario's own word on the longest part of the path, or the default's."""
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        if (source := scenario.sources.get(".".join(parts[:end]))) is not None:
            return source
    field = field_at(path)
    return notes(field)["source"] if field else ""


def notes(field: FieldInfo) -> dict[str, str]:
    """Unit and source of a declared number."""
    extra = field.json_schema_extra
    return {key: str(value) for key, value in extra.items()} if isinstance(extra, dict) else {"unit": "", "source": ""}


def bounds(field: FieldInfo) -> tuple[Any, Any]:
    """The lowest and the highest value allowed, None where there is no limit."""
    found = {name: getattr(mark, name) for mark in field.metadata for name in ("ge", "le") if hasattr(mark, name)}
    return found.get("ge"), found.get("le")


def nearest(word: str, words: list[str]) -> str:
    """``; did you mean 'x'?`` for the nearest of the words, empty where none is near."""
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""


def _section_in(annotation: Any) -> Any:
    """The section class inside ``dict[str, Section]``, ``tuple[Section, ...]``, ``Section | None``; else None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (dict, tuple, Union, UnionType):
        return next(filter(None, map(_section_in, get_args(annotation))), None)
    return None


def _keys(path: tuple[Any, ...], within: type[BaseModel]) -> list[str]:
    """The names allowed at a path."""
    field = field_at(".".join(map(str, path)), within) if path else None
    section = _section_in(field.annotation) if field else within
    return list(section.model_fields) if section else []


def _message(fault: Any, within: type[BaseModel]) -> str:
    """One line for one fault of a validation."""
    path = tuple(part for part in fault["loc"] if part != "[key]")
    place, value, kind = ".".join(map(str, path)), fault["input"], fault["type"]
    field = field_at(place, within)
    if kind == "extra_forbidden":
        known, last = _keys(path[:-1], within), str(path[-1])
        everywhere = leaves(Scenario()) if within is Scenario else ()
        elsewhere = [key for key, _ in everywhere if key.split(".")[-1] == last]
        meant = f"; did you mean '{elsewhere[0]}'?" if elsewhere else nearest(last, known)
        return f"{place}: unknown key{meant}; allowed here: {', '.join(known)}"
    if kind == "value_error":
        return f"{place}: {fault['ctx']['error']}" if place else str(fault["ctx"]["error"])
    if kind == "missing":
        return f"{place}: is missing ({field.description if field else 'needed'})"
    meaning = f" ({field.description}, unit {notes(field)['unit'] or '-'})" if field else ""
    if kind in ("greater_than_equal", "less_than_equal") and field:
        low, high = bounds(field)
        side = f"below {low}" if kind == "greater_than_equal" else f"above {high}"
        slip = (
            f". Did you mean {value / 100:g}?" if kind == "less_than_equal" and low <= value / 100 <= high <= 1 else ""
        )
        return f"{place} = {value} is {side}{meaning}{slip}"
    wanted = fault["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    allowed = fault["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ") if "literal" in kind else []
    return f"{place} = {value!r} must be {wanted}{meaning}{nearest(str(value), allowed)}"


def _frozen(value: Any) -> Any:
    """Nested tables with lists made tuples, as the strict sections want them."""
    if isinstance(value, Mapping):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def thawed(value: Any) -> Any:
    """The reverse of `_frozen`, for the TOML writer."""
    if isinstance(value, dict):
        return {key: thawed(item) for key, item in value.items()}
    return list(map(thawed, value)) if isinstance(value, list | tuple) else value
