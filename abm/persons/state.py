"""Persons and their memberships: what is kept of each, field by field.

A person is one row of `PERSON`, 64 bytes; each of their memberships one row of `MEMBERSHIP`, 24 bytes, in a
table of persons x slots. Nothing about a person is kept anywhere else.
"""

from enum import IntEnum, IntFlag
from typing import Any

import numpy as np

LONG_AGO = -10_000  # a step before all news and every claim window
MOST_FEN = (1 << 31) - 1  # that a field of 32 bits holds, 21 million yuan


class HealthState(IntEnum):
    """Health of a person."""

    WELL = 0  # neither latent nor diagnosed
    LATENT = 1  # ill and not yet diagnosed
    DIAGNOSED = 2  # and not well again


class Trait(IntFlag):
    """What is true of a person or not; bits of `traits`."""

    FEMALE = 1  # for incidence and premiums
    HIGH_RISK = 2  # several times the mean incidence, and knows it
    HONEST = 4  # declares truthfully
    ACCIDENT = 8  # the illness is an accident: no waiting period
    ALERTED = 16  # has heard news since last thinking
    SETTLED = 32  # has thought over all plans heard of, and joined none of them
    TOLD = 64  # a friend told of aid when the illness was found
    APPLIED = 128  # has been at the door of a plan: only whose memberships are settled


class Status(IntEnum):
    """Status of a person in a platform. Those from WAITING to CLAIMING are inside."""

    NEVER = 0  # has never joined
    WAITING = 1  # from joining to the end of the waiting period
    COVERED = 2  # past the wait
    FILING = 3  # has filed in this very step
    CLAIMING = 4  # the claim is in the hands of the investigators
    LAPSED = 5  # removed after failed deductions
    LEFT = 6  # chose to leave
    AIDED = 7  # claimed and was paid
    REFUSED = 8  # claimed in vain
    DECLINED = 9  # turned away at the door
    BARRED = 10  # diagnosed while waiting
    AGED_OUT = 11  # grew too old for the plan
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
    ("health_since", "i2", "step", "when the present state of health began"),
    ("credit", "i2", "points", "credit score"),
    ("traits", "u1", "bits", "see Trait"),
    ("tier", "u1", "1-3", "city tier; 3 stands for 3 and below"),
    ("health", "u1", "code", "see HealthState"),
    ("policies", "u1", "bits", "insurance held, bit p for product p of the scenario"),
)
MEMBERSHIP_FIELDS = (
    ("platform", "i1", "index", "which platform; -1 is an empty slot"),
    ("status", "u1", "code", "see Status"),
    ("concealed", "u1", "0 or 1", "hid an illness at the door"),
    ("spare", "u1", "", "room"),
    ("joined", "i2", "step", "when joined last"),
    ("since", "i2", "step", "when the present status began; claiming does not end being covered"),
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
        {"credit": 700, "traits": Trait.HONEST, "tier": 3, "health_since": LONG_AGO} | defaults | given
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


# Numba takes plain whole numbers; the names are those of the codes.
NEVER, WAITING, COVERED, FILING, CLAIMING, LAPSED, LEFT, AIDED, REFUSED, DECLINED, BARRED, AGED_OUT, ENDED = map(
    int, Status
)
WELL, LATENT, DIAGNOSED = map(int, HealthState)
FEMALE, HIGH_RISK, HONEST, ACCIDENT, ALERTED, SETTLED, TOLD, APPLIED = map(int, Trait)
NOT_ALERTED, NOT_SETTLED, NOT_HONEST = 255 - ALERTED, 255 - SETTLED, 255 - HONEST
