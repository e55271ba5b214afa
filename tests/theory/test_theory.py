"""Known answers: what theory and arithmetic say about a pool, worked out apart from the model and compared.

Tolerances are four standard errors (missed by chance once in 16,000 draws) of what is compared, derived where used.
"""

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from abm.persons.state import HealthState
from abm.scenario.tables import incidence_by_age
from worlds.plain import StationaryModel, run, world
from worlds.simple import simple

SIGMAS = 4.0
GAIN, COVER, INCIDENCE = 0.07, 100_000.0, 0.24  # of the pools that unravel: cases are many and expectations slow


def test_the_mean_share_is_incidence_times_cover_with_its_fee() -> None:
    """A member falls ill with chance p = incidence / 24 in a period, and the ill do not pay for their own case.

    So n sharers of whom X are aided pay X aid / (n - X) each, on average p / (1 - p) aid. X is binomial, its
    relative error 1 / sqrt(cases) over all periods. What is charged beyond the aid is less than a fen a head.
    """
    cover, fee_rate, level, steps = 200_000.0, 0.25, 100.0, 24
    model = world(
        240_000,
        {
            "health.incidence_level": level,
            "platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": cover}],
            "platform.pool.fee_rate": fee_rate,
            "platform.pool.waiting_days": 90,
        },
    )
    series = run(model, steps)
    past_wait = slice(7, steps)  # all join in step 0 and wait for six periods
    share, cases = series["share"][past_wait], series["aided"][past_wait]
    sharers = series["members_sharing"][past_wait]

    owed = float(cases.sum()) * cover * (1 + fee_rate)
    remainder = float((share * sharers).sum()) - owed
    assert remainder == pytest.approx(series["pool"][-1], abs=0.005)
    assert 0 <= remainder < 0.01 * sharers[-1]

    p = level * 0.001364 / 24  # men of 35 in the table of 2020
    assert incidence_by_age(simple({"health.incidence_level": level}).health)[0, 35] == pytest.approx(24 * p)
    by_hand = p / (1 - p) * cover * (1 + fee_rate)
    assert share.mean() == pytest.approx(by_hand, rel=SIGMAS / math.sqrt(cases.sum()))
    assert series["left"].sum() == 0


def relative_risk_after_leaving(knows: bool, seed: int = 1) -> tuple[float, float]:
    """Risk of the members who stay over that of all, less one, and its sampling error.

    Risks are lognormal with squared spread v = 0.43, and cover is worth to those of mean risk just what it costs, so
    that noise keeps about half in. Members know their own risk, or all believe in the mean. In the latter case those
    who stay are a sample without regard to risk and without replacement. (Nobody leaves in the period in which
    they are aided, which is so rare, p = 0.0025, that it raises the ratio by less than p v = 0.001.)
    """
    persons = 40_000
    model = world(
        persons,
        {
            "health.accident_share": 1.0,
            "mind.altruism": 0.0,
            "mind.risk_aversion": 0.0,
            "mind.noise": 200.0,
            "mind.attention": 0.3,
            "mind.alerted_attention": 0.3,
            "mind.learning": 0.05,
            "platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": 10_000.0}],
            "platform.pool.waiting_days": 0,
        },
        seed=seed,
        kind=StationaryModel,
    )
    model.world.incidence[:] = 0.06
    frailty = np.exp(0.6 * np.random.default_rng(seed).standard_normal(persons) - 0.18)
    model.persons["frailty"] = frailty
    model.persons["believed_frailty"] = frailty if knows else 1.0
    series = run(model, 60)
    stay = series["members"][-1] / persons
    assert 0.05 < stay < 0.8
    error = frailty.std() / frailty.mean() * math.sqrt((1 - stay) / (stay * persons))
    return float(series["relative_risk"][-1]) - 1, error


def test_members_who_do_not_know_their_risk_leave_without_selection() -> None:
    selection, error = relative_risk_after_leaving(knows=False)
    assert selection == pytest.approx(0.0, abs=SIGMAS * error + 0.001)


def test_members_who_know_their_risk_select_against_the_pool() -> None:
    selection, error = relative_risk_after_leaving(knows=True)
    assert selection > SIGMAS * error + 0.001


def unravelling_world(aversion: float, division: str, fee_rate: float = 0.0) -> Any:
    """Rational members whose risks are spread evenly from nothing to twice the mean, and known to them."""
    persons = 40_000
    model = world(
        persons,
        {
            "health.accident_share": 1.0,
            "mind.altruism": 0.0,
            "mind.risk_aversion": aversion,
            "mind.learning": GAIN,
            "platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": COVER}],
            "platform.pool.division": division,
            "platform.pool.fee_rate": fee_rate,
            "platform.pool.waiting_days": 0,
        },
        kind=StationaryModel,
    )
    model.world.incidence[:] = INCIDENCE
    risks = (np.arange(persons) + 0.5) / (persons / 2)
    model.persons["frailty"] = model.persons["believed_frailty"] = np.random.default_rng(1).permutation(risks)
    return model


def akerlof(frailty: np.ndarray, aversion: float, fee_rate: float) -> tuple[float, float]:
    """The largest membership in which nobody would rather leave, as a part of all, and the cases in it a period.

    Worth and cost in units of the cover: members of frailty f fall ill with chance p = f INCIDENCE / 24 in a period,
    which is worth (1 + aversion) p to them; the pool of those from f upwards costs the mean of p over those who pay.
    """
    p = np.sort(frailty.astype(float))[::-1] * INCIDENCE / 24
    average_cost = (1 + fee_rate) * np.cumsum(p) / np.cumsum(1 - p)
    inside = np.flatnonzero((1 + aversion) * p >= average_cost)
    last = int(inside[-1]) if inside.size else 0
    return (last + 1) / p.size, float(p[: last + 1].sum())


@pytest.mark.parametrize(("aversion", "fee_rate"), [(0.2, 0.0), (0.5, 0.2), (0.9, 0.1)])
def test_a_pool_of_rational_members_unravels_to_the_fixed_point_of_akerlof(aversion: float, fee_rate: float) -> None:
    """Membership as a part m of all, with those of frailty above 2 (1 - m) inside.

    Everybody joins at a share of nothing and expectations e rise towards the average cost, e' = gain (cost(e) - e).
    Where cost rises by b for a yuan of e, the gap closes by gain (1 - b) a period, and the cost of C cases a period
    scatters by a part 1 / sqrt(C), which leaves in e a relative error of sqrt(gain / (2 (1 - b) C)). By
    worth = expectation the marginal frailty has the same, and m moves by half the marginal frailty of it. Here
    b = (1 + fee) / (2 (1 + aversion)), since the mean of risks from f to 2 rises by a half for each unit of f.
    """
    model = unravelling_world(aversion, "equal", fee_rate)
    fixed_point, cases = akerlof(model.persons["frailty"], aversion, fee_rate)
    slope = (1 + fee_rate) / (2 * (1 + aversion))
    rate = GAIN * (1 - slope)
    series = run(model, math.ceil(7 / rate))  # what is left of the gap, exp(-7), is a thousandth
    error = (1 - fixed_point) * math.sqrt(GAIN / (2 * (1 - slope) * cases))
    found = (series["members"][-1] + series["aided"][-1]) / model.persons.size  # the aided are replaced
    assert found == pytest.approx(fixed_point, abs=SIGMAS * error + math.exp(-7))


def test_with_shares_by_risk_the_same_pool_does_not_unravel() -> None:
    """The share of each is then their own expected aid, which cover is worth 1.2 times over.

    Expectations scatter by gain and cases as above, with 400 cases a period by a hundredth of themselves: far from
    0.2. Nobody ever leaves.
    """
    model = unravelling_world(0.2, "risk")
    series = run(model, 60)
    assert series["left"].sum() == 0
    inside = series["members"] + series["aided"]
    assert (inside[4:] == model.persons.size).all()  # the door turns away the one in a hundred ill that day
    assert series["share"][1:].min() > 0


def test_a_young_pool_matures_as_latent_illness_comes_out() -> None:
    """Everybody joins well. With p the chance of falling ill and d that of being diagnosed in a period, one is
    diagnosed t periods after the first with chance p d (sum over s < t of (1 - p)^s (1 - d)^(t - s - 1)), the sum
    being ((1 - p)^t - (1 - d)^t) / (d - p): nothing at first, and p (1 - (1 - d)^t) while few have fallen ill.

    Cases of a step are Poisson up to a factor of 1 - p d; so their squared distances from what is expected, each over
    the latter, sum to a chi-square of as many degrees of freedom as there are steps.
    """
    persons, steps, latency = 120_000, 60, 0.5
    model = world(persons, {"health.latency_years": latency, "platform.pool.waiting_days": 0}, seed=1)
    model.world.incidence[:] = 0.03
    p, d = 0.03 / 24, 1 / (24 * latency)
    t = np.arange(1, steps)
    expected = persons * p * d * ((1 - p) ** t - (1 - d) ** t) / (d - p)
    aided = run(model, steps)["aided"]
    assert aided[0] == 0
    distance = float(((aided[1:] - expected) ** 2 / expected).sum())
    assert distance < chi2.isf(1e-4, t.size)
    assert aided[1:].sum() == pytest.approx(expected.sum(), rel=SIGMAS / math.sqrt(expected.sum()))
    assert (model.persons["health"] == HealthState.LATENT).mean() == pytest.approx(
        p * ((1 - p) ** steps - (1 - d) ** steps) / (d - p), rel=SIGMAS / math.sqrt(persons * p * 12)
    )
