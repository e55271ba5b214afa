"""Figures of studies: bars of sensitivity."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from abm.figures import BLACK, DPI, GREY

if TYPE_CHECKING:  # importing matplotlib reads all fonts: only when a figure is wanted
    from matplotlib.figure import Figure

Bar = tuple[str, str, str, float, float | None, float | None]  # output, setting, measure, value, bounds
LOOKS = {  # of a measure: its words, its fill, its hatch
    "first_order": ("first order: alone", GREY, ""),
    "total": ("total: with all others", "white", "////"),
    "mean_size": ("mean size of the effect", GREY, ""),
    "mean_effect": ("mean effect", "white", "////"),
    "spread": ("spread of the effect", "white", "...."),
}


def sensitivity_bars(bars: Sequence[Bar], footnote: str) -> "Figure":
    """A panel an output: for every setting a bar a measure, with its bounds."""
    from matplotlib.figure import Figure

    outputs = list(dict.fromkeys(bar[0] for bar in bars))
    settings = list(dict.fromkeys(bar[1] for bar in bars))
    measures = list(dict.fromkeys(bar[2] for bar in bars))
    height = 1.1 + len(outputs) * (0.7 + 0.22 * len(settings) * len(measures))
    figure = Figure(figsize=(8, height), dpi=DPI, facecolor="white", layout="constrained")
    thick = 0.8 / len(measures)
    for panel, output in zip(figure.subplots(len(outputs), 1, squeeze=False)[:, 0], outputs, strict=True):
        for at, measure in enumerate(measures):
            own = {bar[1]: bar for bar in bars if bar[0] == output and bar[2] == measure}
            places = np.arange(len(settings)) + (at - (len(measures) - 1) / 2) * thick
            values = np.array([own[setting][3] for setting in settings])
            low = np.array([_or(own[setting][4], own[setting][3]) for setting in settings])
            high = np.array([_or(own[setting][5], own[setting][3]) for setting in settings])
            words, fill, hatch = LOOKS[measure]
            panel.barh(places, values, thick, facecolor=fill, edgecolor=BLACK, hatch=hatch, lw=0.8, label=words)
            if measure != "spread":
                errors = np.stack([values - low, high - values])
                panel.errorbar(values, places, xerr=errors, fmt="none", ecolor=BLACK, capsize=3, lw=1.2)
        panel.set_yticks(range(len(settings)), settings)
        panel.invert_yaxis()
        panel.axvline(0, color=BLACK, lw=0.8)
        panel.set_title(output, loc="left", fontsize=10, fontweight="bold")
        panel.spines[["top", "right"]].set_visible(False)
    unit = "part of the variance" if "total" in measures else "change of the output over the setting's whole range"
    panel.set_xlabel(unit)
    handles, labels = panel.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=len(measures), frameon=False, fontsize=9)
    figure.supxlabel(footnote, fontsize=7, x=0.01, ha="left")
    return figure


def _or(value: float | None, other: float) -> float:
    return other if value is None else value
