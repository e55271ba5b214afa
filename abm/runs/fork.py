"""The same people with the same luck in two or more worlds: who would have been covered, paid, aided, refused?

Worlds part at the first step or at a checkpoint. Chance depends on seed, step, person and purpose alone, so the same
people fall ill in all of them, and what differs between two worlds is what the difference between them brought about.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t

from abm.errors import ForkError
from abm.model import MutualAidModel
from abm.money import FEN_PER_YUAN
from abm.observation.series import INSIDE
from abm.persons.founding import CHUNK
from abm.persons.state import Status
from abm.runs.checkpoint import SUFFIX, resume
from abm.scenario.files import load

CONFIDENCE = 0.95

# name, unit, meaning; each is of this world against the first one
DIFFERENCES = (
    ("covered_only_here", "persons", "in some plan at the end here, and not there"),
    ("covered_only_there", "persons", "in some plan at the end there, and not here"),
    ("aided_only_here", "persons", "aided here, and not there, by the cases of simulated persons alone"),
    ("aided_only_there", "persons", "aided there, and not here, by the cases of simulated persons alone"),
    ("refused_only_here", "persons", "refused here, and not there, by the cases of simulated persons alone"),
    ("refused_only_there", "persons", "refused there, and not here, by the cases of simulated persons alone"),
    ("paid_more_here", "persons", "paid more shares here than there"),
    ("paid_less_here", "persons", "paid less shares here than there"),
    ("paid", "yuan", "all shares paid here, less those paid there"),
    ("received", "yuan", "all aid received here, less that received there"),
)


@dataclass(frozen=True)
class Fates:
    """What became of each person at the end of a world; arrays over persons.

    `received` is a person's own aid, `aid_per_head` that of all whom the row stands for.
    """

    inside: np.ndarray
    refused: np.ndarray
    paid: np.ndarray
    received: np.ndarray
    aid_per_head: np.ndarray
    ill: np.ndarray
    weight: float

    @classmethod
    def of(cls, model: MutualAidModel) -> "Fates":
        """The fates of a model's persons."""
        size = model.persons.size
        inside, refused = np.zeros(size, bool), np.zeros(size, bool)
        for first in range(0, size, CHUNK):
            status = model.memberships["status"][first : first + CHUNK]
            inside[first : first + CHUNK] = np.isin(status, INSIDE).any(axis=1)
            refused[first : first + CHUNK] = (status == Status.REFUSED).any(axis=1)
        paid, received, ill = (model.persons[name].copy() for name in ("paid", "received", "health_since"))
        return cls(inside, refused, paid, received, model.aid_per_head.copy(), ill, model.weight)

    def against(self, there: "Fates") -> dict[str, float]:
        """The differences of this world from another, in real units.

        Raises `ForkError` where luck was not the same.
        """
        if not np.array_equal(self.ill, there.ill):
            raise ForkError("the worlds differ in who falls ill and when; change what people and plans do, not health")
        aided, aided_there = self.received > 0, there.received > 0
        differences = (
            self.inside & ~there.inside,
            there.inside & ~self.inside,
            aided & ~aided_there,
            aided_there & ~aided,
            self.refused & ~there.refused,
            there.refused & ~self.refused,
            self.paid > there.paid,
            self.paid < there.paid,
        )
        sums = [self.weight * float(np.count_nonzero(each)) for each in differences]
        for here, other in ((self.paid, there.paid), (self.aid_per_head, there.aid_per_head)):
            fen = int(here.sum(dtype=np.int64)) - int(other.sum(dtype=np.int64))
            sums.append(self.weight * fen / FEN_PER_YUAN)
        return {name: value for (name, *_), value in zip(DIFFERENCES, sums, strict=True)}


def fork(
    start: str | Path,
    worlds: Mapping[str, Mapping[str, Any] | str],
    seeds: int = 1,
    until: date | None = None,
    on_step: Callable[[date], object] | None = None,
) -> pd.DataFrame:
    """Run worlds that differ in some numbers and compare each with the first, person by person.

    `start` is a scenario or a checkpoint, which has a seed of its own; `worlds` are changes by dotted path. Returns a
    row a seed and world: `seed`, `world` and the `DIFFERENCES`. Raises `ForkError` for worlds that cannot be compared.
    """
    if not isinstance(worlds, Mapping) or not all(isinstance(changes, Mapping | str) for changes in worlds.values()):
        raise ForkError(
            f"worlds = {worlds!r} must be changes by name, as {{'as it is': {{}}, 'free': 'mind.altruism=0'}}"
        )
    if not isinstance(seeds, int) or seeds < 1:
        raise ForkError(f"seeds = {seeds!r} must be a whole number from 1 up")
    if len(worlds) < 2:
        raise ForkError("fork needs two worlds at least, for example --world 'as it is' --world 'free: KEY=0'")
    at_checkpoint = str(start).endswith(SUFFIX)
    if at_checkpoint and seeds != 1:
        raise ForkError(f"seeds = {seeds}: a checkpoint has its own seed; save one for each seed")
    rows: list[dict[str, Any]] = []
    for seed in range(1, seeds + 1):
        first: Fates | None = None
        for name, changes in worlds.items():
            model = resume(start, changes) if at_checkpoint else MutualAidModel(load(start, changes), seed=seed)
            if model.now + 1 >= model.case.calendar.steps_until(until):
                raise ForkError(
                    f"until = {until or model.case.calendar.end} is not after {model.day}, where worlds part"
                )
            model.run_until(until, on_step)
            model.audit()
            fates = Fates.of(model)
            seed_there = model.seed
            model.close()
            first = first or fates
            if fates is not first:
                rows.append({"seed": seed_there, "world": name} | fates.against(first))
    return pd.DataFrame(rows)


def bounds(table: pd.DataFrame) -> pd.DataFrame:
    """Mean over seeds of each difference, with its confidence bounds; a row a world and difference."""
    lines = []
    for world, rows in table.groupby("world", sort=False):
        for name, unit, meaning in DIFFERENCES:
            values = rows[name].to_numpy(float)
            half = float("nan")
            if values.size > 1:
                spread = values.std(ddof=1) / math.sqrt(values.size)
                half = float(t.ppf((1 + CONFIDENCE) / 2, values.size - 1) * spread)
            mean = float(values.mean())
            lines.append((world, name, mean, mean - half, mean + half, unit, meaning))
    return pd.DataFrame(lines, columns=["world", "difference", "mean", "low", "high", "unit", "meaning"])
