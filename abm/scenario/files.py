"""Scenario files: found by name, read, changed by ``key=value``, compared, written; and messages that help.

A mistake in a scenario is a `ScenarioError`, a file that cannot be read a `FileError`; each line names the place,
the value, what is allowed and the likely slip.
"""

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import tomli_w
from pydantic import BaseModel, ValidationError

from abm.errors import HuzhuError, ScenarioError, nearest
from abm.files import read_toml
from abm.scenario.insurance import Insurance
from abm.scenario.messages import message
from abm.scenario.paths import changed, setting
from abm.scenario.scenario import Scenario

AnySection = TypeVar("AnySection", bound=BaseModel)
FOLDER = Path(str(files("abm"))) / "scenario" / "cases"


def names() -> list[str]:
    """The named scenarios that come with the program."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str | Path, changes: Mapping[str, Any] | None = None) -> Scenario:
    """The scenario of that name, or in the file of that path, with `changes` made by dotted path."""
    name = str(name)
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


def scenario_of(case: str | Path | Scenario, persons: int | None, changes: Mapping[str, Any] | str | None) -> Scenario:
    """A scenario by name, path or as it is, with a number of persons and changes by path, as ``"a.b=1; c.d=2"`` too."""
    if isinstance(changes, str):
        changes = dict(setting(part, "changes: ") for part in changes.split(";") if part.strip())
    wanted = dict(changes or {}) | ({} if persons is None else {"people.persons": persons})
    if isinstance(case, str | Path):
        return load(case, wanted)
    if not isinstance(case, Scenario):
        raise ScenarioError(f"case = {case!r} must be the name of a scenario, the path of one, or a Scenario")
    return parse(changed(case.model_dump(exclude_none=True), wanted), case.title)


def _names(tables: dict[str, Any], place: str) -> list[str]:
    """The scenarios that a scenario includes."""
    wanted = tables.get("include", [])
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise ScenarioError(f"{place}: include = {wanted!r} must be a list of scenarios, as ['xianghubao']")
    return wanted


def _tables(name: str) -> dict[str, Any]:
    """The tables of a scenario file as they stand in it."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not os.path.exists(path):  # false, and no complaint, where a name is too long to be one
        raise ScenarioError(f"no scenario '{name}'{nearest(name, names())}; there are: {', '.join(names())}")
    return read_toml(path)


def _include(tables: dict[str, Any], other: dict[str, Any]) -> None:
    """Add the platforms, insurers and products of its own of another scenario, its shocks, and what it says of them.

    What is there already stays; whether and how the products that every world knows are sold is not taken over.
    """
    for name, terms in other.get("platform", {}).items():
        if name in tables.setdefault("platform", {}):
            raise ScenarioError(f"platform.{name}: is in two of the scenarios put together; a name is for one platform")
        tables["platform"][name] = terms
    tables["insurer"] = other.get("insurer", {}) | tables.get("insurer", {})
    if products := _own_products(other):
        tables["insurance"] = products | tables.get("insurance", {})
    shocks = tables.setdefault("shocks", [])
    shocks += [shock for shock in other.get("shocks", []) if shock not in shocks]
    for table in ("sources", "plausible"):
        said, mine = other.get(table, {}), tables.setdefault(table, {})
        if not isinstance(said, dict) or not isinstance(mine, dict):
            raise ScenarioError(f"{table}: must be a table, of paths in quotation marks")
        for path, word in said.items():
            if (place := _place(path, other, shocks)) is not None:
                mine.setdefault(place, word)


def _own_products(tables: dict[str, Any]) -> dict[str, Any]:
    """The products that a scenario adds to those of every world."""
    return {name: each for name, each in tables.get("insurance", {}).items() if name not in Insurance.model_fields}


def _place(path: str, other: dict[str, Any], shocks: list[Any]) -> str | None:
    """Where a value of another scenario is once it is included, None where it is not taken over."""
    head, *rest = path.split(".")
    if head == "platform":
        return path if not rest or rest[0] in other.get("platform", {}) else None
    if head == "shocks" and rest and rest[0].isdecimal() and int(rest[0]) < len(other.get("shocks", [])):
        return ".".join((head, str(shocks.index(other["shocks"][int(rest[0])])), *rest[1:]))
    if head == "insurance":
        return path if rest and rest[0] in _own_products(other) else None
    return path if head in ("shocks", "insurer") else None


def parse(tables: Mapping[str, Any], place: str) -> Scenario:
    """A scenario from nested tables; `place` is named in messages."""
    return parse_as(Scenario, tables, place, ScenarioError)


def parse_as(section: type[AnySection], tables: Mapping[str, Any], place: str, mistake: type[HuzhuError]) -> AnySection:
    """A section of any kind, a scenario or a study, from nested tables; `place` is named in messages.

    Raises the class given as `mistake`, a line for each fault.
    """
    try:
        return section.model_validate(_frozen(tables))
    except ValidationError as error:
        faults = [line for fault in error.errors() for line in message(fault, section).splitlines()]
        lines = [f"{place}: {line}" for line in faults]
        raise mistake("\n".join(dict.fromkeys(lines))) from None


def dump(scenario: Scenario) -> str:
    """The whole scenario as TOML, every number written out."""
    return tomli_w.dumps(thawed(scenario.model_dump(exclude_none=True)))


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
