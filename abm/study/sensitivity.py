"""Which setting matters: Sobol indices and Morris's elementary effects of the outputs of a finished sweep.

A sample of either kind comes in blocks of points between which one setting changes at a time. A block in which a run
failed or an output is no finite number tells nothing; it is left out whole, and said to be.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from abm.figures import save
from abm.reading import parse_as, read_toml
from abm.scenario import ScenarioError
from abm.study.design import LEVELS
from abm.study.pictures import sensitivity_bars
from abm.study.study import Study
from abm.study.worker import DONE
from abm.writing import whole

CONFIDENCE, NORMAL = 0.95, 1.959964  # of all bounds, and the quantile of the normal distribution that goes with it
RESAMPLES = 500  # of the blocks, for the bounds: a bound is then known to about 3 %
LUCK = 1  # of the resampling: the same rows give the same bounds
MOST_LOST = 0.1  # share of blocks: without more of them the indices would be those of another function
NAMED = 3  # points that are told one by one


class Index(NamedTuple):
    """One measure of what a setting does to an output, with its bounds; None where it has none."""

    output: str
    setting: str
    measure: str
    value: float
    low: float | None
    high: float | None


class Sensitivity(NamedTuple):
    """The indices of all outputs, and what has to be said about them."""

    indices: list[Index]
    remarks: list[str]


class Rows(NamedTuple):
    """The runs of a study: settings by point, outputs by block, point of the block, replicate and output."""

    settings: dict[int, str]  # of the points that something is wrong with
    values: np.ndarray
    failed: np.ndarray


def sensitivity(study: Study, rows: Rows) -> Sensitivity:
    """Indices of each output, of its mean over the replicates of a point.

    Raises `ScenarioError` where a tenth of the blocks or more are lost.
    """
    measure = {"sobol": _sobol, "morris": _morris}[study.design]
    found = Sensitivity([], [])
    for number, output in enumerate(study.outputs):
        values = rows.values[..., number]
        odd = ~np.isfinite(values) & ~rows.failed
        kept = ~(odd | rows.failed).any(axis=(1, 2))
        if not kept.all():
            words = _wrong(rows, odd)
            if (~kept).mean() > MOST_LOST:
                raise ScenarioError(
                    f"{output}: {words}: {(~kept).sum():,} of {len(kept):,} blocks of points are lost, more than"
                    f" {MOST_LOST:.0%}; narrow the ranges to where the output exists, or take another output"
                )
            found.remarks.append(f"{output}: {words}; {(~kept).sum():,} of {len(kept):,} blocks of points are left out")
        means = values[kept].mean(axis=2)
        if np.ptp(means) == 0:
            found.remarks.append(f"{output}: is {means.flat[0]:g} at every point; no setting matters in these ranges")
            continue
        found.indices.extend(measure(study, output, means, kept))
    return found


def _sobol(study: Study, output: str, means: np.ndarray, _: np.ndarray) -> list[Index]:
    """First-order and total indices: parts of the variance owed to a setting alone, and with all others."""
    from SALib.analyze import sobol

    problem = {"num_vars": len(study.vary), "names": list(study.vary), "bounds": [[0.0, 1.0]] * len(study.vary)}
    result = sobol.analyze(problem, means.ravel(), False, RESAMPLES, CONFIDENCE, seed=LUCK)
    indices = []
    for measure, name in (("first_order", "S1"), ("total", "ST")):
        for setting, value, half in zip(study.vary, result[name], result[f"{name}_conf"], strict=True):
            indices.append(_index(output, setting, measure, value, half))
    return indices


def _morris(study: Study, output: str, means: np.ndarray, kept: np.ndarray) -> list[Index]:
    """Mean, mean size and spread of the change of an output per whole range of a setting."""
    from SALib.analyze import morris

    places = np.array(list(study.places())).reshape(len(kept), study.block, len(study.vary))[kept]
    problem = {
        "num_vars": len(study.vary),
        "names": list(study.vary),
        "bounds": [[0.0, 1.0]] * len(study.vary),
        "groups": None,
    }
    flat = places.reshape(-1, len(study.vary))
    result = morris.analyze(problem, flat, means.ravel(), RESAMPLES, CONFIDENCE, num_levels=LEVELS, seed=LUCK)
    indices = []
    for setting, mean, size, half, spread in zip(
        study.vary, result["mu"], result["mu_star"], result["mu_star_conf"], result["sigma"], strict=True
    ):
        indices.append(_index(output, setting, "mean_size", size, half))
        indices.append(_index(output, setting, "mean_effect", mean, NORMAL * spread / np.sqrt(len(places))))
        indices.append(Index(output, setting, "spread", float(spread), None, None))
    return indices


def _index(output: str, setting: str, measure: str, value: float, half: float) -> Index:
    return Index(output, setting, measure, float(value), float(value - half), float(value + half))


def _wrong(rows: Rows, odd: np.ndarray) -> str:
    """How many runs have no finite output or failed, and at which points."""
    parts = []
    for wrong, words in ((rows.failed, "failed"), (odd, "gave no finite number")):
        if not wrong.any():
            continue
        points = np.flatnonzero(wrong.any(axis=2).ravel()).tolist()
        named = "; ".join(f"point {point}: {rows.settings[point]}" for point in points[:NAMED])
        more = f"; and {len(points) - NAMED:,} more" if len(points) > NAMED else ""
        parts.append(f"{wrong.sum():,} of {wrong.size:,} runs {words} ({named}{more})")
    return " and ".join(parts)


def read_rows(folder: Path) -> tuple[Study, Rows]:
    """The study in a folder of `huzhu sweep` and its rows. Raises `ScenarioError` where it is not such a folder."""
    for name in ("study.toml", "runs.csv"):
        if not (folder / name).is_file():
            raise ScenarioError(f"{folder}: has no {name}; give the folder of a sweep that came to its end")
    study = parse_as(Study, read_toml(folder / "study.toml"), f"{folder / 'study.toml'}")
    if study.design not in ("sobol", "morris"):
        raise ScenarioError(f"{folder}: its design is '{study.design}'; sensitivity needs a 'sobol' or 'morris' one")
    values = np.full((study.size, study.replicates, len(study.outputs)), np.nan)
    failed, there = np.zeros(values.shape[:2], bool), np.zeros(values.shape[:2], bool)
    settings = {}
    with (folder / "runs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                place = int(row["point"]), int(row["seed"]) - study.seed
                failed[place], there[place] = row["status"] != DONE, True
                values[place] = [float(row[output] or "nan") for output in study.outputs]
            except (KeyError, ValueError, IndexError):
                raise ScenarioError(f"{folder}: runs.csv is not the table of study.toml; run the sweep again") from None
            if failed[place] or not np.isfinite(values[place]).all():
                settings[place[0]] = ", ".join(f"{path} = {_short(row[path])}" for path in study.vary)
    if not there.all():
        raise ScenarioError(f"{folder}: {(~there).sum():,} of {study.runs:,} runs are missing; finish the sweep first")
    blocks = (study.points or 1, study.block, study.replicates)
    return study, Rows(settings, values.reshape(*blocks, -1), failed.reshape(blocks))


def analyse(folder: Path, say: Callable[[str], object]) -> Sensitivity:
    """Read a sweep's folder, write sensitivity.csv and a figure into it; `say` hears the table."""
    study, rows = read_rows(folder)
    found = sensitivity(study, rows)
    say("\n".join([*_tables(study, found), *found.remarks]))
    with whole(folder / "sensitivity.csv") as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Index._fields)
        writer.writerows(found.indices)
    written = ["sensitivity.csv"]
    if found.indices:
        bars = [(each.output, each.setting, each.measure, each.value, each.low, each.high) for each in found.indices]
        footnote = f"{study.title}: {study.runs:,} runs, design {study.design}; bounds hold 95 of 100 times."
        written += [path.name for path in save(sensitivity_bars(bars, footnote), folder, "sensitivity")]
    say(f"\nWritten to {folder}: {', '.join(written)}")
    return found


def _tables(study: Study, found: Sensitivity) -> list[str]:
    """A table an output: a line a setting, a column a measure with its bounds."""
    width, lines = max(map(len, study.vary)), []
    for output in dict.fromkeys(each.output for each in found.indices):
        own = [each for each in found.indices if each.output == output]
        measures = list(dict.fromkeys(each.measure for each in own))
        lines.append(f"{output}\n{'setting':{width}}  " + "  ".join(f"{name:>30}" for name in measures))
        for setting in study.vary:
            cells = {each.measure: _cell(each) for each in own if each.setting == setting}
            lines.append(f"{setting:{width}}  " + "  ".join(f"{cells[name]:>30}" for name in measures))
        lines.append("")
    return lines


def _cell(index: Index) -> str:
    bounds = "" if index.low is None else f" [{index.low:.3g}, {index.high:.3g}]"
    return f"{index.value:.3g}{bounds}"


def _short(text: Any) -> str:
    """A number of the table in few digits, and text as it is."""
    try:
        return f"{float(text):.4g}"
    except ValueError:
        return str(text)
