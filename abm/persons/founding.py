"""How persons come into the world, and whether there is room for them."""

import math

import numpy as np
from scipy.special import ndtri

from abm import draws
from abm.draws import Purpose
from abm.errors import ModelError
from abm.persons import memory
from abm.persons.state import LONG_AGO, MEMBERSHIP, PERSON, HealthState, Trait
from abm.scenario.people import People
from abm.scenario.scenario import Scenario
from abm.scenario.tables import strata_of

CHUNK = 1 << 16
COMMERCIAL = 1  # the bit of the first product, which is there in every world


def found(scenario: Scenario, incidence: np.ndarray, seed: int) -> np.ndarray:
    """The population on the first day, one row a person.

    Persons of one tier and age band stand side by side, so that neighbours in memory are neighbours in life
    (see `network`); within a band all are drawn. `incidence` is that of `tables.incidence_by_age`.
    """
    people = scenario.people
    persons = np.zeros(people.persons, PERSON)
    blocks = strata(people)
    for first in range(0, people.persons, CHUNK):
        _found_chunk(persons[first : first + CHUNK], first, blocks, scenario, incidence, seed)
    return persons


def strata(people: People) -> np.ndarray:
    """Blocks of like persons in a row: last row (exclusive), tier, first age, width in years, share of women.

    That share is not a number where sex is drawn.
    """
    blocks = [
        (each.share, each.tier, each.age, each.width, math.nan if each.women is None else each.women)
        for each in strata_of(people)
    ]
    table = np.array(blocks, dtype=float)
    table[:, 0] = np.round(np.cumsum(table[:, 0]) * people.persons)
    table[-1, 0] = people.persons
    return table


def _found_chunk(
    rows: np.ndarray, first: int, blocks: np.ndarray, scenario: Scenario, incidence: np.ndarray, seed: int
) -> None:
    """Fill the rows of the persons from `first` on."""
    people, health, mind = scenario.people, scenario.health, scenario.mind

    def uniform(purpose: Purpose) -> np.ndarray:
        return draws.founding(seed, first, rows.size, purpose)

    def taste(purpose: Purpose, median: float) -> np.ndarray:
        return median * np.exp(mind.spread * ndtri(uniform(purpose)))

    number = np.arange(first, first + rows.size)
    within = np.searchsorted(blocks[:, 0], number, side="right")
    block = blocks[within]
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
    if not np.isnan(blocks[0, 4]):
        begin = np.concatenate([[0.0], blocks[:-1, 0]])[within]
        female = every(block[:, 4], number - begin)
    rows["traits"] = (
        Trait.FEMALE * female
        + Trait.HIGH_RISK * high_risk
        + Trait.HONEST * (uniform(Purpose.HONEST) < people.honest_share)
    )
    rows["policies"] = COMMERCIAL * (uniform(Purpose.INSURED) < insured)
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
    rows["health_since"] = LONG_AGO


def every(share: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Whether a person at a place in a block is of a part of it: spread evenly, and as many as there are to the one."""
    hair = 1e-9  # for products that fall short of a whole number by rounding
    found: np.ndarray = np.floor((place + 1) * share + hair) > np.floor(place * share + hair)
    return found


SEEN_BYTES = 4


WORKING_BYTES = 300_000_000  # the program itself, founding and figures


def bytes_per_person(scenario: Scenario) -> int:
    """Bytes kept for each simulated person: the row, the memberships, what friends see, the friends, the household."""
    seen = 1 if len(scenario.platform) == 1 else 4
    household = (4 + 3 * seen) * scenario.people.households  # the guardian, and what it shows and is told
    ties = 4 + 4 * scenario.friends.degree + household
    return PERSON.itemsize + scenario.slots * MEMBERSHIP.itemsize + SEEN_BYTES + ties


def require_room(scenario: Scenario, available: int | None = None) -> None:
    """Raise `ModelError` if the simulated persons do not fit into memory, saying how many would."""
    free = memory.available() if available is None else available
    persons, each = scenario.people.persons, bytes_per_person(scenario)
    if persons * each + WORKING_BYTES > free:
        fit = max(0, (free - WORKING_BYTES) // each)
        raise ModelError(
            f"people.persons = {persons} needs {persons * each / 1e9:.1f} GB and {free / 1e9:.1f} GB are free;"
            f" {fit} persons would fit"
        )
