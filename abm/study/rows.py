"""How a run is kept: a row of a table in SQLite, with a digest of all that is in it.

A row holds what the run gave, numbers, texts and series, and not what one study makes of it: so other outputs of the
same series can be added to a study whose runs are done.
"""

import functools
import hashlib
import json
import sys
from array import array
from typing import Any

from abm.runs.outputs import output_of
from abm.study.worker import DONE, FAILED, Result

TABLES = {
    "about": "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # `outputs`: numbers and texts by name; `lengths`: of the series by name; `series`: these, one after the other.
    "runs": (
        "CREATE TABLE runs (key TEXT PRIMARY KEY, point TEXT NOT NULL, seed INTEGER NOT NULL, status TEXT NOT NULL,"
        " reason TEXT NOT NULL, outputs TEXT NOT NULL, lengths TEXT NOT NULL, seconds REAL NOT NULL,"
        " series BLOB NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID"
    ),
}
COLUMNS = "key, point, seed, status, reason, outputs, lengths, seconds, series, digest"
Row = tuple[Any, ...]


def row_of(key: str, point: str, seed: int, result: Result) -> Row:
    """The row of a run, in the order of the columns."""
    series = {name: value for name, value in result.outputs.items() if isinstance(value, array)}
    others = {name: value for name, value in result.outputs.items() if name not in series}
    lengths = {name: len(value) for name, value in series.items()}
    told = (key, point, seed, result.status, result.reason, json.dumps(others), json.dumps(lengths), result.seconds)
    row = (*told, b"".join(map(_bytes, series.values())))
    return (*row, _digest(row))


def is_whole(row: Row) -> bool:
    """Whether a row is what was written."""
    return bool(row[-1] == _digest(row[:-1]))


def result_of(row: Row) -> Result | None:
    """The result that is kept in a row, None where the row is not what was written."""
    if not is_whole(row):
        return None
    _, _, _, status, reason, outputs, lengths, seconds, series, _ = row
    values, at = json.loads(outputs), 0
    for name, length in json.loads(lengths).items():
        values[name] = _array(series[at : at + 8 * length])
        at += 8 * length
    return Result(status, reason, values, seconds)


def has_outputs(row: Row, outputs: tuple[str, ...]) -> bool:
    """Whether the outputs of a study can be made of a row."""
    result = result_of(row)
    return result is not None and with_outputs(result, outputs).status == DONE


@functools.lru_cache
def series_in(lengths: str) -> frozenset[str]:
    """The names of the series in a row, from its column of lengths; they are the same in most rows of a study."""
    return frozenset(json.loads(lengths))


def with_outputs(result: Result, outputs: tuple[str, ...]) -> Result:
    """A result with the outputs of a study, in their order, in the place of all that was given; failed without one."""
    if result.status != DONE:
        return result
    made = {output: output_of(result.outputs, output) for output in outputs}
    if lacking := [output for output, value in made.items() if value is None]:
        given = ", ".join(result.outputs)
        return Result(FAILED, f"gave no output '{lacking[0]}'; it gave: {given}", {}, result.seconds)
    return result._replace(outputs=made)


def _digest(row: Row) -> str:
    """A digest of all columns but the digest itself: of their types too, and to the last digit."""
    *told, series = row
    text = hashlib.sha256(repr((told, type(series).__name__)).encode())
    text.update(series if isinstance(series, bytes) else b"")
    return text.hexdigest()[:32]


def _bytes(series: array) -> bytes:
    """A series as bytes, the lowest first on any machine."""
    if sys.byteorder == "big":
        series = series[:]
        series.byteswap()
    return series.tobytes()


def _array(content: bytes) -> array:
    series = array("d", content)
    if sys.byteorder == "big":
        series.byteswap()
    return series
