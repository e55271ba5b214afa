"""One page on a market: members and closings, shares, the regulator, trust, insurance, and who paid for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
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
from abm.observation.chronicle import STOP, acts
from abm.observation.events import EventKind
from abm.observation.facts import Comparison
from abm.platforms.closing import ClosingKind, Stage
from abm.scenario.scenario import Scenario, Shock

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pandas.core.window import Rolling

    from abm.observation.run import Run

LOOKS: tuple[tuple[str, Any], ...] = (
    (BLACK, "-"),
    (BLUE, "--"),
    (RED, "-."),
    (GREEN, ":"),
    (ORANGE, (0, (5, 1, 1, 1, 1, 1))),
    (SKY, (0, (1.5, 0.8))),
)
ENDS = {ClosingKind.ACTIVE: "^", ClosingKind.PASSIVE: "v", ClosingKind.ORDERED: "s", ClosingKind.FLIGHT: "X"}
# Of insurance products, as many as a scenario may have.
PRODUCT_LOOKS = tuple(zip((BLUE, RED, GREEN, ORANGE, SKY, YELLOW, GREY, BLACK), ("", *"osDv^PX"), strict=True))
MARK_EVERY = 12  # half-months between the markers of a line
ACTS = {EventKind.WARNING: "v", EventKind.RECTIFICATION: "D", STOP: "X"}
STANCES = (("tolerates", "white"), ("warns", "#dcdcdc"), ("rectifies", "#a8a8a8"), ("would close", "#606060"))
QUARTER = 6  # half-months
FEWEST, LEAST = 1e4, 0.01  # members and yuan below which nothing is drawn
ONE_CASE = 0.99  # relative standard error of a share where a single case was paid, but for rounding
OBSERVED = {"members": ("o", "members, observed"), "sharing": ("D", "members sharing,\nobserved")}


@dataclass(frozen=True)
class Market:
    """What the panels draw from."""

    days: np.ndarray
    series: pd.DataFrame
    large: Sequence[str]
    small: Sequence[str]
    closings: pd.DataFrame
    events: pd.DataFrame
    transfers: pd.DataFrame
    comparisons: Mapping[str, Sequence[Comparison]]
    scenario: Scenario

    def of(self, platform: str, name: str) -> np.ndarray:
        """A series of a platform."""
        return self.series[f"{platform}.{name}"].to_numpy(float)

    def look(self, platform: str) -> dict[str, Any]:
        """Colour and style of the line of a platform."""
        if platform in self.small:
            return {"color": "#9a9a9a", "ls": "-", "lw": 0.9, "zorder": 1.5}
        colour, style = LOOKS[self.large.index(platform)]
        return {"color": colour, "ls": style, "lw": 1.7}


def market_of(run: "Run", comparisons: Mapping[str, Sequence[Comparison]]) -> Market:
    """What a run shows of its market, the largest plans first. Raises `SeriesError` before the first step."""
    if run.series.empty:
        raise SeriesError("there is no step to draw")
    by_size = sorted(run.scenario.platform, key=lambda name: -float(run.series[f"{name}.members"].max()))
    large, small = by_size[: len(LOOKS)], by_size[len(LOOKS) :]
    days = pd.to_datetime(run.series["date"]).to_numpy()
    return Market(days, run.series, large, small, run.closings, run.events, run.transfers, comparisons, run.scenario)


@drawing()
def panorama(run: "Run", comparisons: Mapping[str, Sequence[Comparison]]) -> "Figure":
    """A page of six panels on a run of several platforms; `comparisons` are those of `facts.compare` by platform.

    The six platforms that were largest at any time have lines of their own, the others are grey.
    """
    from matplotlib.figure import Figure

    data = market_of(run, comparisons)
    days, large = data.days, data.large
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    grid = figure.add_gridspec(6, 1, height_ratios=(1.75, 1.25, 1, 0.85, 0.85, 0.95))
    grid.update(left=0.085, right=0.765, top=0.925, bottom=0.058, hspace=0.33)
    panels = [figure.add_subplot(grid[0])]
    panels += [figure.add_subplot(grid[row], sharex=panels[0]) for row in range(1, 5)]
    panels.append(figure.add_subplot(grid[5]))
    drawings = (_members, _shares, _regulator, _trust, _insurance, _transfers)
    for letter, panel, draw in zip("abcdef", panels, drawings, strict=True):
        title, unit = draw(panel, data)
        shocks: Sequence[Shock] = () if draw is _transfers else run.scenario.passing_shocks
        _dress(panel, f"({letter})  {title}", unit, data, shocks, timeless=draw is _transfers)
    for panel in panels[:5]:
        mark_years(panel, days)
        panel.tick_params(labelbottom=panel is panels[4])
    figure.align_ylabels(panels)
    first, last = (pd.Timestamp(day).strftime("%B %Y") for day in (days[0], days[-1]))
    figure.text(0.085, 0.972, f"The market, {first} to {last}", fontsize=16, fontweight="bold")
    intro = "Lines are simulated, white markers observed. A period is half a month; a person can be in several plans."
    figure.text(0.085, 0.955, intro, fontsize=10)
    shown = [
        each
        for platform in large
        for each in comparisons.get(platform, ())
        if any(_to_draw(each, kind) for kind in OBSERVED)
    ]
    note = source_line(shown, run.scenario.people.persons, run.seed)
    figure.text(0.085, 0.014, note, fontsize=8, color=GREY)
    return figure


def _members(panel: "Axes", data: Market) -> tuple[str, str]:
    for platform in (*data.large, *data.small):
        members = data.of(platform, "members")
        label = platform if platform in data.large else f"the {len(data.small)} others" * (platform == data.small[0])
        panel.plot(data.days, np.where(members >= FEWEST, members, np.nan) / 1e6, label=label, **data.look(platform))
    for ending, marker in ENDS.items():
        ends = data.closings[data.closings["kind"] == ending]
        colours = [data.look(platform)["color"] for platform in ends["platform"]]
        if len(ends):
            look: dict[str, Any] = {"edgecolors": BLACK, "linewidths": 0.9, "zorder": 5, "s": 58, "clip_on": False}
            height = np.maximum(ends["members"].to_numpy(float), FEWEST) / 1e6
            panel.scatter(pd.to_datetime(ends["announced"]).to_numpy(), height, c=colours, marker=marker, **look)
            panel.scatter([], [], c="white", marker=marker, label=f"{ending} closing", **look)
    for kind, (marker, label) in OBSERVED.items():
        for platform in data.large:
            facts = [each.fact for each in data.comparisons.get(platform, ()) if _to_draw(each, kind)]
            middle = np.array([fact.first + (fact.last - fact.first) / 2 for fact in facts], "datetime64[D]")
            values = [fact.value / 1e6 for fact in facts]
            look = {"mfc": "white", "mec": data.look(platform)["color"], "mew": 1.2, "ms": 4.2, "ls": "", "zorder": 4}
            if facts:
                panel.plot(middle, values, marker=marker, label=label, **look)
                label = ""
    panel.set_yscale("log")
    panel.set_ylim(bottom=FEWEST / 1e6)
    _plain_numbers(panel)
    return "Who held the members, and who closed?", "million memberships"


def _to_draw(each: Comparison, kind: str) -> bool:
    """Whether a fact is of that kind and of a day or a few months."""
    fact = each.fact
    return fact.meaning.kind == kind and fact.meaning.momentary and (fact.last - fact.first).days < 100


def _shares(panel: "Axes", data: Market) -> tuple[str, str]:
    for platform in (*data.large, *data.small):
        share, noise = data.of(platform, "share"), data.of(platform, "share_noise")
        inside = (data.of(platform, "stage") <= Stage.CLOSING) & (data.of(platform, "members_sharing") >= FEWEST)
        mean = _quarter(np.where(inside, share, np.nan)).mean().to_numpy(float)
        squares = _quarter(np.where(inside, np.nan_to_num(share * noise) ** 2, np.nan)).sum().to_numpy(float)
        error = np.sqrt(squares) / np.maximum(1, _quarter(inside.astype(float)).sum().to_numpy(float))
        mean = np.where((error < ONE_CASE * mean) & (mean >= LEAST), mean, np.nan)
        panel.plot(data.days, mean, **data.look(platform))
        if platform in data.large:
            look: dict[str, Any] = {"color": data.look(platform)["color"], "alpha": 0.15, "lw": 0}
            panel.fill_between(data.days, np.maximum(mean - error, LEAST), mean + error, **look)
    panel.fill_between([], [], color=GREY, alpha=0.3, lw=0, label="± one standard deviation\nby chance")
    panel.set_yscale("log")
    panel.set_ylim(bottom=LEAST)
    _plain_numbers(panel)
    return "What did a member pay? Means of three months with two cases or more", "yuan a period"


def _quarter(values: np.ndarray) -> "Rolling[pd.Series[float]]":
    """The three months around each half-month."""
    return pd.Series(values).rolling(QUARTER, center=True, min_periods=1)


def _regulator(panel: "Axes", data: Market) -> tuple[str, str]:
    pressure, stance = (data.series[name].to_numpy(float) for name in ("pressure", "stance"))
    panel.plot(data.days, pressure, color=BLACK, lw=1.7, label="pressure")
    settings, top = data.scenario.supervision, float(pressure.max())
    marks = {"warning mark": settings.warn_at, "rectifying mark": settings.rectify_at}
    for style, (label, mark) in zip((":", "--"), marks.items(), strict=True):
        if mark < 1.5 * top:
            panel.axhline(mark, color=GREY, lw=1, ls=style, label=label)
            top = max(top, mark)
    panel.set_ylim(0, 1.4 * top or 1)
    turns = [0, *(np.flatnonzero(np.diff(stance)) + 1), len(stance) - 1]
    for first, last in pairwise(turns):
        label, grey = STANCES[int(stance[first])]
        label = "" if label in [patch.get_label() for patch in panel.patches] else label
        look: dict[str, Any] = {"facecolor": grey, "edgecolor": BLACK, "lw": 0.5, "zorder": 2.5}
        panel.axvspan(data.days[first], data.days[last], ymax=0.07, label=label, **look)
    found = acts(data.events)
    for act, marker in ACTS.items():
        days = pd.to_datetime(found["date"][found["act"] == act]).to_numpy()
        if days.size:
            panel.vlines(days, 0.07, 0.9, transform=panel.get_xaxis_transform(), color=GREY, lw=0.8, ls=":")
            look = {"ls": "", "marker": marker, "ms": 6, "mfc": "white", "mec": BLACK, "mew": 1.2, "label": act}
            panel.plot(days, np.full(days.size, 0.9), transform=panel.get_xaxis_transform(), **look)
    return "What weighed on the regulator, and what did it do?", "pressure"


def _trust(panel: "Axes", data: Market) -> tuple[str, str]:
    for platform in data.large:
        panel.plot(data.days, data.of(platform, "trust"), **(data.look(platform) | {"lw": 0.9}))
    panel.plot(data.days, data.series["plan_trust"], color=BLACK, lw=3.2, alpha=0.55, label="all memberships")
    panel.set_ylim(0, 1)
    return "Did members trust that a claim is paid? Thin lines as in (a)", "chance"


def _insurance(panel: "Axes", data: Market) -> tuple[str, str]:
    for name, (colour, marker) in zip(data.scenario.insurance.products, PRODUCT_LOOKS, strict=False):
        look: dict[str, Any] = {"color": colour, "marker": marker, "markevery": MARK_EVERY, "ms": 4, "mfc": "white"}
        members, everybody = (100 * data.series[f"{name}_share{whom}"] for whom in ("_members", ""))
        panel.plot(data.days, members, lw=1.7, label=f"{name}: members", **look)
        panel.plot(data.days, everybody, lw=1.5, ls="--", label=f"{name}: all persons", **look)
    panel.set_ylim(bottom=0)
    return "What did they buy instead?", "% insured"


def _transfers(panel: "Axes", data: Market) -> tuple[str, str]:
    table = data.transfers
    place = np.arange(len(table)) + 0.0
    order = [*np.flatnonzero(table["risk"] == "healthy"), *np.flatnonzero(table["risk"] != "healthy")]
    place[len(table) // 2 :] += 0.6
    bars = (("paid_yuan", "shares paid", YELLOW, ""), ("aid_yuan", "aid received", BLUE, "////"))
    for side, (name, label, colour, hatch) in zip((-0.2, 0.2), bars, strict=True):
        look: dict[str, Any] = {"facecolor": colour, "hatch": hatch, "edgecolor": BLACK, "lw": 0.6}
        panel.bar(place + side, table[name].to_numpy(float)[order] / 1e9, width=0.4, label=label, **look)
    panel.set_xticks(place, labels=[str(age) for age in table["age"].to_numpy()[order]])
    for risk, middle in zip(("healthy", "high-risk"), (0.25, 0.75), strict=True):
        panel.text(middle, 0.9, risk, transform=panel.transAxes, ha="center", fontsize=9, fontweight="bold")
    panel.set_ylim(top=1.18 * max(panel.get_ylim()[1], 1e-9))
    return "Who paid for whom? By age at the end, and risk", "billion yuan"


def _plain_numbers(panel: "Axes") -> None:
    """Numbers of a logarithmic axis as one reads them."""
    panel.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    panel.yaxis.set_minor_formatter(lambda *_: "")


def _dress(panel: "Axes", title: str, unit: str, data: Market, shocks: Sequence[Shock], timeless: bool) -> None:
    """Title, unit, frame and legend of a panel."""
    handles, labels = panel.get_legend_handles_labels()
    shared = frame(panel, data.days, shocks, end=not timeless)
    if title.startswith("(b)"):
        handles, labels = handles + shared, labels + [plain(str(each.get_label())) for each in shared]
    panel.set_title(title, loc="left", fontsize=11, fontweight="bold", pad=6)
    panel.set_ylabel(unit, fontsize=9)
    look: dict[str, Any] = {"fontsize": 8.5, "frameon": False, "labelspacing": 0.45, "handlelength": 2.6}
    panel.legend(handles, labels, loc="upper left", bbox_to_anchor=(1.01, 1.04), **look)


# Each draws one panel of a `Market`, and returns its title and the unit of its upright axis.
PANELS = {"members": _members, "shares": _shares, "regulator": _regulator, "trust": _trust, "insurance": _insurance}
