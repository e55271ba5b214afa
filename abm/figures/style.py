"""What all figures share: colours, the frame of a panel, the axis of time, and how a figure becomes files."""

import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from abm.errors import FigureError, HuzhuError
from abm.files import whole
from abm.observation.facts import FACTS_END, Comparison
from abm.scenario.scenario import Shock

if TYPE_CHECKING:  # importing matplotlib reads all fonts: only when a figure is wanted
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE, DPI = (10.0, 15.0), 150
MILLION = 1e6


# Okabe and Ito (2008), told apart by the colour-blind; styles, markers and hatches tell them apart in print.
BLACK, GREY, BLUE, ORANGE, GREEN, RED, SKY, YELLOW = (
    "#000000",
    "#6e6e6e",
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#d55e00",
    "#56b4e9",
    "#f0e442",
)


@contextmanager
def drawing() -> Iterator[None]:
    """The look of the figures, whatever the user has set for others. Raises `FigureError` where one cannot be drawn."""
    try:
        from matplotlib import rc_context, style

        with style.context("default"), rc_context({"svg.hashsalt": "huzhu", "svg.fonttype": "path", "timezone": "UTC"}):
            yield
    except (HuzhuError, MemoryError):
        raise
    except Exception as error:
        reason = " ".join(str(error).split())
        raise FigureError(f"a figure cannot be drawn: {type(error).__name__}: {reason}") from error


def save(figure: "Figure", folder: Path, name: str = "history") -> list[Path]:
    """Write the figure as PNG and SVG, the same bytes each time, each file whole or not at all; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {}
    with drawing():
        for kind in ("png", "svg"):
            picture = io.BytesIO()
            figure.savefig(picture, format=kind, dpi=DPI, metadata={"Date": None} if kind == "svg" else None)
            pictures[folder / f"{name}.{kind}"] = picture.getvalue()
    for path, content in pictures.items():
        with whole(path) as file:
            file.write_bytes(content)
    return list(pictures)


def frame(panel: "Axes", days: np.ndarray, shocks: Sequence[Shock], end: bool = True) -> list["Artist"]:
    """What all panels have, for the legend of one: shocks shaded, and with `end` the end of the facts marked."""
    panel.use_sticky_edges = False  # a marker at nothing stays whole
    panel.grid(True, color="#e3e3e3", lw=0.6)
    panel.set_axisbelow(True)
    panel.spines[["top", "right"]].set_visible(False)
    panel.tick_params(labelsize=9)
    shared: list[Artist] = []
    for shock in shocks:
        label = textwrap.fill(plain(shock.title), 24)
        first, last = _day(shock.first), _day(shock.last)
        shared.append(panel.axvspan(first, last, facecolor="#eee3cf", edgecolor="none", zorder=0, label=label))
    if end and days[0] <= np.datetime64(FACTS_END) <= days[-1]:
        shared.append(panel.axvline(_day(FACTS_END), color=GREY, lw=1, ls="-.", label="facts end"))
    return shared


def mark_years(panel: "Axes", days: np.ndarray, quarters: bool = True) -> None:
    """Years below, quarters between unless they are not wanted; months where the run is short."""
    first, last = (pd.Timestamp(day) for day in (days[0], days[-1]))
    if (last - first).days > 500:
        ticks, words = pd.date_range(first, last, freq="YS"), "%Y"
        if quarters:
            panel.set_xticks(pd.date_range(first, last, freq="QS").to_numpy(), minor=True)
    else:
        ticks, words = pd.date_range(first, last, freq="MS"), "%b %Y"
        ticks = ticks[:: 1 + len(ticks) // 8]
    panel.set_xticks(ticks.to_numpy(), labels=[tick.strftime(words) for tick in ticks])
    panel.set_xlim(days[0] - np.timedelta64(10, "D"), days[-1] + np.timedelta64(10, "D"))


def source_line(comparisons: Sequence[Comparison], persons: int | None, seed: int | None) -> str:
    """Where the markers and the lines come from."""
    notes = []
    if comparisons:
        notes.append(f"Facts: abm/data/facts.csv, {len(comparisons)} compared; sums and peaks of a year are not drawn.")
    if persons is not None:
        notes.append(f"Simulation: {persons:,} persons" + (f", seed {seed}." if seed is not None else "."))
    return "  ".join(notes)


def _day(day: date) -> Any:
    """A day as the axis of time takes it."""
    return np.datetime64(day)


def plain(text: str) -> str:
    """Text in letters that every machine's fonts have, and no formulas: Chinese characters are left out."""
    kept = "".join(letter for letter in text if ord(letter) < 0x2E80)
    return kept.replace("()", "").replace("$", r"\$")
