"""What can be wrong with what a user gives, a class for each kind of mistake.

Each has a message of one line or more, a line for each fault: place, value, what is allowed, the likely slip. The
commands print it and end with the exit status of its class. Other exceptions, as `ledger.LedgerError` and
`story.events.WitnessError`, are faults of the program.
"""

import difflib

MOST_LETTERS = 1_200


def told(line: str) -> str:
    """A line of a message as it can be printed."""
    cut = line if len(line) <= MOST_LETTERS else f"{line[:MOST_LETTERS]}..."
    return cut if cut.isprintable() else "".join(each if each.isprintable() else repr(each)[1:-1] for each in cut)


class HuzhuError(ValueError):
    """A mistake in what a user gives; each kind has a class of its own below, and the exit status of a command.

    However long and odd what a user gave is, no line of the message is longer than `MOST_LETTERS`, and none has letters
    that a terminal would obey.
    """

    status = 2

    def __init__(self, message: str = "") -> None:
        super().__init__("\n".join(map(told, message.splitlines())))


class ScenarioError(HuzhuError):
    """Raised where a scenario is unknown, or a number or a change by path is not one that it may have."""


class DataError(HuzhuError):
    """Raised where a data file can be read but its rows cannot be used: incidence, ages, facts."""


class FileError(HuzhuError):
    """Raised where a file or folder cannot be read or written, or a folder of results holds other files."""


class ModelError(HuzhuError):
    """Raised where a model cannot be made or run as asked: seed, order, drive, size, a day outside the calendar."""


class SeriesError(HuzhuError):
    """Raised where a table of series lacks what it is asked for: a step to draw, the column to hold a fact against."""


class FigureError(HuzhuError):
    """Raised where a figure cannot be drawn; the results are there without it, and the exit status is 1."""

    status = 1


class CheckpointError(HuzhuError):
    """Raised where a checkpoint is missing, damaged or of another version, or a change would alter its past."""


class ForkError(HuzhuError):
    """Raised where worlds cannot be compared: fewer than two, named alike, parted too late, with other luck."""


class StudyError(HuzhuError):
    """Raised where a study cannot be run or analysed: its file, design, axes, outputs, or runs missing or failed."""


class RunsError(HuzhuError):
    """Raised where every run of a study failed; their rows are there with the reasons, and the exit status is 1."""

    status = 1


class StoreError(HuzhuError):
    """Raised where a store of runs is of another study or other code, is in use, damaged or gone, or refuses rows."""


class WorkerError(HuzhuError):
    """Raised where a study's processes or executor cannot run it: not started, broken down, with other code."""


class ClusterError(HuzhuError):
    """Raised where a cluster cannot be reached or is lost, or its package is not installed."""


class PersonError(HuzhuError):
    """Raised where there is no person of that number, no pick of that name, or nobody whom the pick fits."""


class PageError(HuzhuError):
    """Raised where the page cannot be served or cannot show what is asked: port, missing package, size of a world."""


LONGEST = 120  # letters of a value that a message repeats


def shown(value: object) -> str:
    """A value as a message shows it, on one line; of a long one the beginning."""
    try:
        text = repr(value)
    except ValueError:  # whole numbers of thousands of digits are not printed
        return "a number of thousands of digits"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def named(word: object) -> str:
    """A name, key or path as it is, where it fits on one line; else as a value is `shown`."""
    text = str(word)
    return text if text.isprintable() and len(text) <= LONGEST else shown(text)


def nearest(word: str, words: list[str]) -> str:
    """``; did you mean 'x'?`` for the nearest of the words, empty where none is near."""
    if len(word) > LONGEST:  # looking would take long
        return ""
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""
