"""From the kept runs of a study to a forecast: the ensemble, and what was simulated until the end of 2020."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from abm.clock import PERIODS_PER_MONTH, collection_date
from abm.errors import StudyError
from abm.files import read_csv, read_toml
from abm.runs.outputs import ENDS, FIRST
from abm.scenario.files import parse_as
from abm.study.forecast.endings import endings
from abm.study.forecast.ensemble import FLOWS, KNOWN, PER_MEMBER, SERIES, START, Ensemble, quantiles
from abm.study.store import FILE, Store
from abm.study.study import Study
from abm.study.worker import DONE

NEEDED = [f"*.{name}" for name in SERIES]  # as a study names the series that are kept


Run = tuple[int, int, dict[str, Any]]  # point, seed, what was kept


class Made(NamedTuple):
    """An ensemble, the median of each series until the end of 2020 with a column `date`, and what is to be said."""

    ensemble: Ensemble
    history: pd.DataFrame
    remarks: list[str]


def study_of(folder: Path) -> Study:
    """The study in the folder of a sweep. Raises `StudyError` where it is not such a folder."""
    for name in ("study.toml", FILE):
        if not (folder / name).is_file():
            raise StudyError(f"{folder}: has no {name}; give the folder of a sweep that came to its end")
    return parse_as(Study, read_toml(folder / "study.toml"), f"{folder / 'study.toml'}", StudyError)


def weights_of(study: Study, path: Path | None) -> dict[int, float]:
    """The weight of each point of a study: alike, or by a table with columns point and weight, 0 where it has none.

    Raises `DataError` or `FileError` where the table cannot be read, and `StudyError` where it is of another study.
    """
    if path is None:
        return dict.fromkeys(range(study.size), 1.0)
    weights: dict[int, float] = {}
    for row in read_csv(named_file(path), {"point": int, "weight": float}):
        point, weight = row["point"], row["weight"]
        if not 0 <= point < study.size:
            raise StudyError(f"{path}: point = {point} is none of the study, which has 0 to {study.size - 1}")
        if point in weights:
            raise StudyError(f"{path}: point {point} is there twice")
        if not 0 <= weight < np.inf:
            raise StudyError(f"{path}: weight = {weight:g} of point {point} must be a number from 0 up")
        weights[point] = weight
    if not sum(weights.values()) > 0:
        raise StudyError(f"{path}: no point has a weight above 0")
    return weights


def named_file(path: Path) -> str:
    """A path as `files.read_csv` takes it: a bare name is of a file here, not of the program's data."""
    return str(path) if "/" in str(path) else f"./{path}"


def gather(store: Store, study: Study, weights: Mapping[int, float]) -> Made:
    """The runs in a store, weighted by point and alike over the seeds of one. Raises `StudyError` where there are none.

    Runs that failed are left out, with a remark.
    """
    assert store.base is not None  # a store of scenarios, as it was opened without a function
    wanted = [f"{platform}.{name}" for platform in store.base.platform for name in SERIES]
    runs: list[Run] = []
    failed = 0
    for number, _, seed, result in store.kept(study):
        if weights.get(number, 0.0) <= 0:
            continue
        if result.status == DONE:
            kept = {name: result.outputs[name] for name in (FIRST, ENDS, *wanted) if name in result.outputs}
            runs.append((number, seed, kept))
        else:
            failed += 1
    if not runs:
        why = f": {store.reason()}" if failed else ""
        raise StudyError(f"{store.folder}: has no run that is done{why}; finish the sweep first")
    remarks = [f"{failed:,} runs that failed are left out"] if failed else []
    names = [name for name in wanted if all(name in outputs for _, _, outputs in runs)]
    if not any(name.endswith(".members") for name in names):
        raise StudyError(f"{store.folder}: no plan's members are kept; add series = {NEEDED[:2]}, ... to the study")
    if missing := [name for name in SERIES if not any(each.endswith(f".{name}") for each in names)]:
        remarks.append(f"left out, for they are not kept: {', '.join(missing)}; a study keeps those named in `series`")
    first = _calendar(store, runs, names[0])

    member, luck = np.array([run[0] for run in runs]), np.array([run[1] for run in runs])
    times = {number: int((member == number).sum()) for number in set(member.tolist())}
    weight = np.array([weights[number] / times[number] for number in member.tolist()])
    weight = weight / weight.sum()
    at = START - KNOWN - first  # the first column that the ensemble has
    series, before, past = {}, {}, {}
    for name in names:
        whole = np.array([outputs[name] for _, _, outputs in runs], float)
        platform, _, bare = name.rpartition(".")
        if bare in PER_MEMBER and f"{platform}.members_sharing" in names:
            sharing = np.array([outputs[f"{platform}.members_sharing"] for _, _, outputs in runs], float)
            whole[sharing == 0] = np.nan
        past[name] = quantiles(whole[:, : at + KNOWN], weight, [0.5])[0]
        series[name] = whole[:, at:]
        if bare in FLOWS:
            before[name] = whole[:, :at].sum(axis=1)
    days = [collection_date(first + step) for step in range(at + KNOWN)]
    history = pd.DataFrame({"date": days} | past)
    platforms = list(dict.fromkeys(name.rpartition(".")[0] for name in names))
    announced, ended, kind = endings([str(outputs[ENDS]) for _, _, outputs in runs], platforms)
    made = Ensemble(member, luck, weight, START - KNOWN, series, before, announced, ended, kind)
    return Made(made, history, remarks)


def _calendar(store: Store, runs: list[Run], name: str) -> int:
    """The first half-month of all runs, which end in the same one too."""
    found = {(int(outputs[FIRST]), len(outputs[name])) for _, _, outputs in runs}
    if len(found) > 1:
        raise StudyError(f"{store.folder}: its runs have {len(found)} different calendars; a forecast is of one")
    ((first, length),) = found
    if first > START - KNOWN or first + length < START + PERIODS_PER_MONTH:
        days = f"{collection_date(first)} to {collection_date(first + length - 1)}"
        raise StudyError(
            f"{store.folder}: its runs are of {days}; a forecast needs December 2020 and a month that follows"
        )
    return first
