"""Would people have stayed if they had been told what cover costs?

Newcomers to Xianghubao were shown the cheap past: cents at first, then what had been paid so far. Observers say that
the gap between this and the true share drove people out (mechanism A4). Here the same people, with the same luck, are
told from the first day to expect 0.1, 1, 2 or 4 yuan a half-month, until past shares say more.

Prediction: the more is told, the fewer join and the fewer of those who joined leave; the young, for whom cover is worth
least, do not come in the first place, so the risk of the pool starts higher and rises less.

Found, with a million persons and four seeds: fewer join, and the risk of the pool starts higher and then falls, as
predicted; but of those who join no part that is clearly smaller leaves (13, 13, 14 and 13 in a hundred, each with a
standard error above 1). Those who were told pay more each from the start, because the young are missing.
"""

import argparse
import math
from pathlib import Path

import pandas as pd
from matplotlib.dates import DateFormatter, YearLocator
from matplotlib.figure import Figure

from abm.figures import save
from abm.reading import load
from abm.study.results import results_folder, write_run
from abm.study.run import Run, simulate

TOLD = (0.1, 1.0, 2.0, 4.0)
LINES = ("-", "--", "-.", ":")
PLATFORM = "xianghubao"


def run(told: float, seed: int, persons: int) -> Run:
    """One history in which newcomers are told to expect that many yuan a half-month."""
    changes = {"people.persons": persons, f"platform.{PLATFORM}.advertised_share": told}
    return simulate(load(PLATFORM, changes), seed)


def outcome(history: Run) -> dict[str, float]:
    """What became of a history."""
    series = history.series.rename(columns=lambda name: name.removeprefix(f"{PLATFORM}."))
    risk = series["relative_risk"].dropna()
    return {
        "told": history.scenario.platform[PLATFORM].advertised_share,
        "seed": history.seed,
        "members_at_end_m": series["members"].iloc[-1] / 1e6,
        "joined_m": series["joined"].sum() / 1e6,
        "left_of_joined": series["left"].sum() / max(1.0, series["joined"].sum()),
        "relative_risk_at_start": risk.iloc[:6].mean(),
        "relative_risk_at_end": risk.iloc[-6:].mean(),
    }


def draw(histories: list[Run]) -> Figure:
    """Members over time by what newcomers were told; the mean of the seeds, and each seed faintly."""
    figure = Figure(figsize=(8, 5), dpi=150)
    panel = figure.subplots()
    for told, line in zip(TOLD, LINES, strict=True):
        group = [each for each in histories if each.scenario.platform[PLATFORM].advertised_share == told]
        days = pd.to_datetime(group[0].series["date"]).to_numpy()
        members = [each.series[f"{PLATFORM}.members"].to_numpy() / 1e6 for each in group]
        for one in members:
            panel.plot(days, one, line, color="black", linewidth=0.4, alpha=0.5)
        words = f"told to expect {told:g} yuan a half-month"
        panel.plot(days, sum(members) / len(members), line, color="black", label=words)
    panel.set_title("Would people have stayed if they had been told?", loc="left")
    panel.set_ylabel("members, millions")
    panel.set_ylim(0)
    panel.xaxis.set_major_locator(YearLocator())
    panel.xaxis.set_major_formatter(DateFormatter("January %Y"))
    panel.legend(frameon=False)
    panel.spines[["top", "right"]].set_visible(False)
    size = histories[0].scenario.people.persons
    footnote = f"Simulation: {size:,} persons, {len(histories) // len(TOLD)} seeds; thin lines are single seeds."
    figure.text(0.01, 0.01, footnote, fontsize=7)
    return figure


def main() -> None:
    """Run all histories, print the table, write table and figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a smoke run of 20,000 persons and one seed")
    parser.add_argument("--out", type=Path, default=Path("results/expectation_gap"), help="folder of the results")
    choices = parser.parse_args()
    persons, seeds = (20_000, 1) if choices.quick else (1_000_000, 4)
    with results_folder(choices.out) as folder:
        histories = [run(told, seed, persons) for told in TOLD for seed in range(1, seeds + 1)]
        table = pd.DataFrame(map(outcome, histories))
        table.to_csv(folder / "table.csv", index=False, float_format="%.6g", lineterminator="\n")
        write_run(histories[0], folder)
        (folder / "series.csv").unlink()  # that of one history of many would mislead
        save(draw(histories), folder, "members")
    means = table.drop(columns="seed").groupby("told").agg(["mean", "sem"])
    print(means.map(lambda value: "-" if math.isnan(value) else f"{value:.3g}").T.to_string())


if __name__ == "__main__":
    main()
