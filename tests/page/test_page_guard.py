"""The page answers to its own address alone, and serves nothing that does not belong to it."""

import asyncio
import socket
from urllib.parse import urlsplit

import pytest

from abm.cli.main import main
from abm.errors import PageError
from abm.page import serve
from abm.page.choices import Setup
from abm.page.guard import Place, guarded, proxied
from abm.page.serve import free_port

HOME = Place(8765)
HUB = Place(8765, "127.0.0.1", *proxied("https://hub.example.org/user/me/proxy/8765/"))
JUPYTER = Place(8765, "127.0.0.1", *proxied("/user/me/proxy/8765"))
OPEN = Place(8765, "0.0.0.0")
NUMBER = "192.168.1.20:8765"
SERVED = "the page: "


@pytest.fixture
def ask(tmp_path):
    """Status and words of the answer to a request; of a websocket 101 where it is accepted, and 403 where it is not."""
    files = tmp_path / "files"
    (files / "folder").mkdir(parents=True)
    (files / "folder" / "some.js").write_text("1")
    (tmp_path / "secret").write_text("2")

    async def page(scope, receive, send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f"{SERVED}{scope['path']}".encode()})

    def request(path="/", place=HOME, kind="http", host="127.0.0.1:8765", **headers) -> tuple[int, str]:
        said = [(b"host", host.encode())] if host is not None else []
        said += [(name.encode(), value.encode()) for name, value in headers.items()]
        sent = []

        async def send(message) -> None:
            sent.append(message)

        scope = {"type": kind, "path": path, "headers": said}
        asyncio.run(guarded(page, place, files)(scope, None, send))
        if kind == "websocket":
            return {"websocket.accept": 101, "websocket.close": 403}[sent[0]["type"]], ""
        return sent[0]["status"], sent[1]["body"].decode()

    return request


CHANNELS = "/jupyter/api/kernels/0-1-2/channels"


@pytest.mark.parametrize(("kind", "path", "good"), [("http", "/", 200), ("websocket", CHANNELS, 101)])
@pytest.mark.parametrize(
    ("place", "host", "origin", "answered"),
    [
        (HOME, "127.0.0.1:8765", None, True),
        (HOME, "localhost:8765", "http://localhost:8765", True),
        (HOME, "LocalHost:9000", "http://localhost:9000", True),  # through a tunnel
        (HOME, "[::1]:8765", "http://[::1]:8765", True),
        (HOME, "evil.example:8765", None, False),  # a foreign name that was made to point to this machine
        (HOME, "evil.example:8765", "http://evil.example:8765", False),
        (HOME, "127.0.0.1.evil.example", None, False),
        (HOME, "localhost.evil.example:8765", None, False),
        (HOME, "evil.example@localhost", None, False),
        (HOME, NUMBER, None, False),
        (HOME, "", None, False),
        (HOME, None, None, False),
        (HOME, "127.0.0.1:8765", "http://evil.example", False),  # a foreign page
        (HOME, "127.0.0.1:8765", "http://127.0.0.1:3000", False),
        (HOME, "127.0.0.1:8765", "http://localhost:8765", False),
        (HOME, "127.0.0.1:8765", "null", False),
        (HOME, "127.0.0.1:8765", "", False),
        (OPEN, NUMBER, f"http://{NUMBER}", True),
        (OPEN, f"{socket.gethostname()}:8765", None, True),
        (OPEN, "evil.example:8765", None, False),
        (OPEN, NUMBER, "http://evil.example", False),
        (HUB, "hub.example.org", "https://hub.example.org", True),
        (HUB, "127.0.0.1:8765", "https://hub.example.org", True),  # a proxy that says its own
        (HUB, "other.example.org", None, False),
        (HUB, "hub.example.org", "https://other.example.org", False),
        (JUPYTER, "localhost:8888", "http://localhost:8888", True),
        (JUPYTER, "hub.example.org", None, False),
    ],
)
def test_only_who_came_by_an_address_of_the_page_is_answered(ask, kind, path, good, place, host, origin, answered):
    headers = {} if origin is None else {"origin": origin}
    status, words = ask(path, place, kind, host, **headers)
    assert status == (good if answered else 403)
    if not answered and kind == "http":
        assert SERVED not in words
        assert "--root-path" in words


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/readyz", 200),
        ("/jupyter/api/kernels/0-1-2", 200),  # asked for by a browser that was cut off
        ("/static/main.js", 200),
        ("/_solara/cdn/folder/some.js", 200),
        ("/_solara/api/close/0-1-2", 200),
        ("/jupyter/nbextensions/jupyter-vue/nodeps.js", 200),
        ("/resourcez", 404),  # processors and memory of the machine
        ("/readyz/", 404),
        ("/jupyter/nbextensions/others/some.js", 404),  # what the user has in notebooks
        ("/jupyter/api/kernels/0-1-2/state", 404),
        ("/_solara/api/evict/0-1-2", 404),
        ("/_solara/cdn/left-pad@1.3.0/index.js", 404),  # would be fetched from the network
        ("/_solara/cdn/folder", 404),  # would be cleared away
        ("/_solara/cdn/../secret", 404),
        ("/_solara/cdn//etc/passwd", 404),
        ("/_solara/cdn/\0", 404),
        ("/anything", 404),
        ("/\n", 404),
    ],
)
def test_nothing_is_served_but_what_belongs_to_the_page(ask, path, status):
    assert ask(path)[0] == status


def test_no_other_kind_of_socket_is_opened(ask):
    assert ask("/resourcez", kind="websocket") == (403, "")


@pytest.mark.parametrize("path", ["/", "/static/main.js"])
def test_a_proxy_may_hand_on_its_own_path_or_keep_it(ask, path):
    assert ask(path, JUPYTER)[1] == ask(f"/user/me/proxy/8765{path}", JUPYTER)[1] == SERVED + path
    assert ask("/user/me/proxy/8765", JUPYTER)[1] == f"{SERVED}/"
    assert ask("/user/me/proxy/87650/", JUPYTER)[0] == 404


def test_the_page_says_where_it_is_to_be_opened():
    assert HOME.url == "http://127.0.0.1:8765"
    assert Place(8765, "::1").url == "http://[::1]:8765"
    assert OPEN.url == "http://127.0.0.1:8765"
    assert JUPYTER.url == "http://127.0.0.1:8765/user/me/proxy/8765/"
    assert HUB.url == "https://hub.example.org/user/me/proxy/8765/"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "LOCALHOST", "::1", "0.0.0.0", "::", "192.168.1.20", "Box"])
@pytest.mark.parametrize(
    "root", ["", "/user/me%40x/p/8765", "https://hub.example.org:443/u", "http://[::1]:80/p", "http://h:81"]
)
def test_the_page_answers_where_it_says_that_it_is(ask, host, root):
    place = Place(8765, host, *proxied(root))
    opened = urlsplit(place.url)
    origin = f"{opened.scheme}://{opened.netloc}"
    assert place.refuses(opened.netloc, origin) == ""
    assert ask("/", place, host=opened.netloc, origin=origin)[0] == 200


def test_a_proxy_tells_a_path_as_it_is_read_and_not_as_it_is_written(ask):
    place = Place(8765, HOME.host, *proxied("/user/me%40x/proxy/8765"))
    assert ask("/user/me@x/proxy/8765/", place)[0] == 200


def test_only_what_others_cannot_reach_is_local():
    assert all(Place(8765, host).is_local for host in ("127.0.0.1", "127.0.0.2", "localhost", "::1"))
    assert not any(Place(8765, host).is_local for host in ("0.0.0.0", "::", "192.168.1.20", "box"))


@pytest.mark.parametrize(
    "path", ["user/me", "hub.example.org", "https://", "/a?b", "/a b", "//evil.example", "ftp://a/b"]
)
def test_a_root_path_that_is_none_is_refused(capsys, path):
    with pytest.raises(PageError, match="must be a path as /user/me/proxy/8765"):
        proxied(path)
    assert main(["view", "--persons", "1000", "--no-browser", "--root-path", path]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "persons"), [("--set people.persons=500", 500), ("--set people.persons=1e3 --persons 600", 600)]
)
def test_the_page_is_started_at_a_place_with_a_world(monkeypatch, words, persons):
    started = []
    monkeypatch.setattr(serve, "serve", lambda setup, place, *_: started.append((setup, place)))
    port = free_port(None)
    more = f"--host localhost --port {port} --root-path https://hub.example.org/p/"
    assert main(["view", "jd", *words.split(), *more.split()]) == 0
    assert started == [(Setup("jd", persons), Place(port, "localhost", "https://hub.example.org", "/p"))]


def test_a_host_that_is_not_of_this_machine_is_refused():
    with pytest.raises(PageError, match=r"--host 203\.0\.113\.7: no address of this machine"):
        free_port(None, "203.0.113.7")
