"""The views of the page: each shows a frame, and none of them looks at a world."""

import base64
import html
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import solara

from abm.errors import PageError
from abm.figures.style import plain
from abm.page.charts import Picture
from abm.page.choices import policies, policy, whole
from abm.page.fields import Field
from abm.page.frames import Card, Event, Frame
from abm.page.friends import OUTSIDE
from abm.page.requests import Lives
from abm.page.session import Session
from abm.story.narrative import Happening
from abm.story.notable import PICKS
from abm.story.weights import Term

ALONE = "one world only"


@solara.component
def Cards(frame: Frame) -> None:
    """Numbers of the moment, a row for each world, which comes as one piece: half a row would be of another moment."""
    for name, cards in zip(frame.names, frame.worlds, strict=True):
        if len(frame.worlds) > 1:
            solara.Text(name, style={"font-weight": "bold"})
        row = "".join(_number_of_the_moment(card, frame.step) for card in cards)
        solara.HTML(tag="div", unsafe_innerHTML=row, classes=["huzhu-row", "huzhu-cards"])


def _number_of_the_moment(card: Card, step: int) -> str:
    """One number; what it means is told on hovering."""
    name, value, meaning = (html.escape(words) for words in (card.name, card.value, card.meaning))
    return (
        f'<div class="huzhu-card" title="{meaning}" data-card="{name}" data-step="{step}">'
        f"<small>{name}</small><b>{value}</b></div>"
    )


@solara.component
def Drawing(picture: Picture) -> None:
    """A picture with its question above."""
    source = "data:image/svg+xml;base64," + base64.b64encode(picture.svg.encode()).decode()
    with solara.Div(classes=["huzhu-figure"]):
        solara.HTML(tag="h3", unsafe_innerHTML=html.escape(picture.title))
        solara.HTML(tag="img", attributes={"src": source, "alt": picture.words})


@solara.component
def Glance(frame: Frame) -> None:
    """Six questions at once."""
    with solara.Div(classes=["huzhu-grid"]):
        for picture in frame.pictures:
            Drawing(picture)
    shocks = "; ".join(f"{each.title} ({each.first:%B %Y} to {each.last:%B %Y})" for each in frame.shocks)
    words = f"Shaded: {plain(shocks)}. " if shocks else ""
    words += f"Markers: facts, from abm/data/facts.csv. Lines: simulated with {frame.setup.persons:,} persons."
    solara.HTML(tag="p", unsafe_innerHTML=html.escape(words), classes=["huzhu-small"])


@solara.component_vue("friends.vue")
def Network(
    nodes: list[dict[str, Any]], ties: list[Any], label: str, picked: Any, event_pick: Callable[[int], None]
) -> None:
    """Persons and their ties; a click picks one."""


@solara.component
def Friends(session: Session, frame: Frame, lives: Lives | None) -> None:
    """Some friends among all, coloured by what each of them is, and the life of one."""
    current = lives if lives and (lives.setup, lives.step) == (frame.setup, frame.step) else None
    with solara.Div(classes=["huzhu-grid"]):
        with solara.Div():
            Circles(session, frame, current)
            Legend(frame)
        Life(session, frame, current)


@solara.component
def Circles(session: Session, frame: Frame, lives: Lives | None) -> None:
    """The friends in each world; those who are something else in the second have a ring."""
    differing = {here.row for here, there in zip(frame.friends[0], frame.friends[-1], strict=True)
                 if (here.form, here.fill) != (there.form, there.fill)}  # fmt: skip
    why = lives.why if lives else {}
    for name, nodes in zip(frame.names, frame.friends, strict=True):
        if len(frame.friends) > 1:
            solara.Text(name, style={"font-weight": "bold"})
        Network(
            nodes=[
                asdict(node)
                | {
                    "marked": node.row in differing,
                    "words": ". ".join([node.words, *([why[node.row]] if node.row in why else [])]),
                }
                for node in nodes
            ],
            ties=[list(tie) for tie in frame.ties],
            label=f"{len(nodes)} persons of {frame.setup.persons:,} and their friendships",
            picked=lives.row if lives else None,
            event_pick=lambda row: session.want(person=int(row), view="friends"),
        )


@solara.component
def Life(session: Session, frame: Frame, lives: Lives | None) -> None:
    """One person's life in sentences; what was weighed is drawn beside each decision."""
    with solara.Div(classes=["huzhu-story"]):
        solara.HTML(tag="h3", unsafe_innerHTML="One person's life so far")
        solara.HTML(tag="p", unsafe_innerHTML="Click a person, or choose one:")

        def choose(text: str) -> bool:
            try:
                row = whole("person", text)
                session.want(person=row, centre=row)
            except PageError:
                if who := text.strip():
                    there = lives.picks if lives else {}
                    session.want(person=who, centre=there.get(who, session.request.centre))
            return True

        names = {PICKS[name].meaning: name for name in (lives.picks if lives else ())}
        chosen = next((words for words, name in names.items() if name == session.request.person), None)
        with solara.Div():  # a place of its own, or the field below would be made anew while somebody writes in it
            if names:
                solara.Select("The one", list(names), value=chosen, on_value=lambda words: choose(names[words]))
        Field("Person, by number", "", choose)
        if lives is None:
            solara.Text("Lives are told when the world rests." if frame.playing else "Looking again ...")
        elif lives.row is not None:
            solara.HTML(tag="h4", unsafe_innerHTML=f"Person {lives.row:,}")
            rows = "".join(map(_happening, lives.story))
            solara.HTML(tag="ul", unsafe_innerHTML=rows, classes=["huzhu-life"])


def _happening(each: Happening) -> str:
    """A sentence, and bars of what was weighed: to the right what spoke for it, to the left what spoke against."""
    text = html.escape(f"{each.day}: {plain(each.text)}")
    if not each.terms:
        return f"<li>{text}</li>"
    scale = max((abs(term.worth) for term in each.terms if math.isfinite(term.worth)), default=1.0)
    return f"<li>{text}<div class='huzhu-terms'>{''.join(_bar(term, scale) for term in each.terms)}</div></li>"


def _bar(term: Term, scale: float) -> str:
    part = min(1.0, abs(term.worth) / scale) * 50
    side = f"left: {50 - part if term.worth < 0 else 50}%; width: {part}%"
    kind = "against" if term.worth < 0 else "for"
    return (
        f"<span>{html.escape(term.weight.name)}</span><i><b class='huzhu-{kind}' style='{side}'></b></i>"
        f"<span>{term.worth:+,.0f}</span>"
    )


@solara.component
def Legend(frame: Frame) -> None:
    """What forms and colours mean."""
    plans = [f'<b style="color:{colour}">&#9679;</b> in {html.escape(name)}' for name, colour in frame.coloured]
    plans += ["pale: waiting", "&#9675; never in a plan", "&#9651; high risk",
              '<b style="color:#d55e00">red edge</b>: ill']  # fmt: skip
    signs = {"diamond": "&#9670;", "cross": "&#10006;", "star": "&#9733;", "dot": "&#8226;", "square": "&#9632;"}
    left = [f'<b style="color:{colour}">{signs[form]}</b> {words}' for form, colour, words in OUTSIDE.values()]
    words = " ".join(f"<span>{each}</span>" for each in plans + left)
    solara.HTML(tag="p", unsafe_innerHTML=words, classes=["huzhu-small", "huzhu-legend"])


@solara.component
def Worlds(session: Session, frame: Frame) -> None:
    """The same people with the same luck under two policies."""
    names = [ALONE, *policies(frame.setup, frame.plan)]
    chosen = session.request.counterfactual_name or ALONE

    def choose(name: str) -> None:
        counterfactual = None if name == ALONE else policy(name, frame.setup, frame.plan)
        session.want(counterfactual=counterfactual, counterfactual_name="" if counterfactual is None else name)

    with solara.Div(style={"max-width": "420px"}):
        solara.Select("The second world: the same people and luck, and", names, value=chosen, on_value=choose)
    if len(frame.worlds) < 2:
        solara.Info("Choose what is different in the second world.")
        return
    solara.HTML(tag="ul", unsafe_innerHTML="".join(f"<li>{html.escape(words)}</li>" for words in frame.gaps))
    with solara.Div(classes=["huzhu-grid"]):
        for picture in frame.pictures:
            Drawing(picture)
    with solara.Div(classes=["huzhu-grid"]):
        Circles(session, frame, None)
    Legend(frame)


@solara.component
def Events(frame: Frame) -> None:
    """Launches, warnings and closings, the latest first."""
    for name, events in zip(frame.names, frame.events, strict=True):
        if len(frame.events) > 1:
            solara.Text(name, style={"font-weight": "bold"})
        rows = "".join(map(_row, reversed(events))) or "<tr><td>Nothing has happened yet.</td></tr>"
        solara.HTML(tag="table", unsafe_innerHTML=rows, classes=["huzhu-events"])


def _row(event: Event) -> str:
    cells = (f"{event.day}", event.who, event.what, event.detail)
    return "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells) + "</tr>"


@solara.component
def Downloads(session: Session, frame: Frame) -> None:
    """What is seen of the first world, as files: those that `huzhu run` writes."""
    made = {"series.csv": "series (CSV)", "history.svg": "figure (SVG)", "scenario.toml": "scenario (TOML)"}
    if len(frame.plans) > 1:
        made = {"series.csv": "series (CSV)", "market.svg": "figure (SVG)", "scenario.toml": "scenario (TOML)"}
    with solara.Div(classes=["huzhu-row"], style="margin-top: 12px"):
        for name, words in made.items():
            with solara.FileDownload(lambda name=name: session.results()[name], filename=name):
                solara.Button(words, icon_name="mdi-download", small=True, text=True)
        solara.HTML(tag="code", unsafe_innerHTML=html.escape(frame.setup.command(f"{frame.day}")))
