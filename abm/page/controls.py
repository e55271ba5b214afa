"""The side of the page: which world, of what size and luck, under which policy, and its numbers."""

import html
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import solara

from abm.errors import HuzhuError
from abm.page.choices import (
    DRIVES,
    Changes,
    Setup,
    Slider,
    as_usual,
    check,
    policies,
    policy_of,
    sliders,
    under,
    with_changes,
)
from abm.page.fields import Any_number, Whole
from abm.page.session import Session
from abm.scenario.files import names
from abm.scenario.paths import setting


@solara.component
def Sidebar(session: Session, start: Setup, setup: Setup, plan: str, plans: tuple[str, ...]) -> None:
    """Everything that makes a world another one; the world answers at once, brought to the same day.

    `start` is the world with which the page was started.
    """
    fault, set_fault = solara.use_state("")

    def complain(words: str) -> bool:
        set_fault(words)
        return False

    def found(other: Callable[[Setup], Setup]) -> bool:
        """Ask for another world than the one asked for so far, or say what is wrong with it; whether it can be."""
        try:
            wanted = other(session.request.setup)
            check(wanted, start)
        except HuzhuError as error:
            return complain(str(error))
        set_fault("")
        session.want(setup=wanted)
        return True

    def set_to(**values: Any) -> bool:
        return found(lambda present: replace(present, **values))

    def change(changes: Changes) -> bool:
        return found(lambda present: with_changes(present, changes))

    solara.HTML(tag="h4", unsafe_innerHTML="World")
    solara.Select(
        "Scenario",
        names(),
        value=setup.case,
        on_value=lambda name: found(lambda present: as_usual(name, start, present.seed)),
    )
    Whole("Persons simulated", setup.persons, lambda number: set_to(persons=number), complain)
    Whole("Seed", setup.seed, lambda number: set_to(seed=number), complain)
    solara.Select(
        "Persons act",
        list(DRIVES.values()),
        value=DRIVES[setup.drive],
        on_value=lambda words: set_to(drive=next(name for name, each in DRIVES.items() if each == words)),
    )
    # What comes and goes has a place of its own: what stands below it would be made anew, and lose what was written.
    with solara.Div():
        if fault:
            solara.Error(fault, dense=True, classes=["huzhu-fault"])
    solara.HTML(tag="h4", unsafe_innerHTML="Plan and policy")
    with solara.Div():
        if len(plans) > 1:
            solara.Select("Plan", list(plans), value=plan, on_value=lambda name: session.want(plan=name))
    solara.Select(
        "Policy",
        policies(setup, plan),
        value=policy_of(setup, plan),
        on_value=lambda name: set_to(changes=under(name, session.request.setup, plan)),
    )
    solara.Button(
        "As calibrated", icon_name="mdi-undo", on_click=lambda: set_to(changes=()), disabled=not setup.changes
    )
    solara.HTML(tag="h4", unsafe_innerHTML="Numbers")
    for slider in solara.use_memo(lambda: sliders(setup, plan), [setup, plan]):
        Number(slider, lambda value, slider=slider: change(dict.fromkeys(slider.paths, value))).key(slider.label)
    Any_number(lambda text: change(dict([setting(text)])), complain).key("any number")
    if setup.changes:
        words = "".join(f"<li>{html.escape(f'{path} = {value}')}</li>" for path, value in setup.changes)
        solara.HTML(tag="div", unsafe_innerHTML=f"Changed:<ul>{words}</ul>", style="font-size: 0.85rem")


@solara.component
def Number(slider: Slider, move: Callable[[float], None]) -> None:
    """A number with its unit; what it means, and where it comes from, is told on hovering."""

    def shift(value: float) -> None:
        """A browser that shows a value between two places at one of them has not moved it."""
        if slider.moved_to(value):
            move(value)

    moved = slider.value != slider.calibrated
    label = f"{slider.label}: {slider.value:g} {slider.unit}" + (f" (was {slider.calibrated:g})" if moved else "")
    look = {"min": slider.low, "max": slider.high, "step": slider.step, "thumb_label": False}
    with solara.Tooltip(slider.help), solara.Div(classes=["huzhu-number"]):
        solara.Text(label, style={"font-size": "0.85rem", "font-weight": "bold" if moved else "normal"})
        if slider.whole:
            whole = {name: int(value) for name, value in look.items() if name != "thumb_label"}
            solara.SliderInt(slider.label, value=int(slider.value), on_value=shift, thumb_label=False, **whole)
        else:
            solara.SliderFloat(slider.label, value=slider.value, on_value=lambda value: shift(round(value, 9)), **look)
