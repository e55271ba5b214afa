"""Tables and values in Markdown."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], empty: str = "None in this scenario.") -> str:
    """A table with a row of headings; the words `empty` where there are no rows."""
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    if not lines:
        return empty
    return "\n".join([f"| {' | '.join(headings)} |", f"|{' --- |' * len(headings)}", *lines])


def code(text: str) -> str:
    """Words in the letters of a program."""
    return f"`{text}`" if text else ""


def shown(value: Any) -> str:
    """A value as a reader is shown it: numbers with separators, yes or no, days, lists."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:,.10g}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(map(shown, value)) or "none"
    return " ".join(str(value).split()) or "none"


def from_to(bounds: tuple[Any, Any] | None) -> str:
    """A range in words, empty where there is no limit or no range."""
    low, high = bounds or (None, None)
    return "" if low is None else f"{shown(low)} to {shown(high)}"


def sentence(words: str) -> str:
    """Words as a sentence: on one line, with a capital letter and a full stop."""
    words = " ".join(words.split())
    return words if not words else words[0].upper() + words[1:] + ("" if re.search(r"[.!?]$", words) else ".")


def _cell(words: str) -> str:
    """Words in a table: on one line, and no stroke that would end the cell."""
    return " ".join(words.split()).replace("|", r"\|")
