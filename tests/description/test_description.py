"""The description of the model: in the form of the protocol, complete, true to the code, and fit to be read."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from abm import market
from abm.cli.main import main
from abm.description.numbers import COLUMNS
from abm.description.odd import PLACE, PROSE, describe, tables
from abm.draws import Purpose
from abm.errors import FileError
from abm.files import read_csv
from abm.mechanisms import MECHANISMS
from abm.observation.series import SERIES, of_market
from abm.persons import rules, state
from abm.platforms import rules as plan_rules
from abm.platforms.closing import CLOSING_RULES
from abm.platforms.divisions import DIVISIONS
from abm.scenario.files import load, names
from abm.scenario.paths import leaves

ROOT = Path(__file__).parent.parent.parent
KEPT = ROOT / "results" / "description" / "ODD.md"
SCENARIO = load("xianghubao")
TEXT = describe(SCENARIO)
ELEMENTS = [
    "1 Purpose and patterns",
    "2 Entities, state variables, and scales",
    "3 Process overview and scheduling",
    "4 Design concepts",
    "5 Initialisation",
    "6 Input data",
    "7 Submodels",
]
CONCEPTS = [
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
    "Stochasticity", "Collectives", "Observation",
]  # fmt: skip


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next of its level."""
    level = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert level is not None, heading
    return re.split(rf"^#{{1,{len(level[1])}}} ", text[level.end() :], maxsplit=1, flags=re.MULTILINE)[0]


def test_the_description_that_is_kept_is_what_the_code_describes() -> None:
    kept = KEPT.read_text(encoding="utf-8")
    assert kept == TEXT, "the model has changed: run `huzhu describe --out results/description/ODD.md` and commit it"


def test_its_parts_are_those_of_the_protocol_in_their_order() -> None:
    assert re.findall(r"^## (\d.*)$", TEXT, re.MULTILINE) == ELEMENTS
    assert re.findall(r"^### 4\.\d+ (.*)$", TEXT, re.MULTILINE) == CONCEPTS
    numbered = re.findall(r"^### (\d)\.(\d+) ", TEXT, re.MULTILINE)
    for element in {element for element, _ in numbered}:
        parts = [int(part) for first, part in numbered if first == element]
        assert parts == list(range(1, len(parts) + 1))


def test_the_prose_has_a_place_for_every_table_and_a_table_for_every_place() -> None:
    prose = PROSE.read_text(encoding="utf-8")
    places = PLACE.findall(prose)
    assert sorted(places) == sorted(tables(SCENARIO, {}, prose))
    assert "{{" not in TEXT


@pytest.mark.parametrize("name", names())
def test_every_scenario_can_be_described_with_all_its_numbers(name: str) -> None:
    scenario = load(name)
    text = describe(scenario)
    shown = set(re.findall(r"^\| `([\w.*]+)` \|", text, re.MULTILINE))
    for path, _ in leaves(scenario):
        head, _, rest = path.partition(".")
        alike = f"{head}.*.{rest.partition('.')[2]}" if head == "platform" else path
        assert path in shown or alike in shown or head == "shocks", path
    assert all(shock.title in section(text, "6 Input data") for shock in scenario.shocks)


@pytest.mark.parametrize(
    ("heading", "wanted"),
    [
        ("2.2 Persons", [name for name, *_ in state.PERSON_FIELDS]),
        ("2.3 Memberships", [name for name, _, unit, _ in state.MEMBERSHIP_FIELDS if unit]),
        (
            "2.6 The environment",
            [name for name, *_ in (*market.OFFER_FIELDS, *market.PRODUCT_FIELDS)] + list(market.SETTINGS.names or ()),
        ),
        (
            "3 Process overview and scheduling",
            ["begin", "post_terms", "settle_learn_choose", "record", "hear", "learn"],
        ),
        ("4.9 Stochasticity", [purpose.name.lower() for purpose in Purpose]),
        ("4.11 Observation", [each.name for each in (*SERIES, *of_market(tuple(SCENARIO.insurance.products)))]),
        ("7.2 What a person weighs", ["staying", "joining", "paying_in", "buying", "converting"]),
        ("7.3 What a person does", ["hear", "settle", "enter", "pay", "draw_on_deposit", "insure"]),
        ("7.7 Platforms", list(DIVISIONS)),
        ("7.6 Insurance", ["post_terms", "book_receipts"]),
        ("7.7 Platforms", ["divide_aid", "advertised", "perceived_closure_risk", "receive", "pay_accepted"]),
        (
            "7.8 What a parent decides, and how a plan ends",
            [*CLOSING_RULES, "value_to_parent", "closing_bill", "steer"],
        ),
        (
            "7.9 The regulator",
            [
                "supervise",
                "warn",
                "rectify",
                "laissez_faire",
                "historical",
                "early_licensing",
                "strict_ban",
                "guarantee_fund",
                "exit_plan_duty",
                "reserve_duty",
            ],
        ),
    ],
)
def test_what_is_declared_is_described(heading: str, wanted: list[str]) -> None:
    found = re.findall(r"^\|(?: \d+ \|)? `(\w+)` \|", section(TEXT, heading), re.MULTILINE)
    assert set(wanted) <= set(found)


def test_every_rule_of_a_person_is_given_with_its_formula() -> None:
    listed = section(TEXT, "7.1 Rules of persons")
    for name in re.findall(r"^def (\w+)\(", Path(rules.__file__).read_text("utf-8"), re.MULTILINE):
        assert re.search(rf"^\| `{name}\([\w, ]+\)` \| \w.+ \| `.+` \|$", listed, re.MULTILINE), name
    assert "`trust - part * trust`" in listed


def test_every_rule_of_plans_is_given_too() -> None:
    listed = section(TEXT, "7.7 Platforms")
    for name in re.findall(r"^def (\w+)\(", Path(plan_rules.__file__).read_text("utf-8"), re.MULTILINE):
        assert re.search(rf"^\| `{name}\([\w, ]+\)` \| \w.+ \| `.+` \|$", listed, re.MULTILINE), name
    assert "`left = (1 - decay) ** years`<br>`return at_first * left`" in listed


def test_every_mechanism_is_told_where_emergence_is() -> None:
    rows = re.findall(r"^\| (\w\d+) \| (.*?) \| (.*?) \|", section(TEXT, "4.2 Emergence"), re.MULTILINE)
    assert rows == [(row.id, row.name, row.meaning) for row in MECHANISMS.values()]


def test_tables_are_even_and_no_cell_of_a_number_lacks_its_words() -> None:
    text = TEXT + describe(load("market"))
    for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        head, rule, *rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in block.splitlines()]
        assert rows
        assert {cell.strip() for cell in rule} == {"---"}
        assert {len(row) for row in (head, rule, *rows)} == {len(head)}, head
        if [cell.strip() for cell in head] == [heading for heading, _ in COLUMNS]:
            for row in rows:
                filled = dict(zip((heading for heading, _ in COLUMNS), (cell.strip() for cell in row), strict=True))
                assert all(filled[heading] for heading in ("number", "meaning", "value", "source")), row


def test_no_line_shows_how_python_spells_things() -> None:
    bare = re.sub(r"`[^`\n]*`", "", TEXT).replace("<br>", "")
    assert (
        re.findall(
            r"PydanticUndefined|\| None \||= None|\bTrue\b|dtype|numpy|np\.|array\(|object at|[<>{}]|\de\+\d", bare
        )
        == []
    )
    assert max(map(len, PROSE.read_text("utf-8").splitlines())) <= 120
    assert not re.search(r"\n{3,}|[ \t]\n", TEXT)


def test_every_file_that_the_prose_names_is_there() -> None:
    named = set(re.findall(r"`((?:abm|experiments)/[\w./]+)`", PROSE.read_text("utf-8")))
    assert len(named) > 10
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_facts_named_in_the_prose_are_there_and_not_of_the_years_kept_aside() -> None:
    days = {row["id"]: row["date"] for row in read_csv("facts.csv", {"id": str, "date": str})}
    for fact in re.findall(r"\bF\d{3}\b", PROSE.read_text("utf-8")):
        assert days[fact] < "2021", fact
        assert f"| {fact} |" in TEXT


def test_a_changed_number_is_named_and_no_longer_has_the_source_of_the_old_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["describe", "--set", "mind.altruism=60"]) == 0
    said = capsys.readouterr().out
    assert "Changed: `mind.altruism` = 60." in said
    row = next(line for line in said.splitlines() if line.startswith("| `mind.altruism` | "))
    assert "| 60 |" in row
    assert "F145" not in row


def test_what_is_written_is_what_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", "jd", "--out", str(tmp_path / "jd.md")]) == 0
    assert str(tmp_path / "jd.md") in capsys.readouterr().out
    assert main(["describe", "jd"]) == 0
    assert capsys.readouterr().out == (tmp_path / "jd.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["xianghuba"], "no scenario 'xianghuba'; did you mean 'xianghubao'?"),
        (["--out", "nowhere/ODD.md"], "--out nowhere/ODD.md: there is no folder nowhere"),
        (["--out", "/"], "--out /: is a folder; name a file, as /ODD.md"),
        (["--set", "mind.altruis=1"], "did you mean 'altruism'?"),
    ],
)
def test_a_slip_leaves_one_line_and_status_2(words: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert line in said.err
    assert len(said.err.splitlines()) == 1


def test_other_commands_do_not_load_the_description() -> None:
    code = "import sys, abm.cli.main; print(*[name for name in sys.modules if name.startswith('abm.description')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_model_without_its_source_is_not_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abm.description.source.path_of", lambda module: None)
    with pytest.raises(FileError, match="its source is not there"):
        describe(SCENARIO)
