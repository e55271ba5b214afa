"""The folder of a forecast, and the course of `huzhu forecast`.

It holds `ensemble.npz` (the runs themselves), `quantiles.csv`, `closings.csv`, `history.csv` (the median until the end
of 2020), `study.toml` and `scenario.toml` of the runs, figures, and `provenance.json` with the day it was made.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from abm.clock import half_month
from abm.errors import FileError, HuzhuError
from abm.figures.style import save as save_figure
from abm.files import digest_of
from abm.observation.columns import aligned
from abm.observation.facts import FACTS_END
from abm.runs.results import PROVENANCE, results_folder
from abm.runs.run import PACKAGES, installed
from abm.scenario.files import dump, load
from abm.scenario.scenario import Scenario
from abm.sources import commit
from abm.study.forecast import endings, ensemble, tells
from abm.study.forecast.ensemble import NEVER, START, Ensemble, quantiles
from abm.study.forecast.kept import Made, gather, study_of, weights_of
from abm.study.forecast.pictures import fans, plans
from abm.study.store import Store
from abm.study.study import Study, dump_study
from abm.version import VERSION

RUNS, QUANTILES, CLOSINGS, HISTORY = "ensemble.npz", "quantiles.csv", "closings.csv", "history.csv"


@dataclass(frozen=True)
class Forecast:
    """What a folder of a forecast holds: the ensemble, the median until the end of 2020, the scenario."""

    ensemble: Ensemble
    history: pd.DataFrame
    scenario: Scenario
    provenance: dict[str, Any]


def forecast(runs: Path, weights: Path | None, out: Path, say: Callable[[str], object]) -> None:
    """Make a forecast of the kept runs of a sweep, and write its folder; `say` hears what it tells.

    Raises a `HuzhuError` where the runs are not such as a forecast is made of.
    """
    study = study_of(runs)
    weight = weights_of(study, weights)
    with Store(runs, study) as store:
        made = gather(store, study, weight)
        record = {"code": store.code, "weights": str(weights) if weights else "alike"}
        assert store.base is not None  # it was opened without a function
        scenario = store.base
    written = write(made, study, scenario, record, out)
    say("\n".join([summary(made.ensemble), *made.remarks, "", f"Written to {out}: {', '.join(written)}"]))


def write(made: Made, study: Study, scenario: Scenario, record: dict[str, Any], out: Path) -> list[str]:
    """Write the folder of a forecast, whole or not at all; returns the names of its files."""
    runs = made.ensemble
    with results_folder(out) as staging:
        ensemble.save(runs, staging / RUNS)
        for name, table in (
            (QUANTILES, tells.table(runs)),
            (CLOSINGS, endings.table(runs)),
            (HISTORY, made.history),
        ):
            table.to_csv(staging / name, index=False, float_format="%.7g", lineterminator="\n")
        (staging / "study.toml").write_text(dump_study(study), encoding="utf-8")
        (staging / "scenario.toml").write_text(dump(scenario), encoding="utf-8")
        told = _provenance(made, study, scenario) | record | {"ensemble": digest_of(staging / RUNS)}
        (staging / PROVENANCE).write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        footnote = (
            f"{study.title}: {runs.weight.size:,} runs of {scenario.people.persons:,} persons; known until {FACTS_END}."
        )
        largest = _by_size(runs)[0]
        save_figure(fans(runs, made.history, largest, footnote), staging, "forecast")
        if len(runs.platforms) > 1:
            save_figure(plans(runs, made.history, _by_size(runs), footnote), staging, "forecast-plans")
        return sorted(path.name for path in staging.iterdir())


def read(folder: Path) -> Forecast:
    """The forecast in a folder. Raises `FileError` where it is none, or a file of it is not what was written."""
    runs = ensemble.load(folder / RUNS)
    try:
        provenance = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
        known = provenance["ensemble"]
        history = pd.read_csv(folder / HISTORY)
        days = [date.fromisoformat(day) for day in history.pop("date")]
        history = history.astype(float).assign(date=days)
        scenario = load(folder / "scenario.toml")
    except HuzhuError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileError(f"{folder}: is no folder of `huzhu forecast`, or damaged: {error}") from None
    if known != digest_of(folder / RUNS):
        raise FileError(f"{folder}: {RUNS} is not what {PROVENANCE} says; make the forecast again")
    if not days or [half_month(day) for day in days] != list(range(START - len(days), START)):
        raise FileError(f"{folder}: {HISTORY} does not lead to the end of 2020; make the forecast again")
    if lost := sorted({*runs.platforms} - {*scenario.platform}):
        raise FileError(f"{folder}: scenario.toml has no plan {', '.join(lost)}; make the forecast again")
    return Forecast(runs, history, scenario, provenance)


def _provenance(made: Made, study: Study, scenario: Scenario) -> dict[str, Any]:
    """When and of what a forecast was made."""
    runs = made.ensemble
    return {
        "program": f"huzhu {VERSION}",
        "commit": commit(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),  # as all results name the time of their making
        "known_until": str(FACTS_END),
        "forecast_until": str(runs.days[-1]),
        "study": study.title,
        "scenario": scenario.title,
        "persons": scenario.people.persons,
        "members": int(np.unique(runs.member).size),
        "seeds": int(np.unique(runs.seed).size),
        "seed": int(runs.seed.min()),
        "runs": int(runs.weight.size),
        "remarks": made.remarks,
        "packages": {name: installed(name) for name in PACKAGES},
    }


def _by_size(runs: Ensemble) -> list[str]:
    """The plans, the largest at the end of 2020 first."""

    def size(platform: str) -> float:
        if not runs.has(platform, "members"):
            return 0.0
        return float(runs.weight @ runs.series[f"{platform}.members"][:, ensemble.KNOWN - 1])

    return sorted(runs.platforms, key=lambda platform: -size(platform))


def summary(runs: Ensemble) -> str:
    """A line a plan: members at the end with their band of 80 %, the chance that its end is announced, and when."""
    head = ("plan", "members at the end", "80 % of the runs", "end announced", "in the median of those")
    lines = []
    for platform in _by_size(runs):
        low, middle, high = ("-", "-", "-")
        if runs.has(platform, "members"):
            found = quantiles(runs.series[f"{platform}.members"][:, -1:], runs.weight, (0.1, 0.5, 0.9))[:, 0]
            low, middle, high = (f"{value / 1e6:,.2f} m" for value in found)
        when = runs.announced[platform].astype(float)
        when[when == NEVER] = np.nan
        chance = float(runs.weight[~np.isnan(when)].sum())
        (at,) = quantiles(when[:, None], runs.weight, (0.5,))[:, 0]
        day = "-" if np.isnan(at) else f"{endings.month_end(int(at)):%Y-%m}"
        lines.append((platform, middle, f"{low} to {high}", f"{100 * chance:.0f} %", day))
    points = np.unique(runs.member).size
    title = f"{runs.weight.size:,} runs, {points:,} points; {runs.days[ensemble.KNOWN]} to {runs.days[-1]}"
    return "\n".join([title, "", *aligned([head, *lines], numbers=(1, 2, 3))])
