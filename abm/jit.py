"""How rules, behaviours and loops are compiled, and where the compiled code is kept.

Numba notices a change in the file of a compiled function and not in the files it calls. The cache therefore
lives in a folder that is named by a digest of all compiled sources and of what they import: an edit anywhere compiles
anew, and the second start of an unchanged program compiles nothing.
"""

import contextlib
import functools
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import platformdirs

from abm import sources
from abm.errors import ModelError

# Threads that wait for work turn round for some ten microseconds, so that small worlds need not wake them from loop to
# loop, and then sleep: on a busy machine threads that go on turning stall the others.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "30000")

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def _users_cache() -> Path:
    """NUMBA_CACHE_DIR, or where the system has the caches of a user. Raises `OSError` where that is nowhere."""
    base = Path(os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("huzhu", appauthor=False))
    if str(base).startswith("~"):  # a user without a home
        raise NotADirectoryError(str(base))
    return base


def _temporary_cache() -> Path:
    """A folder of this user among temporary files. Raises `OSError` where others could write into it."""
    if not hasattr(os, "getuid"):  # Windows, where temporary files are a user's own
        return Path(tempfile.gettempdir()) / "huzhu"
    base = Path(tempfile.gettempdir()) / f"huzhu-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise PermissionError(str(base))
    return base


def _cache_folder() -> Path | None:
    """The cache of this very source; None where no place for it can be written, and every start compiles anew."""
    near = [path for path in sources.HERE.rglob("*.py") if "jit" in path.read_text(encoding="utf-8")]
    compiled = [path for path in near if "abm.jit" in sources.imports(path)]
    name = sources.digest(*compiled)
    for base in (_users_cache, _temporary_cache):
        try:
            folder = base() / name
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError:
            continue
        return folder
    return None


JIT = not numba.config.DISABLE_JIT
CACHE = _cache_folder() if JIT else None
KEPT = CACHE is not None
if KEPT:
    numba.config.CACHE_DIR = str(CACHE)

_threads_lost = False  # in a process forked after a run: GNU's threads end it, and a pool waits for it for ever


def _after_fork() -> None:
    global _threads_lost
    with contextlib.suppress(ValueError):  # no loop has run yet
        _threads_lost |= sys.platform == "linux" and numba.threading_layer() == "omp"


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def rule(signature: str) -> Callable[[Function], Function]:
    """A scalar function with one declared signature, such as ``"f8(f8, i8)"``.

    The signature makes every caller compute in the same width, compiled or not: without the compiler numpy
    would compute ``float32 * 0.5`` in single precision, and the two would drift apart.
    """

    def compile_(function: Function) -> Function:
        if JIT:
            return numba.njit(signature, cache=KEPT, forceinline=True)(function)  # type: ignore[no-any-return]
        widths = [float if "f8" in kind else int for kind in signature.split("(")[1].split(",")]

        @functools.wraps(function)
        def plain(*arguments: Any) -> Any:
            return function(*(width(value) for width, value in zip(widths, arguments, strict=True)))

        return plain  # type: ignore[return-value]

    return compile_


def behaviour(function: Function) -> Function:
    """A function on one person's rows, compiled at its first use and melted into the loop that calls it.

    Behaviours make no arrays, so they need no reference counts (`_nrt`); counting took two thirds of the time.
    """
    return numba.njit(cache=KEPT, forceinline=True, _nrt=False)(function) if JIT else function


def sequence(function: Function) -> Function:
    """A loop over a few, in order, on one thread."""
    return numba.njit(cache=KEPT)(function) if JIT else function


def loop(function: Function) -> Function:
    """A loop over everybody, on all threads. Raises `ModelError` in a process that has lost them by a fork."""
    if not JIT:
        return function
    compiled = numba.njit(cache=KEPT, parallel=True)(function)

    @functools.wraps(compiled, updated=())
    def call(*arguments: Any) -> Any:
        if _threads_lost:
            raise ModelError("a process forked after a run cannot run a model; start it by 'spawn' or 'forkserver'")
        return compiled(*arguments)

    return call  # type: ignore[return-value]
