"""Minimally different worlds: what is changed changes nothing before it can."""

from datetime import date

import numpy as np

from abm.clock import half_month
from abm.model import MutualAidModel
from abm.persons.state import HealthState, Status
from worlds.busy import busy, finish, series

START = half_month(date(2018, 10, 16))


def rows_that_differ(one: MutualAidModel, other: MutualAidModel) -> set[int]:
    """Persons whose rows or memberships differ."""
    differ = (one.persons != other.persons) | (one.memberships != other.memberships).any(axis=1)
    return set(np.flatnonzero(differ).tolist())


def test_one_persons_frailty_changes_nobody_else_before_they_can_know() -> None:
    """Made frail at step 12, a covered member falls ill: only their row differs until the diagnosis is known."""
    world, other = finish(busy(), 12), finish(busy(), 12)
    well = (world.persons["health"] == HealthState.WELL) & (world.memberships["status"][:, 0] == Status.COVERED)
    person = int(np.flatnonzero(well)[0])
    other.persons["frailty"][person] *= 1e6
    while other.persons["health"][person] != HealthState.DIAGNOSED:
        assert rows_that_differ(world, other) <= {person}
        world.step()
        other.step()
    assert world.persons["health"][person] == HealthState.WELL
    for _ in range(6):
        world.step()
        other.step()
    assert len(rows_that_differ(world, other)) > 50  # the others have paid for it


def test_a_shock_from_step_30_on_leaves_the_thirty_steps_before_it_untouched() -> None:
    first_day = date(2020, 1, 20)
    assert half_month(first_day) - START == 30
    shock = [{"title": "t", "target": "investigation", "first": first_day, "last": date(2020, 3, 31), "factor": 0.0}]
    world, other = busy(changes={"shocks": []}), busy(changes={"shocks": shock})
    while world.running:
        world.step()
        other.step()
        if world.now < 30:
            assert not rows_that_differ(world, other)
    one, two = series(world), series(other)
    first = next(step for step in range(len(one)) if not one.iloc[step].equals(two.iloc[step]))
    assert 30 <= first <= 32  # the first claim that is not decided
    assert two["aided"][30:35].sum() == 0 < one["aided"][30:35].sum()


def test_the_same_luck_under_another_fee_makes_the_same_people_ill() -> None:
    one = finish(busy(changes={"platform.xianghubao.fee_rate": 0.0, "platform.xianghubao.amendments": []}))
    two = finish(busy(changes={"platform.xianghubao.fee_rate": 0.5, "platform.xianghubao.amendments": []}))
    assert (one.persons["health"] == two.persons["health"]).all()
    assert (one.persons["health_since"] == two.persons["health_since"]).all()
    assert (one.persons["paid"] != two.persons["paid"]).any()


def test_a_later_end_is_the_same_history_continued() -> None:
    short, long = busy(changes={"calendar.end": date(2020, 4, 30)}), busy()
    finish(short), finish(long, short.case.calendar.periods)
    assert not rows_that_differ(short, long)
