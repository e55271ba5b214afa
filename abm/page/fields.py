"""Fields to write in."""

from collections.abc import Callable
from typing import Any

import solara

from abm.errors import HuzhuError
from abm.page.choices import whole


@solara.component
def Field(label: str, value: str, read: Callable[[str], bool]) -> None:
    """A line of text, which is read when the visitor goes on; where it is refused, the value there is stands again.

    What is half written is known and drawn as it is: Solara's own field would be empty again at the next picture.
    """
    written, write = solara.use_state(value)
    known = solara.use_ref(value)

    def begin() -> None:
        known.current = value
        write(value)

    def enter(*_: Any) -> None:
        known.current = written
        if not read(written):
            begin()

    def leave(*_: Any) -> None:
        if written != known.current:
            enter()

    solara.use_effect(begin, [value])
    field = solara.v.TextField(label=label, v_model=written, on_v_model=write)
    solara.v.use_event(field, "keyup.enter", enter)
    solara.v.use_event(field, "focusout", leave)


@solara.component
def Whole(label: str, value: int, change: Callable[[int], bool], complain: Callable[[str], bool]) -> None:
    """A whole number as text."""

    def read(text: str) -> bool:
        try:
            return change(whole(label, text))
        except HuzhuError as error:
            return complain(str(error))

    Field(label, f"{value:,}", read)


@solara.component
def Any_number(change: Callable[[str], bool], complain: Callable[[str], bool]) -> None:
    """Any number of the scenario by its path; what is refused stays, to be put right."""

    def read(text: str) -> bool:
        try:
            if text.strip():
                change(text)
        except HuzhuError as error:
            complain(str(error))
        return True

    Field("Any number: key=value", "", read)
