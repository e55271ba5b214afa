"""The README is true: its commands and code run, its paths exist."""

import os
import re
import shlex
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from worlds import children

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


SETUP, *COMMANDS = blocks("sh")


LINES = [line for block in COMMANDS for line in block.splitlines()]
LONG = ("huzhu run market", "huzhu phase", "huzhu sweep", "huzhu fork", "huzhu calibrate")


def by_time(line: str) -> Any:
    """A command as a case; one that takes long is slow."""
    return pytest.param(line, marks=pytest.mark.slow if line.startswith(LONG) else ())


@pytest.mark.parametrize("command", [by_time(line) for line in LINES if not line.startswith("huzhu view")])
def test_a_command_of_the_readme_runs(command: str, tmp_path: Path) -> None:
    for name, text in zip(("young.toml", "altruism.toml", "tip.toml"), blocks("toml"), strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (points,) = blocks("csv")
    (tmp_path / "points.csv").write_text(points, encoding="utf-8")
    path = sysconfig.get_path("scripts") + os.pathsep + os.environ["PATH"]
    words = shlex.split(command)
    assert words[0] == "huzhu"
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-W", "error", "-m", "abm", *words[1:]]
    done = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("command", [line for line in LINES if line.startswith("huzhu view")])
def test_a_page_of_the_readme_is_served_until_it_is_interrupted(command: str, tmp_path: Path) -> None:
    pytest.importorskip("solara")
    program = [sys.executable, "-m", "abm", *shlex.split(command)[1:], "--no-browser"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with children.start(program, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert found is not None
        for _ in range(200):
            try:
                with urlopen(f"{found[0]}/readyz", timeout=5) as answer:
                    assert answer.status == 200
                break
            except OSError:
                time.sleep(0.1)
        with urlopen(found[0], timeout=30) as answer:
            assert b"solara" in answer.read().lower()
        server.send_signal(signal.SIGINT)
        assert server.stdout.read() == "The page is closed.\n"
    assert server.returncode == 0


@pytest.mark.parametrize("code", blocks("python"))
def test_a_piece_of_python_in_the_readme_runs(code: str, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_subclass_in_the_readme_takes_at_most_fifteen_lines() -> None:
    assert len(blocks("python")[0].strip().splitlines()) <= 15


def test_the_two_commands_are_those_that_the_continuous_integration_runs() -> None:
    assert len(SETUP.strip().splitlines()) == 2
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "$(readme_command 1)" in script
    assert "$(readme_command 2)" in script


def test_every_path_in_the_readme_exists() -> None:
    """All but the folders that a command of the page writes."""
    named = set(re.findall(r"[`(]((?:abm|tests|results|experiments|\.ci)/[\w./-]*)[`)]", TEXT))
    named -= {"results/xianghubao/"}
    assert len(named) > 6
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
