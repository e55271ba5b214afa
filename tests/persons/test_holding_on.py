"""Who holds on to a membership for a claim: whoever thinks of it; the others leave as anybody does, and it with them.

And what makes one think of it: one number an illness for all plans, and what friends tell when it is found.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from abm.market import NEWS_OF_AID, NEWS_OF_ILLNESS
from abm.model import MutualAidModel
from abm.persons.cases import CASE
from abm.persons.households import follow
from abm.persons.paying import draw_on_deposit, no_cash_flows
from abm.persons.situation import has_aided_friend, has_claim_in_mind, may_claim, thinks_of_claim
from abm.persons.state import HealthState, Status
from abm.platforms.awareness import needed_by_fellows
from worlds.endings import ending_market
from worlds.filing import WINDOW, announce, assembled, ill_since, publish, share_filed, strike, struck, wave
from worlds.plain import run

AWARE = 0.4
PERSON, NUMBER, FOUND = (CASE.names.index(name) for name in ("person", "number", "found"))
WILLING, UNWILLING = 1e9, -1e9  # yuan a year of altruism


# Leaving


def leave(model: MutualAidModel) -> None:
    """Everybody wants to."""
    model.persons["altruism"] = UNWILLING
    run(model, 1)


def grow_too_old(model: MutualAidModel) -> None:
    """Nobody is covered from 60 years on."""
    model.persons["age_at_start"] = 61
    run(model, 1)


def see_the_end(model: MutualAidModel) -> None:
    """Of the plan, and its last step of cover."""
    announce(model)
    run(model, 2)


def see_the_deposit_empty(model: MutualAidModel) -> None:
    """A bill of a yuan, and nobody wants to fill up."""
    model.persons["altruism"] = UNWILLING
    model.world.offers["share"], model.world.offers["annual_cap"] = 100, 1_000_00
    model.world.deposits[:] = 100
    for row in range(model.persons.size):
        me, m, cash_flows = model.persons[row], model.memberships[row, 0], no_cash_flows(model.world)
        draw_on_deposit(me, m, 0, row, model.world, cash_flows)


def lose_the_guardian(model: MutualAidModel) -> None:
    """The next person, who has left every plan."""
    world = model.world._replace(standing=np.zeros((model.persons.size, 2), model.world.signals.dtype))
    for row in range(model.persons.size):
        me, mine = model.persons[row], model.memberships[row]
        follow(me, mine, np.int64((row + 1) % model.persons.size), row, world)


@pytest.mark.parametrize(
    ("happens", "status"),
    [
        (leave, Status.LEFT),
        (grow_too_old, Status.AGED_OUT),
        (see_the_end, Status.ENDED),
        (see_the_deposit_empty, Status.LAPSED),
        (lose_the_guardian, Status.LEFT),
    ],
)
def test_who_thinks_of_a_claim_holds_on_for_it_and_who_does_not_goes_as_others_do(
    happens: Callable[[MutualAidModel], None], status: Status
) -> None:
    """No papers come together, so that all who hold on do so until the end."""
    changes = {"health.aware_of_claiming": AWARE, "health.filing_chance": 0.0, "people.persons": 600}
    model = struck(False, changes | {"people.population": 600})
    ill, key = ill_since(model, 1), np.uint64(model.seed)
    thinks = np.array([thinks_of_claim(key, np.int64(1), row, AWARE) for row in ill.tolist()])
    assert 30 < thinks.sum() < ill.size - 30
    assert all(may_claim(model.persons[row], model.memberships[row, 0], row, model.world) for row in ill.tolist())
    happens(model)
    now = model.memberships["status"][:, 0]
    assert (now[ill[thinks]] == Status.COVERED).all()
    assert (now[ill[~thinks]] == status).all()
    assert (now[model.persons["health"] == HealthState.WELL] == status).all()


@pytest.mark.parametrize("fellows", [False, True])
@pytest.mark.parametrize("altruism", [UNWILLING, WILLING])
def test_a_claim_not_thought_of_is_given_up_with_the_membership_by_persons_and_by_fellows(
    altruism: float, fellows: bool
) -> None:
    """Awareness rises from 0.2 to 0.6 when everybody has left and, where they want to, come back."""
    model = struck(fellows, {"health.aware_of_claiming": 0.2, "health.filing_chance": 0.2})
    leave(model)
    model.persons["altruism"] = altruism
    run(model, 3)
    publish(model)
    part, tolerance = share_filed(model, fellows)
    assert abs(part - 0.2 * (1 - 0.8**WINDOW)) < tolerance
    desk = model.platforms[0].desk
    assert desk.cases.size == 0
    model.audit()


# Thinking of it


def test_who_thinks_of_a_claim_on_one_plan_does_on_all_that_have_shared_as_much() -> None:
    """Persons, and fellows whose claims are held back, in a market whose members are in several plans."""
    model = ending_market(changes={"people.fellows": True, "health.aware_of_claiming": 0.3})
    while model.now < 12:
        model.step()
    needed: dict[tuple[int, ...], set[float]] = {}
    for desk in (platform.desk for platform in model.platforms):
        for case, level in zip(desk.held_back.cases.tolist(), desk.held_back.needed.tolist(), strict=True):
            needed.setdefault((case[PERSON], case[NUMBER], case[FOUND]), set()).add(level)
    cases = sum(platform.desk.held_back.cases.size for platform in model.platforms)
    assert cases > len(needed) > 10
    assert {len(levels) for levels in needed.values()} == {1}
    model.world.offers["claim_awareness"], model.persons["health"] = 0.3, HealthState.DIAGNOSED
    model.persons["health_since"], shared = model.now, []
    for row in np.flatnonzero((model.memberships["status"] == Status.COVERED).sum(axis=1) > 1).tolist():
        me, mine = model.persons[row], model.memberships[row]
        minds = [has_claim_in_mind(me, m, row, model.world) for m in mine if may_claim(me, m, row, model.world)]
        shared += [(min(minds), max(minds))] if len(minds) > 1 else []
    assert set(shared) == {(False, False), (True, True)}


def told(model: MutualAidModel) -> np.ndarray:
    """Whose friends tell of aid now, by row."""
    return np.array([has_aided_friend(row, model.world) for row in range(model.persons.size)])


@pytest.mark.parametrize("fellows", [False, True])
@pytest.mark.parametrize(("periods", "filed"), [((0,), 1.0), ((1, 2, 3), 0.0)])
def test_a_friends_news_counts_at_the_diagnosis_and_for_good(
    periods: tuple[int, ...], filed: float, fellows: bool
) -> None:
    """Nobody knows otherwise. The news is shown in the step of the diagnosis alone, or in those after it."""
    model = assembled(fellows, {"health.aware_of_claiming": 0.0, "health.filing_chance": 0.2})
    signals = model.world.signals
    for period, incidence in enumerate((8.0, 0.0, 0.0, 0.0)):
        signals |= NEWS_OF_AID if period in periods else NEWS_OF_ILLNESS
        strike(model, incidence)
        run(model, 1)
    part, tolerance = share_filed(model, fellows)
    assert abs(part - filed * (1 - 0.8**WINDOW)) < tolerance


def second_wave(fellows: bool, changes: dict[str, Any]) -> tuple[set[tuple[int, ...]], np.ndarray, np.ndarray]:
    """Claims for illness found in step 6: who filed, person and number; the cases; whose friends told of aid then.

    Five periods before others fell ill, of whom some were aided; news of it lasts for less than four periods.
    """
    news = {"friends.news_periods": 4, "health.filing_chance": 0.3}
    model = assembled(fellows, news | changes)
    wave(model, 4.0)
    run(model, 3)
    known = told(model)
    wave(model, 8.0)
    accepted = [model.platforms[0].desk.accepted]
    while model.now < 20:
        run(model, 1)
        accepted.append(model.platforms[0].desk.accepted)
    cases = np.concatenate(accepted)
    cases = cases[cases["found"] == 6]
    return set(zip(cases["person"].tolist(), cases["number"].tolist(), strict=True)), cases, known


@pytest.mark.parametrize("fellows", [False, True])
def test_whoever_had_friends_with_news_of_aid_when_falling_ill_files_at_any_weight(fellows: bool) -> None:
    """To the claim: of those who file where all know, whoever was told, and whoever needs no more awareness."""
    everybody, cases, _ = second_wave(fellows, {})
    some, _, known = second_wave(fellows, {"health.aware_of_claiming": 0.3})
    seed = np.uint64(0)
    own = [thinks_of_claim(seed, np.int64(6), row, 0.3) for row in cases["person"].tolist()]
    thinks = np.where(cases["number"] == 0, own, needed_by_fellows(cases, 0) < 0.3) | known[cases["person"]]
    expected = set(zip(cases["person"][thinks].tolist(), cases["number"][thinks].tolist(), strict=True))
    assert 0.05 < known.mean() < 0.95
    assert 100 < len(some) < len(everybody)
    assert some == expected
