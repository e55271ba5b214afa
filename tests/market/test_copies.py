"""A copy of a model is a whole model: it goes on by itself, and looks at nobody's rows but its own."""

import copy
import gc
import pickle
import subprocess
import sys
import weakref
from collections.abc import Callable
from typing import Any

import mesa
import numpy as np
import pytest

from abm.agents import HealthyMember, HighRiskMember
from abm.errors import ModelError
from abm.model import MutualAidModel
from worlds.busy import busy, digest, finish, teeming
from worlds.endings import ending_market
from worlds.programmed import moody, patient, rumoured


def through_pickle(model: MutualAidModel) -> MutualAidModel:
    copied: MutualAidModel = pickle.loads(pickle.dumps(model))
    return copied


def through_an_agent(model: MutualAidModel) -> MutualAidModel:
    member = copy.deepcopy(model.member(3))
    assert member is member.model.member(3)
    return member.model


WAYS = (copy.copy, copy.deepcopy, through_pickle, through_an_agent)


@pytest.mark.parametrize("make", [busy, teeming, ending_market, moody, patient, rumoured])
def test_a_copy_goes_on_by_itself_as_the_model_would_have(make: Callable[[], MutualAidModel]) -> None:
    model = finish(make(), 8)
    copies = [way(model) for way in WAYS]
    at_copying = digest(model)
    for each in copies:
        assert type(each) is type(model)
        finish(each, 16)
        each.audit()
    assert digest(model) == at_copying
    finish(model, 16)
    assert digest(model) != at_copying
    for each in copies:
        assert digest(each) == digest(model)
        assert (each.events, each.closings) == (model.events, model.closings)


def test_members_of_a_copy_look_at_its_own_rows() -> None:
    model = finish(busy(), 12)
    member = model.member(7)
    assert member.age >= 0  # has looked at its row before
    for way in WAYS:
        theirs = way(model)
        theirs.persons["income"][7] = 12.0
        assert theirs.member(7).income == 12
        assert theirs.agents_by_type[type(member)].select(lambda each: each.row == 7)[0].income == 12
    assert member.income > 12


def test_agents_of_a_copy_are_numbered_on() -> None:
    model = busy()
    for way in WAYS:
        copied = way(model)
        numbers = [agent.unique_id for agent in copied.agents]
        assert numbers == [agent.unique_id for agent in model.agents]
        assert HealthyMember(copied, 0).unique_id == max(numbers) + 1


def test_a_model_goes_on_in_another_process() -> None:
    model = finish(busy(), 6)
    goes_on = "import pickle, sys; model = pickle.load(sys.stdin.buffer); model.step()"
    goes_on += "; sys.stdout.buffer.write(model.persons.tobytes() + model.memberships.tobytes())"
    given = {"input": pickle.dumps(model), "capture_output": True, "check": True}
    done = subprocess.run([sys.executable, "-c", goes_on], **given)
    model.step()
    assert done.stdout == model.persons.tobytes() + model.memberships.tobytes()


def test_a_copy_that_nobody_holds_goes_from_memory() -> None:
    model = busy()
    gone = weakref.ref(copy.deepcopy(model))
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("way", WAYS)
def test_views_of_ones_own_are_not_copied_as_if_they_still_showed_the_rows(way: Callable[..., Any]) -> None:
    model = busy()
    model.incomes = model.persons["income"]
    with pytest.raises(ModelError, match="MutualAidModel: incomes is a view onto rows of its model"):
        way(model)
    model.incomes = model.persons["income"].copy()
    assert np.array_equal(way(model).incomes, model.incomes)
    model.member(3).friends = [model.memberships[4][0], model.memberships[5][0]]
    with pytest.raises(ModelError, match=r"HealthyMember \d+: friends is a view onto rows of its model"):
        way(model)


class Dying(HealthyMember):
    def choose(self) -> None:
        super().choose()
        if self.row == 5:
            self.remove()


def test_nobody_is_removed_for_rows_and_books_stay() -> None:
    with pytest.raises(ModelError, match=r"Dying \d+: is not removed.* ends a membership by leave\(platform\)"):
        busy(members=(Dying, HighRiskMember)).step()
    model = busy()
    for agent in (model.platforms[0], model.regulator, *model.mutual_insurers.values(), model.member(3)):
        with pytest.raises(ModelError, match=f"{type(agent).__name__} .*is not removed"):
            agent.remove()
        with pytest.raises(ModelError, match="is not removed"):
            model.deregister_agent(agent)
    with pytest.raises(ModelError, match="is not removed"):
        model.remove_all_agents()
    assert digest(finish(model, 12)) == digest(finish(busy(), 12))


def test_an_agent_of_a_class_that_the_model_does_not_have_may_go() -> None:
    class Journalist(mesa.Agent):
        pass

    model = busy()
    journalist = Journalist(model)
    journalist.remove()
    assert journalist not in model.agents


def test_a_closed_model_makes_no_step_in_which_nobody_acts() -> None:
    model = busy(drive="agents")
    model.close()
    with pytest.raises(ModelError, match="the model is closed, and nobody is there to act"):
        model.step()
