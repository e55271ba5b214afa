"""Scenario files: what they include and name is found from where they stand, and hostile ones are refused in a line."""

from pathlib import Path

import pytest

from abm.errors import DataError, FileError, HuzhuError, ScenarioError, shown
from abm.files import DATA
from abm.scenario.files import dump, load
from abm.scenario.tables import age_structure, incidence_by_age

BANDS = "bands = [{ age_from = 18, age_to = 59, cover = 100_000 }]"


def write(folder: Path, name: str, *platforms: str, include: str = "", more: str = "") -> Path:
    """A scenario file with plans of these names."""
    plans = "".join(f"[platform.{plan}]\nlaunch = 2018-10-16\n{BANDS}\n" for plan in platforms)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'title = "{name}"\n{f"include = {include}" if include else ""}\n{plans}{more}')
    return path


def test_scenarios_are_included_at_any_depth_from_beside_the_file_that_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "deep/deeper/fourth.toml", "fourth")
    write(tmp_path, "deep/third.toml", "third", include='["deeper/fourth.toml"]')
    write(tmp_path, "second.toml", "second", include='["deep/third.toml"]')
    first = write(tmp_path, "first.toml", "first", include='["second.toml"]')
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for name in (str(first), "../first.toml"):
        assert list(load(name).platform) == ["first", "second", "third", "fourth"]


def test_a_scenario_that_two_others_include_comes_along_once(tmp_path: Path) -> None:
    write(tmp_path, "base.toml", "base")
    write(tmp_path, "left.toml", "left", include='["base.toml"]')
    write(tmp_path, "right.toml", "right", include='["base.toml"]')
    top = write(tmp_path, "top.toml", "top", include='["left.toml", "right.toml"]')
    assert list(load(top).platform) == ["top", "left", "right", "base"]


def test_the_nearer_of_two_plans_of_one_name_counts(tmp_path: Path) -> None:
    write(tmp_path, "far.toml", "plan", more="fee_rate = 0.3\n")
    write(tmp_path, "near.toml", "other", include='["far.toml"]')
    top = write(tmp_path, "top.toml", "plan", include='["near.toml"]', more="fee_rate = 0.1\n")
    assert load(top).platform["plan"].fee_rate == 0.1


@pytest.mark.parametrize("first", ["a.toml", "b.toml", "entry.toml"])
def test_scenarios_that_include_each_other_are_refused_with_the_circle(tmp_path: Path, first: str) -> None:
    write(tmp_path, "a.toml", "a", include='["b.toml"]')
    write(tmp_path, "b.toml", "b", include='["a.toml"]')
    write(tmp_path, "entry.toml", "entry", include='["a.toml", "b.toml"]')
    with pytest.raises(ScenarioError, match=r"circle: (a\.toml includes b\.toml includes a|b\.toml includes a\.toml)"):
        load(tmp_path / first)


def test_a_scenario_that_includes_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"self\.toml: include goes round in a circle"):
        load(write(tmp_path, "self.toml", "a", include='["self.toml"]'))


def test_a_data_file_is_looked_for_beside_the_scenario_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.csv").write_bytes((DATA / "incidence.csv").read_bytes())
    own = write(tmp_path, "own.toml", "plan", more='[health]\nincidence_file = "data/mine.csv"\n')
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    scenario = load(own)
    assert incidence_by_age(scenario.health).shape == (2, 106)
    Path("again.toml").write_text(dump(scenario))
    monkeypatch.chdir(tmp_path / "data")
    assert load("../elsewhere/again.toml") == scenario
    assert load("xianghubao", {"health.incidence_file": "./mine.csv"}).health == scenario.health
    assert load("xianghubao").health.incidence_file == "incidence.csv"


def test_a_missing_include_names_the_file_that_wants_it_and_where_it_was_looked_for(tmp_path: Path) -> None:
    write(tmp_path, "near.toml", "b")
    by_name = write(tmp_path, "by_name.toml", "a", include='["near"]')
    with pytest.raises(ScenarioError, match=r"by_name\.toml: include: no scenario 'near'; did you mean 'near\.toml'\?"):
        load(by_name)
    far = write(tmp_path, "far.toml", "c", include='["gone/far.toml"]')
    with pytest.raises(ScenarioError, match=rf"far\.toml: include: no scenario 'gone/far\.toml' in '{tmp_path}/gone'"):
        load(far)


def test_a_missing_data_file_of_a_plain_name_is_said_to_be_none_of_the_program_s(tmp_path: Path) -> None:
    health = load("xianghubao", {"health.incidence_file": "incidense.csv"}).health
    words = (
        r"no data file 'incidense\.csv'; did you mean 'incidence\.csv'\?; there are: .*; a file of your own is a path, "
    )
    with pytest.raises(FileError, match=words + r"as '\./incidense\.csv'"):
        incidence_by_age(health)


def test_two_rates_for_one_age_are_refused(tmp_path: Path) -> None:
    rates = (DATA / "incidence.csv").read_text()
    first = rates.splitlines()[1]
    (tmp_path / "twice.csv").write_text(f"{rates}{first.rpartition(',')[0]},0.5\n")
    health = load("xianghubao", {"health.incidence_file": f"{tmp_path}/twice.csv"}).health
    table, age, sex, *_ = first.split(",")
    if table != health.incidence_table:
        health = health.model_copy(update={"incidence_table": table})
    with pytest.raises(DataError, match=rf"two rates for {sex} {age} in table '{table}': .* and 0\.5"):
        incidence_by_age(health)


def test_infinite_shares_of_the_population_are_refused(tmp_path: Path) -> None:
    (tmp_path / "ages.csv").write_text("age_from,age_to,share\n0,59,inf\n60,105,1\n")
    people = load("xianghubao", {"people.age_structure": f"{tmp_path}/ages.csv"}).people
    with pytest.raises(DataError, match="shares must be finite"):
        age_structure(people)


SHOCK = '[[shocks]]\ntitle = "halt"\ntarget = "investigation"\nfirst = 2020-01-01\nlast = 2020-02-01\nfactor = 0.5\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"a = {'[' * 5000}{']' * 5000}", "lie too deep in each other"),
        (f"mind.{'a.' * 3000}b = 1", "lie too deep in each other"),
        (f"slots = 1{'0' * 5000}", "a number of thousands of digits"),
        (f"slots = 1{'0' * 1000}", r"slots = 1000.*\.\.\. is above 8"),
        ('"[key]" = 1', r"\[key\]: unknown key"),
        ('"two\\nlines" = 1', r"'two\\nlines': unknown key"),
        ('shocks = 5\ninclude = ["jd"]', "shocks = 5 must be a list of tables"),
        (f"title = {'1' * 3000}", r"title = 1{120}\.\.\. must be string"),
        (f'include = ["{"n" * 5000}.toml"]', "no scenario"),
        (
            f"[platform.{'n' * 65}]",
            "must be a name: a small letter, then at most 63 small letters, digits or underscores",
        ),
        ("[platform.Big]", "platform.Big = 'Big' must be a name: a small letter"),
        (101 * SHOCK, "shocks: 101 are too many; at most 100"),
        ('include = ["a\\u0000b.toml"]', "no scenario"),
    ],
)
def test_hostile_files_are_refused_in_a_short_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "hostile.toml"
    path.write_text(text)
    with pytest.raises(HuzhuError, match=message) as refused:
        load(path)
    assert len(str(refused.value).splitlines()) == 1
    assert len(str(refused.value)) < 800


def test_a_cell_of_a_data_file_that_no_number_fills_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ages.csv").write_text(f'age_from,age_to,share\n0,"{"9" * 200_000}",1\n')
    people = load("xianghubao", {"people.age_structure": f"{tmp_path}/ages.csv"}).people
    with pytest.raises(DataError, match=r"ages\.csv: line 1: field larger than field limit"):
        age_structure(people)


@pytest.mark.slow
def test_of_ten_thousand_wrong_keys_ten_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    path = tmp_path / "many.toml"
    path.write_text("".join(f"wrong_{number} = 1\n" for number in range(10_000)))
    with pytest.raises(ScenarioError) as refused:
        load(path)
    lines = str(refused.value).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "many.toml: and 9,990 more"


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(FileError, match=r"folder\.toml: is no file to read"):
        load(tmp_path / "folder.toml")


def test_a_long_value_is_told_by_its_beginning() -> None:
    assert shown("n" * 1000) == f"'{'n' * 119}..."
    assert shown(10**5000) == "a number of thousands of digits"
    assert shown([1, 2]) == "[1, 2]"
