"""The house: who may import whom, every number declared with its source, every phase where the page says it is."""

import ast
import re
from pathlib import Path
from types import ModuleType

import pytest

from abm import market, sources
from abm.description.markdown import sentence
from abm.errors import ScenarioError
from abm.files import read_csv
from abm.model import MutualAidModel
from abm.observation import series
from abm.persons import rules, state
from abm.platforms import rules as platform_rules
from abm.scenario.declare import bounds
from abm.scenario.files import load, names, parse
from abm.scenario.paths import field_at, leaves, notes, source_of
from abm.scenario.scenario import Scenario

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted((ROOT / "abm").rglob("*.py"))
DECLARED = {"scenario.py", "people.py", "terms.py", "parents.py", "institutions.py"}

# From the ground up: a room imports from lower floors and from itself, types included. Rooms of one floor are apart.
FLOORS = (
    {"errors", "clock", "money", "sources", "version"},
    {"files", "jit", "ledger", "process"},
    {"draws", "scenario"},
    {"market"},
    {"persons"},
    {"platforms"},
    {"observation"},
    {"agents", "mechanisms"},
    {"model"},
    {"description", "figures", "story"},
    {"runs"},
    {"study"},
    {"page"},
    {"cli"},
    {"abm", "__main__"},
)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str:
    return [*module.split("."), "abm"][1] if module != "abm" else "abm"


def test_every_source_file_is_in_a_room_that_has_its_floor() -> None:
    assert {room_of(name_of(path)) for path in SOURCES} == set.union(*FLOORS)


# The one way up: an agent is made by its model and says so in a type, of which nothing is left when the program runs.
# Agents use most of what the model has, Mesa's own included, so that a Protocol would repeat the whole class.
UPWARD_TYPES = {"agents": {"model"}}


def test_imports_go_down_the_stairs() -> None:
    for path in SOURCES:
        room = room_of(name_of(path))
        level = next(level for level, rooms in enumerate(FLOORS) if room in rooms)
        below = set().union(*FLOORS[:level]) | {room, "abm"}
        for types, allowed in ((False, below), (True, below | UPWARD_TYPES.get(room, set()))):
            asked = {room_of(module) for module in sources.imports(path, types)}
            assert asked <= allowed, f"{name_of(path)} imports {sorted(asked - allowed)}"


def test_nobody_inside_comes_in_by_the_front_door() -> None:
    """A name fetched from the package itself would climb the stairs unseen."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "abm":
                assert all(sources.path_of(f"abm.{alias.name}") for alias in node.names), path
            elif isinstance(node, ast.Import):
                assert "abm" not in [alias.name for alias in node.names], path


def imports(path: Path) -> set[str]:
    """Modules of any library that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("numba", {"jit", "persons", "runs"}),
        ("mesa", {"agents", "model", "observation"}),
        ("pandas", {"cli", "figures", "observation", "runs", "study"}),
        ("SALib", {"study"}),
        ("scoringrules", {"study"}),
        ("sklearn", {"study"}),
        ("matplotlib", {"figures", "page", "study"}),
        ("solara", {"page"}),
        ("networkx", {"persons"}),
        ("distributed", {"study"}),
        ("pyarrow", {"study"}),
        ("sqlite3", {"study"}),
    ],
)
def test_libraries_stay_in_their_rooms(library: str, rooms: set[str]) -> None:
    users = {room_of(name_of(path)) for path in SOURCES if any(name.split(".")[0] == library for name in imports(path))}
    assert users <= rooms


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    files = [path for room in ("abm", "experiments", "tests") for path in (ROOT / room).rglob("*.py")]
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {path: length for path, length in lengths.items() if length > 300} == {}
    assert len(lengths) > 150


@pytest.mark.parametrize("rules", [rules, platform_rules])
def test_every_rule_is_used_and_uses_what_it_is_given(rules: ModuleType) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES if path.name != "rules.py")
    for node in ast.parse(Path(rules.__file__).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            assert re.search(rf"\brules\.{node.name}\(", text), node.name
            used = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
            assert {argument.arg for argument in node.args.args} <= used, node.name


def test_every_setting_that_persons_read_is_read() -> None:
    files = (
        "situation behaviours paying insuring appraisal census fellows drives guardians households pages bills years"
    )
    text = "".join((ROOT / "abm" / "persons" / f"{name}.py").read_text("utf-8") for name in files.split())
    for name in market.SETTINGS.names or ():
        assert f'["{name}"]' in text, name
    for name in market.OFFER.names or ():
        assert f'["{name}"]' in text, name


def test_every_number_of_a_scenario_is_used() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES if path.name not in DECLARED)
    text += (ROOT / "abm" / "scenario" / "terms.py").read_text("utf-8").partition("def on(")[2]
    words = set(re.findall(r"\w+", text))
    assert [path for path, _ in leaves(load("market")) if path.split(".")[-1] not in words] == []


@pytest.mark.parametrize(
    "fields",
    [state.PERSON_FIELDS, state.MEMBERSHIP_FIELDS, market.OFFER_FIELDS, market.PRODUCT_FIELDS, market.OWN_SETTINGS],
)
def test_every_field_has_a_unit_and_a_meaning(fields: tuple[tuple[str, ...], ...]) -> None:
    for name, _, unit, meaning in fields:
        assert name == "spare" or (unit and len(meaning) > 4), name


def test_a_person_fits_in_a_cache_line_and_a_membership_in_24_bytes() -> None:
    assert state.PERSON.itemsize == 64
    assert state.MEMBERSHIP.itemsize == 24


def test_a_scenario_has_no_more_platforms_than_there_are_bits_to_show_them() -> None:
    plans = {f"plan{number}": {} for number in range(market.MOST_PLATFORMS + 1)}
    with pytest.raises(ScenarioError, match="platform"):
        parse({"platform": plans}, "many")
    plans.popitem()
    assert len(parse({"platform": plans}, "many").platform) == market.MOST_PLATFORMS


def test_every_series_has_a_unit_and_a_meaning() -> None:
    assert all(series.unit and len(series.meaning) > 8 for series in (*series.SERIES, *series.of_market(("any",))))
    for declared in (series.SERIES, series.of_market(("any", "other"))):
        assert len({series.name for series in declared}) == len(declared)


@pytest.mark.parametrize("case", names())
def test_every_number_has_a_meaning_a_range_and_a_source(case: str) -> None:
    """An assumption says why: more than the bare word."""
    scenario = load(case)
    facts = {row["id"] for row in read_csv("facts.csv", {"id": str})}
    for path, value in leaves(scenario):
        field = field_at(path)
        assert field is not None, path
        assert field.description, path
        source = source_of(scenario, path)
        assert source not in ("terms", "the scenario", ""), f"{path}: no source"
        assert not source.startswith("assumption") or len(source) > len("assumption: because"), path
        for fact in re.findall(r"\bF\d{3}\b", source):
            assert fact in facts, f"{path} names {fact}, which is not in facts.csv"
        if isinstance(value, float):
            low, high = bounds(field)
            assert low < high, path
            assert notes(field)["unit"], path


def test_the_defaults_of_a_scenario_are_within_their_own_ranges() -> None:
    assert Scenario.model_validate(Scenario().model_dump()) == Scenario()


def test_the_step_is_the_list_that_the_readme_shows() -> None:
    source = (ROOT / "abm" / "model.py").read_text(encoding="utf-8")
    step = next(
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef) and node.name == "step"
    )
    phases = [ast.unparse(call.func).removeprefix("self.") for call in ast.walk(step) if isinstance(call, ast.Call)]
    page = (ROOT / "README.md").read_text(encoding="utf-8").partition("## A step")[2]
    listed = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|$", page, re.MULTILINE))
    assert list(listed) == phases
    for phase, words in listed.items():
        assert sentence(words) in (getattr(MutualAidModel, phase).__doc__ or ""), phase


def test_an_option_that_several_commands_have_is_declared_once() -> None:
    declared = re.findall(r'"(--[a-z]+)"', (ROOT / "abm" / "cli" / "parser.py").read_text(encoding="utf-8"))
    several = {option for option in declared if declared.count(option) > 1}
    assert several <= {"--out"}  # whose default each command has of its own
    assert {"--set", "--persons", "--until", "--seed", "--workers"} <= set(declared)
