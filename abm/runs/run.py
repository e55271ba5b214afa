"""One run of a scenario, from founding to the last day, with a record of how it was made."""

import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numba
import pandas as pd

from abm.clock import PERIODS_PER_YEAR, collection_date
from abm.model import MutualAidModel
from abm.observation.events import COLUMNS
from abm.observation.run import Run
from abm.observation.transfers import transfers
from abm.observation.whereabouts import COLUMNS as COLUMNS_OF_WHEREABOUTS
from abm.runs.watched import WatchedModel
from abm.scenario.files import scenario_of
from abm.scenario.scenario import Scenario
from abm.sources import commit
from abm.version import VERSION

PACKAGES = ("mesa", "numpy", "numba", "networkx", "pandas", "scipy", "matplotlib", "pydantic")


def run(
    case: str | Path | Scenario = "xianghubao",
    persons: int | None = None,
    seed: int = 1,
    until: date | None = None,
    changes: Mapping[str, Any] | str | None = None,
    drive: str = "auto",
    on_step: Callable[[date], object] | None = None,
) -> Run:
    """Run a scenario to the end of its calendar, or until a day; `on_step` hears the date after each step.

    `case`, `persons`, `seed`, `changes` and `drive` are those of `MutualAidModel`. Raises `ScenarioError` where
    one of them cannot be.
    """
    scenario = scenario_of(case, persons, changes)
    scenario.calendar.steps_until(until)  # a wrong day is refused before anybody is founded
    started, clock = datetime.now(UTC), time.perf_counter()
    model = WatchedModel(scenario, seed=seed, drive=drive)
    founded = time.perf_counter()
    model.run_until(until, on_step)
    model.audit()
    record = finished(model, started, founded - clock, time.perf_counter() - founded)
    model.close()
    return record


def so_far(model: MutualAidModel) -> Run:
    """What a model has shown until now, for those who look on: without transfers and provenance."""
    series = model.datacollector.get_model_vars_dataframe()
    events = pd.DataFrame(model.events, columns=[*COLUMNS, "kind"])
    ends = pd.DataFrame(closings(model), columns=["platform", "announced", "last", "kind", "reason", "members"])
    found = pd.DataFrame(model.whereabouts.found, columns=list(COLUMNS_OF_WHEREABOUTS))
    return Run(model.case, model.seed, series, events, ends, pd.DataFrame(), {}, destinations=found)


def finished(model: MutualAidModel, started: datetime, founding: float, steps: float) -> Run:
    """The run of a model that goes no further: when it was started, seconds of its founding and of its steps."""
    people = model.case.people
    provenance = {
        "program": f"huzhu {VERSION}",
        "commit": commit(),
        "scenario": model.case.title,
        "data": model.data,
        "seed": model.seed,
        "persons": people.persons,
        "weight": people.weight,
        "first_collection": str(collection_date(model.first_period)),
        "last_collection": str(model.day),
        "drive": type(model.drive).__name__,
        "threads": numba.get_num_threads(),
        "bytes": model.nbytes,
        "bytes_per_person": model.nbytes / people.persons,
        "seconds_founding": round(founding, 3),
        "seconds_steps": round(steps, 3),
        "started": started.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "packages": {name: installed(name) for name in PACKAGES},
    }
    years = model.now / PERIODS_PER_YEAR
    moved = transfers(model.persons, model.memberships, model.aid_per_head, years, model.weight)
    tables = model.experience.tables() if isinstance(model, WatchedModel) else {}
    return replace(so_far(model), transfers=moved, provenance=provenance, tables=tables)


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


def installed(package: str) -> str | None:
    """The version of a package, None where it is missing."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
