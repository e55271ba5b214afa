"""Frames: what is seen of one or two worlds at one moment. A frame never changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from abm.errors import ForkError
from abm.model import MutualAidModel
from abm.observation.events import readable
from abm.page.charts import Picture, beside, glance
from abm.page.choices import Setup
from abm.page.friends import LARGE_PLANS, Circle, Node
from abm.page.requests import Request
from abm.platforms.policies import Stance
from abm.runs.fork import Fates
from abm.runs.run import so_far
from abm.scenario.scenario import Shock

STANCES = {Stance.TOLERATE: "tolerates", Stance.WARN: "warns", Stance.RECTIFY: "rectifies", Stance.CLOSE: "would close"}


@dataclass(frozen=True)
class Card:
    """A number of the moment: its name, the value in words, and what it means."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True)
class Event:
    """Something that happened: when, to whom or by whom, what, and more about it."""

    day: date
    who: str
    what: str
    detail: str


@dataclass(frozen=True)
class Frame:
    """What is seen at one moment.

    `worlds`: cards of each; `friends`: nodes of each; `gaps`: the second against the first, in sentences;
    `counterfactual`: the changes of the second.
    """

    number: int
    view: str
    setup: Setup
    counterfactual: tuple[tuple[str, Any], ...] | None
    names: tuple[str, ...]
    plan: str
    plans: tuple[str, ...]
    day: date
    step: int
    steps: int
    playing: bool
    worlds: tuple[tuple[Card, ...], ...]
    pictures: tuple[Picture, ...]
    events: tuple[tuple[Event, ...], ...]
    shocks: tuple[Shock, ...]
    friends: tuple[tuple[Node, ...], ...]
    ties: tuple[tuple[int, int], ...]
    coloured: tuple[tuple[str, str], ...]
    gaps: tuple[str, ...]

    @property
    def ended(self) -> bool:
        """Whether the calendar is over."""
        return self.step >= self.steps


def take(models: Sequence[MutualAidModel], request: Request, number: int, circle: Circle | None) -> Frame:
    """Look at the worlds of a request; only what its view shows is drawn."""
    first, plans = models[0], tuple(models[0].case.platform)
    runs = [so_far(model) for model in models]
    largest = sorted(plans, key=lambda name: -float(runs[0].series[f"{name}.members"].max()))
    plan = request.plan if request.plan in plans else largest[0]
    pictures: list[Picture] = []
    if request.view == "glance":
        pictures = glance(runs[0], plan)
    names = ("as set", request.counterfactual_name)[: len(models)]
    if request.view == "worlds" and len(models) > 1:
        pictures = beside(runs[0], runs[1], names, plan)
    return Frame(
        number=number,
        view=request.view,
        setup=request.setup,
        counterfactual=request.counterfactual,
        names=names,
        plan=plan,
        plans=plans,
        day=first.day,
        step=first.now + 1,
        steps=first.case.calendar.periods,
        playing=request.playing,
        worlds=tuple(_cards(model, plan) for model in models),
        pictures=tuple(pictures),
        events=tuple(map(_events, models)),
        shocks=first.case.passing_shocks,
        friends=tuple(circle.nodes(model, largest[: len(LARGE_PLANS)]) for model in models) if circle else (),
        ties=circle.ties if circle else (),
        coloured=tuple(zip(largest, LARGE_PLANS, strict=False)),
        gaps=_gaps(models) if request.view == "worlds" and len(models) > 1 else (),
    )


def _events(model: MutualAidModel) -> tuple[Event, ...]:
    """What has happened so far, in the model and from outside."""
    shocks = (each for each in model.case.shocks if each.first <= model.day)
    outside = [Event(each.first, "from outside", each.title, f"until {each.last}") for each in shocks]
    inside = [Event(*readable(event).values()) for event in model.events]
    return tuple(sorted(inside + outside, key=lambda event: event.day))


def _cards(model: MutualAidModel, plan: str) -> tuple[Card, ...]:
    """The numbers of the moment, for one plan."""
    now = {name.removeprefix(f"{plan}."): value for name, value in model.latest.items()}
    noise = model.datacollector.model_vars[f"{plan}.share_noise"]
    seen = [value for value in noise if value == value]
    error = f"; chance alone moves it by about {seen[-1]:.1%}" if seen else ""
    return (
        Card("Members", f"{now['members'] / 1e6:.1f} million", "inside the plan, the waiting among them"),
        Card("Share", f"{now['share']:.2f} yuan", f"published for this half-month{error}"),
        Card("Expected", _number(now["expected_share"], " yuan"), "the share that members expect, mean"),
        Card("Relative risk", _number(now["relative_risk"], ""), "risk of covered members over the population's"),
        Card("Trust", _number(now["trust"], ""), "believed chance that a valid claim is paid, mean of the covered"),
        Card("Surplus", f"{now['surplus'] / 1e6:+.1f} million yuan", "of the platform in this half-month"),
        Card("Left", _people(now["left"]), "chose to leave in this half-month"),
        Card("Regulator", STANCES[Stance(int(model.latest["stance"]))], "its stance to plans without a licence"),
    )


def _people(number: float) -> str:
    return f"{number / 1e6:.2f} million" if number >= 1e6 else f"{number:,.0f}"


def _cases(model: MutualAidModel, series: str) -> str:
    """How many cases there were so far in all plans, by a series of them."""
    counted = model.datacollector.model_vars
    return _people(sum(sum(counted[f"{plan}.{series}"]) for plan in model.case.platform))


def _number(value: float, unit: str) -> str:
    return f"{value:.2f}{unit}" if value == value else "none yet"


def _gaps(models: Sequence[MutualAidModel]) -> tuple[str, ...]:
    """What became of the same persons in the second world, in sentences."""
    there, here = (Fates.of(model) for model in models)
    try:
        found = {name: _people(count) for name, count in here.against(there).items()}
    except ForkError:
        return ("Other people fall ill in the second world, so persons cannot be compared one by one.",)
    return (
        f"{found['covered_only_here']} persons are in a plan only in the second world,"
        f" {found['covered_only_there']} only in the first.",
        f"{_cases(models[1], 'aided')} cases were aided in the second, {_cases(models[0], 'aided')} in the first.",
        f"{_cases(models[1], 'refused')} were refused in the second, {_cases(models[0], 'refused')} in the first.",
        f"{found['paid_more_here']} paid more in the second, {found['paid_less_here']} paid less.",
    )
