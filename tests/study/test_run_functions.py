"""Functions that a study can run: found by other processes, told apart by their code and by what is bound to them."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from typing import Any

import pytest

from abm.errors import StoreError, StudyError
from abm.study.store import Store
from abm.study.study import Study
from abm.study.sweep import run_study
from abm.study.worker import DONE, FAILED, code_version, name_of
from worlds.functions import double

STUDY = Study(vary={"x": [1, 2]}, outputs=("y",))


@dataclass
class Line:
    """A line through the origin."""

    slope: float

    def at(self, point: dict[str, Any], seed: int) -> dict[str, float]:
        return {"y": self.slope * point["x"]}

    def __call__(self, point: dict[str, Any], seed: int) -> dict[str, float]:
        return self.at(point, seed)


def scaled(slope: float, point: dict[str, Any], seed: int) -> dict[str, float]:
    return {"y": slope * point["x"]}


def positive(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def within(*words: Any) -> Any:
        return {name: abs(value) for name, value in function(*words).items()}

    return within


@positive
def falling(point: dict[str, Any], seed: int) -> dict[str, float]:
    return {"y": -point["x"]}


def typed(file: str) -> Any:
    """A function as a prompt or a notebook makes it."""
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile("def mine(point, seed):\n    return {'y': point['x']}\n", file, "exec"), space)
    return space["mine"]


REFUSED = [
    (typed("<stdin>"), r"run = mine has no source file; put it into a module"),
    (typed("cell-1.py"), r"run = mine has no source file; put it into a module"),
    (partial(typed("<string>"), 1), r"run = mine has no source file"),
    (lambda point, seed: {"y": 1}, r"run = <lambda> must be a top-level function of a module"),
    (Line(1.0), r"run = Line\(slope=1\.0\) must be a top-level function of a module"),
    (len, r"run = len must be a top-level function of a module"),
    (7, r"run = 7 must be a top-level function of a module"),
]


@pytest.mark.parametrize(("run", "words"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_function_that_no_other_process_finds_is_refused_in_a_line(run: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=rf"^[^\n]*{words}[^\n]*$"):
        Store(tmp_path / "out", STUDY, run=run)
    assert not (tmp_path / "out").exists()


def test_what_is_bound_to_a_function_tells_its_runs_apart(tmp_path: Path) -> None:
    for first, same, other in (
        (partial(scaled, 2.0), partial(scaled, 2.0), partial(scaled, 3.0)),
        (partial(scaled, slope=2.0), partial(scaled, slope=2.0), partial(scaled, slope=3.0)),
        (Line(2.0).at, Line(2.0).at, Line(3.0).at),
    ):
        assert name_of(first) == name_of(same) != name_of(other)
        folder = tmp_path / name_of(first)
        with Store(folder, STUDY, run=first):
            pass
        with Store(folder, STUDY, run=same):
            pass
        with pytest.raises(StoreError, match="which differs in run"):
            Store(folder, STUDY, run=other)


def once_there(file: str, point: dict[str, Any], seed: int) -> dict[str, float]:
    """Gives what the study asks for once a file is there."""
    return {"x": point["x"]} | ({"y": 2 * point["x"]} if Path(file).exists() else {})


def test_runs_that_gave_no_output_are_run_again_where_that_is_asked_for(tmp_path: Path) -> None:
    run, heard = partial(once_there, str(tmp_path / "there")), Counter[str]()

    def sweep(retry: bool) -> dict[str, int]:
        heard.clear()
        with ThreadPoolExecutor(1) as executor, Store(tmp_path / "out", STUDY, run=run, retry=retry) as store:
            run_study(STUDY, store, executor, run, on_result=lambda result: heard.update([result.status]))
        return dict(heard)

    assert [sweep(False), sweep(False), sweep(True)] == [{FAILED: 2}, {}, {FAILED: 2}]
    (tmp_path / "there").touch()
    assert [sweep(False), sweep(True), sweep(True)] == [{}, {DONE: 2}, {}]
    with Store(tmp_path / "out", STUDY, run=run) as store:
        assert [result.outputs for *_, result in store.kept(STUDY)] == [{"x": x, "y": 2 * x} for x in (1, 2)]


def test_what_cannot_be_handed_over_is_refused() -> None:
    with pytest.raises(StudyError, match=r"^run = .*scaled: what is bound to it cannot be handed over: [^\n]*$"):
        name_of(partial(scaled, lambda: 1))


def test_the_code_of_a_decorated_function_is_that_of_both_files(tmp_path: Path) -> None:
    assert code_version(positive(double)) not in (code_version(double), code_version(falling))
