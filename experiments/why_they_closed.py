"""Which plans close, when and why, and what changes that: contagion, the regulator, or the income from traffic?

Observers name four causes (mechanisms B2, B5, C1, D2): closings infect each other, the regulator frightens parents,
selling to members stops paying, the city plan takes the place of mutual aid. Here the whole market of 2016 to 2022 runs
as it is and with one cause taken out at a time, always with the same luck, and for several seeds.

Prediction: without the regulator the insurance-like product of JD lives on and small plans multiply; without contagion
closings lie further apart; without traffic income parents give up earlier; without the city plan little changes.

Found, with 300,000 persons and six seeds: the worth of customers and traffic decides. Without it 6.7 plans close in a
run, Xianghubao, Waterdrop and Qingsong among them; as it is, the one product that the regulator stops at once. Without
the regulator that lives on. Contagion and the city plan have nothing to take away: with these numbers, set by hand, all
other plans outlive January 2022, which the real ones did not. In two of five worlds of `plausible.py` a wave comes.
"""

import json
import sys
from typing import Any

import pandas as pd
from matplotlib.dates import DateFormatter, YearLocator
from matplotlib.figure import Figure

from abm import Study, load
from abm.figures.style import drawing, save
from abm.mechanisms import off
from abm.platforms.closing import ClosingKind
from abm.runs.outputs import CLOSINGS, ENDS
from abm.runs.results import results_folder
from abm.study.experiment import Experiment, conduct
from abm.study.summary import write_record

CASE = "market"
SCENARIO = load(CASE)
PLANS = list(SCENARIO.platform)
WITH_PARENT = [name for name, terms in SCENARIO.platform.items() if terms.parent]
CITY_PLANS = [name for name, product in SCENARIO.insurance.products.items() if product.sponsored]
MARKERS = {ClosingKind.ACTIVE: "o", ClosingKind.PASSIVE: "s", ClosingKind.ORDERED: "^", ClosingKind.FLIGHT: "x"}

# What is taken out, by the numbers that switch it off.
WORLDS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "no contagion": off("B5", WITH_PARENT)
    | {f"owner.{name}.{shared}": 0.0 for name in SCENARIO.owner for shared in ("trust_shared", "name_shared")},
    "no regulator": off("C1"),
    "no traffic income": off("D1", PLANS, "cross-selling")
    | {f"platform.{name}.parent.customer_value": 0.0 for name in WITH_PARENT},
    "no city plan": {f"insurance.{name}.reach": 0.0 for name in CITY_PLANS},
}


def study(persons: int, seeds: int) -> Study:
    """Histories of the market as it is and with one cause taken out at a time."""
    return Study(
        title="why they closed",
        scenario=CASE,
        persons=persons,
        design="cases",
        cases=tuple(WORLDS.values()),
        replicates=seeds,
        outputs=(CLOSINGS, ENDS),
    )


def closings(world: str, seed: int, ends: str) -> pd.DataFrame:
    """A row for each closing that was announced."""
    columns = ["world", "seed", "platform", "announced", "kind", "members_m", "reason"]
    rows = [end | {"world": world, "seed": seed, "members_m": end["members"] / 1e6} for end in json.loads(ends)]
    return pd.DataFrame(rows, columns=columns)


@drawing()
def draw(table: pd.DataFrame, persons: int, seeds: int) -> Figure:
    """Closings on a line of time, a row a world; the marker is the kind, its size the members."""
    figure = Figure(figsize=(9, 5), dpi=150)
    panel = figure.subplots()
    told: set[str] = set()
    for place, world in enumerate(WORLDS):
        for kind, marker in MARKERS.items():
            rows = table[(table["world"] == world) & (table["kind"] == kind)]
            height = -place + (rows["seed"] - (seeds + 1) / 2) / (seeds + 1) * 0.7
            sizes = 12 + 40 * rows["members_m"] ** 0.5
            look = {"facecolors": "none", "edgecolors": "black"} if marker != "x" else {"color": "black"}
            label = kind if kind not in told and len(rows) else None
            told |= {kind} if len(rows) else set()
            panel.scatter(pd.to_datetime(rows["announced"]), height, s=sizes, marker=marker, label=label, **look)
    panel.set_yticks([-place for place in range(len(WORLDS))], labels=list(WORLDS))
    panel.set_title("When do plans announce their end?", loc="left")
    panel.xaxis.set_major_locator(YearLocator())
    panel.xaxis.set_major_formatter(DateFormatter("%Y"))
    panel.grid(axis="x", color="#dddddd", lw=0.6)
    panel.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1), markerscale=0.7, title="closing")
    panel.spines[["top", "right"]].set_visible(False)
    figure.subplots_adjust(left=0.16, right=0.86, bottom=0.1)
    footnote = (
        f"Simulation: {persons:,} persons; a line a seed, {seeds} in all. Area grows with the members then inside."
    )
    figure.text(0.01, 0.01, footnote, fontsize=7)
    return figure


def summary(table: pd.DataFrame, seeds: int) -> pd.DataFrame:
    """For each world, over so many seeds: how many plans closed, when in the median, and how far apart."""
    lines = {}
    for world in WORLDS:
        rows = table[table["world"] == world]
        days = pd.to_datetime(rows["announced"])
        by_seed = days.groupby(rows["seed"])
        apart = by_seed.apply(lambda each: each.sort_values().diff().dt.days.median())
        lines[world] = {
            "closings a run": f"{len(rows) / seeds:.1f}",
            **{str(kind): int((rows["kind"] == kind).sum()) for kind in MARKERS if kind != ClosingKind.FLIGHT},
            "median day": days.median().date() if len(days) else "-",
            "days apart": f"{apart.mean():.0f}" if len(days) and apart.notna().any() else "-",
        }
    return pd.DataFrame(lines).T


def answer(asked: Experiment) -> None:
    """Run all histories, print the tables, write tables and figure."""
    persons, seeds = (20_000, 1) if asked.quick else (300_000, 6)
    one = study(persons, seeds)
    with asked.swept(one) as progress, results_folder(asked.out) as folder:
        worlds, found = list(WORLDS), progress.store.results(one)
        tables = [closings(worlds[number], seed, result.outputs[ENDS]) for number, _, seed, result in found]
        table = pd.concat([each for each in tables if len(each)] or tables[:1], ignore_index=True)
        table.to_csv(folder / "closings.csv", index=False, float_format="%.4g", lineterminator="\n")
        write_record(one, progress.store, folder, asked.made_by, {})
        short = summary(table, seeds)
        short.to_csv(folder / "table.csv", lineterminator="\n")
        save(draw(table, persons, seeds), folder, "closings")
    print(short.to_string())


if __name__ == "__main__":
    sys.exit(conduct("why_they_closed", __doc__, answer))
