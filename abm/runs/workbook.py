"""A run as a workbook for Excel, a sheet for each table; by the extra `tables`, which has openpyxl."""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from abm.errors import FileError
from abm.files import whole
from abm.observation.events import COLUMNS
from abm.observation.run import Run
from abm.runs.report import FactsBeside, facts_beside
from abm.scenario.paths import field_at, leaves, notes, source_of

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # which a cell cannot hold
WIDEST = 60  # letters of a column
LONGEST = 32_000  # letters of a cell


def require_excel() -> None:
    """Raise `FileError` where openpyxl is not installed."""
    if find_spec("openpyxl") is None:
        raise FileError("a workbook needs the package openpyxl: pip install 'huzhu[tables]'")


def write_workbook(run: Run, path: str | Path, beside: FactsBeside | None = None) -> None:
    """Write a run as a workbook, its `facts_beside` among its sheets, which are laid there anew where not given.

    Raises `FileError` where that cannot be, or openpyxl is not installed.
    """
    require_excel()
    with whole(Path(path)) as new, pd.ExcelWriter(new, engine="openpyxl") as writer:
        for name, table in sheets(run, beside or facts_beside(run)).items():
            table.map(_cell).to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0))
            _tidy(writer.sheets[name])


def sheets(run: Run, beside: FactsBeside) -> dict[str, pd.DataFrame]:
    """The tables of a run, by the names of their sheets."""
    numbers = [
        (path, value, notes(field)["unit"], source_of(run.scenario, path))
        for path, value in leaves(run.scenario)
        if (field := field_at(path)) is not None
    ]
    found = chain(*beside.plans.values(), beside.industry)
    compared = [
        (fact.id, fact.platform, fact.dated, fact.meaning.words, fact.meaning.unit, fact.at_least, *values, fact.source)
        for fact, values in ((each.fact, (each.observed, each.simulated)) for each in found)
    ]
    return {
        "about": pd.DataFrame(_flat(run.provenance), columns=["what", "value"]),
        "series": run.series.reset_index(names="step"),
        **run.tables,
        "facts": pd.DataFrame(
            compared,
            columns=["fact", "platform", "date", "quantity", "unit", "at_least", "observed", "simulated", "source"],
        ),
        "closings": run.closings,
        "events": run.events[list(COLUMNS)],
        "transfers": run.transfers,
        "destinations": run.destinations,
        "scenario": pd.DataFrame(numbers, columns=["number", "value", "unit", "source"]),
    }


def _flat(record: Mapping[str, Any], place: str = "") -> list[tuple[str, Any]]:
    """A nested record as (path, value)."""
    found: list[tuple[str, Any]] = []
    for name, value in record.items():
        found += _flat(value, f"{place}{name}.") if isinstance(value, Mapping) else [(f"{place}{name}", value)]
    return found


def _cell(value: Any) -> Any:
    """A value as a cell can hold it: numbers, dates and yes or no as they are, all else as text."""
    if value is None or isinstance(value, bool | int | float) or hasattr(value, "year"):
        return value
    return UNPRINTABLE.sub("?", str(value))[:LONGEST]


def _tidy(sheet: Any) -> None:
    """Columns as wide as what is in them; and no text is taken for a formula."""
    for column in sheet.iter_cols():
        longest = 0
        for cell in column:
            if cell.data_type == "f":
                cell.data_type = "s"
            longest = max(longest, len(str(cell.value)) if isinstance(cell.value, str) else 12)
        sheet.column_dimensions[column[0].column_letter].width = min(WIDEST, longest + 2)
