"""What a visitor of the page may ask for, and what is told beside the frames."""

from dataclasses import dataclass, replace
from typing import Any

from abm.page.choices import Setup
from abm.story.narrative import Happening

VIEWS = {"glance": "At a glance", "friends": "Friends and lives", "worlds": "Two worlds", "events": "Events"}


@dataclass(frozen=True)
class Request:
    """What the visitor wants to see.

    `counterfactual` are the changes of a second world with the same luck; an empty one undoes all changes.
    """

    setup: Setup
    counterfactual: tuple[tuple[str, Any], ...] | None = None
    counterfactual_name: str = ""
    steps: int = 1
    playing: bool = False
    stride: int = 1  # steps between frames
    pause: float = 0.25  # seconds between frames
    view: str = "glance"
    plan: str = ""
    person: int | str | None = None
    centre: int | None = None

    @property
    def worlds(self) -> tuple[Setup, ...]:
        """The worlds asked for, one or two."""
        if self.counterfactual is None:
            return (self.setup,)
        return self.setup, replace(
            self.setup, changes=self.setup.changes + self.counterfactual if self.counterfactual else ()
        )


@dataclass(frozen=True)
class Lives:
    """Lives in the first world up to a step: rows worth hearing of by pick, the story of one, and why others left."""

    setup: Setup
    step: int
    picks: dict[str, int]
    row: int | None
    story: tuple[Happening, ...]
    why: dict[int, str]  # by row, of those drawn who left by choice


class Overtaken(Exception):  # noqa: N818
    """Something else is asked for by now."""


@dataclass(frozen=True)
class Note:
    """What the page says beside a frame: how far it is while busy, or what was refused."""

    busy: str = ""
    fault: str = ""
