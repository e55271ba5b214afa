"""How rules, behaviours and loops are compiled, and where the compiled code is kept.

Numba notices a change in the file of a compiled function and not in the files it calls. The cache therefore
lives in a folder that is named by a digest of all compiled sources and of what they import: an edit anywhere compiles
anew, and the second start of an unchanged program compiles nothing.
"""

import functools
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import platformdirs

from abm import sources

# Threads that wait for work turn round for some ten microseconds, so that small worlds need not wake them from loop to
# loop, and then sleep: on a busy machine threads that go on turning stall the others.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "30000")

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def _cache_folder() -> Path:
    """The cache of this very source, below NUMBA_CACHE_DIR, the user's cache or, failing both, a new folder."""
    near = [path for path in sources.HERE.rglob("*.py") if "jit" in path.read_text(encoding="utf-8")]
    compiled = [path for path in near if "abm.jit" in sources.imports(path)]
    base = os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("huzhu", appauthor=False)
    folder = Path(base) / sources.digest(*compiled)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="huzhu-"))
    return folder


JIT = not numba.config.DISABLE_JIT
if JIT:
    numba.config.CACHE_DIR = str(_cache_folder())


def rule(signature: str) -> Callable[[Function], Function]:
    """A scalar function with one declared signature, such as ``"f8(f8, i8)"``.

    The signature makes every caller compute in the same width, compiled or not: without the compiler numpy
    would compute ``float32 * 0.5`` in single precision, and the two would drift apart.
    """

    def compile_(function: Function) -> Function:
        if JIT:
            return numba.njit(signature, cache=True, forceinline=True)(function)  # type: ignore[no-any-return]
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
    return numba.njit(cache=True, forceinline=True, _nrt=False)(function) if JIT else function


def sequence(function: Function) -> Function:
    """A loop over a few, in order, on one thread."""
    return numba.njit(cache=True)(function) if JIT else function


def loop(function: Function) -> Function:
    """A loop over everybody, on all threads."""
    return numba.njit(cache=True, parallel=True)(function) if JIT else function
