"""How many simulated persons are enough?

Critical illness is rare. Where the case of a simulated person stands for all whom they stand for, a sample sees a
handful of cases, shares jump between nothing and several times their mean, and people leave because of a number that
nobody in the real world was ever shown (mechanism A2, misread). *Fellows* fall ill one by one instead
(`abm.persons.fellows`). Here the same world of 829 million people is simulated with three thousand to three million
persons (ten million with --full), with fellows and without, with many seeds where runs are small: Xianghubao's terms,
no regulator, no closing. And a truly small nation of 300,000 is simulated whole and as samples, without a cap on what a
case may cost members: its spirals are real.

Prediction: with fellows the noise of a share and the leavers do not depend on the number of persons, and no run loses
half its members; without them both fall with it, and small samples spiral. The small nation spirals whole and sampled.

Found as predicted. With fellows a share of 2021 jumps by 1.6 to 1.8 % at every size, the nation's own chance being
1.9 %; 0.8 of a hundred members leave in a year at every size (standard errors 0.09 at three thousand persons, 0.02 at
three million); no run loses half of its members. What is left of sampling is a level: between seeds the shares of
2021 differ by 6, 2, 1.4 and 0.7 % at 3, 10, 30 and 100 thousand persons. Without fellows no case comes up among three
thousand persons; a share jumps by one to three times its mean from ten thousand to a hundred thousand, by 45 % at a
million and 24 % at three; 12, 54, 66, 13, 3 and 1.6 of a hundred leave from ten thousand persons on; and of runs of
thirty to a hundred thousand every second loses half of its members. The nation of 300,000 loses 31 of a hundred a
year simulated whole (standard error 5), and 33, 35 and 29 at one person for 3, 10 and 30.
"""

import sys
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from abm import Study, run_study
from abm.clock import collection_date, half_month
from abm.figures.style import drawing, save
from abm.mechanisms import off
from abm.runs.results import results_folder
from abm.study.experiment import Experiment, conduct, require_done
from abm.study.progress import StudyProgress
from abm.study.summary import write_record
from abm.study.sweep import processes
from abm.study.worker import DONE

PLATFORM = "xianghubao"
ALIKE: dict[str, Any] = {
    "supervision.policy": "laissez_faire",
    f"platform.{PLATFORM}.closing_rules": [],
    f"platform.{PLATFORM}.minimum_members": 0,
    **off("B16", [PLATFORM]),
    **off("B11", [PLATFORM]),
}
SMALL = 300_000  # people
FEW: dict[str, Any] = {"people.population": SMALL, f"platform.{PLATFORM}.case_cap": 1e3}  # a case costs what it costs
# The year over which the noise of a share is measured: it is level then, and every period has claims.
YEAR = [collection_date(period) for period in range(half_month(date(2021, 1, 14)), half_month(date(2021, 12, 28)) + 1)]
SHARES = tuple(f"{PLATFORM}.share:{day}" for day in YEAR)
CHANCE = f"{PLATFORM}.share_noise:{YEAR[12]}"
SERIES = ("left:mean", "members:mean", "members:max", "members:last", "aided:sum", "relative_risk:last")
OUTPUTS = (*(f"{PLATFORM}.{series}" for series in SERIES), CHANCE, *SHARES)


class World(NamedTuple):
    """A world to simulate at several sizes: a name, what makes it, and seeds by the number of persons."""

    name: str
    changes: Mapping[str, Any]
    sizes: Mapping[int, int]


FELLOWS, SAMPLED, SMALL_NATION = "with fellows", "without fellows", "a nation of 300,000"
MANY = {3_000: 24, 10_000: 24, 30_000: 24, 100_000: 12, 300_000: 6, 1_000_000: 4, 3_000_000: 3}
WORLDS = (
    World(FELLOWS, {}, MANY),
    World(SAMPLED, {"people.fellows": False}, MANY),
    World(SMALL_NATION, FEW, {10_000: 24, 30_000: 16, 100_000: 12, SMALL: 8}),
)
QUICK = (
    World(FELLOWS, {}, {3_000: 3, 10_000: 2}),
    World(SAMPLED, {"people.fellows": False}, {3_000: 3, 10_000: 2}),
    World(SMALL_NATION, FEW, {3_000: 2, 10_000: 2}),
)
FULL = {10_000_000: 2}


def study(world: World, sizes: Mapping[int, int], seeds: int) -> Study:
    """A world simulated with numbers of persons."""
    return Study(
        title="scale",
        changes=ALIKE,
        design="cases",
        cases=tuple({**world.changes, "people.persons": persons} for persons in sizes),
        outputs=OUTPUTS,
        replicates=seeds,
    )


def runs(worlds: tuple[World, ...], progress: StudyProgress, workers: int) -> pd.DataFrame:
    """A row a run, of all worlds and sizes."""
    rows = []
    progress.needed(sum(sum(world.sizes.values()) for world in worlds))
    with processes(workers) as pool:
        for world in worlds:
            for persons, seeds in world.sizes.items():
                one = study(world, {persons: seeds}, seeds)
                run_study(one, progress.store, pool, workers=workers, on_result=progress.on_result)
                for _, _, seed, result in progress.store.results(one):
                    row = {"world": world.name, "persons": persons, "seed": seed, "status": result.status}
                    rows.append(row | measures(result.outputs))
    progress.bar.close()
    require_done(progress.store)
    return pd.DataFrame(rows)


def measures(outputs: Mapping[str, Any]) -> dict[str, float]:
    """What is measured of a run.

    Noise of a share: its jumps from period to period, over root two, over its mean. The largest is left out, for it may
    be the period in which more investigators begin.
    """
    if not outputs:
        return {}
    found = {name: float(outputs[f"{PLATFORM}.{name}"]) for name in SERIES}
    shares = np.array([outputs[name] for name in SHARES], float)
    jumps = np.diff(shares)
    jumps = np.delete(jumps, np.abs(jumps).argmax())
    return {
        "noise": float(jumps.std() / np.sqrt(2) / shares.mean()) if shares.any() else float("nan"),
        "chance": float(outputs[CHANCE]),
        "leaving": 100 * 24 * found["left:mean"] / found["members:mean"],
        "kept": found["members:last"] / found["members:max"],
        "members_million": found["members:max"] / 1e6,
        "aided": found["aided:sum"],
        "share_2021": float(shares.sum()),
        "relative_risk": found["relative_risk:last"],
    }


def by_size(table: pd.DataFrame) -> pd.DataFrame:
    """Means over seeds by world and persons, with standard errors, and how many runs lost half of their members."""
    groups = table.assign(lost_half=table["kept"] < 0.5).groupby(["world", "persons"], sort=False)
    found: dict[str, Any] = {"seeds": groups.size()}
    for name in ("noise", "leaving", "members_million", "aided", "share_2021", "relative_risk"):
        found[name], found[f"{name}_error"] = groups[name].mean(), groups[name].sem()
    found["share_2021_spread"] = groups["share_2021"].std() / groups["share_2021"].mean()
    found["chance"], found["lost_half"] = groups["chance"].mean(), groups["lost_half"].mean()
    return pd.DataFrame(found)


LOOKS = {
    FELLOWS: {"marker": "o", "color": "#0072b2", "mfc": "#0072b2", "ls": "-"},
    SAMPLED: {"marker": "s", "color": "#d55e00", "mfc": "white", "ls": "--"},
    SMALL_NATION: {"marker": "D", "color": "black", "mfc": "white", "ls": ":"},
}


@drawing()
def draw(table: pd.DataFrame, found: pd.DataFrame) -> Figure:
    """Noise of a share and leavers by persons simulated, of the nation with fellows and without; every run is a dot."""
    figure = Figure(figsize=(8, 7.5), dpi=150, layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    for world in (SAMPLED, FELLOWS):
        _points(upper, table, found, world, "noise")
        _points(lower, table, found, world, "leaving")
    largest = found.loc[FELLOWS].iloc[-1]
    upper.axhline(largest["chance"], color="black", lw=1, ls=":", label="the nation's own chance")
    lower.axhline(largest["leaving"], color="black", lw=1, ls=":", label=f"{found.loc[FELLOWS].index[-1]:,} persons")
    upper.set_title("Does the number of persons simulated show?", loc="left", fontweight="bold")
    upper.set_ylabel("noise of a share in 2021, over its mean")
    upper.set_yscale("log")
    lower.set_ylabel("leavers a year, of 100 members")
    lower.set_ylim(0)
    lower.set_xlabel("persons simulated, of 829 million")
    return _finished(figure, (upper, lower))


@drawing()
def draw_small(table: pd.DataFrame, found: pd.DataFrame) -> Figure:
    """Leavers of the small nation by persons simulated."""
    figure = Figure(figsize=(8, 4), dpi=150, layout="constrained")
    panel = figure.subplots()
    _points(panel, table, found, SMALL_NATION, "leaving")
    whole = found.loc[SMALL_NATION, "leaving"].iloc[-1]
    panel.axhline(whole, color="black", lw=1, ls=":", label="the nation whole")
    panel.set_title("Does a truly small nation spiral, whole and sampled?", loc="left", fontweight="bold")
    panel.set_ylabel("leavers a year, of 100 members")
    panel.set_ylim(0)
    panel.set_xlabel(f"persons simulated, of {SMALL:,}")
    return _finished(figure, (panel,))


def _points(panel: Axes, table: pd.DataFrame, found: pd.DataFrame, world: str, measure: str) -> None:
    mine, look = table[table["world"] == world], LOOKS[world]
    panel.scatter(
        mine["persons"], mine[measure], s=7, marker=look["marker"], fc="none", ec=look["color"], lw=0.4, alpha=0.6
    )
    means = found.loc[world]
    bounds = 1.96 * means[f"{measure}_error"].fillna(0)
    panel.errorbar(means.index, means[measure], yerr=bounds, capsize=3, label=f"{world}: mean, 95 % bounds", **look)


def _finished(figure: Figure, panels: tuple[Axes, ...]) -> Figure:
    for panel in panels:
        panel.set_xscale("log")
        panel.spines[["top", "right"]].set_visible(False)
        panel.legend(frameon=False, fontsize=9)
    source = "A dot is a run. Simulated: Xianghubao's terms, no regulator, no closing; huzhu, experiments/scale.py"
    figure.supxlabel(source, fontsize=7, color="#6e6e6e", x=0.01, ha="left")
    return figure


def answer(asked: Experiment) -> None:
    """Run all sizes of all worlds, print the table, write table and figures."""
    worlds = QUICK if asked.quick else WORLDS
    if asked.full:
        worlds = (*(world._replace(sizes={**world.sizes, **FULL}) for world in worlds[:2]), worlds[2])
    smallest, seeds = next(iter(worlds[0].sizes.items()))
    first = study(worlds[0], {smallest: seeds}, seeds)
    with asked.at_work("all", first) as progress, results_folder(asked.out) as folder:
        table = runs(worlds, progress, asked.workers)
        found = by_size(table)
        done = int((table["status"] == DONE).sum())
        sizes = worlds[0].sizes
        more = {"persons": max(sizes), "runs": len(table), "done": done, "failed": len(table) - done}
        whole = study(worlds[0], sizes, max(sizes.values()))
        write_record(whole, progress.store, folder, asked.made_by, more)
        table.to_csv(folder / "runs.csv", index=False, float_format="%.6g", lineterminator="\n")
        found.to_csv(folder / "table.csv", float_format="%.6g", lineterminator="\n")
        save(draw(table, found), folder, "leavers")
        save(draw_small(table, found), folder, "small_nation")
    print(found.to_string(float_format=lambda value: f"{value:.3g}"))


if __name__ == "__main__":
    sys.exit(conduct("scale", __doc__, answer, full="ten million persons too: minutes and a few gigabytes"))
