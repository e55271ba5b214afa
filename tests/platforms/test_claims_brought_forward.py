"""The announcement of an end brings claims forward, and they are on the bill of closing that a board reckons with."""

import math
from collections import Counter

import pytest

from abm.model import MutualAidModel
from abm.money import FEN_PER_YUAN
from abm.platforms import board
from abm.platforms.awareness import claim_awareness
from worlds.plain import run, world

SIGMAS = 4.0
ILL, COVER = 500.0, 1_000.0  # real cases found in a period, of whom a quarter thinks of a claim; yuan for each


def announced(at_the_end: float) -> tuple[float, float, Counter[str]]:
    """Awareness before the announcement, the bill as the board sees it then, and yuan paid after it, by purpose.

    Of 600,000 people 500 have an accident in each period for over a year. The bill and the yuan are in cases.
    """
    changes = {
        "people.persons": 100,
        "people.fellows": True,
        "friends.news_periods": 0,
        "health.accident_share": 1.0,
        "health.filing_chance": 0.2,
        "health.aware_of_claiming": 0.25,
        "health.shares_until_aware": 1_000.0,
        "health.filing_at_the_end": at_the_end,
        "platform.pool.waiting_days": 0,
        "platform.pool.closing_rules": [],
        "platform.pool.bands": [{"age_from": 0, "age_to": 105, "cover": COVER}],
        "platform.pool.closing.notice_days": 30,
        "platform.pool.closing.last_shares_borne": True,
        "platform.pool.closing.run_off_borne": True,
    }
    model: MutualAidModel = world(600_000, changes)
    run(model, 1)
    model.world.incidence[:] = model.world.highest_incidence[:] = 24 * ILL / 600_000
    run(model, 27)
    (plan,), flows = model.platforms, Counter[str]()
    aware, bill = claim_awareness(plan, ending=False), board.closing_bill(plan) / COVER
    plan.announce("active", "by hand")
    for _ in range(16):
        run(model, 1)
        for (_, purpose), amount in model.ledger.flows.items():
            flows[purpose] += amount * model.weight / FEN_PER_YUAN / COVER
    return aware, bill, flows


def test_a_board_expects_as_much_more_to_pay_as_the_ledger_shows_after_the_announcement() -> None:
    """Three times as many think of a claim: of twelve periods before and two of notice, as far as they are in time.

    Those who know of theirs already are the same in both worlds, so that what remains is the error of a Poisson number.
    """
    (aware, _), bills, flows = zip(*(announced(times) for times in (1.0, 3.0)), strict=True)
    more = [flows[1][purpose] - flows[0][purpose] for purpose in ("subsidy", "run_off")]
    expected = bills[1] - bills[0]
    in_time = sum(1 - 0.8**left for left in (*range(1, 13), 13, 13))
    assert expected == pytest.approx(2 * aware * ILL * in_time, rel=0.01)
    assert abs(sum(more) - expected) < SIGMAS * math.sqrt(expected)
    assert min(more) > 0.2 * expected
