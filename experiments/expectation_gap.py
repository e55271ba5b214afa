"""Would people have stayed if they had been told what cover costs?

Newcomers to Xianghubao were shown the cheap past: cents at first, then what had been paid so far. Observers say that
the gap between this and the true share drove people out (mechanism A4). Here the same people, with the same luck, are
told from the first day to expect 0.1, 1, 2 or 4 yuan a half-month, until past shares say more.

Prediction: the more is told, the fewer join and the fewer of those who joined leave; the young, for whom cover is worth
least, do not come in the first place, so the risk of the pool starts higher and rises less.

Found, with a hundred thousand persons and eight seeds: the more people are told, the fewer join, 128, 125, 120 and 107
million, and the higher the risk of the pool is from the start. Of a hundred who join two leave, whatever they were told
(standard errors 0.1).
"""

import math
import sys
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.dates import DateFormatter, YearLocator
from matplotlib.figure import Figure

from abm import Axis, Study, load
from abm.clock import collection_date, half_month
from abm.figures.style import drawing, save
from abm.runs.results import results_folder
from abm.study.experiment import Experiment, conduct
from abm.study.summary import write_record

TOLD = (0.1, 1.0, 2.0, 4.0)
LINES = ("-", "--", "-.", ":")
PLATFORM = "xianghubao"
TELLING = f"platform.{PLATFORM}.advertised_share"
CALENDAR = load(PLATFORM).calendar
DAYS = [collection_date(period) for period in range(half_month(CALENDAR.start), half_month(CALENDAR.end) + 1)]


def study(persons: int, seeds: int) -> Study:
    """Histories in which newcomers are told to expect a number of yuan a half-month."""
    series = [f"{PLATFORM}.{name}:{day}" for name in ("members", "relative_risk") for day in DAYS]
    return Study(
        title="expectation gap",
        scenario=PLATFORM,
        persons=persons,
        vary={TELLING: Axis(values=TOLD)},
        replicates=seeds,
        outputs=(f"{PLATFORM}.joined:sum", f"{PLATFORM}.left:sum", *series),
    )


def outcome(told: float, seed: int, outputs: Mapping[str, float]) -> dict[str, float]:
    """What became of a history."""
    risk = pd.Series(series(outputs, "relative_risk")).dropna()
    joined, left = (outputs[f"{PLATFORM}.{name}:sum"] for name in ("joined", "left"))
    return {
        "told": told,
        "seed": seed,
        "members_at_end_m": series(outputs, "members")[-1] / 1e6,
        "joined_m": joined / 1e6,
        "left_of_joined": left / max(1.0, joined),
        "relative_risk_at_start": risk.iloc[:6].mean(),
        "relative_risk_at_end": risk.iloc[-6:].mean(),
    }


def series(outputs: Mapping[str, float], name: str) -> np.ndarray:
    """A series of a history, a number a half-month."""
    return np.array([outputs[f"{PLATFORM}.{name}:{day}"] for day in DAYS])


@drawing()
def draw(histories: list[tuple[float, Mapping[str, float]]], persons: int) -> Figure:
    """Members over time by what newcomers were told; the mean of the seeds, and each seed faintly."""
    figure = Figure(figsize=(8, 5), dpi=150)
    panel = figure.subplots()
    days = pd.to_datetime(DAYS).to_numpy()
    for told, line in zip(TOLD, LINES, strict=True):
        members = [series(outputs, "members") / 1e6 for each, outputs in histories if each == told]
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
    footnote = f"Simulation: {persons:,} persons, {len(histories) // len(TOLD)} seeds; thin lines are single seeds."
    figure.text(0.01, 0.01, footnote, fontsize=7)
    return figure


def answer(asked: Experiment) -> None:
    """Run all histories, print the table, write table and figure."""
    persons, seeds = (20_000, 1) if asked.quick else (100_000, 8)
    one = study(persons, seeds)
    with asked.swept(one) as progress, results_folder(asked.out) as folder:
        found = [(point[TELLING], seed, result.outputs) for _, point, seed, result in progress.store.results(one)]
        table = pd.DataFrame([outcome(*history) for history in found])
        table.to_csv(folder / "table.csv", index=False, float_format="%.6g", lineterminator="\n")
        write_record(one, progress.store, folder, asked.made_by, {})
        save(draw([(told, outputs) for told, _, outputs in found], persons), folder, "members")
    means = table.drop(columns="seed").groupby("told").agg(["mean", "sem"])
    print(means.map(lambda value: "-" if math.isnan(value) else f"{value:.3g}").T.to_string())


if __name__ == "__main__":
    sys.exit(conduct("expectation_gap", __doc__, answer))
