"""Is history possible? Which facts, and which ends, lie within what the plausible ranges allow?

A prior predictive check (Gelman and others, Bayesian Data Analysis, chapter 6): worlds of the whole market are drawn
from the plausible ranges of all numbers that have one, before any is fitted. A model that is true to the facts must
find each of them possible, and must not have decided beforehand how it ends: worlds in which nobody closes and worlds
in which many close within a year must both be common. No share, exit or closing is an input.

Prediction: each fact up to the end of 2020 lies within the spread of the worlds; worlds in which no plan of a parent
closes before 2022, and worlds in which five and more do within twelve months, are each more than a tenth of all.

Found: 85 of 86 facts lie within 300 worlds of 60,000 persons, 77 within nine tenths of them. F012 does not: 46 % of
members were under 30 in December 2018, and in the worlds 44 % at most; at the edge are the hundred million of
Xianghubao and its cases of 2020 (F031, F038, F040, F041, F091, fewer in most worlds) and who shared in the plans of
2016 (F156, F174, F226, fewer). Nobody closes before 2022 in 14 % of the worlds, five and more plans within twelve
months in 42 %: both are common, as predicted. The prepaid plans still end too often: that of Qingsong is announced
before 2021 in 40 % of the worlds, that of Waterdrop in 37 %, and both lived. What a board reckons with and what a plan
costs is drawn together. F224, the small plans left in January 2018, is compared since then, and is not among the 86.
"""

import json
import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from abm import Study, load
from abm.clock import PERIODS_PER_YEAR, collection_date, half_month
from abm.figures.style import drawing, save
from abm.observation import industry
from abm.observation.facts import PLATFORMS, Comparison, compare, load_facts
from abm.platforms.closing import ClosingKind
from abm.runs.outputs import ENDS
from abm.runs.results import results_folder
from abm.study.calibrate.space import ranges
from abm.study.experiment import Experiment, conduct
from abm.study.summary import write_record

CASE = "market"
SCENARIO = load(CASE)
PANEL = (1e-2, 1e2)  # of the figure: simulated over observed
BEFORE, MANY = date(2022, 1, 1), 5  # closings before this day; how many within twelve months are a wave
TOGETHER = [name for name, terms in SCENARIO.platform.items() if terms.small_plans]  # many small plans taken together
FACTS = {name: load_facts(name) for name in PLATFORMS if name in SCENARIO.platform}
OF_INDUSTRY, PLANS = load_facts(industry.NAME), list(SCENARIO.platform)
SERIES = tuple(
    sorted(
        set().union(*(industry.columns(facts, name, PLANS) for name, facts in FACTS.items()))
        | industry.columns(OF_INDUSTRY, industry.NAME, PLANS)
    )
)


def study(persons: int, worlds: int) -> Study:
    """Worlds of the market, drawn evenly from the plausible ranges, each with luck of its own point."""
    return Study(
        title="plausible",
        scenario=CASE,
        persons=persons,
        design="latin_hypercube",
        vary=ranges(SCENARIO),
        points=worlds,
        outputs=(ENDS,),
        series=SERIES,
    )


def compared(outputs: Mapping[str, Any]) -> list[Comparison]:
    """The facts beside one world."""
    kept = {name: np.asarray(outputs[name]) for name in SERIES}
    first = half_month(SCENARIO.calendar.start)
    days = [collection_date(first + step) for step in range(max(map(len, kept.values())))]
    table = pd.DataFrame({"date": days, **kept})
    beside = [each for name, facts in FACTS.items() for each in compare(table, name, known=facts)]
    return beside + industry.compare_industry(table, PLANS, OF_INDUSTRY)


def ends(outputs: Mapping[str, Any]) -> dict[str, float]:
    """Of the plans of one world, the small ones apart: closings before 2022, and the most within twelve months.

    One that the regulator orders to end, as insurance without a licence, is not its parent's to close.
    """
    ended = (end for end in json.loads(outputs[ENDS]) if end["platform"] not in TOGETHER)
    told = [end for end in ended if end["kind"] != ClosingKind.ORDERED]
    announced = sorted(half_month(date.fromisoformat(str(end["announced"])[:10])) for end in told)
    early = [number for number in announced if number < half_month(BEFORE)]
    most = max((sum(0 <= other - one < PERIODS_PER_YEAR for other in announced) for one in announced), default=0)
    return {"closed_before_2022": len(early), "most_within_a_year": most}


def spread(comparisons: pd.DataFrame) -> pd.DataFrame:
    """A row a fact: what was observed, the worlds' quantiles, and whether it lies within them."""
    groups = comparisons.groupby("fact", sort=False)
    found = groups.first()[["platform", "date", "quantity", "observed", "at_least"]].copy()
    for name, part in (("lowest", 0.0), ("p05", 0.05), ("median", 0.5), ("p95", 0.95), ("highest", 1.0)):
        found[name] = groups["simulated"].quantile(part)
    for name, low, high in (("within", "lowest", "highest"), ("within_90", "p05", "p95")):
        not_above = (found[low] <= found["observed"]) | found["at_least"]  # more than a lower bound is no miss
        found[name] = not_above & (found["observed"] <= found[high])
    return found


@drawing()
def draw(comparisons: pd.DataFrame, worlds: int, persons: int) -> Figure:
    """A line a fact: simulated over observed in the middle nine tenths of the worlds, and in all of them.

    What is beyond the panel is drawn at its edge, with an arrow; of a lower bound the observed is the left end.
    """
    ratios = (comparisons["simulated"] / comparisons["observed"]).groupby(comparisons["fact"], sort=False)
    bounds = ratios.quantile([0.0, 0.05, 0.5, 0.95, 1.0]).unstack()
    shown = bounds.clip(*PANEL)
    labels = comparisons.drop_duplicates("fact").set_index("fact")
    figure = Figure(figsize=(8, 1.2 + 0.19 * len(bounds)), dpi=150, layout="constrained")
    panel = figure.subplots()
    heights = -np.arange(len(bounds))
    panel.hlines(heights, shown[0.0], shown[1.0], color="#9a9a9a", lw=0.8, label="all worlds")
    panel.hlines(heights, shown[0.05], shown[0.95], color="black", lw=2.4, label="nine in ten")
    panel.plot(shown[0.5], heights, "o", ms=4, mfc="white", mec="black", label="median")
    for edge, beyond, arrow in ((PANEL[0], bounds[0.0] < PANEL[0], "<"), (PANEL[1], bounds[1.0] > PANEL[1], ">")):
        panel.plot([edge] * int(beyond.sum()), heights[beyond], arrow, ms=4, color="#9a9a9a", clip_on=False)
    panel.axvline(1.0, color="#d55e00", lw=1, ls="--", label="observed")
    named = labels["platform"].str.split(" (", regex=False).str[0].str.replace("_", " ")
    words = [
        f"{named[fact]}, {labels.quantity[fact]}, {labels.date[fact]} ({fact})"
        + (", a lower bound" if labels.at_least[fact] else "")
        for fact in bounds.index
    ]
    panel.set_yticks(heights, labels=words, fontsize=6)
    panel.set_xscale("log")
    panel.set_xlim(*PANEL)
    panel.set_ylim(-len(bounds), 4)  # above the lines there is room for what they mean
    panel.set_xlabel("simulated over observed")
    figure.suptitle("Is history possible? Facts up to 2020 within plausible worlds", x=0.01, ha="left", fontsize=9)
    panel.spines[["top", "right"]].set_visible(False)
    panel.legend(frameon=False, fontsize=7, loc="upper right", ncols=2)
    source = (
        f"{worlds:,} worlds of {persons:,} persons, drawn from plausible ranges; facts.csv; experiments/plausible.py"
    )
    figure.supxlabel(source, fontsize=6, color="#6e6e6e", x=0.01, ha="left")
    return figure


def answer(asked: Experiment) -> None:
    """Draw and run the worlds, lay the facts beside them, print both tables."""
    persons, worlds = (3_000, 4) if asked.quick else (60_000, 300)
    one = study(persons, worlds)
    rows, closed = [], []
    with asked.swept(one) as progress, results_folder(asked.out) as folder:
        for number, _, _, result in progress.store.kept(one):
            closed.append({"world": number, **ends(result.outputs)})
            for each in compared(result.outputs):
                words = {
                    "fact": each.fact.id,
                    "platform": each.fact.platform,
                    "date": each.fact.dated,
                    "at_least": each.fact.at_least,
                }
                amounts = {"observed": each.observed, "simulated": each.simulated}
                rows.append({"world": number, **words, "quantity": each.fact.meaning.words, **amounts})
        comparisons, endings = pd.DataFrame(rows), pd.DataFrame(closed)
        found = spread(comparisons)
        endings.to_csv(folder / "closings.csv", index=False, lineterminator="\n")
        found.to_csv(folder / "facts.csv", float_format="%.5g", lineterminator="\n")
        write_record(one, progress.store, folder, asked.made_by, {})
        save(draw(comparisons, worlds, persons), folder, "facts")
    outside = found[~found["within"]]
    within = f"{len(found) - len(outside)} of {len(found)} facts lie within the worlds"
    print(f"{within}, {int(found['within_90'].sum())} within nine tenths of them")
    print(outside[["platform", "date", "quantity", "observed", "lowest", "median", "highest"]].to_string())
    none = float((endings["closed_before_2022"] == 0).mean())
    wave = float((endings["most_within_a_year"] >= MANY).mean())
    print(f"nobody closes before 2022 in {none:.1%} of the worlds; {MANY} and more within twelve months in {wave:.1%}")


if __name__ == "__main__":
    sys.exit(conduct("plausible", __doc__, answer))
