"""Child processes that hear the signals that end them, whatever the shell told this one to ignore."""

import signal
import subprocess
from typing import Any


def start(command: list[str], **options: Any) -> "subprocess.Popen[Any]":
    """Start a program that signals to end reach, with the `options` of `subprocess.Popen`.

    A process started in the background of a shell (``nohup ... &``) ignores interrupts and the end of the terminal, and
    so do its children: what is ignored is inherited, and Python installs its own handler only where nothing is ignored.
    A signal that is handled here begins as the system has it in the child.
    """
    ends = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL, signal.SIGHUP: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in ends.items()}
    try:
        return subprocess.Popen(command, **options)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
