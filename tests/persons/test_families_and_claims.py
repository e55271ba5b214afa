"""What claims do to households: who stays where the guardian's membership has ended, and what guardians hear."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from abm.market import NEWS_OF_AID, NEWS_OF_ILLNESS
from abm.persons.guardians import in_care
from abm.persons.households import tell_guardians
from abm.persons.state import HealthState, Status, empty_memberships
from worlds.families import PERSONS, UNWILLING, families, left
from worlds.plain import certain_illness, run
from worlds.switches import inside

CHOSEN = (Status.LEFT, Status.LAPSED)
BEFALLEN = (Status.AIDED, Status.REFUSED, Status.BARRED, Status.AGED_OUT)
TOLD: dict[str, Any] = {
    "health__accident_share": 1.0,
    "friends__news_periods": 0,  # friends tell nothing
    "platform__pool__brand": 0.8,
    "mind__trust_from_publication": 0.0,
}


def of_the_largest_family(care: np.ndarray, guardians: np.ndarray) -> tuple[int, np.ndarray]:
    """A guardian and those in its care, adults and small children."""
    guardian = int(np.bincount(guardians[care], minlength=PERSONS).argmax())
    return guardian, np.flatnonzero(care & (guardians == guardian))


def a_child(care: np.ndarray, guardians: np.ndarray, model: Any) -> tuple[int, int]:
    """A small child who is no friend of its guardian, and the guardian."""
    first, friends = model.world.first, model.world.friends
    for child in np.flatnonzero(care & (model.persons["age_at_start"] < 15)).tolist():
        guardian = int(guardians[child])
        if guardian not in friends[first[child] : first[child + 1]]:
            return child, guardian
    raise AssertionError("every child is a friend of its guardian")


@pytest.mark.parametrize("told", [0, 12])
def test_the_family_of_an_aided_guardian_stays_however_long_friends_tell_of_it(told: int) -> None:
    model, care, guardians = families(health__accident_share=1.0, friends__news_periods=told)
    young = care & (model.persons["age_at_start"] < 18)
    model.persons["age_at_start"][young] = 5.5
    strike = certain_illness(model)
    run(model, 2)
    guardian, family = of_the_largest_family(care, guardians)
    assert family.size > 1
    strike(guardian)
    run(model, 1)
    model.persons["frailty"] = 0.0
    lapsed = family[0]
    model.memberships["status"][lapsed, 0] = Status.LAPSED
    model.memberships["since"][lapsed, 0] = model.now
    run(model, 4)
    assert (model.world.signals[guardian] & NEWS_OF_AID > 0) == (told > 0)
    flows = run(model, 12)
    assert model.memberships["status"][guardian, 0] == Status.AIDED
    assert inside(model)[family[1:]].all()
    assert flows["left"].sum() == 0
    assert model.memberships["status"][lapsed, 0] == Status.LAPSED  # nobody is there to enrol it anew


def test_a_family_leaves_where_the_guardian_left_or_did_not_pay_and_stays_where_neither_was_so() -> None:
    """The memberships of guardians are ended by hand, each in one of the ways there are."""
    model, care, guardians = families()
    run(model, 3)
    ways = np.array([*CHOSEN, *BEFALLEN])
    way = ways[np.arange(PERSONS) % ways.size]
    ending = ~care & (np.bincount(guardians[care], minlength=PERSONS) > 0)
    model.memberships["status"][ending, 0] = way[ending]
    model.memberships["since"][ending, 0] = model.now
    model.persons["altruism"][~care] = np.where(ending, UNWILLING, model.persons["altruism"])[~care]
    run(model, 3)
    still = in_care(model.persons, model.world)
    chosen = np.isin(way, CHOSEN)[guardians]
    assert left(model)[still & chosen].all()
    assert inside(model)[still & ~chosen].all()
    assert min((still & chosen).sum(), (still & ~chosen).sum()) > 100


@cache
def after(outcome: Status) -> tuple[Any, int, int, float]:
    """A world in which one child's claim was decided: model, child, guardian, what it takes its risk for."""
    refusing = {"platform__pool__effort": 1.0, "platform__pool__wrong_refusal": 1.0, "platform__pool__overturning": 0.0}
    moved = {"mind__trust_from_refusal": 0.5, "mind__trust_from_aid": 0.25, "mind__salience": 0.5, "mind__alarm": 3.0}
    model, care, guardians = families(**TOLD, **moved, **(refusing if outcome == Status.REFUSED else {}))
    strike = certain_illness(model)
    run(model, 2)
    child, guardian = a_child(care, guardians, model)
    strike(child)
    run(model, 1)
    model.persons["frailty"] = 0.0
    run(model, 8)
    assert model.memberships["status"][child, 0] == outcome
    return model, child, guardian, float(model.persons["believed_frailty"][guardian])


@pytest.mark.parametrize(("outcome", "trust"), [(Status.REFUSED, 0.8 * 0.5), (Status.AIDED, 0.8 + 0.2 * 0.25)])
def test_a_guardian_is_told_once_what_became_of_the_claim_of_one_in_its_care(outcome: Status, trust: float) -> None:
    """Friends tell nothing here: nobody else's trust moves."""
    model, _, guardian, _ = after(outcome)
    found = model.memberships["trust"][:, 0].astype(float)
    assert found[guardian] == pytest.approx(trust)
    assert np.delete(found, guardian) == pytest.approx(0.8)


def test_a_guardian_whose_child_fell_ill_fears_illness_more_and_nobody_else_does() -> None:
    model, _, guardian, feared = after(Status.REFUSED)
    assert feared > 1.5
    assert (np.delete(model.persons["believed_frailty"], guardian) == 1.0).all()


def test_of_several_claims_decided_at_once_a_guardian_is_told_of_one() -> None:
    """One child is refused, a brother of it aided in the same step: the one further on in the rows is told of."""
    model, care, guardians = families(**TOLD)
    run(model, 2)
    guardian, family = of_the_largest_family(care, guardians)
    model.memberships["status"][family[:2], 0] = Status.REFUSED, Status.AIDED
    model.memberships["since"][family[:2], 0] = model.now
    tell_guardians(model.persons, model.memberships, model.world, np.arange(model.persons.size))
    assert model.world.family_news[guardian] == NEWS_OF_AID
    assert (np.delete(model.world.family_news, guardian) == 0).all()


def test_a_guardian_hears_of_the_illness_of_a_child_in_no_plan_though_friends_tell_nothing() -> None:
    model, care, guardians = families(**TOLD)
    run(model, 2)
    guardian, family = of_the_largest_family(care, guardians)
    model.memberships[family[0]] = empty_memberships(1, model.memberships.shape[1])
    model.persons["health"][family[0]], model.persons["health_since"][family[0]] = HealthState.DIAGNOSED, model.now
    model.drive.census()
    assert model.world.family_news[guardian] == NEWS_OF_ILLNESS
    assert (model.world.standing[family[0]] == 0).all()
