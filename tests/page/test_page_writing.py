"""Whoever writes, while time goes by and pictures are drawn, is heard."""

from dataclasses import replace

import ipyvuetify
import pytest
import solara
from solara.server.kernel import Kernel
from solara.server.kernel_context import VirtualKernelContext

from abm.page import app
from abm.page.choices import Setup
from abm.page.controls import Sidebar
from abm.page.fields import Field
from abm.page.requests import Request

ANY = "Any number: key=value"


class Asked:
    """A session that keeps what is asked of it."""

    def __init__(self) -> None:
        self.request = Request(Setup(persons=300))

    def want(self, **changes) -> None:
        self.request = replace(self.request, **changes)


def field(page, label: str):
    """The field of a label."""
    return page.find(ipyvuetify.TextField, label=label).widget


def write(one, text: str, event: str = "keyup.enter") -> None:
    one.v_model = text
    one.fire_event(event, {})


@pytest.fixture
def drawn():
    """Draws a part of the page, and takes it away at the end."""
    pages = []

    def draw(part):
        pages.append(solara.render(part, handle_error=False)[1])
        return pages[-1]

    yield draw
    for page in pages:
        page.close()


def sidebar(session: Asked, *plans: str):
    return Sidebar(session, Setup(persons=300), session.request.setup, plans[0], plans)


def test_what_is_written_is_read_on_going_on_once_and_again_when_it_is_entered_again(drawn):
    read = []
    one = field(drawn(Field("Person", "", lambda text: bool(read.append(text)) or True)), "Person")
    write(one, "5")
    one.fire_event("focusout", {})
    assert read == ["5"]
    write(one, "6", "focusout")
    write(one, "6")
    assert read == ["5", "6", "6"]


def test_what_is_refused_gives_way_to_what_there_is_and_what_there_is_to_what_comes(drawn):
    page = drawn(Field("Seed", "1", lambda text: text != "many"))
    one = field(page, "Seed")
    write(one, "many")
    assert one.v_model == "1"
    page.render(Field("Seed", "7", lambda text: True))
    assert one.v_model == "7"


def test_a_number_that_cannot_be_is_refused_and_the_field_stays_the_same(drawn):
    session = Asked()
    page = drawn(sidebar(session, "xianghubao"))
    one, other = field(page, "Seed"), field(page, ANY)
    write(field(page, "Persons simulated"), "5")
    write(one, "many")
    assert (field(page, "Persons simulated").v_model, one.v_model) == ("300", "1")
    write(other, "nonsense")
    assert "key=value" in page.find(ipyvuetify.Alert).widget.children[0]
    assert other.v_model == "nonsense"
    assert session.request.setup == Setup(persons=300)
    assert (field(page, "Seed"), field(page, ANY)) == (one, other)
    write(one, "7")
    assert session.request.setup.seed == 7
    assert not page.find(ipyvuetify.Alert)


def test_what_is_half_written_stays_where_something_appears_above_it(drawn):
    session = Asked()
    page = drawn(sidebar(session, "xianghubao"))
    one = field(page, ANY)
    one.v_model = "mind.altruism="
    page.render(sidebar(session, "xianghubao", "elderly"))
    assert page.find(ipyvuetify.Select, label="Plan")
    write(field(page, "Seed"), "many")
    assert page.find(ipyvuetify.Alert)
    assert field(page, ANY) is one
    assert one.v_model == "mind.altruism="


@pytest.mark.slow
def test_what_is_half_written_stays_while_time_goes_by(visit):
    visitor = visit()
    visitor.press("Play")
    visitor.page.get_by_label(ANY, exact=True).focus()
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
