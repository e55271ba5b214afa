"""The page itself, of Solara's parts: what stands where, and what each button asks for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import solara
import solara.lab

from abm.errors import HuzhuError
from abm.page import address, turns
from abm.page.choices import Setup
from abm.page.controls import Sidebar
from abm.page.frames import Frame
from abm.page.requests import VIEWS, Lives, Note, Request
from abm.page.session import Session
from abm.page.views import Cards, Downloads, Events, Friends, Glance, Worlds

START = Setup()  # what a visitor sees first; the server sets it
SPEEDS = {"1 a second": (1.0, 1), "4 a second": (0.25, 1), "as fast as it goes": (0.0, 1), "3 months a frame": (0.0, 6)}
LOOK = """
.huzhu-grid { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); }
.huzhu-card { border: 1px solid #8886; border-radius: 6px; padding: 4px 8px; min-width: 80px; }
.huzhu-card b { display: block; font-size: 1rem; white-space: nowrap; }
.huzhu-row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.huzhu-figure h3 { font-size: 1rem; margin: 4px 0; }
.huzhu-figure img { width: 100%; }
.theme--dark .huzhu-figure img { filter: invert(0.9) hue-rotate(180deg) brightness(1.2); }
.theme--light { --huzhu-ground: #ffffff; }
.theme--dark { --huzhu-ground: #1e1e1e; }
.theme--dark .v-navigation-drawer .v-sheet { background: transparent; }
.v-application .v-navigation-drawer { min-width: min(400px, 88vw) !important; }
.huzhu-legend span { white-space: nowrap; margin-right: 12px; }
.huzhu-events { border-collapse: collapse; width: 100%; }
.huzhu-events td { padding: 3px 10px 3px 0; vertical-align: top; border-bottom: 1px solid #8884; }
.huzhu-events td:first-child { white-space: nowrap; }
.huzhu-small { font-size: 0.85rem; }
.huzhu-story li { margin: 6px 0; }
.huzhu-life { list-style: none; padding-left: 0; }
.huzhu-terms { display: grid; grid-template-columns: max-content minmax(80px, 220px) max-content; column-gap: 8px;
  font-size: 0.8rem; line-height: 1.15rem; margin-left: 12px; }
.huzhu-terms i { position: relative; border-left: 1px solid #8886; border-right: 1px solid #8886; }
.huzhu-terms b { position: absolute; top: 3px; bottom: 3px; }
.huzhu-for { background: #0072b2; }
.huzhu-against { background: repeating-linear-gradient(45deg, #d55e00 0 3px, #d55e0066 3px 6px); }
.huzhu-number .v-input__slider label { display: none; }
.v-application .v-input { max-width: 100%; }
"""


@solara.component_vue("width.vue")
def Width(event_see: Callable[[bool], None]) -> None:
    """Tells whether the window is wide enough for a side of the page."""


@solara.component_vue("address.vue")
def Address(query: str) -> None:
    """Puts a query into the browser's address; an empty one leaves it as it is."""


@solara.component
def Layout(children: list[Any]) -> None:
    """The frame of the page; on a telephone its side is closed at first, as it would hide the page."""
    wide, set_wide = solara.use_state(False)
    solara.AppLayout(children=[Width(event_see=set_wide), *children], sidebar_open=wide)


@solara.component
def Page() -> None:
    """One visitor's page."""
    frame: solara.Reactive[Any] = solara.use_memo(lambda: solara.reactive(None), [])
    note: solara.Reactive[Any] = solara.use_memo(lambda: solara.reactive(Note(busy="founding a population")), [])
    lives: solara.Reactive[Any] = solara.use_memo(lambda: solara.reactive(None), [])
    search = solara.use_router().search
    request, fault = solara.use_memo(lambda: came_for(search or ""), [])
    asked: solara.Reactive[Any] = solara.use_memo(lambda: solara.reactive(request.setup), [])
    session: Session = solara.use_memo(
        lambda: Session(request, frame.set, note.set, lives.set, asked.set, START, fault, turn=turns.of_the_visitor()),
        [],
    )
    solara.use_effect(lambda: session.close, [])
    with solara.Div():
        solara.Style(LOOK)
        solara.Title("huzhu: online mutual aid")
        with solara.AppBarTitle():
            solara.Text("huzhu: online mutual aid")
        with solara.AppBar():
            solara.lab.ThemeToggle()
        seen: Frame | None = frame.value
        if seen is not None:
            with solara.Sidebar():
                # What is asked for, not what is seen by now: a frame that comes late must not move a slider back.
                setup = asked.value if asked.value.case == seen.setup.case else seen.setup
                Sidebar(session, START, setup, seen.plan, seen.plans)
        with solara.Column(style={"padding": "8px 16px", "max-width": "1800px"}):
            Words(note.value)
            if seen is not None:
                # What was wrong in an address stays in it, to be put right there, until something else is asked for.
                Address(query="" if fault and seen.number == 1 else address.of_frame(replace(seen, setup=setup)))
                Main(session, seen, lives.value)


@solara.component
def Words(note: Note) -> None:
    """How far it is, or what was refused."""
    if note.fault:
        solara.Error(note.fault, icon=True, dense=True, classes=["huzhu-fault"])
    with solara.Div(style={"min-height": "8px"}):
        solara.ProgressLinear(bool(note.busy))
    if note.busy:
        solara.Text(note.busy, classes=["huzhu-busy"])


@solara.component
def Main(session: Session, frame: Frame, lives: Lives | None) -> None:
    """Buttons, numbers of the moment, and the view chosen."""
    solara.use_effect(lambda: session.looked_at(frame.number), [frame.number])
    view, set_view = solara.use_state(frame.view)
    speed, set_speed = solara.use_state("4 a second")

    def look_at(index: int) -> None:
        set_view(list(VIEWS)[index])
        session.want(view=list(VIEWS)[index])

    def run_at(name: str) -> None:
        set_speed(name)
        pause, stride = SPEEDS[name]
        session.want(pause=pause, stride=stride)

    with solara.Div(classes=["huzhu-row"]):
        if frame.playing:
            solara.Button("Pause", icon_name="mdi-pause", on_click=lambda: session.want(playing=False), color="primary")
        else:
            solara.Button(
                "Play", icon_name="mdi-play", on_click=lambda: session.want(playing=True), disabled=frame.ended,
                color="primary",
            )  # fmt: skip
        solara.Button("Step", icon_name="mdi-step-forward", on_click=session.step, disabled=frame.ended)
        solara.Button("Reset", icon_name="mdi-restart", on_click=session.reset)
        with solara.Div(style={"width": "170px", "margin-top": "10px"}):
            solara.Select("Speed, steps", list(SPEEDS), value=speed, on_value=run_at, dense=True)
        solara.Text(f"{frame.day:%d %B %Y}, step {frame.step} of {frame.steps}", classes=["huzhu-day"])
    Cards(frame)
    with solara.lab.Tabs(value=list(VIEWS).index(view), on_value=look_at):
        for words in VIEWS.values():
            solara.lab.Tab(words)
    if frame.view != view:
        solara.Text("Drawing ...")
    elif view == "glance":
        Glance(frame)
    elif view == "friends":
        Friends(session, frame, lives)
    elif view == "worlds":
        Worlds(session, frame)
    else:
        Events(frame)
    Downloads(session, frame)


def came_for(search: str) -> tuple[Request, str]:
    """What a visitor asks for by the address, and what is wrong with it: then they see what everybody sees first."""
    try:
        return address.request_of(search, START), ""
    except HuzhuError as error:
        return Request(START), str(error)


def first(setup: Setup) -> None:
    """Choose what visitors see first."""
    global START
    START = replace(setup)
