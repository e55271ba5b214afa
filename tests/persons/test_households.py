"""Households: adults decide and pay for their children and for some adults; one decision, one account."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from abm.agents.member import HealthyMember, HighRiskMember
from abm.draws import draw
from abm.errors import CheckpointError, ScenarioError
from abm.mechanisms import off
from abm.persons.founding import found
from abm.persons.guardians import NOBODY, appoint, guardian_of, in_care
from abm.persons.households import ENROL
from abm.persons.state import HealthState, Status, Trait
from abm.runs.checkpoint import resume, save
from abm.scenario.files import load
from abm.scenario.tables import incidence_by_age
from worlds.busy import busy, digest, finish
from worlds.damage import array, packed, parts_of, replaced
from worlds.families import PERSONS, UNWILLING, WILLING, families, left
from worlds.plain import run
from worlds.switches import SIGMAS, inside


@cache
def population() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Persons, their guardians, and their exact ages."""
    case = load("xianghubao", {"people.households": True, "people.persons": 20_000, "people.cared_for_share": 0.2})
    persons = found(case, incidence_by_age(case.health), seed=1)
    guardians = appoint(persons, case, seed=1).astype(np.int64)
    return persons, guardians, persons["age_at_start"].astype(float)


def test_a_child_has_a_guardian_who_is_older_by_a_generation_and_of_its_tier() -> None:
    persons, guardians, ages = population()
    children = np.flatnonzero(ages < 18)
    older = ages[guardians[children]] - ages[children]
    assert children.size > 3_000
    assert older.min() >= 20
    assert older.max() <= 45
    assert abs(older.mean() - 32.5) < 2  # all years as likely, but for bands that are short of adults
    assert (persons["tier"][guardians[children]] == persons["tier"][children]).all()


def test_nobody_who_has_a_guardian_is_one() -> None:
    _, guardians, ages = population()
    tied = guardians != np.arange(guardians.size)
    assert (guardians[guardians] == guardians).all()
    assert (ages[guardians[tied]] >= 18).all()


def test_a_share_of_adults_has_another_adult_of_their_age_and_of_the_other_sex() -> None:
    persons, guardians, ages = population()
    adults, tied = ages >= 18, guardians != np.arange(guardians.size)
    assert abs(tied[adults].mean() - 0.2) < SIGMAS * np.sqrt(0.2 * 0.8 / adults.sum())
    partners = np.flatnonzero(tied & adults)
    assert np.abs(ages[guardians[partners]] - ages[partners]).max() <= 15  # the widest band ends at a hundred
    women = (persons["traits"] & Trait.FEMALE) > 0
    assert (women[guardians[partners]] != women[partners]).all()
    assert (persons["tier"][guardians[partners]] == persons["tier"][partners]).all()


def test_it_is_the_guardian_who_has_the_account_and_declares() -> None:
    persons, guardians, _ = population()
    assert (persons["credit"] == persons["credit"][guardians]).all()
    honest = persons["traits"] & Trait.HONEST
    assert (honest == honest[guardians]).all()
    assert 0 < honest.mean() < Trait.HONEST


def test_without_households_everybody_decides_alone() -> None:
    case = load("xianghubao", {"people.persons": 500} | off("A16"))
    persons = found(case, incidence_by_age(case.health), seed=1)
    before = persons.copy()
    assert appoint(persons, case, seed=1) is NOBODY
    assert (persons == before).all()
    model = busy(changes=off("A16"))
    assert model.world.guardians.size == 0
    assert not in_care(model.persons, model.world).any()
    assert [model.member(row).guardian for row in range(50)] == list(range(50))


def test_those_in_care_do_not_think_of_plans_and_are_where_their_guardians_are() -> None:
    """Whoever decides likes the plan and those in care hate it, until some are of age; then the other way round."""
    model, care, guardians = families()
    model.persons["altruism"] = np.where(care, UNWILLING, WILLING)
    run(model, 1)
    assert (inside(model) == ~care).all()
    run(model, 6)
    still = in_care(model.persons, model.world)
    assert (inside(model) == (~care | still)).all()
    again, care, _ = families()
    again.persons["altruism"] = np.where(care, WILLING, UNWILLING)
    run(again, 7)
    assert (inside(again) == (care & ~still)).all()
    assert 0.3 < still.mean() < care.mean()
    assert (guardian_of(model.persons[0], 0, model.world) != 0) == care[0]
    assert model.member(int(np.flatnonzero(care)[0])).guardian == guardians[np.flatnonzero(care)[0]]


def test_a_family_leaves_within_a_step_of_its_guardian() -> None:
    model, care, guardians = families()
    run(model, 3)
    leaving = ~care & (np.arange(PERSONS) % 3 == 0)
    model.persons["altruism"][leaving] = UNWILLING
    run(model, 1)
    assert (left(model) == leaving).all()
    run(model, 1)
    still = in_care(model.persons, model.world)  # but for those who have come of age
    assert (left(model) == (leaving | (still & leaving[guardians]))).all()
    assert (leaving[guardians] & still).sum() > 100


def test_a_guardian_enrols_the_whole_family_or_none_with_the_chance_that_is_set() -> None:
    """By hand: each guardian has one number for a plan, and enrols where it is below the chance."""
    model, care, guardians = families(mind__enrolling=0.53)
    run(model, 3)
    assert inside(model)[~care].all()
    care = in_care(model.persons, model.world)  # without those who came of age
    those, whose = inside(model)[care], guardians[care]
    enrolling = np.array([draw(model.seed, 0, guardian, ENROL) < 0.53 for guardian in whose])
    assert (those == enrolling).all()
    of_each = {guardian: bool(enrols) for guardian, enrols in zip(whose.tolist(), enrolling, strict=True)}
    share = sum(of_each.values()) / len(of_each)
    assert abs(share - 0.53) < SIGMAS * np.sqrt(0.53 * 0.47 / len(of_each))
    run(model, 6)
    still = in_care(model.persons, model.world)[care]
    assert (inside(model)[care] == enrolling)[still].all()  # an answer that lasts


def test_a_child_is_enrolled_on_the_pages_of_its_guardian_whatever_children_use() -> None:
    """Hardly anybody under 30 uses them, and four in ten of all do."""
    users = {"platform__pool__users__under_30": 0.01, "platform__pool__audience": 0.4}
    model, care, guardians = families(**users)
    run(model, 3)
    children = care & (model.persons["age_at_start"] < 17.5)
    assert children.sum() > 100
    assert (inside(model) == inside(model)[guardians])[children].all()
    assert 0.2 < inside(model)[children].mean() < 0.9
    young = ~care & (model.persons["age_at_start"] < 30)
    assert inside(model)[young].mean() < 0.05


def test_a_plan_takes_the_children_of_members_as_it_takes_everybody() -> None:
    """Too old for the plan, known to be at high risk and honest, diagnosed: no guardian can help."""
    young = [{"age_from": 0, "age_to": 40, "cover": 10_000.0}]
    model, care, guardians = families(platform__pool__bands=young)
    model.persons["age_at_start"] = np.floor(model.persons["age_at_start"]) + 0.5
    model.persons["traits"][care] |= (np.arange(care.sum()) % 2 * (Trait.HIGH_RISK | Trait.HONEST)).astype(np.uint8)
    ill = care & (np.arange(PERSONS) % 5 == 0)
    model.persons["health"][ill] = HealthState.DIAGNOSED
    run(model, 3)
    risky = (model.persons["traits"] & Trait.HIGH_RISK) > 0
    takes = (model.persons["age_at_start"] < 41) & ~risky & ~ill
    guarded = care & inside(model)[guardians]
    assert (inside(model)[care] == (takes & guarded)[care]).all()
    turned_away = model.memberships["status"][:, 0] == Status.DECLINED
    assert turned_away.any()
    assert not (turned_away & ~(care & risky)).any()


def test_a_child_decides_alone_from_its_eighteenth_birthday_on() -> None:
    """The guardian leaves in the third step, when some are of age and stay and others are a month short of it."""
    model, care, guardians = families()
    children = care & (model.persons["age_at_start"] < 18)
    of_age = children & (np.arange(PERSONS) % 2 == 0)
    model.persons["age_at_start"][children] = 17.8
    model.persons["age_at_start"][of_age] = 17.95
    run(model, 2)
    assert inside(model).all()
    model.persons["altruism"][~care] = UNWILLING
    run(model, 2)
    assert (inside(model) == of_age).all()
    assert (in_care(model.persons, model.world) == (care & ~of_age)).all()
    assert (guardians[of_age] != np.flatnonzero(of_age)).all()  # the tie is there, and counts no more


def test_children_are_sold_no_insurance_by_agents() -> None:
    cheap = {"on_sale": True, "reach": 0.5, "premium": 1.0, "asks_about_health": False}
    changes = {f"insurance.commercial.{name}": value for name, value in cheap.items()}
    model = finish(busy(changes=changes | {"people.households": True}), 1)
    held = model.persons["policies"].copy()
    finish(model, 10)
    bought = model.persons["policies"] != held
    children = in_care(model.persons, model.world) & (model.persons["age_at_start"] < 17.5)
    assert bought[~children].sum() > 10
    assert children.sum() > 50
    assert not bought[children].any()


def test_a_member_class_of_ones_own_follows_the_guardian_too() -> None:
    class Own(HealthyMember):
        def choose(self) -> None:
            super().choose()

    changes = {"people.households": True}
    compiled = digest(finish(busy(changes=changes, drive="compiled"), 12))
    assert digest(finish(busy(changes=changes, members=(Own, HighRiskMember)), 12)) == compiled


def test_a_household_lives_on_after_a_checkpoint_where_guardians_may_come_to_another_mind(tmp_path: Path) -> None:
    changes = {"people.households": True}
    whole = finish(busy(changes=changes), 12)
    part = finish(busy(changes=changes), 6)
    file = tmp_path / "half.huzhu"
    save(part, file)
    assert digest(finish(resume(file), 12)) == digest(whole)
    none = finish(resume(file, {"mind.enrolling": 0.0}), 12)
    care = in_care(none.persons, none.world)
    assert not (care & (none.memberships["joined"][:, 0] > 5)).any()
    assert (care & (whole.memberships["joined"][:, 0] > 5)).any()
    with pytest.raises(CheckpointError, match="people: cannot change midway"):
        resume(file, {"people.households": False})
    beyond = replaced("guardians.npy", array(lambda rows: rows + part.persons.size))
    file.write_bytes(packed(beyond(parts_of(file))))
    with pytest.raises(CheckpointError, match="is damaged"):
        resume(file)


@pytest.mark.parametrize("years", [[45.0, 20.0], [-1.0, 20.0]])
def test_years_of_a_generation_are_the_fewest_and_then_the_most(years: list[float]) -> None:
    with pytest.raises(ScenarioError, match="must be years, the fewest and then the most"):
        load("xianghubao", {"people.guardian_older": years})


def test_in_a_handful_of_people_a_child_may_have_nobody_and_decides_alone() -> None:
    case = load("xianghubao", {"people.households": True, "people.persons": 5})
    persons = found(case, incidence_by_age(case.health), seed=1)
    persons["age_at_start"] = 10
    assert appoint(persons, case, seed=1).tolist() == [0, 1, 2, 3, 4]
