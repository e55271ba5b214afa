"""Plain worlds in which many fall ill in one step, as persons or as fellows of fewer persons, for tests of claims."""

import math
from typing import Any

import numpy as np

from abm.model import MutualAidModel
from worlds.plain import run, world

SIGMAS = 4.0
WINDOW = 13  # periods in which a claim can be filed, that of the diagnosis included: 180 days and one


def strike(model: MutualAidModel, incidence: float) -> None:
    """So much of accidents a year from now on."""
    model.world.incidence[:] = model.world.highest_incidence[:] = incidence


def assembled(fellows: bool, changes: dict[str, Any]) -> MutualAidModel:
    """6,000 persons, or 200 with 29 fellows each, who all join in the first step; nobody is ill."""
    plain: dict[str, Any] = {
        "health.accident_share": 1.0,
        "health.shares_until_aware": 1_000.0,
        "friends.news_periods": 0,
        "platform.pool.waiting_days": 0,
        "platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": 1.0}],
        "platform.pool.closing_rules": [],
        "platform.pool.closing.notice_days": 30,
    }
    sample = {"people.persons": 200, "people.fellows": True} if fellows else {}
    model: MutualAidModel = world(6_000, plain | sample | changes)
    strike(model, 0.0)
    run(model, 1)
    return model


def wave(model: MutualAidModel, incidence: float) -> None:
    """A step in which many have an accident, and one in which nobody has."""
    for each in (incidence, 0.0):
        strike(model, each)
        run(model, 1)


def struck(fellows: bool, changes: dict[str, Any]) -> MutualAidModel:
    """More than a fifth of those assembled have an accident in step 1, none later."""
    model = assembled(fellows, changes)
    wave(model, 8.0)
    return model


def share_filed(model: MutualAidModel, fellows: bool) -> tuple[float, float]:
    """The part of the ill who have filed in the end, and its tolerance; how many are ill is seen where all file."""
    ill = run(struck(fellows, {}), 0)["filed"].sum()
    assert ill > 1_200
    return run(model, 24)["filed"].sum() / ill, SIGMAS * math.sqrt(0.25 / ill)


def announce(model: MutualAidModel) -> None:
    """The end of the plan, in two periods; run-off is from the third on."""
    model.platforms[0].announce("active", "by hand")


def publish(model: MutualAidModel) -> None:
    """As much as makes half of those aware who are not."""
    model.platforms[0].shares.append(1_000_00)


def ill_since(model: MutualAidModel, step: int) -> np.ndarray:
    """Rows of persons who were diagnosed in a step."""
    found: np.ndarray = np.flatnonzero(model.persons["health_since"] == step)
    return found
