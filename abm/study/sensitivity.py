"""Which setting matters: Sobol indices and Morris's elementary effects of the outputs of a finished sweep.

A sample of either kind comes in blocks of points between which one setting changes at a time. A block in which a run
failed or an output is not a finite number tells nothing; it is left out whole, and said to be. So is an output of which
too few blocks are left; the others are told without it.
"""

import csv
import math
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from abm.errors import StudyError
from abm.figures.style import save
from abm.files import read_toml, whole
from abm.scenario.files import parse_as
from abm.study.axis import Settings
from abm.study.design import LEVELS
from abm.study.pictures import sensitivity_bars
from abm.study.study import Study
from abm.study.worker import DONE

CONFIDENCE, NORMAL = 0.95, 1.959964  # of all bounds, and the quantile of the normal distribution that goes with it
RESAMPLES = 500  # of the blocks, for the bounds: a bound is then known to about 3 %
AT_ONCE = 2_000_000  # blocks resampled at once: SALib holds some eight numbers for each, 130 megabytes together
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
    """The runs of a study: outputs by block, point of the block, replicate and output; and which runs failed."""

    values: np.ndarray
    failed: np.ndarray


def sensitivity(study: Study, rows: Rows) -> Sensitivity:
    """Indices of each output, of its mean over the replicates of a point.

    An output of which more than a tenth of the blocks are lost is left out, and said to be. Raises `StudyError` where
    no output is left.
    """
    measure = {"sobol": _sobol, "morris": _morris}[study.design]
    found, lost = Sensitivity([], []), []
    for number, output in enumerate(study.numbers):
        values = rows.values[..., number]
        odd = ~np.isfinite(values) & ~rows.failed
        kept = ~(odd | rows.failed).any(axis=(1, 2))
        if not kept.all():
            words = _wrong(study, rows.failed, odd)
            if (~kept).mean() > MOST_LOST:
                lost.append(
                    f"{output}: {words}: {(~kept).sum():,} of {len(kept):,} blocks of points are lost, more than"
                    f" {MOST_LOST:.0%}; narrow the ranges to where the output exists, or take another output"
                )
                continue
            found.remarks.append(f"{output}: {words}; {(~kept).sum():,} of {len(kept):,} blocks of points are left out")
        means = values[kept].mean(axis=2)
        if np.ptp(means) == 0:
            found.remarks.append(f"{output}: is {means.flat[0]:g} at every point; no setting matters in these ranges")
            continue
        found.indices.extend(measure(study, output, means, kept))
    if len(lost) == len(study.numbers):
        raise StudyError("\n".join(lost))
    found.remarks.extend(f"left out: {line}" for line in lost)
    return found


def _sobol(study: Study, output: str, means: np.ndarray, _: np.ndarray) -> list[Index]:
    """First-order and total indices: parts of the variance owed to a setting alone, and with all others."""
    from SALib.analyze import sobol

    problem = {"num_vars": len(study.vary), "names": list(study.vary), "bounds": [[0.0, 1.0]] * len(study.vary)}

    def analyse(resamples: int, seed: int) -> Any:
        return sobol.analyze(problem, means.ravel(), False, resamples, CONFIDENCE, seed=seed)

    result = _in_parts(analyse, len(means), ("S1_conf", "ST_conf"))
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

    def analyse(resamples: int, seed: int) -> Any:
        return morris.analyze(problem, flat, means.ravel(), resamples, CONFIDENCE, num_levels=LEVELS, seed=seed)

    result = _in_parts(analyse, len(places), ("mu_star_conf",))
    indices = []
    for setting, mean, size, half, spread in zip(
        study.vary, result["mu"], result["mu_star"], result["mu_star_conf"], result["sigma"], strict=True
    ):
        indices.append(_index(output, setting, "mean_size", size, half))
        indices.append(_index(output, setting, "mean_effect", mean, NORMAL * spread / np.sqrt(len(places))))
        indices.append(Index(output, setting, "spread", float(spread), None, None))
    return indices


def _in_parts(analyse: Callable[[int, int], Any], blocks: int, bounds: tuple[str, ...]) -> dict[str, Any]:
    """What an analysis finds, resampled so many times at once that memory stays bounded; `bounds` pooled over parts."""
    resamples = max(2, min(RESAMPLES, AT_ONCE // blocks))
    parts = [analyse(resamples, LUCK + part) for part in range(math.ceil(RESAMPLES / resamples))]
    pooled = {name: np.sqrt(np.mean([np.square(part[name]) for part in parts], axis=0)) for name in bounds}
    return {name: parts[0][name] for name in parts[0]} | pooled


def _index(output: str, setting: str, measure: str, value: float, half: float) -> Index:
    return Index(output, setting, measure, float(value), float(value - half), float(value + half))


def _wrong(study: Study, failed: np.ndarray, odd: np.ndarray) -> str:
    """How many runs have no finite output or failed, and at which points."""
    parts = []
    for wrong, words in ((failed, "failed"), (odd, "gave no finite number")):
        if not wrong.any():
            continue
        points = np.flatnonzero(wrong.any(axis=2).ravel()).tolist()
        settings = [(point, next(islice(study.point_list(), point, None))) for point in points[:NAMED]]
        named = "; ".join(f"point {point}: {_settings(values)}" for point, values in settings)
        more = f"; and {len(points) - NAMED:,} more" if len(points) > NAMED else ""
        parts.append(f"{wrong.sum():,} of {wrong.size:,} runs {words} ({named}{more})")
    return " and ".join(parts)


def read_rows(folder: Path) -> tuple[Study, Rows]:
    """The study in a folder of `huzhu sweep` and its rows. Raises `StudyError` where it is not such a folder."""
    for name in ("study.toml", "runs.csv"):
        if not (folder / name).is_file():
            raise StudyError(f"{folder}: has no {name}; give the folder of a sweep that came to its end")
    study = parse_as(Study, read_toml(folder / "study.toml"), f"{folder / 'study.toml'}", StudyError)
    if study.design not in ("sobol", "morris"):
        raise StudyError(f"{folder}: its design is '{study.design}'; sensitivity needs a 'sobol' or 'morris' one")
    values = np.full((study.size, study.replicates, len(study.numbers)), np.nan)
    failed, there = np.zeros(values.shape[:2], bool), np.zeros(values.shape[:2], bool)
    with (folder / "runs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                place = int(row["point"]), int(row["seed"]) - study.seed
                failed[place], there[place] = row["status"] != DONE, True
                values[place] = [_number(row[output]) for output in study.numbers]
            except (KeyError, ValueError, IndexError):
                raise StudyError(f"{folder}: runs.csv is not the table of study.toml; run the sweep again") from None
    if not there.all():
        raise StudyError(f"{folder}: {(~there).sum():,} of {study.runs:,} runs are missing; finish the sweep first")
    blocks = (study.points or 1, study.block, study.replicates)
    return study, Rows(values.reshape(*blocks, -1), failed.reshape(blocks))


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


def _number(text: str) -> float:
    """A value of the table; not a number where there is none, or a text."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _settings(point: Settings) -> str:
    """The settings of a point: numbers in few digits, all else as it is."""
    shown = {path: f"{value:.4g}" if isinstance(value, float) else f"{value}" for path, value in point.items()}
    return ", ".join(f"{path} = {value}" for path, value in shown.items())
