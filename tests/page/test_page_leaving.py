"""Who closes the tab is forgotten: the worlds of a visitor end with the visit, and the others go on."""

import re
import time

import pytest

from worlds import pages

pytestmark = pytest.mark.slow

# The server of the command, which also says whenever another number of visitors has worlds.
COUNTING = """
import sys, threading, time
from abm.page import serve
from abm.cli.main import main

serve.ENVIRONMENT["SOLARA_KERNEL_CULL_TIMEOUT"] = "1s"

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


def test_a_reload_begins_anew_and_leaves_nothing_behind(visit, server):
    assert comes_to(server, 0)
    visitor = visit()
    for _ in range(3):
        visitor.reload()
    assert comes_to(server, 1)
    assert visitor.step == 1
