"""Where the members of an ended plan are half a year and a year later, by hand."""

from pathlib import Path

import pandas as pd
import pytest

from abm.observation.whereabouts import COLUMNS, Whereabouts, members, whereabouts
from abm.persons.state import Status
from abm.runs import checkpoint
from abm.runs.run import so_far
from worlds.closings import closing, ten
from worlds.plain import quickly, run

INSURED, CITY = 1, 2


def test_members_of_the_last_day_are_looked_for_after_six_and_twelve_months() -> None:
    """One has left before the end, one claims on the last day: nine were in. Real persons are two for each of ten."""
    model, strike = closing({"people.population": 20, "slots": 2, "health.filing_chance": 0.0})
    model.member(0).leave("pool")
    strike(1)
    run(model, 1)
    assert model.memberships["status"][1, 0] == Status.COVERED
    run(model, 6)
    model.persons["policies"][[0, 1, 2]] = INSURED
    model.persons["policies"][[2, 3]] |= CITY
    model.memberships["platform"][4, 1], model.memberships["status"][4, 1] = 0, Status.COVERED
    run(model, 5)
    assert model.whereabouts.found == []
    run(model, 1)
    half_a_year = {"members": 18, "insured": 4, "city_plan": 4, "another_plan": 0, "bare": 12}
    assert model.whereabouts.found == [{"platform": "pool", "months": 6} | half_a_year]
    model.persons["policies"] = 0
    model.memberships["platform"][5, 1], model.memberships["status"][5, 1] = 7, Status.WAITING
    model.memberships["platform"][0, 1], model.memberships["status"][0, 1] = 7, Status.COVERED
    model.memberships["platform"][6, 1], model.memberships["status"][6, 1] = 7, Status.LEFT
    in_then = members(model, 7)
    assert in_then.tolist() == [row in (0, 5) for row in range(10)]
    assert dict(whereabouts(model, ~in_then | True, 0)) == {
        "members": 10,
        "insured": 0,
        "city_plan": 0,
        "another_plan": 2,
        "bare": 8,
    }


def test_a_year_later_they_are_looked_for_once_more_and_then_forgotten() -> None:
    model, _ = closing()
    run(model, 1)
    assert set(model.whereabouts.last_days) == {"pool"}
    run(model, 24)
    assert [(row["months"], row["members"], row["bare"]) for row in model.whereabouts.found] == [
        (6, 10, 10),
        (12, 10, 10),
    ]
    assert model.whereabouts.last_days == {}
    table = so_far(model).destinations
    assert tuple(table.columns) == COLUMNS
    assert table["members"].tolist() == [10.0, 10.0]


def test_nobody_is_looked_for_where_no_plan_has_ended() -> None:
    model, _ = ten()
    run(model, 30)
    assert so_far(model).destinations.equals(pd.DataFrame([], columns=list(COLUMNS)))


def test_they_are_counted_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abm.observation.whereabouts.CHUNK", 3)
    test_a_year_later_they_are_looked_for_once_more_and_then_forgotten()


def test_a_checkpoint_remembers_whom_to_look_for(tmp_path: Path) -> None:
    model, _ = closing()
    run(model, 14)
    checkpoint.save(model, tmp_path / "ended.huzhu")
    with quickly():
        again = checkpoint.resume(tmp_path / "ended.huzhu", drive="compiled")
    assert again.whereabouts == model.whereabouts
    assert set(again.whereabouts.last_days) == {"pool"}
    run(again, 11)
    assert [row["months"] for row in again.whereabouts.found] == [6, 12]


def test_rows_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        Whereabouts({"pool": "no bits"}, [])
