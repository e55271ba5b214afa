"""Stories of those for whom somebody else decides: what is told is what was done, and nothing is weighed."""

from collections import Counter
from datetime import date
from functools import cache

import numpy as np

from abm.persons.guardians import in_care
from abm.story.events import Kind
from abm.story.narrative import Happening, story
from abm.story.notable import gallery
from abm.story.witness import Witness, attend
from worlds.busy import busy, finish

ON = {"people.households": True, "people.cared_for_share": 0.3, "mind.enrolling": 1.0, "mind.noise": 60.0}
SELLING = {
    "insurance.city.on_sale": True,
    "insurance.city.reach": 0.1,
    "insurance.city.launches": [date(2019, 1, 1)] * 3,
}
OWN = (Kind.JOINED, Kind.CAME_BACK, Kind.LEFT, Kind.STAYED, Kind.PASSED_BY, Kind.DECLINED)


@cache
def lives() -> dict[int, tuple[Witness, list[Happening]]]:
    """Everybody in care to the end, their witness and their story; a witness stops the run where it errs."""
    still = in_care(whole()[0].model.persons, whole()[0].model.world)
    return {each.row: (each, story(each)) for each in whole() if still[each.row]}


@cache
def whole() -> list[Witness]:
    """Witnesses of everybody in care at the start and of fifty of their guardians, after the run."""
    model = busy(changes=ON | SELLING, drive="compiled")
    tied = np.flatnonzero(in_care(model.persons, model.world))
    guardians = np.unique(model.world.guardians[tied])[:50]
    witnesses = attend(model, *tied.tolist(), *guardians.tolist())
    finish(model)
    return witnesses


def test_who_is_in_care_is_told_of_by_what_the_guardian_does() -> None:
    kinds: Counter[Kind] = Counter()
    for witness, life in lives().values():
        guardian = witness.model.world.guardians[witness.row]
        assert f"Person {guardian} decides about plans and pays for" in life[0].text
        for each in life:
            if each.kind in OWN:
                assert each.decision is None, each
                assert f"person {guardian}, who decides for " in each.text
                kinds[each.kind] += 1
    assert kinds[Kind.JOINED] > 30
    assert kinds[Kind.LEFT] > 5
    assert kinds[Kind.DECLINED] > 5
    assert kinds[Kind.STAYED] == kinds[Kind.PASSED_BY] == 0


def test_a_child_is_told_until_when_it_is_in_care_and_an_adult_is_not() -> None:
    for witness, life in lives().values():
        child = float(witness.model.persons["age_at_start"][witness.row]) < 18
        assert ("until" in life[0].text) == child
        assert ("whose family counts" in life[0].text) == child


def test_a_failed_deduction_is_the_guardians() -> None:
    texts = [each.text for _, life in lives().values() for each in life if each.kind == Kind.FAILED]
    assert len(texts) > 20
    assert all(text.startswith("was not paid for by person ") for text in texts)


def test_nobody_in_care_is_shown_as_one_who_was_never_persuaded() -> None:
    model = busy(changes=ON | {"mind.altruism": 0.0, "mind.herding": 0.0, "mind.risk_aversion": 0.0})
    finish(model, 4)
    found = gallery(model)["never_persuaded"]
    assert not in_care(model.persons, model.world)[found]


def test_what_was_hidden_at_the_door_is_told_of_who_declared() -> None:
    """Who was enrolled has hidden nothing, in care or come of age since."""
    enrolled, told = 0, 0
    for witness in whole():
        by_guardian = False
        for each in story(witness):
            if each.kind in (Kind.JOINED, Kind.CAME_BACK):
                by_guardian = each.decision is None
            if each.kind in (Kind.AIDED, Kind.REFUSED) and "had hidden at the door" in each.text:
                assert ("who enrolled " in each.text) == by_guardian
                enrolled, told = enrolled + by_guardian, told + 1
    assert 0 < enrolled < told


def test_a_guardian_is_told_of_those_in_its_care_beside_friends() -> None:
    """Each time by what befell one of the family in the step before."""
    heard: Counter[Kind] = Counter()
    for witness in whole():
        for each in story(witness):
            if "that one in " in each.text:
                assert (witness.model.world.guardians == witness.row).sum() > 1
                heard[each.kind] += 1
    assert min(heard[kind] for kind in (Kind.FRIEND_ILL, Kind.FRIEND_AIDED, Kind.FRIEND_REFUSED)) > 0


def test_children_are_insured_by_their_parents_and_adults_by_themselves() -> None:
    by_parents: Counter[bool] = Counter()
    for witness, life in lives().values():
        child = float(witness.model.persons["age_at_start"][witness.row]) < 18
        for each in life:
            if each.kind == Kind.INSURED:
                assert each.text.startswith("was insured with ") == child
                by_parents[child] += 1
    assert min(by_parents[True], by_parents[False]) > 5
