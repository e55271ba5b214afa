"""Persons and their memberships: what is kept of each, field by field, and how they come into the world.

A person is one row of `PERSON`, 64 bytes; each of their memberships one row of `MEMBERSHIP`, 24 bytes, in a
table of persons x slots. Nothing about a person is kept anywhere else.
"""

from enum import IntEnum, IntFlag
from typing import Any

import numpy as np
from scipy.special import ndtri

from abm import draws
from abm.draws import Purpose
from abm.scenario import Scenario
from abm.society import People
from abm.tables import age_structure

CHUNK = 1 << 16
LONG_AGO = -10_000  # a step before all news and every claim window


class HealthState(IntEnum):
    """Health of a person."""

    WELL = 0
    LATENT = 1  # ill and not yet diagnosed
    DIAGNOSED = 2


class Trait(IntFlag):
    """What is true of a person or not; bits of `traits`."""

    FEMALE = 1
    HIGH_RISK = 2  # several times the mean incidence, and knows it
    HONEST = 4  # declares truthfully
    INSURED = 8  # has commercial critical-illness cover
    ACCIDENT = 16  # the illness is an accident: no waiting period
    STIRRED = 32  # has heard news since last thinking
    CITY_PLAN = 64  # has the supplementary cover of the city


class Status(IntEnum):
    """Standing of a person in a platform. Those from WAITING to CLAIMING are inside."""

    NEVER = 0
    WAITING = 1
    COVERED = 2
    FILING = 3  # has filed in this very step
    CLAIMING = 4  # the claim is in the hands of the investigators
    LAPSED = 5  # removed after failed deductions
    LEFT = 6  # chose to leave
    AIDED = 7
    REFUSED = 8  # claimed in vain
    DECLINED = 9  # turned away at the door
    BARRED = 10  # diagnosed while waiting
    AGED_OUT = 11
    ENDED = 12  # the plan ended


# name, type, unit, meaning
PERSON_FIELDS = (
    ("age_at_start", "f4", "years", "exact age on the first day"),
    ("frailty", "f4", "1", "multiplier on the incidence of age and sex; mean 1 over the population"),
    ("believed_frailty", "f4", "1", "the multiplier that the person believes in"),
    ("income", "f4", "yuan a year", "income"),
    ("risk_aversion", "f4", "1", "mark-up on expected aid for being covered"),
    ("altruism", "f4", "yuan a year", "value of helping"),
    ("herding", "f4", "yuan a year", "value of doing as all friends do"),
    ("anxiety", "f4", "1", "part of a rise in the bill that is expected to come again"),
    ("attention", "f4", "1 a period", "chance to think again without a reason"),
    ("inertia", "f4", "yuan a year", "trouble of joining or leaving"),
    ("patience", "f4", "1", "rise of the bill over the expected one that doubles attention"),
    ("aware", "u4", "bits", "platforms heard of, bit k for platform k"),
    ("paid", "i4", "fen", "all shares ever paid"),
    ("received", "i4", "fen", "all aid ever received"),
    ("turned", "i2", "step", "when the present state of health began"),
    ("credit", "i2", "points", "credit score"),
    ("traits", "u1", "bits", "see Trait"),
    ("tier", "u1", "1-3", "city tier; 3 stands for 3 and below"),
    ("health", "u1", "code", "see HealthState"),
    ("spare", "u1", "", "room"),
)
MEMBERSHIP_FIELDS = (
    ("platform", "i1", "index", "which platform; -1 is an empty slot"),
    ("status", "u1", "code", "see Status"),
    ("concealed", "u1", "0 or 1", "hid an illness at the door"),
    ("spare", "u1", "", "room"),
    ("joined", "i2", "step", "when joined last"),
    ("since", "i2", "step", "when the present standing began; claiming does not end being covered"),
    ("expected", "f4", "fen a period", "expected share"),
    ("trust", "f4", "1", "believed chance that a valid claim is paid"),
    ("paid", "i4", "fen", "shares paid to this platform"),
    ("balance", "i4", "fen", "prepaid; negative while a deduction is in arrears"),
)
PERSON = np.dtype([(name, kind) for name, kind, *_ in PERSON_FIELDS])
MEMBERSHIP = np.dtype([(name, kind) for name, kind, *_ in MEMBERSHIP_FIELDS])


def person(**given: Any) -> np.ndarray:
    """One person for a test, as an array of one row: a well man of 30 without tastes, but for what is given."""
    row = np.zeros(1, PERSON)
    defaults = {"age_at_start": 30, "frailty": 1, "believed_frailty": 1, "income": 60_000, "patience": 1}
    for name, value in (
        {"credit": 700, "traits": Trait.HONEST, "tier": 3, "turned": LONG_AGO} | defaults | given
    ).items():
        row[name] = value
    return row


def membership(**given: Any) -> np.ndarray:
    """One membership for a test, as a table of one person and one slot."""
    row = empty_memberships(1, 1)
    for name, value in given.items():
        row[name] = value
    return row


def empty_memberships(persons: int, slots: int) -> np.ndarray:
    """A table of persons x slots without a membership."""
    table = np.zeros((persons, slots), MEMBERSHIP)
    table["platform"] = -1
    return table


def found(scenario: Scenario, incidence: np.ndarray, seed: int) -> np.ndarray:
    """The population on the first day, one row a person.

    Persons of one tier and age band stand side by side, so that neighbours in memory are neighbours in life
    (see `network`); within a band all are drawn. `incidence` is that of `tables.incidence_by_age`.
    """
    people = scenario.people
    persons = np.zeros(people.persons, PERSON)
    bands = age_structure(people)
    strata = _strata(people, bands)
    for first in range(0, people.persons, CHUNK):
        _found_chunk(persons[first : first + CHUNK], first, strata, scenario, incidence, seed)
    return persons


def _strata(people: People, bands: list[tuple[int, int, float]]) -> np.ndarray:
    """Blocks of like persons in a row: last row (exclusive), tier, first age, width of the band in years."""
    blocks = [
        (share * part, tier + 1, low, high + 1 - low)
        for tier, share in enumerate(people.tier_shares)
        for low, high, part in bands
    ]
    table = np.array(blocks, dtype=float)
    table[:, 0] = np.round(np.cumsum(table[:, 0]) * people.persons)
    table[-1, 0] = people.persons
    return table


def _found_chunk(
    rows: np.ndarray, first: int, strata: np.ndarray, scenario: Scenario, incidence: np.ndarray, seed: int
) -> None:
    """Fill the rows of the persons from `first` on."""
    people, health, mind = scenario.people, scenario.health, scenario.mind

    def uniform(purpose: Purpose) -> np.ndarray:
        return draws.founding(seed, first, rows.size, purpose)

    def taste(purpose: Purpose, median: float) -> np.ndarray:
        return median * np.exp(mind.spread * ndtri(uniform(purpose)))

    block = strata[np.searchsorted(strata[:, 0], np.arange(first, first + rows.size), side="right")]
    rows["tier"] = block[:, 1]
    rows["age_at_start"] = block[:, 2] + block[:, 3] * uniform(Purpose.AGE)
    medians = np.array(people.tier_incomes)[rows["tier"] - 1]
    rank = uniform(Purpose.INCOME)  # among those of one tier
    rows["income"] = medians * np.exp(people.income_spread * ndtri(rank))
    credit = people.credit_mean + people.credit_spread * ndtri(uniform(Purpose.CREDIT))
    rows["credit"] = np.clip(np.round(credit), 350, 950)

    high_risk = uniform(Purpose.HIGH_RISK) < health.high_risk_share
    healthy_frailty = 1 / (1 + health.high_risk_share * (health.high_risk_multiple - 1))
    spread = health.frailty_spread
    noise = np.exp(spread * ndtri(uniform(Purpose.FRAILTY)) - spread**2 / 2)
    rows["frailty"] = healthy_frailty * np.where(high_risk, health.high_risk_multiple, 1.0) * noise
    rows["believed_frailty"] = rows["frailty"] * np.where(high_risk, 1.0, mind.optimism)

    insured = people.insured_share * (1 + people.insured_gradient * (2 * rank - 1))
    female = uniform(Purpose.SEX) < people.female_share
    rows["traits"] = (
        Trait.FEMALE * female
        + Trait.HIGH_RISK * high_risk
        + Trait.HONEST * (uniform(Purpose.HONEST) < people.honest_share)
        + Trait.INSURED * (uniform(Purpose.INSURED) < insured)
    )
    rows["risk_aversion"] = taste(Purpose.RISK_AVERSION, mind.risk_aversion)
    rows["altruism"] = taste(Purpose.ALTRUISM, mind.altruism)
    rows["herding"] = taste(Purpose.HERDING, mind.herding)
    rows["anxiety"] = taste(Purpose.ANXIETY, mind.anxiety)
    rows["attention"] = np.minimum(1, taste(Purpose.ATTENTION, mind.attention))
    rows["inertia"] = taste(Purpose.INERTIA, mind.inertia)
    rows["patience"] = taste(Purpose.PATIENCE, mind.patience)

    # Those ill today fell ill within the latency, or were diagnosed in the years of survival before that.
    rate = incidence[female.astype(int), rows["age_at_start"].astype(int)] * rows["frailty"]
    ill = uniform(Purpose.ILL_BEFORE)
    latent, diagnosed = rate * health.latency_years, rate * health.survival_years
    rows["health"] = HealthState.WELL
    rows["health"][ill < latent + diagnosed] = HealthState.DIAGNOSED
    rows["health"][ill < latent] = HealthState.LATENT
    rows["turned"] = LONG_AGO
