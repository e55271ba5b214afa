"""Scenario files: found by name, read, changed by ``key=value``, compared, written; and messages that help.

A mistake in a scenario is a `ScenarioError`, a file that cannot be read a `FileError`; each line names the place,
the value, what is allowed and the likely slip.
"""

import os
from collections.abc import Mapping
from datetime import datetime, time
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import tomli_w
from pydantic import BaseModel, ValidationError

from abm.errors import HuzhuError, ScenarioError, nearest, shown
from abm.files import data_path, digest_of, read_toml
from abm.scenario.declare import Section, found_at
from abm.scenario.insurance import Insurance
from abm.scenario.messages import message
from abm.scenario.paths import FOUNDED_BY_TABLES, changed, data_files, setting, thawed
from abm.scenario.scenario import Scenario

AnySection = TypeVar("AnySection", bound=BaseModel)
MOST_LINES = 10  # of faults told at once
FOLDER = Path(str(files("abm"))) / "scenario" / "cases"


def names() -> list[str]:
    """The named scenarios that come with the program."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str | Path, changes: Mapping[str, Any] | str | None = None) -> Scenario:
    """The scenario of that name, or in the file of that path, with `changes` made by dotted path."""
    if not isinstance(name, str | Path):
        raise ScenarioError(f"{type(name).__name__} is no scenario; give the name of one, or the path of one")
    name = str(name)
    made = _located(changed(_with_included(name), changes_of(changes)), Path())
    return parse(made, Path(name).name if name.endswith(".toml") else f"{name}.toml")


def scenario_of(case: str | Path | Scenario, persons: int | None, changes: Mapping[str, Any] | str | None) -> Scenario:
    """A scenario by name, path or as it is, with a number of persons and changes by path, as ``"a.b=1; c.d=2"`` too."""
    wanted = changes_of(changes) | ({} if persons is None else {"people.persons": persons})
    if isinstance(case, str | Path):
        return load(case, wanted)
    if not isinstance(case, Scenario):
        raise ScenarioError(f"case = {shown(case)} must be a Scenario, the name of one, or the path of one")
    return parse(_located(changed(tables_of(case), wanted), Path()), case.title)


def changes_of(given: Any, place: str = "changes: ") -> dict[str, Any]:
    """Changes by dotted path: a mapping, a row of pandas, or text such as ``"mind.altruism=30; slots=2"``.

    `place` is named in messages. Raises `ScenarioError` for anything else.
    """
    if isinstance(given, str):
        return dict(setting(part, place) for part in given.split(";") if part.strip())
    if given is None:
        return {}
    if hasattr(given, "to_dict"):  # a row of pandas, which is not imported for that
        given = given.to_dict()
    if not isinstance(given, Mapping) or not all(isinstance(path, str) for path in given):
        raise ScenarioError(
            f"changes = {shown(given)} must be values by path, as {{'mind.altruism': 30}}, or such text"
        )
    return dict(given)


def _with_included(name: str) -> dict[str, Any]:
    """The tables of a scenario with those of all that it includes, of those that they include, and so on.

    Of what is in several of them, the nearer one counts. Raises `ScenarioError` where one includes itself, by others
    or at once, and where two that are included by name give the same platform or product.
    """
    root = _place_of(name, Path())
    found, included = {root: _tables(root, name, Path())}, {}
    nearest_first = [root]
    for path in nearest_first:  # which grows
        names_in_it = _names(found[path], path.name)
        included[path] = [_place_of(each, path.parent) for each in names_in_it]
        if len(set(included[path])) < len(names_in_it):
            raise ScenarioError(f"{path.name}: include = {shown(names_in_it)} names the same scenario twice")
        for other, each in zip(included[path], names_in_it, strict=True):
            if other not in found:
                found[other] = _tables(other, each, path.parent, f"{path.name}: include: ")
                nearest_first.append(other)
    try:
        TopologicalSorter(included).prepare()
    except CycleError as error:
        circle = " includes ".join(path.name for path in reversed(error.args[1]))
        raise ScenarioError(f"{root.name}: include goes round in a circle: {circle}") from None
    tables = found[root]
    for path in nearest_first[1:]:
        if path not in included[root]:
            for section, kept in _taken_over(found[path], path.name).items():
                known = tables.get(section, {})
                found[path][section] = {each: table for each, table in kept.items() if each not in known}
        _include(tables, found[path], root.name, path.name)
    tables.pop("include", None)
    return tables


def _place_of(name: str, folder: Path) -> Path:
    """The file of a scenario named in a folder."""
    return Path(os.path.abspath(folder / name)) if name.endswith(".toml") else FOLDER / f"{name}.toml"


def _names(tables: dict[str, Any], place: str) -> list[str]:
    """The scenarios that a scenario includes."""
    wanted = tables.get("include", [])
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise ScenarioError(f"{place}: include = {shown(wanted)} must be a list of scenarios, as ['xianghubao']")
    return wanted


def _tables(path: Path, name: str, folder: Path, place: str = "") -> dict[str, Any]:
    """The tables of a scenario file as they stand in it; `name` is what was written, in a folder, at a place."""
    if not os.path.exists(path):  # false, and no complaint, where a name is too long to be one
        looked_for = f" in {shown(str(path.parent))}" if name.endswith(".toml") else ""
        is_file = os.path.exists(folder / f"{name}.toml")
        meant = f"; did you mean '{name}.toml'?" if is_file else nearest(name, names())
        raise ScenarioError(f"{place}no scenario {shown(name)}{looked_for}{meant}; there are: {', '.join(names())}")
    return _located(read_toml(path), path.parent)


def _located(tables: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Tables with the data files that they name in a folder, from wherever one stands."""
    for place in data_files():
        section, key = place.split(".")
        table = tables.get(section)
        if isinstance(table, dict) and key in table:
            table[key] = beside(table[key], folder)
    return tables


def beside(name: Any, folder: Path) -> Any:
    """The path of a data file that is named in a folder; a plain name is one of the program's own, and stays."""
    return os.path.abspath(folder / name) if isinstance(name, str) and "/" in name else name


def settings_in(folder: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by path with the data files that they name in a folder, from wherever one stands."""
    places = data_files()
    return {path: beside(value, folder) if path in places else value for path, value in settings.items()}


def tables_in(path: Path) -> dict[str, Any]:
    """The tables of a TOML file that names a scenario; one that is a file is looked for beside it.

    Raises `FileError` where it cannot be read.
    """
    tables = read_toml(path)
    name = tables.get("scenario")
    if isinstance(name, str) and name.endswith(".toml"):
        tables["scenario"] = os.path.abspath(path.parent / name)
    return tables


def _include(tables: dict[str, Any], other: dict[str, Any], here: str, there: str) -> None:
    """Add platforms, insurers, owners and own products of another scenario, its shocks, and what it says of them.

    An insurer or owner that is there already stays. Whether and how the products that every world knows are sold is not
    taken over. `here` and `there` are the names of the two in messages.
    """
    added: dict[str, dict[str, Any]] = {}
    for section, kept in _taken_over(other, there).items():
        mine = _table(tables, section, here)
        twice = [name for name in kept if name in mine and section not in ("insurer", "owner")]
        if twice:
            words = f"is in two of the scenarios put together; a name is for one {FOUNDED_BY_TABLES[section][0]}"
            raise ScenarioError(f"{there}: {section}.{twice[0]}: {words}")
        added[section] = {name: table for name, table in kept.items() if name not in mine}
        mine |= added[section]
    shocks = tables.setdefault("shocks", [])
    for table, file in ((tables, here), (other, there)):
        if not isinstance(table.get("shocks", []), list):
            raise ScenarioError(f"{file}: shocks = {shown(table['shocks'])} must be a list of tables")
    shocks += [shock for shock in other.get("shocks", []) if shock not in shocks]
    for table_of_words in ("sources", "plausible"):
        said, mine = _table(other, table_of_words, there), _table(tables, table_of_words, here)
        for path, word in said.items():
            if (place := _place(path, other, added, shocks)) is not None:
                mine.setdefault(place, word)


def _table(tables: dict[str, Any], section: str, place: str) -> dict[str, Any]:
    """A section of the file `place`, which may be missing. Raises `ScenarioError` where it is no table."""
    found = tables.setdefault(section, {})
    if not isinstance(found, dict):
        of_paths = (
            ", of paths in quotation marks" if section in ("sources", "plausible") else f", and is {shown(found)}"
        )
        raise ScenarioError(f"{place}: {section}: must be a table{of_paths}")
    return found


def _taken_over(tables: dict[str, Any], place: str) -> dict[str, dict[str, Any]]:
    """By section, the tables of a scenario that another takes over when it includes it."""
    found = {section: dict(_table(tables, section, place)) for section in FOUNDED_BY_TABLES}
    for name in Insurance.model_fields:
        found["insurance"].pop(name, None)
    return found


def _place(path: str, other: dict[str, Any], added: dict[str, dict[str, Any]], shocks: list[Any]) -> str | None:
    """Where a value of another scenario is once it is included, None where it is not taken over."""
    head, *rest = path.split(".")
    if head in added:
        return path if (rest[0] in added[head] if rest else added[head] and head != "insurance") else None
    numbers = {str(number): shock for number, shock in enumerate(other.get("shocks", []))}
    if head == "shocks" and rest and rest[0] in numbers:
        return ".".join((head, str(shocks.index(numbers[rest[0]])), *rest[1:]))
    return path if head == "shocks" else None


def parse(tables: Mapping[str, Any], place: str) -> Scenario:
    """A scenario from nested tables; `place` is named in messages."""
    return parse_as(Scenario, tables, place, ScenarioError)


def parse_as(section: type[AnySection], tables: Mapping[str, Any], place: str, mistake: type[HuzhuError]) -> AnySection:
    """A section of any kind, a scenario or a study, from nested tables; `place` is named in messages.

    Raises the class given as `mistake`, a line for each fault.
    """
    try:
        return section.model_validate(_frozen(tables))
    except RecursionError:
        raise mistake(f"{place}: tables or lists lie too deep in each other") from None
    except ValidationError as error:
        faults = [line for fault in error.errors() for line in message(fault, section).splitlines()]
        lines = [f"{place}: {line}" for line in faults]
        lines = list(dict.fromkeys(lines))
        more = [f"{place}: and {len(lines) - MOST_LINES:,} more"] if len(lines) > MOST_LINES else []
        raise mistake("\n".join(lines[:MOST_LINES] + more)) from None


def tables_of(section: Section) -> dict[str, Any]:
    """The tables of a scenario or a study as a file has them, lists as lists: to be changed by path, or written."""
    tables: dict[str, Any] = thawed(section)
    return tables


def dump(scenario: Scenario) -> str:
    """The whole scenario as TOML, every number written out."""
    return tomli_w.dumps(tables_of(scenario))


def data_names(scenario: Scenario) -> dict[str, str]:
    """The data files of a scenario, by the path that names each."""
    return {path: found_at(scenario, path)[1] for path in data_files()}


def data_digests(settings: Mapping[str, Any]) -> dict[str, str]:
    """The SHA-256 of the data files that settings by path name, by path. Raises `FileError` for one that is not there.

    With them in the place of names, settings say the same wherever the files are, and something else once they change.
    """
    return {path: digest_of(data_path(str(settings[path]))) for path in data_files() if path in settings}


def fingerprint(scenario: Scenario) -> str:
    """All that a scenario says and that its data files hold. Raises `FileError` for a file that is not there."""
    return dump(parse(changed(tables_of(scenario), data_digests(data_names(scenario))), scenario.title))


def _frozen(value: Any) -> Any:
    """Nested tables as the strict sections want them: lists made tuples, and what is of numpy or pandas made plain."""
    if isinstance(value, Mapping):
        return {key: _frozen(item) for key, item in value.items()}
    if getattr(getattr(value, "dtype", None), "kind", "") == "M":  # days of numpy; pandas counts in nanoseconds
        value = value.astype("datetime64[us]")
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, datetime) and value == value and value.time() == time():  # a day in pandas, and not NaT
        value = value.date()
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value
