"""Tests do not lean on what the suite is started from: signals, environment, folder."""

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from worlds import children

ROOT = Path(__file__).parent.parent.parent
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_child_hears_a_signal_though_this_process_was_told_to_ignore_it(sign: signal.Signals) -> None:
    wait = "import sys, time; print('here', flush=True); time.sleep(60)"
    before = signal.signal(sign, signal.SIG_IGN)
    try:
        with children.start([sys.executable, "-c", wait], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
            assert child.stdout.readline() == b"here\n"
            child.send_signal(sign)
            assert child.wait(30) == -sign
        assert signal.getsignal(sign) is signal.SIG_IGN
    finally:
        signal.signal(sign, before)


def test_who_interrupts_a_child_has_started_it_so_that_it_hears() -> None:
    interrupting = {path: path.read_text(encoding="utf-8") for path in TESTS}
    interrupting = {path: text for path, text in interrupting.items() if "signal.SIGINT" in text}
    assert interrupting
    assert [path for path, text in interrupting.items() if "children.start(" not in text] == []


def test_no_test_imports_another() -> None:
    for path in TESTS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").split(".")[-1].startswith("test_"), path


def test_settings_of_the_shell_do_not_reach_a_test() -> None:
    """A window of 40 columns, a repository named by a hook, another backend: forgotten before anything is imported."""
    asked = "import conftest, os; print([name for name in ('COLUMNS', 'GIT_DIR', 'NO_COLOR') if name in os.environ])"
    asked += "; print(os.environ['MPLBACKEND'], os.environ['TQDM_DISABLE'])"
    outside = {"COLUMNS": "40", "GIT_DIR": "/nowhere", "NO_COLOR": "1", "MPLBACKEND": "nonsense", "TQDM_DISABLE": "0"}
    environment = os.environ | outside | {"PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), str(ROOT)])}
    command = [sys.executable, "-c", asked]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "Agg 1"]
