"""What users import from ``abm`` itself: all that README needs, fetched when it is asked for."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import abm
from abm import HealthyMember, sources
from abm.model import MutualAidModel
from abm.platforms.policies import Historical
from abm.runs.checkpoint import resume
from abm.scenario.files import dump

ROOT = Path(__file__).parent.parent.parent
HEAVY = "{'distributed', 'matplotlib', 'mesa', 'numba', 'numpy', 'pandas', 'pydantic', 'scipy', 'solara'}"


def told(code: str) -> str:
    """What a fresh process prints."""
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_importing_it_imports_no_library() -> None:
    assert told(f"import sys, abm; print({HEAVY} & set(sys.modules))") == "set()\n"


def test_the_list_of_scenarios_needs_neither_the_model_nor_its_libraries() -> None:
    code = f"import sys; from abm.cli.main import main; main(['list']); print({HEAVY} & set(sys.modules))"
    assert told(code).splitlines()[-1] == "{'pydantic'}"


def test_names_for_editors_are_those_that_are_fetched() -> None:
    """Each is declared once as an import for type checking, and listed among what the package gives."""
    assert sorted([*sources.front_door(), "__version__"]) == sorted(abm.__all__)
    assert set(abm.__all__) <= set(dir(abm))
    for name, module in sources.front_door().items():
        assert getattr(abm, name) is getattr(sys.modules[module], name)
        assert getattr(abm, name).__module__ == module, name
        assert (getattr(abm, name).__doc__ or "").strip(), name


def test_readme_and_experiments_take_from_the_front_door_what_it_has() -> None:
    texts = [(ROOT / "README.md").read_text("utf-8"), *(p.read_text("utf-8") for p in (ROOT / "experiments").iterdir())]
    for name, module in sources.front_door().items():
        for text in texts:
            for line in text.splitlines():
                if line.startswith(f"from {module} import "):
                    assert name not in line.partition(" import ")[2].split(", "), line


@pytest.mark.parametrize(("slip", "meant"), [("Polcy", "Policy"), ("runs_study", "run_study"), ("Senario", "Scenario")])
def test_a_slip_is_told_the_nearest_name(slip: str, meant: str) -> None:
    words = f"abm has no '{slip}'; did you mean '{meant}'\\?; there are: HealthyMember, HighRiskMember, "
    with pytest.raises(ImportError, match=words):
        exec(f"from abm import {slip}", {})
    with pytest.raises(AttributeError, match=words):
        getattr(abm, slip)
    assert not hasattr(abm, slip)


def test_modules_are_still_found_by_those_who_ask_for_them() -> None:
    assert told("from abm import money; print(money.__name__)") == "abm.money\n"
    with pytest.raises(AttributeError):
        abm.__wrapped__  # noqa: B018


def test_the_digest_of_the_package_does_not_follow_what_it_imports_for_types() -> None:
    found = {path.relative_to(sources.HERE).as_posix() for path in sources.closure(sources.HERE / "__init__.py")}
    assert found == {"__init__.py", "errors.py", "sources.py", "version.py"}


@pytest.mark.parametrize("line", ["from abm import MutualAidModel", "import abm", "from abm import *"])
def test_the_code_of_who_comes_in_by_the_front_door_is_known(line: str, tmp_path: Path) -> None:
    """A run function of a user depends on the model, wherever it has it from: rows of other code are not mixed."""
    mine, bare = tmp_path / "mine.py", tmp_path / "bare.py"
    mine.write_text(f"{line}\n", encoding="utf-8")
    bare.write_text("from abm import ScenarioError\n", encoding="utf-8")
    assert sources.HERE / "persons" / "rules.py" in sources.closure(mine)
    assert sources.HERE / "persons" / "rules.py" not in sources.closure(bare)
    assert sources.HERE / "errors.py" in sources.closure(bare)


def test_a_run_is_the_model_run_to_its_end() -> None:
    changes = {"mind.altruism": 60.0}
    days: list[date] = []
    end = date(2019, 1, 31)
    made = abm.run(persons=500, seed=3, until=end, changes="mind.altruism=60", on_step=days.append)
    model = MutualAidModel("xianghubao", persons=500, seed=3, changes=changes)
    model.run_until(end)
    pd.testing.assert_frame_equal(made.series, model.datacollector.get_model_vars_dataframe())
    assert (made.scenario, made.seed) == (model.case, 3)
    assert days == made.series["date"].tolist()
    assert made.provenance["persons"] == 500
    again = abm.run(abm.load("xianghubao", changes | {"people.persons": 500}), seed=3, until=end, drive="compiled")
    pd.testing.assert_frame_equal(made.series, again.series)


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ({"policy": Historical}, "policy = <class .*Historical'> must be an object of a class of `Policy`"),
        ({"members": (int, int)}, "members = .* must be two classes of `Member`"),
        ({"members": HealthyMember}, "members = .* must be two classes of `Member`"),
    ],
)
def test_a_model_that_is_given_something_of_another_kind_says_what_it_wants(slip: dict, words: str) -> None:
    with pytest.raises(abm.HuzhuError, match=words):
        MutualAidModel(persons=100, seed=1, **slip)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: abm.load(3), "int is no scenario; give the name of one, or the path of one"),
        (lambda: abm.load("xianghubao", "mind.altruism"), "^changes: mind.altruism: write key=value"),
        (lambda: abm.fork("xianghubao", "ab"), "worlds = 'ab' must be changes by name"),
        (lambda: abm.fork("xianghubao", {"a": 3, "b": {}}), "worlds = .* must be changes by name"),
        (lambda: abm.fork("xianghubao", {"a": {}, "b": {}}, seeds=0), "seeds = 0 must be a whole number from 1 up"),
        (lambda: abm.tell("xianghubao", "7", changes="people.persons=100"), "person '7': must be a whole number"),
        (lambda: abm.tell("xianghubao", 1.5, changes="people.persons=100"), "person 1.5: must be a whole number"),
        (lambda: resume("none.huzhu"), "none.huzhu: there is no such checkpoint"),
    ],
)
def test_a_call_with_something_of_another_kind_says_what_it_wants(call: Callable[[], object], words: str) -> None:
    with pytest.raises(abm.HuzhuError, match=words):
        call()


def test_a_scenario_is_found_by_its_path_and_a_seed_by_any_whole_number(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(dump(abm.load("xianghubao", {"people.persons": 200})), encoding="utf-8")
    assert MutualAidModel(tmp_path / "mine.toml", seed=np.int64(7)).seed == 7
    assert abm.load(tmp_path / "mine.toml").people.persons == 200


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ({"case": "xianghbao"}, "no scenario 'xianghbao'; did you mean 'xianghubao'"),
        ({"changes": {"mind.altruismus": 3.0}}, "mind.altruismus: unknown key; did you mean 'altruism'"),
        ({"until": date(2010, 1, 1)}, "2010-01-01"),
        ({"drive": "fast", "persons": 100}, "drive = 'fast' must be"),
        ({"seed": -1, "persons": 100}, "seed = -1 must be a whole number"),
        ({"seed": 1.5, "persons": 100}, "seed = 1.5 must be a whole number"),
        ({"seed": True, "persons": 100}, "seed = True must be a whole number"),
        ({"changes": 3}, "changes = 3 must be values by path"),
        ({"changes": {3: 4}}, "changes = {3: 4} must be values by path"),
        ({"case": {"people": {}}}, "case = .* must be a Scenario, the name of one, or the path of one"),
        ({"until": "2019-01-31"}, "until = '2019-01-31' must be a day, as "),
        ({"changes": "mind.altruism"}, "^changes: mind.altruism: write key=value"),
    ],
)
def test_a_run_that_cannot_be_is_refused_with_its_reason(slip: dict, words: str) -> None:
    with pytest.raises(abm.HuzhuError, match=words):
        abm.run(**slip)
