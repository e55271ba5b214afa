"""Mechanisms of claims: each is switched on and off under the same luck, and what it shows must move.

Row A19 of the table of mechanisms, and of A1 the signs of illness that only the ill themselves see.
"""

import math
from typing import Any

import numpy as np
import pytest

from abm.mechanisms import off
from abm.model import MutualAidModel
from abm.persons.appraisal import buying, staying
from abm.persons.state import HealthState
from worlds.plain import StationaryModel, run, world
from worlds.switches import SIGMAS, inside

pytestmark = pytest.mark.slow
PERSONS = 10_000


def dear(changes: dict[str, Any]) -> MutualAidModel:
    """A1: a plan whose shares cost its 2,000 members twice what cover is worth; one in ten notices an illness."""
    mind = {"mind.symptom_alarm": 5.0, "mind.risk_aversion": 1.0, "mind.learning": 0.0, "health.noticed_share": 1.0}
    model = world(2_000, mind | {"health.latency_years": 0.5, "platform.pool.waiting_days": 0} | changes)
    model.world.incidence[:] = 0.01
    model.persons["frailty"] = 0.0
    run(model, 1)
    assert inside(model).all()
    model.persons["altruism"] = 0.0
    model.persons["health"][::10] = HealthState.LATENT
    model.memberships["expected"] = 2 * 100 * 300_000 * 0.01 * 2 / 24  # fen a period, of 6,000 yuan a year
    return model


def test_a1_who_notices_signs_of_illness_stays_and_claims() -> None:
    """A1: to whoever suspects five times the incidence the cover is worth five times as much, and half as much again
    as it costs; the others leave. Off, all leave who are not diagnosed in that very step, the ill among them.
    """
    on, without = dear({}), dear(off("A1", variant="signs"))
    cover = [
        float(staying(on.persons[row], on.memberships[row, 0], np.int64(0), row, on.world).cover) for row in (10, 11)
    ]
    assert cover[0] == pytest.approx(5 * cover[1])
    insurance = [
        float(buying(on.persons[row], on.memberships[row], np.int64(0), row, on.world).cover) for row in (10, 11)
    ]
    assert insurance[0] == pytest.approx(5 * insurance[1])
    ill = on.persons["health"] == HealthState.LATENT
    cases = [run(model, 13)["filed"][1:].sum() for model in (on, without)]
    for model in (on, without):
        assert not inside(model)[~ill].any()
    assert cases[1] < 0.2 * ill.sum()
    assert cases[0] > 0.5 * ill.sum()  # with a mean latency of twelve periods


def aware(changes: dict[str, Any]) -> dict[str, np.ndarray]:
    """A19: members who are ill for a half-month each, so that whoever does not think of a claim then never files it."""
    health = {"health.accident_share": 1.0, "health.aware_of_claiming": 0.1, "health.shares_until_aware": 50.0}
    terms = {"platform.pool.waiting_days": 0, "platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": 100.0}]}
    model = world(PERSONS, health | terms | changes, kind=StationaryModel)
    model.world.incidence[:] = 0.48
    return run(model, 32)


def test_a19_claims_grow_with_what_was_shared_and_not_with_illness() -> None:
    """A19: of the ill, one in ten files at first, and of the others half once 50 yuan have been shared, by Poisson."""
    on, without = aware({}), aware(off("A19", variant="awareness"))
    ill = 0.02 * PERSONS
    for part in (slice(1, 5), slice(26, 32)):
        periods = len(without["filed"][part])
        assert abs(without["filed"][part].sum() / (periods * ill) - 1) < SIGMAS / math.sqrt(periods * ill)
        published = on["share"].cumsum() - on["share"]
        expected = ill * (1 - 0.9 / (1 + published / 50.0))[part].sum()
        assert abs(on["filed"][part].sum() - expected) < SIGMAS * math.sqrt(expected)
    early, late = on["filed"][1:5].mean(), on["filed"][26:32].mean()
    assert late - early > SIGMAS * math.sqrt(late / 6 + early / 4)


def ending(changes: dict[str, Any]) -> np.ndarray:
    """A19: claims filed by period; one in five of the ill thinks of a claim, until an end comes after half a year."""
    health = {"health.accident_share": 1.0, "health.filing_chance": 0.5, "health.filing_at_the_end": 4.0}
    known = {"health.aware_of_claiming": 0.2, "health.shares_until_aware": 1_000.0, "friends.news_periods": 0}
    terms = {
        "platform.pool.waiting_days": 0,
        "platform.pool.closing_rules": [],
        "platform.pool.closing.notice_days": 60,
        "platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": 100.0}],
    }
    model = world(PERSONS, health | known | terms | changes)
    model.world.incidence[:] = 0.12
    run(model, 12)
    model.platforms[0].announce("active", "by hand")
    return run(model, 16)["filed"]


def test_a19_more_claims_are_filed_once_an_end_is_announced() -> None:
    """A19: of fifty who fell ill in each of twelve periods three in five think of it now, and half of these file."""
    on, without = ending({}), ending(off("A19", variant="end"))
    assert (on[:12] == without[:12]).all()
    forward = 12 * 0.005 * PERSONS * 0.6 * 0.5
    assert abs(on[12] - without[12] - forward) < SIGMAS * math.sqrt(forward)
    late, late_without = on[12:].sum(), without[12:].sum()
    assert late - late_without > forward
