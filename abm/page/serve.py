"""Serving the page: to this machine alone, unless it is asked otherwise."""

import contextlib
import os
import socket
import threading
import warnings
import webbrowser
from collections.abc import Callable
from pathlib import Path

from abm.errors import PageError
from abm.page.choices import Setup
from abm.page.guard import EXTENSIONS, LOCAL, Place, guarded

PORT = 8765
MOST_TRIES = 20
SECONDS_TO_START = 1.5
ENVIRONMENT = {
    "SOLARA_APP": "abm.page.app:Page",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_CHECK_HOOKS": "off",
    "SOLARA_SESSION_SAME_SITE": "lax",
    "SOLARA_KERNEL_CULL_TIMEOUT": "5s",  # after which the worlds of a tab that is gone without a word are let go,
    "SOLARA_STATE_AUTO_REMOUNT": "True",  # and founded again by its address if it comes back
}


def free_port(wanted: int | None, host: str = LOCAL) -> int:
    """The port asked for, or the first free one from `PORT` on. Raises `PageError` where it is taken, or no such host.

    `host` is a name or a number of this machine.
    """
    try:
        family, *_, (number, *_) = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as trial:
            trial.bind((number, 0))
    except (OSError, UnicodeError):
        raise PageError(
            f"--host {host}: no address of this machine; 0.0.0.0 is all of them, {LOCAL} this machine alone"
        ) from None
    for port in [wanted] if wanted is not None else range(PORT, PORT + MOST_TRIES):
        if port == 0:
            break  # any port, and nobody would know which
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((number, port))
                return port
            except (OSError, OverflowError):
                continue
    where = f"{PORT} to {PORT + MOST_TRIES - 1}" if wanted is None else f"{wanted}"
    raise PageError(f"--port {where}: taken, or no port for a program like this; choose one from 1024 to 65535")


def serve(setup: Setup, place: Place, open_browser: bool, say: Callable[[str], object]) -> None:
    """Serve the page until interrupted; `say` hears where it is, and who can reach it beside this machine.

    A browser is opened once it can be seen.
    """
    os.environ.update(ENVIRONMENT | {"SOLARA_ROOT_PATH": place.path, "SOLARA_BASE_URL": f"{place.url}/"})
    try:
        import solara.server.server
        import solara.server.settings
        import solara.server.starlette
        import uvicorn

        from abm.page import app
    except ImportError as error:
        raise PageError(f"the page needs {error.name}; install it with: pip install 'huzhu[page]'") from None
    app.first(setup)
    # Solara would name and load those of the user's notebooks too.
    solara.server.server.get_nbextension_names = lambda: [f"{name}/extension" for name in EXTENSIONS]
    say(f"The page is at {place.url} (Ctrl-C ends it)")
    if not place.is_local:
        say(f"Everybody who reaches this machine at {place.host}, port {place.port}, can use it: there is no password.")
    if open_browser:
        opener = threading.Timer(SECONDS_TO_START, webbrowser.open, [place.url])
        opener.daemon = True
        opener.start()
    # Solara would have cookies for pages within pages, which this one never is, and its own idea of proxies.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"solara\.server\.starlette")
    page = guarded(solara.server.starlette.app, place, Path(solara.server.settings.assets.proxy_cache_dir))
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.run(page, host=place.host, port=place.port, log_level="warning", timeout_graceful_shutdown=2)
    say("The page is closed.")
