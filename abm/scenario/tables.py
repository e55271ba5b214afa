"""Tables of the population at large, read from data files: incidence by age and sex, and the age structure."""

from dataclasses import dataclass

import numpy as np

from abm.errors import DataError, shown
from abm.files import columns_of, read_csv
from abm.scenario.people import Health, People
from abm.scenario.terms import OLDEST

MOST_ILLNESSES = 24.0  # a year
PIVOT_AGE = 38  # at which a slope over age changes nothing
MILD_FROM, MILD_TO = 20, 56  # ages between which the share of mild cases has its slope, as far below the pivot as above


def age_factor(health: Health) -> np.ndarray:
    """What the slope makes of the incidence at each age in whole years 0-105: exp(slope x (age - 38))."""
    factor: np.ndarray = np.exp(health.incidence_slope * (np.arange(OLDEST + 1) - PIVOT_AGE))
    return factor


def mild_by_age(health: Health) -> np.ndarray:
    """Chance that a case is mild at each age in whole years 0-105, at the scenario's share and slope.

    The slope holds between 20 and 56 years, and below and above the share is that at these ages.
    """
    ages = np.arange(OLDEST + 1).clip(MILD_FROM, MILD_TO) - PIVOT_AGE
    chance: np.ndarray = np.minimum(1.0, health.mild_share * np.exp(health.mild_slope * ages))
    return chance


def incidence_by_age(health: Health) -> np.ndarray:
    """Annual incidence by sex (0 male, 1 female) and age in whole years 0-105, at the scenario's level and slope.

    It is that of illness that leads to claims. Persons fall ill by it and value cover by it, and plans, which see
    their members' claims, reckon with it; insurers rate by the table at its level alone.
    """
    table = np.full((2, OLDEST + 1), np.nan)
    for row in read_csv(health.incidence_file, {"table": str, "age": int, "sex": str, "annual_incidence": float}):
        if row["table"] == health.incidence_table and 0 <= row["age"] <= OLDEST and row["sex"] in ("male", "female"):
            place = int(row["sex"] == "female"), row["age"]
            if not np.isnan(table[place]):
                raise DataError(
                    f"{health.incidence_file}: two rates for {row['sex']} {row['age']} in table"
                    f" '{health.incidence_table}': {table[place]:g} and {row['annual_incidence']:g}"
                )
            table[place] = row["annual_incidence"]
    if np.isnan(table).any():
        sex, age = np.argwhere(np.isnan(table))[0]
        raise DataError(
            f"health.incidence_table = '{health.incidence_table}': {health.incidence_file} has no rate for"
            f" {('men', 'women')[sex]} of {age}; each table needs both sexes at ages 0-{OLDEST}"
        )
    if not ((table >= 0) & (table <= 1)).all():
        raise DataError(f"health.incidence_file: {health.incidence_file} has a rate outside 0 to 1 a year")
    sloped = table * health.incidence_level * age_factor(health)
    if (highest := sloped.max()) > MOST_ILLNESSES:
        slope = f", health.incidence_slope = {health.incidence_slope:g}" if health.incidence_slope else ""
        raise DataError(
            f"health.incidence_level = {health.incidence_level:g}{slope}: {highest:.3g} illnesses a year at some age of"
            f" {health.incidence_file}; more than one in every half-month cannot be, at most {MOST_ILLNESSES:g}"
        )
    return np.asarray(sloped)


@dataclass(frozen=True)
class Stratum:
    """Like persons: their share of all, city tier, first age and width in years, and the women among them.

    `women` is a share that holds as nearly as whole persons allow, or None where each one's sex is drawn.
    """

    share: float
    tier: int
    age: int
    width: int
    women: float | None = None


def strata_of(people: People) -> list[Stratum]:
    """The population by tier and age: by bands of age, alike in all tiers, or by the model points of a user."""
    if "count" in columns_of(people.age_structure):
        return _model_points(people)
    bands = age_structure(people)
    return [
        Stratum(share * part, tier, low, high + 1 - low)
        for tier, share in enumerate(people.tier_shares, start=1)
        for low, high, part in bands
    ]


def _model_points(people: People) -> list[Stratum]:
    """Strata of a file of model points: age (last birthday), sex, count of persons, and city tier where there is one.

    Points of the same age and tier are taken together. Without tiers those of the scenario hold at every age.
    """
    place = f"people.age_structure: {people.age_structure}"
    columns = {"age": int, "sex": str, "count": float}
    tiers = {"tier": int} if "tier" in columns_of(people.age_structure) else {}
    counts: dict[tuple[int, int], list[float]] = {}
    for point in read_csv(people.age_structure, columns | tiers):
        age, sex, count, tier = point["age"], point["sex"], point["count"], point.get("tier", 0)
        if not 0 <= age <= OLDEST:
            raise DataError(f"{place}: a point of age {age}; ages run from 0 to {OLDEST}")
        if sex not in ("male", "female"):
            raise DataError(f"{place}: sex = {shown(sex)} at age {age} must be male or female")
        if not 0 <= count < np.inf:
            raise DataError(f"{place}: count = {count:g} at age {age} must be a number from 0 up")
        if tiers and tier not in (1, 2, 3):
            raise DataError(f"{place}: tier = {tier} at age {age} must be 1, 2 or 3")
        counts.setdefault((tier, age), [0.0, 0.0])[sex == "female"] += count
    total = sum(map(sum, counts.values()))
    if not 0 < total < np.inf:
        raise DataError(f"{place}: the counts of all points sum to {total:g}, and must to something")
    return [
        Stratum(part * (men + women) / total, tier, age, 1, women / (men + women))
        for tier, part in enumerate((1.0, 1.0, 1.0) if tiers else people.tier_shares, start=1)
        for (given, age), (men, women) in sorted(counts.items())
        if given in (0, tier) and men + women > 0
    ]


def age_structure(people: People) -> list[tuple[int, int, float]]:
    """Age bands of the population: first age, last age, share; the shares are scaled to sum to one."""
    rows = read_csv(people.age_structure, {"age_from": int, "age_to": int, "share": float})
    bands = sorted((row["age_from"], row["age_to"], row["share"]) for row in rows)
    place = f"people.age_structure: {people.age_structure}"
    for (low, high, _), (after, _, _) in zip(bands, [*bands[1:], (bands[-1][1] + 1, 0, 0)], strict=True):
        if after <= high:
            raise DataError(f"{place}: ages {low}-{high} overlap the band from {after}")
        if after > high + 1:
            raise DataError(f"{place}: ages {high + 1}-{after - 1} are missing")
    if bands[-1][1] > OLDEST or min(share for *_, share in bands) < 0 or not sum(share for *_, share in bands) > 0:
        raise DataError(f"{place}: ages must end by {OLDEST} and shares be positive")
    if bands[0][0] < 0 or any(low > high for low, high, _ in bands):
        raise DataError(f"{place}: ages run from 0 up, and the first of a band is not above its last")
    total = sum(share for *_, share in bands)
    if not total < np.inf:
        raise DataError(f"{place}: shares must be finite, and sum to {total:g}")
    return [(low, high, share / total) for low, high, share in bands]
