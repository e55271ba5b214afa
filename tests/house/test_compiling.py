"""Compiled code is kept in one place that is the user's, and a process forked after a run does not wait for ever."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

TRIAL = """
from abm import jit

@jit.sequence
def next_one(number):
    return number + 1

print(jit.CACHE)
print(next_one(1))
"""


def start(folder: Path) -> str:
    """The place of compiled code of a start that finds nowhere to write but among the temporary files of a folder."""
    (folder / "file").touch()
    (folder / "temporary").mkdir(exist_ok=True)
    nowhere, temporary = str(folder / "file" / "x"), str(folder / "temporary")
    changed = {"HOME": nowhere, "XDG_CACHE_HOME": nowhere, "TMPDIR": temporary, "NUMBA_DISABLE_JIT": "0"}
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"} | changed
    (folder / "trial.py").write_text(TRIAL, encoding="utf-8")
    command = [sys.executable, str(folder / "trial.py")]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=True)
    place, computed = done.stdout.splitlines()
    assert computed == "2"
    return place


def test_starts_that_cannot_write_the_users_cache_share_one_place_of_the_user(tmp_path: Path) -> None:
    first, second = start(tmp_path), start(tmp_path)
    assert first == second
    (left,) = (tmp_path / "temporary").iterdir()
    assert Path(first).parent == left
    assert stat.S_IMODE(left.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o720])
def test_a_place_that_others_may_write_is_not_used_and_code_is_compiled_anew(mode: int, tmp_path: Path) -> None:
    place = tmp_path / "temporary" / f"huzhu-{os.getuid()}"
    place.mkdir(parents=True)
    place.chmod(mode)
    assert start(tmp_path) == "None"
    assert list(place.iterdir()) == []


def test_a_place_that_is_a_link_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "temporary" / f"huzhu-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    assert start(tmp_path) == "None"
    assert list((tmp_path / "elsewhere").iterdir()) == []


FORKED = """
import multiprocessing
from abm.errors import ModelError
from abm.model import MutualAidModel

def work(seed):
    model = MutualAidModel(persons=200, seed=seed, drive="compiled")
    model.step()
    return model.latest["xianghubao.members"]

if __name__ == "__main__":
    here = work(1)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        try:
            print(pool.map_async(work, [1]).get(timeout=60) == [here])
        except ModelError as error:
            print(error)
"""


def test_a_process_forked_after_a_run_computes_or_says_why_not() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=False, timeout=300)
    refused = "a process forked after a run cannot run a model; start it by 'spawn' or 'forkserver'"
    assert done.stdout.strip() in ("True", refused), done.stderr
