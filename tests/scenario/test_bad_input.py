"""Bad input gets one clear line, exit status 2, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from abm.cli.main import main
from abm.errors import ModelError
from abm.files import DATA
from abm.persons.founding import bytes_per_person, require_room
from abm.scenario.files import load
from abm.scenario.paths import put, setting
from worlds import children

RUN = ["run", "xianghubao", "--persons", "500", "--until", "2019-01"]

# The words of the command after `run xianghubao`, and what the one line must say.
SLIPS = [
    (["--set", "platform.xianghubao.fee_rat=0.1"], "platform.xianghubao.fee_rat: unknown key; did you mean 'fee_rate'"),
    (["--set", "altruism=3"], "altruism: unknown key; did you mean 'mind.altruism'"),
    (["--set", "mynd.altruism=3"], "mynd: unknown key; did you mean 'mind'"),
    (["--set", "friends.zzz=3"], "friends.zzz: unknown key; allowed here: degree, rewired, telling, news_periods"),
    (
        ["--set", "mind.altruism=lots"],
        "mind.altruism = 'lots' must be number (median value of helping, unit yuan a year)",
    ),
    (["--set", "friends.degree=1.5"], "friends.degree = 1.5 must be integer"),
    (["--set", "people.fellows=False"], "people.fellows = 'False' must be true or false (whether the people whom"),
    (["--set", "people.fellows=off"], "as those of the nation did); write false"),
    (["--set", "platform.xianghubao.fee_rate=0.9"], "platform.xianghubao.fee_rate = 0.9 is above 0.5"),
    (["--set", "platform.xianghubao.fee_rate=8"], "unit 1). Did you mean 0.08?"),
    (["--set", "mind.altruism=-1"], "mind.altruism = -1 is below 0"),
    (["--set", "mind.altruism"], "--set mind.altruism: write key=value"),
    (["--set", "title.x=3"], "title.x: there is no 'x' in the single value"),
    (["--set", "shocks.9.factor=1"], "shocks.9.factor: '9' must be a whole number from 0 to 2"),
    (["--set", "platform.xianghubao.bands.1.age_from=30"], "bands: ages 0-39 and 30-59 overlap"),
    (["--set", "platform.xianghubao.bands.1.age_from=45"], "bands: ages 40-44 are missing between two bands"),
    (["--set", "platform.xianghubao.bands.1.age_to=20"], "bands: ages 40 to 20 run backwards"),
    (["--set", "calendar.end=2018-01-01"], "end = 2018-01-01 is before start = 2018-10-16; are the two swapped?"),
    (
        ["--set", "platform.xianghubao.amendments=[{ day = 2018-01-31, fee_rate = 0.1 }]"],
        "amendments: dates out of order: 2018-10-16, 2018-01-31",
    ),
    (["--set", "platform.xianghubao.ends=2018-01-31"], "ends = 2018-01-31 is before launch = 2018-10-16; are the two"),
    (["--set", "supervision.policy=historic"], "supervision.policy = 'historic' must be 'laissez_faire', 'historical'"),
    (["--set", "supervision.policy=historic"], "; did you mean 'historical'?"),
    (
        ["--set", "platform.xianghubao.insurer=xinmai"],
        "platform.xianghubao.insurer: no insurer 'xinmai'; there are: xinmei",
    ),
    (
        ["--set", "insurer.persons={ capital = 1e9 }"],
        "insurer.persons: 'persons' is an account of all already; choose another name",
    ),
    (["--set", "insurer.xinmai.capital=1e9"], "no insurer 'xinmai'; did you mean 'xinmei'?; there are: xinmei; a"),
    (
        ["--set", "insurance.comercial.reach=0.1"],
        "there are: commercial, city; a new one is a table [insurance.comercial] of a scenario file",
    ),
    (
        ["--set", "platform.xianghubao.closing.conversion_product=medical"],
        "closing.conversion_product: no product 'medical'; did you mean 'commercial'?; there are: commercial, city",
    ),
    (["--set", "platform=3", "--set", "platform.x.y=1"], "platform.x.y: there is no 'x' in the single value 3"),
    (["--set", "shocks.1.platform=jd"], "shocks.1: no platform 'jd'; there are: xianghubao"),
    (
        ["--set", "shocks.0.first=2030-01-01", "--set", "shocks.0.last=2030-02-01"],
        "shocks.0: 2030-01-01 to 2030-02-01 is out",
    ),
    (["--set", "platform.xianghubao.subsidised_until=2018-01-31"], "subsidised_until = 2018-01-31 is before launch"),
    (["--set", "shocks.0.last=2019-01-31"], "last = 2019-01-31 is before first = 2020-02-01; are the two swapped?"),
    (["--set", "calendar.start=2020-06-01"], "shocks.0: 2020-02-01 to 2020-04-30 is outside the calendar"),
    (
        ["--set", "calendar.end=2018-10-01", "--set", "calendar.start=2018-09-01"],
        "launch = 2018-10-16 is after calendar.end",
    ),
    (["--set", "platform.xianghubao.division=risk"], "annual_cap = 188 needs division = 'equal'"),
    (["--set", "platform.xianghubao.division=random"], "division = 'random' must be 'equal', 'age' or 'risk'"),
    (["--set", "people.tier_shares=[0.5, 0.2, 0.2]"], "tier_shares = (0.5, 0.2, 0.2) must be shares that sum to 1"),
    (
        ["--set", "people.tier_incomes=[1e300, 1, 1]"],
        "people: tier_incomes = (1e+300, 1.0, 1.0) must be from 0 to 1,000,000,000 yuan a year",
    ),
    (["--set", "people.tier_incomes=[-1, 1, 1]"], "people: tier_incomes = (-1.0, 1.0, 1.0) must be from 0 to"),
    (
        ["--set", "calendar.start=0001-01-01", "--set", "calendar.end=0002-01-01"],
        "0001-01-01 to 0002-01-01 must be within 1000-01-01 to 8999-12-31",
    ),
    (["--set", "people.age_structure=/dev/zero"], "/dev/zero: is no file to read"),
    (["--set", "people.population=100"], "persons = 500 is more than population = 100: nobody twice"),
    (["--set", "platform.nope.fee_rate=0.1"], "no platform 'nope'; there are: xianghubao"),
    (["--set", "platform.xianhubao.fee_rate=0.1"], "no platform 'xianhubao'; did you mean 'xianghubao'?"),
    (["--set", "platform.xianghubao.bands=[]"], "bands: is empty; a plan covers at least one band of ages"),
    (["--set", "people.tier_shares=[nan, 0.5, 0.5]"], "people.tier_shares.0 = nan must be a finite number"),
    (["--set", "mind.altruism=inf"], "mind.altruism = inf"),
    (["--set", "friends.degree=9"], "degree = 9 must be even"),
    (["--set", "calendar.end=9999-12-31"], "half-months; at most 2400 can be run"),
    (
        ["--set", "platform.xianghubao.annual_cap=0", "--set", "platform.xianghubao.division=age"],
        "annual_cap = 0 needs division",
    ),
    (["--until", "2018-11-15-99"], "'2018-11-15-99' is not a date"),
    (["--persons", "0"], "people.persons = 0 is below 1 (persons simulated, unit persons)"),
    (["--persons", "-5"], "people.persons = -5 is below 1"),
    (["--persons", "many"], "argument --persons: invalid int value: 'many'"),
    (["--seed", "-1"], "seed = -1 must be a whole number from 0 to 4294967295"),
    (["--until", "2030"], "until = 2030-12-31 is outside the calendar, 2018-10-16 to 2022-01-31"),
    (["--until", "2019-13"], "'2019-13' is not a date; write 2020, 2020-12 or 2020-12-31"),
    (["--drive", "fast"], "argument --drive: invalid choice: 'fast'"),
    (["--set", "health.incidence_file=nowhere.csv"], "a file of your own is a path, as './nowhere.csv'"),
    (["--set", "health.incidence_file=./nowhere.csv"], "nowhere.csv: cannot be read: No such file"),
    (["--set", 'people.age_structure="./no\\u0000where.csv"'], r"no\x00where.csv': cannot be read: embedded null"),
    (
        ["--set", "health.incidence_table=CI_1999"],
        "incidence_table = 'CI_1999': incidence.csv has no rate for men of 0",
    ),
    (["--set", "people.age_structure=incidence.csv"], "incidence.csv: has no column age_from, age_to, share"),
]


def complaint(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What the command says on its error stream when it ends with status 2; exactly one line."""
    try:
        status = main(words)
    except SystemExit as stop:
        status = int(stop.code or 0)
    assert status == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.parametrize(("slip", "expected"), SLIPS, ids=lambda value: value[-1] if isinstance(value, list) else "")
def test_a_slip_gets_one_line_and_leaves_nothing(
    slip: list[str], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = complaint([*RUN, "--out", str(tmp_path / "deep" / "results"), *slip], capsys)
    assert expected in line
    assert list(tmp_path.iterdir()) == []


def test_where_a_key_is_near_another_that_one_alone_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    line = complaint([*RUN, "--set", "mind.altruizm=3"], capsys)
    assert line.endswith("mind.altruizm: unknown key; did you mean 'altruism'?")


def test_an_unknown_scenario_is_answered_with_the_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    line = complaint(["run", "xianhubao"], capsys)
    assert "no scenario 'xianhubao'; did you mean 'xianghubao'?; there are: " in line


def test_broken_toml_is_named_with_line_and_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text('title = "x"\n[mind\n', encoding="utf-8")
    line = complaint(["run", str(tmp_path / "mine.toml")], capsys)
    assert "mine.toml: broken TOML: " in line
    assert "line 2, column 6" in line


def test_a_scenario_that_is_no_text_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")
    assert "mine.toml: cannot be read: " in complaint(["show", str(tmp_path / "mine.toml")], capsys)


def test_a_data_file_with_a_word_for_a_number_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ages.csv").write_text("age_from,age_to,share\n0,59,0.5\n60,100,half\n", encoding="utf-8")
    line = complaint([*RUN, "--out", str(tmp_path / "r"), "--set", f"people.age_structure={tmp_path}/ages.csv"], capsys)
    assert "ages.csv: line 3: could not convert string to float: 'half'" in line


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("0,30,0.5\n30,59,0.5\n", "ages 0-30 overlap the band from 30"),
        ("0,30,0.5\n40,59,0.5\n", "ages 31-39 are missing"),
        ("0,30,0.5\n31,130,0.5\n", "ages must end by 105"),
        ("0,30,-0.5\n31,59,1.5\n", "shares be positive"),
        ("", "has no rows"),
        ("-5,30,0.5\n31,59,0.5\n", "ages run from 0 up"),
        ("50,40,1.0\n", "the first of a band is not above its last"),
    ],
)
def test_age_bands_of_the_population_must_cover_each_age_once(
    rows: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ages.csv").write_text("age_from,age_to,share\n" + rows, encoding="utf-8")
    line = complaint([*RUN, "--out", str(tmp_path / "r"), "--set", f"people.age_structure={tmp_path}/ages.csv"], capsys)
    assert expected in line


def test_more_persons_than_memory_holds_says_how_many_would_fit() -> None:
    scenario = load("xianghubao", {"people.persons": 150_000_000})
    each = bytes_per_person(scenario)
    with pytest.raises(ModelError, match=r"needs \d+\.\d GB and 2\.0 GB are free; (\d+) persons would fit") as error:
        require_room(scenario, available=2_000_000_000)
    fit = int(str(error.value).split(";")[1].split()[0])
    require_room(load("xianghubao", {"people.persons": fit}), available=2_000_000_000)
    assert fit == (2_000_000_000 - 300_000_000) // each


def test_the_command_refuses_more_persons_than_memory_holds(capsys: pytest.CaptureFixture[str]) -> None:
    huge = ["--set", "people.population=1_400_000_000", "--set", "slots=8", "--persons", "1400000000"]
    assert "persons would fit" in complaint(["run", "xianghubao", *huge], capsys)


@pytest.mark.parametrize("place", ["file/results", "/proc/results"])
def test_a_folder_that_cannot_be_written_is_refused(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    line = complaint([*RUN, "--out", str(tmp_path / place)], capsys)
    assert "cannot be written: " in line


def test_a_folder_with_other_files_is_not_mixed_with_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    line = complaint([*RUN, "--out", str(tmp_path)], capsys)
    assert "holds other files (thesis.txt, ...); choose another folder with --out" in line
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_rate_outside_nought_to_one_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = (DATA / "incidence.csv").read_text(encoding="utf-8")
    (tmp_path / "rates.csv").write_text(rows.replace("0.000438", "-0.000438", 1), encoding="utf-8")
    slip = f"health.incidence_file={tmp_path}/rates.csv"
    assert "has a rate outside 0 to 1 a year" in complaint([*RUN, "--out", str(tmp_path / "r"), "--set", slip], capsys)


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('\ufefftitle = "mine"\n', encoding="utf-8")
    assert load(str(tmp_path / "mine.toml")).title == "mine"


@pytest.mark.parametrize("name", ["x" * 300, "a/b"])
def test_a_name_that_is_no_file_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "huzhu: " in complaint(["run", name], capsys)


@pytest.mark.parametrize("name", ["", "a.b", "a/b", "Big"])
def test_a_platform_needs_a_plain_name(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text(f'[platform."{name}"]\nfee_rate = 0.1\n', encoding="utf-8")
    complaint(["run", str(tmp_path / "mine.toml")], capsys)


@pytest.mark.slow
def test_results_are_kept_when_nobody_can_read_what_is_printed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "abm", *RUN, "--out", str(tmp_path / "results")]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    with open("/dev/full", "w") as full:
        subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (tmp_path / "results" / "series.csv").exists()


def test_a_result_that_is_in_the_way_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "series.csv").mkdir()
    (tmp_path / "provenance.json").write_text("{}", encoding="utf-8")
    assert "cannot be written: " in complaint([*RUN, "--out", str(tmp_path)], capsys)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["provenance.json", "series.csv"]


@pytest.mark.slow
def test_an_interrupted_run_leaves_the_earlier_results_whole(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    command = [sys.executable, "-m", "abm", "run", "xianghubao", "--out", str(folder)]
    subprocess.run([*command, "--persons", "300", "--until", "2018-12"], check=True, capture_output=True)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    environment = os.environ | {"TQDM_DISABLE": "0"}
    with children.start([*command, "--persons", "2000000"], stderr=subprocess.PIPE, env=environment) as process:
        while not list(folder.glob(".huzhu-*")):
            time.sleep(0.05)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert error.decode().splitlines()[-1] == "huzhu: interrupted; nothing was written"
    assert "Traceback" not in error.decode()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_a_value_set_by_path_is_read_as_toml() -> None:
    assert setting("a.b=0.1") == ("a.b", 0.1)
    assert setting("a.b=2020-01-31") == ("a.b", date(2020, 1, 31))
    assert setting("a.b=[1, 2]") == ("a.b", [1, 2])
    assert setting("a.b=risk") == ("a.b", "risk")
    tables: dict = {"a": [{"b": 1}]}
    put(tables, "a.0.b", 2)
    put(tables, "c.d", 3)
    assert tables == {"a": [{"b": 2}], "c": {"d": 3}}
