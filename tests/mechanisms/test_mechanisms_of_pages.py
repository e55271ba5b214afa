"""Mechanisms of the pages on which a plan is offered: who uses them."""

import math
from typing import Any

import pytest

from worlds.plain import run, world
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
