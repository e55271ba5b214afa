"""A run as a workbook: each table in a sheet, numbers as numbers, text as text, and a line where it cannot be."""

import sys
from datetime import date
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest

from abm.cli.main import main
from abm.errors import FileError
from abm.observation.facts import load_facts
from abm.observation.run import Run
from abm.runs.report import facts_beside
from abm.runs.results import WORKBOOK
from abm.runs.run import run
from abm.runs.workbook import sheets, write_workbook
from abm.scenario.paths import leaves

WORDS = ["run", "xianghubao", "--persons", "500", "--until", "2019-06"]


@pytest.fixture(scope="module")
def made() -> Run:
    """A short run with one number changed."""
    changes = {"platform.xianghubao.bands.0.cover": 200_000}
    return run("xianghubao", 3_000, until=date(2020, 1, 31), changes=changes)


def test_every_table_is_in_a_sheet_with_its_numbers(made: Run, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    write_workbook(made, tmp_path / "mine.xlsx")
    found = pd.read_excel(tmp_path / "mine.xlsx", sheet_name=None)
    assert list(found) == [
        *("about", "series", "experience", "lapses", "loss_ratios"),
        *("facts", "closings", "events", "transfers", "destinations", "scenario"),
    ]
    assert list(found["destinations"]) == list(made.destinations)
    for name in ("experience", "lapses", "transfers"):
        table = made.transfers if name == "transfers" else made.tables[name]
        numbers = list(table.select_dtypes("number"))
        assert len(numbers) >= 4
        np.testing.assert_allclose(found[name][numbers], table[numbers], rtol=1e-12)
    series = found["series"]
    np.testing.assert_allclose(series["xianghubao.share"], made.series["xianghubao.share"], rtol=1e-12)
    assert pd.to_datetime(series["date"]).dt.date.tolist() == made.series["date"].tolist()
    numbers = dict(zip(found["scenario"]["number"], found["scenario"]["value"], strict=True))
    assert numbers["platform.xianghubao.bands.0.cover"] == 200_000
    assert set(numbers) <= {path for path, _ in leaves(made.scenario)}
    about = dict(zip(found["about"]["what"], found["about"]["value"], strict=True))
    assert (about["seed"], about["persons"]) == (1, 3_000)
    assert "packages.numpy" in about
    facts = found["facts"].set_index("fact")
    assert facts.loc["F053", "observed"] == 0.03


def test_text_is_never_a_formula_and_has_no_letters_that_a_cell_cannot_hold(made: Run, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    made.provenance["scenario"] = "=1+1\x07"
    write_workbook(made, tmp_path / "mine.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "mine.xlsx")["about"]
    (cell,) = [row[1] for row in sheet.iter_rows() if row[0].value == "scenario"]
    assert (cell.value, cell.data_type) == ("=1+1?", "s")
    assert sheet.freeze_panes == "A2"


def test_the_command_writes_a_workbook_when_asked_and_an_earlier_one_goes(tmp_path: Path) -> None:
    """Facts are laid beside the run once, for the report, the figures and the workbook."""
    pytest.importorskip("openpyxl")
    with mock.patch("abm.observation.facts.load_facts", wraps=load_facts) as looked_up:
        assert main([*WORDS, "--workbook", "--out", str(tmp_path / "out")]) == 0
    looked_up.assert_called_once()
    assert (tmp_path / "out" / WORKBOOK).stat().st_size > 10_000
    assert main([*WORDS, "--out", str(tmp_path / "out")]) == 0
    assert not (tmp_path / "out" / WORKBOOK).exists()


def test_without_the_package_a_line_says_what_to_install_before_anything_is_run(
    made: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)  # as where it is not installed
    with pytest.raises(FileError, match=r"pip install 'huzhu\[tables\]'"):
        write_workbook(made, tmp_path / "mine.xlsx")
    assert main([*WORDS, "--workbook", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == "huzhu: a workbook needs the package openpyxl: pip install 'huzhu[tables]'\n"
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_that_cannot_be_written_is_named_in_a_line(made: Run, tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    with pytest.raises(FileError, match="nowhere"):
        write_workbook(made, tmp_path / "nowhere" / "mine.xlsx")


def test_sheets_have_names_that_excel_takes(made: Run) -> None:
    for name, table in sheets(made, facts_beside(made)).items():
        assert len(name) <= 31
        assert len(table.columns) < 16_384
