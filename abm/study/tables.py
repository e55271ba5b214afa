"""The tables of a study, a row a run, and a row a step of each run; as CSV, and as Parquet where pyarrow is there."""

import csv
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from abm.clock import collection_date
from abm.files import whole
from abm.runs.outputs import FIRST, TEXTS, series_kept
from abm.study.store import Store
from abm.study.study import Study
from abm.study.worker import DONE

CELLS = 200_000  # of a table held at a time
LARGEST = 2**63  # below which whole numbers are, in Parquet

Rows = Iterator[list[Any]]


class Table(NamedTuple):
    """The columns of a table with the type of each, and its rows, as often as they are asked for."""

    name: str
    columns: Mapping[str, type]
    rows: Callable[[], Rows]


def table_of_runs(study: Study, store: Store, texts: Collection[str] = TEXTS) -> Table:
    """A row a run in the order of the design; None where there is no value. `texts`: outputs that are no numbers.

    How long a run took is in the store: it differs from time to time.
    """
    settings = {path: _kind(study, path) for path in study.paths}
    outputs = {name: str if name in texts else float for name in study.outputs}
    columns = {"point": int, "seed": int} | settings | outputs | {"status": str, "reason": str}
    return Table("runs", columns, lambda: table_rows(study, store))


def table_rows(study: Study, store: Store) -> Rows:
    """The rows of the table of runs."""
    for number, point, seed, result in store.results(study):
        settings = [point.get(path) for path in study.paths]
        outputs = [result.outputs.get(name) for name in study.outputs]
        yield [number, seed, *settings, *outputs, result.status, result.reason]


def table_of_series(study: Study, store: Store) -> Table:
    """A row a step of each run that is done, with the series that the study names; steps count from 0."""
    base = store.base
    names = study.series if base is None else series_kept((), study.series, base)
    days = {} if base is None else {"date": date}
    columns = {"point": int, "seed": int, "step": int} | days | dict.fromkeys(names, float)

    def rows() -> Rows:
        for number, _, seed, result in store.kept(study):
            if result.status != DONE:
                continue
            series = [result.outputs.get(name, ()) for name in names]
            for step in range(max(map(len, series), default=0)):
                day = [collection_date(int(result.outputs[FIRST]) + step)] if days else []
                values = [each[step] if step < len(each) else None for each in series]
                yield [number, seed, step, *day, *values]

    return Table("series", columns, rows)


def write(table: Table, folder: Path) -> list[str]:
    """Write a table into a folder, reading its rows once; returns the names of its files."""
    rows, size = table.rows(), max(1, CELLS // len(table.columns))
    with ExitStack() as files:
        writers = [_csv_writer(table, folder, files)]
        if _has_parquet():
            writers.append(_parquet_writer(table, folder, files))
        while batch := list(islice(rows, size)):
            for writer in writers:
                writer(batch)
    return [f"{table.name}.{kind}" for kind in ("csv", "parquet")[: len(writers)]]


Writer = Callable[[list[list[Any]]], None]


def _csv_writer(table: Table, folder: Path, files: ExitStack) -> Writer:
    path = files.enter_context(whole(folder / f"{table.name}.csv"))
    writer = csv.writer(files.enter_context(path.open("w", encoding="utf-8", newline="")), lineterminator="\n")
    writer.writerow(table.columns)
    return writer.writerows


def _parquet_writer(table: Table, folder: Path, files: ExitStack) -> Writer:
    import pyarrow
    import pyarrow.parquet

    types = {int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_(), date: pyarrow.date32()}
    schema = pyarrow.schema([(name, types.get(kind, pyarrow.string())) for name, kind in table.columns.items()])
    path = files.enter_context(whole(folder / f"{table.name}.parquet"))
    writer = files.enter_context(pyarrow.parquet.ParquetWriter(path, schema))

    def write_batch(batch: list[list[Any]]) -> None:
        arrays = []
        for column, field in zip(zip(*batch, strict=True), schema, strict=True):
            texts = field.type == pyarrow.string()
            values = [None if value is None else str(value) for value in column] if texts else column
            arrays.append(pyarrow.array(values, field.type))
        writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))

    return write_batch


def _kind(study: Study, path: str) -> type:
    """The type of a setting's column: whole numbers, numbers, yes or no, else text."""
    values = (point[path] for point in study.point_list() if path in point)
    kinds = {str if type(value) is int and abs(value) >= LARGEST else type(value) for value in values}
    for wanted, kind in (({bool}, bool), ({int}, int), ({int, float}, float)):
        if kinds <= wanted:
            return kind
    return str


def _has_parquet() -> bool:
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        return False
    return True
