"""The space of a calibration: the numbers of a scenario with a plausible range, and switches of which either is.

A place of the space is a number from 0 to 1 for each *name*. A name is that of one setting, or of several that go
together: what a board reckons with and what a plan costs is uncertain of the whole trade. Drawn one by one, the
extremes of sixteen plans would cancel out, and in every world some board would think the worst. Terms, how a plan is
known and what its owners can bear are its own.

A calibration has as many free numbers as there are names. The market has some 1,400 settings that vary, under some 700
names, two thirds of which are of a single plan: too many for a design of ten points a name. So screening comes first
and names what moves no target (`screening.idle`); a wave has an input for each name that is left. Ten
trajectories through 700 names are some 7,000 runs. Who has not the time takes more numbers of plans to be of the trade
(of all of them, some 300 names are left), or leaves some as they are (`Space.without`).

The worlds of `experiments/plausible.py` are drawn from the same ranges.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from abm.scenario.paths import field_at, leaves, plausible_of
from abm.scenario.scenario import Scenario
from abm.study.axis import Axis, Settings

# Either is plausible.
SWITCHES = (
    "wear_by_calendar",
    "sternness_continuous",
    "exempt_by_form",
    "households",
    "declines_for_good",
    "considered",
    "answers",
    "undercuts",
)
COUNTED_ELSEWHERE = ("parent.other_sales", "parent.sales_decay")  # they are in the worth of a customer
OF_THE_TRADE = ("parent.", "case_cost", "technology_cost", "other_cost", "traffic_income", "scale_", "wear_by_calendar")
ITS_OWN = ("parent.loss_limit", "parent.flight_threshold")
EVEN = "friends.degree"  # which is a whole even number
FROM_RATIO = 4.0  # a range whose ends differ by this factor is drawn by equal ratios


def ranges(
    scenario: Scenario,
    switches: Collection[str] = SWITCHES,
    left_out: Collection[str] = (),
    of_the_trade: tuple[str, ...] = OF_THE_TRADE,
) -> dict[str, dict[str, Any]]:
    """An axis for every number of a scenario that has a plausible range, and for the switches; as a study has them.

    What is counted elsewhere has none. `left_out`: paths that stay as they are. `of_the_trade`: how names of numbers of
    a plan begin that go together in all plans, each in its own range.
    """
    paths = [path for path, _ in leaves(scenario) if path not in left_out]
    found: dict[str, dict[str, Any]] = {
        path: {"values": (False, True)} for path in paths if path.rpartition(".")[2] in switches
    }
    for path in paths:
        low, high = plausible_of(scenario, path) or (0.0, 0.0)
        if path.endswith(COUNTED_ELSEWHERE):
            continue
        if path == EVEN:
            found[path] = {"values": tuple(range(int(low), int(high) + 1, 2))}
        elif low < high:
            wide = low > 0 and high / low >= FROM_RATIO
            found[path] = {"low": low, "high": high, "scale": "log" if wide else "linear"}
    for path, axis in found.items():
        section, _, number = path.partition(".")
        kind = number.partition(".")[2]
        if section == "platform" and kind.startswith(of_the_trade) and kind not in ITS_OWN:
            axis["together"] = kind
    return found


@dataclass(frozen=True)
class Space:
    """What varies, by path. Settings that go together have one name, and one place in their ranges."""

    axes: Mapping[str, Axis]

    @property
    def names(self) -> tuple[str, ...]:
        """What varies freely, in the order of the columns of a design."""
        return tuple(dict.fromkeys(axis.together or path for path, axis in self.axes.items()))

    def paths(self, name: str) -> tuple[str, ...]:
        """The settings behind a name."""
        return tuple(path for path, axis in self.axes.items() if (axis.together or path) == name)

    def settings(self, place: Sequence[float] | np.ndarray) -> Settings:
        """The settings of a place: a number from 0 to 1 for each name."""
        at = dict(zip(self.names, map(float, place), strict=True))
        return {path: axis.at(at[axis.together or path], _is_whole(path)) for path, axis in self.axes.items()}

    def cases(self, places: Iterable[Sequence[float] | np.ndarray]) -> tuple[Settings, ...]:
        """The settings of the points of a design."""
        return tuple(map(self.settings, places))

    def without(self, names: Collection[str]) -> "Space":
        """The space in which some names stay as the scenario has them."""
        return Space({path: axis for path, axis in self.axes.items() if (axis.together or path) not in names})


def space_of(
    scenario: Scenario,
    switches: Collection[str] = SWITCHES,
    left_out: Collection[str] = (),
    of_the_trade: tuple[str, ...] = OF_THE_TRADE,
) -> Space:
    """The space of everything that is uncertain in a scenario, see `ranges`."""
    given = ranges(scenario, switches, left_out, of_the_trade)
    return Space({path: Axis.model_validate(axis) for path, axis in given.items()})


def _is_whole(path: str) -> bool:
    """Whether a setting is a whole number."""
    field = field_at(path)
    return field is not None and field.annotation is int
