"""A server of the page, and a visitor who sees and does what people do: presses, writes, chooses, reads."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
REQUIRED = os.environ.get("HUZHU_BROWSER") == "required"
PATIENCE = 60.0  # seconds until something must have happened, on a busy machine
COMPILING = 300.0  # seconds for a first start, which compiles
HOME = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")  # where requests may go
ABORTED = "net::ERR_ABORTED"  # a request that is no longer waited for
READ_CARDS = "row => [...row.children].map(card => ['small', 'b'].map(tag => card.querySelector(tag).innerText))"
COMMAND = "import sys; from abm.cli.main import main; sys.exit(main())"


def no_browser(why: str) -> None:
    """Skip, unless a browser is required."""
    if REQUIRED:
        pytest.fail(f"HUZHU_BROWSER=required, but {why}")
    pytest.skip(f"{why}; browser tests need it")


@contextmanager
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        no_browser("playwright is not installed")
    if CHROMIUM is None:
        no_browser("chromium is not installed")
    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@contextmanager
def serving(*words: str, command: str = COMMAND, log: Path) -> Iterator["Server"]:
    """A server of the page in a process of its own, from its first answer on; it ends with the block."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    with log.open("w") as told:
        process = subprocess.Popen(
            [sys.executable, "-c", command, "view", *words, "--no-browser", "--port", str(port)],
            stdout=told,
            stderr=subprocess.STDOUT,
        )
    try:
        server = Server(process, port, log)
        server.wait()
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Server:
    """A process that serves the page, and what it says."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.process, self.log = process, log
        self.address = f"http://127.0.0.1:{port}"

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait(self) -> None:
        """Until it answers."""
        end = time.monotonic() + COMPILING
        while time.monotonic() < end:
            assert self.process.poll() is None, self.said
            try:
                with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:
                    assert answer.status == 200
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise AssertionError(f"no answer from {self.address}: {self.said}")


class Visitor:
    """Somebody before the page, in a browser of their own, and all that went wrong in it."""

    def __init__(self, chromium: Any, server: Server, query: str = "", sign: str = ".huzhu-day", **look: Any) -> None:
        """Come by an address, and wait for the first sign of the page."""
        self.faults: list[str] = []
        self.requests: list[str] = []
        self._reloading = False
        look.setdefault("viewport", {"width": 1400, "height": 900})
        self.context = chromium.new_context(accept_downloads=True, **look)
        self.context.set_default_timeout(PATIENCE * 1000)
        self.page = self.context.new_page()
        self.page.on("console", lambda said: said.type == "error" and self.faults.append(f"console: {said.text}"))
        self.page.on("pageerror", lambda error: self.faults.append(f"page: {error}"))
        self.page.on("request", lambda asked: self.requests.append(asked.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.on(
            "response", lambda got: got.status >= 400 and self.faults.append(f"status {got.status}: {got.url}")
        )
        self.page.on("requestfailed", self._failed)
        self.page.goto(server.address + query)
        self.page.locator(sign).first.wait_for(timeout=COMPILING * 1000)

    def _failed(self, asked: Any) -> None:
        """What a reload breaks off, such as a font on its way, is no fault of the page; anything else is."""
        if not (self._reloading and asked.failure == ABORTED):
            self.faults.append(f"failed: {asked.url}")

    def reload(self) -> None:
        """Load the page anew."""
        self._reloading = True
        self.page.reload()
        self.page.locator(".huzhu-day").wait_for()
        self._reloading = False

    def leave(self) -> None:
        """Close the tab."""
        self.context.close()

    # What is seen.

    @property
    def query(self) -> str:
        """What stands behind the page's address."""
        return str(self.page.url).partition("?")[2]

    def shows(self, words: str) -> None:
        """Wait until the page shows these words."""
        self.page.get_by_text(words, exact=False).first.wait_for()

    @property
    def day(self) -> str:
        return str(self.page.locator(".huzhu-day").inner_text())

    @property
    def step(self) -> int:
        found = re.search(r"step (\d+) of", self.day)
        assert found, self.day
        return int(found[1])

    def cards(self, world: int = 0) -> dict[str, str]:
        """The numbers of the moment in a world, by name."""
        told = self.page.locator(".huzhu-cards").nth(world).evaluate(READ_CARDS)
        return {str(name): str(value) for name, value in told}

    @property
    def fault(self) -> str:
        """The first message about something refused."""
        message = self.page.locator(".huzhu-fault").first
        message.wait_for()
        return str(message.inner_text())

    # What is done.

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def look_at(self, view: str, sign: str) -> None:
        """Choose a view, and wait for the first thing of a kind in it."""
        self.page.get_by_role("tab", name=view, exact=True).click()
        self.page.locator(sign).first.wait_for()

    def choose(self, label: str, option: str) -> None:
        """Choose from a list by its label."""
        self.page.locator(".v-select", has=self.page.get_by_text(label, exact=True)).locator(".v-select__slot").click()
        self.page.locator(".menuable__content__active").get_by_text(option, exact=True).click()

    def options(self, label: str) -> list[str]:
        """What a list offers."""
        self.page.locator(".v-select", has=self.page.get_by_text(label, exact=True)).locator(".v-select__slot").click()
        items = self.page.locator(".menuable__content__active .v-list-item__title")
        items.first.wait_for()
        offered = [str(each) for each in items.all_inner_texts()]
        self.page.keyboard.press("Escape")
        return offered

    def changes_to(self, scenario: str) -> None:
        """Choose a scenario of several plans, for which the rules may have to be compiled."""
        self.choose("Scenario", scenario)
        self.page.get_by_label("Plan", exact=True).wait_for(timeout=COMPILING * 1000)

    def choose_first(self, label: str) -> None:
        """Choose the first of what a list offers."""
        self.page.get_by_text(label, exact=True).wait_for()
        self.choose(label, self.options(label)[0])

    def write(self, label: str, text: str) -> None:
        """Write into a field by its label, and go on."""
        field = self.page.get_by_label(label, exact=True)
        field.fill(text)
        field.press("Enter")

    def slide(self, name: str, *keys: str) -> None:
        """Move a slider with the keyboard."""
        slider = self.page.get_by_role("slider", name=name, exact=True)
        for key in keys:
            slider.press(key)

    def waits_for(self, step: int) -> None:
        """Until the page has come to a step, and all that belongs to it is there."""
        self.page.wait_for_function(
            "step => document.querySelector('.huzhu-day').innerText.includes(`step ${step} of`)"
            " && document.querySelector(`.huzhu-card[data-step='${step}']`)",
            arg=step,
        )
        self.rests()

    def rests(self) -> None:
        """Until nothing is being worked at."""
        self.page.wait_for_function("!document.querySelector('.huzhu-busy')")

    def until(self, asked: str) -> None:
        """Until something is true in the page."""
        self.page.wait_for_function(asked)

    def go_to(self, step: int) -> None:
        """Step on by quarters and half-months."""
        quarters, rest = divmod(step - self.step, 6)
        at = self.step
        for speed, times, stride in (("3 months a frame", quarters, 6), ("as fast as it goes", rest, 1)):
            if times:
                self.choose("Speed, steps", speed)
            for _ in range(times):
                self.press("Step")
                at += stride
                self.waits_for(at)

    def download(self, name: str) -> bytes:
        """What a button for a download gives."""
        with self.page.expect_download() as file:
            self.press(name)
        return Path(file.value.path()).read_bytes()
