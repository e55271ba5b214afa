"""What a visitor of the page can choose: a case, its size and luck, a policy, and the numbers that matter most.

Meaning, unit, bounds and source of every number are those declared with the scenario.
"""

import fnmatch
import functools
import math
from dataclasses import dataclass, replace
from typing import Any

from abm.draws import seed_of
from abm.errors import PageError, nearest, shown
from abm.scenario.declare import Range, bounds
from abm.scenario.files import data_names, load, names, tables_of
from abm.scenario.paths import field_at, flattened, leaves, notes, plausible_of, source_of
from abm.scenario.people import People
from abm.scenario.scenario import Scenario

Changes = dict[str, Any]
SMALLEST, LARGEST = 100, 10_000_000  # persons of a world on the page
MOST_DIGITS = 100  # of a whole number that is read
DRIVES = {"compiled": "all at once", "agents": "agent by agent"}
MOST_ONE_BY_ONE = 20_000  # persons that act agent by agent while somebody watches
# Paths of the numbers with a slider; PLAN is the plan chosen. A second path is moved with the first where it is there.
PLAN = "PLAN"
SLIDERS: tuple[tuple[str, ...], ...] = (
    ("platform.PLAN.advertised_share",),
    ("platform.PLAN.fee_rate", "platform.PLAN.stopped.fee_rate"),
    ("platform.PLAN.waiting_days",),
    ("platform.PLAN.min_credit",),
    ("platform.PLAN.effort",),
    ("platform.PLAN.steady_reach",),
    ("platform.PLAN.brand",),
    ("health.high_risk_share",),
    ("people.honest_share",),
    ("mind.optimism",),
    ("mind.altruism",),
    ("mind.herding",),
    ("mind.anxiety",),
    ("mind.inertia",),
    ("friends.telling",),
)
STEPS_OF_A_SLIDER, FINEST = 50, 1e-4  # steps of a slider, more where its calibrated value asks for a finer one
NO_CAP = 100_000.0  # yuan a year: the most that terms may say, which shares of unequal size ask for
CAPS = ("platform.PLAN.annual_cap", "platform.PLAN.stopped.annual_cap", "platform.PLAN.bands.*.annual_cap")
UNCAPPED: Changes = dict.fromkeys(CAPS, NO_CAP)

# What could have been done differently, by the numbers that do it.
AS_IT_WAS = "as it was"
POLICIES: dict[str, Changes] = {
    AS_IT_WAS: {},
    "shares by age": {"platform.PLAN.division": "age"} | UNCAPPED,
    "shares by own risk": {"platform.PLAN.division": "risk"} | UNCAPPED,
    "the true level is told": {"platform.PLAN.advertised_share": 4.0},
    "half a year's wait": {"platform.PLAN.waiting_days": 180},
    "every case investigated": {"platform.PLAN.effort": 1.0},
    "hardly any investigation": {"platform.PLAN.effort": 0.1},
    "no fee": {"platform.PLAN.fee_rate": 0.0, "platform.PLAN.stopped.fee_rate": 0.0},
    "regulator: looks on": {"supervision.policy": "laissez_faire"},
    "regulator: early licences": {"supervision.policy": "early_licensing"},
    "regulator: strict ban": {"supervision.policy": "strict_ban"},
    "regulator: guarantee fund": {"supervision.policy": "guarantee_fund"},
    "regulator: exit plans": {"supervision.policy": "exit_plan_duty"},
    "regulator: reserves": {"supervision.policy": "reserve_duty"},
}


def usual_persons(case: str) -> int:
    """How many persons are simulated on the page, unless more or fewer are asked for: as many as `huzhu run` takes."""
    return min(load(case).people.persons, LARGEST)


@dataclass(frozen=True)
class Setup:
    """A world to show: case, size, luck, who lets persons act, and the numbers changed, by path."""

    case: str = "xianghubao"
    persons: int = People().persons
    seed: int = 1
    drive: str = "compiled"
    changes: tuple[tuple[str, Any], ...] = ()

    def scenario(self) -> Scenario:
        """The scenario of this world. Raises as `load` does."""
        return load(self.case, dict(self.changes) | {"people.persons": self.persons})

    def command(self, until: str) -> str:
        """The command that runs the same world from its downloaded scenario."""
        return f"huzhu run scenario.toml --seed {self.seed} --drive {self.drive} --until {until}"


def with_changes(setup: Setup, changes: Changes) -> Setup:
    """A world with further numbers changed; that of persons is one of its own."""
    made = dict(setup.changes) | dict(flattened(changes, tables_of(load(setup.case))))
    persons = made.pop("people.persons", setup.persons)
    if isinstance(persons, float) and persons.is_integer():
        persons = int(persons)
    return replace(setup, persons=persons, changes=tuple(made.items()))


def check(setup: Setup, start: Setup | None = None) -> None:
    """Raise a `HuzhuError` for a world that cannot be shown.

    Those who visit a page that was started with a world, `start`, have no other files of its machine than that world.
    """
    if start is not None:
        _require_known(setup.case, start)
    if setup.drive not in DRIVES:
        raise PageError(f"drive = {shown(setup.drive)}: there are {', '.join(DRIVES)}")
    most = MOST_ONE_BY_ONE if setup.drive == "agents" else LARGEST
    if type(setup.persons) is not int or not SMALLEST <= setup.persons <= most:
        said = f"{setup.persons:,}" if type(setup.persons) is int else shown(setup.persons)
        raise PageError(f"people.persons = {said} must be from {SMALLEST:,} to {most:,} on the page")
    seed_of(setup.seed)
    scenario = setup.scenario()
    if start is not None:
        allowed = data_names(start.scenario()).values()
        for path, name in data_names(scenario).items():
            if "/" in name and name not in allowed:
                raise PageError(f"{path} = {shown(name)}: the page reads no files of this machine; take `huzhu run`")


def as_usual(case: str, start: Setup, seed: int) -> Setup:
    """A scenario of its usual size, as calibrated. Raises `PageError` for one that visitors do not have, as `check`."""
    _require_known(case, start)
    return Setup(case, usual_persons(case), seed)


def _require_known(case: str, start: Setup) -> None:
    if case not in (*names(), start.case):
        raise PageError(f"no scenario {shown(case)}{nearest(case, names())}; there are: {', '.join(names())}")


def whole(name: str, text: str) -> int:
    """A whole number as people write it, with or without commas. Raises `PageError` for what is none."""
    bare = text.replace(",", "").strip()
    if not bare.isdecimal() or len(bare) > MOST_DIGITS:
        raise PageError(f"{name} = {shown(text)} must be a whole number")
    return int(bare)


@dataclass(frozen=True)
class Slider:
    """A number that can be moved: its paths, value as it is and as calibrated, range, step, unit and help."""

    paths: tuple[str, ...]
    label: str
    value: float
    calibrated: float
    low: float
    high: float
    step: float
    unit: str
    help: str
    whole: bool

    def moved_to(self, value: float) -> bool:
        """Whether a place on the slider is another one than that of its value, which may be between two places."""
        return abs(value - self.value) > 0.501 * self.step


@functools.cache
def calibrated(case: str) -> dict[str, Any]:
    """Every number of a case as it is calibrated, by path."""
    return dict(leaves(load(case)))


def sliders(setup: Setup, plan: str) -> list[Slider]:
    """The sliders of a world, for one of its plans. They go through what is plausible, where that is known."""
    now, as_calibrated = setup.scenario(), calibrated(setup.case)
    values = dict(leaves(now))
    found = []
    for moved in SLIDERS:
        paths = tuple(path for name in moved if (path := name.replace(PLAN, plan)) in values)
        if paths:
            found.append(_slider(now, paths, float(values[paths[-1]]), float(as_calibrated[paths[-1]])))
    return found


def _slider(scenario: Scenario, paths: tuple[str, ...], value: float, calibrated: float) -> Slider:
    path = paths[0]
    field = field_at(path)
    assert field is not None, path
    plausible = plausible_of(scenario, path)
    low, high = _range(plausible, bounds(field), calibrated)
    low, high = min(low, value), max(high, value)
    whole = field.annotation is int
    step = max(_round_step((high - low) / STEPS_OF_A_SLIDER), 1.0 if whole else 0.0)
    while not _on_grid(calibrated, step) and step > FINEST * (high - low):
        step = _round_step(step * 0.9)
    low = math.floor(low / step * 1.000001) * step  # so that round values have a place on the slider
    unit = notes(field)["unit"]
    likely = f", plausible from {plausible[0]:,g} to {plausible[1]:,g}" if plausible else ""
    words = f"{field.description} ({unit}){likely}. {source_of(scenario, path)}"
    name = path.rpartition(".")[2].replace("_", " ")
    return Slider(paths, name, value, calibrated, low, high, step, "" if unit == "1" else unit, words, whole)


def _range(plausible: Range | None, allowed: tuple[Any, Any], value: float) -> Range:
    """What is plausible, and the value in it; where that is not known from nothing to three times as much."""
    if plausible is not None and min(plausible[0], value) < max(plausible[1], value):
        return min(plausible[0], value), max(plausible[1], value)
    lowest, highest = (float(each) for each in allowed)
    return lowest, highest if highest <= 1 or value == 0 else min(highest, max(3 * value, 1.0))


def _on_grid(value: float, step: float) -> bool:
    return abs(value / step - round(value / step)) < 1e-6


def _round_step(step: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above."""
    power = 10.0 ** math.floor(math.log10(step))
    return round(max(times for times in (1, 2, 5) if times * power <= step * 1.001) * power, 12)


def policy(name: str, setup: Setup, plan: str) -> tuple[tuple[str, Any], ...]:
    """The changes that a policy makes in a world, for one of its plans; what the plan does not have is left out."""
    known = [path for path, value in calibrated(setup.case).items() if value is not None]
    changes = {path.replace(PLAN, plan): value for path, value in POLICIES[name].items()}
    return tuple((path, value) for wanted, value in changes.items() for path in fnmatch.filter(known, wanted))


def policy_of(setup: Setup, plan: str) -> str:
    """The policy whose changes are all among those of a world; how it was where there is none."""
    made = dict(setup.changes)
    for name in POLICIES:
        changes = policy(name, setup, plan)
        if changes and all(path in made and made[path] == value for path, value in changes):
            return name
    return AS_IT_WAS


def under(name: str, setup: Setup, plan: str) -> tuple[tuple[str, Any], ...]:
    """The changes of a world once another policy takes the place of its present one; other changes stay."""
    present, wanted = policy(policy_of(setup, plan), setup, plan), policy(name, setup, plan)
    taken = {path for path, _ in wanted}
    kept = tuple(change for change in setup.changes if change not in present and change[0] not in taken)
    return kept + wanted


def policies(setup: Setup, plan: str) -> list[str]:
    """The policies that make a difference to a scenario, for one of its plans, and how it was."""
    known = calibrated(setup.case)
    return [name for name in POLICIES if name == AS_IT_WAS or any(known[p] != v for p, v in policy(name, setup, plan))]
