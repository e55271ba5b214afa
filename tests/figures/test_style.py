"""Figures look as the program has them, whatever a user has set for others; one that fails costs no results."""

import ast
from pathlib import Path

import matplotlib
import pandas as pd
import pytest

from abm.cli.main import main
from abm.errors import FigureError, SeriesError
from abm.figures.platform import history
from abm.figures.style import drawing, save
from abm.study.pictures import sensitivity_bars

ROOT = Path(__file__).parent.parent.parent
BAR = ("cost", "mind.altruism", "total", 0.5, 0.4, 0.6)


def test_settings_of_a_user_change_no_figure(tmp_path: Path) -> None:
    def bars(folder: Path) -> list[bytes]:
        return [path.read_bytes() for path in save(sensitivity_bars([BAR], "A trial."), folder)]

    plain = bars(tmp_path / "plain")
    with matplotlib.rc_context(
        {"text.color": "white", "font.size": 22.0, "savefig.bbox": "tight", "text.usetex": True}
    ):
        assert bars(tmp_path / "dark") == plain
        assert matplotlib.rcParams["font.size"] == 22  # the user's own figures keep them


def test_every_figure_is_drawn_in_the_look_of_the_program() -> None:
    found = 0
    for path in [path for room in ("abm", "experiments") for path in (ROOT / room).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and " = Figure(" in ast.unparse(node):
                found += 1
                assert "drawing()" in ast.unparse(node), f"{path.name}: {node.name}"
    assert found >= 5


def test_what_goes_wrong_in_a_figure_is_a_line_and_a_mistake_stays_one() -> None:
    with pytest.raises(FigureError, match=r"^a figure cannot be drawn: RuntimeError: no latex$"), drawing():
        raise RuntimeError("no\n  latex")
    with pytest.raises(SeriesError):
        history(pd.DataFrame(), "xianghubao")


def test_a_figure_that_fails_costs_neither_the_results_nor_the_other_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("latex could not be found")

    monkeypatch.setattr("abm.runs.report.history", drawing()(fail))
    words = ["run", "jd", "--persons", "1000", "--until", "2018-12", "--out", str(tmp_path / "out")]
    assert main(words) == 1
    said = capsys.readouterr()
    reason = "a figure cannot be drawn: RuntimeError: latex could not be found"
    assert {line.removeprefix("huzhu: history-") for line in said.err.splitlines()} == {
        f"{plan}: {reason}" for plan in ("jd", "xianghubao")
    }
    assert "Written to" in said.out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"series.csv", "facts.txt", "provenance.json", "market.png"} <= names
    assert "history-jd.png" not in names
