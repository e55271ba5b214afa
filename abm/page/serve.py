"""Serving the page on this machine, and to nobody else."""

import contextlib
import os
import socket
import threading
import warnings
import webbrowser
from collections.abc import Callable

from abm.errors import PageError
from abm.page.choices import Setup

HOST, PORT = "127.0.0.1", 8765
MOST_TRIES = 20
SECONDS_TO_START = 1.5
ENVIRONMENT = {
    "SOLARA_APP": "abm.page.app:Page",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_CHECK_HOOKS": "off",
    "SOLARA_SESSION_SAME_SITE": "lax",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",  # after which the worlds of a closed tab are let go
}


def free_port(wanted: int | None) -> int:
    """The port asked for, or the first free one from `PORT` on. Raises `PageError` where it is taken."""
    for port in [wanted] if wanted is not None else range(PORT, PORT + MOST_TRIES):
        if port == 0:
            break  # any port, and nobody would know which
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((HOST, port))
                return port
            except (OSError, OverflowError):
                continue
    where = f"{PORT} to {PORT + MOST_TRIES - 1}" if wanted is None else f"{wanted}"
    raise PageError(f"--port {where}: taken, or no port for a program like this; choose one from 1024 to 65535")


def serve(setup: Setup, port: int, open_browser: bool, say: Callable[[str], object]) -> None:
    """Serve the page until interrupted; `say` hears where it is. A browser is opened once it can be seen."""
    os.environ.update(ENVIRONMENT)
    try:
        import solara.server.starlette
        import uvicorn

        from abm.page import app
    except ImportError as error:
        raise PageError(f"the page needs {error.name}; install it with: pip install 'huzhu[page]'") from None
    app.first(setup)
    address = f"http://{HOST}:{port}"
    say(f"The page is at {address} (Ctrl-C ends it)")
    if open_browser:
        opener = threading.Timer(SECONDS_TO_START, webbrowser.open, [address])
        opener.daemon = True
        opener.start()
    # Solara would have cookies for pages within pages, which this one never is.
    warnings.filterwarnings("ignore", message="Cookies with samesite")
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.run(solara.server.starlette.app, host=HOST, port=port, log_level="warning", timeout_graceful_shutdown=2)
    say("The page is closed.")
