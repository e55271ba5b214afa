"""A run that goes on from a checkpoint is the run that never stopped."""

import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from abm.agents.platform import Platform
from abm.errors import CheckpointError, FileError
from abm.files import DATA
from abm.model import MutualAidModel
from abm.observation.events import EventKind
from abm.persons.state import Trait
from abm.platforms.closing import ClosingKind
from abm.runs.checkpoint import resume, save
from worlds.busy import busy, digest, finish, series, teeming
from worlds.endings import ending_market, turned_on


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of a busy little world after 13 steps."""
    path = tmp_path_factory.mktemp("kept") / "a.huzhu"
    save(finish(busy(), 13), path)
    return path


@pytest.mark.parametrize(
    ("make", "stop"),
    [
        (busy, 1),
        (busy, 24),
        (teeming, 1),
        (teeming, 24),
        (ending_market, 13),
        (ending_market, 24),
        pytest.param(turned_on, 13, marks=pytest.mark.slow),
        pytest.param(turned_on, 24, marks=pytest.mark.slow),
    ],
)
def test_a_run_resumed_is_the_run_that_never_stopped(
    make: Callable[[], MutualAidModel], stop: int, tmp_path: Path
) -> None:
    before, whole = finish(make(), stop), finish(make(), 36)
    save(before, tmp_path / "a.huzhu")
    resumed = resume(tmp_path / "a.huzhu", policy=before.regulator.policy)
    assert resumed.events == before.events
    finish(resumed, 36)
    assert digest(resumed) == digest(whole)
    assert (resumed.events, resumed.closings) == (whole.events, whole.closings)
    resumed.audit()


@pytest.mark.slow
def test_with_every_mechanism_turned_on_agents_do_as_the_loops_do_and_much_happens() -> None:
    compiled, agents = (finish(turned_on(drive=drive), 30) for drive in ("compiled", "agents"))
    assert digest(compiled) == digest(agents)
    assert compiled.mood > 0
    assert (compiled.persons["traits"] & Trait.SETTLED).any()
    alarms = series(compiled).filter(like="alarm_").max()
    assert set(alarms.index[alarms == 0]) == {"alarm_deposits"}  # on which nothing weighs in this world


def test_a_change_to_what_is_so_already_changes_nothing(tmp_path: Path) -> None:
    """The diagnosed of the last step before a checkpoint are not diagnosed again after it."""
    before, whole = finish(teeming(), 24), finish(teeming(), 36)
    save(before, tmp_path / "a.huzhu")
    same = {"platform.xianghubao.case_cap": before.case.platform["xianghubao"].case_cap}
    assert digest(finish(resume(tmp_path / "a.huzhu", same), 36)) == digest(whole)


def test_kinds_come_back_as_kinds_and_not_as_bare_words(tmp_path: Path) -> None:
    model = finish(ending_market(), 24)
    save(model, tmp_path / "a.huzhu")
    resumed = resume(tmp_path / "a.huzhu", policy=model.regulator.policy)
    assert resumed.closings
    assert {type(each.kind) for each in resumed.closings} == {ClosingKind}
    assert {type(event["kind"]) for event in resumed.events} == {EventKind}
    assert [each.levers for each in resumed.platforms] == [each.levers for each in model.platforms]
    assert [each.census for each in resumed.platforms] == [each.census for each in model.platforms]


@pytest.mark.parametrize(
    ("term", "value", "read"),
    [
        ("effort", 0.9, lambda plan: plan.levers.effort),
        ("custody", True, lambda plan: plan.in_custody),
        ("brand", 0.3, lambda plan: plan.brand),
    ],
)
def test_what_a_plan_starts_from_can_be_set_again_at_a_checkpoint(
    term: str, value: object, read: Callable[[Platform], object], kept: Path
) -> None:
    path = f"platform.xianghubao.{term}"
    assert read(resume(kept).platforms[0]) != value
    assert read(resume(kept, {path: value}).platforms[0]) == value


def test_a_policy_of_ones_own_has_to_be_handed_over_again(tmp_path: Path) -> None:
    save(ending_market(), tmp_path / "a.huzhu")
    with pytest.raises(CheckpointError, match="was made under the policy WarnRectifyAndGuarantee, not LaissezFaire"):
        resume(tmp_path / "a.huzhu")


def test_either_drive_goes_on_from_the_same_file(kept: Path) -> None:
    assert digest(finish(resume(kept, drive="agents"), 25)) == digest(finish(resume(kept, drive="compiled"), 25))


def test_saving_changes_nothing_and_saves_the_same_bytes(tmp_path: Path) -> None:
    model = finish(busy(), 13)
    before = digest(model)
    save(model, tmp_path / "a.huzhu")
    assert digest(model) == before
    save(resume(tmp_path / "a.huzhu"), tmp_path / "b.huzhu")
    with zipfile.ZipFile(tmp_path / "a.huzhu") as one, zipfile.ZipFile(tmp_path / "b.huzhu") as two:
        assert json.loads(one.read("checksums.json")) == json.loads(two.read("checksums.json"))


def test_a_change_takes_hold_from_the_checkpoint_on(kept: Path) -> None:
    changed, same = (finish(resume(kept, changes), 30) for changes in ({"mind.noise": 5_000.0}, {}))
    assert changed.latest["xianghubao.members"] != same.latest["xianghubao.members"]
    assert (
        changed.datacollector.model_vars["xianghubao.members"][:13]
        == same.datacollector.model_vars["xianghubao.members"][:13]
    )
    taxed = finish(resume(kept, {"platform.xianghubao.fee_rate": 0.5}), 30)
    assert taxed.ledger.balances["xianghubao.own"] > same.ledger.balances["xianghubao.own"]
    taxed.audit()


def test_a_change_overrules_what_the_regulator_made_of_the_terms(tmp_path: Path) -> None:
    """The fee was set to 8 % when the product was stopped as insurance."""
    model = finish(MutualAidModel("xianghubao", persons=5_000, seed=1), 8)
    assert model.platforms[0].terms.fee_rate == 0.08
    save(model, tmp_path / "a.huzhu")
    resumed = finish(resume(tmp_path / "a.huzhu", {"platform.xianghubao.fee_rate": 0.3}), 9)
    assert resumed.platforms[0].terms.fee_rate == 0.3


def test_what_is_settled_cannot_be_changed_midway(kept: Path) -> None:
    for path, value in (("people.credit_mean", 700.0), ("friends.degree", 4), ("slots", 2), ("mind.altruism", 5.0)):
        with pytest.raises(CheckpointError, match=rf"{path.split('.')[0]}.*: cannot change midway"):
            resume(kept, {path: value})


def test_a_damaged_checkpoint_is_refused(kept: Path, tmp_path: Path) -> None:
    whole = kept.read_bytes()
    (tmp_path / "half.huzhu").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError, match=r"half.huzhu: is not a whole checkpoint"):
        resume(tmp_path / "half.huzhu")
    at = whole.index(b"persons.npy") + 4_000
    (tmp_path / "bent.huzhu").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    with pytest.raises(CheckpointError, match=r"bent.huzhu: is (damaged|not a whole checkpoint)"):
        resume(tmp_path / "bent.huzhu")
    with pytest.raises(CheckpointError, match=r"none.huzhu: there is no such checkpoint"):
        resume(tmp_path / "none.huzhu")


def test_a_checkpoint_without_room_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be written"):
        save(busy(), tmp_path / "nowhere" / "a.huzhu")
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_whose_rates_have_changed_since_is_not_gone_on_from(tmp_path: Path) -> None:
    rates = tmp_path / "mine.csv"
    rates.write_bytes((DATA / "incidence.csv").read_bytes())
    model = finish(MutualAidModel(persons=200, seed=1, changes={"health.incidence_file": str(rates)}), 2)
    save(model, tmp_path / "a.huzhu")
    assert resume(tmp_path / "a.huzhu").now == model.now
    rates.write_text(rates.read_text().replace("CI_2020_28_diseases,50,male,0.0", "CI_2020_28_diseases,50,male,0.1"))
    with pytest.raises(CheckpointError, match=r"health\.incidence_file = '.*mine\.csv' holds other rows by now"):
        resume(tmp_path / "a.huzhu")


@pytest.mark.parametrize(
    ("nested", "flat"),
    [
        ({"platform": {"xianghubao": {"fee_rate": 0.2}}}, {"platform.xianghubao.fee_rate": 0.2}),
        ("platform.xianghubao={ effort = 1.0 }", {"platform.xianghubao.effort": 1.0}),
        ({"supervision": {"policy": "laissez_faire"}}, {"supervision.policy": "laissez_faire"}),
    ],
)
def test_a_nested_change_at_a_checkpoint_is_that_change(nested: Any, flat: Any, tmp_path: Path) -> None:
    model = finish(MutualAidModel(persons=300, seed=1), 12)
    save(model, tmp_path / "a.huzhu")
    assert model.platforms[0].changes["fee_rate"] == 0.08
    assert digest(finish(resume(tmp_path / "a.huzhu", nested), 16)) == digest(
        finish(resume(tmp_path / "a.huzhu", flat), 16)
    )


def test_a_nested_change_of_the_past_is_refused_too(kept: Path) -> None:
    with pytest.raises(CheckpointError, match=r"platform\.xianghubao\.launch: cannot change midway"):
        resume(kept, {"platform": {"xianghubao": {"launch": date(2018, 11, 1)}}})
