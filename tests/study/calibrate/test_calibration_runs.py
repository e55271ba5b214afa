"""Points of a design become runs in a store, and these what they show of each target."""

import math
from array import array
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from abm.errors import StudyError
from abm.scenario.files import load
from abm.study.axis import Axis
from abm.study.calibrate import runs
from abm.study.calibrate.noise import measure
from abm.study.calibrate.runs import Question, Work, carried_out, shown, study_of
from abm.study.calibrate.screening import screen
from abm.study.calibrate.space import Space
from abm.study.calibrate.targets import series_needed, targets_of
from abm.study.study import base_of
from abm.study.sweep import missing
from abm.study.worker import DONE, FAILED, Result
from worlds.made_up import LAUNCH, simulated

PLANS = tuple(load("xianghubao").platform)
SPACE = Space({"mind.risk_aversion": Axis(low=0.5, high=1.5), "mind.herding": Axis(low=0.0, high=2.0)})
ASKED = Question("xianghubao", PLANS, SPACE, targets_of(PLANS), {})
PLACES = np.array([[0.0, 0.5], [1.0, 1.0], [0.5, 0.0]])


def test_every_place_is_a_case_with_the_same_seeds_and_nothing_after_2020_is_run() -> None:
    study = study_of(ASKED, "noise", PLACES, persons=300, seeds=2)
    assert study.cases[1] == {"mind.risk_aversion": 1.5, "mind.herding": 2.0}
    assert (study.runs, list(study.seeds), study.until) == (6, [1, 2], date(2020, 12, 31))
    assert study.series == series_needed(ASKED.targets, PLANS)
    assert base_of(study).people.persons == 300


def test_what_runs_show_is_laid_by_point_seed_and_target() -> None:
    study = study_of(ASKED, "noise", PLACES, persons=300, seeds=2)

    def result(members: float) -> Result:
        series = simulated(members=members)
        kept = {name: array("d", series[name]) for name in study.series}
        return Result(DONE, "", {"first_period": float(LAUNCH), "closings:list": "[]", **kept}, 1.0)

    there = [(0, {}, 1, result(7.0)), (2, {}, 2, result(9.0)), (1, {}, 1, Result(FAILED, "by chance", {}, 1.0))]
    found = shown(study, SimpleNamespace(kept=lambda _: iter(there)), ASKED.targets, PLANS)
    at = [target.name for target in ASKED.targets].index("F016")
    assert found.shape == (3, 2, len(ASKED.targets))
    assert found[0, 0, at] == pytest.approx(math.log(7))
    assert found[2, 1, at] == pytest.approx(math.log(9))
    assert np.isnan(found[1]).all()
    assert np.isnan(found[0, 1]).all()


@pytest.mark.parametrize("failing", [0, 1, 6])
def test_runs_that_fail_are_told_and_where_all_did_there_is_nothing_to_go_on_with(
    failing: int, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    def run_study(study, store, workers, on_result) -> None:
        for number, task in enumerate(missing(study, store)):
            result = Result(FAILED, "by chance", {}, 1.0) if number < failing else Result(DONE, "", {}, 1.0)
            store.add(task.key, task.point, task.seed, result)

    monkeypatch.setattr(runs, "run_study", run_study)
    monkeypatch.setattr(runs, "shown", lambda *_: np.zeros(0))
    said: list[str] = []
    study = study_of(ASKED, "noise", PLACES, persons=300, seeds=2)
    words = f"noise: {failing} of 6 runs failed, one of them for this: by chance"
    if failing == 6:
        with pytest.raises(StudyError, match=words):
            carried_out(ASKED, study, Work(tmp_path, 1, said.append))
    else:
        carried_out(ASKED, study, Work(tmp_path, 1, said.append))
        assert (words in said) == bool(failing)


@pytest.mark.parametrize(("again", "runs_done"), [({}, 0), ({"retry": True}, 2), ({"anew": True}, 6)])
def test_what_failed_is_run_again_or_all_of_it_where_that_is_asked(
    again: dict[str, bool], runs_done: int, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    done: list[int] = []

    def run_study(study, store, workers, on_result) -> None:
        for number, task in enumerate(missing(study, store)):
            failed = not told and number < 2
            result = Result(FAILED, "by chance", {}, 1.0) if failed else Result(DONE, "", dict(outputs), 1.0)
            store.add(task.key, task.point, task.seed, result)
            done.append(number)

    monkeypatch.setattr(runs, "run_study", run_study)
    monkeypatch.setattr(runs, "shown", lambda *_: np.zeros(0))
    study = study_of(ASKED, "noise", PLACES, persons=300, seeds=2)
    outputs = {"first_period": float(LAUNCH), "closings:list": "[]", **dict.fromkeys(study.series, array("d", [1.0]))}
    told: list[str] = []
    carried_out(ASKED, study, Work(tmp_path, 1, lambda _: None))
    told.append("once")
    done.clear()
    carried_out(ASKED, study, Work(tmp_path, 1, lambda _: None, **again))
    assert len(done) == runs_done


@pytest.mark.slow
def test_noise_and_screening_of_small_worlds_are_run_once(tmp_path) -> None:
    """A few hundred persons show members; what is asked anew is read from the store, to the bit."""
    said: list[str] = []
    work = Work(tmp_path, 1, said.append)
    asked = ASKED._replace(until=date(2019, 1, 14))
    noise = measure(asked, [400, 800], work, points=2, seeds=2)
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["noise-400", "noise-800"]
    row = noise[(noise["persons"] == 800) & (noise["target"] == "F011")].iloc[0]
    assert row["freedom"] == 2
    assert 0 < row["between_seeds_sd"] < 1
    assert "4 runs are there already" not in "\n".join(said)
    pd.testing.assert_frame_equal(measure(asked, [400, 800], work, points=2, seeds=2), noise)
    assert "4 runs are there already" in "\n".join(said)
    effects = screen(asked, 400, work, number=2, seeds=2)
    assert set(effects["name"]) == set(SPACE.names)
    assert "F011" in set(effects["target"])
    assert "F091" not in set(effects["target"])  # of 2020, which was not run
