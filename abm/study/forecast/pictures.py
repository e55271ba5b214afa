"""Figures of a forecast: fans of one plan's quantities, and of the members of all plans."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from abm.figures.style import BLACK, BLUE, DPI, GREY, MILLION, RED, SKY, drawing, frame, mark_years, plain
from abm.study.forecast.endings import month_end, months, survival
from abm.study.forecast.ensemble import Ensemble, quantiles
from abm.study.forecast.tells import TOLD, Told

if TYPE_CHECKING:  # importing matplotlib reads all fonts: only when a figure is wanted
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = ("members", "members_sharing", "share", "aided", "aid", "net_exit", "relative_risk", "mean_age")
BANDS = ((0.1, 0.9, "80 %", 0.35), (0.25, 0.75, "50 %", 0.75))
PAST = 24  # half-months of what was known that are shown
MOST = 18  # plans in a figure


@drawing()
def fans(ensemble: Ensemble, history: pd.DataFrame, platform: str, footnote: str) -> "Figure":
    """A page on one plan: the median and the bands of 50 and 80 % of what is forecast, and its chance to go on."""
    from matplotlib.figure import Figure

    told = [each for each in TOLD if each.name in SHOWN and ensemble.has(platform, *each.needed)]
    told.sort(key=lambda each: SHOWN.index(each.name))
    figure = Figure(figsize=(10, 2.6 * ((len(told) + 2) // 2)), dpi=DPI, facecolor="white", layout="constrained")
    panels = figure.subplots((len(told) + 2) // 2, 2, squeeze=False).ravel()
    for panel, each in zip(panels, told, strict=False):
        _fan(panel, ensemble, history, platform, each)
    _open(panels[len(told)], ensemble, platform)
    for panel in panels[len(told) + 1 :]:
        panel.set_visible(False)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=len(labels), frameon=False, fontsize=9)
    figure.suptitle(plain(f"{platform.capitalize()}: forecast from January 2021"), x=0.01, ha="left", fontweight="bold")
    figure.supxlabel(plain(footnote), fontsize=7, x=0.01, ha="left", color=GREY)
    return figure


@drawing()
def plans(ensemble: Ensemble, history: pd.DataFrame, platforms: Sequence[str], footnote: str) -> "Figure":
    """A panel a plan: the fan of its members, and the chance that it goes on."""
    from matplotlib.figure import Figure

    shown = [platform for platform in platforms if ensemble.has(platform, "members")][:MOST]
    rows = -(-len(shown) // 3)
    figure = Figure(figsize=(11, 0.9 + 2.1 * rows), dpi=DPI, facecolor="white", layout="constrained")
    panels = figure.subplots(rows, 3, squeeze=False).ravel()
    for panel, platform in zip(panels, shown, strict=False):
        _fan(panel, ensemble, history, platform, TOLD[0])
        panel.set_title(plain(platform), loc="left", fontsize=10, fontweight="bold")
        beside = panel.twinx()
        _steps(beside, ensemble, platform)
        beside.set_ylabel("chance", fontsize=8, color=RED)
        beside.tick_params(labelsize=8, colors=RED)
        beside.spines[["top"]].set_visible(False)
    for panel in panels[len(shown) :]:
        panel.set_visible(False)
    handles, labels = panels[0].get_legend_handles_labels()
    more, words = beside.get_legend_handles_labels()
    figure.legend(handles + more, labels + words, loc="outside upper right", ncols=5, frameon=False, fontsize=9)
    figure.supxlabel(plain(footnote), fontsize=7, x=0.01, ha="left", color=GREY)
    return figure


def _fan(panel: "Axes", ensemble: Ensemble, history: pd.DataFrame, platform: str, told: Told) -> None:
    """The median of the last year that was known, and the fan that begins there."""
    days, values = told.read(ensemble, platform)
    large = told.unit.startswith("persons") or told.unit == "yuan"
    size, unit = (MILLION, f"million {told.unit}") if large else (1.0, told.unit.removeprefix("1"))
    at = pd.to_datetime(pd.Series(days)).to_numpy()
    found = {level: quantiles(values, ensemble.weight, [level])[0] / size for level in (0.1, 0.25, 0.5, 0.75, 0.9)}
    for low, high, words, strength in BANDS:
        panel.fill_between(at, found[low], found[high], color=SKY, alpha=strength, lw=0, label=words)
    panel.plot(at, found[0.5], color=BLUE, lw=1.8, label="median")
    first = at[0]
    if (name := f"{platform}.{told.name}") in history:
        past = pd.to_datetime(history["date"]).to_numpy()[-PAST:]
        panel.plot(past, history[name].to_numpy(float)[-PAST:] / size, color=BLACK, lw=1.3, label="until 2020")
        first = past[0]
    span = np.array([first, at[-1]])
    frame(panel, span, ())
    mark_years(panel, span)
    panel.set_title(told.words, loc="left", fontsize=10, fontweight="bold")
    panel.set_ylabel(unit, fontsize=8)
    panel.set_ylim(bottom=None if told.name in ("net_exit", "mean_age", "relative_risk") else 0)


def _open(panel: "Axes", ensemble: Ensemble, platform: str) -> None:
    """The chance that a plan goes on, month by month."""
    _steps(panel, ensemble, platform)
    at = pd.to_datetime(pd.Series([month_end(month) for month in months(ensemble)])).to_numpy()
    frame(panel, at, ())
    if at.size:
        mark_years(panel, at, quarters=False)
    panel.set_title("does the plan go on?", loc="left", fontsize=10, fontweight="bold")
    panel.set_ylabel("chance", fontsize=8)
    panel.legend(fontsize=8, frameon=False)


def _steps(panel: "Axes", ensemble: Ensemble, platform: str) -> None:
    at = pd.to_datetime(pd.Series([month_end(month) for month in months(ensemble)])).to_numpy()
    for what, words, style in (("announced", "end not announced", "-"), ("ended", "still covers", "--")):
        panel.step(at, survival(ensemble, platform, what), where="mid", color=RED, lw=1.3, ls=style, label=words)
    panel.set_ylim(-0.03, 1.03)
