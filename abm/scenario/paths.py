"""Numbers of a scenario by their dotted path: found, described, compared, and changed by ``key=value``."""

import difflib
import functools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from abm.errors import ScenarioError, named, nearest, shown
from abm.scenario.declare import Range, found_at, is_data_file, plausible_range
from abm.scenario.insurance import Insurance
from abm.scenario.scenario import Scenario

MOST_DIGITS = 9  # of a place in a list
# Tables of names that a scenario gives: what each is, and the names that are there where it gives none.
FOUNDED_BY_TABLES = {
    "platform": ("platform", tuple(Scenario().platform)),
    "insurer": ("insurer", ()),
    "owner": ("owner", ()),
    "insurance": ("product", tuple(Insurance.model_fields)),
}


def changed(tables: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The tables with changes made by dotted path; a nested mapping changes what it names, and the rest stays.

    A platform or a product that is not there is not founded by a slip of the pen: that takes a whole table.

    Plausible ranges inside what is replaced as a whole go with it.
    """
    flat = dict(flattened(changes, tables))
    if isinstance(ranges := tables.get("plausible"), dict):
        replaced = tuple(f"{path}." for path in flat)
        tables["plausible"] = {path: each for path, each in ranges.items() if not path.startswith(replaced)}
    for key, value in flat.items():
        _require_named(key, value, tables)
        _state_list(tables, key)
        put(tables, key, value)
    return tables


def _state_list(tables: dict[str, Any], key: str) -> None:
    """Write out the list that a path leads into as it is declared, where the tables do not say what is in it."""
    steps = key.split(".")
    for end in range(1, len(steps)):
        field, path = field_at(steps[:end]), ".".join(steps[:end])
        if field is not None and isinstance(field.default, tuple):
            if _within(tables, path) is None:
                put(tables, path, thawed(field.default))
            return


def flattened(changes: Mapping[str, Any], tables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Nested changes by dotted path, down to numbers, lists, and tables that are not there yet."""
    for key, value in changes.items():
        there = _within(tables, key)
        if not isinstance(value, Mapping) or not isinstance(there, dict):
            yield key, value
        elif key in ("sources", "plausible"):  # whose keys are paths themselves
            yield key, there | dict(value)
        else:
            yield from ((f"{key}.{path}", each) for path, each in flattened(value, there))


def _within(tables: Any, key: str) -> Any:
    """What is at a dotted path in nested tables, None where there is nothing."""
    for step in key.split("."):
        tables = tables.get(step) if isinstance(tables, dict) else None
    return tables


def _require_named(key: str, value: Any, tables: dict[str, Any]) -> None:
    """Raise `ScenarioError` where a change is about a platform, insurer, owner or product that there is not.

    A table founds one; that of a platform whose name looks like another's misspelt, only if it says when it launches.
    """
    section, *rest = key.split(".")
    if section not in FOUNDED_BY_TABLES or not rest or not isinstance(tables.get(section, {}), dict):
        return
    kind, declared = FOUNDED_BY_TABLES[section]
    given = tables.get(section, {})
    known = list(dict.fromkeys([*declared, *given])) if section == "insurance" else list(given or declared)
    founded = len(rest) == 1 and isinstance(value, Mapping)
    unsure = section == "platform" and founded and "launch" not in value
    misspelt = unsure and difflib.get_close_matches(rest[0], known, cutoff=0.8)
    if rest[0] not in known and (misspelt or not founded):
        there = f"there are: {', '.join(known)}" if known else "there is none"
        launch = ", with its launch" * bool(misspelt)
        new = f"a new one is a table [{section}.{named(rest[0])}] of a scenario file{launch}"
        raise ScenarioError(f"{named(key)}: no {kind} {shown(rest[0])}{nearest(rest[0], known)}; {there}; {new}")


@functools.cache
def data_files() -> tuple[str, ...]:
    """The paths of the values that name data files."""
    return tuple(path for path, _ in leaves(Scenario()) if (field := field_at(path)) and is_data_file(field))


def setting(text: str, place: str = "") -> tuple[str, Any]:
    """``key=value`` as a path and a TOML value; a bare word is a string. `place` is named in a message."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise ScenarioError(f"{place}{named(text)}: write key=value, for example mind.altruism=30")
    try:
        table = tomllib.loads(f"value = {value}")
        return key.strip(), table["value"] if len(table) == 1 else value.strip()
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()
    except RecursionError:
        raise ScenarioError(f"{place}{named(key)}: tables or lists lie too deep in each other") from None
    except ValueError:  # of `int`
        raise ScenarioError(f"{place}{named(key)}: a number of thousands of digits") from None


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
        raise ScenarioError(f"{named(key)}: there is no {shown(step)} in the single value {shown(place)}")
    if not place:
        raise ScenarioError(f"{named(key)}: the list is empty; give it whole, in square brackets")
    if not step.isdecimal() or len(step) > MOST_DIGITS or int(step) >= len(place):
        raise ScenarioError(f"{named(key)}: {shown(step)} must be a whole number from 0 to {len(place) - 1}")
    return int(step)


def thawed(value: Any) -> Any:
    """Sections as tables and tuples as lists, as a file has them."""
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_none=True)
    if isinstance(value, dict):
        return {key: thawed(item) for key, item in value.items()}
    return list(map(thawed, value)) if isinstance(value, list | tuple) else value


def differences(scenario: Scenario, baseline: Scenario) -> dict[str, tuple[Any, Any]]:
    """Path -> (baseline, scenario) of every number that differs."""
    old, new = dict(leaves(baseline)), dict(leaves(scenario))
    return {key: (old.get(key), new.get(key)) for key in old | new if old.get(key) != new.get(key)}


def leaves(section: BaseModel, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every number of a scenario with its dotted path, in the order of its declaration."""
    for name, value in section:
        if name not in ("sources", "plausible", "title", "summary") or path:
            yield from _leaves(value, f"{path}{name}")


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


def field_at(path: str | Sequence[Any], within: type[BaseModel] = Scenario) -> FieldInfo | None:
    """The declaration of the number at a path, dotted or step by step, or None where there is none."""
    return _at(path.split(".") if isinstance(path, str) else path, within)[0]


def keys_at(path: Sequence[Any], within: type[BaseModel]) -> list[str]:
    """The names allowed below a path, given step by step."""
    section = _at(path, within)[1] if path else within
    return list(section.model_fields) if section else []


def _at(path: Sequence[Any], within: type[BaseModel]) -> tuple[FieldInfo | None, Any]:
    """The declaration at a path and the section that it holds; None for either that is not there."""
    section: Any = within
    found: FieldInfo | None = None
    keyed = False  # whether the next step is a name of the scenario's own, or a place in a list
    for step in path:
        if keyed:
            keyed = False
        elif section is not None and step in section.model_fields:
            found = section.model_fields[step]
            section = _section_in(found.annotation)
            keyed = get_origin(found.annotation) in (dict, tuple)
        elif section is not None and section.model_config.get("extra") == "allow":  # a name that the scenario adds
            section = _section_in(get_type_hints(section)["__pydantic_extra__"])
        else:
            return None, None
    return found, section


def source_of(scenario: Scenario, path: str) -> str:
    """Where a value comes from: the scenario's own word on it or on the table that it is in, or the default's."""
    field = field_at(path)
    return _own_word(scenario, path) or (notes(field)["source"] if field else "")


def plausible_of(scenario: Scenario, path: str) -> Range | None:
    """From where to where a number might as well lie: the scenario's own range, or that of the declaration.

    The declared range is that of an assumption. It holds for a scenario that gives another value, or says why it takes
    this one; it does not hold where the scenario's ``[sources]`` gives a fact: there the number is known, and has no
    plausible range unless the scenario gives one. None too for what is not a number and where none is declared.
    """
    if (own := scenario.plausible.get(path)) is not None:
        return own
    word, field = _own_word(scenario, path), field_at(path)
    return None if field is None or (word and not is_assumption(word)) else plausible_range(field)


def is_assumption(source: str) -> bool:
    """Whether a source is not a fact."""
    return source.startswith("assumption")


def _own_word(scenario: Scenario, path: str) -> str | None:
    """The scenario's word on a value, on the longest part of its path.

    A fact about a whole table is about what the table sets, not about assumptions in it that are left as declared:
    that insurance was on sale says nothing of its loading.
    """
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        if (word := scenario.sources.get(".".join(parts[:end]))) is not None:
            return None if end < len(parts) and not is_assumption(word) and _is_assumed(scenario, path) else word
    return None


def _is_assumed(scenario: Scenario, path: str) -> bool:
    """Whether a value is the declared one, and that an assumption."""
    try:
        field, value = found_at(scenario, path)
    except ValueError:
        return False
    return is_assumption(notes(field)["source"]) and value == field.default


def notes(field: FieldInfo) -> dict[str, str]:
    """Unit and source of a declared number."""
    extra = field.json_schema_extra
    return {key: str(extra[key]) if isinstance(extra, dict) else "" for key in ("unit", "source")}


def _section_in(annotation: Any) -> Any:
    """The section class inside ``dict[str, Section]``, ``tuple[Section, ...]``, ``Section | None``; else None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (dict, tuple, Union, UnionType):
        return next(filter(None, map(_section_in, get_args(annotation))), None)
    return None
