"""What is known of choices by lasting tastes: logit shares in one period, no drift, and a rate of renewal.

Everybody values being inside alike, so that who is inside is a matter of taste. Tolerances are four standard errors.
"""

import math
from datetime import date
from typing import Any

import numpy as np

from abm.persons.rules import choice_chance, renewals
from abm.persons.state import Status
from worlds.plain import run, world
from worlds.switches import SIGMAS, inside, shut_the_door

PERSONS, NOISE, WORTH = 20_000, 30.0, 20.0
ONCE_FOR_ALL = 1e9
TASTES: dict[str, Any] = {
    "people.fellows": False,
    "health.incidence_level": 0.0,
    "mind.altruism": WORTH,
    "mind.noise": NOISE,
    "mind.taste_years": ONCE_FOR_ALL,
    "friends.telling": 0.0,
    "platform.pool.min_credit": 500,
}


def error(share: float, number: int = PERSONS) -> float:
    """Standard error of a share of so many."""
    return math.sqrt(share * (1 - share) / number)


def test_the_share_who_join_is_the_logit_share_and_does_not_drift_by_repeated_thinking() -> None:
    """McFadden 1974: 1 / (1 + exp(-20 / 30)) = 0.661 choose what is worth 20 more, all at once and for good."""
    share = 1 / (1 + math.exp(-WORTH / NOISE))
    model = world(PERSONS, TASTES)
    run(model, 1)
    first = inside(model)
    assert abs(first.mean() - share) < SIGMAS * error(share)
    run(model, 49)  # and everybody thinks again in each period
    assert (inside(model) == first).all()


def test_at_another_worth_those_between_change_their_minds_and_nobody_else() -> None:
    """Thresholds move and tastes do not: one taste serves for joining and for leaving."""
    model, members = world(PERSONS, TASTES), {}
    for step, worth in enumerate((20.0, -10.0, 50.0, 20.0)):
        model.persons["altruism"] = worth
        run(model, 1 + (step > 0))  # a slot given up in this very step is not free yet
        members[step] = inside(model)
        share = float(choice_chance(worth, NOISE))
        assert abs(members[step].mean() - share) < SIGMAS * error(share)
    assert not (members[1] & ~members[0]).any()
    assert not (members[0] & ~members[2]).any()
    assert (members[3] == members[0]).all()


def test_of_two_plans_each_joins_the_one_of_the_higher_sum_of_worth_and_taste() -> None:
    """None is joined by (1 - p) (1 - q), for tastes of two plans are independent. Where both are worth the same, half
    of the others join either.
    """
    far = {path.replace("pool", "far"): value for path, value in TASTES.items() if ".pool." in path}
    far |= {
        "platform.far.launch": date(2019, 1, 1),
        "platform.far.launch_reach": 0.0,
        "platform.pool.launch_reach": 0.0,
    }
    far |= {"platform.far.brand": 1.0, "platform.far.advertised_share": 0.0, "platform.far.fee_rate": 0.0}
    model = world(PERSONS, TASTES | far)
    model.persons["aware"] = 3
    run(model, 1)
    chance = float(choice_chance(WORTH, NOISE))
    joined, outside = inside(model), (1 - chance) ** 2
    assert abs(joined.mean() - (1 - outside)) < SIGMAS * error(outside)
    to_far = model.memberships["platform"][joined, 0] == 1
    assert abs(to_far.mean() - 0.5) < SIGMAS * error(0.5, joined.sum())


def test_who_declined_thinks_again_once_tastes_are_renewed_and_the_share_inside_does_not_drift() -> None:
    """Members whose taste turns leave at once; if others who have come to like the plan stayed away, it would empty."""
    declined = {"mind.taste_years": 2.0, "mind.renewed_interest": 0.05}
    model = world(2_000, TASTES | declined)
    for _ in range(3):
        run(model, 24)
        assert abs(inside(model).mean() - choice_chance(WORTH, NOISE)) < SIGMAS * error(0.66, 2_000)


def test_insurance_that_is_offered_again_and_again_is_bought_by_those_who_like_it() -> None:
    """It costs nothing and brings nothing, and half of all people like it. By a lottery, in the end all buy."""
    product = {"sum_insured": 0.0, "premium": 0.0, "reach": 1.0, "affordable": 1.0, "asks_about_health": False}
    holders = {}
    for years in (ONCE_FOR_ALL, 0.0):
        model = world(2_000, TASTES | {"insurance.gift": product, "mind.taste_years": years})
        holders[years] = []
        for _ in range(12):
            run(model, 1)
            holders[years].append((model.persons["policies"] > 0).mean())
    assert abs(holders[ONCE_FOR_ALL][0] - 0.5) < SIGMAS * error(0.5, 2_000)
    assert set(holders[ONCE_FOR_ALL]) == {holders[ONCE_FOR_ALL][0]}
    assert holders[0.0][-1] > 0.99


def test_tastes_are_renewed_at_their_rate() -> None:
    """Once in two years: in half of that time half of the members renew theirs, and a part 1 - p of them leaves."""
    model = world(PERSONS, TASTES | {"mind.taste_years": 2.0})
    run(model, 1)
    first = inside(model)
    shut_the_door(model)
    chance, left = float(choice_chance(WORTH, NOISE)), {}
    for periods in (1, 12, 24, 48):
        run(model, periods - model.now)
        left[periods] = (model.memberships["status"][first, 0] == Status.LEFT).mean()
        expected = periods / 48 * (1 - chance)
        assert abs(left[periods] - expected) < SIGMAS * error(expected, first.sum()), periods
    assert left[1] < left[12] < left[24] < left[48]


def test_a_taste_is_renewed_at_regular_intervals_from_a_day_of_the_persons_own() -> None:
    assert [renewals(now, 0.5, 0.0) for now in (0, 11, 12, 23, 24)] == [0, 0, 1, 1, 2]
    assert [renewals(now, 0.5, 0.75) for now in (0, 2, 3, 14, 15)] == [0, 0, 1, 1, 2]
    assert [renewals(now, 0.001, 0.5) for now in (0, 1, 2)] == [0, 1, 2]  # once a period at most
    phases = np.linspace(0, 1, 1_001)[:-1]
    assert sum(renewals(240, 1_000.0, phase) for phase in phases) == 10  # of a thousand, in ten years
    assert not any(renewals(240, ONCE_FOR_ALL, phase) for phase in phases)
