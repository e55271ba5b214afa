"""Changes of a scenario: nested or by dotted path, of Python, numpy or pandas, they say the same and lose nothing."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from abm.draws import seed_of
from abm.errors import ModelError, ScenarioError
from abm.model import MutualAidModel
from abm.scenario.declare import found_at
from abm.scenario.files import load, scenario_of

LAUNCH = "platform.xianghubao.launch"


@pytest.mark.parametrize(
    ("nested", "flat"),
    [
        ({"platform": {"xianghubao": {"fee_rate": 0.2}}}, {"platform.xianghubao.fee_rate": 0.2}),
        ({"platform.xianghubao.stopped": {"fee_rate": 0.2}}, {"platform.xianghubao.stopped.fee_rate": 0.2}),
        ("platform.xianghubao.stopped={ fee_rate = 0.2 }", {"platform.xianghubao.stopped.fee_rate": 0.2}),
        ({"mind": {"altruism": 3.0}, "slots": 2}, {"mind.altruism": 3.0, "slots": 2}),
        ({"calendar": {}}, {}),
    ],
)
def test_a_nested_change_changes_what_it_names_and_the_rest_stays(nested: Any, flat: Any) -> None:
    assert load("xianghubao", nested) == load("xianghubao", flat)
    assert scenario_of(load("xianghubao"), None, nested) == load("xianghubao", flat)


def test_a_scenario_takes_changes_inside_its_lists_as_a_file_does() -> None:
    """So every run of a study does: it changes the scenario that was read once."""
    cheaper = {"platform.xianghubao.bands.1.cover": 50_000.0}
    assert scenario_of(load("xianghubao"), None, cheaper) == load("xianghubao", cheaper)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("people.tier_incomes.2", 40_000.0),
        ("insurance.city.launches.0", date(2020, 5, 1)),
        ("platform.pool.bands.0.cover", 100_000.0),
        ("platform.pool.closing_rules.4", "losses"),
    ],
)
def test_a_list_that_only_its_declaration_states_is_changed_by_path_too(path: str, value: Any, tmp_path: Path) -> None:
    bare = tmp_path / "bare.toml"
    bare.write_text("[platform.pool]\n")
    changed = load(bare, {path: value})
    assert found_at(changed, path)[1] == value
    assert changed == scenario_of(load(bare), None, {path: value})  # where every list is written out


def test_an_empty_list_is_given_whole() -> None:
    with pytest.raises(ScenarioError, match=r"amendments.0.fee_rate: the list is empty; give it whole"):
        load("jd", {"platform.jd.amendments.0.fee_rate": 0.1})


def test_nested_sources_and_ranges_are_added_to_those_there_are() -> None:
    word, span = {"mind.altruism": "assumption: a trial"}, {"mind.altruism": (1.0, 40.0)}
    before, after = load("xianghubao"), load("xianghubao", {"sources": word, "plausible": span})
    assert after.sources == before.sources | word
    assert after.plausible == before.plausible | span


def test_a_table_founds_a_platform_and_a_misspelt_one_does_not() -> None:
    new = {"platform": {"young": {"bands": [{"age_from": 18, "age_to": 34, "cover": 200_000}]}}}
    assert list(load("xianghubao", new).platform) == ["xianghubao", "young"]
    with pytest.raises(ScenarioError, match="no platform 'xianghubaoo'; did you mean 'xianghubao'"):
        load("xianghubao", {"platform": {"xianghubaoo": {"fee_rate": 0.1}}})
    twin = {"platform.xianghubao2": {"launch": date(2019, 1, 1)}}
    assert list(load("xianghubao", twin).platform) == ["xianghubao", "xianghubao2"]


def test_a_product_may_have_a_name_that_is_like_another() -> None:
    assert "city2" in load("xianghubao", {"insurance.city2": {"premium": 200.0}}).insurance.products


@pytest.mark.parametrize(
    "changes",
    [
        "health.incidence_file=./a.csv",
        {"health.incidence_file": "./a.csv"},
        {"health": {"incidence_file": "./a.csv"}},
    ],
)
def test_a_data_file_that_a_change_names_is_in_the_working_folder(
    changes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for scenario in (load("xianghubao", changes), scenario_of(load("xianghubao"), None, changes)):
        assert scenario.health.incidence_file == str(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ({"people.persons": np.int64(500)}, {"people.persons": 500}),
        ({"people.persons": 1e4}, {"people.persons": 10_000}),
        ("people.persons=1e4", {"people.persons": 10_000}),
        ({"platform.xianghubao.waiting_days": np.float64(30)}, {"platform.xianghubao.waiting_days": 30}),
        ({"mind.altruism": np.float32(3)}, {"mind.altruism": 3.0}),
        ({"people.fellows": np.bool_(False)}, {"people.fellows": False}),
        ({"people.tier_shares": np.array([0.5, 0.3, 0.2])}, {"people.tier_shares": (0.5, 0.3, 0.2)}),
        ({"people.tier_shares": pd.Series([0.5, 0.3, 0.2])}, {"people.tier_shares": (0.5, 0.3, 0.2)}),
        ({LAUNCH: pd.Timestamp("2018-11-01")}, {LAUNCH: date(2018, 11, 1)}),
        (
            {LAUNCH: np.datetime64("2018-11-01", "ns")},
            {LAUNCH: date(2018, 11, 1)},
        ),
        (pd.DataFrame({"slots": [2, 3], "mind.altruism": [1.0, 2.0]}).iloc[0], {"slots": 2, "mind.altruism": 1.0}),
    ],
)
def test_numbers_and_days_of_numpy_and_pandas_are_numbers_and_days(given: Any, plain: Any) -> None:
    assert load("xianghubao", given) == load("xianghubao", plain)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"people.persons": 0.5}, "people.persons = 0.5 must be integer"),
        ({"people.persons": 1e300}, r"people.persons = 10*\.*.*is above"),
        ({"people.persons": float("nan")}, "people.persons = nan must be"),
        ({"people.persons": True}, "people.persons = True must be integer"),
        ({LAUNCH: pd.NaT}, "launch = NaT must be date"),
        ({LAUNCH: np.datetime64("2018-11-01T12", "ns")}, "launch = datetime.*must be date"),
        ({LAUNCH: datetime(2018, 11, 1, 12)}, "launch = datetime.*must be date"),
    ],
)
def test_what_would_lose_something_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        load("xianghubao", changes)


@pytest.mark.parametrize("seed", [7, np.int64(7), np.uint32(7), 7.0, np.float64(7), "7"])
def test_a_seed_may_be_written_in_many_ways(seed: Any) -> None:
    assert seed_of(seed) == 7


@pytest.mark.parametrize("seed", [7.5, "7.5", "seven", "", True, -1, "-1", 1 << 32, "9" * 30, [7], float("inf")])
def test_what_is_no_seed_is_refused(seed: Any) -> None:
    with pytest.raises(ModelError, match="must be a whole number from 0 to 4294967295"):
        seed_of(seed)


def test_a_model_takes_its_seed_by_the_name_that_mesa_gives_it_too() -> None:
    by_both = [MutualAidModel(persons=200, seed=5), MutualAidModel(persons=200, rng=5)]
    assert by_both[0].seed == by_both[1].seed == 5
    assert (by_both[0].persons == by_both[1].persons).all()
    with pytest.raises(ModelError, match="seed = 5 and rng = 6 are two names of one thing"):
        MutualAidModel(persons=200, seed=5, rng=6)
