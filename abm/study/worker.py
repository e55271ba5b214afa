"""What happens in a worker process: a start, runs one after the other, an end with its parent.

Nothing heavy is imported here: the number of threads must be set before numba is.
"""

import functools
import hashlib
import inspect
import os
import pickle
import signal
import sys
import threading
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from abm import sources
from abm.errors import HuzhuError, StudyError, told
from abm.files import DATA

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
DONE, FAILED = "done", "failed"
# A run gives values by name: numbers, texts, and series, a number a step.
RunFunction = Callable[[dict[str, Any], int], Mapping[str, float | str | Sequence[float]]]


class Result(NamedTuple):
    """What came of a run: what it gave, or the outputs that a study makes of it, or the reason why there is nothing."""

    status: str
    reason: str
    outputs: dict[str, Any]
    seconds: float


class OtherCodeError(Exception):
    """A worker holds another version of the program than the sweep that asks it."""


def start_worker(parent: Connection) -> None:
    """Make a fresh process a worker: one thread, deaf to Ctrl-C, and gone when the other end of `parent` is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it and ends its workers
    # Numba refuses another number once it is there: where a script has imported it, `attempt` alone limits it.
    os.environ.update(dict.fromkeys(THREADS[:-1] if "numba" in sys.modules else THREADS, "1"))
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Connection) -> None:
    try:
        parent.poll(None)  # nothing is ever sent: this returns when the other end is closed, by death or on purpose
    finally:
        os._exit(1)


def attempt(run: RunFunction, code: str, point: dict[str, Any], seed: int) -> Result:
    """One run; whatever goes wrong inside it becomes a reason."""
    if code != code_version(run):
        raise OtherCodeError
    if (numba := sys.modules.get("numba")) is not None:
        numba.set_num_threads(1)  # a cluster's workers were not started here
    start = time.perf_counter()
    try:
        given = {str(name): _value(value) for name, value in run(point, seed).items()}
    except Exception as error:
        kind = "" if isinstance(error, HuzhuError) else f"{type(error).__name__}: "
        reason = told(kind + "; ".join(str(error).splitlines()))
        return Result(FAILED, reason.removesuffix(": "), {}, time.perf_counter() - start)
    values = {name: value for name, value in given.items() if value is not None}
    return Result(DONE, "", values, time.perf_counter() - start)


def _value(given: Any) -> float | str | array | None:
    """What a run gives, as it is kept; None for what is no number, text or series, which is no value for a study."""
    if isinstance(given, str):
        return str(given)
    try:
        if getattr(given, "ndim", 0) or (isinstance(given, Sequence) and not isinstance(given, bytes)):
            return array("d", given)
        return float(given)
    except (TypeError, ValueError):
        return None


def code_version(run: Callable[..., Any]) -> str:
    """A digest of the file of a run function, of all of this program that it imports, and of the program's data.

    Raises `StudyError` unless it is a top-level function of a file: no other process could find another one.
    """
    bare = _bare(run)
    function = bare.__func__ if inspect.ismethod(bare) else bare
    name = getattr(function, "__qualname__", repr(function))
    if not hasattr(inspect.unwrap(function), "__code__") or "<" in name:
        raise StudyError(f"run = {name} must be a top-level function of a module, which worker processes can import")
    return _version(function)


@functools.cache
def _version(function: Callable[..., Any]) -> str:
    """The digest of the file of a function, and of that of the function within where it is decorated."""
    codes = [getattr(each, "__code__", None) for each in (function, inspect.unwrap(function))]
    files = [Path(code.co_filename) for code in codes if code is not None]
    if not all(file.is_file() for file in files):  # typed at a prompt or in a notebook
        name = function.__qualname__
        raise StudyError(f"run = {name} has no source file; put it into a module (a .py file) and import it from there")
    text = hashlib.sha256(sources.digest(*files).encode())
    for path in sorted(DATA.glob("*.csv")):
        text.update(f"{path.name}\n".encode() + path.read_bytes())
    return text.hexdigest()[:16]


def name_of(run: Callable[..., Any]) -> str:
    """The name of a run function, with a digest of what is bound to it. Raises `StudyError` as `code_version` does."""
    code_version(run)
    bare = _bare(run)
    bound: list[Any] = [bare.__self__] if inspect.ismethod(bare) else []
    while isinstance(run, functools.partial):
        bound.append((run.args, sorted(run.keywords.items())))
        run = run.func
    name = f"{bare.__module__}.{bare.__qualname__}"
    try:
        return f"{name}|{hashlib.sha256(pickle.dumps(bound, protocol=4)).hexdigest()[:16]}" if bound else name
    except Exception as error:  # whatever an object of the user's raises
        raise StudyError(f"run = {name}: what is bound to it cannot be handed over: {error}") from None


def _bare(run: Callable[..., Any]) -> Any:
    """A run function without what is bound to it."""
    while isinstance(run, functools.partial):
        run = run.func
    return run
