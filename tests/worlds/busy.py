"""Small worlds in which much happens, for tests."""

import hashlib
from datetime import date
from typing import Any

import pandas as pd

from abm.mechanisms import off
from abm.model import MutualAidModel
from worlds.simple import simplify

# Illness eighty times as common and cover about as many times smaller, so that a few hundred persons see claims,
# refusals, a backlog, caps, lapses and leaving within two years; everybody's credit passes the gate. What works by
# default works here too.
BUSY: dict[str, Any] = {
    "calendar.end": date(2020, 6, 30),
    "people.population": 500_000,
    "people.persons": 500,
    "people.fellows": False,
    "people.credit_mean": 800,
    "people.honest_share": 0.5,
    "people.deduction_failure": 0.1,
    "friends.telling": 1.0,
    "health.incidence_level": 80.0,
    "health.survival_years": 0.0,
    "health.latency_years": 0.2,
    "health.filing_chance": 0.6,
    "health.accident_share": 0.1,
    "health.aware_of_claiming": 0.5,
    "mind.taste_years": 1.0,
    "platform.xianghubao.launch_reach": 0.9,
    "platform.xianghubao.capacity": 1_000.0,
    "platform.xianghubao.effort": 1.0,
    "platform.xianghubao.wrong_refusal": 0.3,
    "platform.xianghubao.bands.0.cover": 2_500.0,
    "platform.xianghubao.bands.1.cover": 1_500.0,
    "platform.xianghubao.mild_cover": 800.0,
    "platform.xianghubao.amendments": [],
    "platform.xianghubao.case_cap": 0.009,
    "platform.xianghubao.annual_cap": 60.0,
    "platform.xianghubao.closing_rules": [],
    "platform.xianghubao.parent.fee_ceiling": 0.0,
    "platform.xianghubao.parent.effort_response": 0.0,
    "platform.xianghubao.parent.marketing_response": 1.0,
    "shocks.1.first": date(2020, 1, 1),
    "shocks.1.last": date(2020, 6, 30),
    "supervision.policy": "laissez_faire",
}


# The same people in households, a thousand times as many claims as persons make, and a desk that cannot decide them
# all.
TEEMING: dict[str, Any] = BUSY | {
    "people.fellows": True,
    "people.households": True,
    "health.incidence_level": 8.0,
    "mind.altruism": 5.0,
    "mind.herding": 60.0,
    "mind.taste_years": 0.25,
    "platform.xianghubao.capacity": 100.0,
    "platform.xianghubao.bands.0.cover": 25_000.0,
    "platform.xianghubao.bands.1.cover": 15_000.0,
    "platform.xianghubao.mild_cover": 8_000.0,
}


def busy(seed: int = 3, changes: dict[str, Any] | None = None, **given: Any) -> MutualAidModel:
    """A model of a busy little world."""
    return MutualAidModel("xianghubao", seed=seed, changes=BUSY | (changes or {}), **given)


# Of the board, which in the scenario may do both.
NEITHER_PARTS_NOR_MENDS = off("B11", ["xianghubao"]) | off("B16", ["xianghubao"])


def simply_busy(seed: int = 3, changes: dict[str, Any] | None = None, **given: Any) -> MutualAidModel:
    """A model of the busy little world that is simple besides, and in which the changes switch on what is tested."""
    return busy(seed, simplify(NEITHER_PARTS_NOR_MENDS | (changes or {}), ["xianghubao"], ["xianghubao"]), **given)


def teeming(seed: int = 3, changes: dict[str, Any] | None = None, **given: Any) -> MutualAidModel:
    """A model of the busy little world in which each person has 999 fellows, and households decide together."""
    return busy(seed, TEEMING | (changes or {}), **given)


def finish(model: MutualAidModel, steps: int | None = None) -> MutualAidModel:
    """Run to the end, or for so many steps."""
    while model.running and (steps is None or model.now + 1 < steps):
        model.step()
    return model


def series(model: MutualAidModel) -> pd.DataFrame:
    """The series so far, platform names dropped."""
    table = model.datacollector.get_model_vars_dataframe()
    return table.rename(columns=lambda name: name.removeprefix("xianghubao."))


def digest(model: MutualAidModel) -> str:
    """A fingerprint of persons, memberships, what friends see, claims, the ledger and all series."""
    parts = [
        model.persons.tobytes(),
        model.memberships.tobytes(),
        model.world.signals.tobytes(),
        model.aid_per_head.tobytes(),
        *(platform.desk.cases.tobytes() for platform in model.platforms),
        repr(sorted(model.ledger.balances.items())).encode(),
        series(model).to_csv().encode(),
    ]
    return hashlib.sha256(b"".join(parts)).hexdigest()
