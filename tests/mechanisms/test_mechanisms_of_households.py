"""The mechanism of households (row A16), switched on and off under the same luck."""

from functools import cache
from typing import Any

import numpy as np

from abm.model import MutualAidModel
from abm.persons.founding import found
from abm.persons.guardians import appoint
from abm.persons.state import Status
from abm.scenario.files import load
from worlds.switches import inside, on_and_off

ON: dict[str, Any] = {"people.households": True}
PERSONS, STEPS, BREAK = 10_000, 30, 24  # a year and a quarter of Xianghubao
GROWN_UP = 16  # at the start, from which a child may decide alone before the end


@cache
def guardians() -> np.ndarray:
    """Who would decide for each person, in a world with households and without."""
    case = load("xianghubao", ON | {"people.persons": PERSONS})
    model = MutualAidModel("xianghubao", persons=10, seed=1)
    rows: np.ndarray = appoint(found(case, model.world.incidence, 1), case, 1).astype(np.int64)
    return rows


def world(changes: dict[str, Any]) -> MutualAidModel:
    model = MutualAidModel("xianghubao", persons=PERSONS, seed=1, changes=changes, drive="compiled")
    for _ in range(BREAK):
        model.step()
    return model


def children(model: MutualAidModel) -> np.ndarray:
    young: np.ndarray = (model.persons["age_at_start"] < GROWN_UP) & (guardians() != np.arange(PERSONS))
    return young


def test_a16_children_are_members_where_their_parents_are() -> None:
    """A16: the part of children inside whose guardian is not. Children who decide alone seldom have one there."""

    def apart(changes: dict[str, Any]) -> float:
        model = world(changes)
        young, members = children(model) & inside(model), inside(model)
        assert young.sum() > 50
        assert (model.latest["xianghubao.in_care"] > 0.1) == changes["people.households"]
        return float((~members[guardians()])[young].mean())

    together, alone = on_and_off("A16", apart, on=ON)
    assert together < 0.02
    assert alone > 0.5


def test_a16_families_leave_together() -> None:
    """A16: all parents want to be out. Of the children who leave then, the part whose guardian left just before."""

    def after_the_guardian(changes: dict[str, Any]) -> float:
        model = world(changes)
        stays = np.isin(np.arange(PERSONS), np.flatnonzero(children(model)))
        model.persons["altruism"][~stays] = -1e6
        model.persons["altruism"][stays] = 1e6
        for _ in range(STEPS - BREAK):
            model.step()
        m = model.memberships[:, 0]
        gone = children(model) & (m["status"] == Status.LEFT) & (m["since"] >= BREAK)
        whose = m[guardians()]
        return float((gone & (whose["status"] == Status.LEFT) & (m["since"] - whose["since"] == 1)).sum())

    together, alone = on_and_off("A16", after_the_guardian, on=ON)
    assert together > 10
    assert alone == 0
