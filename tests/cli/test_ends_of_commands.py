"""How a command ends: by a signal, killed, without a stream, without memory; and what it leaves then."""

import errno
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from abm.cli.main import main
from abm.process import ENDING, carry_out
from worlds import children

RUN = [sys.executable, "-m", "abm", "run", "xianghubao"]
SMALL = ["--persons", "300", "--until", "2018-11"]


@contextmanager
def at_work(folder: Path) -> Iterator["subprocess.Popen[Any]"]:
    """A long run that has begun, and whose results are to go into a folder."""
    command = [*RUN, "--persons", "2000000", "--out", str(folder)]
    with children.start(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            while not list(folder.glob(".huzhu-*")):
                assert process.poll() is None
                time.sleep(0.02)
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("sign", "words"),
    [
        (signal.SIGINT, "interrupted"),
        (signal.SIGTERM, "ended by SIGTERM"),
        (signal.SIGHUP, "ended by SIGHUP"),
    ],
)
def test_a_run_that_is_told_to_end_says_so_in_a_line_and_leaves_nothing(
    sign: signal.Signals, words: str, tmp_path: Path
) -> None:
    with at_work(tmp_path / "new") as process:
        process.send_signal(sign)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + sign
    assert said.splitlines() == [f"huzhu: {words}; nothing was written"]
    assert list(tmp_path.iterdir()) == []


def test_after_a_kill_the_same_command_runs_and_nothing_of_the_killed_one_is_left(tmp_path: Path) -> None:
    with at_work(tmp_path / "new") as process:
        process.kill()
    assert len(list((tmp_path / "new").iterdir())) == 1
    assert main(["run", "xianghubao", *SMALL, "--out", str(tmp_path / "new")]) == 0
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert "series.csv" in names
    assert not any(name.startswith(".") for name in names)


def test_an_interrupted_run_leaves_the_file_that_somebody_put_into_its_folder(tmp_path: Path) -> None:
    with at_work(tmp_path / "new") as process:
        (tmp_path / "new" / "notes.txt").write_text("mine", encoding="utf-8")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.splitlines() == ["huzhu: interrupted; nothing was written"]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["notes.txt"]


@pytest.fixture
def disposed(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Every signal that ends a command handled as the parameter says, whatever this process was started with."""
    numbers = [getattr(signal, name) for name in ENDING]
    before = [signal.signal(number, request.param) for number in numbers]
    yield request.param
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("disposed", [signal.SIG_DFL], indirect=True)
def test_a_second_signal_does_not_disturb_the_tidying_up(disposed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    tidied = []

    def work() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGHUP)
            tidied.append("tidied")

    assert carry_out("trial", work) == 143
    assert tidied == ["tidied"]
    assert capsys.readouterr().err == "trial: ended by SIGTERM; nothing was written\n"
    assert {signal.getsignal(getattr(signal, name)) for name in ENDING} == {signal.SIG_DFL}


@pytest.mark.parametrize("disposed", [signal.SIG_DFL], indirect=True)
def test_a_signal_that_comes_when_all_is_over_is_no_failure(
    disposed: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_back = signal.signal

    def too_late(number: int, handler: Any) -> Any:
        if handler == disposed:
            put_back(number, handler)
            raise KeyboardInterrupt
        return put_back(number, handler)

    monkeypatch.setattr("abm.process.signal.signal", too_late)
    assert carry_out("trial", lambda: None) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("disposed", [signal.SIG_IGN], indirect=True)
def test_a_signal_that_is_ignored_stays_so(disposed: Any) -> None:
    """As a run under ``nohup`` outlives its terminal."""
    assert carry_out("trial", lambda: signal.raise_signal(signal.SIGHUP)) == 0


def without(closed: str, *command: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run a command with streams closed, as ``>&-`` does."""
    words = ["sh", "-c", f'"$@" {closed}', "sh", *command]
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


@pytest.mark.slow
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_missing_stream_is_no_error(closed: str, tmp_path: Path) -> None:
    done = without(closed, *RUN, *SMALL, "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out" / "series.csv").stat().st_size > 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no stream that is always full")
def test_an_output_that_takes_no_more_is_a_line() -> None:
    done = without("> /dev/full", sys.executable, "-m", "abm", "list")
    assert done.returncode == 2
    assert done.stderr.startswith("huzhu: standard output: cannot be written: ")
    assert len(done.stderr.splitlines()) == 1


def test_what_the_system_refuses_is_not_put_down_to_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")  # of a working folder that is gone

    assert carry_out("trial", work) == 2
    assert capsys.readouterr().err == "trial: the system refuses: No such file or directory\n"


def test_no_file_takes_the_number_of_a_missing_stream(tmp_path: Path) -> None:
    """What a library writes to the error stream would go into it."""
    text = "from abm.process import carry_out; carry_out('trial', lambda: print(open('a.txt', 'w').fileno()))"
    done = without("<&- 2>&-", sys.executable, "-c", text, cwd=tmp_path)
    assert int(done.stdout) > 2


def test_too_little_memory_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise MemoryError("Unable to allocate 9.00 TiB")

    assert carry_out("trial", work) == 2
    said = "trial: there is not enough memory: Unable to allocate 9.00 TiB; fewer persons need less\n"
    assert capsys.readouterr().err == said
