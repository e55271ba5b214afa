"""Experiments go on where they were killed, and leave one line for a slip."""

import os
import runpy
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from abm.runs.results import results_folder
from abm.study.experiment import Experiment, conduct
from abm.study.store import FILE
from abm.study.study import Axis, Study
from abm.study.summary import write_record
from worlds.trials import STUDY

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = sorted((ROOT / "experiments").glob("*.py"))
SMALL = STUDY.model_copy(update={"replicates": 1, "persons": 200})


def answer(asked: Experiment) -> None:
    """Six small runs."""
    with asked.swept(SMALL) as progress, results_folder(asked.out) as folder:
        write_record(SMALL, progress.store, folder, asked.made_by, {})


@pytest.mark.slow
def test_a_killed_experiment_goes_on_and_ends_with_the_table_of_one_never_killed(tmp_path: Path) -> None:
    script, out = str(ROOT / "experiments" / "expectation_gap.py"), tmp_path / "out"
    command = [sys.executable, script, "--quick", "--workers", "1", "--out"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    store = f"file:{out / 'runs' / 'all' / FILE}?mode=ro"

    def kept() -> int:
        try:
            with sqlite3.connect(store, uri=True) as rows:
                return int(rows.execute("SELECT count(*) FROM runs").fetchone()[0])
        except sqlite3.OperationalError:
            return 0

    with subprocess.Popen([*command, str(out)], env=environment, stdout=subprocess.DEVNULL) as process:
        while not kept() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    there = kept()
    assert process.returncode == -signal.SIGKILL
    assert 0 < there < 4
    said = subprocess.run([*command, str(out)], env=environment, capture_output=True, text=True, check=True).stdout
    assert f"{there} runs are there already" in said
    subprocess.run([*command, str(tmp_path / "calm")], env=environment, capture_output=True, check=True)
    assert (out / "table.csv").read_bytes() == (tmp_path / "calm" / "table.csv").read_bytes()


@pytest.mark.slow
def test_runs_are_kept_beside_the_results_and_a_trial_has_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert conduct("trial", "Why?", answer, words=["--quick", "--workers", "1"]) == 0
    assert "6 runs are there already" in capsys.readouterr().out
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["trial-quick"]
    names = {path.name for path in (tmp_path / "results" / "trial-quick").iterdir()}
    assert names == {"provenance.json", "runs", "scenario.toml", "study.toml"}


def test_a_folder_of_something_else_is_refused_before_anything_is_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.tex").write_text("", encoding="utf-8")
    assert conduct("trial", "Why?", answer, words=["--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said == f"trial: {tmp_path}: holds other files (thesis.tex, ...); choose another folder with --out\n"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_failed_runs_end_an_experiment_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vary = {"people.population": Axis(values=(600, 800_000)), "people.persons": Axis(values=(300, 700))}
    broken = Study(vary=vary, persons=300, until=date(2018, 10, 31), outputs=("closings",))

    def stumbling(asked: Experiment) -> None:
        with asked.swept(broken):
            raise AssertionError

    assert conduct("trial", "Why?", stumbling, words=["--workers", "1", "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("trial: 1 of 4 runs failed, one of them for this: ")
    assert "persons = 700 is more than population = 600" in said
    assert said.endswith("; --retry runs them again\n")


def test_an_interrupted_experiment_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(asked: Experiment) -> None:
        with asked.at_work("all", SMALL):
            raise KeyboardInterrupt

    folder = tmp_path / "out"
    assert conduct("trial", "Why?", interrupted, words=["--out", str(folder)]) == 130
    words = f"0 of 6 runs are kept in {folder / 'runs' / 'all'}; the same command goes on"
    assert capsys.readouterr().err == f"trial: interrupted; {words}\n"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_experiment_takes_the_same_options_and_keeps_its_runs(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert f'conduct("{script.stem}", __doc__, answer' in text
    assert "argparse" not in text
    assert "tempfile" not in text
    assert ".swept(" in text or ".at_work(" in text
    assert ".swept(" in text or "require_done(" in text  # or it would draw a picture of runs that failed


@pytest.mark.slow
def test_the_first_thing_that_is_run_on_a_machine_may_be_an_experiment(tmp_path: Path) -> None:
    """Its workers compile, with one thread each, though the script has imported what they need before they start."""
    command = [sys.executable, str(ROOT / "experiments" / "expectation_gap.py"), "--quick", "--workers", "2"]
    nothing_compiled = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "out")], env=nothing_compiled, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_closings_a_run_are_over_all_seeds_those_without_a_closing_among_them() -> None:
    """Six seeds: a plan closes in one of them in one world, nobody in another, and two ten days apart in a third."""
    told = runpy.run_path(str(ROOT / "experiments" / "why_they_closed.py"))
    first, second, third, *_ = told["WORLDS"]
    columns = ["world", "seed", "announced", "kind"]
    ends = [(first, 3, "2021-04-14", "active"), (third, 1, "2020-01-14", "active"), (third, 1, "2020-01-24", "passive")]
    table = told["summary"](pd.DataFrame(ends, columns=columns), 6)
    assert table["closings a run"][[first, second, third]].tolist() == ["0.2", "0.0", "0.3"]
    assert table["days apart"][[first, second, third]].tolist() == ["-", "-", "10"]
