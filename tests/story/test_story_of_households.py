"""Stories of those for whom somebody else decides: what is told is what was done, and nothing is weighed."""

from collections import Counter
from functools import cache

import numpy as np

from abm.persons.guardians import in_care
from abm.story.events import Kind
from abm.story.narrative import Happening, story
from abm.story.notable import gallery
from abm.story.witness import Witness, attend
from worlds.busy import busy, finish

ON = {"people.households": True, "people.cared_for_share": 0.3, "mind.enrolling": 1.0, "mind.noise": 60.0}
OWN = (Kind.JOINED, Kind.CAME_BACK, Kind.LEFT, Kind.STAYED, Kind.PASSED_BY, Kind.DECLINED)


@cache
def lives() -> dict[int, tuple[Witness, list[Happening]]]:
    """Everybody in care to the end, their witness and their story; a witness stops the run where it errs."""
    model = busy(changes=ON, drive="compiled")
    tied = np.flatnonzero(in_care(model.persons, model.world))
    witnesses = attend(model, *tied.tolist())
    finish(model)
    still = in_care(model.persons, model.world)
    return {each.row: (each, story(each)) for each in witnesses if still[each.row]}


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
