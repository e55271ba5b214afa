"""A fresh clone stays clean: what commands write by default is ignored, what is shown as an example is kept."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "results" / "examples"
MONTHS = ["xianghubao", "--persons", "1000", "--until", "2018-12"]
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(folder: Path, *words: str) -> str:
    """What git answers in a folder, whatever its user has set."""
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
    command = ["git", *who, *words]
    return subprocess.run(command, cwd=folder, env=os.environ | own, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with an example and the .gitignore of this one."""
    shutil.copy(ROOT / ".gitignore", tmp_path)
    (tmp_path / "results" / "examples" / "xianghubao").mkdir(parents=True)
    shutil.copy(EXAMPLES / "xianghubao" / "facts.txt", tmp_path / "results" / "examples" / "xianghubao")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "as it came")
    return tmp_path


@pytest.mark.slow
def test_a_run_leaves_a_fresh_clone_clean(clone: Path) -> None:
    assert "results/examples/xianghubao/facts.txt" in git(clone, "ls-files").splitlines()
    command = [sys.executable, "-m", "abm", "run", *MONTHS]
    subprocess.run(command, cwd=clone, capture_output=True, check=True)
    assert (clone / "results" / "xianghubao" / "series.csv").exists()
    assert git(clone, "status", "--porcelain") == ""


@pytest.mark.parametrize("name", ["market", "fork-market", "altruism", "spiral", "spiral-quick"])
def test_what_commands_and_experiments_write_by_default_is_ignored(clone: Path, name: str) -> None:
    (clone / "results" / name).mkdir()
    (clone / "results" / name / "table.csv").write_text("", encoding="utf-8")
    assert git(clone, "status", "--porcelain") == ""


@pytest.mark.parametrize("name", ["examples/spiral/table.csv", "description/ODD.md", "forecast/quantiles.csv"])
def test_examples_the_description_and_the_forecast_are_kept(clone: Path, name: str) -> None:
    path = clone / "results" / name
    path.parent.mkdir(parents=True)
    path.write_text("", encoding="utf-8")
    assert git(clone, "status", "--porcelain", "-uall") == f"?? results/{name}\n"


def test_nothing_else_is_kept_of_results() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no repository")
    kept = {path.split("/")[1] for path in git(ROOT, "ls-files", "results").splitlines()}
    assert kept <= {"examples", "description", "forecast"}
