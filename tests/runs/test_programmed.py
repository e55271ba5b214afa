"""A run resumed goes on with what the user programmed, or says in a line what it lacks."""

from collections.abc import Callable
from pathlib import Path

import mesa
import numpy as np
import pytest

from abm.agents import HealthyMember, HighRiskMember
from abm.errors import CheckpointError
from abm.model import MutualAidModel
from abm.persons.state import Status
from abm.runs.checkpoint import resume, save
from worlds.busy import busy, digest, finish
from worlds.programmed import Moody, Patient, Rumoured, moody, patient, rumoured

OWN = {moody: {"members": (Moody, HighRiskMember)}, rumoured: {"model_class": Rumoured}, patient: {"policy": Patient()}}


@pytest.mark.parametrize("make", list(OWN))
def test_a_run_of_ones_own_classes_resumed_is_the_run_that_never_stopped(
    make: Callable[[], MutualAidModel], tmp_path: Path
) -> None:
    before, whole = finish(make(), 10), finish(make(), 20)
    save(before, tmp_path / "a.huzhu")
    resumed = resume(tmp_path / "a.huzhu", **OWN[make])
    save(resumed, tmp_path / "b.huzhu")
    assert (tmp_path / "b.huzhu").read_bytes() == (tmp_path / "a.huzhu").read_bytes()
    finish(resumed, 20)
    assert type(resumed) is type(whole)
    assert digest(resumed) == digest(whole) != digest(finish(busy(), 20))
    assert (resumed.events, resumed.added) == (whole.events, whole.added)
    assert vars(resumed.regulator.policy) == vars(whole.regulator.policy)
    for name in ("mood", "plan", "met"):
        theirs, ours = ([getattr(each, name, None) for each in model.members] for model in (resumed, whole))
        assert theirs == ours
        assert [type(each) for each in theirs] == [type(each) for each in ours]


class Looking(HealthyMember):
    """Looks at rows of the model, which a model of its own has for it after a restart."""

    views = (*HealthyMember.views, "_others")

    def choose(self) -> None:
        self._others = self.model.persons[: self.row]
        super().choose()


def test_views_that_a_class_names_are_looked_up_anew(tmp_path: Path) -> None:
    model = finish(busy(members=(Looking, HighRiskMember)), 6)
    save(model, tmp_path / "a.huzhu")
    resumed = resume(tmp_path / "a.huzhu", members=(Looking, HighRiskMember))
    assert digest(finish(resumed, 8)) == digest(finish(model, 8))


def test_a_policy_handed_over_is_not_shared_between_the_models(tmp_path: Path) -> None:
    model = finish(patient(), 7)
    save(model, tmp_path / "a.huzhu")
    finish(model, 9)
    resumed = resume(tmp_path / "a.huzhu", policy=model.regulator.policy)
    assert (resumed.regulator.policy.times, model.regulator.policy.times) == (7, 9)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (moody, "was made with Moody and HighRiskMember, not HealthyMember and HighRiskMember; .* as members="),
        (rumoured, "was made with Rumoured, not MutualAidModel; hand it to resume as model_class="),
        (patient, "was made under the policy Patient, not LaissezFaire; hand it to resume"),
    ],
)
def test_classes_of_ones_own_have_to_be_handed_over_again(
    make: Callable[[], MutualAidModel], words: str, tmp_path: Path
) -> None:
    save(finish(make(), 2), tmp_path / "a.huzhu")
    with pytest.raises(CheckpointError, match=rf"a\.huzhu: {words}"):
        resume(tmp_path / "a.huzhu")


def test_nor_are_other_classes_taken_than_a_run_had(tmp_path: Path) -> None:
    save(busy(), tmp_path / "a.huzhu")
    with pytest.raises(CheckpointError, match="was made with MutualAidModel, not Rumoured"):
        resume(tmp_path / "a.huzhu", model_class=Rumoured)


class Remembering(HealthyMember):
    """Overrides no phase, and holds something all the same."""

    def __init__(self, model: MutualAidModel, row: int) -> None:
        super().__init__(model, row)
        self.number = row


def test_what_members_hold_asks_for_members(tmp_path: Path) -> None:
    members = (Remembering, HighRiskMember)
    save(busy(members=members), tmp_path / "a.huzhu")
    with pytest.raises(CheckpointError, match="its members have attributes of their own; leave drive at 'auto'"):
        resume(tmp_path / "a.huzhu", members=members, drive="compiled")


def test_what_was_set_from_outside_and_what_was_seen_last_are_there_again(tmp_path: Path) -> None:
    model = finish(busy(), 5)
    model.world.incidence[:] *= 2
    model.rumour = (np.int16(3), None, {1: "one", model.day: 2.5})
    model.member(4).note = True
    save(model, tmp_path / "a.huzhu")
    resumed = resume(tmp_path / "a.huzhu")
    assert (resumed.rumour, resumed.member(4).note) == (model.rumour, True)
    assert resumed.latest == pytest.approx(model.latest, rel=0, abs=0, nan_ok=True)
    assert type(resumed.rumour[0]) is np.int16
    assert digest(finish(resumed, 8)) == digest(finish(model, 8))


class Journalist(mesa.Agent):
    """An agent of a class that the model does not have."""


def shared(model: MutualAidModel) -> None:
    model.member(1).heard = model.member(2).heard = []


@pytest.mark.parametrize(
    ("add", "words"),
    [
        (lambda model: setattr(model, "f", len), r"^model\.f = <built-in function len> cannot be held"),
        (lambda model: setattr(model, "rows_of_mine", np.zeros(3)), r"^model\.rows_of_mine = array"),
        (
            lambda model: setattr(model.member(3), "friend", model.member(4)),
            r"^H\w+Member\.friend = <.*> cannot be held",
        ),
        (lambda model: setattr(model.member(3), "last", Status.LEFT), r"^H\w+Member\.last = .*LEFT.* cannot be held"),
        (lambda model: setattr(model.regulator.policy, "known", {1, 2}), r"^policy\.known = \{1, 2\} cannot be held"),
        (lambda model: setattr(model.platforms[0], "mine", object()), r"^Platform\.mine = <object .* cannot be held"),
        (shared, r"^H\w+Member\.heard = \[\] is shared, and would come back as two; pickle the model"),
        (Journalist, "^agents of Journalist cannot be held by a checkpoint; pickle the model, which keeps all"),
        (
            lambda model: model.datacollector.model_reporters.update(x=lambda _: 1),
            "^x of the data collector cannot be held by a checkpoint; pickle the model, which keeps all",
        ),
        (lambda model: model.datacollector.agent_reporters.update(paid="paid"), "^paid of the data collector cannot"),
    ],
)
def test_what_would_not_come_back_is_not_saved_and_the_line_says_what_would_keep_it(
    add: Callable[[MutualAidModel], None], words: str, tmp_path: Path
) -> None:
    model = busy()
    add(model)
    with pytest.raises(CheckpointError, match=words):
        save(model, tmp_path / "a.huzhu")
    assert list(tmp_path.iterdir()) == []
