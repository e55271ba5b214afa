"""The course of `huzhu compare`: facts are laid on a forecast, scored beside the references, told and written."""

import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from abm.errors import FileError, named
from abm.files import DATA, digest_of
from abm.observation.columns import TABLE_WIDTH, aligned
from abm.runs.results import PROVENANCE, results_folder
from abm.runs.run import installed
from abm.sources import commit
from abm.study.forecast.folder import Forecast, read
from abm.study.forecast.lives import of_lives
from abm.study.forecast.observed import Left, Observed, read_facts
from abm.study.forecast.references import REFERENCES, refer
from abm.study.forecast.scores import BANDS, of_all_three, of_numbers, require_scores, skill
from abm.version import VERSION

KNOWN_FACTS = DATA / "facts.csv"  # of before the forecast
ALL = "all"
SHORT = {"last value": "last", "trend of 2020": "trend", "static pool": "pool"}  # heads of columns


class Comparison(NamedTuple):
    """Rows of scores: of facts, by quantity, of members, share and aid together, of plans by month, of plans."""

    facts: pd.DataFrame
    quantities: pd.DataFrame
    together: pd.DataFrame
    lives: pd.DataFrame
    plans: pd.DataFrame
    left: list[Left]


def scored(forecast: Forecast, path: Path, known: Sequence[Observed] = ()) -> Comparison:
    """All scores of a forecast by the facts in a file; references start from what was `known`, there or besides.

    Raises `DataError` or `FileError` where the file cannot be read.
    """
    runs = forecast.ensemble
    facts = read_facts(path, runs)
    references = {
        name: refer(reference, forecast.history, forecast.scenario, runs, [*known, *facts.known])
        for name, reference in REFERENCES.items()
    }
    rows, silent = of_numbers(runs, references, facts)
    lives, plans = of_lives(runs, forecast.history, facts.endings)
    together = of_all_three(runs, references, facts)
    of_facts, of_quantities = pd.DataFrame(rows), pd.DataFrame(by_quantity(rows))
    of_plans = pd.DataFrame(lives), pd.DataFrame(plans)
    return Comparison(of_facts, of_quantities, pd.DataFrame(together), *of_plans, [*facts.left, *silent])


def by_quantity(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row a quantity, and one for all: mean scores by the scale, skill, and how many facts the bands hold.

    Facts without a scale, as of a plan that paid nothing yet, are in no mean: errors in persons or yuan would drown it.
    """
    names = list(dict.fromkeys(row["quantity"] for row in rows))
    found = []
    for name in [*names, ALL] if names else []:
        own = [row for row in rows if name in (ALL, row["quantity"])]
        sizes = np.array([row["scale"] for row in own])
        errors = np.array([row["crps"] for row in own]) / sizes
        line: dict[str, Any] = {"quantity": name, "facts": len(own), "with_scale": int((~np.isnan(sizes)).sum())}
        line["crps"] = _mean(errors)
        for band in BANDS:
            line[f"interval_score_{band}"] = _mean(np.array([row[f"interval_score_{band}"] for row in own]) / sizes)
        for reference in REFERENCES:
            others = np.array([row[f"crps {reference}"] for row in own]) / sizes
            there = ~np.isnan(others)
            line[f"crps {reference}"] = _mean(others)
            line[f"skill {reference}"] = skill(float(errors[there].sum()), float(others[there].sum()))
        exact = [row for row in own if not row["bound"]]
        line["exact"] = len(exact)
        for band in BANDS:
            line[f"inside_{band}"] = int(sum(row[f"inside_{band}"] for row in exact))
        found.append(line)
    return found


def _mean(values: np.ndarray) -> float:
    """The mean of the values that there are; not a number where there is none."""
    there = values[~np.isnan(values)]
    return float(there.mean()) if there.size else math.nan


def compare(path: Path, folder: Path, out: Path, say: Callable[[str], object]) -> Comparison:
    """Score the forecast in a folder by the facts in a file, and write the tables; `say` hears them.

    Raises a `HuzhuError` where one of them cannot be read, or the package of the scores is not installed.
    """
    require_scores()
    forecast = read(folder)
    if out.resolve() == folder.resolve():  # its provenance would be overwritten
        raise FileError(f"--out {out}: is the folder of the forecast; give another, as {folder / 'scores'}")
    found = scored(forecast, path, read_facts(KNOWN_FACTS, forecast.ensemble).known)
    record = {
        "program": f"huzhu {VERSION}",
        "commit": commit(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "persons": forecast.provenance.get("persons"),
        "seed": forecast.provenance.get("seed"),
        "facts": {"file": str(path), "sha256": digest_of(path)},
        "known": {"file": KNOWN_FACTS.name, "sha256": digest_of(KNOWN_FACTS)},
        "forecast": {name: forecast.provenance.get(name) for name in ("commit", "started", "ensemble")},
        "packages": {name: installed(name) for name in ("numpy", "scipy", "scoringrules")},
    }
    with results_folder(out) as staging:
        left = pd.DataFrame(found.left, columns=list(Left._fields))
        tables = {"scores": found.facts, "by_quantity": found.quantities, "together": found.together}
        for name, table in (tables | {"survival": found.lives, "brier": found.plans, "left_out": left}).items():
            table.to_csv(staging / f"{name}.csv", index=False, float_format="%.7g", lineterminator="\n")
        (staging / PROVENANCE).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written = sorted(each.name for each in staging.iterdir())
    say("\n".join([*told(found), "", f"Written to {out}: {', '.join(written)}"]))
    return found


def told(found: Comparison) -> list[str]:
    """The scores for a terminal."""
    lines: list[str] = []
    short = [SHORT.get(name, name) for name in REFERENCES]
    if len(found.facts):
        head = ("quantity", "facts", "CRPS", *short, *(f"in {band} %" for band in BANDS))
        rows = [
            (
                str(row["quantity"]), f"{row['facts']}", "-" if math.isnan(row["crps"]) else f"{row['crps']:.3g}",
                *(_skill(row[f"skill {name}"]) for name in REFERENCES),
                *(f"{row[f'inside_{band}']}/{row['exact']}" for band in BANDS),
            )
            for row in found.quantities.to_dict("records")
        ]  # fmt: skip
        lines += ["Skill against references, by CRPS in units of the value at the end of 2020", ""]
        lines += aligned([head, *rows], numbers=tuple(range(1, len(head))))
    if len(found.together):
        mean = found.together["energy_score"].mean()
        parts = (f"{SHORT.get(name, name)} {_skill(_joint_skill(found.together, name))}" for name in REFERENCES)
        words = f"Members, share and aid together, {len(found.together)} half-months: energy score {mean:.3g}; skill:"
        lines += ["", words, f"  {', '.join(parts)}"]
    if len(found.plans):
        head = ("plan", "what", "months", "Brier", "last", "trend")
        rows = [
            (
                row["platform"], row["what"], f"{row['times']}", f"{row['brier']:.3f}",
                *(_skill(row.get(f"skill {name}", math.nan)) for name in ("last value", "trend of 2020")),
            )
            for row in found.plans.to_dict("records")
        ]  # fmt: skip
        lines += ["", "Does the plan go on? By month, with the skill against references", ""]
        lines += aligned([head, *rows], numbers=(2, 3, 4, 5))
    if not lines:
        lines = ["No fact of the time that is forecast."]
    if found.left:
        lines += ["", f"Left out, {len(found.left)} rows (all in left_out.csv):"]
        reasons = Counter(each.reason for each in found.left)
        for reason, times in reasons.most_common():
            ids = ", ".join(named(each.id) for each in found.left if each.reason == reason)
            lines.append(f"  {times}: {reason}: {ids}"[:TABLE_WIDTH])
    return lines


def _joint_skill(together: pd.DataFrame, name: str) -> float:
    """The skill by the sums of energy scores, where the reference has one."""
    there = together.dropna(subset=[f"energy_score {name}"])
    return skill(float(there["energy_score"].sum()), float(there[f"energy_score {name}"].sum()))


def _skill(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}" if value > -10 else "< -10"
