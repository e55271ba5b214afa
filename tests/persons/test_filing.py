"""Who files a claim: those of the ill who think of it, the more the plan shares, and more once an end is announced."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm.errors import CheckpointError
from abm.model import MutualAidModel
from abm.persons.census import STATUSES
from abm.persons.situation import thinks_of_claim
from abm.persons.state import Status
from abm.platforms import rules
from abm.platforms.awareness import needed_by_fellows
from abm.platforms.census import read
from abm.runs.checkpoint import resume, save
from worlds.busy import busy, digest, finish, series, teeming
from worlds.filing import SIGMAS, WINDOW, announce, publish, share_filed, struck
from worlds.plain import run

FILING = {
    "health.aware_of_claiming": 0.2,
    "health.shares_until_aware": 3.0,
    "health.filing_at_the_end": 3.0,
    "mind.symptom_alarm": 5.0,
    "health.incidence_slope": -0.03,
    "platform.xianghubao.mild_cover": 0.0,
}


@pytest.mark.parametrize(("published", "aware"), [(0.0, 0.1), (2.0, 0.55), (6.0, 0.775), (1e12, 1.0)])
def test_half_of_those_who_do_not_know_learn_by_the_first_shares_and_half_of_the_rest_by_three_times_as_many(
    published: float, aware: float
) -> None:
    assert rules.claim_awareness(0.1, published, 2.0) == pytest.approx(aware)
    assert rules.claim_awareness(1.0, published, 2.0) == 1.0


def knowing(changes: dict[str, Any]) -> MutualAidModel:
    """A busy little world after its first step."""
    return finish(busy(changes=changes), 1)


def awareness(model: MutualAidModel) -> float:
    """As the plan published it."""
    return float(model.world.offers["claim_awareness"][0])


def thinking(model: MutualAidModel, aware: float, found: int = 3) -> np.ndarray:
    """Who of 2,000 persons, ill since a step, thinks of their claim at such an awareness."""
    key, step = np.uint64(model.seed), np.int64(found)
    return np.array([thinks_of_claim(key, step, row, aware) for row in range(2_000)])


def test_as_many_think_of_their_claim_as_awareness_says_and_whoever_does_goes_on_to() -> None:
    model = knowing({"health.aware_of_claiming": 0.5})
    few, more, later_ill = thinking(model, 0.1), thinking(model, 0.4), thinking(model, 0.4, found=4)
    assert abs(few.mean() - 0.1) < SIGMAS * math.sqrt(0.1 * 0.9 / few.size)
    assert (more | few).sum() == more.sum()
    model.begin()
    assert (thinking(model, 0.4) == more).all()  # the draw is that of the illness, and not of the period
    assert abs((later_ill & more).mean() - 0.16) < SIGMAS * math.sqrt(0.16 * 0.84 / few.size)
    assert thinking(model, 1.0).all()
    assert not thinking(model, 0.0).any()


def test_what_a_plan_has_shared_makes_its_members_aware() -> None:
    model = knowing({"health.aware_of_claiming": 0.1, "health.shares_until_aware": 2.0})
    model.platforms[0].shares = [150, 50]  # fen: two yuan
    model.post_terms()
    assert awareness(model) == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("deposit", "first", "second", "aware"),
    [
        (0.0, None, None, 0.55),
        (2.0, None, None, 0.4),
        (3.0, None, 0.0, 0.4),
        (0.0, None, 6.0, 0.4),
        (9.0, 1.0, 10.0, 0.325),
    ],
)
def test_where_shares_are_drawn_from_a_deposit_that_much_more_is_shared_until_half_of_the_rest_are_aware(
    deposit: float, first: float | None, second: float | None, aware: float
) -> None:
    """Two yuan have been shared: half way without a deposit, less beyond the mean of those that thirty ages pay.

    Two thirds of them are in the first band; the third band has no cover, and nobody is in it.
    """
    bands = [
        {"age_to": 19, "deposit": first},
        {"age_from": 20, "age_to": 29, "deposit": second},
        {"age_from": 30, "age_to": 59, "deposit": 90.0, "cover": 0.0},
    ]
    terms = {"platform.xianghubao.bands": bands, "platform.xianghubao.deposit": deposit}
    model = knowing({"health.aware_of_claiming": 0.1, "health.shares_until_aware": 2.0} | terms)
    model.platforms[0].shares = [150, 50]
    model.platforms[0].census = replace(model.platforms[0].census, reminded=200.0)
    model.post_terms()
    assert awareness(model) == pytest.approx(aware)


def test_what_was_drawn_from_deposits_before_members_joined_reminds_them_of_nothing() -> None:
    """Forty yuan were shared by others long ago, and two have been drawn from the deposits of those now inside."""
    terms = {"platform.xianghubao.deposit": 2.0, "health.aware_of_claiming": 0.1, "health.shares_until_aware": 2.0}
    model = knowing(terms)
    model.platforms[0].shares = [40_00, 150, 50]
    model.platforms[0].census = replace(model.platforms[0].census, reminded=200.0)
    model.post_terms()
    assert awareness(model) == pytest.approx(0.4)


def test_members_have_been_asked_for_the_shares_since_each_of_them_began_to_share() -> None:
    """Cohorts of 10, 30 and 60 begin one after the other, nobody leaves, and then half of all are gone."""
    began, shares, mean = [10, 30, 60, 0], [5.0, 3.0, 2.0, 7.0], 0.0
    for step, share in enumerate(shares):
        mean = rules.charged(mean, began[step], sum(began[: step + 1]), share)
        asked = [number * sum(shares[begun : step + 1]) for begun, number in enumerate(began[: step + 1])]
        assert mean == pytest.approx(sum(asked) / sum(began[: step + 1]))
    assert rules.charged(mean, 0, 50, 1.0) == mean + 1.0
    assert rules.charged(mean, 20, 20, 1.0) == rules.charged(mean, 30, 20, 1.0) == 1.0
    assert rules.charged(mean, 0, 0, 1.0) == 0.0


@pytest.mark.parametrize("newcomers_share", [False, True])
def test_the_census_knows_what_those_who_share_have_been_asked_for(newcomers_share: bool) -> None:
    """Of a hundred forty join or begin to share, and the share is a yuan. What was thought of once is not forgotten."""
    model = knowing({"platform.xianghubao.newcomers_share": newcomers_share})
    plan, tally = model.platforms[0], np.zeros_like(model.drive.census()[0])
    tally[Status.COVERED], tally[STATUSES + (Status.WAITING if newcomers_share else Status.COVERED)] = 100, 40
    plan.census = replace(plan.census, charged=500.0, reminded=550.0)
    model.world.published[0, model.now : model.now + 2] = 700, 800
    found = read(tally, plan)
    assert found.charged == (0.6 * 600.0 if newcomers_share else 0.6 * 500.0 + 100.0)
    assert found.reminded == 550.0
    plan.census = replace(plan.census, reminded=0.0)
    assert read(tally, plan).reminded == found.charged


@pytest.mark.parametrize(("at_first", "then"), [(0.2, 0.6), (0.5, 1.0), (1.0, 1.0)])
def test_an_announced_end_makes_so_many_times_as_many_aware_and_at_most_all(at_first: float, then: float) -> None:
    model = knowing({"health.filing_at_the_end": 3.0, "health.aware_of_claiming": at_first})
    assert awareness(model) == pytest.approx(at_first)
    model.platforms[0].announce("active", "by hand")
    model.begin()
    model.post_terms()
    assert awareness(model) == pytest.approx(then)


# The same law for persons and for fellows


@pytest.mark.parametrize("fellows", [False, True])
@pytest.mark.parametrize("aware", [0.1, 0.4, 1.0])
def test_of_the_ill_who_think_of_a_claim_as_many_file_as_have_their_papers_together_in_time(
    aware: float, fellows: bool
) -> None:
    """Whatever the weight: a (1 - (1 - c)^13), and not 1 - (1 - a c)^13, as a lottery in each period would give."""
    model = struck(fellows, {"health.aware_of_claiming": aware, "health.filing_chance": 0.2})
    part, tolerance = share_filed(model, fellows)
    assert abs(part - aware * (1 - 0.8**WINDOW)) < tolerance
    if aware < 1.0:
        assert part < 1 - (1 - aware * 0.2) ** WINDOW - tolerance


@pytest.mark.parametrize("fellows", [False, True])
@pytest.mark.parametrize("happens", [announce, publish])
def test_claims_come_forward_once_more_is_known_of_them(
    happens: Callable[[MutualAidModel], None], fellows: bool
) -> None:
    """Awareness rises from 0.2 to 0.6, when seven of the thirteen periods are left to the others for their papers.

    A fifth of these have them in the first of the seven, and so have those who have been aware for six periods.
    """
    changes = {"health.aware_of_claiming": 0.2, "health.filing_at_the_end": 3.0, "health.filing_chance": 0.2}
    model = struck(fellows, changes)
    run(model, 4)
    happens(model)
    part, tolerance = share_filed(model, fellows)
    assert abs(part - 0.2 * (1 - 0.8**WINDOW) - 0.4 * (1 - 0.8**7)) < tolerance
    filed = run(model, 0)["filed"]
    at_once = 0.2 * (0.4 + 0.2 * 0.8**6) / part * filed.sum()
    assert abs(filed[7] - at_once) < SIGMAS * math.sqrt(at_once)
    assert model.platforms[0].desk.cases.size == 0
    model.audit()


# The desk


def unaware(changes: dict[str, Any] | None = None) -> MutualAidModel:
    """Two years of a teeming world in which few think of a claim."""
    few = {"health.aware_of_claiming": 0.05, "health.shares_until_aware": 1_000.0}
    return finish(teeming(changes=few | (changes or {})), 20)


def test_claims_are_held_back_until_they_are_thought_of_or_it_is_too_late() -> None:
    model = unaware()
    desk, window = model.platforms[0].desk, WINDOW - 1
    for _ in range(3):
        model.step()
        held, published = desk.held_back.cases, awareness(model)
        assert held.size > 1_000
        assert (held["unaware"] == 1).all()
        assert (desk.held_back.needed >= published).all()
        papers = held["due"].astype(int) - held["found"]
        assert (papers >= 0).all()
        assert (model.now + papers <= held["found"] + window).all()
        rest = desk.cases[: desk.cases.size - held.size]
        assert not rest["unaware"].any()
        fellows = rest[rest["number"] > 0]
        waited = fellows["due"].astype(int) - fellows["found"]
        assert (waited <= window).all()
        known = needed_by_fellows(fellows, model.seed) < published
        assert known.mean() > 0.9  # all but those whose row has friends who were aided


def test_checkpoints_hold_what_is_not_thought_of_yet_and_awareness_may_change_there(tmp_path: Path) -> None:
    model = unaware()
    save(model, tmp_path / "a.huzhu")
    held = model.platforms[0].desk.held_back.cases.size
    resumed = resume(tmp_path / "a.huzhu")
    told = resume(tmp_path / "a.huzhu", {"health.aware_of_claiming": 1.0, "health.shares_until_aware": 1.0})
    assert resumed.platforms[0].desk.held_back.cases.size == held > 0
    assert digest(finish(resumed, 26)) == digest(finish(model, 26))
    finish(told, 26)
    assert told.platforms[0].desk.held_back.cases.size == 0
    assert series(told)["filed"].iloc[20:].sum() > series(model)["filed"].iloc[20:].sum() + 0.5 * held
    with pytest.raises(CheckpointError, match=r"health\.filing_chance: cannot change midway"):
        resume(tmp_path / "a.huzhu", {"health.filing_chance": 0.5})


def test_both_drives_agree_on_who_files() -> None:
    """With all that decides on claims switched on, and the end of the plan announced."""
    digests, filed = set(), 0
    for drive, order in (("compiled", "listed"), ("agents", "reversed")):
        model = finish(teeming(changes=FILING, drive=drive, order=order), 12)
        model.platforms[0].announce("active", "by hand")
        digests.add(digest(finish(model, 18)))
        filed = series(model)["filed"].sum()
        model.audit()
    assert len(digests) == 1
    assert filed > 0
