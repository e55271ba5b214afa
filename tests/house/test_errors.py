"""Every kind of mistake has a class, raised for it and for nothing else; the commands answer each with its status."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from abm import errors
from abm.cli.main import ACTIONS, main
from abm.cli.parser import parser
from abm.cli.studies import ExecutionPlan, sweep
from abm.errors import HuzhuError
from abm.figures.platform import history_of
from abm.figures.style import drawing
from abm.ledger import LedgerError
from abm.story.events import WitnessError
from abm.study.store import FILE, Store
from abm.study.study import Axis, Study
from abm.study.sweep import run_study
from abm.study.worker import FAILED, attempt, code_version
from worlds.functions import double

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted((ROOT / "abm").rglob("*.py"))
KINDS = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, Exception) and kind is not HuzhuError
}

# What else is raised, by the function that does it and the class, and why it is no `HuzhuError`.
OTHERS = {
    ("_check_points", "ValueError"),  # asked by a validator of pydantic, which makes a StudyError of it
    ("_two", "ValueError"),  # called by one, which makes a ScenarioError of it
    ("found_at", "ValueError"),
    ("number", "ValueError"),  # a slip in a declaration of the program itself
    ("__getattr__", "AttributeError"),  # as Python has it for a name that a module does not have
    ("__getattr__", "_unknown"),
    ("_count", "ArgumentTypeError"),  # argparse's own, with exit status 2 too
    ("_day", "ArgumentTypeError"),
    ("_day", "ValueError"),  # caught in place
    ("on_step", "Overtaken"),  # the visitor of the page has asked for something else
    ("attempt", "OtherCodeError"),  # from a worker to its sweep, which makes a WorkerError of it
    ("at_work", "KeyboardInterrupt"),  # with how to go on
    ("results_folder", "KeyboardInterrupt"),  # with what is written
    ("stop", "KeyboardInterrupt"),  # a signal that ends a command as Ctrl-C does
    ("_users_cache", "NotADirectoryError"),  # caught where another place is looked for
    ("_temporary_cache", "PermissionError"),
    ("_lock", "RuntimeError"),  # ends a worker that begins its own sweep anew; to be caught by no script
    ("put", "TypeError"),  # called where damage to a file is told, which makes a CheckpointError of it
    *((function, "LedgerError") for function in ("audit", "_audit_signs", "transfer")),
    *((function, "WitnessError") for function in ("_verdict", "check", "expect", "tell_all")),
}


def raised(tree: ast.AST, function: str = "", validates: bool = False) -> Iterator[tuple[str, str]]:
    """Innermost function and class of all that is raised; not the ValueErrors of pydantic's validators."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            what = ast.unparse(node.exc.func if isinstance(node.exc, ast.Call) else node.exc).rpartition(".")[2]
            if not (validates and what == "ValueError"):
                yield function, what
        if isinstance(node, ast.FunctionDef):
            marks = " ".join(map(ast.unparse, node.decorator_list))
            yield from raised(node, node.name, "_validator(" in marks)
        else:
            yield from raised(node, function, validates)


RAISED = {each for path in SOURCES for each in raised(ast.parse(path.read_text(encoding="utf-8")))}


def test_every_class_says_when_it_is_raised_and_is_one_kind_of_mistake() -> None:
    assert len(KINDS) == 15
    for name, kind in KINDS.items():
        assert kind.__bases__ == (HuzhuError,), name
        assert (kind.__doc__ or "").startswith("Raised where "), name
        assert name in {what for _, what in RAISED}, name
    assert HuzhuError.__doc__


def test_nothing_else_is_raised_for_a_mistake() -> None:
    others = {(function, what) for function, what in RAISED if what not in KINDS}
    assert others == OTHERS | {("parse_as", "mistake")}


def test_money_lost_and_a_life_lived_otherwise_are_faults_of_the_program() -> None:
    for kind in (LedgerError, WitnessError):
        assert not issubclass(kind, ValueError)
        assert "No `HuzhuError`" in (kind.__doc__ or "")


def prepared(folder: Path) -> None:
    """Files with something wrong in them, in a folder."""
    (folder / "broken.toml").write_text("title = ", encoding="utf-8")
    (folder / "empty.toml").write_text("outputs = ['closings']\n", encoding="utf-8")
    (folder / "study.toml").write_text(
        "persons = 200\noutputs = ['closings']\n[vary]\n'mind.altruism' = [0, 30]\n", encoding="utf-8"
    )
    (folder / "taken").mkdir()
    (folder / "taken" / FILE).write_text("no database", encoding="utf-8")


COMMANDS = [
    ("ScenarioError", "show xianghubaoo"),
    ("ScenarioError", "show xianghubao --set mind.altruism=-1"),
    ("DataError", "run xianghubao --persons 200 --set health.incidence_table=none"),
    ("FileError", "show ./broken.toml"),
    ("FileError", "run xianghubao --out ."),
    ("ModelError", "run xianghubao --until 1999"),
    ("ModelError", "run xianghubao --persons 200000 --drive agents"),
    ("CheckpointError", "fork none.huzhu --world free:mind.altruism=1"),
    ("CheckpointError", "checkpoint xianghubao --to half.zip"),
    ("ForkError", "fork xianghubao --world free:a=1 --world free:a=2"),
    ("StudyError", "sweep empty.toml"),
    ("StudyError", "phase study.toml --edge nan"),
    ("StudyError", "sensitivity taken"),
    ("StoreError", "sweep study.toml --out taken"),
    ("ClusterError", "sweep study.toml --dask tcp://127.0.0.1:9"),
    ("PersonError", "story xianghubao --person nobody"),
    ("PageError", "view xianghubao --persons 200 --port 0"),
    ("PageError", "view xianghubao --persons 99"),
]


@pytest.mark.parametrize(("name", "words"), COMMANDS)
def test_a_command_answers_a_mistake_of_its_kind_with_status_2_and_a_line(
    name: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "distributed", None)  # as where it is not installed
    choices = parser(ACTIONS).parse_args(words.split())
    with pytest.raises(KINDS[name]) as mistake:
        choices.action(choices)
    capsys.readouterr()
    assert main(words.split()) == 2
    assert capsys.readouterr().err.splitlines() == [f"huzhu: {line}" for line in str(mistake.value).splitlines()]


class Breaking(Executor):
    """An executor that takes no runs."""

    def submit(self, *_: Any, **__: Any) -> Any:
        raise BrokenExecutor


ODD = Study(vary={"x": Axis(values=(1, 2))}, outputs=("twice",))


def broken_executor(folder: Path) -> None:
    with Store(folder, ODD, run=double) as store:
        run_study(ODD, store, Breaking(), run=double)


def other_function(folder: Path) -> None:
    with Store(folder, ODD, run=double) as store:
        run_study(ODD, store)


def nothing_but_failures(folder: Path) -> None:
    rates = {"health.incidence_table": "none"}
    study = Study(persons=200, changes=rates, vary={"mind.altruism": Axis(values=(0, 30))}, outputs=("closings",))
    sweep(study, ExecutionPlan(folder, workers=1), id)


def nothing_to_draw(_: Path) -> None:
    history_of(pd.DataFrame(), "xianghubao")


def picture_that_fails(_: Path) -> None:
    with drawing():
        raise RuntimeError("latex could not be found")


CALLS = [
    ("FigureError", picture_that_fails),
    ("WorkerError", broken_executor),
    ("StoreError", other_function),
    ("RunsError", nothing_but_failures),
    ("SeriesError", nothing_to_draw),
]


@pytest.mark.parametrize(("name", "call"), CALLS)
def test_a_call_answers_a_mistake_with_its_kind(name: str, call: Callable[[Path], None], tmp_path: Path) -> None:
    with pytest.raises(KINDS[name]):
        call(tmp_path)


def test_every_kind_of_mistake_is_made_here() -> None:
    assert {name for name, _ in (*COMMANDS, *CALLS)} == set(KINDS)


def refused(point: dict[str, Any], seed: int) -> dict[str, float]:
    raise KINDS[point["kind"]]("x = 1 must be 0")


def stumbling(point: dict[str, Any], seed: int) -> dict[str, float]:
    raise ZeroDivisionError("division by zero")


@pytest.mark.parametrize("name", KINDS)
def test_a_run_that_fails_by_a_mistake_gives_its_words_as_the_reason(name: str) -> None:
    result = attempt(refused, code_version(refused), {"kind": name}, 1)
    assert (result.status, result.reason) == (FAILED, "x = 1 must be 0")


def test_a_run_that_stumbles_names_the_fault_of_the_program() -> None:
    result = attempt(stumbling, code_version(stumbling), {}, 1)
    assert (result.status, result.reason) == (FAILED, "ZeroDivisionError: division by zero")
