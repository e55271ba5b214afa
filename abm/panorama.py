"""One page on a market of several platforms: who holds the members, and what each asks of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from abm.figures import BLACK, BLUE, DPI, GREEN, GREY, ORANGE, RED, SKY, _footnote, _frame, _time
from abm.scenario import Shock

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = (10.0, 9.0)
LOOKS = ((BLACK, "-"), (BLUE, "--"), (RED, "-."), (GREEN, ":"), (ORANGE, (0, (5, 1, 1, 1))), (SKY, (0, (1, 1))))


def panorama(
    series: pd.DataFrame, platforms: Sequence[str], shocks: Sequence[Shock], persons: int, seed: int
) -> "Figure":
    """Members and shares of the largest platforms over time, the small ones together in grey.

    `series` has a column `date` and columns ``platform.series``. Shares are means of a quarter of a year, since in a
    single half-month a small platform sees no case or several.
    """
    from matplotlib.figure import Figure

    days = pd.to_datetime(series["date"]).to_numpy()
    most = {name: float(series[f"{name}.members"].max()) for name in platforms}
    large = sorted(platforms, key=lambda name: -most[name])[: len(LOOKS)]
    small = [name for name in platforms if name not in large]
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    members, shares = figure.subplots(2, 1, sharex=True)
    figure.subplots_adjust(left=0.085, right=0.765, top=0.91, bottom=0.08, hspace=0.2)
    for name, (colour, style) in zip(large, LOOKS, strict=False):
        members.plot(days, series[f"{name}.members"] / 1e6, color=colour, ls=style, label=name)
        mean = series[f"{name}.share"].where(series[f"{name}.members_sharing"] > 0).rolling(6, center=True).mean()
        shares.plot(days, mean, color=colour, ls=style, label=name)
    if small:
        rest = series[[f"{name}.members" for name in small]].sum(axis=1) / 1e6
        members.plot(days, rest, color=GREY, lw=3, alpha=0.6, label=f"{len(small)} smaller ones")
    _dress(members, "(a)  Who holds the members?", "million memberships", days, shocks)
    _dress(shares, "(b)  What does a member pay in a period? Means of three months", "yuan a period", days, shocks)
    shares.set_yscale("symlog", linthresh=1.0)
    shares.set_ylim(bottom=0)
    _time(shares, days)
    first, last = (pd.Timestamp(day).strftime("%B %Y") for day in (days[0], days[-1]))
    figure.text(0.085, 0.955, f"The market, {first} to {last}", fontsize=16, fontweight="bold")
    note = f"{_footnote((), persons, seed)}  A person can be in several plans. The axis of shares is linear below 1."
    figure.text(0.085, 0.02, note, fontsize=8, color=GREY)
    return figure


def _dress(panel: "Axes", title: str, unit: str, days: np.ndarray, shocks: Sequence[Shock]) -> None:
    """Title, unit, frame and legend of a panel."""
    _frame(panel, days, shocks)
    panel.set_title(title, loc="left", fontsize=11, fontweight="bold")
    panel.set_ylabel(unit, fontsize=9)
    panel.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02), fontsize=8.5, frameon=False)
