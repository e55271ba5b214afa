"""Figures of studies: bars of sensitivity, and the map of a phase diagram."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.figures.style import BLACK, DPI, RED, drawing

if TYPE_CHECKING:  # importing matplotlib reads all fonts: only when a figure is wanted
    from matplotlib.figure import Figure

    from abm.study.phase import Phase

LIGHT = "#c4c4c4"
Bar = tuple[str, str, str, float, float | None, float | None]  # output, setting, measure, value, bounds
LOOKS = {  # of a measure: its words, its fill, its hatch
    "first_order": ("first order: alone", LIGHT, ""),
    "total": ("total: with all others", "white", "////"),
    "mean_size": ("mean size of the effect", LIGHT, ""),
    "mean_effect": ("mean effect", "white", "////"),
    "spread": ("spread of the effect", "white", "...."),
}


@drawing()
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


@drawing()
def phase_map(phase: "Phase", outcome: str, names: tuple[str, str], footnote: str) -> "Figure":
    """The outcome as shade with contours, the band in which the edge lies, the tested points as dots."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Polygon
    from matplotlib.tri import Triangulation

    places = [place for place, point in phase.tested.items() if point.values]
    x, y = np.array([phase.position(place) for place in places]).T
    means = np.array([phase.tested[place].mean for place in places])
    split = np.array([phase.tested[place].disagrees(phase.edge) for place in places])
    triangles = Triangulation(*np.array(places, float).T).triangles  # of the lattice, so that both settings count alike
    mesh = Triangulation(x, y, triangles)
    figure = Figure(figsize=(8, 6), dpi=DPI, facecolor="white", layout="constrained")
    panel = figure.subplots()
    low, high = min(means.min(), phase.edge), max(means.max(), phase.edge)
    levels = np.linspace(low, high if high > low else low + 1, 11)
    shade = panel.tricontourf(mesh, means, levels=levels, cmap="Greys_r", alpha=0.75)
    figure.colorbar(shade, ax=panel, label=outcome)
    lines = panel.tricontour(mesh, means, levels=levels[1:-1:2], colors=BLACK, linewidths=0.5)
    panel.clabel(lines, fontsize=7, fmt="%.2g")
    for number, cell in enumerate(phase.band):
        corners = [phase.position(cell.corners[at]) for at in (0, 2, 3, 1)]
        words = "the edge lies here" if number == 0 else None
        look: dict[str, Any] = {"facecolor": "none", "edgecolor": RED, "hatch": "////", "lw": 0}
        panel.add_patch(Polygon(corners, label=words, zorder=2.5, **look))
    if means.min() < phase.edge < means.max():
        panel.tricontour(mesh, means, levels=[phase.edge], colors=RED, linewidths=2)
    dots: dict[str, Any] = {"color": BLACK, "edgecolor": "white", "linewidth": 0.6, "zorder": 4}
    panel.scatter(x[~split], y[~split], s=16, label="tested", **dots)
    if split.any():
        rings: dict[str, Any] = {"facecolor": "white", "edgecolor": BLACK, "marker": "D", "zorder": 5}
        panel.scatter(x[split], y[split], s=34, label="replicates disagree", **rings)
    lost = [phase.position(place) for place, point in phase.tested.items() if point.lost]
    if lost:
        panel.scatter(
            [at[0] for at in lost],
            [at[1] for at in lost],
            s=40,
            marker="x",
            color=RED,
            zorder=6,
            label="runs without outcome",
        )
    for axis, scale in zip(phase.study.vary.values(), (panel.set_xscale, panel.set_yscale), strict=True):
        scale(axis.scale)
    panel.set_xlabel(names[0])
    panel.set_ylabel(names[1])
    figure.legend(loc="outside upper left", ncols=4, frameon=False, fontsize=9)
    figure.supxlabel(footnote, fontsize=7, x=0.01, ha="left")
    return figure
