"""From a table of series to a page: one platform's history beside what was observed of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from abm.errors import SeriesError
from abm.figures.style import (
    BLACK,
    BLUE,
    DPI,
    GREEN,
    GREY,
    MILLION,
    ORANGE,
    RED,
    SIZE,
    SKY,
    YELLOW,
    drawing,
    frame,
    mark_years,
    plain,
    source_line,
)
from abm.observation.facts import Comparison
from abm.scenario.scenario import Shock

if TYPE_CHECKING:  # importing matplotlib reads all fonts: only when a figure is wanted
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class History:
    """What the panels draw from: days, the series of one platform by name, and what is laid beside them."""

    days: np.ndarray
    series: pd.DataFrame
    comparisons: Sequence[Comparison]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.series[name].to_numpy(float)


def history_of(series: pd.DataFrame, platform: str, comparisons: Sequence[Comparison] = ()) -> History:
    """What a table of series shows of one platform. Raises `SeriesError` before the first step."""
    if series.empty:
        raise SeriesError("there is no step to draw")
    own = series[[name for name in series if str(name).startswith(f"{platform}.")]]
    own = own.rename(columns=lambda name: name.removeprefix(f"{platform}."))
    return History(pd.to_datetime(series["date"]).to_numpy(), own, comparisons)


@drawing()
def history(
    series: pd.DataFrame,
    platform: str,
    comparisons: Sequence[Comparison] = (),
    *,
    shocks: Sequence[Shock] = (),
    persons: int | None = None,
    seed: int | None = None,
) -> "Figure":
    """A page on one platform: members, share, cases, risk, books and flows on one axis of time.

    `series` has a column `date` and columns ``platform.series``; `comparisons` are those of `facts.compare`. The
    band around the share is one standard deviation of what chance makes of it, see the series `share_noise`. `persons`
    and `seed` go into the footnote.
    """
    from matplotlib.figure import Figure

    data = history_of(series, platform, comparisons)
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    panels = figure.subplots(6, 1, sharex=True, height_ratios=(1.15, 1.25, 1, 1, 1.25, 1))
    figure.subplots_adjust(left=0.085, right=0.765, top=0.925, bottom=0.058, hspace=0.27)
    for letter, panel, draw in zip("abcdef", panels, PANELS.values(), strict=True):
        title, unit = draw(panel, data)
        panel.set_title(f"({letter})  {title}", loc="left", fontsize=11, fontweight="bold", pad=6)
        panel.set_ylabel(unit, fontsize=9)
        handles, labels = panel.get_legend_handles_labels()
        shared = frame(panel, data.days, shocks)
        handles += shared if letter == "a" else []
        labels += [str(handle.get_label()) for handle in shared] if letter == "a" else []
        look: dict[str, Any] = {"fontsize": 8.5, "frameon": False, "labelspacing": 0.7}
        panel.legend(handles, labels, loc="upper left", bbox_to_anchor=(1.01, 1.04), **look)
    mark_years(panels[-1], data.days)
    figure.align_ylabels(panels)
    first, last = (pd.Timestamp(day).strftime("%B %Y") for day in (data.days[0], data.days[-1]))
    figure.text(0.085, 0.972, plain(f"{platform.capitalize()}, {first} to {last}"), fontsize=16, fontweight="bold")
    intro = "Lines are simulated, markers observed; a bar at a marker spans the months meant. A period is half a month."
    figure.text(0.085, 0.955, intro, fontsize=10)
    figure.text(0.085, 0.014, source_line(comparisons, persons, seed), fontsize=8, color=GREY)
    return figure


def _members(panel: "Axes", data: History) -> tuple[str, str]:
    panel.plot(data.days, data["members"] / MILLION, color=BLUE, lw=2, label="members")
    panel.plot(data.days, data["members_sharing"] / MILLION, color=RED, lw=1.6, ls="--", label="members sharing")
    _observed(panel, data, "members", "o", BLUE, "members, as announced", MILLION)
    _observed(panel, data, "sharing", "s", RED, "members sharing, observed", MILLION)
    return "How many are inside, and how many share?", "million persons"


def _share(panel: "Axes", data: History) -> tuple[str, str]:
    share, noise = data["share"], data["share_noise"]
    seen = np.isfinite(noise)  # without a case there is nothing to estimate it from
    low, high = np.maximum(0, share * (1 - noise))[seen], (share * (1 + noise))[seen]
    look: dict[str, Any] = {"color": SKY, "alpha": 0.45, "lw": 0, "label": "± one standard\ndeviation by chance"}
    if seen.any():
        panel.bar(data.days[seen], high - low, bottom=low, width=np.timedelta64(15, "D"), **look)
    panel.plot(data.days, share, color=BLUE, lw=1.6, label="share published")
    panel.plot(data.days, data["expected_share"], color=BLACK, lw=1.4, ls="--", label="share that members\nexpect")
    _observed(panel, data, "share", "o", BLUE, "share, observed", 1)
    return "What does a member pay in a period?", "yuan a period"


def _flows(panel: "Axes", data: History) -> tuple[str, str]:
    panel.plot(data.days, data["joined"] / MILLION, color=GREEN, lw=1.6, label="joined")
    panel.plot(data.days, data["left"] / MILLION, color=RED, lw=1.6, ls="--", label="chose to leave")
    panel.plot(
        data.days, data["lapsed"] / MILLION, color=BLACK, lw=1.4, ls=":", label="removed after failed\ndeductions"
    )
    panel.set_yscale("symlog", linthresh=0.1)
    panel.set_yticks([0, 0.1, 1, 10], labels=["0", "0.1", "1", "10"])
    panel.set_yticks([], minor=True)
    panel.set_ylim(bottom=0)
    return "Who comes, who goes? Linear below 0.1", "million a period"


def _cases(panel: "Axes", data: History) -> tuple[str, str]:
    look: dict[str, Any] = {"facecolor": "#d9d9d9", "edgecolor": GREY, "lw": 0.8, "label": "waiting for a\ndecision"}
    panel.fill_between(data.days, data["backlog"] / 1e3, **look)
    panel.plot(data.days, data["filed"] / 1e3, color=ORANGE, lw=1.4, ls="--", label="claims filed")
    panel.plot(data.days, data["aided"] / 1e3, color=GREEN, lw=1.6, label="aided")
    _observed(panel, data, "aided", "o", GREEN, "aided, observed", 1e3)
    return "How many claim, are aided, and wait?", "thousand cases"


def _risk(panel: "Axes", data: History) -> tuple[str, str]:
    panel.axhline(1, color=BLACK, lw=0.8, ls=":", label="population of an age\nthat is covered")
    panel.plot(data.days, data["relative_risk"], color=BLUE, lw=2, label="covered members")
    leavers = data["leavers_risk"] / data["risk_population"]
    panel.plot(data.days, leavers, color=ORANGE, lw=0.9, marker="v", ms=3.5, label="those who leave")
    panel.set_ylim(bottom=0)
    return "Do the healthy leave? Annual incidence over that of the population", "ratio"


def _books(panel: "Axes", data: History) -> tuple[str, str]:
    incomes = [("fee", "fee", GREEN, ""), ("traffic", "traffic", YELLOW, "----")]
    if data["other_sales"].any():
        incomes.append(("other_sales", "other sales", ORANGE, "...."))
    costs = (
        ("investigation", "investigation", BLUE, "////"),
        ("technology", "technology", SKY, ""),
        ("other_costs", "other costs", "#d9d9d9", "\\\\\\\\"),
        ("subsidy", "shares and excess borne", RED, "xxxx"),
    )
    for sign, parts in ((1, incomes), (-1, costs)):
        base = np.zeros(len(data.days))
        for name, label, colour, hatch in parts:
            top = base + sign * data[name] / MILLION
            look: dict[str, Any] = {"facecolor": colour, "hatch": hatch, "edgecolor": BLACK, "lw": 0.2, "label": label}
            panel.fill_between(data.days, base, top, step="mid", **look)
            base = top
    panel.axhline(0, color=BLACK, lw=0.8)
    surplus = data["surplus"] / MILLION
    panel.plot(data.days, surplus, color="white", lw=3.4, drawstyle="steps-mid")  # sets the line off from the hatches
    panel.plot(data.days, surplus, color=BLACK, lw=1.6, drawstyle="steps-mid", label="surplus")
    return "Does the platform earn what it spends? Income above zero, costs below", "million yuan a period"


def _observed(panel: "Axes", data: History, kind: str, marker: str, colour: str, label: str, unit: float) -> None:
    """Facts of a day or of a few months, the latter with a bar as wide; sums and peaks are in the table only."""
    facts = [each.fact for each in data.comparisons if each.fact.meaning.kind == kind and each.fact.meaning.momentary]
    facts = [fact for fact in facts if (fact.last - fact.first).days < 100]
    if facts:
        half = [pd.Timedelta(fact.last - fact.first) / 2 for fact in facts]
        middle = [pd.Timestamp(fact.first) + width for fact, width in zip(facts, half, strict=True)]
        values = [fact.value / unit for fact in facts]
        look: dict[str, Any] = {"mfc": "white", "mew": 1.3, "ms": 5.5, "elinewidth": 1.2, "zorder": 4}
        panel.errorbar(middle, values, xerr=half, fmt=marker, color=colour, label=label, **look)  # type: ignore[arg-type]


# Each draws one panel of a `History`, and returns its title and the unit of its upright axis.
PANELS = {"members": _members, "share": _share, "cases": _cases, "risk": _risk, "books": _books, "flows": _flows}
