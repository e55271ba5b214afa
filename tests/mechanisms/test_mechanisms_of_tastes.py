"""Mechanisms of tastes, attention and reluctance: each is switched on and off under the same luck.

Rows A15, A17 and A18 of the table of mechanisms. Worlds are simple, so that a test turns them on by hand.
"""

import math
from datetime import date
from typing import Any

import numpy as np
import pytest

from abm.mechanisms import off
from abm.model import MutualAidModel
from abm.persons.state import Status
from worlds.plain import PLAIN, StationaryModel, run, world
from worlds.switches import SIGMAS, inside, on_and_off, shut_the_door

pytestmark = pytest.mark.slow
PERSONS = 5_000
QUIET: dict[str, Any] = {
    "people.fellows": False,
    "health.incidence_level": 0.0,
    "mind.altruism": 50.0,
    "friends.telling": 0.0,
    "friends.news_periods": 0,
    "platform.pool.min_credit": 500,
    "platform.pool.steady_reach": 0.0,
}


def test_a15_members_who_think_again_and_again_stay_if_tastes_last() -> None:
    """A15: being inside is worth the same in all of two years. 84 % of those who join would stay by a lottery, once."""

    def staying(changes: dict[str, Any]) -> float:
        model = world(PERSONS, QUIET | {"mind.noise": 30.0} | changes)
        run(model, 1)
        first = inside(model)
        assert abs(first.mean() - 0.841) < SIGMAS * math.sqrt(0.841 * 0.159 / PERSONS)
        shut_the_door(model)
        run(model, 48)
        return float(inside(model)[first].mean())

    lasting, drawn_anew = on_and_off("A15", staying, on={"mind.taste_years": 1e9})
    assert lasting == 1
    assert drawn_anew < 0.01


def after_a_closing(share: float, changes: dict[str, Any]) -> float:
    """The part of a plan's members who think again once another, with such a share of all members, is to end.

    They would have left before, had anything made them think of it; of those who leave, friends hear nothing.
    """
    far = {path.replace("pool", "far"): value for path, value in (PLAIN | QUIET).items() if ".pool." in path}
    far |= {"platform.far.launch": date(2019, 1, 1), "platform.far.ends": date(2019, 4, 1)}
    both = {"platform.pool.launch_reach": 0.0, "platform.far.launch_reach": 0.0, "platform.far.steady_reach": 0.0}
    model = world(PERSONS, QUIET | far | both | {"mind.trust_from_closing": 0.1} | changes)
    model.persons["aware"] = np.where(np.arange(PERSONS) < share * PERSONS, 2, 1)
    run(model, 2)
    assert inside(model).all()
    model.persons["attention"], model.persons["altruism"] = 0.0, -1e3
    shut_the_door(model)
    run(model, 10)
    assert [closing.platform for closing in model.closings] == ["far"]
    here = model.memberships["platform"][:, 0] == 0
    return float((model.memberships["status"][here, 0] == Status.LEFT).mean())


@pytest.mark.parametrize("share", [0.04, 0.36])
def test_a17_the_end_of_a_small_plan_stirs_fewer_than_that_of_a_large_one(share: float) -> None:
    """A17: trust lost goes with the root of the share of members; a loss of a tenth makes all think."""
    on, without = on_and_off(
        "A17", lambda changes: after_a_closing(share, changes), variant="size of news", on={"mind.noticed_shock": 0.1}
    )
    heeding = math.sqrt(share)
    assert abs(on - heeding) < SIGMAS * math.sqrt(heeding * (1 - heeding) / PERSONS / (1 - share))
    assert without == 1


def test_a17_people_get_used_to_a_high_bill_that_they_never_expected() -> None:
    """A17: some ten yuan a period and none expected, which nobody learns from: attention stays 21 times as high. Who
    holds a bill against those of the last quarter is used to it, and feels what the bills differ by.
    """

    def leaving(changes: dict[str, Any]) -> float:
        cover = {"platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": 1_000.0}], "mind.patience": 0.5}
        sick = {"health.incidence_level": 1.0, "health.accident_share": 1.0, "mind.altruism": 1e4}
        sick |= {"platform.pool.waiting_days": 0, "mind.learning": 0.0, "mind.trust_from_aid": 0.0}
        model = world(PERSONS, QUIET | cover | sick | changes, kind=StationaryModel)
        model.world.incidence[:] = 0.24
        run(model, 12)
        assert inside(model).all()
        assert 900 < model.platforms[0].shares[-1] < 1_100
        model.persons["attention"], model.persons["altruism"] = 0.02, -1e4
        shut_the_door(model)
        run(model, 1)
        return float(1 - inside(model).mean())

    used_to_it, surprised = on_and_off("A17", leaving, variant="habituation", on={"mind.habituation_periods": 6})
    assert surprised > 0.35
    assert 0.01 < used_to_it < 0.05


def test_a18_who_left_comes_back_less_easily_than_others_join() -> None:
    """A18: joining takes trouble worth 50, and what was worth nothing to anybody is worth 100 again."""

    def joining(changes: dict[str, Any]) -> tuple[float, float]:
        model = world(1_000, QUIET | {"mind.inertia": 50.0, "mind.altruism": 100.0} | changes)
        new = np.arange(1_000) % 2 == 0
        model.persons["credit"][new] = 350
        run(model, 2)
        assert (inside(model) == ~new).all()
        model.persons["altruism"], model.persons["credit"] = -100.0, 900
        run(model, 2)
        assert not inside(model).any()
        model.persons["altruism"] = 100.0
        run(model, 2)
        return float(inside(model)[new].mean()), float(inside(model)[~new].mean())

    reluctant, ready = joining({"mind.coming_back": 3.0}), joining(off("A18", variant="coming back"))
    assert reluctant == (1, 0)
    assert ready == (1, 1)


UNWORTHY = {"mind.altruism": 0.0, "mind.inertia": 60.0, "mind.noise": 30.0, "platform.pool.launch_reach": 0.0}


def audience(changes: dict[str, Any]) -> MutualAidModel:
    """Everybody has thought of a plan that is worth nothing and takes trouble worth 60: 1 / (1 + exp(2)) joined."""
    model = world(PERSONS, QUIET | UNWORTHY | changes)
    model.persons["aware"] = 1
    run(model, 1)
    expected = PERSONS / (1 + math.exp(2))
    assert abs(inside(model).sum() - expected) < SIGMAS * math.sqrt(expected)
    return model


def test_a18_an_audience_that_declined_is_asked_anew_at_a_lower_rate() -> None:
    """A18: a part 1 / (1 + exp(2)) of those who think of it again joins, whatever the number of times."""

    def joining(changes: dict[str, Any]) -> float:
        model = audience(changes)
        first, outside = run(model, 1)["joined"][1], ~inside(model)
        assert first > 0
        return float(first / (outside.sum() + first) * (1 + math.exp(2)))

    on, without = on_and_off("A18", joining, variant="declined", on={"mind.renewed_interest": 0.1})
    assert abs(on - 0.1) < SIGMAS * 0.1 / math.sqrt(0.1 * 0.119 * 0.881 * PERSONS)
    assert abs(without - 1) < SIGMAS / math.sqrt(0.119 * 0.881 * PERSONS)


def test_a18_who_declined_heeds_a_member_at_that_rate_and_word_of_another_plan_as_ever() -> None:
    """A18: nobody thinks but by word of friends, a part of whom are members; then the plan is worth joining."""

    def joining(changes: dict[str, Any], unknown: bool = False) -> float:
        model = audience({"mind.attention": 1.0} | changes)
        outside = ~inside(model)
        model.persons["attention"], model.persons["altruism"] = 0.0, 1e4
        model.world.settings["telling"] = 1.0
        if unknown:
            model.persons["aware"] = 0  # as if it were another plan
        meeting = sum(inside(model)[model.network.of(row)].mean() for row in np.flatnonzero(outside))
        run(model, 1)
        return float(inside(model)[outside].sum() / meeting)

    on, without = on_and_off("A18", joining, variant="declined", on={"mind.renewed_interest": 0.1})
    afresh = joining({"mind.renewed_interest": 0.1}, unknown=True)
    told = 0.119 * 0.881 * PERSONS
    assert abs(on - 0.1) < SIGMAS * 0.1 / math.sqrt(0.1 * told)
    assert abs(without - 1) < SIGMAS / math.sqrt(told)
    assert afresh == without  # the same friends are met
