"""One run of a scenario, from founding to the last day, with a record of how it was made."""

import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numba
import pandas as pd

from abm import __version__
from abm.clock import PERIODS_A_YEAR, collection_date, half_month
from abm.model import MutualAidModel
from abm.scenario import Scenario, ScenarioError
from abm.study.transfers import transfers

PACKAGES = ("mesa", "numpy", "numba", "networkx", "pandas", "scipy", "matplotlib", "pydantic")


@dataclass(frozen=True)
class Run:
    """A finished run.

    `series`: a row a half-month, columns of `watch`. `events`: date, who, what, detail. `closings`: platform,
    announced, last (day of cover), kind, reason, members (then). `transfers`: see `study.transfers`.
    """

    scenario: Scenario
    seed: int
    series: pd.DataFrame
    events: pd.DataFrame
    closings: pd.DataFrame
    transfers: pd.DataFrame
    provenance: dict[str, Any]


def simulate(
    scenario: Scenario,
    seed: int,
    drive: str = "auto",
    until: date | None = None,
    tick: Callable[[date], object] = str,
) -> Run:
    """Run a scenario to the end of its calendar, or until a day; `tick` hears the date after each step."""
    last = check_until(scenario, until)
    started, clock = datetime.now(UTC), time.perf_counter()
    model = MutualAidModel(scenario, seed=seed, drive=drive)
    founded = time.perf_counter()
    while model.now < 0 or (model.running and half_month(model.day) < last):
        model.step()
        tick(model.day)
    model.audit()
    run = finished(model, started, founded - clock, time.perf_counter() - founded)
    model.close()
    return run


def so_far(model: MutualAidModel) -> Run:
    """What a model has shown until now, for those who look on: without transfers and provenance."""
    series = model.datacollector.get_model_vars_dataframe()
    events = pd.DataFrame(model.events, columns=["date", "who", "what", "detail"])
    ends = pd.DataFrame(closings(model), columns=["platform", "announced", "last", "kind", "reason", "members"])
    return Run(model.case, model.seed, series, events, ends, pd.DataFrame(), {})


def finished(model: MutualAidModel, started: datetime, founding: float, steps: float) -> Run:
    """The run of a model that goes no further: when it was started, seconds of its founding and of its steps."""
    people = model.case.people
    provenance = {
        "program": f"huzhu {__version__}",
        "commit": commit(),
        "scenario": model.case.title,
        "seed": model.seed,
        "persons": people.persons,
        "weight": people.weight,
        "first_collection": str(collection_date(model.first_period)),
        "last_collection": str(model.day),
        "drive": type(model.drive).__name__,
        "threads": numba.get_num_threads(),
        "bytes": model.nbytes,
        "bytes_a_person": model.nbytes / people.persons,
        "seconds_founding": round(founding, 3),
        "seconds_steps": round(steps, 3),
        "started": started.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "packages": {name: installed(name) for name in PACKAGES},
    }
    moved = transfers(model.persons, model.memberships, model.now / PERIODS_A_YEAR, model.weight)
    return replace(so_far(model), transfers=moved, provenance=provenance)


def closings(model: MutualAidModel) -> list[dict[str, Any]]:
    """The announced ends of plans, with days instead of steps."""
    return [
        {
            "platform": closing.platform,
            "announced": collection_date(model.first_period + closing.announced),
            "last": collection_date(model.first_period + closing.last),
            "kind": closing.kind,
            "reason": closing.reason,
            "members": closing.members,
        }
        for closing in model.closings
    ]


def check_until(scenario: Scenario, until: date | None) -> int:
    """The last half-month to run. Raises `ScenarioError` where `until` is outside the calendar."""
    calendar = scenario.calendar
    if until is None:
        return half_month(calendar.end)
    if not half_month(calendar.start) <= half_month(until) <= half_month(calendar.end):
        raise ScenarioError(f"until = {until} is outside the calendar, {calendar.start} to {calendar.end}")
    return half_month(until)


def commit() -> str | None:
    """The commit of the source, with a plus sign where it has been changed since; None outside a checkout."""
    here = Path(__file__).parent

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=here, capture_output=True, text=True, check=True).stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--", "..") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def installed(package: str) -> str | None:
    """The version of a package, None where it is missing."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
