"""`huzhu series` as a user types it."""

from pathlib import Path

import pandas as pd
import pytest

from abm.cli.main import main
from abm.runs.outputs import check_output, series_of
from abm.scenario.files import load


@pytest.mark.parametrize("words", [[], ["xianghubao"], ["market"], ["xianghubao", "--set", "mind.altruism=3"]])
def test_every_series_is_told_once_with_its_unit_and_meaning(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = load(words[0] if words else "xianghubao")
    assert main(["series", *words]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for name, series in series_of(scenario).items():
        line = f"{name.rpartition('.')[2]} {series.unit} {series.meaning}"
        assert said.count(f" {line}") == 1, line
        check_output(f"{name}:mean", scenario)
    assert ", ".join(scenario.platform) in said


def test_the_series_are_the_columns_of_a_run(tmp_path: Path) -> None:
    words = ["--persons", "200", "--until", "2018-11", "--out", str(tmp_path / "out")]
    assert main(["run", "xianghubao", *words]) == 0
    columns = pd.read_csv(tmp_path / "out" / "series.csv").columns
    assert list(series_of(load("xianghubao"))) == list(columns[3:])  # after step, date and seed


def test_a_slip_in_the_name_of_a_scenario_gets_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["series", "xianghuboa"]) == 2
    assert "did you mean 'xianghubao'?" in capsys.readouterr().err
