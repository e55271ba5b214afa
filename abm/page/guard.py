"""Who may speak with the page: browsers that came by an address of its own, about what belongs to it.

A web page from elsewhere can make a browser call any address, this machine's too. What the browser sends says where it
was (`Origin`), and by which name it found the page (`Host`): a foreign name that was made to point here gives itself
away.
"""

import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from abm.errors import PageError, shown

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

LOCAL = "127.0.0.1"
ITSELF = (LOCAL, "localhost", "::1")  # names that every machine has for itself
HOST = re.compile(r"(?:\[(?P<six>[\da-f:.]+)\]|(?P<name>[\w.-]+))(?::\d{1,5})?", re.ASCII)
PROXIED = re.compile(
    r"(?P<origin>https?://([\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?)?(?P<path>(?:/[\w.~%@+-]+)*)/?", re.ASCII
)
# What the page consists of. Solara serves more: reports on the machine, all extensions of the user's notebooks, and
# what it fetches from the network for whoever asks.
FILES = "/_solara/cdn/"
EXTENSIONS = ("jupyter-vue", "jupyter-vuetify")
PARTS = re.compile(
    rf"/|/readyz|/static/.+|{FILES}.+|/jupyter/nbextensions/({'|'.join(EXTENSIONS)})/.+"
    r"|/jupyter/api/kernels/[\w-]+(/channels)?|/_solara/api/close/[\w-]+",
    re.ASCII,
)
ALONE = (b"content-security-policy", b"frame-ancestors 'self'")  # no page from elsewhere has this one inside it


@dataclass(frozen=True)
class Place:
    """Where the page is: host and port of its own, and origin and path at the proxy that shows it, if there is one."""

    port: int
    host: str = LOCAL
    origin: str = ""  # as https://hub.example.org; empty where the proxy has a host of this machine's own
    path: str = ""  # without a slash at the end

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        address = _address(self.host)
        return self.host.lower() == "localhost" or (address is not None and address.is_loopback)

    @property
    def url(self) -> str:
        """What to open in a browser."""
        address = _address(self.host)
        host = LOCAL if address is not None and address.is_unspecified else self.host
        home = self.origin or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        return f"{home}{self.path}/" if self.path else home

    def knows(self, host: str) -> bool:
        """Whether what a request calls its host is one of the page's own.

        A page for other machines may be called by any number: only names can be made to point elsewhere.
        """
        found = HOST.fullmatch(host)
        name = found and (found["six"] or found["name"])
        if not name:
            return False
        if name in (*ITSELF, self.host.lower()) or host == self.origin.partition("://")[2].lower():
            return True
        return not self.is_local and (name == socket.gethostname().lower() or _address(name) is not None)

    def refuses(self, host: str, origin: str | None) -> str:
        """Why a request is refused, in words; empty where it is not."""
        if not self.knows(host.lower()):
            return (
                f"This page does not go by the name {shown(host)}. If that is a proxy of yours, or another name of this"
                " machine, start it with --root-path and the address that you open."
            )
        own = {f"http://{host.lower()}", f"https://{host.lower()}", self.origin} - {""}
        if origin is None or origin.lower() in own:
            return ""
        return (
            f"This page does not answer to {shown(origin)}. If that is a proxy of yours, start it with --root-path and"
            " the address that you open."
        )


def proxied(text: str) -> tuple[str, str]:
    """Origin and path of `--root-path`, each of which may be empty. Raises `PageError` for what is neither."""
    found = PROXIED.fullmatch(text)
    if found is None:
        raise PageError(
            f"--root-path {text}: must be a path as /user/me/proxy/8765, or an address as"
            " https://hub.example.org/user/me/proxy/8765"
        )
    origin = (found["origin"] or "").lower()
    for scheme, port in (("https", ":443"), ("http", ":80")):  # which browsers leave out
        origin = origin.removesuffix(port) if origin.startswith(f"{scheme}://") else origin
    return origin, found["path"]


def guarded(page: Application, place: Place, files: Path) -> Application:
    """The page of Solara at a place, for those who may see it, and no more of it than the page itself.

    `files` is the folder of what Solara has of others; what is not in it is not looked for elsewhere.
    """

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await page(scope, receive, send)
            return
        given: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            given.setdefault(name, []).append(value.decode("latin-1"))
        hosts, origins = given.get(b"host", [""]), given.get(b"origin", [])
        refused = place.refuses(" ".join(hosts), " ".join(origins) if origins else None)
        path, above = scope["path"], unquote(place.path)
        if path == above or path.startswith(f"{above}/"):  # of a proxy that hands it on
            path = path[len(above) :] or "/"
        if refused:
            await _turn_away(scope, send, 403, refused)
        elif PARTS.fullmatch(path) and not (path.startswith(FILES) and not _is_in(files, path.removeprefix(FILES))):
            await page({**scope, "path": path}, receive, _alone(send))
        else:
            await _turn_away(scope, send, 404, "There is nothing here; the page is at its beginning.")

    return answer


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _is_in(folder: Path, name: str) -> bool:
    """Whether a file lies in a folder or below."""
    try:
        path = (folder / name).resolve()
        return path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):  # of names that are none
        return False


def _alone(send: Send) -> Send:
    async def with_header(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], ALONE]}
        await send(message)

    return with_header


async def _turn_away(scope: Message, send: Send, status: int, words: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{words}\n".encode()})
