"""The table of mechanisms: whole, its switches numbers of a scenario, its series there, every row turned by its test.

A test of a mechanism is named after its row, ``test_b5_...``, and asks `off` (or `on_and_off`) for that row's switch.
It runs worlds that differ in nothing but the switch, under common random numbers.
"""

import ast
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from abm.errors import ScenarioError
from abm.files import read_csv
from abm.mechanisms import MECHANISMS, Mechanism, OfTheWorld, off
from abm.mechanisms.switches import INSURER, PLAN, PRODUCT, kind_in, starred
from abm.observation.series import SERIES, of_market
from abm.runs import results
from abm.scenario.declare import bounds
from abm.scenario.files import load, parse
from abm.scenario.paths import differences, field_at, put, source_of
from worlds.simple import simple, simplify

SWITCHES = [(row.id, switch.variant) for row in MECHANISMS.values() for switch in row.switches]
REAL = load("market")


def turned() -> set[tuple[str, str]]:
    """(row, variant) of every switch that a test named after the row asks for; the empty variant stands for all."""
    found: set[tuple[str, str]] = set()
    for path in sorted(Path(__file__).parent.glob("test_mechanisms_of_*.py")):
        module = ast.parse(path.read_text("utf-8"))
        for test in (node for node in module.body if isinstance(node, ast.FunctionDef)):
            row = re.match(r"test_([a-e]\d+)_", test.name)
            for call in ast.walk(test):
                if isinstance(call, ast.Call) and ast.unparse(call.func) in ("off", "on_and_off") and row:
                    words = [*call.args, *(word.value for word in call.keywords if word.arg == "variant")]
                    first, *rest = (word.value for word in words if isinstance(word, ast.Constant))
                    assert first == row[1].upper(), f"{test.name} turns {first}"
                    found.add((first, rest[0] if rest else ""))
    return found


def test_the_table_has_every_row_that_observers_name() -> None:
    named = [
        *(f"A{row}" for row in range(1, 22)),
        *(f"B{row}" for row in range(1, 19)),
        *(f"C{row}" for row in range(1, 8)),
        *(f"D{row}" for row in range(1, 9)),
        *(f"E{row}" for row in range(1, 4)),
    ]
    assert list(MECHANISMS) == named
    assert len({row.name for row in MECHANISMS.values()}) == len(named)


@pytest.mark.parametrize(("row", "variant"), SWITCHES)
def test_every_switch_is_turned_by_a_test_of_its_row(row: str, variant: str) -> None:
    assert (row, variant) in turned()


def test_no_test_keeps_a_table_of_switches_of_its_own() -> None:
    """What is switched off comes from `abm.mechanisms`: an `off` that tests call is no other one."""
    own = re.compile(r"^ *(def off\b|off\b *[:=]|from worlds\S* import .*\boff\b)", re.MULTILINE)
    shared = re.compile(r"^from abm.mechanisms import .*\boff\b", re.MULTILINE)
    here = Path(__file__).parent
    for path in (*here.glob("*.py"), *(here.parent / "worlds").glob("*.py")):
        text = path.read_text("utf-8")
        assert not own.search(text), path.name
        assert shared.search(text) or not re.search(r"\boff\(", text), path.name


@pytest.mark.parametrize(("row", "variant"), SWITCHES)
def test_a_switch_is_a_number_of_the_scenario_with_a_source_and_an_off_value_in_its_range(
    row: str, variant: str
) -> None:
    (switch,) = (each for each in MECHANISMS[row].switches if each.variant == variant)
    kinds = {kind_in(path) for path in switch.off} - {None}
    named = {PLAN: "xianghubao", PRODUCT: "city", INSURER: "zhonghui"}
    if any("small_plans" in path for path in switch.off):
        named[PLAN] = "fringe"
    assert len(kinds) <= 1  # so that names are of one kind
    names = [named[kind] for kind in kinds if kind]
    for path, value in switch.off.items():
        word = kind_in(path)
        place = path.replace(word, named[word]) if word else path
        field = field_at(place)
        assert field is not None, path
        assert source_of(REAL, place), path
        low, high = bounds(field)
        if isinstance(value, OfTheWorld):
            assert value.meaning
            assert low < high
        elif isinstance(value, float) or type(value) is int:
            assert low <= value <= high, path
    inside = {path: 1_000.0 for path, value in switch.off.items() if isinstance(value, OfTheWorld)}
    load("market", off(row, names, variant, *inside.values()))  # types and names too


@pytest.mark.parametrize("row", MECHANISMS.values(), ids=list(MECHANISMS))
def test_what_a_mechanism_shows_in_is_reported(row: Mechanism) -> None:
    reported = {series.name for series in (*SERIES, *of_market(tuple(REAL.insurance.products)))}
    written = set(re.findall(r'"(\w+\.csv)"', Path(results.__file__).read_text("utf-8")))
    for switch in row.switches:
        assert switch.observable
        assert switch.series
        assert {name.replace(PRODUCT, "city") for name in switch.series} <= reported
        assert set(switch.tables) <= written


@pytest.mark.parametrize("row", MECHANISMS.values(), ids=list(MECHANISMS))
def test_a_mechanism_is_told_in_sentences_whose_facts_are_there(row: Mechanism) -> None:
    assert re.fullmatch(r"['A-Z].+[.]", row.meaning)
    assert set(re.findall(r"F\d{3}", row.meaning)) <= {fact["id"] for fact in read_csv("facts.csv", {"id": str})}
    variants = [switch.variant for switch in row.switches]
    assert len(set(variants)) == len(variants)
    assert all(variants) == (len(variants) > 1)


def test_without_a_variant_all_channels_of_a_mechanism_are_closed() -> None:
    members, parents = off("B5", variant="members"), off("B5", ["xianghubao", "jd"], "parents")
    assert list(parents) == [f"platform.{name}.parent.stigma_relief" for name in ("xianghubao", "jd")]
    assert off("B5", ["xianghubao", "jd"]) == members | parents


def test_all_products_and_all_insurers_of_a_scenario_are_switched_off_at_once() -> None:
    insured = load("insured")
    for row, names, section in (("D4", insured.insurance.products, "insurance"), ("D8", insured.insurer, "insurer")):
        changes = off(row, names)
        assert len(names) > 1
        assert {path.split(".")[1] for path in changes if path.startswith(f"{section}.")} == set(names)
        assert len(changes) == len(names) * sum(len(switch.off) for switch in MECHANISMS[row].switches)
        assert load("insured", changes) != insured


def test_readers_are_shown_a_star_for_whatever_has_such_a_number() -> None:
    shown = [starred(path) for path in ("platform.PLAN.fee_rate", "insurance.PRODUCT.reach", "PRODUCT_share", "slots")]
    assert shown == ["platform.*.fee_rate", "insurance.*.reach", "*_share", "slots"]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (("A99",), "no mechanism 'A99'"),
        (("B5", (), "member"), "no variant 'member'; there are: members, parents"),
        (("B1",), "platform.PLAN.case_cost is a number of a plan; name one or more plans"),
        (("D5",), "insurance.PRODUCT.follows_closings is a number of a product; name one or more products"),
        (("D8", (), "interest"), "insurer.INSURER.interest is a number of an insurer; name one or more insurers"),
        (("A4", ("pool",)), "needs a value of your world: the true level of the share"),
    ],
)
def test_a_slip_in_asking_for_a_switch_is_told(given: tuple, line: str) -> None:
    with pytest.raises(ScenarioError, match=line):
        off(*given)


def test_a_simple_world_turns_off_only_what_works_by_default() -> None:
    """A scenario of no more than a plan with a parent, beside the same made simple."""
    plan: dict[str, Any] = {"platform.pool.launch": date(2019, 1, 1), "platform.pool.parent": {}}
    tables: dict[str, Any] = {}
    for path, value in plan.items():
        put(tables, path, value)
    turned_off = {path: new for path, (_, new) in differences(simple(plan), parse(tables, "pool")).items()}
    assert turned_off == {path: value for path, value in simplify(plan).items() if path not in plan}
