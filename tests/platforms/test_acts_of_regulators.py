"""What a regulator may tell a plan to do, and what the plan then is."""

import pytest

from abm.model import MutualAidModel
from abm.observation.chronicle import STOP, acts
from abm.observation.events import EventKind
from abm.platforms.closing import ClosingKind
from abm.platforms.plan import Supervisor
from abm.platforms.policies import Policy
from abm.runs.run import so_far
from worlds.busy import finish
from worlds.closings import HAND
from worlds.endings import ending_market
from worlds.plain import run, world


def test_marketing_is_cut_to_a_limit_and_never_raised_by_one() -> None:
    model = world(10, HAND)
    plan = model.platforms[0]
    for limit, marketing in ((0.5, 0.5), (0.8, 0.5), (0.0, 0.0)):
        plan.limit_marketing(limit)
        assert plan.levers.marketing == marketing
    run(model, 2)
    assert model.world.offers["reach"][0] == 0.0


class NoAdvertising(Policy):
    """No open plan may advertise."""

    def act(self, regulator: Supervisor) -> None:
        for plan in regulator.open_plans():
            plan.limit_marketing(0.0)


def test_under_a_limit_set_in_every_step_nobody_advertises_whatever_boards_decide() -> None:
    model = finish(MutualAidModel(ending_market().case, seed=4, policy=NoAdvertising()), 12)
    assert model.regulator.open_plans()
    assert {plan.levers.marketing for plan in model.regulator.open_plans()} == {0.0}


def test_a_licence_brings_custody_and_disclosure() -> None:
    plan = world(10, HAND).platforms[0]
    assert (plan.licensed, plan.in_custody, plan.discloses) == (False, False, False)
    plan.be_licensed()
    assert (plan.licensed, plan.in_custody, plan.discloses) == (True, True, True)


def test_custody_alone_is_no_licence() -> None:
    plan = world(10, HAND).platforms[0]
    plan.give_deposits_into_custody()
    assert (plan.in_custody, plan.licensed, plan.discloses) == (True, False, False)


def test_a_kind_of_closing_that_there_is_not_is_refused() -> None:
    model = world(10, HAND)
    run(model, 1)
    with pytest.raises(ValueError, match="'tired' is not a valid ClosingKind"):
        model.platforms[0].announce("tired", "by hand")
    model.platforms[0].announce("active", "by hand")
    assert model.closings[0].kind is ClosingKind.ACTIVE


def test_events_are_matched_by_their_kind_whatever_their_words() -> None:
    """The same words said by a plan of its own accord are not an act of the regulator."""
    model = world(10, HAND)
    run(model, 1)
    plan = model.platforms[0]
    plan.change_terms("stopped as insurance, said the founder", {"fee_rate": 0.1})
    assert acts(so_far(model).events).empty
    plan.stop_being_insurance()
    kinds = [event["kind"] for event in model.events]
    assert kinds == [EventKind.LAUNCH, EventKind.NEW_TERMS, EventKind.STOPPED_AND_CLOSED]
    assert [event["what"] for event in model.events] == ["launch", "new terms", "ordered closing"]
    (found,) = acts(so_far(model).events).to_dict("records")
    assert (found["act"], found["platform"]) == (STOP, "pool")


def test_a_closing_is_listed_once_with_the_members_of_its_last_count() -> None:
    """It is announced within a step, and counted at the end of it."""
    model = world(10, HAND)
    run(model, 2)
    model.now += 1
    model.platforms[0].announce(ClosingKind.ACTIVE, "by hand")
    model.now -= 1
    before = model.closings[0]
    run(model, 1)
    (closing,) = model.closings
    assert closing is model.platforms[0].closing
    assert closing is not before
