"""What tests of mechanisms share."""

import math
from typing import Any, NamedTuple

import numpy as np

from abm.model import MutualAidModel
from abm.persons.founding import found
from abm.persons.state import Status

SIGMAS = 4.0


class Switch(NamedTuple):
    """A mechanism, the numbers of the scenario that turn it off, and where it shows."""

    mechanism: str
    off: dict[str, Any]
    observable: str


SWITCHES = {
    "A1": Switch(
        "equal shares, unequal risks: the healthy leave, the risk of the pool rises",
        {"health.high_risk_share": 0.0, "health.frailty_spread": 0.0},
        "mean risk of stayers over that of the population; aid a member",
    ),
    "A2": Switch("share, exit, share: the spiral", {"mind.learning": 0.0}, "settle or collapse, by the gain"),
    "A3": Switch(
        "the pool matures out of its waiting period, and its share rises even while it grows",
        {"platform.pool.waiting_days": 0, "health.latency_years": 0.0, "people.honest_share": 0.0},
        "share of the third year over that of the first",
    ),
    "A4": Switch(
        "expectation gap: advertised cents against the true level",
        {"platform.pool.advertised_share": 10.03},
        "exits peak where the share grows fastest",
    ),
    "A5": Switch(
        "experience and education calm people: expectations meet reality",
        {"mind.learning": 0.0, "platform.pool.parent.education": 0.0},
        "exits that a rise of the bill brings, by tenure",
    ),
    "A6": Switch(
        "herding: friends and a few yuan",
        {"friends.telling": 0.0, "mind.herding": 0.0},
        "S-shaped growth, local clusters",
    ),
    "A7": Switch(
        "the uninsured and the poorer join first", {"insurance.commercial.overlap": 0.0}, "joiners by cover and income"
    ),
    "A8": Switch(
        "I paid for others and nobody pays for me", {"mind.resentment": 0.0}, "exits of long payers on closing news"
    ),
    "A9": Switch("refused claims cost trust", {"mind.trust_from_refusal": 0.0}, "exits around refusals, locally"),
    "A10": Switch("altruism keeps some low-risk members", {"mind.altruism": 0.0}, "stayers by altruism"),
    "A11": Switch(
        "cover cut at 40 separates the types",
        {"platform.pool.bands.1.cover": 6_000.0},
        "incidence of members against the table, by age",
    ),
    "A12": Switch(
        "panic after a jump or a rumour",
        {"mind.anxiety": 0.0, "mind.alerted_attention": 0.0},
        "exits of a few periods after the shock",
    ),
    "A13": Switch(
        "weak underwriting: hidden illness at the door", {"people.honest_share": 1.0}, "early claims, refusals"
    ),
    "A14": Switch("weak payers: failed deductions", {"people.deduction_failure": 0.0}, "collected over due"),
    "E1": Switch(
        "aid seen nearby recruits; refusals nearby repel",
        {"friends.news_periods": 0},
        "joins of friends of the aided and of the refused",
    ),
}


def as_found(model: MutualAidModel, *fields: str) -> None:
    """Persons differ in these as the scenario has it, and are not made equal."""
    persons = found(model.case, model.world.incidence, model.seed)
    for field in fields:
        model.persons[field] = persons[field]


def inside(model: MutualAidModel) -> np.ndarray:
    """Who is in."""
    status = model.memberships["status"][:, 0]
    return (status >= Status.WAITING) & (status <= Status.CLAIMING)


def standard_error(*groups: np.ndarray) -> float:
    """Of the difference of the means of independent groups."""
    return math.sqrt(sum(group.var() / group.size for group in groups))


def shut_the_door(model: MutualAidModel) -> None:
    """Nobody may join any more: who leaves has left."""
    model.persons["credit"] = 350
