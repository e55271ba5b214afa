"""What works by default in every world, turned off: for theory, for sums by hand and for one mechanism alone.

A plain world starts simple, and its test switches on what it tests.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from abm.mechanisms import PLAN, off
from abm.scenario.files import parse
from abm.scenario.paths import put
from abm.scenario.scenario import Scenario

# The mechanisms, and channels of others, that a simple world is without.
WITHOUT = (
    *(("A1", "signs"), ("A15", None), ("A16", None), ("A17", None), ("A18", None), ("A19", None), ("A21", None)),
    *(("B1", "economies of scale"), ("B2", "lasting reasons"), ("B2", "trial"), ("B9", None), ("B10", None)),
    *(("B12", None), ("C3", None), ("C4", None), ("D1", "underwriting"), ("E2", None)),
)
OFF: dict[str, Any] = {path: value for row, variant in WITHOUT for path, value in off(row, [PLAN], variant).items()}


def beneath(path: str, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of a section, by their names in it."""
    return {name.removeprefix(f"{path}."): value for name, value in numbers.items() if name.startswith(f"{path}.")}


# Of a simple plan and its parent; and what holds for all: cases are as the table has them and alike at every age, and
# no mood does anything.
PARENT = beneath(f"platform.{PLAN}.parent", OFF)
TERMS = {name: value for name, value in beneath(f"platform.{PLAN}", OFF).items() if not name.startswith("parent.")}
SIMPLE: dict[str, Any] = {path: value for path, value in OFF.items() if not path.startswith("platform.")} | {
    "health.incidence_slope": 0.0,
    "health.mild_slope": 0.0,
    "health.mild_reckoned": 0.0,
    "mood.fear": 0.0,
    "mood.distrust": 0.0,
}


def simplify(changes: Mapping[str, Any], plans: Iterable[str] = (), parents: Iterable[str] = ()) -> dict[str, Any]:
    """A simple world with these changes made in it, which come last and so switch on what they name.

    `plans` are simple too, besides those of which the changes say something, and so are the parents of `parents` and
    those of which the changes say something.
    """
    said: dict[str, Any] = {}
    for path, value in changes.items():
        if path.startswith("platform.") and path.endswith(".parent") and isinstance(value, Mapping):
            parents = [*parents, path.split(".")[1]]
            said |= {f"{path}.{name}": each for name, each in value.items()}
        else:
            said[path] = value
    owned = [path.split(".") for path in said if path.startswith("platform.") and path.count(".") > 1]
    names = dict.fromkeys([*plans, *(steps[1] for steps in owned)])
    parents = dict.fromkeys([*parents, *(steps[1] for steps in owned if steps[2] == "parent" and len(steps) > 3)])
    made = dict(SIMPLE)
    made |= {f"platform.{name}.{number}": value for name in names for number, value in TERMS.items()}
    made |= {f"platform.{name}.parent.{number}": value for name in parents for number, value in PARENT.items()}
    return made | said


def by_path(changes: Mapping[str, Any], section: str = "") -> Iterator[tuple[str, Any]]:
    """Nested changes by dotted path."""
    for name, value in changes.items():
        if isinstance(value, Mapping) and value:
            yield from by_path(value, f"{section}{name}.")
        else:
            yield f"{section}{name}", value


def simple(changes: Mapping[str, Any] | None = None, title: str = "simple") -> Scenario:
    """The scenario of a simple world with these changes."""
    tables: dict[str, Any] = {"title": title}
    numbers = simplify(dict(by_path(changes or {})))
    for path, value in sorted(numbers.items(), key=lambda each: each[1] != {}):  # what is in a table, after the table
        put(tables, path, deepcopy(value))  # so that no change of one test is seen by the next
    return parse(tables, title)
