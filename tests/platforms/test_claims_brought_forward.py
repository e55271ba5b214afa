"""What is paid after an end is announced is on the bill of closing that a board reckons with, claim by claim."""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from abm.model import MutualAidModel
from abm.money import FEN_PER_YUAN
from abm.platforms import board
from abm.platforms.awareness import claim_awareness
from worlds.plain import run, world

SIGMAS = 4.0
PEOPLE, ILL, COVER = 60_000_000, 5_000.0, 10_000.0  # the ill are those of a period; yuan for each


def announced(changes: Mapping[str, Any], idle: int = 0) -> tuple[float, float, Counter[str]]:
    """Awareness before the announcement, the bill as the board sees it then, and yuan paid after it, by purpose.

    Accidents happen in each period for over a year; in the last ones, `idle`, nothing is decided. The bill and the
    yuan are in cases.
    """
    plain = {
        "people.persons": 100,
        "people.fellows": True,
        "friends.news_periods": 0,
        "health.accident_share": 1.0,
        "health.filing_chance": 0.2,
        "health.shares_until_aware": 1_000.0,
        "platform.pool.waiting_days": 0,
        "platform.pool.closing_rules": [],
        "platform.pool.bands": [{"age_from": 0, "age_to": 105, "cover": COVER}],
        "platform.pool.closing.notice_days": 30,
        "platform.pool.closing.last_shares_borne": True,
        "platform.pool.closing.run_off_borne": True,
    }
    model: MutualAidModel = world(PEOPLE, plain | changes)
    run(model, 1)
    model.world.incidence[:] = model.world.highest_incidence[:] = 24 * ILL / PEOPLE
    run(model, 27 - idle)
    (plan,), flows = model.platforms, Counter[str]()
    plan.desk.capacity *= not idle
    run(model, idle)
    plan.desk.capacity = 1e9
    aware, bill = claim_awareness(plan, ending=False), board.closing_bill(plan) / COVER
    plan.announce("active", "by hand")
    for _ in range(16):
        run(model, 1)
        for (_, purpose), amount in model.ledger.flows.items():
            flows[purpose] += amount * model.weight / FEN_PER_YUAN / COVER
    return aware, bill, flows


@pytest.mark.parametrize(
    ("last_shares_borne", "run_off_borne", "idle"),
    [(True, True, 0), (True, True, 3), (True, False, 3), (False, True, 0)],
)
def test_a_board_expects_to_pay_what_the_ledger_shows_after_the_announcement(
    last_shares_borne: bool, run_off_borne: bool, idle: int
) -> None:
    """Of 5,000 ill of a period, who all know of their claim: 1.89 times as many in the notice, 3.07 times after it."""
    borne = {"last_shares_borne": last_shares_borne, "run_off_borne": run_off_borne}
    known = {f"platform.pool.closing.{name}": value for name, value in borne.items()}
    _, bill, flows = announced(known | {"health.aware_of_claiming": 1.0}, idle)
    notice, after = 2 * (1 - 0.8**13), sum(0.8**left - 0.8**13 for left in range(1, 13))
    in_hand = idle * (1 - 0.8**13)
    expected = {
        "subsidy": ILL * (notice + in_hand) * last_shares_borne,
        "run_off": ILL * after * run_off_borne,
    }
    assert bill == pytest.approx(sum(expected.values()), rel=0.02)
    for purpose, cases in expected.items():
        assert abs(flows[purpose] - cases) <= SIGMAS * math.sqrt(cases)


def test_a_board_expects_as_much_more_to_pay_as_the_ledger_shows_after_the_announcement() -> None:
    """A quarter thinks of a claim, and three times as many at the end.

    The latter are those of twelve periods before and two of notice, as far as they are in time.
    Those who know of theirs already are the same in both worlds, so that what remains is the error of a Poisson number.
    """
    reminded = [{"health.aware_of_claiming": 0.25, "health.filing_at_the_end": times} for times in (1.0, 3.0)]
    (aware, _), bills, flows = zip(*map(announced, reminded), strict=True)
    more = [flows[1][purpose] - flows[0][purpose] for purpose in ("subsidy", "run_off")]
    expected = bills[1] - bills[0]
    in_time = sum(1 - 0.8**left for left in (*range(1, 13), 13, 13))
    assert expected == pytest.approx(2 * aware * ILL * in_time, rel=0.01)
    assert abs(sum(more) - expected) < SIGMAS * math.sqrt(expected)
    assert min(more) > 0.2 * expected
