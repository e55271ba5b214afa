"""Child processes that hear Ctrl-C, whatever the shell told this one to ignore."""

import signal
import subprocess
from typing import Any


def start(command: list[str], **options: Any) -> "subprocess.Popen[Any]":
    """Start a program that an interrupt reaches, with the `options` of `subprocess.Popen`.

    A process started in the background of a shell (``nohup ... &``) ignores interrupts, and so do its children: what is
    ignored is inherited, and Python installs its own handler only where nothing is ignored. A signal that is handled
    here begins as the system has it in the child.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(command, **options)
    finally:
        signal.signal(signal.SIGINT, before)
