"""Who files a claim: those who know of it, the more the plan shares, and the sooner once an end is announced."""

import math
from typing import Any

import numpy as np
import pytest

from abm.market import NEWS_OF_AID, NEWS_OF_ILLNESS
from abm.model import MutualAidModel
from abm.persons.cases import CASE
from abm.persons.drives import numbers_of
from abm.persons.fellows import diagnose
from abm.persons.situation import filing_chance_of, has_aided_friend
from abm.persons.state import Status, membership, person
from abm.platforms import rules
from worlds.busy import busy, digest, finish, series, teeming

SIGMAS = 4.0
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
    """A busy little world after its first step, in which half of the papers are together in a period."""
    return finish(busy(changes={"health.filing_chance": 0.5} | changes), 1)


def chance(model: MutualAidModel, row: int = 0) -> float:
    """To file a claim in this period."""
    return float(filing_chance_of(np.int64(0), np.int64(row), model.world))


def test_where_all_know_and_nobody_hurries_the_chance_to_file_is_that_of_the_papers() -> None:
    assert chance(knowing({})) == 0.5


def test_what_a_plan_has_shared_makes_its_members_aware() -> None:
    model = knowing({"health.aware_of_claiming": 0.1, "health.shares_until_aware": 2.0})
    model.world.signals[:] = 0
    model.platforms[0].shares = [150, 50]  # fen: two yuan
    model.post_terms()
    assert chance(model) == pytest.approx(0.5 * 0.55)


def test_whose_friend_was_aided_knows() -> None:
    model = knowing({"health.aware_of_claiming": 0.0})
    world, row = model.world, np.int64(7)
    friends = world.friends[world.first[row] : world.first[row + 1]]
    world.signals[:] = NEWS_OF_ILLNESS
    assert not has_aided_friend(row, world)
    assert chance(model, 7) == 0.0
    world.signals[friends[-1]] |= NEWS_OF_AID
    assert has_aided_friend(row, world)
    assert chance(model, 7) == 0.5


def test_an_announced_end_hurries_claims() -> None:
    model = knowing({"health.filing_at_the_end": 1.5})
    assert chance(model) == 0.5
    model.platforms[0].announce("active", "by hand")
    model.begin()
    model.post_terms()
    assert chance(model) == 0.75
    model.world.offers["filing_urgency"] = 9.0
    assert chance(model) == 1.0


# Fellows


def claims_of_fellows(changes: dict[str, Any]) -> np.ndarray:
    """Claims of a great many fellows diagnosed in one step; papers take five periods, and there are twelve."""
    crowd = {"people.persons": 1, "people.fellows": True, "health.filing_chance": 0.2, "people.honest_share": 0.0}
    model = busy(changes=crowd | changes)
    for _ in range(12):
        model.begin()
    model.post_terms()
    model.persons[:] = person(frailty=20.0)
    model.memberships[0, 0] = membership(platform=0, status=Status.COVERED, joined=0, since=6)[0, 0]
    model.world.signals[0] = 1 << 4
    cases = np.zeros(100_000, CASE)
    written = diagnose(model.persons, model.memberships, 0, numbers_of(0, 1, model.world), model.world, cases)
    assert written > 1_000
    return cases[:written]


@pytest.mark.parametrize("aware", [0.25, 1.0])
def test_of_fellows_too_only_those_file_who_know_by_the_chance_at_their_diagnosis(aware: float) -> None:
    """Within thirteen periods 1 - (1 - c)^13 of them, c = 0.2 x aware, and at once c; the same fellows as ever."""
    c = 0.2 * aware
    everybody = claims_of_fellows({"health.filing_chance": 1.0})
    cases = claims_of_fellows({"health.aware_of_claiming": aware})
    part = 1 - (1 - c) ** 13
    assert abs(cases.size / everybody.size - part) < SIGMAS * math.sqrt(part * (1 - part) / everybody.size)
    at_once = (cases["due"] == cases["found"]).sum()
    assert abs(at_once / everybody.size - c) < SIGMAS * math.sqrt(c * (1 - c) / everybody.size)
    assert set(cases["number"]) <= set(everybody["number"])


def test_papers_of_fellows_come_together_sooner_once_the_end_is_announced_and_none_is_lost() -> None:
    for hurry in (1, 4):
        model = finish(teeming(changes={"health.filing_chance": 0.1, "health.filing_at_the_end": float(hurry)}), 12)
        desk = model.platforms[0].desk
        waits = desk.cases["due"][desk.cases["due"] > model.now] - (model.now + 1)
        assert waits.max() > 8
        model.platforms[0].announce("active", "by hand")
        model.step()
        earlier = desk.cases[desk.cases["found"] < model.now]
        left = np.sort(earlier["due"][earlier["due"] > model.now] - model.now)
        assert left.tolist() == np.sort(waits // hurry)[(waits < hurry).sum() :].tolist()
        assert desk.filed >= (waits < hurry).sum()


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
