"""Two types of risk and two plans, as in Rothschild and Stiglitz: when the types separate, and when they do not.

See "Equilibrium in competitive insurance markets", Quarterly Journal of Economics 90, 1976. What to expect is worked
out here from risks, covers and shares, apart from the model, for persons without noise who care for nothing but cover
and its price. The plan `pool` pays the full cover, `restricted` less. Both divide equally and neither takes a fee, so
that the share of each is fair for the mean risk of those inside.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import pytest

from abm.persons.state import Status, empty_memberships
from worlds.plain import PLAIN, StationaryModel, run, world

SIGMAS = 4.0
PERIODS = 24
FULL, AVERSION = 10_000.0, 0.5
LOW, HIGH = 0.24, 0.48  # annual incidence of the two types
STAY, STEPS = 50, 75  # periods for which a person lives there, and is run
LOOKBACK = 24  # periods whose mean share newcomers are shown


class Generations(StationaryModel):
    """One in 50 moves away in every period; a newcomer of the same type comes and chooses among the plans afresh.

    In the model nobody weighs the plan they are in against another while it is worth anything at all, so that it is
    the newcomers who compare.
    """

    def step(self) -> None:
        super().step()
        self.memberships[self.now % STAY :: STAY] = empty_memberships(1, 1)
        for platform, row in zip(self.platforms, self.drive.census(), strict=False):
            platform.take_stock(row)


def fair_share(risk: float, cover: float) -> float:
    """Yuan a period that an equal share is on average where the mean incidence of members is `risk` a year."""
    p = risk / PERIODS
    return p / (1 - p) * cover  # the ill do not pay for their own case


def worth(risk: float, cover: float, share: float) -> float:
    """Yuan a year that a plan is worth to a person."""
    return (1 + AVERSION) * risk * cover - PERIODS * share


def limit() -> float:
    """The restricted cover at which high risks do not care in which of two plans they are, each at its fair share.

    Worth is linear in the cover: full cover at the share of the high is worth worth(HIGH, FULL, ...) to them, and
    each yuan of restricted cover at the share of the low so much.
    """
    return worth(HIGH, FULL, fair_share(HIGH, FULL)) / worth(HIGH, 1.0, fair_share(LOW, 1.0))


class Market(NamedTuple):
    """A finished run: its series, and the part of each type, low and high, that is in the full and the restricted plan.

    Newcomers are left out until even those who were ill at the door have been let in.
    """

    series: dict[str, np.ndarray]
    inside: np.ndarray


def two_plans(restricted: float, highs: float, steps: int = STEPS, knows: bool = True) -> Market:
    """Each plan first advertises what is fair for the type it is meant for, and then what its past shares were."""
    persons = 20_000
    first: dict[str, Any] = {
        "health.accident_share": 1.0,
        "mind.altruism": 0.0,
        "mind.risk_aversion": AVERSION,
        "mind.learning": 0.07,
        "platform.pool.waiting_days": 0,
        "platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": FULL}],
        "platform.pool.advertised_share": fair_share(HIGH, FULL),
        "platform.pool.advertised_periods": LOOKBACK,
    }
    terms = {path: value for path, value in (PLAIN | first).items() if path.startswith("platform.pool.")}
    second = {path.replace("pool", "restricted"): value for path, value in terms.items()} | {
        "platform.restricted.bands": [{"age_from": 0, "age_to": 59, "cover": restricted}],
        "platform.restricted.advertised_share": fair_share(LOW, restricted),
    }
    model = world(persons, first | second, kind=Generations)
    model.world.incidence[:] = LOW
    high = np.random.default_rng(1).permutation(persons) < highs * persons
    frailty = np.where(high, HIGH / LOW, 1.0)
    model.persons["frailty"] = frailty
    model.persons["believed_frailty"] = frailty if knows else frailty.mean()
    series = run(model, steps)

    rows = model.memberships[:, 0]
    turned_away = (rows["status"] == Status.NEVER) & (model.persons["health_since"] == model.now)
    periods_here = (model.now - np.arange(persons)) % STAY
    settled = (periods_here > min(5, model.now)) & ~turned_away
    plans = [(rows["status"] == Status.COVERED) & (rows["platform"] == k) for k in (0, 1)]
    return Market(series, np.array([[plan[settled & kind].mean() for plan in plans] for kind in (~high, high)]))


SEPARATED = [[0, 1], [1, 0]]
TOGETHER = [[0, 1], [0, 1]]


@pytest.mark.parametrize(("part", "chosen"), [(0.999, SEPARATED), (1.001, TOGETHER)])
def test_high_risks_choose_the_full_cover_just_up_to_the_limit(part: float, chosen: list[list[int]]) -> None:
    """The first choice of all, when both plans advertise what is fair, rounded to whole fen.

    A thousandth of the limit is worth 2.4 yuan a year to high risks, and the rounding at most 24 fen.
    """
    assert (two_plans(part * limit(), highs=0.5, steps=1).inside == chosen).all()


@pytest.mark.parametrize("highs", [0.3, 0.5, 0.7])
def test_types_separate_where_the_restricted_cover_is_below_the_limit(highs: float) -> None:
    """At 0.8 of the limit the restricted plan offers high risks a fifth less than their surplus in the full one.

    A fifth of the surplus is a tenth of the fair share, since aversion is a half. Newcomers see the mean share of 24
    periods: with 6,000 high risks and 120 cases a period its relative error is 0.019, and four of them are less than
    a tenth. (A plan that seems cheap attracts nobody, as what was advertised first is the least that is expected.)
    Low risks would pay half as much again as their fair share, and the full cover costs them twice. The mean share
    over the run has a relative error of 1 / sqrt(cases).
    """
    cover = 0.8 * limit()
    series, inside = two_plans(cover, highs)
    assert (inside == SEPARATED).all()
    for plan, risk, amount in (("", HIGH, FULL), ("restricted.", LOW, cover)):
        error = 1 / math.sqrt(series[plan + "aided"][1:].sum())
        assert series[plan + "share"][1:].mean() == pytest.approx(fair_share(risk, amount), rel=SIGMAS * error)


def test_types_who_do_not_know_their_risk_do_not_separate() -> None:
    """Below the limit as above, but all believe in the mean risk, and then the restricted cover at the share of all
    is worth more than the full one at that of the high, though its share should exceed the fair one by four errors.
    """
    cover, mean = 0.8 * limit(), (LOW + HIGH) / 2
    dear = 1 + SIGMAS / math.sqrt(LOOKBACK * 20_000 * mean / PERIODS)
    assert worth(mean, cover, dear * fair_share(mean, cover)) > worth(mean, FULL, fair_share(HIGH, FULL))
    assert (two_plans(cover, highs=0.5, knows=False).inside == TOGETHER).all()


def test_a_few_high_risks_share_a_cover_beyond_the_limit_with_the_low() -> None:
    """At 1.2 of the limit high risks prefer the restricted plan even when all are in it, and low risks stay and pay.

    Both by more than four errors of the mean share that newcomers see, which is now fair for the mean risk of all.
    """
    cover, mean = 1.2 * limit(), 0.8 * LOW + 0.2 * HIGH
    share = fair_share(mean, cover)
    dear = 1 + SIGMAS / math.sqrt(LOOKBACK * 20_000 * mean / PERIODS)
    assert worth(HIGH, cover, dear * share) > worth(HIGH, FULL, fair_share(HIGH, FULL))
    assert worth(LOW, cover, dear * share) > 0
    series, inside = two_plans(cover, highs=0.2)
    assert (inside == TOGETHER).all()
    error = 1 / math.sqrt(series["restricted.aided"][1:].sum())
    assert series["restricted.share"][1:].mean() == pytest.approx(share, rel=SIGMAS * error)


def test_many_high_risks_drive_the_low_out_of_a_cover_beyond_the_limit() -> None:
    """At 1.5 of the limit high risks enter the restricted plan; the share of all is more than it is worth to the low.

    That share is 1.7 times what is fair for the low, and cover is worth 1.5 times it to them. Expectations close 0.07
    of the gap in a period and pass that worth after 18; those who leave then raise the share for the others. There is
    no plan for the low any more, and this is the case in which Rothschild and Stiglitz find no equilibrium: high risks
    now shun the plan, and when it has emptied, after the 50 periods that persons stay, it begins anew.
    """
    cover, mean = 1.5 * limit(), 0.3 * LOW + 0.7 * HIGH
    assert (two_plans(cover, highs=0.7, steps=1).inside == TOGETHER).all()
    assert worth(LOW, cover, fair_share(mean, cover)) < 0
    low, high = two_plans(cover, highs=0.7, steps=45).inside
    assert (low == 0).all()
    assert high.sum() == pytest.approx(1)
