"""A range that is looked up: the study knows its ends by number, and where there is none one line says so."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from abm.cli.main import main
from abm.errors import StoreError, StudyError
from abm.scenario.files import load
from abm.scenario.paths import leaves, plausible_of
from abm.scenario.scenario import Scenario
from abm.study import axis, study
from abm.study.axis import Axis
from abm.study.store import Store
from abm.study.study import Study, dump_study, load_study

FILE = """
scenario = "{scenario}"
persons = 300
until = 2018-11-15
points = 2
outputs = ["closings"]

[vary]
{vary}
"""
MINE = """
include = ["xianghubao"]

[sources]
"mind.altruism" = "{source}"

[plausible]
"mind.herding" = [100, {most}]
"""


def study_file(folder: Path, vary: str, scenario: str = "xianghubao", changes: str = "") -> Path:
    path = folder / "trial.toml"
    path.write_text(FILE.format(vary=vary, scenario=scenario) + changes, encoding="utf-8")
    return path


def mine(folder: Path, source: str = "assumption: a trial of mine", most: int = 400) -> None:
    (folder / "mine.toml").write_text(MINE.format(source=source, most=most), encoding="utf-8")


def test_a_plausible_axis_is_the_range_of_the_declaration(tmp_path: Path) -> None:
    study = load_study(study_file(tmp_path, "mind.altruism = { plausible = true }"))
    assert study.vary == {"mind.altruism": Axis(low=0, high=60)}
    assert [point["mind.altruism"] for point in study.point_list()] == [0, 60]


def test_a_plausible_axis_keeps_its_scale(tmp_path: Path) -> None:
    study = load_study(study_file(tmp_path, 'mind.noise = { plausible = true, scale = "log" }'))
    assert study.vary == {"mind.noise": Axis(low=5, high=100, scale="log")}


def test_the_range_of_the_scenario_of_the_study_comes_first(tmp_path: Path) -> None:
    mine(tmp_path)
    study = load_study(study_file(tmp_path, '"mind.herding" = { plausible = true }', "mine.toml"))
    assert study.vary == {"mind.herding": Axis(low=100, high=400)}


def test_a_study_made_in_python_looks_its_ranges_up_too() -> None:
    study = Study(vary={"mind.altruism": Axis(plausible=True)}, points=3, outputs=("closings",))
    assert study.vary == {"mind.altruism": Axis(low=0, high=60)}


def test_the_changes_of_a_study_count_where_a_range_is_looked_up() -> None:
    """Shocks that are replaced take the ranges of the old ones with them."""
    axis, others = {"shocks.0.factor": Axis(plausible=True)}, load("xianghubao").model_dump()["shocks"][1:]
    study = Study(vary=axis, points=2, outputs=("closings",))
    assert study.vary == {"shocks.0.factor": Axis(low=0.2, high=0.6)}
    with pytest.raises(ValueError, match=r"vary\.shocks\.0\.factor: no plausible range is known"):
        Study(vary=axis, points=2, outputs=("closings",), changes={"shocks": others})


def test_the_study_beside_the_results_holds_the_ends_by_number(tmp_path: Path) -> None:
    file, out = study_file(tmp_path, "mind.altruism = { plausible = true }"), tmp_path / "out"
    assert main(["sweep", str(file), "--workers", "1", "--out", str(out)]) == 0
    written = (out / "study.toml").read_text(encoding="utf-8")
    assert "plausible" not in written
    assert load_study(out / "study.toml") == load_study(file)
    assert 'low = 0.0\nhigh = 60.0\nscale = "linear"' in written


def test_another_range_is_another_study(tmp_path: Path) -> None:
    mine(tmp_path)
    file = study_file(tmp_path, '"mind.herding" = { plausible = true }', "mine.toml")
    with Store(tmp_path / "runs", load_study(file)):
        pass
    mine(tmp_path, most=300)
    with pytest.raises(StoreError, match="another study, 'untitled', which differs in the scenario itself"):
        Store(tmp_path / "runs", load_study(file))


def test_a_grid_of_millions_is_counted_and_not_made(tmp_path: Path) -> None:
    """That there are not so many whole numbers is known without a look at each."""
    head = 'points = 3\noutputs = ["closings"]\n[vary]\npeople.population = { low = 1_000_000, high = 2_000_000 }\n'
    (tmp_path / "fine.toml").write_text(head.replace("points = 3", "points = 1_000_000"), encoding="utf-8")
    assert load_study(tmp_path / "fine.toml").size == 1_000_000
    (tmp_path / "fine.toml").write_text(head.replace("points = 3", "points = 1_500_000"), encoding="utf-8")
    with pytest.raises(StudyError, match=r"points = 1500000 are more than the whole numbers in the range of people\."):
        load_study(tmp_path / "fine.toml")


def test_a_study_written_out_keeps_its_ends_when_the_range_is_another(tmp_path: Path) -> None:
    mine(tmp_path)
    study = load_study(study_file(tmp_path, '"mind.herding" = { plausible = true }', "mine.toml"))
    (tmp_path / "again.toml").write_text(dump_study(study), encoding="utf-8")
    mine(tmp_path, most=300)
    assert load_study(tmp_path / "again.toml").vary == {"mind.herding": Axis(low=100, high=400)}


SLIPS = [
    ('"mind.altruism" = { plausible = true, low = 3 }', "vary.mind.altruism: plausible = true takes low and high from"),
    ('"mind.altruism" = { plausible = true, high = 3 }', "vary.mind.altruism: plausible = true takes low and high"),
    ('"mind.altruism" = { plausible = true, values = [1] }', "vary.mind.altruism: plausible = true takes low and high"),
    (
        '"mind.altruism" = { plausible = false }',
        "vary.mind.altruism: needs values, or low and high, or plausible",
    ),
    ('"mind.altruism" = { plausible = 1 }', "vary.mind.altruism.plausible = 1 must be true or false"),
    (
        '"mind.altruism" = { plausible = true, scale = "log" }',
        "vary.mind.altruism: low = 0 must be above 0 where",
    ),
    ('"mind.altruism" = { plausible = true, scale = "lgo" }', "vary.mind.altruism.scale = 'lgo' must be 'linear' or"),
    ('"mind.altruism" = { plausibel = true }', "vary.mind.altruism.plausibel: unknown key; did you mean 'plausible'?"),
    ('"mind.altruisn" = { plausible = true }', "vary: mind.altruisn: unknown key; did you mean 'altruism'?"),
    ('"people.age_structure" = { plausible = true }', "vary.people.age_structure: no plausible range is known (CNNIC"),
    ('"mind.trust_from_aid" = { plausible = true }', "vary.mind.trust_from_aid: no plausible range is known (assump"),
    (
        '"platform.xianghubao.waiting_days" = { plausible = true }',
        "vary.platform.xianghubao.waiting_days: no plausible range is known (F111); give low and high",
    ),
    ('"mind.altruism" = { plausible = true }\n[changes]\n"mind.optimsm" = 1.0', "changes: mind.optimsm: unknown key"),
    ('"mind.altruism" = { plausible = true }\n[changes]\n"mind.altruism" = 1.0', "is in vary and in changes; leave it"),
]


@pytest.mark.parametrize(("vary", "expected"), SLIPS, ids=lambda value: value)
def test_a_slip_in_a_plausible_axis_gets_one_line_and_leaves_nothing(
    vary: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = study_file(tmp_path, vary)
    assert main(["sweep", str(file), "--workers", "1", "--out", str(tmp_path / "out")]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("huzhu: trial.toml: ")
    assert expected in said
    assert [path.name for path in tmp_path.iterdir()] == ["trial.toml"]


def test_an_unknown_scenario_is_named_before_a_range_is_looked_up(tmp_path: Path) -> None:
    file = study_file(tmp_path, "mind.altruism = { plausible = true }", "xianhubao")
    with pytest.raises(StudyError, match=r"trial\.toml: scenario: no scenario 'xianhubao'; did you mean 'xiangh"):
        load_study(file)


def test_a_fact_of_the_scenario_leaves_nothing_to_vary(tmp_path: Path) -> None:
    mine(tmp_path, source="F145: they call their shares gifts")
    file = study_file(tmp_path, '"mind.altruism" = { plausible = true }', "mine.toml")
    with pytest.raises(StudyError, match=r"vary\.mind\.altruism: no plausible range is known \(F145: they call"):
        load_study(file)


def test_a_drawn_study_of_many_ranges_is_checked_in_four_worlds_and_names_who_is_to_blame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []

    def counted(scenario: str, settings: Mapping[str, Any], place: str) -> Scenario:
        made.append(len(settings))
        return axis.loaded(scenario, settings, place)

    monkeypatch.setattr(study, "loaded", counted)
    scenario = load("xianghubao")
    paths = [path for path, _ in leaves(scenario) if plausible_of(scenario, path) and path != "friends.degree"]
    vary = {path: Axis(plausible=True) for path in paths}
    drawn: dict[str, Any] = {"design": "latin_hypercube", "points": 2, "outputs": ("closings",)}
    study.base_of(Study(vary=vary, **drawn))
    assert len(paths) > 100
    assert made == [0] + [len(paths)] * 4

    made.clear()
    wrong = "insurance.commercial.ill_again"  # of a product that ends at a diagnosis
    with pytest.raises(StudyError, match="ill_again is for a product that goes on after a diagnosis"):
        study.base_of(Study(vary={"mind.altruism": Axis(low=0, high=30), wrong: Axis(low=0, high=1)}, **drawn))
    assert made == [0, 2, 2, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("people.population", 200_000, 1_000_000), ("people.persons", 100_000, 1_000_000), "population"),
        (("insurance.city.reach", 0, 0.7), ("insurance.commercial.reach", 0, 0.7), "reach of all products on sale"),
    ],
)
def test_ranges_whose_ends_together_are_no_world_are_refused(
    one: tuple[str, float, float], other: tuple[str, float, float], expected: str
) -> None:
    vary = {path: Axis(low=low, high=high) for path, low, high in (one, other)}
    changes = {"insurance.city.on_sale": True, "insurance.commercial.on_sale": True}
    drawn = Study(vary=vary, changes=changes, design="latin_hypercube", points=2, outputs=("closings",))
    with pytest.raises(StudyError, match=expected):
        study.base_of(drawn)
