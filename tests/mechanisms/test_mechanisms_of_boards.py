"""Mechanisms of boards: what closing costs later, worth that wears out for all alike, and what size does.

Nobody falls ill here. A plan costs two yuan a member and year, and its parent looks two years ahead.
"""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from abm.model import MutualAidModel
from worlds.closings import HAND
from worlds.plain import quickly, run, world
from worlds.switches import on_and_off

pytestmark = pytest.mark.slow
TERMS = {path.removeprefix("platform.pool."): value for path, value in HAND.items() if "pool" in path}
PARENT = {"value_decay": 0.5, "choice_scale": 0.0, "horizon": 2.0, "stigma": 3.0, "customer_value": 8.0}
YEAR = 24


def plans(
    names: Sequence[str], terms: dict[str, Any], changes: dict[str, Any], persons: int = 20, seed: int = 0
) -> MutualAidModel:
    """A world of these plans under the same terms, in which nobody falls ill."""
    alike = TERMS | {"other_cost": 2.0, "launch": date(2019, 1, 1), "launch_reach": 1.0, "brand": 1.0}
    alike |= {f"parent.{name}": value for name, value in PARENT.items()} | terms
    numbers = {f"platform.{name}.{path}": value for name in names for path, value in alike.items()}
    model = world(persons, numbers | {"slots": len(names) + ("pool" not in names)} | changes, seed)
    model.persons["frailty"] = 0.0
    return model


def ends(model: MutualAidModel, plans: int) -> dict[str, int]:
    """When each plan announced its end, once so many have."""
    while len(model.closings) < plans and model.running:
        run(model, 1)
    return {each.platform: each.announced for each in model.closings}


def test_b2_a_plan_that_never_pays_is_kept_for_its_time_of_trial() -> None:
    def closed_in(changes: dict[str, Any]) -> float:
        return float(ends(plans(["pool"], {"parent.customer_value": 0.0, "other_cost": 5.0}, changes), 1)["pool"])

    tried, at_once = on_and_off("B2", closed_in, ["pool"], "trial", {"platform.pool.parent.trial_years": 1.5})
    assert tried == pytest.approx(1.5 * YEAR, abs=1)
    assert at_once <= YEAR / 4


def test_b2_reasons_that_last_keep_most_plans_that_are_worth_a_little_more_than_their_end() -> None:
    """At a steady sum a twentieth closes once for all; drawn anew at every review, nearly all do within five years."""
    names = [f"plan{number}" for number in range(7)]
    steady = {"parent.value_decay": 0.0, "parent.horizon": 1.0, "parent.stigma": 0.0, "parent.choice_scale": 1.0}
    steady |= {"parent.customer_value": 2.0 + math.log(19)}
    lasts = {f"platform.{name}.parent.reasons_years": 1e9 for name in names}

    def closed(changes: dict[str, Any]) -> float:
        markets = [plans(names, steady, changes, seed=seed) for seed in range(3)]
        for market in markets:
            run(market, 5 * YEAR)
        return sum(len(market.closings) for market in markets) / 21

    lasting, anew = on_and_off("B2", closed, names, "lasting reasons", lasts)
    assert lasting < 0.3
    assert anew > 0.7


def test_b9_who_reckons_with_a_certain_later_closing_ends_a_plan_when_it_no_longer_pays() -> None:
    """Without growth the stigma cancels: 8 yuan a customer are two after two years, what a member costs. Who waits
    closes only when two years of losses exceed the stigma: 2 (2 - 8 / 2**t) = 3, after four years.
    """

    def closed_in(changes: dict[str, Any]) -> float:
        return float(ends(plans(["pool"], {}, changes), 1)["pool"])

    seen, unseen = on_and_off("B9", closed_in, ["pool"], on={"platform.pool.parent.closing_later": 1.0})
    assert seen == pytest.approx(2 * YEAR, abs=2)
    assert unseen == pytest.approx(4 * YEAR, abs=2)


def test_b9_a_growing_plan_is_closed_earlier_only_by_a_board_that_sees_its_bill() -> None:
    """One in a hundred hears of it in a period, and not all at once; for each member all is the same."""

    def closed_in(changes: dict[str, Any]) -> float:
        slow = {"launch_reach": 0.0, "steady_reach": 0.01}
        return float(ends(plans(["pool"], slow, {"friends.telling": 0.0} | changes, 400), 1)["pool"])

    seen, unseen = on_and_off("B9", closed_in, ["pool"], on={"platform.pool.parent.closing_later": 1.0})
    assert unseen == pytest.approx(4 * YEAR, abs=4)
    assert YEAR < seen < 2 * YEAR - 4


def test_b10_by_the_calendar_old_and_young_plans_end_together() -> None:
    """One is launched two years after the other, and both are worth nothing any more in the same year."""
    old, young = "old", "young"

    def between(changes: dict[str, Any]) -> float:
        terms = {f"platform.{young}.launch": date(2021, 1, 1)}
        terms |= {f"platform.{name}.wear_from": date(2021, 1, 1) for name in (old, young)}
        found = ends(plans([old, young], {}, terms | changes), 2)
        return float(found[young] - found[old])

    by_calendar = {f"platform.{name}.wear_by_calendar": True for name in (old, young)}
    together, apart = on_and_off("B10", between, [old, young], "calendar", by_calendar)
    assert abs(together) <= 2
    assert apart == pytest.approx(2 * YEAR, abs=2)


def test_b10_by_the_calendar_pages_are_worn_out_alike() -> None:
    """What members are shown on the pages of a plan that is four years old, half of it lost in each year."""

    def shown(changes: dict[str, Any]) -> float:
        terms = {"cross_sell_reach": 0.016, "traffic_decay": 0.5, "closing_rules": [], "wear_from": date(2022, 1, 1)}
        model = plans(["pool"], terms, changes)
        run(model, 4 * YEAR + 1)
        return float(model.world.offers[0]["cross_sell_reach"])

    by_calendar = {"platform.pool.wear_by_calendar": True}
    assert on_and_off("B10", shown, ["pool"], "calendar", by_calendar) == pytest.approx((0.008, 0.001))


def test_b10_a_channel_whose_customers_are_insured_is_worth_nothing_more() -> None:
    """All are insured after a year. Of eight yuan a customer that do not wear out nothing is left."""

    def closed_in(changes: dict[str, Any]) -> float:
        model = plans(["pool"], {"parent.value_decay": 0.0}, changes)
        run(model, YEAR)
        assert not model.closings
        model.persons["policies"] = 1
        run(model, 1)
        assert model.latest["pool.insured"] == model.platforms[0].census.insured == 1.0
        run(model, 4)
        return float(len(model.closings))

    full, empty = on_and_off("B10", closed_in, ["pool"], "insured", {"platform.pool.parent.saturation": 1.0})
    assert (full, empty) == (1, 0)


def test_b12_the_largest_has_the_most_to_lose_and_goes_last() -> None:
    """Two hundred members are a stigma of two yuan for each, twenty of them a stigma of a fifth.

    The large plan goes after three years, 2 (2 - 8 / 2**t) = 2, the small one after a little more than two.
    """

    def order(changes: dict[str, Any]) -> float:
        terms = {"parent.stigma": 1.0, "parent.stigma_relief": 0.0, "parent.stigma_members": 100.0}
        model = plans(["small", "large"], terms, {"platform.small.audience": 0.1} | changes, 200)
        run(model, 8)
        small, large = (model.platforms[model.index_of(name)].members for name in ("small", "large"))
        assert large > 5 * small > 0
        found = ends(model, 2)
        return float(found["large"] - found["small"])

    by_size = {f"platform.{name}.parent.stigma_elasticity": 1.0 for name in ("small", "large")}
    last, together = on_and_off("B12", order, ["small", "large"], on=by_size)
    assert last == pytest.approx(0.9 * YEAR, abs=4)
    assert abs(together) <= 2


def test_b1_a_member_of_a_small_plan_costs_more() -> None:
    """Costs are known at 160 members; at an elasticity of a half a member of forty costs twice as much."""

    def each(changes: dict[str, Any]) -> float:
        known = {"platform.pool.technology_cost": 24.0, "platform.pool.scale_members": 160.0}
        model = plans(["pool"], {"closing_rules": []}, known | changes, 40)
        with quickly():
            series = run(model, 3)
        return float(series["technology"][-1] / series["members"][-1])

    scale = {"platform.pool.scale_elasticity": 0.5}
    assert on_and_off("B1", each, ["pool"], "economies of scale", scale) == pytest.approx((2.0, 1.0))
