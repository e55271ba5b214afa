"""The side of the page: which world, of what size and luck, under which policy, and its numbers."""

import html
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import solara

from abm import reading
from abm.page.choices import (
    POLICIES,
    Changes,
    Setup,
    Slider,
    check,
    policy,
    sliders,
    usual_persons,
)
from abm.page.session import Session
from abm.scenario import ScenarioError

DRIVES = {"compiled": "all at once", "agents": "agent by agent"}


@solara.component
def Sidebar(session: Session, setup: Setup, plan: str, plans: tuple[str, ...]) -> None:
    """Everything that makes a world another one; the world answers at once, brought to the same day."""
    fault, set_fault = solara.use_state("")

    def found(**changes: Any) -> None:
        """Wish for another world, or say what is wrong with it."""
        try:
            wanted = replace(setup, **changes)
            check(wanted)
            set_fault("")
            session.want(setup=wanted)
        except ScenarioError as error:
            set_fault(str(error))

    def change(changes: Changes) -> None:
        found(changes=tuple((dict(setup.changes) | changes).items()))

    solara.HTML(tag="h4", unsafe_innerHTML="World")
    solara.Select("Scenario", reading.names(), value=setup.case, on_value=lambda name: found(**other_case(name)))
    Whole("Persons simulated", setup.persons, lambda number: found(persons=number), set_fault)
    Whole("Seed", setup.seed, lambda number: found(seed=number), set_fault)
    solara.Select(
        "Persons act",
        list(DRIVES.values()),
        value=DRIVES[setup.drive],
        on_value=lambda words: found(drive=next(name for name, each in DRIVES.items() if each == words)),
    )
    if fault:
        solara.Error(fault, dense=True, classes=["huzhu-fault"])
    solara.HTML(tag="h4", unsafe_innerHTML="Plan and policy")
    if len(plans) > 1:
        solara.Select("Plan", list(plans), value=plan, on_value=lambda name: session.want(plan=name))
    solara.Select(
        "Policy",
        list(POLICIES),
        value=policy_of(setup, plan),
        on_value=lambda name: found(changes=policy(name, setup, plan)),
    )
    solara.Button("As calibrated", icon_name="mdi-undo", on_click=lambda: found(changes=()), disabled=not setup.changes)
    solara.HTML(tag="h4", unsafe_innerHTML="Numbers")
    for slider in solara.use_memo(lambda: sliders(setup, plan), [setup, plan]):
        Number(slider, lambda value, slider=slider: change(dict.fromkeys(slider.paths, value)))
    Any_number(lambda text: change(dict([reading.setting(text)])), set_fault)
    if setup.changes:
        words = "".join(f"<li>{html.escape(f'{path} = {value}')}</li>" for path, value in setup.changes)
        solara.HTML(tag="div", unsafe_innerHTML=f"Changed:<ul>{words}</ul>", style="font-size: 0.85rem")


@solara.component
def Number(slider: Slider, move: Callable[[float], None]) -> None:
    """A number with its unit; what it means, and where it comes from, is told on hovering."""
    moved = slider.value != slider.calibrated
    label = f"{slider.label}: {slider.value:g} {slider.unit}" + (f" (was {slider.calibrated:g})" if moved else "")
    look = {"min": slider.low, "max": slider.high, "step": slider.step, "thumb_label": False}
    with solara.Tooltip(slider.help), solara.Div():
        solara.Text(label, style={"font-size": "0.85rem", "font-weight": "bold" if moved else "normal"})
        if slider.whole:
            whole = {name: int(value) for name, value in look.items() if name != "thumb_label"}
            solara.SliderInt("", value=int(slider.value), on_value=move, thumb_label=False, **whole)
        else:
            solara.SliderFloat("", value=slider.value, on_value=lambda value: move(round(value, 9)), **look)


@solara.component
def Whole(label: str, value: int, change: Callable[[int], None], complain: Callable[[str], None]) -> None:
    """A whole number as text; what is none is refused."""

    def read(text: str) -> None:
        bare = text.replace(",", "").strip()
        if bare.isdecimal():
            change(int(bare))
        else:
            complain(f"{label} = '{text}' must be a whole number")

    solara.InputText(label, value=f"{value:,}", on_value=read)


@solara.component
def Any_number(change: Callable[[str], None], complain: Callable[[str], None]) -> None:
    """Any number of the scenario by its path."""

    def read(text: str) -> None:
        try:
            if text.strip():
                change(text)
        except ScenarioError as error:
            complain(str(error))

    solara.InputText("Any number: key=value", value="", on_value=read)


def other_case(name: str) -> dict[str, Any]:
    """What changes with the scenario: the numbers changed belong to the old one."""
    return {"case": name, "changes": (), "persons": usual_persons(name), "drive": "compiled"}


def policy_of(setup: Setup, plan: str) -> str | None:
    """The policy whose changes are those of a world."""
    return next((name for name in POLICIES if policy(name, setup, plan) == setup.changes), None)
