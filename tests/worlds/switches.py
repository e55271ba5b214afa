"""What tests of mechanisms share."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from abm.mechanisms import off
from abm.model import MutualAidModel
from abm.persons.founding import found
from abm.persons.state import Status

SIGMAS = 4.0


def as_found(model: MutualAidModel, *fields: str) -> None:
    """Persons differ in these as the scenario has it, and are not made equal."""
    persons = found(model.case, model.world.incidence, model.seed)
    for field in fields:
        model.persons[field] = persons[field]


def inside(model: MutualAidModel) -> np.ndarray:
    """Who is in."""
    status = model.memberships["status"][:, 0]
    return (status >= Status.WAITING) & (status <= Status.CLAIMING)


def standard_error(*groups: np.ndarray) -> float:
    """Of the difference of the means of independent groups."""
    return math.sqrt(sum(group.var() / group.size for group in groups))


def shut_the_door(model: MutualAidModel) -> None:
    """Nobody may join any more: who leaves has left."""
    model.persons["credit"] = 350


def table(model: MutualAidModel) -> pd.DataFrame:
    """The series so far, of all platforms."""
    return model.datacollector.get_model_vars_dataframe()


def on_and_off(
    mechanism: str,
    run_it: Callable[[dict[str, Any]], float],
    names: Iterable[str] = (),
    variant: str | None = None,
    on: dict[str, Any] | None = None,
) -> tuple[float, float]:
    """The observable with the mechanism and without it."""
    return run_it(on or {}), run_it((on or {}) | off(mechanism, names, variant))
