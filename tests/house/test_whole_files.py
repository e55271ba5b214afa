"""A file is written whole or not at all, in one place of the program."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from abm.errors import FileError
from abm.files import whole

SOURCES = Path(__file__).parent.parent.parent / "abm"


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_a_file_takes_its_name_when_it_is_whole(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old", encoding="utf-8")
    with whole(tmp_path / "a.txt") as file:
        file.write_text("half", encoding="utf-8")
        assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "old"
        file.write_text("new", encoding="utf-8")
    assert contents(tmp_path) == {"a.txt": "new"}


@pytest.mark.parametrize(
    ("stop", "heard"),
    [(OSError(28, "No space left on device"), FileError), (KeyboardInterrupt(), KeyboardInterrupt)],
)
def test_what_stops_a_writer_leaves_the_old_file_and_nothing_else(
    stop: BaseException, heard: type[BaseException], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("old", encoding="utf-8")

    def write() -> None:
        with whole(tmp_path / "a.txt") as file:
            file.write_text("half", encoding="utf-8")
            raise stop

    with pytest.raises(heard) as said:
        write()
    assert contents(tmp_path) == {"a.txt": "old"}
    if heard is FileError:
        line = f"{tmp_path / 'a.txt'}: cannot be written: No space left on device; what was there stays"
        assert str(said.value) == line


def test_what_killed_writers_left_goes_and_what_others_write_or_own_stays(tmp_path: Path) -> None:
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    here = platform.node()
    left = [f".huzhu-{killed.pid}@{here}@a@b.huzhu", f".huzhu-{killed.pid}@{here}@x1"]
    stay = [f".huzhu-{os.getpid()}@{here}@b.txt", f".huzhu-{killed.pid}@not-{here}@c.txt", ".huzhu-settings", "a.huzhu"]
    for name in (left[0], *stay):
        (tmp_path / name).write_text("half", encoding="utf-8")
    for name in left[1:]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "series.csv").write_text("half", encoding="utf-8")
    with whole(tmp_path / "new.txt") as file:
        file.write_text("new", encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["new.txt", *stay])


def test_files_are_renamed_in_one_place_and_folders_in_another() -> None:
    renaming = {path.name for path in SOURCES.rglob("*.py") if "os.replace(" in path.read_text(encoding="utf-8")}
    assert renaming == {"files.py", "results.py"}
