"""The memory there is: what the machine, the container and the shell leave, whichever is least."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from abm.persons import memory

MB = 1_000_000
NEW, OLD = memory.FILES


def group(folder: Path, names: tuple[str, str, str], limit: str, taken: int, idle: int) -> None:
    """A control group with a limit, of which something is taken, files among it that can be let go."""
    folder.mkdir(parents=True)
    for name, text in zip((*names[:2], "memory.stat"), (limit, f"{taken}", f"anon 1\n{names[2]} {idle}"), strict=True):
        (folder / name).write_text(f"{text}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "names", "top"),
    [("0::/job/step", NEW, ""), ("9:name=systemd:/x\n4:cpu,memory:/job/step\n0::/", OLD, "memory")],
)
def test_each_control_group_around_a_process_leaves_some(
    line: str, names: tuple[str, str, str], top: str, tmp_path: Path
) -> None:
    group(tmp_path / top / "job", names, f"{800 * MB}", taken=300 * MB, idle=100 * MB)
    group(tmp_path / top / "job" / "step", names, "max" if names is NEW else f"{2**63 - 4096}", 200 * MB, 0)
    (tmp_path / "process").write_text(f"{line}\n", encoding="utf-8")
    assert min(memory.of_groups(tmp_path / "process", tmp_path)) == 600 * MB


@pytest.mark.parametrize(("line", "names", "top"), [("0::/", NEW, ""), ("4:memory:/docker/ab1", OLD, "memory")])
def test_in_a_container_its_own_group_is_at_the_top(
    line: str, names: tuple[str, str, str], top: str, tmp_path: Path
) -> None:
    group(tmp_path / "groups" / top, names, f"{800 * MB}", taken=500 * MB, idle=0)
    (tmp_path / "process").write_text(f"{line}\n", encoding="utf-8")
    assert memory.of_groups(tmp_path / "process", tmp_path / "groups") == [300 * MB]


def test_where_there_are_no_control_groups_nothing_is_limited(tmp_path: Path) -> None:
    assert memory.of_groups(tmp_path / "process", tmp_path) == []


def test_the_least_of_all_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group(tmp_path / "groups", NEW, f"{9 * MB}", taken=2 * MB, idle=0)
    (tmp_path / "process").write_text("0::/\n", encoding="utf-8")
    monkeypatch.setattr(memory, "PROCESS", tmp_path / "process")
    monkeypatch.setattr(memory, "GROUPS", tmp_path / "groups")
    assert memory.available() == 7 * MB
    (tmp_path / "groups" / "memory.current").write_text(f"{10 * MB}\n", encoding="utf-8")
    assert memory.available() == 0


def test_a_shell_that_limits_the_address_space_limits_the_memory() -> None:
    """A limit just above what the process has taken already leaves next to nothing."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = f"resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + {9 * MB}, {hard}))"
    text = f"import psutil, resource; from abm.persons.memory import available; {limit}; print(available())"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert 0 <= int(done.stdout) <= 9 * MB
