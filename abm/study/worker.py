"""What happens in a worker process: a start, runs one after the other, an end with its parent.

Nothing heavy is imported here: the number of threads must be set before numba is.
"""

import functools
import hashlib
import inspect
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from abm import sources
from abm.errors import HuzhuError
from abm.files import DATA

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
DONE, FAILED = "done", "failed"
RunFunction = Callable[[dict[str, Any], int], Mapping[str, float | str]]


class Result(NamedTuple):
    """What came of a run: its outputs, or the reason why there are none."""

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
        found = run(point, seed).items()
        outputs = {str(name): value if isinstance(value, str) else float(value) for name, value in found}
    except Exception as error:
        kind = "" if isinstance(error, HuzhuError) else f"{type(error).__name__}: "
        reason = kind + "; ".join(str(error).splitlines())
        return Result(FAILED, reason.removesuffix(": "), {}, time.perf_counter() - start)
    return Result(DONE, "", outputs, time.perf_counter() - start)


def code_version(run: Callable[..., Any]) -> str:
    """A digest of the file of a run function, of all of this program that it imports, and of the program's data."""
    while isinstance(run, functools.partial):
        run = run.func
    return _digest(inspect.getsourcefile(inspect.unwrap(run)))


@functools.cache
def _digest(file: str | None) -> str:
    text = hashlib.sha256(sources.digest(*([Path(file)] if file else [])).encode())
    for path in sorted(DATA.glob("*.csv")):
        text.update(f"{path.name}\n".encode() + path.read_bytes())
    return text.hexdigest()[:16]
