"""Mechanisms of the pages on which a plan is offered: who uses them, whom they reach, and what they sell."""

import math
from typing import Any

import numpy as np
import pytest

from worlds.closings import ten
from worlds.plain import certain_illness, run, world
from worlds.switches import SIGMAS, as_found, inside, on_and_off

pytestmark = pytest.mark.slow
PERSONS = 2_000
PEOPLE: dict[str, Any] = {"people.tier_shares": [0.2, 0.2, 0.6], "platform.pool.audience": 0.3}


def share_of_members(trait: str, changes: dict[str, Any]) -> float:
    """What a series says of the members of a plan that all join who use its pages, three in ten of all people."""
    model = world(PERSONS, PEOPLE | changes)
    as_found(model, "tier", "age_at_start")
    model.persons["age_at_start"].clip(18, 58, model.persons["age_at_start"])
    series = run(model, 8)
    assert abs(inside(model).mean() - 0.3) < SIGMAS * math.sqrt(0.3 * 0.7 / PERSONS)
    return float(series[trait][-1])


def test_a20_a_plan_whose_pages_are_used_in_small_cities_has_its_members_there() -> None:
    """Where those of tiers 1 and 2 use them half as much, 0.6 of 0.6 + 0.4 / 2 are from tier 3, as many as of F154."""
    half = {f"platform.pool.users.tier_{tier}": 0.5 for tier in (1, 2)}
    here, alike = on_and_off("A20", lambda changes: share_of_members("tier_3", changes), ["pool"], "tier", half)
    assert abs(here - 0.75) < SIGMAS * math.sqrt(0.75 * 0.25 / (0.3 * PERSONS))
    assert abs(alike - 0.6) < SIGMAS * math.sqrt(0.6 * 0.4 / (0.3 * PERSONS))


def test_a20_a_plan_whose_pages_are_used_by_the_young_has_young_members() -> None:
    """Of netizens 0.484 are under 30 and 0.125 at least 50 (`netizens.csv`): 0.968 of 0.968 + 0.391 + 0.0625."""
    young = {"platform.pool.users.under_30": 2.0, "platform.pool.users.from_50": 0.5}
    here, alike = on_and_off("A20", lambda changes: share_of_members("under_30", changes), ["pool"], "age", young)
    for seen, expected in ((here, 0.681), (alike, 0.484)):
        assert abs(seen - expected) < SIGMAS * math.sqrt(expected * (1 - expected) / (0.3 * PERSONS))


UNKNOWN = {"platform.pool.launch_reach": 0.0, "platform.pool.steady_reach": 0.0, "friends.telling": 0.0}


def test_b14_an_illness_for_which_money_is_raised_recruits_friends_alone() -> None:
    """Nobody else tells of the plan. One friend is met in a period, one of about eight, and an illness is told of for
    twelve of them."""
    raised = {"platform.pool.crowdfunding.raising": 1.0, "platform.pool.crowdfunding.months": 0.0}
    raised |= {"platform.pool.crowdfunding.viewers": 0.0, "health.accident_share": 1.0}

    def joined(changes: dict[str, Any]) -> float:
        model = world(1_000, UNKNOWN | changes)
        strike = certain_illness(model)
        ill = np.arange(0, 1_000, 50)
        for row in ill.tolist():
            strike(row)
        run(model, 14)
        friends = np.unique(np.concatenate([model.network.of(row) for row in ill.tolist()]))
        friends = friends[~np.isin(friends, ill)]
        assert set(np.flatnonzero(inside(model))) <= set(friends.tolist())
        missed = [math.prod([1 - (np.isin(model.network.of(row), ill)).mean()] * 12) for row in friends.tolist()]
        assert 0.1 < np.mean(missed) < 0.3
        return float(inside(model)[friends].mean() / (1 - np.mean(missed)))

    raising, without = on_and_off("B14", joined, ["pool"], on=raised)
    assert abs(raising - 1) < SIGMAS * 0.4 / 0.8 / math.sqrt(120)
    assert without == 0.0


def test_b15_other_sales_keep_a_plan_for_as_long_as_they_last() -> None:
    """A member costs two yuan a year, and a board that loses one of good name closes once they lose one in a year.

    Sales of eight yuan, half of which is lost in a year, are one after three years, and the books say so half a year
    later. Without them a year of two is lost at once.
    """
    board: dict[str, Any] = {"platform.pool.other_cost": 2.0, "platform.pool.closing_rules": ["not_wanted"]}
    parent = {"customer_value": 0.0, "horizon": 1.0, "stigma": 1.0, "choice_scale": 0.0, "sales_decay": 0.5}
    board |= {f"platform.pool.parent.{name}": value for name, value in (parent | {"other_sales": 8.0}).items()}

    def closed_in(changes: dict[str, Any]) -> float:
        model, _ = ten(changes)
        sold = float(changes["platform.pool.parent.other_sales"])
        while not model.closings:
            series = run(model, 1)
        years = np.arange(1, len(series["surplus"])) / 24  # at first nobody is there
        assert series["other_sales"][1:] == pytest.approx(10 * sold / 24 * 0.5**years, abs=0.005)
        assert series["surplus"].sum() == pytest.approx(series["other_sales"].sum() - series["other_costs"].sum())
        return float(model.closings[0].announced)

    selling, without = on_and_off("B15", closed_in, ["pool"], on=board)
    assert selling == pytest.approx(3.5 * 24, abs=4)
    assert without <= 12
