"""What all agents of the model are: Mesa's, with numbers that keep no model in memory, and views no copy shares."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

import mesa
import numpy as np

from abm.errors import ModelError

if TYPE_CHECKING:
    from abm.model import MutualAidModel


class Numbers(WeakKeyDictionary[mesa.Model, Iterator[int]]):
    """The numbers that agents get, from 1 up in each model that somebody still holds."""

    def __getitem__(self, model: mesa.Model) -> Iterator[int]:
        return self.setdefault(model, count(1))


class Agent(mesa.Agent):
    """An agent whose model goes when nobody holds it; Mesa 3.3 keeps every model that ever made one."""

    model: "MutualAidModel"
    _ids = Numbers()
    views: ClassVar[tuple[str, ...]] = ()  # attributes that a copy looks up in its own model

    @classmethod
    def count_from(cls, model: mesa.Model, number: int) -> None:
        """Give the agents of a model numbers from this one up."""
        cls._ids[model] = count(number)

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in super().__getstate__().items() if name not in self.views}
        require_no_views(f"{type(self).__name__} {self.unique_id}", state, self.model.rows)
        return state


def require_no_views(owner: str, attributes: Mapping[str, Any], rows: tuple[np.ndarray, ...]) -> None:
    """Raise `ModelError` for an attribute that is a view onto rows: in a copy it would show other rows than the copy's.

    Looked at are arrays and rows of arrays, also those in lists, tuples and dictionaries.
    """
    for name, value in attributes.items():
        if _has_view(value, rows):
            raise ModelError(
                f"{owner}: {name} is a view onto rows of its model, and a copy has rows of its own; look it up"
            )


def _has_view(value: Any, rows: tuple[np.ndarray, ...]) -> bool:
    if isinstance(value, list | tuple):
        return any(_has_view(item, rows) for item in value)
    if isinstance(value, dict):
        return any(_has_view(item, rows) for item in value.values())
    while isinstance(value, np.ndarray | np.void) and value.base is not None:
        value = value.base
        if any(value is each for each in rows):
            return True
    return False
