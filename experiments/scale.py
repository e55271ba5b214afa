"""Which spirals are artefacts of small samples?

Critical illness is rare. Where few persons are simulated a single case stands for thousands, shares jump between
nothing and several times their mean, and people leave because of a number that nobody in the real world was ever
shown (mechanism A2, misread). Here the same world of 829 million people is simulated with a thousand to three million
persons (ten million with --full), with many seeds where runs are small: Xianghubao's terms, no regulator, no closing.

Prediction: leaving falls with the number of persons towards that of the real world, and what is above it, the
leaving that noise causes, falls about as one over the number simulated, as the variance of a share does.

Found: the prediction fails at the small end. Leaving first rises, from 7 of a hundred members a year at a thousand
persons, where most runs never see a case, to 57 at 30,000, and only then falls: 48, 24, 7 and 4 at 0.1, 0.3, 1 and 3
million (standard errors 4, 3, 0.6 and 0.1), faster than one over the number from 0.3 to 1 million. One run in six with
up to 30,000 persons, and one of twelve with 100,000, lost more than half of its members; none from 300,000 on. The
measure is the largest size, which has noise of its own, so what noise causes is understated.
"""

import sys
from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from abm import Study, run_study
from abm.figures.style import save
from abm.runs.results import results_folder
from abm.study.experiment import Experiment, conduct, require_done
from abm.study.progress import StudyProgress
from abm.study.summary import write_record
from abm.study.sweep import processes
from abm.study.worker import DONE

PLATFORM = "xianghubao"
SIZES = {
    1_000: 64,
    3_000: 48,
    10_000: 32,
    30_000: 24,
    100_000: 12,
    300_000: 6,
    1_000_000: 4,
    3_000_000: 2,
}  # persons: seeds
QUICK = {1_000: 6, 10_000: 4, 100_000: 2}
FULL = {10_000_000: 1}
SERIES = ("left:mean", "members:mean", "members:max", "members:last", "share_noise:mean", "relative_risk:last")
CHANGES = {
    "supervision.policy": "laissez_faire",
    f"platform.{PLATFORM}.closing_rules": [],
    f"platform.{PLATFORM}.minimum_members": 0,
}


def study(sizes: Iterable[int], seeds: int) -> Study:
    """The world simulated with a number of persons."""
    return Study(
        title="scale",
        changes=CHANGES,
        design="cases",
        cases=tuple({"people.persons": persons} for persons in sizes),
        outputs=tuple(f"{PLATFORM}.{series}" for series in SERIES),
        replicates=seeds,
    )


def runs(sizes: dict[int, int], progress: StudyProgress, workers: int) -> pd.DataFrame:
    """A row a run, of all sizes."""
    rows = []
    progress.needed(sum(sizes.values()))
    with processes(workers) as pool:
        for persons, seeds in sizes.items():
            one = study([persons], seeds)
            run_study(one, progress.store, pool, workers=workers, on_result=progress.on_result)
            for _, _, seed, result in progress.store.results(one):
                found = {name.removeprefix(f"{PLATFORM}."): value for name, value in result.outputs.items()}
                rows.append({"persons": persons, "seed": seed, "status": result.status} | found)
    progress.bar.close()
    require_done(progress.store)
    return pd.DataFrame(rows)


def by_size(table: pd.DataFrame) -> pd.DataFrame:
    """Leavers a year of a hundred members by persons simulated, and those whom noise causes."""
    leaving = 100 * 24 * table["left:mean"] / table["members:mean"]  # of a mean half-month, over a year
    kept = table["members:last"] / table["members:max"]
    table = table.assign(leaving=leaving, lost_half=kept < 0.5, kept=kept)
    groups = table.groupby("persons")
    found = pd.DataFrame({
        "seeds": groups.size(),
        "share_noise": groups["share_noise:mean"].mean(),
        "leavers_a_year_per_100": groups["leaving"].mean(),
        "error": groups["leaving"].sem(),
        "kept": groups["kept"].mean(),
        "kept_spread": groups["kept"].std(),
        "runs_that_lost_half": groups["lost_half"].mean(),
    })  # fmt: skip
    largest = found.iloc[-1]
    found["by_noise"] = found["leavers_a_year_per_100"] - largest["leavers_a_year_per_100"]
    found["by_noise_error"] = np.hypot(found["error"], largest["error"])
    found.loc[found.index[-1], ["by_noise", "by_noise_error"]] = np.nan  # the measure of the others
    return found


def draw(table: pd.DataFrame, found: pd.DataFrame) -> Figure:
    """Leavers by persons simulated, every run as a dot; and below what noise adds, on logarithmic axes."""
    figure = Figure(figsize=(8, 7), dpi=150, layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    leaving = 100 * 24 * table["left:mean"] / table["members:mean"]
    upper.scatter(table["persons"], leaving, s=8, facecolor="none", edgecolor="#6e6e6e", lw=0.6, label="a run")
    means, errors = found["leavers_a_year_per_100"], 1.96 * found["error"].fillna(0)
    upper.errorbar(found.index, means, yerr=errors, fmt="o-", color="black", capsize=3, label="mean, 95 % bounds")
    upper.axhline(means.iloc[-1], color="black", ls=":", lw=1, label=f"{found.index[-1]:,} persons")
    upper.set_title("Which leaving is an answer to noise?", loc="left", fontweight="bold")
    upper.set_ylabel("leavers a year, of 100 members")
    upper.set_ylim(0)
    noise = found["by_noise"].iloc[:-1]
    shown = noise > 0
    bounds = 1.96 * found["by_noise_error"].iloc[:-1][shown]
    low = np.minimum(bounds, 0.95 * noise[shown])  # a logarithmic axis has no place for nothing
    look = {"fmt": "s", "color": "black", "mfc": "white", "capsize": 3}
    lower.errorbar(noise[shown].index, noise[shown], yerr=[low, bounds], label="beyond the largest size", **look)
    if shown.any():
        first = noise.idxmax()
        sizes = found.index[found.index >= first].to_numpy(float)
        for power, line in ((1.0, "--"), (0.5, ":")):
            words = "falling as one over the number" if power == 1 else "falling as one over its root"
            lower.plot(sizes, noise.max() * (first / sizes) ** power, line, color="black", lw=1, label=words)
    lower.set_xscale("log")
    lower.set_yscale("log")
    lower.set_ylabel("caused by noise, a year, of 100")
    lower.set_xlabel("persons simulated, of 829 million")
    for panel in (upper, lower):
        panel.spines[["top", "right"]].set_visible(False)
        panel.legend(frameon=False, fontsize=9)
    return figure


def answer(asked: Experiment) -> None:
    """Run all sizes, print the table, write table and figure."""
    sizes = QUICK if asked.quick else SIZES | (FULL if asked.full else {})
    smallest, seeds = next(iter(sizes.items()))
    with asked.at_work("all", study([smallest], seeds)) as progress, results_folder(asked.out) as folder:
        table = runs(sizes, progress, asked.workers)
        found = by_size(table)
        done = int((table["status"] == DONE).sum())
        more = {"persons": max(sizes), "runs": len(table), "done": done, "failed": len(table) - done}
        write_record(study(sizes, max(sizes.values())), progress.store, folder, asked.made_by, more)
        table.to_csv(folder / "runs.csv", index=False, float_format="%.6g", lineterminator="\n")
        found.to_csv(folder / "table.csv", float_format="%.6g", lineterminator="\n")
        save(draw(table, found), folder, "leavers")
    print(found.to_string(float_format=lambda value: f"{value:.3g}"))


if __name__ == "__main__":
    sys.exit(conduct("scale", __doc__, answer, full="ten million persons too: minutes and a few gigabytes"))
