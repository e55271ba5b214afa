"""What a calibration is asked, and its course from the noise to the set."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from abm.cli.studies import ExecutionPlan, sweep
from abm.errors import HuzhuError, StudyError
from abm.observation.precision import CHANCE, LOG
from abm.scenario.paths import data_files
from abm.study.axis import Axis
from abm.study.calibrate import course, noise, screening
from abm.study.calibrate.calibration import QUICK, Calibration, load_calibration, question_of
from abm.study.calibrate.course import calibrate
from abm.study.calibrate.members import Members
from abm.study.calibrate.record import ASKED as ASKED_FILE
from abm.study.calibrate.record import TO_COME, forecast_study
from abm.study.calibrate.runs import Question, Work
from abm.study.calibrate.space import Space
from abm.study.calibrate.targets import Target
from abm.study.forecast.folder import forecast
from abm.study.study import Study, load_study


def written(folder: Path, text: str) -> str:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_named_scenario_has_a_usual_calibration_and_a_file_says_its_own(tmp_path: Path) -> None:
    assert load_calibration("xianghubao") == Calibration(title="xianghubao", scenario="xianghubao")
    (tmp_path / "mine.toml").write_text('include = ["xianghubao"]\n', encoding="utf-8")
    given = load_calibration(written(tmp_path, 'title = "own"\nscenario = "mine.toml"\npoints = 50\n'))
    assert (given.title, given.points, given.scenario) == ("own", 50, str(tmp_path / "mine.toml"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("point = 50", "own.toml: point"),
        ("points = 3", "own.toml: points = 3"),
        ("noise_seeds = 1", "own.toml: noise_seeds = 1"),
        ("until = 'soon'", "own.toml: until"),
        ("points = ", "own.toml: broken TOML"),
        ("title = '../../elsewhere'", "own.toml: title: '../../elsewhere' must be the name of a folder"),
        ("title = '..'", "own.toml: title: '..' must be the name of a folder"),
        ("title = ''", "own.toml: title: '' must be the name of a folder"),
        ("sizes = [1000, 0]", "own.toml: sizes: 0 persons cannot be simulated"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(HuzhuError) as caught:
        load_calibration(written(tmp_path, text))
    assert str(caught.value).startswith(words)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(HuzhuError, match=r"none\.toml"):
        load_calibration(str(tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("given", "words"),
    [("xianghubo", "no scenario 'xianghubo'; did you mean 'xianghubao'?"), (".", "no scenario '.';")],
)
def test_a_slip_in_the_name_of_a_scenario_is_told(given: str, words: str) -> None:
    with pytest.raises(StudyError) as caught:
        load_calibration(given)
    assert str(caught.value).startswith(words)


def test_data_that_a_calibration_names_are_looked_for_beside_it(tmp_path: Path) -> None:
    place = sorted(data_files())[0]
    asked = load_calibration(written(tmp_path, f'[changes]\n"{place}" = "./own.csv"\n"mind.noise" = 3.0\n'))
    assert asked.changes == {place: str(tmp_path / "own.csv"), "mind.noise": 3.0}


def test_nothing_of_after_2020_can_be_fitted() -> None:
    with pytest.raises(StudyError, match=r"until = 2021-01-01 is after 2020-12-31; what followed is kept aside"):
        question_of(Calibration(until=date(2021, 1, 1)))
    asked = question_of(Calibration())
    assert asked.until == date(2020, 12, 31)


def test_names_vary_by_patterns_and_settings_that_are_changed_do_not() -> None:
    minds = set(question_of(Calibration(vary=("mind.*",))).space.names)
    assert minds
    assert all(name.startswith("mind.") for name in minds)
    few = question_of(Calibration(vary=("mind.*",), left_out=("mind.trust_*",), changes={"mind.noise": 3.0}))
    assert minds - set(few.space.names) == {name for name in minds if name.startswith("mind.trust_")} | {"mind.noise"}
    assert len(question_of(Calibration(), most=24).space.names) <= 24
    with pytest.raises(StudyError, match=r"vary: none of [\d,]+ names with a plausible range is like \['minds"):
        question_of(Calibration(vary=("minds.*",)))


def test_the_quick_form_is_smaller_in_everything_and_never_larger() -> None:
    asked = Calibration(points=35, sizes=(1_000, 2_000)).quick()
    assert {name: getattr(asked, name) for name in QUICK} == QUICK | {"points": 35}
    assert asked.sizes == ()


# The course, on a made-up simulator whose truth is known.

NAMES = ("mind.risk_aversion", "mind.herding", "mind.noise", "mind.anxiety")
SPACE = Space({name: Axis(low=0.0, high=1.0) for name in NAMES})
ASKED = Calibration(title="made up", persons=100, noise_points=6, noise_seeds=3, points=60, seeds=2, waves=2)
ASKED = ASKED.model_copy(update={"members": 20, "rounds": 6, "trajectories": 4})
TRUTH = {"mind.risk_aversion": 0.3, "mind.herding": 0.6}
TARGETS = (
    Target("F1", "xianghubao", "level", LOG, 0.9, 0.0009, 0.0, ()),
    Target("F2", "xianghubao", "slope", LOG, -0.3, 0.0009, 0.0, ()),
    Target("F3", "xianghubao", "open", CHANCE, 1.0, 0.0, 0.0, ()),
)


def simulated(places: np.ndarray, names: tuple[str, ...], seeds: int) -> np.ndarray:
    """Level and slope go by the first two names, their luck by the seed; the other names do nothing."""
    at = {name: places[:, names.index(name)] if name in names else np.full(len(places), 0.5) for name in NAMES}
    luck = np.random.default_rng(7).normal(0.0, 0.02, (seeds, len(TARGETS)))
    first, second = at["mind.risk_aversion"], at["mind.herding"]
    straight = np.column_stack([first + second, first - second, np.ones(len(places))])
    return straight[:, None, :] + luck * [1, 1, 0]


cases: dict[str, Sequence[dict[str, Any]]] = {}  # of the studies that were run last, by title


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of the studies that are run, in the place of which there is a made-up simulator."""
    ran: list[str] = []
    cases.clear()

    def carried_out(asked: Question, study: Study, work: Work) -> np.ndarray:
        ran.append(study.title)
        cases[study.title] = study.cases
        names = asked.space.names
        ends = {name: (axis.low, axis.high) for name, axis in asked.space.axes.items()}
        rows = [
            [(case[name] - ends[name][0]) / (ends[name][1] - ends[name][0]) for name in names] for case in study.cases
        ]
        kept = [TARGETS.index(target) for target in asked.targets]
        return simulated(np.array(rows, float), names, study.replicates)[:, :, kept]

    for module in (course, noise, screening):
        monkeypatch.setattr(module, "carried_out", carried_out)
    question = Question("xianghubao", ("xianghubao",), SPACE, TARGETS, {})
    monkeypatch.setattr(course, "question_of", lambda asked, most=None: question)
    return ran


def test_the_course_comes_to_a_set_around_the_truth_that_stays_wide_where_nothing_is_known(
    made_up: list[str], tmp_path: Path
) -> None:
    said: list[str] = []
    tables = calibrate(ASKED, Work(tmp_path / "out", 1, said.append))
    assert made_up[:4] == ["noise-100", "screening-100", "wave-1", "wave-2"]
    assert set(made_up[4:]) <= {f"set-{number}" for number in range(1, 7)}
    known = tables["known"].set_index("name")
    assert set(known[~known["moves"]].index) == {"mind.noise", "mind.anxiety"}
    for name, place in TRUTH.items():
        assert known.loc[name, "p05"] < place < known.loc[name, "p95"]
        assert known.loc[name, "known"] == "well"
    assert (known.loc[["mind.noise", "mind.anxiety"], "over_plausible"] > 0.7).all()
    assert tables["met"]["inside"].all()
    assert len(tables["members"]) == ASKED.members
    assert tables["waves"]["space_left"].is_monotonic_decreasing
    text = "\n".join(said)
    assert "2 names move no target and are luck in the waves" in text
    assert f"{ASKED.members} of" in text


def test_what_moves_no_target_by_itself_is_drawn_from_its_whole_range_in_every_run(
    made_up: list[str], tmp_path: Path
) -> None:
    calibrate(ASKED, Work(tmp_path / "out", 1, lambda _: None))
    for title in made_up[2:]:
        for name in ("mind.noise", "mind.anxiety"):
            drawn = sorted(case[name] for case in cases[title])
            assert np.allclose(drawn, (np.arange(len(drawn)) + 0.5) / len(drawn), atol=0.5 / len(drawn)), title


def test_the_folder_holds_every_table_what_was_asked_and_the_study_of_the_forecast(
    made_up: list[str], tmp_path: Path
) -> None:
    tables = calibrate(ASKED, Work(tmp_path / "out", 1, lambda _: None))
    for name, table in tables.items():
        assert len(pd.read_csv(tmp_path / "out" / f"{name}.csv")) == len(table), name
    assert load_calibration(str(tmp_path / "out" / ASKED_FILE)) == ASKED
    study = load_study(tmp_path / "out" / TO_COME)
    assert (study.size, study.replicates, study.until) == (ASKED.members, ASKED.seeds, None)
    assert study.cases[0].keys() == set(NAMES)
    made = json.loads((tmp_path / "out" / "provenance.json").read_text(encoding="utf-8"))
    assert (made["members"], made["calibration"]) == (ASKED.members, "made up")


def test_the_same_course_comes_to_the_same_tables(made_up: list[str], tmp_path: Path) -> None:
    for folder in ("one", "two"):
        calibrate(ASKED, Work(tmp_path / folder, 1, lambda _: None))
    for path in sorted((tmp_path / "one").glob("*.csv")):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_where_no_point_matches_that_is_told_and_there_is_no_forecast(
    made_up: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nor that of an earlier course in the same folder."""
    (tmp_path / "out").mkdir()
    for name in ("provenance.json", TO_COME, "met.csv"):
        (tmp_path / "out" / name).write_text("", encoding="utf-8")
    monkeypatch.setattr(course.of_set, "matches", lambda implausible: np.zeros(len(implausible), bool))
    said: list[str] = []
    tables = calibrate(ASKED, Work(tmp_path / "out", 1, said.append))
    assert tables["members"].empty
    assert "none of 120 points matches" in "\n".join(said)
    assert not (tmp_path / "out" / TO_COME).exists()
    assert not (tmp_path / "out" / "met.csv").exists()


def test_a_course_in_which_nothing_moves_anything_says_so(
    made_up: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(course, "idle", lambda table: list(NAMES))
    with pytest.raises(StudyError, match="nothing that varies moves any target"):
        calibrate(ASKED, Work(tmp_path / "out", 1, lambda _: None))
    assert not (tmp_path / "out" / "provenance.json").exists()


def test_a_target_that_hardly_any_run_shows_is_set_aside_and_named(
    made_up: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    measured = course.measure

    def unseen(*given: object, **more: object) -> pd.DataFrame:
        table = measured(*given, **more)
        table.loc[table["target"] == "F2", "freedom"] = 1
        return table

    monkeypatch.setattr(course, "measure", unseen)
    said: list[str] = []
    tables = calibrate(ASKED, Work(tmp_path / "out", 1, said.append))
    assert "set aside, for few runs show them: F2" in said
    assert list(tables["met"]["target"]) == ["F1", "F3"]


@pytest.mark.slow
def test_the_set_goes_on_beyond_2020_as_a_sweep_of_which_a_forecast_is_made(tmp_path: Path) -> None:
    whole = question_of(Calibration(vary=("mind.*",)))
    places = np.full((2, len(whole.space.names)), 0.5)
    places[1] = 0.6
    asked = Calibration(title="small", persons=300, seeds=1)
    study = forecast_study(asked, whole, Members(places, np.zeros((2, 1, 1)), 2))
    sweep(study, ExecutionPlan(tmp_path / "runs", workers=1), lambda _: None)
    said: list[str] = []
    forecast(tmp_path / "runs", None, tmp_path / "forecast", said.append)
    assert "2 runs, 2 points; 2021-01-14 to 2022-01-28" in "\n".join(said)
    assert "left out" not in "\n".join(said)
