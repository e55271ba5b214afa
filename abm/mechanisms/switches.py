"""What a row of the table of mechanisms is: a mechanism, and the numbers that switch it off."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# In a path: each of the plans, insurance products or mutual insurers in which a mechanism is switched off.
PLAN, PRODUCT, INSURER = "PLAN", "PRODUCT", "INSURER"
KINDS = {PLAN: "plan", PRODUCT: "product", INSURER: "insurer"}


def kind_in(path: str) -> str | None:
    """The word in a path that stands for names of the world's own; None where it is one path."""
    return next((word for word in KINDS if f".{word}." in path), None)


def starred(path: str) -> str:
    """A path, or a series, with a star for each such word, as readers are shown it."""
    return re.sub("|".join(KINDS), "*", path)


@dataclass(frozen=True)
class OfTheWorld:
    """An off-value that depends on the world: what it is in that world, in words."""

    meaning: str


@dataclass(frozen=True)
class Switch:
    """Numbers of a scenario by path that turn a mechanism off, and what then changes.

    `series` are names of series of a plan or of the market, with PRODUCT in them of each product; `tables` are files of
    the results. A mechanism that works through several channels has a switch for each, with the name of the channel as
    its `variant`.
    """

    off: Mapping[str, Any]
    observable: str
    series: tuple[str, ...]
    tables: tuple[str, ...] = ()
    variant: str = ""


@dataclass(frozen=True)
class Mechanism:
    """A mechanism that observers name: its id, a short standard term, what is meant, and its switches."""

    id: str
    name: str
    meaning: str
    switches: tuple[Switch, ...]
