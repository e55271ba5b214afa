"""Tables of the population at large, read from data files: incidence by age and sex, and the age structure."""

import csv
from pathlib import Path
from typing import Any

import numpy as np

from abm.scenario import ScenarioError
from abm.society import Health, People
from abm.terms import OLDEST

DATA = Path(__file__).parent / "data"


def incidence_by_age(health: Health) -> np.ndarray:
    """Annual incidence by sex (0 male, 1 female) and age in whole years 0-105, at the scenario's level."""
    table = np.full((2, OLDEST + 1), np.nan)
    for row in read_csv(health.incidence_file, {"table": str, "age": int, "sex": str, "annual_incidence": float}):
        if row["table"] == health.incidence_table and 0 <= row["age"] <= OLDEST and row["sex"] in ("male", "female"):
            table[int(row["sex"] == "female"), row["age"]] = row["annual_incidence"]
    if np.isnan(table).any():
        sex, age = np.argwhere(np.isnan(table))[0]
        raise ScenarioError(
            f"health.incidence_table = '{health.incidence_table}': {health.incidence_file} has no rate for"
            f" {('men', 'women')[sex]} of {age}; each table needs both sexes at ages 0-{OLDEST}"
        )
    if not ((table >= 0) & (table <= 1)).all():
        raise ScenarioError(f"health.incidence_file: {health.incidence_file} has a rate outside 0 to 1 a year")
    return table * health.incidence_level


def age_structure(people: People) -> list[tuple[int, int, float]]:
    """Age bands of the population: first age, last age, share; the shares are scaled to sum to one."""
    rows = read_csv(people.age_structure, {"age_from": int, "age_to": int, "share": float})
    bands = sorted((row["age_from"], row["age_to"], row["share"]) for row in rows)
    place = f"people.age_structure: {people.age_structure}"
    for (low, high, _), (after, _, _) in zip(bands, [*bands[1:], (bands[-1][1] + 1, 0, 0)], strict=True):
        if after <= high:
            raise ScenarioError(f"{place}: ages {low}-{high} overlap the band from {after}")
        if after > high + 1:
            raise ScenarioError(f"{place}: ages {high + 1}-{after - 1} are missing")
    if bands[-1][1] > OLDEST or min(share for *_, share in bands) < 0 or not sum(share for *_, share in bands) > 0:
        raise ScenarioError(f"{place}: ages must end by {OLDEST} and shares be positive")
    if bands[0][0] < 0 or any(low > high for low, high, _ in bands):
        raise ScenarioError(f"{place}: ages run from 0 up, and the first of a band is not above its last")
    total = sum(share for *_, share in bands)
    return [(low, high, share / total) for low, high, share in bands]


def read_csv(name: str, columns: dict[str, type]) -> list[dict[str, Any]]:
    """The rows of a data file, each column in its type; a plain name is looked up among the program's data."""
    path = Path(name) if "/" in name else DATA / name
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := [column for column in columns if column not in (reader.fieldnames or [])]:
                raise ScenarioError(f"{name}: has no column {', '.join(missing)}; needed are {', '.join(columns)}")
            rows = [{column: kind(row[column]) for column, kind in columns.items()} for row in reader]
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{name}: cannot be read: {error}") from None
    except (ValueError, TypeError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError(f"{name}: line {reader.line_num}: {error}") from None
    if not rows:
        raise ScenarioError(f"{name}: has no rows")
    return rows
