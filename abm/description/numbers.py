"""Tables of the numbers of a scenario: meaning, value, unit, range and source of each."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from pydantic.fields import FieldInfo

from abm.description.markdown import code, from_to, sentence, shown, table
from abm.scenario.declare import bounds
from abm.scenario.paths import field_at, leaves, notes, plausible_of, source_of
from abm.scenario.scenario import Scenario


class Number(NamedTuple):
    """A number of a scenario: its dotted path, its value, its declaration, and the name under which it is shown."""

    scenario: Scenario
    path: str
    value: Any
    field: FieldInfo
    name: str

    @property
    def source(self) -> str:
        """Where the value comes from."""
        return source_of(self.scenario, self.path)


# A column of all tables of numbers: its heading, and what stands in it.
COLUMNS: tuple[tuple[str, Callable[[Number], str]], ...] = (
    ("number", lambda number: code(number.name)),  # first
    ("meaning", lambda number: number.field.description or ""),
    ("value", lambda number: shown(number.value)),
    ("unit", lambda number: notes(number.field)["unit"]),
    ("allowed", lambda number: from_to(bounds(number.field))),
    ("plausible", lambda number: from_to(plausible_of(number.scenario, number.path))),
    ("source", lambda number: number.source),
)


def numbers(scenario: Scenario, *sections: str) -> str:
    """The table of all numbers in some sections of a scenario."""
    return _table(number for number in _all(scenario) if number.path.split(".")[0] in sections)


def numbers_of_plans(scenario: Scenario) -> str:
    """The numbers of platforms: a table for one; of several, first what most have alike, then what each has otherwise.

    Alike are numbers of which a table would show the same; they stand under the path ``platform.*``.
    """
    by_plan: dict[str, dict[str, Number]] = {plan: {} for plan in scenario.platform}
    for number in _all(scenario):
        section, _, rest = number.path.partition(".")
        if section == "platform":
            plan, _, path = rest.partition(".")
            by_plan[plan][path] = number
    if len(by_plan) == 1:
        return _table(by_plan[next(iter(by_plan))].values())
    alike = _most_common(by_plan.values())
    words = (
        "Every plan has these numbers, of a parent or of small plans where it has such, unless its own table differs:"
    )
    parts = [words, _table(number._replace(name=f"platform.*.{path}") for path, number in alike.items())]
    for plan, found in by_plan.items():
        own = (number for path, number in found.items() if path not in alike or _cells(number) != _cells(alike[path]))
        parts += [f"#### {plan}", _table(own)]
    return "\n\n".join(parts)


def _most_common(plans: Iterable[dict[str, Number]]) -> dict[str, Number]:
    """Path -> the number that most plans have there; places in lists, as bands of ages, are left to the plans."""
    by_path: dict[str, list[Number]] = {}
    for path, number in (pair for found in plans for pair in found.items()):
        if not re.search(r"\.\d+\.", path):
            by_path.setdefault(path, []).append(number)
    found = {}
    for path, given in by_path.items():
        (cells, plans_alike), *_ = Counter(map(_cells, given)).most_common(1)
        if plans_alike > 1:
            found[path] = next(number for number in given if _cells(number) == cells)
    return found


def _all(scenario: Scenario) -> Iterable[Number]:
    for path, value in leaves(scenario):
        field = field_at(path)
        if field is not None:
            yield Number(scenario, path, value, field, path)


def _cells(number: Number) -> tuple[str, ...]:
    """What a table shows of a number, apart from its name."""
    return tuple(read(number) for _, read in COLUMNS[1:])


def _table(wanted: Iterable[Number]) -> str:
    return table([heading for heading, _ in COLUMNS], ([read(number) for _, read in COLUMNS] for number in wanted))


def scales(scenario: Scenario) -> str:
    """Time, size and resolution of a scenario."""
    calendar, people = scenario.calendar, scenario.people
    rows = [
        ("time step", "half a month: platforms publish claims on the 7th and 21st, and collect on the 14th and 28th"),
        ("run", f"{calendar.start} to {calendar.end}, {calendar.periods} steps"),
        ("population", f"{people.population:,} real persons"),
        ("persons simulated", f"{people.persons:,}, each of whom stands for {people.weight:,.1f} real ones"),
        ("platforms", f"{len(scenario.platform)}: {', '.join(scenario.platform)}"),
        ("plans at once", f"{scenario.slots} for each person at most"),
        ("insurance", f"{len(scenario.insurance.products)} products: {', '.join(scenario.insurance.products)}"),
        ("money", "whole fen, a hundredth of a yuan; every fen that leaves an account enters another"),
        ("space", "none but the network of friends, city tiers and age bands"),
    ]
    return table(("scale", "extent and resolution"), ((name, sentence(words)) for name, words in rows))


def shocks(scenario: Scenario) -> str:
    """What comes from outside the market, with its days."""
    rows = (
        (
            each.title,
            each.target.replace("_", " "),
            each.platform or "all",
            str(each.first),
            str(each.last),
            each.factor,
        )
        for each in scenario.shocks
    )
    headings = ("what happens", "multiplies", "of plan", "first day", "last day", "by")
    return table(headings, ((*words, shown(factor)) for *words, factor in rows))
