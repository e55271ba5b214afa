"""Who closes the tab is forgotten: the worlds of a visitor end with the visit, and the others go on."""

import re
import time

import pytest

from worlds import pages

pytestmark = pytest.mark.slow

# The server of the command, which also says whenever another number of visitors has worlds.
COUNTING = """
import sys, threading, time
from abm.cli.main import main

def count():
    last = None
    while True:
        now = sum(thread.name == "worlds" for thread in threading.enumerate())
        if now != last:
            last = now
            print("visitors:", now, flush=True)
        time.sleep(0.05)

threading.Thread(target=count, daemon=True).start()
sys.exit(main())
"""


@pytest.fixture(scope="module")
def server(chromium, tmp_path_factory):
    log = tmp_path_factory.mktemp("page") / "server.txt"
    with pages.serving("xianghubao", "--persons", "1000", command=COUNTING, log=log) as found:
        yield found


def visitors(server: pages.Server) -> int:
    return int(re.findall(r"visitors: (\d+)", server.said)[-1])


def comes_to(server: pages.Server, number: int) -> bool:
    end = time.monotonic() + pages.PATIENCE
    while visitors(server) != number and time.monotonic() < end:
        time.sleep(0.05)
    return visitors(server) == number


def test_a_closed_tab_ends_its_worlds_and_the_other_goes_on(visit, server):
    one, other = visit(), visit()
    assert comes_to(server, 2)
    other.press("Play")
    other.page.close()
    assert comes_to(server, 1)
    one.press("Step")
    one.waits_for(2)


def test_a_tab_that_is_gone_without_a_word_ends_its_worlds_too(visit, server):
    """As where a browser is killed."""
    assert comes_to(server, 0)
    visitor = visit()
    assert comes_to(server, 1)
    visitor.page.evaluate("navigator.sendBeacon = () => true")
    visitor.page.close()
    assert comes_to(server, 0)


def test_a_tab_that_was_cut_off_for_long_finds_its_world_again(visit, server):
    visitor = visit()
    connected, cut_off = [], []

    def connect(socket) -> None:
        if cut_off:
            socket.close()
        else:
            connected.append((socket, socket.connect_to_server()))

    visitor.page.route_web_socket("**", connect)
    visitor.reload()
    visitor.write("Seed", "7")
    visitor.press("Step")
    visitor.until("location.search.endsWith('seed=7&step=2')")
    visitor.rests()
    seen = visitor.cards()
    cut_off.append(True)
    for socket, to_server in connected:
        to_server.close()
        socket.close()
    assert comes_to(server, 0)
    cut_off.clear()
    for _ in range(int(pages.PATIENCE)):  # in which the browser tries now and then
        if visitors(server) == 1:
            break
        visitor.page.wait_for_timeout(1_000)
    visitor.until("document.querySelector('.huzhu-day')?.innerText.includes('step 2 of')")
    visitor.rests()
    visitor.press("Step")
    visitor.waits_for(3)
    visitor.press("Reset")
    visitor.waits_for(1)
    visitor.press("Step")
    visitor.waits_for(2)
    assert visitor.cards() == seen


def test_a_reload_leaves_nothing_behind(visit, server):
    assert comes_to(server, 0)
    visitor = visit()
    for _ in range(3):
        visitor.reload()
    assert comes_to(server, 1)
    assert visitor.step == 1
