"""Small pictures for the page: each panel of the pages of `figures` by itself, and two worlds on one axis."""

import functools
import io
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.figures.market import PANELS as MARKET_PANELS
from abm.figures.market import market_of
from abm.figures.platform import PANELS as PLATFORM_PANELS
from abm.figures.platform import history_of
from abm.figures.style import BLUE, GREY, MILLION, ORANGE, drawing, frame, mark_years, plain
from abm.observation import facts
from abm.observation.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT, LEFT, ABOVE, BELOW, LINE = 5.8, 2.9, 0.62, 0.12, 0.42, 0.185  # inches
LEGEND: dict[str, Any] = {"fontsize": 8.5, "frameon": False, "labelspacing": 0.35, "handlelength": 2.2}
FROM_OUTSIDE = "shocks from outside"
THIN = " Thin lines"  # refers to another panel of a page
FORTNIGHT = np.timedelta64(14, "D")
MOST_IN_A_ROW, LONG_LABEL, MOST_TICKS = 3, 26, 5
# What is compared of two worlds: series of a plan, its title, what it is divided by, and its unit.
COMPARED = (
    ("members", "Members", MILLION, "million persons"),
    ("share", "Share published", 1.0, "yuan a period"),
    ("relative_risk", "Risk of covered members over that of the population", 1.0, "ratio"),
    ("trust", "Trust that a valid claim is paid", 1.0, "chance"),
)
MATPLOTLIB = threading.Lock()  # it draws for one thread at a time


@dataclass(frozen=True)
class Picture:
    """A small picture: its title, what it shows in words, and an SVG."""

    title: str
    words: str
    svg: str


def glance(run: Run, plan: str) -> list[Picture]:
    """What happens at a glance: members, share, risk, trust, books of one plan, and the regulator."""
    several = len(run.scenario.platform) > 1
    beside = {
        name: facts.compare(run.series, name, known=_known(name))
        for name in (run.scenario.platform if several else [plan])
    }
    market = market_of(run, beside)
    own = history_of(run.series, plan, beside[plan])
    shocks = run.scenario.passing_shocks
    of_plan = {name: (PLATFORM_PANELS[name], own) for name in ("members", "share", "risk", "books")}
    of_all = {name: (MARKET_PANELS[name], market) for name in ("members", "shares", "trust", "regulator")}
    wanted: list[tuple[Callable[..., tuple[str, str]], Any]] = [
        of_all["members"] if several else of_plan["members"],
        of_all["shares"] if several else of_plan["share"],
        of_plan["risk"],
        of_all["trust"],
        of_plan["books"],
        of_all["regulator"],
    ]
    pictures: list[Picture] = []
    for draw, data in wanted:
        about = plan if data is own and several else ""
        turn = functools.partial(draw, data=data)
        pictures.append(_picture(turn, data.days, shocks, about, first=not pictures))
    return pictures


@functools.cache
def _known(platform: str) -> tuple[facts.Fact, ...]:
    """The facts of a platform, read once for all frames."""
    return tuple(facts.load_facts(platform))


def beside(here: Run, there: Run, names: Sequence[str], plan: str) -> list[Picture]:
    """Two worlds on one axis, and the gap between them filled."""
    ours, others = (history_of(run.series, plan) for run in (here, there))
    pictures: list[Picture] = []
    for series, title, unit_size, unit in COMPARED:

        def draw(
            panel: "Axes", series: str = series, title: str = title, size: float = unit_size, unit: str = unit
        ) -> tuple[str, str]:
            first, second = ours[series] / size, others[series] / size
            panel.fill_between(ours.days, first, second, facecolor="#e8e8e8", edgecolor=GREY, hatch="///", lw=0)
            panel.plot(ours.days, first, color=BLUE, lw=2, label=names[0])
            panel.plot(ours.days, second, color=ORANGE, lw=2, ls="--", label=names[1])
            panel.set_ylim(bottom=0)
            return f"{title}: {_gap(second[-1] - first[-1], unit)}", unit

        pictures.append(_picture(draw, ours.days, here.scenario.passing_shocks, first=not pictures))
    return pictures


def _gap(difference: float, unit: str) -> str:
    """The difference at the end in words."""
    if not np.isfinite(difference):
        return "no difference to be told"
    return f"{difference:+.2f} {unit} in the second world"


def _picture(
    draw: Callable[["Axes"], tuple[str, str]],
    days: np.ndarray,
    shocks: Sequence[Any],
    about: str = "",
    first: bool = False,
) -> Picture:
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    with MATPLOTLIB, drawing(), rc_context({"svg.fonttype": "none", "font.size": 9.5}):
        figure = Figure(facecolor="white")
        panel = figure.add_subplot()
        title, unit = draw(panel)
        handles, labels = panel.get_legend_handles_labels()
        shared = frame(panel, days, shocks)
        for each in shared * first:
            label = FROM_OUTSIDE if isinstance(each, Rectangle) else str(each.get_label())
            if label not in labels:
                handles.append(each)
                labels.append(label)
        labels = [" ".join(plain(label).split()) for label in labels]
        if days.size > 1:
            mark_years(panel, days, quarters=False)
        else:
            panel.set_xlim(days[0] - FORTNIGHT, days[0] + FORTNIGHT)
            panel.set_xticks(days)
        if not panel.dataLim.intervaly.any():  # nothing but zero so far
            panel.set_ylim(0, 1)
        if panel.get_yscale() == "linear":
            panel.locator_params(axis="y", nbins=MOST_TICKS)
        panel.set_ylabel(unit)
        columns = 2 if any(len(label) > LONG_LABEL for label in labels) else MOST_IN_A_ROW
        below = BELOW + LINE * math.ceil(len(labels) / columns)
        height = HEIGHT + below
        figure.set_size_inches(WIDTH, height)
        panel.set_position((LEFT / WIDTH, below / height, 1 - (LEFT + ABOVE) / WIDTH, (HEIGHT - ABOVE) / height))
        if labels:
            figure.legend(handles, labels, loc="lower left", ncols=columns, **LEGEND)
        picture = io.StringIO()
        figure.savefig(picture, format="svg", metadata={"Date": None})
    title = title.partition(THIN)[0]
    heading = f"{about.capitalize()}: {title[0].lower()}{title[1:]}" if about else title
    return Picture(heading, f"{heading} In {unit}, by date.", picture.getvalue())
