"""City plans are those of cities, for a year at a time; what they learn is kept and told."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm.errors import ScenarioError
from abm.model import MutualAidModel
from abm.observation.events import EventKind
from abm.persons.insuring import at_home
from abm.persons.state import person
from abm.runs.checkpoint import resume, save
from abm.scenario.files import load, parse
from worlds.busy import digest, finish
from worlds.endings import ending_market

YEARLY: dict[str, Any] = {
    f"insurance.{name}.year.{number}": value
    for name in ("city", "commercial")
    for number, value in {"renewed": True, "lapse": 0.2, "premium_response": 1.0, "least_claims": 0.0}.items()
}


def test_who_lives_in_one_city_lives_in_no_other() -> None:
    """Two parts that meet nowhere and make up all of tier 1, none of tier 2, and all of tier 3 for one of them."""
    homes = {"city": ((0.0, 0.3), (0.0, 0.0), (0.0, 0.0)), "other": ((0.3, 1.0), (0.0, 0.0), (0.0, 1.0))}
    changes: dict[str, Any] = {"insurance.other": {"sponsored": True, "homes": homes["other"], "reach": 0.01}}
    model = finish(ending_market(changes=changes | {"insurance.city.homes": homes["city"]}), 1)
    me, products = person()[0], list(model.case.insurance.products)
    cities = [products.index(name) for name in ("city", "other")]
    for tier, expected in ((1, {(True, False), (False, True)}), (2, {(False, False)}), (3, {(False, True)})):
        me["tier"] = tier
        rows = [tuple(bool(at_home(product, me, row, model.world)) for product in cities) for row in range(400)]
        assert set(rows) == expected
        if tier == 1:
            assert np.mean([here for here, _ in rows]) == pytest.approx(0.3, abs=0.08)


@pytest.mark.slow
def test_policies_of_a_year_leave_the_same_bytes_on_both_drives() -> None:
    one, other = (finish(ending_market(changes=YEARLY, drive=drive)) for drive in ("compiled", "agents"))
    assert digest(one) == digest(other)
    assert any(event["kind"] == EventKind.NEW_PREMIUM for event in one.events)


@pytest.mark.slow
def test_what_a_year_has_taught_is_kept_in_a_checkpoint(tmp_path: Path) -> None:
    whole: MutualAidModel = finish(ending_market(changes=YEARLY))
    begun = finish(ending_market(changes=YEARLY), 30)
    assert {insurer.factor for insurer in begun.insurers} != {1.0}
    save(begun, tmp_path / "a.huzhu")
    assert digest(finish(resume(tmp_path / "a.huzhu", policy=begun.regulator.policy))) == digest(whole)


@pytest.mark.parametrize(
    ("city", "words"),
    [
        ({"homes": [[0.5, 0.2], [0, 1], [0, 1]]}, "homes: 0.5 to 0.2 must be from 0 to 1, the lower first"),
        ({"ill_again": 0.5, "ends_at_diagnosis": True}, "ill_again is for a product that goes on after a diagnosis"),
    ],
)
def test_a_slip_in_a_city_plan_is_told(city: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        parse({"insurance": {"city": city}}, "slip")


def two_cities(city: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """A scenario in which two cities sponsor plans, each with a tenth of tier 1 unless it is said otherwise."""
    homes = ([[0, 0.1], [0, 0], [0, 0]], [[0.1, 0.2], [0, 0], [0, 0]])
    here, there = ({"on_sale": True, "homes": each} for each in homes)
    return {"insurance": {"city": here | city, "other": there | {"sponsored": True} | other}}


@pytest.mark.parametrize(
    ("city", "other", "words"),
    [
        (
            {"homes": [[0, 0.3], [0, 0], [0, 0]]},
            {},
            "homes of two sponsored products on sale meet in tier 1: city 0 to 0.3, other 0.1 to 0.2; who lives in a "
            "city has its plan and no other city's",
        ),
        (
            {"homes": [[0, 0.1], [0, 0], [0.5, 1]]},
            {"homes": [[0, 0], [0, 1], [0, 1]]},
            "tier 3: city 0.5 to 1, other 0",
        ),
        ({"homes": [[0, 1]] * 3}, {"homes": [[0, 1]] * 3}, "in tier 1: city 0 to 1, other 0 to 1"),
        (
            {"reach": 0.7},
            {"reach": 0.4},
            "reach of all products on sale are parts of one whole, and here more than 1: city 0.7, other 0.4",
        ),
    ],
)
def test_two_city_plans_for_one_person_are_refused_in_a_line(
    city: dict[str, Any], other: dict[str, Any], words: str
) -> None:
    with pytest.raises(ScenarioError) as found:
        parse(two_cities(city, other), "slip")
    assert words in str(found.value)
    assert str(found.value).startswith("slip: insurance: ")
    assert len(str(found.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("city", "other"),
    [
        ({}, {}),  # homes that end where others begin
        ({"reach": 0.5}, {"reach": 0.5}),
        ({"homes": [[0, 1]] * 3}, {"homes": [[0, 1]] * 3, "sponsored": False}),  # sold by agents, to all
        ({"homes": [[0, 1]] * 3, "reach": 1, "on_sale": False}, {"homes": [[0, 1]] * 3, "reach": 1}),  # in its place
    ],
)
def test_plans_of_two_cities_and_of_one_city_with_agents_are_sold(city: dict[str, Any], other: dict[str, Any]) -> None:
    assert set(parse(two_cities(city, other), "fine").insurance.products) == {"commercial", "city", "other"}


def test_in_the_market_the_plans_of_cities_alone_are_for_a_year_and_none_learns_from_its_claims() -> None:
    for product in load("market").insurance.products.values():
        assert product.year.renewed == product.sponsored
        assert not product.year.may_fail
        assert (product.year.premium_response, product.ill_again) == (0, 0)
