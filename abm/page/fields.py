"""Fields to write in."""

from collections.abc import Callable
from typing import Any

import solara

from abm.errors import HuzhuError
from abm.page.choices import whole


@solara.component
def Field(label: str, value: str, read: Callable[[str], None]) -> None:
    """A line of text, which is read when the visitor goes on.

    What is half written is known and drawn as it is: Solara's own field would be empty again at the next picture.
    """
    written, write = solara.use_state(value)
    known = solara.use_ref(value)

    def begin() -> None:
        known.current = value
        write(value)

    def go_on(*_: Any) -> None:
        if written != known.current:
            known.current = written
            read(written)

    solara.use_effect(begin, [value])
    field = solara.v.TextField(label=label, v_model=written, on_v_model=write)
    solara.v.use_event(field, "keyup.enter", go_on)
    solara.v.use_event(field, "focusout", go_on)


@solara.component
def Whole(label: str, value: int, change: Callable[[int], None], complain: Callable[[str], None]) -> None:
    """A whole number as text; what is none is refused, and the number there is stands again."""

    def read(text: str) -> None:
        try:
            change(whole(label, text))
        except HuzhuError as error:
            complain(str(error))

    Field(label, f"{value:,}", read)


@solara.component
def Any_number(change: Callable[[str], None], complain: Callable[[str], None]) -> None:
    """Any number of the scenario by its path."""

    def read(text: str) -> None:
        try:
            if text.strip():
                change(text)
        except HuzhuError as error:
            complain(str(error))

    Field("Any number: key=value", "", read)
