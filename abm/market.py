"""All that persons may see: the offers of platforms, the shares published, what friends show, the date.

Whatever is not in `World` is unknown to persons when they decide.
"""

from typing import NamedTuple

import numpy as np

from abm.network import Network
from abm.scenario import Scenario
from abm.terms import OLDEST

EQUAL, BY_RISK = 0, 1
DIVISIONS = {"equal": EQUAL, "risk": BY_RISK}

OFFER_FIELDS = (
    ("open", "u1", "0 or 1", "takes new members"),
    ("division", "u1", "code", "rule of division"),
    ("subsidised", "u1", "0 or 1", "the platform pays this share itself"),
    ("newcomers_share", "u1", "0 or 1", "members share from the day they join, not only once covered"),
    ("aid_published", "u1", "0 or 1", "aid was published in this period"),
    ("min_credit", "i2", "points", "credit score below which nobody may join"),
    ("waiting", "i2", "periods", "from joining to cover"),
    ("claim_window", "i2", "periods", "from diagnosis to the last day for a claim"),
    ("year_start", "i2", "step", "first step of this calendar year"),
    ("cover", ("i4", (OLDEST + 1,)), "yuan", "aid for a case by age; 0 where nobody may join"),
    ("share", "i8", "fen", "equal share published in this step"),
    ("pot", "i8", "fen", "what is divided in this step"),
    ("burdens", "i8", "1", "burdens of all who share, over which the pot is divided"),
    ("sharing", "i8", "persons", "members who share in this step"),
    ("deposit", "i8", "fen", "paid in on joining, shares are drawn from it; 0 where shares are deducted"),
    ("annual_cap", "i8", "fen", "most that a member pays in a calendar year"),
    ("advertised", "f8", "fen a period", "share that newcomers are led to expect"),
    ("brand", "f8", "1", "trust of newcomers"),
    ("audience", "f8", "1", "chance that a person uses the pages on which the plan is offered"),
    ("reach", "f8", "1", "chance that marketing reaches an unaware person in this period"),
)
OFFER = np.dtype([(name, *(kind if isinstance(kind, tuple) else (kind,))) for name, kind, *_ in OFFER_FIELDS])

CLOCK_FIELDS = ("now", "seed")
FROM_PEOPLE = ("deduction_failure", "retry_failure")
FROM_FRIENDS = ("telling", "news_periods")
FROM_HEALTH = ("accident_share", "noticed_share", "filing_chance", "diagnosis_chance")
FROM_MIND = (
    "stirred_attention",
    "noticeable_bill",
    "noise",
    "learning",
    "insured_overlap",
    "trust_from_aid",
    "trust_from_refusal",
    "trust_from_publication",
    "salience",
    "alarm",
)
SETTINGS = np.dtype(
    [(name, "i8") for name in CLOCK_FIELDS]
    + [("years", "f8")]
    + [(name, "f8") for name in FROM_PEOPLE + FROM_FRIENDS + FROM_HEALTH + FROM_MIND]
)

# Bits of `seen`: four of news, then one for each platform that the person is in.
NEWS_OF_AID, NEWS_OF_REFUSAL, NEWS_OF_LEAVING, NEWS_OF_ILLNESS = 1, 2, 4, 8
NEWS, NEWS_BITS = 15, 4


class World(NamedTuple):
    """What every behaviour may read.

    `offers` one row a platform; `published` (platforms, steps + 1) shares published before each step, summed,
    fen; `seen` what friends see of each person as of the last step, in bits; `first` and `friends`
    the network; `incidence` (sex, age) annual; `settings` one row of date and constants.
    """

    offers: np.ndarray
    published: np.ndarray
    seen: np.ndarray
    first: np.ndarray
    friends: np.ndarray
    incidence: np.ndarray
    settings: np.ndarray


def open_world(scenario: Scenario, network: Network, incidence: np.ndarray, seed: int) -> World:
    """The world before its first step: nobody has joined and nothing is on offer yet."""
    settings = np.zeros(1, SETTINGS)
    settings["seed"] = seed
    for section, fields in (
        (scenario.people, FROM_PEOPLE),
        (scenario.friends, FROM_FRIENDS),
        (scenario.health, FROM_HEALTH),
        (scenario.mind, FROM_MIND),
    ):
        for name in fields:
            settings[name] = getattr(section, name)
    platforms = len(scenario.platform)
    return World(
        offers=np.zeros(platforms, OFFER),
        published=np.zeros((platforms, scenario.calendar.periods + 1), np.int64),
        seen=np.zeros(scenario.people.persons, np.uint8 if platforms + NEWS_BITS <= 8 else np.uint32),
        first=network.first,
        friends=network.friends,
        incidence=incidence,
        settings=settings,
    )
