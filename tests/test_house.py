"""The house: who may import whom, every number declared with its source, every phase where the page says it is."""

import ast
import re
from pathlib import Path

import pytest

from abm import market, population, rules, watch
from abm.reading import bounds, field_at, leaves, load, names, notes, parse, source_of
from abm.scenario import Scenario, ScenarioError
from abm.tables import read_csv

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "abm").rglob("*.py"))
DECLARED = {"scenario.py", "society.py", "terms.py", "business.py", "institutions.py"}

# From the ground up; a module imports only from lower floors. Modules on one floor do not import each other.
FLOORS = (
    {"abm", "abm.clock", "abm.money", "abm.compiled", "abm.declare"},
    {"abm.business", "abm.institutions", "abm.options", "abm.society"},
    {"abm.terms"},
    {"abm.scenario"},
    {"abm.draws", "abm.rules", "abm.reading", "abm.tables", "abm.writing"},
    {"abm.network", "abm.population", "abm.ledger"},
    {"abm.market", "abm.memory"},
    {"abm.divisions", "abm.reckoning"},
    {"abm.behaviours", "abm.census", "abm.paying"},
    {"abm.insuring"},
    {"abm.drives", "abm.story", "abm.turns", "abm.watch"},
    {"abm.agents.closing", "abm.agents.copies", "abm.agents.insurer", "abm.agents.member", "abm.recorder"},
    {"abm.agents.board", "abm.agents.claims", "abm.agents.offers", "abm.agents.policies"},
    {"abm.agents.platform", "abm.agents.regulator"},
    {"abm.agents"},
    {"abm.model", "abm.story.motives"},
    {"abm.quantities", "abm.story.gallery", "abm.story.moments", "abm.study"},
    {"abm.facts", "abm.story.dealings", "abm.story.fates"},
    {"abm.story.witness"},
    {"abm.story.reasons"},
    {"abm.story.sentences"},
    {"abm.story.happenings"},
    {"abm.page", "abm.story.tell"},
    {"abm.study.transfers", "abm.study.chronicle"},
    {"abm.study.checkpoint", "abm.study.run"},
    {"abm.study.fork"},
    {"abm.study.design", "abm.study.outputs", "abm.study.results", "abm.study.worker", "abm.figures"},
    {"abm.study.study", "abm.panorama"},
    {"abm.page.charts", "abm.page.choices", "abm.study.report", "abm.study.store"},
    {"abm.page.friends", "abm.page.wishes", "abm.study.cluster", "abm.study.summary", "abm.study.sweep"},
    {"abm.page.frames", "abm.study.phase", "abm.study.progress"},
    {"abm.page.session", "abm.study.pictures"},
    {"abm.page.controls", "abm.page.views"},
    {"abm.study.commands", "abm.study.experiment", "abm.study.sensitivity"},
    {"abm.page.app"},
    {"abm.page.serve"},
    {"abm.cli"},
)
STUDY = {f"abm.study.{part}" for part in ("chronicle", "commands", "fork", "report", "results", "run", "transfers")}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    """Modules that a file imports, those for type checking alone left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(node)
        for guard in ast.walk(tree)
        if isinstance(guard, ast.If) and "TYPE_CHECKING" in ast.unparse(guard.test)
        for node in ast.walk(guard)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name_of(source) for source in SOURCES}
            found |= {name if name in modules else node.module for name in inside}
    return found


def test_every_source_file_has_its_floor() -> None:
    assert {name_of(path) for path in SOURCES} == set.union(*FLOORS)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_go_down_the_stairs(path: Path) -> None:
    floor = next(level for level, modules in enumerate(FLOORS) if name_of(path) in modules)
    below = set().union(*FLOORS[:floor])
    ours = {name for name in imports(path) if name.split(".")[0] == "abm"}
    assert ours <= below, f"{name_of(path)} imports {sorted(ours - below)}"


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("numba", {"abm.compiled", "abm.drives", "abm.study.run"}),
        (
            "mesa",
            {"abm.model", "abm.recorder"}
            | {f"abm.agents.{face}" for face in ("insurer", "member", "platform", "regulator")},
        ),
        ("pandas", {"abm.facts", "abm.figures", "abm.panorama"} | STUDY),
        ("SALib", {"abm.study.design", "abm.study.sensitivity"}),
        ("matplotlib", {"abm.figures", "abm.page.charts", "abm.panorama", "abm.study.pictures"}),
        ("solara", {"abm.page.app", "abm.page.controls", "abm.page.serve", "abm.page.views"}),
        ("networkx", {"abm.network"}),
        ("distributed", {"abm.study.cluster"}),
        ("pyarrow", {"abm.study.summary"}),
        ("sqlite3", {"abm.study.store"}),
    ],
)
def test_libraries_stay_in_their_rooms(library: str, allowed: set[str]) -> None:
    users = {name_of(path) for path in SOURCES if any(name.split(".")[0] == library for name in imports(path))}
    assert users <= allowed


@pytest.mark.parametrize("path", [*SOURCES, *sorted((ROOT / "tests").glob("*.py"))], ids=str)
def test_no_file_is_longer_than_three_hundred_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_every_rule_is_used_and_uses_what_it_is_given() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES if path.name != "rules.py")
    for node in ast.parse(Path(rules.__file__).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            assert f"rules.{node.name}(" in text, node.name
            used = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
            assert {argument.arg for argument in node.args.args} <= used, node.name


def test_every_setting_that_persons_read_is_read() -> None:
    text = "".join(
        (ROOT / "abm" / f"{name}.py").read_text("utf-8")
        for name in ("behaviours", "paying", "insuring", "reckoning", "census")
    )
    for name in market.SETTINGS.names or ():
        assert f'["{name}"]' in text, name
    for name in market.OFFER.names or ():
        assert f'["{name}"]' in text, name


def test_every_number_of_a_scenario_is_used() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES if path.name not in DECLARED)
    text += (ROOT / "abm" / "terms.py").read_text("utf-8").partition("def on(")[2]
    for path, _ in leaves(load("market")):
        assert re.search(rf"\b{path.split('.')[-1]}\b", text), path


@pytest.mark.parametrize("fields", [population.PERSON_FIELDS, population.MEMBERSHIP_FIELDS, market.OFFER_FIELDS])
def test_every_field_has_a_unit_and_a_meaning(fields: tuple[tuple[str, ...], ...]) -> None:
    for name, _, unit, meaning in fields:
        assert name == "spare" or (unit and len(meaning) > 4), name


def test_a_person_fits_in_a_cache_line_and_a_membership_in_24_bytes() -> None:
    assert population.PERSON.itemsize == 64
    assert population.MEMBERSHIP.itemsize == 24


def test_a_scenario_has_no_more_platforms_than_there_are_bits_to_show_them() -> None:
    plans = {f"plan{number}": {} for number in range(market.MOST_PLATFORMS + 1)}
    with pytest.raises(ScenarioError, match="platform"):
        parse({"platform": plans}, "many")
    plans.popitem()
    assert len(parse({"platform": plans}, "many").platform) == market.MOST_PLATFORMS


def test_every_series_has_a_unit_and_a_meaning() -> None:
    assert all(series.unit and len(series.meaning) > 8 for series in (*watch.SERIES, *watch.MARKET))
    for declared in (watch.SERIES, watch.MARKET):
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
    listed = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert listed == phases


def test_an_option_that_several_commands_have_is_declared_once() -> None:
    declared = re.findall(r'"(--[a-z]+)"', (ROOT / "abm" / "options.py").read_text(encoding="utf-8"))
    several = {option for option in declared if declared.count(option) > 1}
    assert several <= {"--out"}  # whose default each command has of its own
    assert {"--set", "--persons", "--until", "--seed", "--workers"} <= set(declared)
