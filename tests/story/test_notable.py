"""Whose story is told, how to ask for it, and what is said where there is none."""

import re
from datetime import date
from functools import cache
from typing import Any

import pytest

from abm.cli.main import main
from abm.errors import ModelError, PersonError
from abm.model import MutualAidModel
from abm.persons.state import HealthState, Status, Trait
from abm.story.events import Kind, WitnessError
from abm.story.notable import PICKS, gallery
from abm.story.tell import find, tell, tell_of
from abm.story.witness import attend
from worlds.busy import BUSY, busy, digest, finish
from worlds.endings import ending_market
from worlds.stories import told

SMALL = ["--persons", "20000", "--until", "2020-12"]


@cache
def ended() -> MutualAidModel:
    return finish(ending_market(drive="compiled"))


def is_inside(m: Any) -> bool:
    return bool(Status.WAITING <= m["status"] <= Status.CLAIMING)


def risk_of(model: MutualAidModel, row: int) -> float:
    """True annual incidence."""
    me = model.persons[row]
    return float(model.world.incidence[me["traits"] & 1, int(me["age_at_start"] + model.now / 24)] * me["frailty"])


# The gallery


def test_the_gallery_hangs_whom_it_says() -> None:
    """Each pick against a look at every person, one by one, in a market in which all there is to see has happened."""
    model = ended()
    people, mine, found = model.persons, model.memberships, gallery(model)
    slots = [(row, m) for row in range(people.size) for m in mine[row] if m["platform"] >= 0]

    def first(status: Status) -> int:
        return min((int(m["since"]), row) for row, m in slots if m["status"] == status)[1]

    assert found["first_to_leave"] == first(Status.LEFT)
    assert found["refused"] == first(Status.REFUSED)
    assert found["removed"] == first(Status.LAPSED)
    assert found["outlived_a_plan"] == first(Status.ENDED)
    assert found["most_aided"] == max(range(people.size), key=lambda row: (people["received"][row], -row))
    assert found["most_paid"] == max(range(people.size), key=lambda row: (people["paid"][row], -row))
    fled = next(plan.index for plan in model.platforms if plan.closing and plan.closing.kind == "flight")
    losses = [(int(m["paid"]), -row) for row, m in slots if m["platform"] == fled and m["status"] == Status.ENDED]
    assert found["deserted"] == -max(losses)[1]
    inside = [row for row, m in slots if is_inside(m)]
    risks = {row: risk_of(model, row) for row in inside}
    assert risks[found["highest_risk"]] == pytest.approx(max(risks.values()), rel=1e-6)
    never_in = (Status.NEVER, Status.DECLINED, Status.BARRED)
    lasted = [((model.now if is_inside(m) else int(m["since"])) - int(m["joined"]), int(m["paid"]), -row)
              for row, m in slots if m["paid"] > 0 and m["status"] not in never_in]  # fmt: skip
    assert found["longest_payer"] == -max(lasted)[2]
    ill_since = people["health_since"]
    early = [(int(ill_since[row]) - int(m["since"]), row) for row, m in slots if m["status"] == Status.LEFT
             and people["health"][row] == HealthState.DIAGNOSED and ill_since[row] >= m["since"]]  # fmt: skip
    assert found["left_too_early"] == min(early)[1]
    hid = [(int(m["since"]), row) for row, m in slots if m["status"] == Status.AIDED and m["concealed"]]
    assert found["hid_and_was_aided"] == min(hid)[1]
    honest = [(int(m["since"]), row) for row, m in slots
              if m["status"] == Status.DECLINED and people["traits"][row] & Trait.HONEST]  # fmt: skip
    assert found["declined"] == min(honest)[1]


@pytest.mark.slow
def test_who_was_never_persuaded_heard_of_plans_and_joined_none() -> None:
    model = finish(busy(drive="compiled"))
    row = gallery(model)["never_persuaded"]
    happenings = told("busy")[row]
    assert {each.kind for each in happenings} & {Kind.JOINED, Kind.DECLINED, Kind.CAME_BACK} == set()
    assert {each.kind for each in happenings} >= {Kind.HEARD}
    assert happenings[-1].text.endswith("never joined a plan.")


def test_a_gallery_is_empty_before_the_first_step() -> None:
    assert gallery(busy(drive="compiled")) == {}


def test_every_pick_hangs_somewhere() -> None:
    assert set(gallery(ended())) | set(gallery(finish(busy(drive="compiled")))) == set(PICKS)


# Telling


@pytest.mark.slow
def test_a_story_is_told_of_a_scenario_a_seed_and_a_row() -> None:
    days: list[Any] = []
    happenings = tell("xianghubao", 7, 3, changes=BUSY, on_step=days.append)
    assert happenings == told("busy")[7]
    assert len(days) == 41
    assert days == sorted(days)


def test_a_story_of_a_model_leaves_it_as_it_is() -> None:
    model = finish(busy(drive="compiled"), 20)
    before = digest(model)
    assert tell_of(model, 7) == tell("xianghubao", 7, 3, model.day, BUSY)
    assert digest(model) == before


def test_a_model_that_was_interfered_with_has_no_story() -> None:
    model = finish(busy(drive="compiled"), 20)
    model.persons["paid"][7] += 1
    assert tell_of(model, 8)
    with pytest.raises(WitnessError, match="person 7 of this model lives otherwise"):
        tell_of(model, 7)


@pytest.mark.parametrize("until", [date(2018, 9, 30), date(2020, 7, 1)])
def test_a_story_is_as_long_as_the_calendar_at_most(until: date) -> None:
    with pytest.raises(ModelError, match=f"until = {until} is outside the calendar, 2018-10-16 to 2020-06-30"):
        tell("xianghubao", 7, 3, until, BUSY)


@pytest.mark.parametrize("row", [-1, 500])
def test_there_is_nobody_beyond_the_last_row(row: int) -> None:
    with pytest.raises(PersonError, match=f"person {row}: there are 500 persons, 0 to 499"):
        tell("xianghubao", row, 3, changes=BUSY)
    with pytest.raises(PersonError, match=f"person {row}"):
        attend(busy(), row)


def test_a_pick_that_nobody_fits_says_who_there_is() -> None:
    with pytest.raises(PersonError, match="there is nobody who left first by 2018-10-28; there are: "):
        find(finish(busy(drive="compiled", changes={"mind.inertia": 1e4, "mind.spread": 0.0}), 1), "first_to_leave")


# The command


def test_the_command_prints_the_story_of_a_pick(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["story", "xianghubao", *SMALL, "--person", "longest_payer"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(
        "Xianghubao (相互宝), October 2018 to January 2022: "
        "20,000 persons for 829,000,000, seed 1\n\n2018-10-28: person "
    )
    assert "joined Xianghubao" in text
    assert re.search(r"\n2020-12-28: in all, s?he has paid", text)


def test_a_number_and_its_pick_have_the_same_story(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["story", *SMALL]) == 0
    rows = dict(line.split()[:2] for line in capsys.readouterr().out.splitlines()[2:])
    stories = []
    for who in ("longest_payer", rows["longest_payer"]):
        assert main(["story", *SMALL, "--person", who, "--all"]) == 0
        stories.append(capsys.readouterr().out)
    assert stories[0] == stories[1]
    assert main(["story", *SMALL, "--person", "longest_payer"]) == 0
    assert len(capsys.readouterr().out) < len(stories[0])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--person", "20000"], "person 20000: there are 20,000 persons, 0 to 19999"),
        (["--person", "²"], "person ²: no number and no pick"),
        (["--person=--5"], "person --5: no number and no pick"),
        (["--person=-1"], "person -1: there are 20,000 persons, 0 to 19999"),
        (["--person", "longest_player"], "person longest_player: no number and no pick; did you mean 'longest_payer'?"),
        (
            ["--person", "deserted"],
            "person deserted: there is nobody who paid most to a plan that ran away by 2020-12-28",
        ),
        (["--person", "1", "--until", "2030"], "until = 2030-12-31 is outside the calendar"),
    ],
)
def test_bad_input_gets_one_line(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["story", *SMALL, *words]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"huzhu: {message}")
    assert output.err.count("\n") == 1
