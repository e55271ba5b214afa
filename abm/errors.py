"""What can be wrong with what a user gives, a class for each kind of mistake."""

import difflib


class ScenarioError(ValueError):
    """What is wrong with a scenario or its data, a line for each fault."""


def nearest(word: str, words: list[str]) -> str:
    """``; did you mean 'x'?`` for the nearest of the words, empty where none is near."""
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""
