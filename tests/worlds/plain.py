"""Small worlds in which the answer is known: how to make one, fill it with equals and run it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from unittest import mock

import numba
import numpy as np

from abm.model import MutualAidModel
from abm.persons.state import HealthState, Status, Trait
from worlds.simple import simple

OF_THE_ILLNESS = int(Trait.ACCIDENT | Trait.TOLD)

# Everybody hears at launch, thinks in every period, joins whatever is worth anything and pays; nobody is turned
# away, refused, late or paid less, no taste differs and no news moves anyone. Each real person is simulated. What else
# works by default is off (`worlds.simple`).
PLAIN: dict[str, Any] = {
    "calendar.start": date(2019, 1, 1),
    "calendar.end": date(2028, 12, 31),
    "platform.pool.launch": date(2019, 1, 1),
    "people.honest_share": 0.0,
    "people.insured_share": 0.0,
    "people.deduction_failure": 0.0,
    "health.survival_years": 0.0,
    "health.latency_years": 0.0,
    "health.accident_share": 0.0,
    "health.mild_share": 0.0,
    "health.filing_chance": 1.0,
    "mind.altruism": 10_000.0,
    "mind.herding": 0.0,
    "mind.anxiety": 0.0,
    "mind.attention": 1.0,
    "mind.alerted_attention": 1.0,
    "mind.inertia": 0.0,
    "mind.noise": 0.0,
    "mind.spread": 0.0,
    "mind.salience": 0.0,
    "mind.trust_from_aid": 0.0,
    "mind.trust_from_refusal": 0.0,
    "platform.pool.brand": 1.0,
    "platform.pool.launch_reach": 1.0,
    "platform.pool.capacity": 1e6,
    "platform.pool.effort": 0.0,
    "platform.pool.fee_rate": 0.0,
    "platform.pool.advertised_share": 0.0,
}


@contextmanager
def quickly() -> Iterator[None]:
    """One thread and agents on demand only: small worlds run fastest so, above all beside other programs."""
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    with mock.patch("abm.model.MOST_AGENTS", 0):
        yield
    numba.set_num_threads(threads)


def world(persons: int, changes: Mapping[str, Any], seed: int = 0, kind: type = MutualAidModel) -> Any:
    """A plain world of so many equals: well men of 35 with good credit and mean risk."""
    people = {"people.population": persons, "people.persons": persons}
    with quickly():
        model = kind(simple(people | PLAIN | dict(changes), "plain"), seed=seed)
    for field, value in {
        "age_at_start": 35,
        "frailty": 1,
        "believed_frailty": 1,
        "credit": 900,
        "traits": 0,
        "health": HealthState.WELL,
    }.items():
        model.persons[field] = value
    return model


def run(model: MutualAidModel, steps: int) -> dict[str, np.ndarray]:
    """So many steps, and the series of the pool over all steps so far, by name."""
    with quickly():
        for _ in range(steps):
            model.step()
    columns = model.datacollector.model_vars
    return {name.removeprefix("pool."): np.array(values) for name, values in columns.items() if name != "date"}


class StationaryModel(MutualAidModel):
    """Whoever has been aided or has fallen ill is replaced by a well person like them, as theory has it.

    Cases can then be many, which makes shares precise, without using up the population. All cases must be accidents
    (``health.accident_share = 1``), so that those who fall ill are aided in the same step.
    """

    def step(self) -> None:
        super().step()
        self.memberships["status"][self.memberships["status"] == Status.AIDED] = Status.COVERED
        self.memberships["status"][self.memberships["status"] == Status.DECLINED] = Status.NEVER
        self.persons["health"] = HealthState.WELL
        self.persons["traits"] &= 255 - OF_THE_ILLNESS
        for platform, row in zip(self.platforms, self.drive.census(), strict=False):
            platform.take_stock(row)


def certain_illness(model: Any) -> Any:
    """Nobody falls ill but whom the returned function names, and they do so in the next step."""
    model.persons["frailty"] = 0.0
    model.world.incidence[:] = 24.0

    def strike(person: int) -> None:
        model.persons["frailty"][person] = 1.0

    return strike
