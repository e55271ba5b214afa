"""Some friends among all persons, and what each of them is: drawn as circles, triangles and crosses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from abm.figures.style import BLUE, GREEN, GREY, ORANGE, RED, SKY
from abm.model import MutualAidModel
from abm.observation.series import INSIDE
from abm.persons.network import layout, neighbourhood, ties_among
from abm.persons.situation import age_of
from abm.persons.state import HealthState, Status, Trait
from abm.story.events import Kind
from abm.story.narrative import Happening

MOST_DRAWN = 150
LARGE_PLANS = (BLUE, GREEN, SKY, "#cc79a7", "#f0e442", "#8c564b")  # the other plans are grey
INK, GROUND = "currentColor", "var(--huzhu-ground, #ffffff)"  # legible in light and dark
CIRCLE, TRIANGLE, DIAMOND, CROSS, DOT = "circle", "triangle", "diamond", "cross", "dot"

# Stage outside a plan: form, colour, words.
OUTSIDE = {
    Status.LEFT: (DIAMOND, ORANGE, "left by choice"),
    Status.LAPSED: (DIAMOND, GREY, "removed after failed deductions"),
    Status.AIDED: ("star", GREEN, "was aided"),
    Status.REFUSED: (CROSS, RED, "claimed in vain"),
    Status.DECLINED: (CROSS, GREY, "turned away at the door"),
    Status.BARRED: (CROSS, ORANGE, "fell ill while waiting"),
    Status.AGED_OUT: (DOT, INK, "grew too old"),
    Status.ENDED: ("square", INK, "the plan ended"),
}


@dataclass(frozen=True)
class Node:
    """A person as drawn: row, place, form, fill, outline, and in words."""

    row: int
    x: float
    y: float
    form: str
    fill: str
    outline: str
    words: str


@dataclass(frozen=True)
class Circle:
    """Persons to be drawn, by row, their places and their ties; the same as long as the network is."""

    rows: np.ndarray
    places: np.ndarray
    ties: tuple[tuple[int, int], ...]

    @classmethod
    def around(cls, model: MutualAidModel, person: int) -> "Circle":
        """A person, their friends, the friends of those, and so on."""
        rows = neighbourhood(model.network, person, MOST_DRAWN)
        return cls(rows, layout(model.network, rows), tuple(ties_among(model.network, rows)))

    def nodes(self, model: MutualAidModel, plans: Sequence[str]) -> tuple[Node, ...]:
        """What each is at the present state of a model. `plans`: those with a colour of their own."""
        return tuple(
            _node(model, row, place, plans) for row, place in zip(self.rows.tolist(), self.places.tolist(), strict=True)
        )


def leavers(model: MutualAidModel, circle: Circle | None) -> list[int]:
    """Rows of those drawn who have left a plan by choice."""
    if circle is None:
        return []
    left = (model.memberships["status"][circle.rows] == Status.LEFT).any(axis=1)
    return [int(row) for row in circle.rows[left]]


def why_left(story: Sequence[Happening]) -> str:
    """What weighed most against staying when a person left last, and how much; empty who never left."""
    for each in reversed(story):
        if each.kind == Kind.LEFT and each.terms:
            heaviest = min(each.terms, key=lambda term: term.worth)
            return f"left {each.platform} on {each.day}: {heaviest.weight.short}, {-heaviest.worth:,.0f} yuan a year"
    return ""


def _node(model: MutualAidModel, row: int, place: list[float], plans: Sequence[str]) -> Node:
    person = model.persons[row]
    names = list(model.case.platform)
    memberships = [(names[m["platform"]], Status(m["status"])) for m in model.memberships[row] if m["platform"] >= 0]
    inside = [(name, status) for name, status in memberships if status in INSIDE]
    past = [(name, status) for name, status in memberships if status in OUTSIDE]
    ill, risky = person["health"] == HealthState.DIAGNOSED, bool(person["traits"] & Trait.HIGH_RISK)
    form, fill = (TRIANGLE if risky else CIRCLE), GROUND
    if inside:
        name, status = inside[0]
        fill = LARGE_PLANS[plans.index(name)] if name in plans else GREY
        fill = f"{fill}66" if status == Status.WAITING else fill
    elif past:
        form, fill, _ = OUTSIDE[past[-1][1]]
    words = ["ill" if ill else "high risk" if risky else "well"]
    words += [f"{name}: {status.name.lower().replace('_', ' ')}" for name, status in inside]
    words += [f"{name}: {OUTSIDE[status][2]}" for name, status in past]
    words += [] if memberships else ["never in a plan"]
    age = age_of(person, model.world)
    sex = "woman" if person["traits"] & Trait.FEMALE else "man"
    about = f"person {row}, a {sex} of {age}; {'; '.join(words)}"
    return Node(row, round(place[0], 3), round(place[1], 3), form, fill, RED if ill else "#777777", about)
