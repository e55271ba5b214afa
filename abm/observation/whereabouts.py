"""Where the members of a plan's last day of cover are half a year and a year later: insured, elsewhere, or bare."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from abm.clock import PERIODS_PER_MONTH
from abm.persons.founding import CHUNK
from abm.platforms.census import inside, were_in
from abm.platforms.closing import Closing
from abm.platforms.plan import Surroundings

MONTHS = (6, 12)
COLUMNS = ("platform", "months", "members", "insured", "city_plan", "another_plan", "bare")


class Looked(Surroundings, Protocol):
    """A model as its members are looked for: with the number of each plan."""

    def index_of(self, platform: str) -> int:
        """The number of a platform."""


@dataclass
class Whereabouts:
    """The members of the last days of plans, and what was found of them so far.

    `last_days`: by plan, the rows of those who were in on that day, as bits in hexadecimal, until they have been looked
    for the last time. `found`: rows of a table with `COLUMNS`, real persons.
    """

    last_days: dict[str, str] = field(default_factory=dict)
    found: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for bits in self.last_days.values():
            bytes.fromhex(bits)  # or they could not be looked for later

    def look(self, model: Looked) -> None:
        """At the end of a step: remember the members of plans that end now, and look for those of earlier ends."""
        for closing in model.closings:
            plan, periods_ago = model.index_of(closing.platform), model.now - closing.last
            if periods_ago == 0:
                self.last_days[closing.platform] = np.packbits(members(model, plan)).tobytes().hex()
            for months in MONTHS:
                if periods_ago == months * PERIODS_PER_MONTH and closing.platform in self.last_days:
                    self._find(model, closing, plan, months)

    def _find(self, model: Looked, closing: Closing, plan: int, months: int) -> None:
        bits = self.last_days[closing.platform] if months < MONTHS[-1] else self.last_days.pop(closing.platform)
        packed = np.frombuffer(bytes.fromhex(bits), np.uint8)
        there = np.unpackbits(packed, count=model.persons.size).astype(bool)
        counted = {name: model.weight * number for name, number in whereabouts(model, there, plan).items()}
        self.found.append({"platform": closing.platform, "months": months} | counted)


def members(model: Surroundings, plan: int) -> np.ndarray:
    """Who is inside a plan, or was until it ended in this very step: true or not, by row."""
    found = np.zeros(model.persons.size, bool)
    for start in range(0, found.size, CHUNK):
        rows = model.memberships[start : start + CHUNK]
        found[start : start + CHUNK] = were_in(rows, plan, model.now).any(axis=1)
    return found


def whereabouts(model: Surroundings, there: np.ndarray, plan: int) -> Mapping[str, int]:
    """Of these rows, how many have insurance that asks about health, that of a city, or another plan; or none of them.

    Who has two of them is counted for each.
    """
    products = model.case.insurance.products
    city = sum(1 << row for row, product in enumerate(products.values()) if product.sponsored)
    total = dict.fromkeys(COLUMNS[2:], 0)
    for start in range(0, there.size, CHUNK):
        theirs = there[start : start + CHUNK]
        held = model.persons["policies"][start : start + CHUNK][theirs]
        rows = model.memberships[start : start + CHUNK][theirs]
        elsewhere = inside(rows) & (rows["platform"] != plan)
        ways = ((held & model.case.insurance.underwritten) > 0, (held & city) > 0, elsewhere.any(axis=1))
        counts = (theirs.sum(), *(way.sum() for way in ways), (~(ways[0] | ways[1] | ways[2])).sum())
        for name, number in zip(total, counts, strict=True):
            total[name] += int(number)
    return total
