"""Selection by risk in one plan, as in Einav, Finkelstein and Cullen: it is the slope of the average cost curve.

See "Estimating welfare in insurance markets using variation in prices", Quarterly Journal of Economics 125, 2010. The
price is set from outside: members expect a share and learn nothing from those published, so that what a plan costs
them has no say in who is inside. What to expect is worked out from the rows of persons, apart from the model: those
are inside to whom cover is worth more than the price, (1 + aversion) times the aid that they believe to expect.
"""

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest

from abm.persons.state import Status
from worlds.plain import StationaryModel, run, world

SIGMAS = 4.0
PERIODS = 24
PERSONS, COVER, INCIDENCE = 20_000, 10_000.0, 0.48
SETTLING, COUNTED = 6, 24  # periods: to leave, even when ill at first; and in which cases are counted
QUANTITIES = (1.0, 0.8, 0.6, 0.4, 0.2)


class Population(NamedTuple):
    """Persons as rows: true and believed frailty, aversion."""

    frailty: np.ndarray
    believed: np.ndarray
    aversion: np.ndarray

    @property
    def cost(self) -> np.ndarray:
        """Expected aid of each, yuan a year."""
        return INCIDENCE * COVER * self.frailty

    @property
    def willing(self) -> np.ndarray:
        """The most that each would pay, yuan a year."""
        return (1 + self.aversion) * INCIDENCE * COVER * self.believed


class Curve(NamedTuple):
    """What was found at each price: who was inside, as a part of all, what they cost a head, and the cases."""

    prices: np.ndarray
    inside: np.ndarray
    quantity: np.ndarray
    average_cost: np.ndarray
    cases: np.ndarray


@cache
def population(kind: str) -> Population:
    """Risks from a quarter to 1.75 of the mean, alike in number; tastes without regard to risk, but for the wary."""
    rng = np.random.default_rng(1)
    risks = rng.permutation(np.linspace(0.25, 1.75, PERSONS, dtype=np.float32)).astype(float)
    aversion = rng.exponential(0.5, PERSONS).astype(np.float32).astype(float)
    equal = np.ones(PERSONS)
    return {
        "risks known": Population(risks, risks, aversion),
        "risks unknown": Population(risks, equal, aversion),
        "equal risks": Population(equal, equal, aversion),
        # Those who fear most live so carefully that they are the best risks (de Meza and Webb 2001).
        "the wary are well": Population(risks, risks, (2.5 * risks**-1.5 - 1).astype(np.float32).astype(float)),
    }[kind]


def at_price(people: Population, price: float, altruism: float = 0.0) -> Any:
    """A plan in which everybody is, before the first illness, expecting to pay so many yuan a year for ever."""
    changes: dict[str, Any] = {
        "health.accident_share": 1.0,
        "mind.learning": 0.0,
        "platform.pool.waiting_days": 0,
        "platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": COVER}],
        "platform.pool.advertised_share": price / PERIODS,
    }
    model = world(PERSONS, changes, kind=StationaryModel)
    model.world.incidence[:] = 0
    model.persons["altruism"] = 100_000
    run(model, 1)
    assert (model.memberships["status"] == Status.COVERED).all()
    model.world.incidence[:] = INCIDENCE
    model.persons["altruism"] = altruism
    model.persons["frailty"], model.persons["believed_frailty"] = people.frailty, people.believed
    model.persons["risk_aversion"] = people.aversion
    return model


def prices_for(people: Population) -> np.ndarray:
    """Yuan a year, in whole fen a period, at which about each of `QUANTITIES` should be inside."""
    wanted = np.quantile(people.willing, 1 - np.array(QUANTITIES))
    return (np.ceil(wanted / PERIODS * 100) - 1) * PERIODS / 100


@cache
def curve(kind: str) -> Curve:
    """The simulated curve. All prices meet the same luck: a person inside at two prices is ill in the same periods."""
    people = population(kind)
    prices = prices_for(people)
    found = []
    for price in prices:
        model = at_price(people, float(price))
        counted = {name: values[-COUNTED:] for name, values in run(model, SETTLING + COUNTED).items()}
        inside = model.memberships["status"][:, 0] == Status.COVERED
        members = counted["members"] + counted["aided"]  # the aided are replaced
        assert (members == inside.sum()).all()
        cost = PERIODS * counted["aid"].sum() / members.sum()
        found.append((inside, inside.mean(), cost, counted["aided"].sum()))
    return Curve(prices, *map(np.array, zip(*found, strict=True)))


KINDS = ("risks known", "risks unknown", "equal risks", "the wary are well")


@pytest.mark.parametrize("kind", KINDS)
def test_average_cost_at_each_price_is_that_of_those_who_would_pay_it(kind: str) -> None:
    """Who is inside follows exactly; what they cost has the relative error of so many cases."""
    people, found = population(kind), curve(kind)
    assert np.allclose(found.quantity, QUANTITIES, atol=0.01)
    for place, price in enumerate(found.prices):
        willing = people.willing > price
        assert (found.inside[place] == willing).all()
        by_hand = people.cost[willing].mean()
        error = 1 / math.sqrt(found.cases[place])
        assert found.average_cost[place] == pytest.approx(by_hand, rel=SIGMAS * error)


@pytest.mark.parametrize(
    ("kind", "sign"), [("risks known", -1), ("risks unknown", 0), ("equal risks", 0), ("the wary are well", +1)]
)
def test_average_cost_falls_in_quantity_only_under_adverse_selection(kind: str, sign: int) -> None:
    """From a fifth inside to all; it rises where selection is advantageous.

    Each end errs by 1 / sqrt(cases), and they share luck, which makes their difference err by less. A fifth taken
    without regard to risk differs from all by the error of a sample without replacement.
    """
    people, found = population(kind), curve(kind)
    few, many = found.average_cost[-1], found.average_cost[0]
    part = found.quantity[-1]
    sampled = people.cost.std() * math.sqrt((1 - part) / (part * PERSONS))
    error = math.sqrt(few**2 / found.cases[-1] + many**2 / found.cases[0] + sampled**2)
    slope = (many - few) / (1 - part)
    if sign == 0:
        assert slope == pytest.approx(0, abs=SIGMAS * error / (1 - part))
    else:
        assert sign * slope > SIGMAS * error / (1 - part)


@pytest.mark.parametrize("kind", KINDS)
def test_marginal_cost_is_average_cost_and_quantity_times_its_slope(kind: str) -> None:
    """MC = AC + Q dAC/dQ between neighbouring prices, AC and Q at their mean, as found in the model; on the other
    side the expected aid of those, by their rows, who would pay the lower price and not the higher.

    Since all prices meet the same luck, what is found errs only by the cases of those in between.
    """
    people, found = population(kind), curve(kind)
    q, ac = found.quantity, found.average_cost
    slope = np.diff(ac) / np.diff(q)
    marginal = (ac[1:] + ac[:-1]) / 2 + (q[1:] + q[:-1]) / 2 * slope
    between_cases = -np.diff(found.cases)
    for place in range(len(QUANTITIES) - 1):
        lower, higher = found.prices[place], found.prices[place + 1]
        between = (people.willing > lower) & (people.willing <= higher)
        by_hand = people.cost[between].mean()
        assert marginal[place] == pytest.approx(by_hand, rel=SIGMAS / math.sqrt(between_cases[place]))


def test_a_yuan_of_altruism_is_a_yuan_off_the_price() -> None:
    """So that a uniform taste for helping moves a pool along its curves as a subsidy would."""
    people = population("risks known")
    price = float(prices_for(people)[2])
    worlds = [at_price(people, price), at_price(people, price + 600, altruism=600)]
    for model in worlds:
        run(model, SETTLING)
    cheaper, helped = (model.memberships["status"] for model in worlds)
    assert (cheaper == helped).all()
    assert 0.5 < (cheaper == Status.COVERED).mean() < 0.7
