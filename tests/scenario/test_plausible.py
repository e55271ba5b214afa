"""What is plausible is data: declared beside what is allowed, given by scenarios, and left where a fact is known."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from abm.cli.main import main
from abm.errors import ScenarioError
from abm.scenario.declare import Section, bounds, number, plausible_range
from abm.scenario.files import load, names, parse
from abm.scenario.paths import field_at, is_assumption, leaves, notes, plausible_of, source_of
from abm.scenario.scenario import Scenario


def below(section: type[BaseModel]) -> set[type[BaseModel]]:
    return {section}.union(*(below(each) for each in section.__subclasses__()))


# Every section of a scenario that declares a number.
SECTIONS = sorted(
    (
        section
        for section in below(Section)
        if section.__module__.startswith("abm.scenario")
        and any(bounds(field)[0] is not None for field in section.model_fields.values())
    ),
    key=lambda section: section.__name__,
)
CODE = Path(__file__).parent.parent.parent / "abm" / "scenario"

# Assumptions of which nobody has said from where to where they might lie, and why not.
WITHOUT = {
    "People.persons": "the size of the sample, not of the world",
    "Mind.noticeable_bill": "a threshold of perception that no source speaks of",
    "Mind.trust_from_aid": "one observation, and nothing that bounds it",
    "PlatformTerms.capacity": "follows from two counts of cases",
    "PlatformTerms.hiring": "follows from two counts of cases",
    "Parent.flight_threshold": "above any pool that there was, so that it never binds",
    "Parent.education": "a choice that one board made, and nobody knows how far it went",
    "Parent.cover_cut": "a choice that no board made",
    "Supervision.warn_at": "the scale of pressure, which is free",
    "Scenario.slots": "a count of plans, which the scenario gives",
}


def assumed() -> Iterator[tuple[str, FieldInfo]]:
    """Every declared number that is an assumption, by section and name."""
    for section in SECTIONS:
        for name, field in section.model_fields.items():
            numeric = isinstance(field.default, int | float) and not isinstance(field.default, bool)
            if numeric and is_assumption(notes(field)["source"]):
                yield f"{section.__name__}.{name}", field


def test_every_section_of_numbers_is_looked_at() -> None:
    assert {"Mind", "Product", "CityPlan", "PlatformTerms", "Supervision"} <= {each.__name__ for each in SECTIONS}


def test_every_assumed_number_has_a_plausible_range_or_a_reason_to_have_none() -> None:
    assert {name for name, field in assumed() if plausible_range(field) is None} == set(WITHOUT)


def test_every_plausible_range_is_allowed_and_holds_the_default() -> None:
    ranges = 0
    for section in SECTIONS:
        for name, field in section.model_fields.items():
            if (found := plausible_range(field)) is not None:
                low, high = bounds(field)
                assert low <= found[0] < found[1] <= high, name
                assert found[0] <= field.default <= found[1], name
                ranges += 1
    assert ranges > 100


@pytest.mark.parametrize(
    ("default", "plausible", "expected"),
    [
        (0.5, (0.6, 0.9), "0.5 is not plausible, which is from 0.6 to 0.9"),
        (0.5, (0.1, 0.4), "0.5 is not plausible, which is from 0.1 to 0.4"),
        (0.5, (-0.1, 0.9), "plausible from -0.1 to 0.9, and allowed from 0 to 1"),
        (0.5, (0.1, 1.1), "plausible from 0.1 to 1.1, and allowed from 0 to 1"),
        (0.5, (0.9, 0.1), "plausible from 0.9 to 0.1, and allowed from 0 to 1"),
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(
    default: float, plausible: tuple[float, float], expected: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(f"trust: {expected}")):
        number(default, "trust", unit="1", low=0, high=1, source="assumption: a trial", plausible=plausible)


@pytest.mark.parametrize("case", names())
def test_the_values_of_a_case_are_plausible(case: str) -> None:
    scenario = load(case)
    for path, value in leaves(scenario):
        if (found := plausible_of(scenario, path)) is not None:
            assert found[0] <= value <= found[1], f"{path} = {value}, plausible from {found[0]:g} to {found[1]:g}"


@pytest.mark.parametrize("case", names())
@pytest.mark.parametrize("where", ["all low", "all high", "here and there"])
def test_a_world_anywhere_in_the_plausible_ranges_is_a_world(case: str, where: str) -> None:
    scenario, random = load(case), np.random.default_rng(2020)
    values: dict[str, float] = {}
    for path, value in leaves(scenario):
        if (found := plausible_of(scenario, path)) is not None:
            low, high = found
            drawn = {"all low": low, "all high": high}.get(where, random.uniform(low, high))
            values[path] = round(drawn) if isinstance(value, int) else drawn
    values["friends.degree"] = 2 * (values["friends.degree"] // 2)  # friends are two and two
    drawn_world = load(case, values)
    assert len(values) > 100
    assert all(np.isclose(value, values[path]) for path, value in leaves(drawn_world) if path in values)


NUMBER = r"\d[\d,.]*"
IN_WORDS = re.compile(rf"(assum\w+|range|use)(: as \w+)?,? {NUMBER} to {NUMBER}|twice the value")


def test_no_source_has_a_range_in_words() -> None:
    assert IN_WORDS.search("assumption, 0.4 to 1: unrealistic optimism")
    assert IN_WORDS.search("assumption: as Xianghubao, 0.06 to 0.1")
    for file in (*CODE.glob("*.py"), *(CODE / "cases").glob("*.toml")):
        found = IN_WORDS.search(file.read_text(encoding="utf-8"))
        assert found is None, f"{file.name}: {found and found[0]}"


def test_the_range_of_a_scenario_comes_before_the_declared_one() -> None:
    scenario = parse({"plausible": {"mind.altruism": [20, 90]}}, "mine.toml")
    assert plausible_of(scenario, "mind.altruism") == (20, 90)
    assert plausible_of(Scenario(), "mind.altruism") == (0, 60)
    assert plausible_of(Scenario(), "mind.trust_from_aid") is None  # none is declared
    assert plausible_of(Scenario(), "calendar.end") is None  # no number
    assert plausible_of(Scenario(), "mind.altruisn") is None  # nothing


def test_where_a_scenario_knows_the_fact_the_range_of_the_assumption_does_not_hold() -> None:
    path = "platform.pool.brand"
    said = {"sources": {path: "F237: 77 % felt safer"}}
    assert plausible_of(parse({}, "mine"), path) == (0.6, 0.95)
    assert plausible_of(parse(said, "mine"), path) is None
    assert plausible_of(parse(said | {"plausible": {path: [0.7, 0.8]}}, "mine"), path) == (0.7, 0.8)
    assert plausible_of(parse({"sources": {path: "assumption: as elsewhere"}}, "mine"), path) == (0.6, 0.95)


def test_a_fact_about_a_table_is_no_word_on_the_assumptions_left_in_it() -> None:
    """That insurance was on sale says nothing of its loading."""
    market, path = load("market"), "insurance.commercial.loading"
    assert market.sources["insurance"] == "F244, F259"
    assert plausible_of(market, path) == (0.3, 1)
    assert source_of(market, path).startswith("assumption: half of what is paid in")
    assert plausible_of(load("market", {path: 0.8}), path) is None  # set, and by that fact
    assert source_of(load("market", {path: 0.8}), path) == "F244, F259"


def test_what_is_included_brings_its_ranges_and_shocks_bring_theirs_to_where_they_are_now() -> None:
    alone, market = load("xianghubao"), load("market")
    assert plausible_of(market, "platform.waterdrop.deposit") == (5, 15)
    for index, shock in enumerate(alone.shocks):
        path = f"shocks.{market.shocks.index(shock)}.factor"
        assert plausible_of(market, path) == plausible_of(alone, f"shocks.{index}.factor") is not None


def test_a_shock_that_is_included_keeps_its_range_behind_the_shocks_of_the_scenario(tmp_path: Path) -> None:
    first = '[[shocks]]\ntitle = "Warning"\ntarget = "trust"\nfirst = 2019-01-01\nlast = 2019-02-01\nfactor = 0.9\n'
    (tmp_path / "mine.toml").write_text('include = ["xianghubao"]\n' + first, encoding="utf-8")
    mine = load(str(tmp_path / "mine.toml"))
    assert plausible_of(mine, "shocks.0.factor") is None
    assert plausible_of(mine, "shocks.1.factor") == (0.2, 0.6)


def test_what_is_replaced_as_a_whole_takes_its_ranges_with_it() -> None:
    assert "shocks.0.factor" in load("xianghubao").plausible
    assert not any(path.startswith("shocks") for path in load("xianghubao", {"shocks": []}).plausible)


SLIPS = [
    ('"mind.altruisn" = [0, 60]', "plausible.mind.altruisn: there is no 'altruisn'; did you mean 'altruism'?"),
    ('"platform.poll.brand" = [0, 1]', "plausible.platform.poll.brand: there is no 'poll'; did you mean 'pool'?"),
    ('"shocks.0.factor" = [0, 1]', "plausible.shocks.0.factor: there is no '0'"),
    ('"people.age_structure" = [0, 1]', "plausible.people.age_structure: 'netizens.csv' is not a number that could be"),
    ('"people.tier_shares.0" = [0, 1]', "plausible.people.tier_shares.0: 0.2 is not a number that could be another"),
    ('"mind" = [0, 1]', "is not a number that could be another"),
    ('"mind.altruism" = [60, 0]', "plausible.mind.altruism: 60 is above 0; are the two swapped?"),
    ('"mind.altruism" = [0, 20_000]', "plausible.mind.altruism: 0 to 20000 is outside what is allowed, 0 to 10000"),
    ('"mind.optimism" = [-1, 1]', "plausible.mind.optimism: -1 to 1 is outside what is allowed, 0 to 2"),
    ('"mind.altruism" = [0]', "plausible.mind.altruism: [0] must be two numbers, [low, high]"),
    ('"mind.altruism" = 30', "plausible.mind.altruism: 30 must be two numbers, [low, high]"),
    (
        "mind.altruism = [0, 60]",
        "plausible.mind: must be two numbers, [low, high], and the path before them in quotation",
    ),
    ('"mind.altruism" = ["0", 60]', "plausible.mind.altruism.0 = '0' must be"),
]


@pytest.mark.parametrize(("line", "expected"), SLIPS, ids=lambda value: value)
def test_a_slip_in_a_range_gets_one_line(
    line: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.toml").write_text(f"[platform.pool]\n\n[plausible]\n{line}\n", encoding="utf-8")
    assert main(["show", str(tmp_path / "mine.toml")]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("huzhu: mine.toml: plausible")
    assert expected in said


def test_a_table_of_ranges_that_is_no_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('include = ["xianghubao"]\nplausible = 3\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match="plausible: must be a table, of paths in quotation marks"):
        load(str(tmp_path / "mine.toml"))


def test_show_prints_what_is_plausible_beside_what_is_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "meituan"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if " plausible " in line]
    assert any(re.fullmatch(r"  altruism +30  yuan a year +0 to 10,000 +plausible 0 to 60", line) for line in lines)
    assert len({line.index(" plausible ") for line in lines}) == 1


def test_a_scenario_written_and_read_again_has_the_same_ranges() -> None:
    scenario = load("waterdrop")
    again = parse(scenario.model_dump(exclude_none=True), "again")
    assert again == scenario
    assert [plausible_of(again, path) for path, _ in leaves(again)] == [
        plausible_of(scenario, path) for path, _ in leaves(scenario)
    ]


def test_a_path_of_the_plausible_is_no_number_itself() -> None:
    assert not any(path.startswith("plausible") for path, _ in leaves(load("waterdrop")))
    assert field_at("plausible") is not None
