"""What a calibration leaves: its tables, what was asked, the study whose runs are the forecast, how it was made."""

import json
import platform
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import tomli_w

from abm.runs.outputs import ENDS
from abm.runs.results import PROVENANCE, results_folder
from abm.runs.run import PACKAGES, installed
from abm.scenario.files import tables_of
from abm.sources import commit
from abm.study.calibrate.calibration import Calibration
from abm.study.calibrate.members import Members
from abm.study.calibrate.runs import Question
from abm.study.forecast.ensemble import SERIES
from abm.study.study import Study, dump_study
from abm.version import VERSION

ASKED, TO_COME = "calibration.toml", "forecast.toml"
OF_MEMBERS = (TO_COME, "met.csv")  # which a set without members does not have


def forecast_study(asked: Calibration, whole: Question, found: Members) -> Study:
    """The members of the set run to the end of the scenario's calendar: a study for `huzhu sweep`, then `forecast`."""
    return Study(
        title=f"{asked.title}-forecast",
        scenario=asked.scenario,
        persons=asked.persons,
        changes=asked.changes,
        design="cases",
        cases=whole.space.cases(found.places),
        replicates=asked.seeds,
        seed=asked.seed,
        outputs=(ENDS,),
        series=tuple(f"{plan}.{name}" for plan in whole.platforms for name in SERIES),
    )


def write(
    asked: Calibration, folder: Path, tables: dict[str, pd.DataFrame], whole: Question, found: Members
) -> list[str]:
    """Write the tables, what was asked, the study of the forecast and how it was made; returns the names."""
    record = {
        "program": f"huzhu {VERSION}",
        "commit": commit(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "calibration": asked.title,
        "persons": asked.persons,
        "seed": asked.seed,
        "tried": found.tried,
        "members": len(found.places),
        "python": platform.python_version(),
        "packages": {name: installed(name) for name in (*PACKAGES, "SALib", "scikit-learn")},
    }
    with results_folder(folder) as staging:
        for name, table in tables.items():
            table.to_csv(staging / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
        (staging / ASKED).write_text(tomli_w.dumps(tables_of(asked)), encoding="utf-8")
        if len(found.places):
            (staging / TO_COME).write_text(dump_study(forecast_study(asked, whole, found)), encoding="utf-8")
        text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
        (staging / PROVENANCE).write_text(text, encoding="utf-8")
        written = sorted(path.name for path in staging.iterdir())
    for name in {*OF_MEMBERS} - {*written}:  # of an earlier course in this folder, that found some
        (folder / name).unlink(missing_ok=True)
    return written
