"""Study files: what is run is what was asked for, and every slip is answered in one line."""

import csv
import json
import math
from datetime import date
from pathlib import Path

import pyarrow.parquet
import pytest

from abm.cli.main import main
from abm.clock import half_month
from abm.errors import StudyError
from abm.runs.outputs import output_of, reduced, run_scenario
from abm.study.study import base_of, dump_study, load_study

FILE = """
title = "A trial"
scenario = "xianghubao"
persons = 300
until = 2018-12-31
points = 3
replicates = 2
outputs = ["xianghubao.members:last", "closings"]

[changes]
mind.optimism = 1.0

[vary]
"mind.altruism" = [0, 30]
platform.xianghubao.fee_rate = { low = 0.0, high = 0.2 }
"""


def study_file(folder: Path, *changes: tuple[str, str]) -> Path:
    """The trial in a file, with words replaced."""
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "trial.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_grid_has_every_combination_once_and_the_last_setting_changes_fastest(tmp_path: Path) -> None:
    study = load_study(study_file(tmp_path))
    pairs = [(point["mind.altruism"], point["platform.xianghubao.fee_rate"]) for point in study.point_list()]
    assert pairs == [(0, 0.0), (0, 0.1), (0, 0.2), (30, 0.0), (30, 0.1), (30, 0.2)]
    assert (study.size, study.runs) == (6, 12)


def test_a_study_written_and_read_again_is_the_same(tmp_path: Path) -> None:
    study = load_study(study_file(tmp_path))
    (tmp_path / "again.toml").write_text(dump_study(study), encoding="utf-8")
    assert load_study(tmp_path / "again.toml") == study


def test_a_series_is_reduced_over_the_periods_in_which_it_has_a_value() -> None:
    values = [math.nan, 3.0, 1.0, math.nan]
    assert [reduced(values, name) for name in ("last", "max", "mean", "sum", "min", "std")] == [1, 3, 2, 4, 1, 1]
    assert [reduced([*values, 9.0], name) for name in ("median", "p00", "p25", "p50")] == [3, 1, 2, 3]
    assert math.isnan(reduced([math.nan], "sum"))


def test_a_series_is_read_on_a_day() -> None:
    first = half_month(date(2018, 10, 16))
    values = [1.0, 2.0, math.nan]
    days = ("2018-10-20", "2018-11-01", "2018-11-15", "2018-11-16", "2018-12-01")
    found = [reduced(values, day, first) for day in days]
    assert found[:3] == [1, 2, 2]
    assert math.isnan(found[3])
    assert math.isnan(found[4])


def test_a_run_of_a_study_is_the_run_of_its_scenario(tmp_path: Path) -> None:
    study = load_study(study_file(tmp_path))
    point = {"mind.altruism": 30, "platform.xianghubao.fee_rate": 0.1}
    kept = run_scenario(base_of(study), study.until, ("xianghubao.members", "xianghubao.joined"), point, 4)
    found = {name: output_of(kept, name) for name in (*study.outputs, "xianghubao.joined:sum")}
    words = ["--persons", "300", "--until", "2018-12", "--seed", "4", "--set", "mind.optimism=1.0"]
    words += [word for key, value in point.items() for word in ("--set", f"{key}={value}")]
    assert main(["run", "xianghubao", *words, "--out", str(tmp_path / "run")]) == 0
    head, *rows = [line.split(",") for line in (tmp_path / "run" / "series.csv").read_text().splitlines()]
    columns = dict(zip(head, zip(*rows, strict=True), strict=True))
    assert found["xianghubao.members:last"] == pytest.approx(float(columns["xianghubao.members"][-1]), rel=1e-9)
    assert found["xianghubao.joined:sum"] == pytest.approx(sum(map(float, columns["xianghubao.joined"])), rel=1e-9)
    assert found["closings"] == 0


def test_announced_endings_are_counted(tmp_path: Path) -> None:
    changes = ("mind.optimism = 1.0", "supervision.policy = 'strict_ban'")
    study = load_study(study_file(tmp_path, changes))
    kept = run_scenario(base_of(study), study.until, ("xianghubao.members",), {}, 1)
    found = {name: output_of(kept, name) for name in ("closings", "closings:list", "xianghubao.members:last")}
    assert found["closings"] == 1.0
    [end] = json.loads(str(found["closings:list"]))
    assert (end["platform"], end["kind"]) == ("xianghubao", "ordered")
    assert study.model_copy(update={"outputs": tuple(found)}).numbers == ("closings", "xianghubao.members:last")
    assert date.fromisoformat(end["announced"]) <= date(2018, 12, 31)


def test_a_list_of_closings_is_a_column_of_its_own_and_no_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bans = ('"mind.altruism" = [0, 30]', "supervision.policy = ['laissez_faire', 'strict_ban']")
    file = study_file(tmp_path, bans, ('"closings"]', '"closings:list"]'), ("points = 3", "points = 2"))
    assert main(["sweep", str(file), "--workers", "1", "--out", str(tmp_path / "out")]) == 0
    assert "closings:list  " not in capsys.readouterr().out  # of lists there is no mean
    with (tmp_path / "out" / "runs.csv").open(encoding="utf-8", newline="") as plain:
        lists = [row["closings:list"] for row in csv.DictReader(plain)]
    assert [len(json.loads(each)) for each in lists] == [0] * 4 + [1] * 4
    table = pyarrow.parquet.read_table(tmp_path / "out" / "runs.parquet").to_pylist()
    assert [row["closings:list"] for row in table] == lists


ALTRUISM = '"mind.altruism" = [0, 30]'
SLIPS = [
    ((ALTRUISM, '"mind.altruisn" = [0, 30]'), "vary: mind.altruisn: unknown key; did you mean 'altruism'?"),
    ((ALTRUISM, '"mind.altruism" = [0, 20_000]'), "vary: mind.altruism = 20000 is above 10000 (median value of help"),
    ((ALTRUISM, '"mind.altruism" = ["much"]'), "vary: mind.altruism = 'much' must be number"),
    ((ALTRUISM, '"mind.altruism" = []'), "vary.mind.altruism: values is empty: nothing to vary"),
    ((ALTRUISM, '"mind.altruism" = [5, 5]'), "vary.mind.altruism: values has 5 twice"),
    ((ALTRUISM, '"mind.altruism" = { low = 3 }'), "vary.mind.altruism: needs values, or low and high"),
    ((ALTRUISM, '"mind.altruism" = { low = 3, hgih = 5 }'), "hgih: unknown key; did you mean 'high'?"),
    ((ALTRUISM, '"mind.altruism" = { low = 3, high = 2 }'), "low = 3 is not below high = 2; are the two swapped?"),
    (
        (ALTRUISM, '"mind.altruism" = { low = 0, high = 2, scale = "log" }'),
        "low = 0 must be above 0 where scale",
    ),
    ((ALTRUISM, '"mind.altruism" = { low = 1, high = 2, scale = "lgo" }'), "must be 'linear' or 'log'"),
    (
        (ALTRUISM, '"mind.altruism" = { low = 1, high = 2, together = "tastes" }'),
        "vary.mind.altruism: together is for design = 'latin_hypercube', and design = 'grid'",
    ),
    (("high = 0.2", "high = 20"), "vary.platform.xianghubao.fee_rate: 0 to 20 is outside its own range, 0 to 0.5"),
    (("platform.xianghubao.fee", "platform.xianhubao.fee"), "no platform 'xianhubao'; did you mean 'xianghubao'?"),
    (("mind.optimism", "mind.optimsm"), "changes: mind.optimsm: unknown key; did you mean 'optimism'?"),
    (("mind.optimism", "mind.altruism"), "mind.altruism is in vary and in changes; leave it out of one"),
    (("points = 3", ""), "points: is missing (levels of the range of platform.xianghubao.fee_rate on the grid)"),
    (("points = 3", 'points = 3\ndesign = "sobol"'), "points = 3 must be a power of two for design = 'sobol': 2 or 4"),
    (("points = 3", 'design = "latin_hypercube"'), "points: is missing (size of the sample"),
    (("points = 3", 'points = 3\ndesign = "lattice"'), "design = 'lattice' must be 'grid', 'latin_hypercube'"),
    (("points = 3", "points = 0"), "points = 0 is below 1 (levels of each range of a grid"),
    (("points = 3", "ponits = 3"), "ponits: unknown key; did you mean 'points'?"),
    (("points = 3", 'design = "cases"'), "design = 'cases' takes its settings from [[cases]]"),
    (("replicates = 2", "replicates = 0"), "replicates = 0 is below 1 (runs of each point"),
    (("replicates = 2", "replicates = 2\nseed = 4294967295"), "replicates go beyond the last seed, 4294967295"),
    (("replicates = 2", "replicates = 9_000_000"), "are more than 10,000,000 runs"),
    (
        ("xianghubao.members:last", "xianghubao.membrs:last"),
        "no series 'xianghubao.membrs'; did you mean 'xianghubao.",
    ),
    (("xianghubao.members:last", "xianghubao.members:lst"), "no reducer 'lst'; did you mean 'last'?"),
    (("xianghubao.members:last", "xianghubao.members:p5"), "a percentile as p05 or p95, or a day as 2019-12-31"),
    (("xianghubao.members:last", "presure:last"), "outputs: no series 'presure'; did you mean 'pressure'?"),
    (("outputs =", "series = ['*.membrs']\noutputs ="), "series: no series '*.membrs'; did you mean"),
    (('"closings"]', '"closings", "seed"]'), "outputs: 'seed' is another column of the table; give the output a name"),
    (("outputs =", "series = ['pressure', 'pressure']\noutputs ="), "series has the same one twice"),
    (
        ("xianghubao.members:last", "xianghubao.members"),
        "needs a reducer; write series:reducer, as 'xianghubao.",
    ),
    (
        ("xianghubao.members:last", "xianghubao.members:2019-01-31"),
        "xianghubao.members:2019-01-31: the day is not from 2018-10-16 to 2018-12-31",
    ),
    (('"closings"', '"closing"'), "'closing' needs a reducer; did you mean 'closings'?"),
    (('"xianghubao.members:last", "closings"', ""), "outputs is empty: nothing would be kept"),
    (("until = 2018-12-31", "until = 2031-12-31"), "until = 2031-12-31 is outside the calendar"),
    (('"xianghubao"', '"xianhubao"'), "scenario: no scenario 'xianhubao'; did you mean 'xianghubao'?"),
    (("persons = 300", "persons = 0"), "persons = 0 is below 1 (persons simulated in each run"),
    (("[vary]", "[vary"), "broken TOML: "),
]


@pytest.mark.parametrize(("slip", "expected"), SLIPS, ids=lambda value: value[1] if isinstance(value, tuple) else "")
def test_a_slip_in_a_study_gets_one_line_and_leaves_nothing(
    slip: tuple[str, str], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = study_file(tmp_path, slip)
    assert main(["sweep", str(file), "--out", str(tmp_path / "out")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("huzhu: trial.toml: ")
    assert expected in lines[0]
    assert not (tmp_path / "out").exists()


def test_an_empty_design_is_refused(tmp_path: Path) -> None:
    head = FILE.partition("[vary]")[0]
    for text, expected in [
        (head, "the design is empty: nothing varies"),
        (head.replace("points = 3", 'design = "cases"'), "the design is empty: design = 'cases' needs at least one"),
    ]:
        (tmp_path / "empty.toml").write_text(text, encoding="utf-8")
        with pytest.raises(StudyError, match=expected):
            load_study(tmp_path / "empty.toml")


def test_cases_are_run_as_listed_and_checked_one_by_one(tmp_path: Path) -> None:
    head = FILE.partition("[vary]")[0].replace("points = 3", 'design = "cases"')
    cases = "[[cases]]\nmind.altruism = 0\n[[cases]]\nmind.altruism = 9\nmind.herding = {}\n"
    (tmp_path / "cases.toml").write_text(head + cases.format(100), encoding="utf-8")
    study = load_study(tmp_path / "cases.toml")
    assert list(study.point_list()) == [{"mind.altruism": 0}, {"mind.altruism": 9, "mind.herding": 100}]
    assert study.paths == ("mind.altruism", "mind.herding")
    (tmp_path / "cases.toml").write_text(head + cases.format(-1), encoding="utf-8")
    with pytest.raises(StudyError, match=r"cases\.1: mind\.herding = -1 is below 0"):
        load_study(tmp_path / "cases.toml")


def test_a_data_file_that_is_missing_in_a_case_is_told_with_the_case(tmp_path: Path) -> None:
    head = FILE.partition("[vary]")[0].replace("points = 3", 'design = "cases"')
    for name, words in (("./gone.csv", "gone.csv: cannot be read"), ("gone.csv", "no data file 'gone.csv'")):
        cases = f'[[cases]]\nmind.altruism = 0\n[[cases]]\nhealth.incidence_file = "{name}"\n'
        (tmp_path / "cases.toml").write_text(head + cases, encoding="utf-8")
        with pytest.raises(StudyError, match=rf"cases\.toml: cases\.1: .*{words}"):
            load_study(tmp_path / "cases.toml")


def test_a_scenario_is_looked_for_beside_the_study(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('title = "Mine"\n[platform.xianghubao]\n', encoding="utf-8")
    study = load_study(study_file(tmp_path, ('"xianghubao"', '"mine.toml"')))
    assert base_of(study).title == "Mine"
