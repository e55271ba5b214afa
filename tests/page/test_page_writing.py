"""Whoever writes, while time goes by and pictures are drawn, is heard."""

import pytest
import solara
from solara.server.kernel import Kernel
from solara.server.kernel_context import VirtualKernelContext

from abm.page import app


@pytest.mark.slow
def test_what_is_half_written_stays_while_time_goes_by(visit):
    visitor = visit()
    visitor.press("Play")
    visitor.page.get_by_label("Any number: key=value", exact=True).focus()
    visitor.page.keyboard.type("mind.altruism=29", delay=150)
    visitor.page.keyboard.press("Enter")
    visitor.shows("mind.altruism = 29")
    visitor.page.get_by_role("button", name="Pause", exact=True).wait_for()


def test_the_page_draws_nothing_while_its_visitor_is_heard(monkeypatch):
    """What the server holds while it hears a visitor is the turn of the worlds to speak."""
    turns = []

    class Session:
        def __init__(self, *_, turn) -> None:
            turns.append(turn)

        def close(self) -> None:
            """There is no thread."""

    monkeypatch.setattr(app, "Session", Session)
    visitor = VirtualKernelContext(id="one", kernel=Kernel(), session_id="one")
    with visitor:
        _, page = solara.render(app.Page(), handle_error=False)
        page.close()
    assert turns == [visitor.lock]
