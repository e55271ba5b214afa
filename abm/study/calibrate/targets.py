"""Targets of a fit: what a run is held against, on a scale, with the variances of observation and of discrepancy.

A target is a fact, or the sum of several where each alone carries little but the chance in its few cases, or whether a
plan was open. Facts of 2021 and later are none: they are what a forecast is scored by.

Sources: Kennedy and O'Hagan, Bayesian calibration of computer models, J. R. Statist. Soc. B 63 (2001), for observation
and discrepancy apart; Craig, Goldstein, Seheult and Smith, Pressure matching for hydrocarbon reservoirs (1997).
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from abm.clock import collection_date
from abm.errors import DataError
from abm.observation import industry
from abm.observation.facts import FACTS_END, REPEATS, Fact, compare, load_facts
from abm.observation.precision import CHANCE, allowance, of_sum, own_error, scale_of, scaled
from abm.observation.survival import Survival, announced, load_survival
from abm.runs.outputs import ENDS, FIRST

# Sums of facts that are targets themselves; a miss would count twice.
SAID_BEFORE = {**REPEATS, "F069": "F053 to F059"}


@dataclass(frozen=True)
class Target:
    """What a run is held against. `observed` and both variances are on the scale; of a chance `observed` is 1.

    A chance is that of a run to meet the fact; what was observed came out once, and its own variance is that of the
    chance itself. Raises `DataError` for a fact after 2020.
    """

    name: str  # the ids of its facts
    platform: str  # by its name in a scenario, or `industry.NAME`
    words: str
    scale: str
    observed: float
    observation: float  # variance
    discrepancy: float  # variance
    facts: tuple[Fact, ...] | tuple[Survival, ...]
    at_least: bool = False  # a lower bound: more is no miss

    def __post_init__(self) -> None:
        for fact in self.facts:
            if (day := fact.day if isinstance(fact, Survival) else fact.last) > FACTS_END:
                raise DataError(f"{fact.id}: {day} is after {FACTS_END}; what followed is kept aside for the forecast")


def targets_of(platforms: Sequence[str], file: str = "facts.csv") -> tuple[Target, ...]:
    """The targets of the plans of a scenario, and of the industry where it has every plan; none is of after 2020.

    Raises `DataError` for a row that cannot be read, or is of a later day.
    """
    names = [*platforms, *([industry.NAME] if industry.is_whole(platforms) else [])]
    of_facts = [target for name in names for target in _of_plan(name, load_facts(name, file))]
    return (*of_facts, *map(_of_survival, load_survival(platforms, file)))


def _of_plan(platform: str, facts: Iterable[Fact]) -> Iterable[Target]:
    """A target for each fact, or for those that are summed."""
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        if fact.id not in SAID_BEFORE:
            groups.setdefault((fact.quantity, fact.summed_as or fact.id), []).append(fact)
    return [_of_facts(platform, tuple(group)) for group in groups.values()]


def _of_facts(platform: str, facts: tuple[Fact, ...]) -> Target:
    """The target of one fact, or of the sum of several. Raises `DataError` for a sum of parts of a whole."""
    unit, first = facts[0].meaning.unit, facts[0]
    errors = [own_error(fact) for fact in facts]
    if len(facts) > 1 and (unit == "1" or any(fact.at_least for fact in facts)):
        raise DataError(f"{first.id}: parts of a whole and lower bounds are not summed ({first.summed_as})")
    words = first.meaning.words + (f", {len(facts)} half-months" if len(facts) > 1 else "")
    return Target(
        name="+".join(fact.id for fact in facts),
        platform=platform,
        words=f"{words}, {first.summed_as or first.dated}",
        scale=scale_of(unit),
        observed=scaled(sum(fact.value for fact in facts), unit),
        observation=(errors[0] if len(facts) == 1 else of_sum(facts, errors)) ** 2,
        discrepancy=max(allowance(fact) for fact in facts) ** 2,
        facts=facts,
        at_least=first.at_least,
    )


def _of_survival(fact: Survival) -> Target:
    words = f"{fact.words} on {fact.day}"
    return Target(fact.id, fact.platform, words, CHANCE, 1.0, 0.0, 0.0, (fact,))


def series_needed(targets: Iterable[Target], platforms: Sequence[str]) -> tuple[str, ...]:
    """The series of a run that targets are read off, by the names of their columns."""
    names: set[str] = set()
    for target in targets:
        facts = [fact for fact in target.facts if isinstance(fact, Fact)]
        names |= industry.columns(facts, target.platform, platforms)
    return tuple(sorted(names))


def read(
    targets: Sequence[Target], series: pd.DataFrame, ends: Sequence[Mapping[str, Any]], platforms: Sequence[str]
) -> np.ndarray:
    """What a run shows in the place of each target, on its scale; of a chance 1 where the fact is met, and 0.

    `series` has the columns of `series_needed` and days of collection; `ends` the announced ends of plans. Not a number
    where the run is too short, nobody was there, or the end of the plan had been announced: that it lived is a target
    of its own, and the others are of plans that live. Raises `SeriesError` where a column is missing.
    """
    facts = [(target.platform, fact) for target in targets for fact in target.facts if isinstance(fact, Fact)]
    shown: dict[str, float] = {}
    for platform in dict.fromkeys(name for name, _ in facts):
        known = [fact for name, fact in facts if name == platform]
        if platform == industry.NAME:
            found = industry.compare_industry(series, platforms, known)
        else:
            found = compare(series, platform, known=known)
        shown |= {each.fact.id: each.simulated for each in found}
    last = max(series["date"], default=date.min)
    return np.array([_read(target, shown, ends, last) for target in targets])


def _read(target: Target, shown: Mapping[str, float], ends: Sequence[Mapping[str, Any]], last: date) -> float:
    """What a run shows of one target, which saw no day after `last`."""
    total = 0.0
    for fact in target.facts:
        if isinstance(fact, Survival):
            # The last collection of a year is three days before its end.
            return float(fact.met(ends)) if (fact.day - last).days < HALF_MONTH else float("nan")
        if announced(ends, target.platform, fact.last):
            return float("nan")
        total += shown.get(fact.id, float("nan"))
    first = target.facts[0]
    assert isinstance(first, Fact)
    return scaled(total, first.meaning.unit)


HALF_MONTH = 15  # days


def read_outputs(targets: Sequence[Target], outputs: Mapping[str, Any], platforms: Sequence[str]) -> np.ndarray:
    """What a run of a study shows in the place of each target, from what the store keeps of it."""
    columns = {name: np.asarray(outputs[name]) for name in series_needed(targets, platforms)}
    steps = max(map(len, columns.values()), default=0)
    first = int(outputs[FIRST])
    days = [collection_date(first + step) for step in range(steps)]
    return read(targets, pd.DataFrame({"date": days, **columns}), json.loads(outputs[ENDS]), platforms)


def table_of(targets: Collection[Target]) -> pd.DataFrame:
    """The targets as a table: facts, scale, what was observed, both standard deviations on the scale."""
    columns = ("name", "platform", "words", "scale", "observed", "at_least")
    rows = [{name: getattr(target, name) for name in columns} for target in targets]
    for row, target in zip(rows, targets, strict=True):
        row |= {"observation_sd": target.observation**0.5, "discrepancy_sd": target.discrepancy**0.5}
    return pd.DataFrame(rows)
