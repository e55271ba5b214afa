"""What all agents of the model are: Mesa's, with numbers that keep no model in memory."""

from collections.abc import Iterator
from itertools import count
from weakref import WeakKeyDictionary

import mesa


class Numbers(WeakKeyDictionary[mesa.Model, Iterator[int]]):
    """The numbers that agents get, from 1 up in each model that somebody still holds."""

    def __getitem__(self, model: mesa.Model) -> Iterator[int]:
        return self.setdefault(model, count(1))


class Agent(mesa.Agent):
    """An agent whose model goes when nobody holds it; Mesa 3.3 keeps every model that ever made one."""

    _ids = Numbers()
