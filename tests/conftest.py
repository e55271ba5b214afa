"""What all tests share: an environment of their own, whatever they are started from, and some fixtures."""

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent
INHERITED = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "PYTHONWARNINGS", "PYTHONOPTIMIZE", "PYTHONIOENCODING")
for name in list(os.environ):
    if name in INHERITED or name.startswith(("GIT_", "SOLARA_", "TQDM_")):
        del os.environ[name]
os.environ["TQDM_DISABLE"] = "1"  # progress bars are kept out of the way
os.environ["MPLBACKEND"] = "Agg"
os.environ["PYTHONUTF8"] = "1"  # of child processes, whose words are read as UTF-8
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])

import pandas as pd
import pytest

from abm.observation.facts import compare
from worlds import pages

HEAD = "id,platform,date,quantity,value,unit,source,confidence,note"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz", type=int, metavar="N", help="so many mutated scenarios, and a fourth as many studies")
    parser.addoption("--fuzz-seed", type=int, default=1, metavar="S", help="which ones")


@pytest.fixture
def facts_file(tmp_path: Path):
    """Write a file of facts of Xianghubao from (id, date, quantity, value)."""

    def write(*rows: tuple[str, str, str, object], platform: str = "Xianghubao") -> str:
        lines = [f"{name},{platform},{day},{what},{value},,a.com/b,news," for name, day, what, value in rows]
        path = tmp_path / "facts.csv"
        path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def beside(facts_file):
    """What is simulated beside one fact."""

    def ask(series: pd.DataFrame, day: str, quantity: str, value: float = 1.0) -> float:
        (comparison,) = compare(series, "xianghubao", facts_file(("F1", day, quantity, value)))
        return comparison.simulated

    return ask


@pytest.fixture(scope="module")
def chromium():
    """A browser, or a reason why there is none."""
    with pages.browser() as found:
        yield found


@pytest.fixture(scope="module")
def server(chromium, tmp_path_factory):
    """The page of Xianghubao with 5,000 persons."""
    log = tmp_path_factory.mktemp("page") / "server.txt"
    with pages.serving("xianghubao", "--persons", "5000", log=log) as found:
        yield found


@pytest.fixture
def visit(chromium, server):
    """Somebody before the page; at the end nothing has gone wrong in it, and nothing was asked of anybody else."""
    visitors = []

    def come(**look) -> pages.Visitor:
        visitors.append(pages.Visitor(chromium, server, **look))
        return visitors[-1]

    yield come
    for visitor in visitors:
        faults, asked = list(visitor.faults), list(visitor.requests)
        visitor.leave()
        assert faults == []
        assert [url for url in asked if not url.startswith(pages.HOME)] == []
    assert "Traceback" not in server.said
