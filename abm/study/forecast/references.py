"""Simple forecasts that a better one must beat, each made of what was known until the end of 2020 and of nothing later.

A reference is itself an ensemble, so that facts are read off it as off the forecast. What was known is the median of
the runs until then, at the level of the last observation where there is one of the last half-year. No reference ends a
plan: only the rate of closings of 2020 says how long one may last (`hazard`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from abm.clock import PERIODS_PER_MONTH, PERIODS_PER_YEAR, half_month
from abm.observation.quantities import Steps
from abm.scenario.scenario import Scenario
from abm.scenario.tables import incidence_by_age, strata_of
from abm.study.forecast.ensemble import BILL, FLOWS, KNOWN, NEVER, START, Ensemble
from abm.study.forecast.observed import READINGS, Observed

Known = dict[str, np.ndarray]  # series of one plan from its launch to the end of 2020, by bare name
Path_ = np.ndarray  # draws x half-months from January 2021 on
YEAR = PERIODS_PER_YEAR
DRAWS, LUCK = 200, 2020  # of AR(1), which alone of them says how unsure it is
FRESH = date(2020, 7, 1)  # an older observation says little of the level at the end of 2020
TELLING = ("members", "members_sharing", "share", "aid", "aided")


def last_value(known: Known, steps: int, _scenario: Scenario, _platform: str) -> Mapping[str, Path_]:
    """Everything stays as it was."""
    return {name: np.full((1, steps), values[-1]) for name, values in known.items()}


def trend(known: Known, steps: int, _scenario: Scenario, _platform: str) -> Mapping[str, Path_]:
    """The straight line through 2020 goes on, and nothing falls below nothing."""
    return {name: np.maximum(0.0, line(values[-YEAR:], steps))[None] for name, values in known.items()}


def line(values: np.ndarray, steps: int) -> np.ndarray:
    """The line of least squares through the values that there are, for so many steps after them."""
    there = ~np.isnan(values)
    if there.sum() < 2:
        return np.full(steps, values[-1])
    slope, start = np.polyfit(np.flatnonzero(there), values[there], 1)
    return np.asarray(start + slope * np.arange(values.size, values.size + steps))


def bass(known: Known, steps: int, _scenario: Scenario, _platform: str) -> Mapping[str, Path_]:
    """Members spread as an innovation does (Bass 1969); each costs as much and falls ill as often as in the end."""
    found = dict(last_value(known, steps, _scenario, _platform))
    for name in ("members", "members_sharing"):
        if name in known and known[name].max() > 0:  # nobody shares in a plan of the last weeks yet
            found[name] = bass_curve(*fit_bass(known[name]), np.arange(steps) + known[name].size + 1.0)[None]
    if "members" in known:
        grown = found["members"] / known["members"][-1]
        found |= {name: found[name] * grown for name in FLOWS if name in found}
    return found


def bass_curve(market: float, innovation: float, imitation: float, time: np.ndarray) -> np.ndarray:
    """How many have adopted by a time, of a market with some rates of innovation and imitation a step."""
    faded = np.exp(-(innovation + imitation) * time)
    return np.asarray(market * (1 - faded) / (1 + imitation / innovation * faded))


def fit_bass(values: np.ndarray) -> tuple[float, float, float]:
    """Market, innovation and imitation of the curve nearest to values of the steps 1, 2, ... by least squares."""
    time, size = np.arange(1.0, values.size + 1), float(values.max())

    def miss(logs: np.ndarray) -> np.ndarray:
        market, innovation, imitation = np.exp(logs)
        return bass_curve(market, innovation, imitation, time) - values / size

    def start(innovation: float, imitation: float) -> tuple[float, np.ndarray]:
        shape = bass_curve(1.0, innovation, imitation, time)
        market = min(999.0, max(1e-6, float(shape @ values / size / (shape @ shape))))  # between the ends below
        logs = np.log([market, innovation, imitation])
        return float(np.square(miss(logs)).sum()), logs

    grid = [start(one, other) for one in (0.001, 0.005, 0.02, 0.1) for other in (0.001, 0.02, 0.1, 0.3)]
    best = min(grid, key=lambda found: found[0])[1]
    ends = np.log(1e-9), np.log(1e3)  # a straight line has its best curve at infinity
    found = least_squares(miss, best, bounds=ends, xtol=1e-12, ftol=1e-12, gtol=1e-12, max_nfev=100).x
    market, innovation, imitation = np.exp(found).tolist()
    return size * market, innovation, imitation


def static_pool(known: Known, steps: int, scenario: Scenario, platform: str) -> Mapping[str, Path_]:
    """What an actuary says who expects nobody to choose: the same members fall ill at the incidence of their ages.

    A case costs what it cost in 2020, and the share contains as much besides aid as then.
    """
    found = dict(last_value(known, steps, scenario, platform))
    if {"mean_age", "members", "aided", "aid"} <= known.keys() and not np.isnan(known["mean_age"][-1]):
        rate = incidence_of(scenario, platform, float(known["mean_age"][-1]))
        aided = known["members"][-1] * rate / YEAR
        cases, paid = known["aided"][-YEAR:].sum(), known["aid"][-YEAR:].sum()
        aid = aided * paid / cases if cases else 0.0
        found["aided"], found["aid"] = np.full((1, steps), aided), np.full((1, steps), aid)
        if {"share", "members_sharing"} <= known.keys() and paid and known["members_sharing"][-1]:
            whole = np.nansum(known["share"][-YEAR:] * known["members_sharing"][-YEAR:])
            found["share"] = np.full((1, steps), aid * whole / paid / known["members_sharing"][-1])
    return found


def incidence_of(scenario: Scenario, platform: str, mean_age: float) -> float:
    """Cases a year of a person in a plan whose members have a mean age.

    Of all mixes of the ages that the plan covers it is the one that is nearest to the population's (least relative
    entropy): shares grow or fall by the same factor from one age to the next.
    """
    bands = scenario.platform[platform].bands
    table = incidence_by_age(scenario.health).mean(axis=0)
    people = np.zeros(table.size)
    for stratum in strata_of(scenario.people):
        people[stratum.age : stratum.age + stratum.width] += stratum.share / stratum.width
    ages = np.arange(table.size)
    covered = np.any([(band.age_from <= ages) & (ages <= band.age_to) for band in bands], axis=0)
    mix, at, rates = people[covered], ages[covered] + 0.5, table[covered]
    low, high = -1.0, 1.0
    for _ in range(60):  # the mean age grows with the tilt
        tilt = (low + high) / 2
        shares = mix * np.exp(tilt * (at - at.mean()))
        shares /= shares.sum()
        low, high = (tilt, high) if shares @ at < mean_age else (low, tilt)
    return float(shares @ rates)


def autoregression(known: Known, steps: int, _scenario: Scenario, _platform: str) -> Mapping[str, Path_]:
    """AR(1): each value is as near to the last one as values were before, give or take as much."""
    luck = np.random.default_rng(LUCK)
    return {name: np.maximum(0.0, ar1(values[~np.isnan(values)], steps, luck)) for name, values in known.items()}


def fit_ar1(values: np.ndarray) -> tuple[float, float, float]:
    """Constant, coefficient (of least squares, from -1 to 1) and standard deviation of the rest."""
    before, after = values[:-1], values[1:]
    if values.size < 3 or not np.ptp(before):
        return (0.0, 1.0, 0.0)
    coefficient = float(np.clip(np.polyfit(before, after, 1)[0], -1.0, 1.0))
    constant = float((after - coefficient * before).mean())
    return constant, coefficient, float((after - coefficient * before).std())


def ar1(values: np.ndarray, steps: int, luck: np.random.Generator) -> Path_:
    """Draws of what follows some values."""
    if not values.size:
        return np.full((DRAWS, steps), np.nan)
    constant, coefficient, spread = fit_ar1(values)
    shocks, paths = luck.normal(0.0, 1.0, (DRAWS, steps)) * spread, np.empty((DRAWS, steps))
    now = np.full(DRAWS, values[-1])
    for step in range(steps):
        now = constant + coefficient * now + shocks[:, step]
        paths[:, step] = now
    return paths


Reference = Callable[[Known, int, Scenario, str], Mapping[str, Path_]]
REFERENCES: dict[str, Reference] = {
    "last value": last_value,
    "trend of 2020": trend,
    "Bass": bass,
    "static pool": static_pool,
    "AR(1)": autoregression,
}


def known_of(history: pd.DataFrame, platform: str, observed: Sequence[Observed]) -> Known:
    """What was known of a plan from its launch on; nothing of one that was not there, or not any more.

    A series is brought to the level of its last exact observation, where there is one of the last half-year. Aid of
    which there is none goes with the cases: what a case costs is not known better for it.
    """
    own = {name: f"{platform}.{name}" for name in (*TELLING, "mean_age") if f"{platform}.{name}" in history}
    values = {name: history[column].to_numpy(float) for name, column in own.items()}
    members = values.get("members", np.zeros(1))
    if not np.nan_to_num(members)[-1] > 0:
        return {}
    days = history["date"].tolist()
    numbers, ordinals = np.array([half_month(day) for day in days]), np.array([day.toordinal() for day in days])
    levels: dict[str, float] = {}
    for fact in sorted(observed, key=lambda fact: fact.last):
        reading = READINGS[fact.quantity]
        if fact.platform != platform or fact.bound or fact.last < FRESH or reading.of_steps is None:
            continue
        if half_month(fact.first) < numbers[0]:  # the runs began later
            continue
        if reading.tells in values:
            median = history[own[reading.tells]].to_numpy(float)
            simulated = reading.of_steps(Steps(numbers, ordinals, median), fact.first, fact.last)
            if simulated > 0:
                levels[reading.tells] = fact.value / simulated
    if "aided" in levels:
        levels.setdefault("aid", levels["aided"])
    for name in levels.keys() & values.keys():
        values[name] = values[name] * levels[name]
    if not values["members"][-1] > 0:  # by what was observed
        return {}
    launch = int(np.argmax(np.nan_to_num(members) > 0))
    return {name: each[launch:] for name, each in values.items()}


def refer(
    reference: Reference, history: pd.DataFrame, scenario: Scenario, forecast: Ensemble, observed: Sequence[Observed]
) -> Ensemble:
    """What a reference says in the place of a forecast, of the plans that go on."""
    steps = forecast.last - START + 1
    series, before, draws = {}, {}, 1
    for platform in forecast.platforms:
        known = known_of(history, platform, observed)
        told = reference(known, steps, scenario, platform) if known else {}
        draws = max([draws, *(len(path) for path in told.values())])
        for name, values in known.items():
            past = np.concatenate([np.full(KNOWN, np.nan), values])[-KNOWN:]
            series[f"{platform}.{name}"] = np.column_stack([np.tile(past, (len(told[name]), 1)), told[name]])
            before[f"{platform}.{name}"] = np.full(1, np.nansum(values[:-KNOWN]))
        for name in TELLING if not known else ():
            gone = np.nan if name == "share" else 0.0
            was = history.get(f"{platform}.{name}", pd.Series([0.0])).to_numpy(float)
            series[f"{platform}.{name}"] = np.full((1, KNOWN + steps), gone)
            before[f"{platform}.{name}"] = np.full(1, np.nansum(was))
        series |= {f"{platform}.{name}": np.zeros((1, KNOWN + steps)) for name in BILL}
    series = {name: np.broadcast_to(values, (draws, KNOWN + steps)) for name, values in series.items()}
    before = {name: np.broadcast_to(values, draws) for name, values in before.items()}
    never = {platform: np.full(draws, NEVER) for platform in forecast.platforms}
    kind = {platform: np.full(draws, "") for platform in forecast.platforms}
    alike, each = np.full(draws, 1 / draws), np.arange(draws)
    return Ensemble(each, each, alike, forecast.first, series, before, never, never, kind)


def hazard(forecast: Ensemble, history: pd.DataFrame) -> float:
    """The chance a month that the end of a plan is announced, as it was in 2020 over all plans and runs."""
    first = START - YEAR
    months = 0.0
    announced = 0.0
    for platform in forecast.platforms:
        members = history.get(f"{platform}.members", pd.Series([0.0])).to_numpy(float)[-YEAR:]
        months += float((np.nan_to_num(members) > 0).sum()) / PERIODS_PER_MONTH
        when = forecast.announced[platform]
        announced += float(forecast.weight[(when >= first) & (when < START)].sum())
    return min(1.0, announced / months) if months else 0.0
