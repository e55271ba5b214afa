"""Ways to come to the page: by a link, through a proxy, from a foreign page, when there is no more room."""

import http.client
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from worlds import pages

pytestmark = pytest.mark.slow
PATH = "/user/me/proxy/8765"
CROWDED = """
import sys
from abm.page import room
from abm.cli.main import main

room.ROOM = room.Room(worlds=1)
sys.exit(main())
"""
CALL = """url => new Promise(done => {
    const socket = new WebSocket(url);
    socket.onopen = () => done("open");
    socket.onerror = () => done("refused");
})"""
CHANNELS = "/jupyter/api/kernels/0-1-2/channels?session_id=3"


def status(server: pages.Server, path: str, **headers: str) -> int:
    """Of the server's answer."""
    with closing(http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=30)) as connection:
        connection.request("GET", path, headers=headers)
        found = connection.getresponse()
        found.read()
        return found.status


def test_a_reload_and_a_link_show_the_same_world(visit):
    one = visit()
    one.slide("high risk share", *["ArrowRight"] * 3)
    one.shows("high risk share: 0.106")
    one.press("Step")
    one.waits_for(2)
    one.look_at("Two worlds", ".v-select")
    one.choose("The second world: the same people and luck, and", "no fee")
    one.page.locator(".huzhu-figure img").first.wait_for()
    one.rests()
    one.until("location.search.endsWith('&second=no+fee&view=worlds&step=2')")
    assert one.query.startswith("scenario=xianghubao&persons=5000&seed=1&set=health.high_risk_share=0.106&")
    seen = one.cards(0), one.cards(1)
    one.reload()
    other = visit(query=f"/?{one.query}")
    for each in (one, other):
        each.page.locator(".huzhu-figure img").first.wait_for()
        each.rests()
        assert (each.cards(0), each.cards(1)) == seen
        assert each.step == 2
        each.shows("high risk share: 0.106")


def test_what_is_wrong_in_an_address_is_said_and_may_be_put_right_there(visit):
    visitor = visit(query="/?seed=many")
    assert visitor.fault == "in the address: seed = 'many' must be a whole number"
    assert visitor.step == 1
    assert visitor.query == "seed=many"
    visitor.press("Step")
    visitor.waits_for(2)
    visitor.until("location.search == '?scenario=xianghubao&persons=5000&seed=1&step=2'")
    visitor.until("!document.querySelector('.huzhu-fault')")


def test_two_quick_presses_are_two_steps(visit):
    visitor = visit()
    visitor.page.get_by_role("button", name="Step", exact=True).dblclick()
    visitor.waits_for(3)
    visitor.page.get_by_role("button", name="Step", exact=True).click(click_count=3)
    visitor.waits_for(6)


def test_a_foreign_page_and_a_foreign_name_are_refused(chromium, server):
    assert status(server, "/") == 200
    assert status(server, "/resourcez") == 404
    assert status(server, "/", Host="evil.example") == 403
    assert status(server, "/", Origin="http://evil.example") == 403
    socket = server.address.replace("http", "ws") + CHANNELS
    page = chromium.new_page()
    page.goto("data:text/html,foreign")
    assert page.evaluate(CALL, socket) == "refused"
    page.goto(f"{server.address}/readyz")
    assert page.evaluate(CALL, socket) == "open"
    page.close()


def test_behind_a_proxy_everything_is_under_its_path(chromium, tmp_path):
    words = ("xianghubao", "--persons", "1000", "--root-path", PATH)
    with pages.serving(*words, log=tmp_path / "server.txt") as server:
        assert f"{server.address}{PATH}/" in server.said
        visitor = pages.Visitor(chromium, server, f"{PATH}/?seed=3")
        visitor.press("Step")
        visitor.waits_for(2)
        visitor.until("location.search.endsWith('seed=3&step=2')")
        visitor.leave()
        assert visitor.faults == []
        own = [url for url in visitor.requests if not url.startswith(("data:", "blob:"))]
        assert own
        assert [url for url in own if not urlsplit(url).path.startswith(f"{PATH}/")] == []


def test_who_comes_when_there_is_no_more_room_is_told_so_until_another_has_left(chromium, tmp_path):
    with pages.serving("xianghubao", "--persons", "1000", command=CROWDED, log=tmp_path / "server.txt") as server:
        first = pages.Visitor(chromium, server)
        late = pages.Visitor(chromium, server, sign=".huzhu-fault")
        assert "the page has room for 1 worlds at once, and others watch 1" in late.fault
        assert late.page.locator(".huzhu-day").count() == 0
        first.press("Step")
        first.waits_for(2)
        first.leave()
        for _ in range(30):  # seconds
            late.page.wait_for_timeout(1_000)
            late.page.reload()
            late.page.locator(".huzhu-day, .huzhu-fault").first.wait_for()
            if late.page.locator(".huzhu-day").count():
                break
        assert late.step == 1
        late.leave()
        assert "Traceback" not in server.said
