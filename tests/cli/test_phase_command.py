"""`huzhu phase` as a user types it."""

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from abm.cli.main import ACTIONS, main
from abm.cli.parser import parser
from abm.errors import StudyError
from abm.study.phase import outcome_of
from abm.study.store import FILE
from abm.study.study import Study

STUDY = """
title = "A trial"
persons = 500
until = 2019-06-30
points = 3
outputs = ["xianghubao.members:last", "xianghubao.members:max", "closings"]

[vary]
mind.altruism = { low = 0.0, high = 60.0 }
platform.xianghubao.advertised_share = { low = 0.0, high = 8.0 }
"""
MEMBERS = ["--outcome", "xianghubao.members:last"]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "trial.toml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def words(study: Path, *more: str) -> list[str]:
    return ["phase", str(study), "--workers", "1", "--out", str(study.parent / "out"), *more]


def map_of(study: Path) -> list[dict[str, str]]:
    with (study.parent / "out" / "phase.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kept(study: Path) -> int:
    try:
        with sqlite3.connect(f"file:{study.parent / 'out' / FILE}?mode=ro", uri=True) as store:
            return int(store.execute("SELECT count(*) FROM runs").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.parametrize("edge", ["-1e6", "-1E-3", "-.5", "-1_000.5", "-7", "-inf", "-NaN"])
def test_a_negative_edge_in_any_notation_is_a_number(edge: str) -> None:
    assert str(parser(ACTIONS).parse_args(["phase", "trial.toml", "--edge", edge]).edge) == str(float(edge))


@pytest.mark.slow
def test_a_map_is_written_and_made_finer_from_the_runs_that_are_there(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words(study, *MEMBERS, "--edge", "40e6", "--rounds", "0")) == 0
    said = capsys.readouterr().out
    assert "9 points x 1 replicates = 9 runs, where the full grid would need 9" in said
    coarse = map_of(study)
    below = sum(float(row["mean"]) < 40e6 for row in coarse)
    assert 0 < below < 9  # or there would be no edge to refine
    assert f"{below} points lie below 4e+07, {9 - below} do not" in said
    assert "the edge lies between mind.altruism = " in said

    assert main(words(study, *MEMBERS, "--edge", "40e6", "--rounds", "1")) == 0
    assert "9 runs are there already" in capsys.readouterr().out
    fine = map_of(study)
    assert 9 < len(fine) < 25
    assert [row for row in fine if row in coarse] == coarse
    assert (study.parent / "out" / "phase.png").read_bytes().startswith(b"\x89PNG")
    record = json.loads((study.parent / "out" / "provenance.json").read_text(encoding="utf-8"))
    told = (record["outcome"], record["edge"], record["rounds"], record["runs"], record["full_grid_would_need"])
    assert told == ("xianghubao.members:last", 40e6, 1, len(fine), 25)


@pytest.mark.slow
def test_one_output_over_another_is_mapped(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ratio = "xianghubao.members:last / xianghubao.members:max"
    assert main(words(study, "--outcome", ratio, "--edge", "2", "--rounds", "1")) == 0
    assert all(0 < float(row["mean"]) <= 1 for row in map_of(study))
    assert "9 points lie below 2, 0 do not; no edge was found" in capsys.readouterr().out


def test_one_over_nothing_is_no_outcome() -> None:
    _, outcome = outcome_of(Study(vary={"x": (1, 2)}, outputs=("a", "b")), "a/b")  # type: ignore[dict-item]
    assert outcome({"a": 1.0, "b": 4.0}) == 0.25
    assert outcome({"a": 1.0, "b": 0.0}) != outcome({"a": 1.0, "b": 0.0})


@pytest.mark.slow
def test_a_map_that_was_killed_goes_on(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = words(study, *MEMBERS, "--edge", "40e6", "--rounds", "2")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    program = [sys.executable, "-W", "error", "-m", "abm", *command]
    with subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL) as process:
        while kept(study) < 10 and process.poll() is None:  # in the first refinement
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    there = kept(study)
    assert process.returncode == -signal.SIGKILL
    assert there >= 10
    assert main(command) == 0
    assert f"{there} runs are there already" in capsys.readouterr().out
    after_kill = map_of(study)
    assert len(after_kill) > there
    assert main([*command, "--anew"]) == 0
    assert map_of(study) == after_kill


SLIPS = [
    (["--edge", "1"], "--outcome: say which output is mapped: xianghubao.members:last, xianghubao.members:max"),
    (
        ["--edge", "1", "--outcome", "xianghubao.members:lst"],
        "--outcome xianghubao.members:lst: no output 'xianghubao.members:lst'; did you mean 'xianghubao.members:last'?",
    ),
    (["--edge", "1", "--outcome", "closings / closing"], "no output 'closing'; did you mean 'closings'?"),
    (["--edge", "1", "--outcome", "closings / closings / closings"], "write one, or A / B"),
    (["--edge", "nan", "--outcome", "closings"], "--edge nan: must be a finite number"),
    (["--edge", "much", "--outcome", "closings"], "argument --edge: invalid float value: 'much'"),
    (["--outcome", "closings"], "the following arguments are required: --edge"),
    (["--edge", "1", "--rounds", "9"], "argument --rounds: invalid choice: 9 (choose from 0, 1, 2, 3, 4, 5, 6, 7, 8)"),
]


@pytest.mark.parametrize(("slip", "expected"), SLIPS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_slip_gets_one_line_and_leaves_nothing(
    slip: list[str], expected: str, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(words(study, *slip))
    except SystemExit as stop:
        status = int(stop.code or 0)
    assert status == 2
    [line] = capsys.readouterr().err.splitlines()
    assert expected in line
    assert [path.name for path in study.parent.iterdir()] == ["trial.toml"]


def test_a_study_without_two_ranges_is_refused(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study.write_text(STUDY.replace("{ low = 0.0, high = 60.0 }", "[0, 60]"), encoding="utf-8")
    assert main(words(study, *MEMBERS, "--edge", "1")) == 2
    assert "a phase diagram needs design = 'grid' and two settings with low and high" in capsys.readouterr().err
    with pytest.raises(StudyError, match="no output 'z'"):
        outcome_of(Study(vary={"x": (1, 2)}, outputs=("a",)), "z")  # type: ignore[dict-item]
