"""Values as JSON takes them, and back: what JSON does not know carries its kind."""

from collections import deque
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

import numpy as np
from pydantic import BaseModel

from abm.errors import CheckpointError, shown
from abm.money import Carried
from abm.observation.events import EventKind
from abm.observation.whereabouts import Whereabouts
from abm.platforms.board import Books, Levers, ParentValuation, Trend
from abm.platforms.census import PlanCensus
from abm.platforms.closing import Closing, ClosingKind, Stage
from abm.platforms.policies import Stance
from abm.scenario.parents import ClosingPlan, Parent
from abm.scenario.terms import CoverBand

OF_A_NEW_OWNER = (Parent, ClosingPlan)
RECORDS = (Books, Trend, ParentValuation, Levers, PlanCensus, Carried, Closing, CoverBand, Whereabouts, *OF_A_NEW_OWNER)
ENUMS = (Stage, Stance, ClosingKind, EventKind)
PICKLE = "cannot be held by a checkpoint; pickle the model, which keeps all"
KINDS: dict[str, Any] = {kind.__name__: kind for kind in (*RECORDS, *ENUMS)}
NUMBERS = {
    np.dtype(code).name: np.dtype(code).type for code in "?bBhHiIqQefd"
}  # of numpy, that JSON holds without loss


def plain(value: Any, place: str, seen: set[int] | None = None) -> Any:
    """A value as JSON takes it. Raises `CheckpointError`, naming the place, for one that would not come back as it is.

    With `seen`, lists, tables and queues that are met twice are refused too: they would come back as two.
    """

    def within(item: Any) -> Any:
        return plain(item, place, seen)

    if isinstance(value, list | dict | deque) and seen is not None:
        if id(value) in seen:
            raise CheckpointError(f"{place} = {shown(value)} is shared, and would come back as two; pickle the model")
        seen.add(id(value))
    kind = type(value)
    if kind.__name__ in KINDS and KINDS[kind.__name__] is kind:
        if isinstance(value, Enum):
            return {"kind": kind.__name__, "value": value.value}
        if isinstance(value, BaseModel):
            return {"kind": kind.__name__, "fields": within(value.model_dump())}
        if is_dataclass(value):
            return {"kind": kind.__name__, "fields": {f.name: within(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, np.generic) and NUMBERS.get(value.dtype.name) is kind:
        return {"kind": "number", "value": value.item(), "type": value.dtype.name}
    if kind is date:
        return {"kind": "date", "value": value.isoformat()}
    if kind is deque:
        return {"kind": "deque", "value": [within(item) for item in value], "longest": value.maxlen}
    if kind is tuple:
        return {"kind": "tuple", "value": [within(item) for item in value]}
    if kind is list:
        return [within(item) for item in value]
    if kind is dict:
        return {"kind": "dict", "value": [[within(key), within(item)] for key, item in value.items()]}
    if value is None or kind in (bool, int, float, str):
        return value
    raise CheckpointError(f"{place} = {shown(value)} {PICKLE}")


def rich(value: Any) -> Any:
    """The reverse of `plain`."""
    if isinstance(value, list):
        return [rich(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value["kind"]
    if kind == "number":
        return NUMBERS[value["type"]](value["value"])
    if kind == "date":
        return date.fromisoformat(value["value"])
    if kind == "deque":
        return deque(map(rich, value["value"]), maxlen=value["longest"])
    if kind == "tuple":
        return tuple(map(rich, value["value"]))
    if kind == "dict":
        return {rich(key): rich(item) for key, item in value["value"]}
    if "fields" in value:
        if value["fields"].get("kind") == "dict":
            return KINDS[kind](**rich(value["fields"]))
        return KINDS[kind](**{name: rich(item) for name, item in value["fields"].items()})
    return KINDS[kind](value["value"])


def put(owner: Any, kept: dict[str, Any], names: set[str]) -> None:
    """Set attributes to what was kept, those of these names and others that a user has added.

    Raises `TypeError` for what is missing or of another kind than what is there.
    """
    values = {name: rich(value) for name, value in kept.items()}
    of_others = any(name in vars(owner) for name in values.keys() - names)
    if of_others or not all(name in values and _alike(getattr(owner, name), values[name]) for name in names):
        raise TypeError("attributes are missing, or of another kind")
    for name, value in values.items():
        setattr(owner, name, value)


def _alike(there: Any, kept: Any) -> bool:
    """Whether a value may take the place of another one, which is None where there may be none."""
    numbers = (int, float, np.number)
    if there is None:
        return kept is None or isinstance(kept, (*numbers, *RECORDS))
    if is_dataclass(there) and type(there) is type(kept):
        return all(_alike(getattr(there, each.name), getattr(kept, each.name)) for each in fields(there))
    if isinstance(there, tuple) and isinstance(kept, tuple):
        return len(there) == len(kept) and all(map(_alike, there, kept))
    if isinstance(there, list | deque) and type(there) is type(kept) and (there or kept):
        first = (there or kept)[0]  # it grows from what it begins with
        return bool(kept) and first is not None and all(_alike(first, each) for each in kept)
    if isinstance(there, dict) and isinstance(kept, dict):
        return all(_alike(there[name], kept[name]) for name in there.keys() & kept.keys())
    return type(there) is type(kept) or (isinstance(there, numbers) and isinstance(kept, numbers))
