"""Who has paid for others for long and was never aided, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from abm.persons.state import Status, empty_memberships, person
from abm.platforms.closing import Closing, ClosingKind
from abm.platforms.long_payers import complaints_of_long_payers, long_payers
from worlds.firms import Place, firm, supervision

ENDED = Closing("firm", 99, 101, ClosingKind.ACTIVE, "by hand", 1e6, 1.0)


def place() -> Place:
    """Ten persons in step 100: the first two and the ninth have paid this plan for two years and were never aided."""
    persons = np.concatenate([person(received=5 if row == 5 else 0) for row in range(10)])
    slots = empty_memberships(10, 2)
    slots["platform"], slots["status"], slots["joined"], slots["paid"] = 0, Status.COVERED, 52, 1
    slots["platform"][1, 0], slots["status"][0, 1] = 1, Status.LEFT  # the one by a first slot, the other by a second
    slots["platform"][2:, 1] = 1
    slots["joined"][2, 0] = 53  # a period short of two years
    slots["status"][3, 0] = Status.LEFT
    slots["platform"][4, 0] = 2
    slots["paid"][6, 0] = 0
    slots["status"][7, 0] = Status.AIDED
    slots["status"][8:, 0], slots["since"][8, 0], slots["since"][9, 0] = Status.ENDED, 100, 99  # the one until now
    return Place(now=100, persons=persons, memberships=slots)


def test_long_payers_are_those_inside_for_years_who_paid_and_were_never_aided() -> None:
    assert long_payers(firm(model=place()), 2.0) == 3
    assert long_payers(firm(model=place()), 47 / 24) == 4


def test_long_payers_are_counted_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abm.platforms.long_payers.CHUNK", 3)
    assert long_payers(firm(model=place()), 2.0) == 3


@pytest.mark.parametrize(("refunded", "kind", "complain"), [(0.0, "active", 1.5), (0.75, "ordered", 0.375)])
def test_part_of_them_complain_in_the_period_after_the_announcement(
    refunded: float, kind: str, complain: float
) -> None:
    settings = supervision(unrequited_complaints=0.5, unrequited_years=2.0)
    plan = firm(terms={"closing": {"shares_refunded": refunded}}, model=place())
    assert complaints_of_long_payers(plan, settings) == 0.0
    plan.closing = replace(ENDED, kind=ClosingKind(kind))
    assert complaints_of_long_payers(plan, settings) == complain
    assert complaints_of_long_payers(plan, supervision(unrequited_complaints=0.0)) == 0.0
    for announced in (98, 100):
        plan.closing = replace(ENDED, announced=announced)
        assert complaints_of_long_payers(plan, settings) == 0.0
