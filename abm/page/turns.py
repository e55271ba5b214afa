"""Turns: what a visitor does and what the page draws come one after the other, never at once."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from solara.server.kernel_context import get_current_context, has_current_context

ALWAYS: AbstractContextManager[Any] = nullcontext()  # where nobody is heard, it is always one's turn


def of_the_visitor() -> AbstractContextManager[Any]:
    """What Solara holds while it hears what the present visitor does.

    A part that is drawn anew takes off its listeners and puts on others: a thread that draws without it would be deaf
    to what is written in that moment, and would put a slider back to where it was. A download that is ready is the
    exception: Solara draws it from a thread of its own. Who sends to a visitor that takes nothing keeps the turn until
    the connection gives up.
    """
    return get_current_context().lock if has_current_context() else ALWAYS


def in_turn(turn: AbstractContextManager[Any], say: Callable[..., object]) -> Callable[..., None]:
    """Say something while nothing is heard."""

    def speak(*what: Any) -> None:
        with turn:
            say(*what)

    return speak
