"""How much memory there is: what is free of the machine, of its container, and of what the shell allows."""

import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

PROCESS, GROUPS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
# Of both versions of control groups: where a memory limit stands, what is taken, and files among it that can be let go.
FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def available() -> int:
    """Bytes that this process may still take."""
    return max(0, min(psutil.virtual_memory().available, *of_groups(PROCESS, GROUPS), *_of_shell()))


def of_groups(process: Path, groups: Path) -> list[int]:
    """Bytes left in each control group with a limit that a process is in, from its own up to the machine's."""
    return [free for group in _groups(process, groups) for names in FILES for free in _left(group, *names)]


def _groups(process: Path, groups: Path) -> Iterator[Path]:
    """Folders of the control groups of memory; inside a container their paths may begin at the top."""
    try:
        lines = process.read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "" or "memory" in controllers.split(","):
            top = groups / "memory" if controllers else groups
            group = top / path.strip("/")
            yield from (group, *(parent for parent in group.parents if parent.is_relative_to(top)))


def _left(group: Path, limit: str, taken: str, idle: str) -> Iterator[int]:
    """What a limit leaves, if there is one."""
    try:
        most, used = ((group / name).read_text(encoding="utf-8") for name in (limit, taken))
        rows = (line.split() for line in (group / "memory.stat").read_text(encoding="utf-8").splitlines())
        yield int(most) - int(used) + int(dict(rows).get(idle, 0))
    except (OSError, ValueError):  # no such file, or "max"
        return


def _of_shell() -> Iterator[int]:
    """What ``ulimit -v`` leaves."""
    if sys.platform != "win32":
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            yield limit - psutil.Process().memory_info().vms
