"""What a row of the table of mechanisms is: a mechanism, and the numbers that switch it off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PLAN = "PLAN"  # in a path: each of the plans in which a mechanism is switched off


@dataclass(frozen=True)
class OfTheWorld:
    """An off-value that depends on the world: what it is in that world, in words."""

    meaning: str


@dataclass(frozen=True)
class Switch:
    """Numbers of a scenario by path that turn a mechanism off, and what then changes.

    `series` are names of series of a plan or of the market, `tables` files of the results. A mechanism that works
    through several channels has a switch for each, with the name of the channel as its `variant`.
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
