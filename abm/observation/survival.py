"""Which plans were open on a day, and of which kind an end was: facts that a run meets or does not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from abm.errors import DataError
from abm.files import read_csv
from abm.observation.facts import FACTS_END, PLATFORMS
from abm.observation.quantities import span

OPEN, CLOSED_AS = "open", "closed_as"
SAID = {OPEN: ("yes", "no"), CLOSED_AS: ("active", "passive", "ordered", "flight")}


@dataclass(frozen=True)
class Survival:
    """A fact of a plan on a day: whether its end had been announced by then, or of which kind the end was."""

    id: str
    platform: str  # by its name in a scenario
    day: date
    quantity: str
    value: str

    @property
    def words(self) -> str:
        """What is observed."""
        if self.quantity == OPEN:
            return "open" if self.value == "yes" else "closed"
        return f"closed, {self.value}"

    def met(self, ends: Iterable[Mapping[str, Any]]) -> bool:
        """Whether it is so in a run with these announced ends, as ``closings:list`` has them.

        A plan with which its parent has parted goes on.
        """
        by_then = announced(ends, self.platform, self.day)
        if self.quantity == OPEN:
            return bool(by_then) == (self.value == "no")
        return any(end["kind"] == self.value for end in by_then)


def announced(ends: Iterable[Mapping[str, Any]], platform: str, day: date) -> list[Mapping[str, Any]]:
    """The ends of a plan that were announced by a day."""
    return [end for end in ends if end["platform"] == platform and _day(end["announced"]) <= day]


def load_survival(platforms: Iterable[str], file: str = "facts.csv") -> list[Survival]:
    """The facts of survival of plans by their names in a scenario, in the order of the file.

    Raises `DataError` for a row that cannot be read, and for a day after 2020.
    """
    rows = read_csv(file, dict.fromkeys(("id", "platform", "date", "quantity", "value"), str))
    names = {name: plan for plan in platforms for name in PLATFORMS.get(plan, (plan,))}
    found = []
    for row in rows:
        if row["quantity"] not in SAID or row["platform"] not in names:
            continue
        place = f"{file}: {row['id']}"
        _, day = span(row["date"])
        if day > FACTS_END:
            raise DataError(f"{place}: date = '{row['date']}' is after {FACTS_END}; {_KEPT}")
        if row["value"] not in SAID[row["quantity"]]:
            allowed = ", ".join(SAID[row["quantity"]])
            raise DataError(f"{place}: value = '{row['value']}' of {row['quantity']} must be one of {allowed}")
        found.append(Survival(row["id"], names[row["platform"]], day, row["quantity"], row["value"]))
    return found


_KEPT = "what followed is kept aside for the forecast"


def _day(given: object) -> date:
    return given if isinstance(given, date) else date.fromisoformat(str(given)[:10])
