"""The commands of a forecast: make it of the runs of a sweep, and score it when facts are known."""

import argparse


def make_forecast(choices: argparse.Namespace) -> None:
    """Make a forecast of the kept runs of a sweep; print what it tells of each plan; write its folder."""
    from abm.study.forecast.folder import forecast

    forecast(choices.folder, choices.weights, choices.out, _say)


def score_forecast(choices: argparse.Namespace) -> None:
    """Lay facts beside a forecast; print its scores and its skill against simple references; write the tables."""
    from abm.study.forecast.comparison import compare

    compare(choices.facts, choices.folder, choices.out or choices.folder / "scores", _say)


def _say(text: str) -> None:
    print(text, flush=True)
