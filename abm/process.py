"""A command as the system sees it: its streams, the signals that end it, its exit status."""

import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from types import FrameType

from abm.errors import HuzhuError

OF_A_STREAM = (errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EBADF)  # that takes no more
ENDING = ("SIGTERM", "SIGHUP")  # of a batch system, and of a terminal that is closed


def carry_out(name: str, work: Callable[[], object]) -> int:
    """Do the work of a command; returns the exit status, and says in a line why it is not 0.

    The status is that of a `HuzhuError`, 2 where memory does not suffice, and 128 with the number of the signal that
    ended the work, which is 130 for Ctrl-C. ``KeyboardInterrupt`` may say what is kept.
    """
    heard: list[signal.Signals] = []
    done = False
    with _open_streams():
        try:
            with _ended_by_signals(heard):
                work()
                sys.stdout.flush()
                done = True
        except HuzhuError as error:
            _complain(name, str(error))
            return error.status
        except MemoryError as error:
            _complain(name, f"there is not enough memory{f': {error}' if error.args else ''}; fewer persons need less")
            return 2
        except BrokenPipeError:  # the reader of a pipe has seen enough
            _let_go_of_output()
        except OSError as error:  # files have their own words
            _let_go_of_output()
            what = "standard output: cannot be written" if error.errno in OF_A_STREAM else "the system refuses"
            _complain(name, f"{error.filename or what}: {error.strerror or error}")
            return 2
        except KeyboardInterrupt as stop:
            if done:  # it came when all was over
                return 0
            how = f"ended by {heard[0].name}" if heard else "interrupted"
            _complain(name, f"{how}; {stop if stop.args else 'nothing was written'}")
            return 128 + (heard[0] if heard else signal.SIGINT)
    return 0


def _let_go_of_output() -> None:
    """Let what is still to be printed lead nowhere, or Python would complain of it at the end."""
    with suppress(io.UnsupportedOperation):  # of a stream that is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(name: str, words: str) -> None:
    """A line for each of some words; to nobody where the terminal is gone."""
    with suppress(OSError):
        sys.stderr.write("".join(f"{name}: {line}\n" for line in words.splitlines()))
        sys.stderr.flush()


@contextmanager
def _open_streams() -> Iterator[None]:
    """Let a missing stream lead nowhere, and its number to no file; letters that a stream lacks must not stop a run."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            held = os.open(os.devnull, os.O_RDWR)
            if held == number:
                os.set_inheritable(held, True)
            else:
                os.dup2(held, number)
                os.close(held)
    with ExitStack() as opened, Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        for stream, redirect in ((sys.stdout, redirect_stdout), (sys.stderr, redirect_stderr)):
            if stream is None:
                opened.enter_context(redirect(nowhere))
            elif hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        yield


@contextmanager
def _ended_by_signals(heard: list[signal.Signals]) -> Iterator[None]:
    """Let signals that would kill the process end its work as Ctrl-C does; what is heard is put into the list.

    The first is enough: those that follow do not disturb the tidying up. What is ignored, as under ``nohup``, stays so.
    """
    numbers = [getattr(signal, name) for name in ENDING if hasattr(signal, name)]
    handled = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        handled = []

    def stop(number: int, _: FrameType | None) -> None:
        heard.append(signal.Signals(number))
        for each in handled:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in handled:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, signal.SIG_DFL)
