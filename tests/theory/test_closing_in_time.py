"""When a board should close: two periods worked backwards by hand, and the board that looks one stage ahead.

Flows y0, y1 come in during the two years, and the plan has to be closed after them at the latest. Closing costs B0
now, B1 a year on, B2 at the end (million yuan). Backwards: V2 = -B2, V1 = max(-B1, y1 + V2), V0 = max(-B0, y0 + V1).
"""

from collections import deque
from datetime import date
from itertools import product
from typing import Any

import pytest

from abm.platforms import board, closing
from abm.platforms.board import Books, Trend
from abm.platforms.census import PlanCensus
from abm.scenario.scenario import Scenario
from worlds.firms import Firm, Place, firm

CERTAIN = {"closing_later": 1.0, "horizon": 1.0, "customer_value": 0.0, "stigma": 0.0, "choice_scale": 0.0}
END = 2
# y0, y1 and B0, B1, B2, and when to close, each by hand.
BY_HAND = [
    ((3.0, 2.0), (10.0, 14.0, 18.0), 0),  # V1 = max(-14, 2 - 18) = -14; V0 = max(-10, 3 - 14): now
    ((6.0, 2.0), (10.0, 14.0, 18.0), 1),  # V1 = -14 again; V0 = max(-10, 6 - 14) = -8: a year on
    ((6.0, 5.0), (10.0, 14.0, 18.0), END),  # V1 = max(-14, 5 - 18) = -13; V0 = max(-10, 6 - 13) = -7
    ((1.0, 0.5), (10.0, 10.0, 10.0), END),  # no growth: whoever loses nothing waits, however large the bill
    ((1.0, -0.5), (10.0, 10.0, 10.0), 1),
    ((-1.0, -2.0), (10.0, 10.0, 10.0), 0),
]


def at(year: int, flow: float, bill: float, year_ago: float, parent: dict[str, Any] = CERTAIN) -> Firm:
    """A plan of a million members with a flow, and a bill that was another a year ago, million yuan."""
    # Half of the ill file at once, and a quarter a period later, which is the run-off: a bill of a million is an aid of
    # four yuan from each member in a period.
    health = {"aware_of_claiming": 1.0, "filing_chance": 0.5}
    census = PlanCensus(inside=1_000, ever_joined=1_000, sharing=1_000, true_level=108.0 * bill * 4)
    trend = Trend(deque([1e6] * 25), deque([1e5 * year_ago * 4] * 25))
    place = Place(day=date(2021 + year, 1, 14), case=Scenario(health=health))
    terms = {"closing_rules": ("not_wanted",), "claim_days": 15}
    return firm(parent, terms, model=place, books=Books(rate=flow * 1e6), census=census, trend=trend)


def closed_in(flows: tuple[float, float], bills: tuple[float, float, float], parent: dict[str, Any] = CERTAIN) -> int:
    """The year in which the board closes; every year's growth of the bill was that of the year before."""
    for year, flow in enumerate(flows):
        year_ago = 2 * bills[year] - bills[year + 1]
        if closing.ground(valued(at(year, flow, bills[year], year_ago, parent))):
            return year
    return END


def valued(asked: Firm) -> Firm:
    asked.valuation = board.value_to_parent(asked)
    return asked


@pytest.mark.parametrize(("flows", "bills", "when"), BY_HAND)
def test_a_board_with_a_certain_later_bill_closes_when_backward_induction_says(
    flows: tuple[float, float], bills: tuple[float, float, float], when: int
) -> None:
    assert closed_in(flows, bills) == when


def test_one_stage_ahead_is_as_good_as_backwards_wherever_stopping_is_monotone() -> None:
    """All flows on a grid that, once less than what the bill grows by, stay so. Halves keep ties out."""
    compared = 0
    for y0, y1, growth in product((-3.5, -0.5, 1.5, 4.5, 8.5), (-2.5, 0.5, 3.5, 6.5), (0.0, 2.0, 5.0)):
        bills = (10.0, 10.0 + growth, 10.0 + 2 * growth)
        if y0 < growth < y1:
            continue  # the second year would make good for the first
        from_one = max(-bills[1], y1 - bills[2])
        backwards = 0 if y0 + from_one < -bills[0] else 1 if y1 - bills[2] < -bills[1] else END
        assert closed_in((y0, y1), bills) == backwards, (y0, y1, growth)
        compared += 1
    assert compared > 40


def test_who_never_reckons_with_closing_waits_for_ever() -> None:
    for flows, bills, _ in BY_HAND:
        assert closed_in(flows, bills, CERTAIN | {"closing_later": 0.0}) == END


@pytest.mark.parametrize("chance", [0.0, 0.3, 0.7, 1.0])
def test_without_growth_only_the_part_of_the_bill_that_waiting_may_save_counts(chance: float) -> None:
    """By hand: going on - closing = flow + (1 - p) (bill + stigma); at p = 1 the bill cancels."""
    for bill, stigma in ((0.0, 0.0), (10.0, 0.0), (40.0, 7.0)):
        parent = CERTAIN | {"closing_later": chance, "stigma": stigma}
        found = board.value_to_parent(at(0, 3.0, bill, bill, parent))
        gain = (found.going_on - found.closing) / 1e6
        assert gain == pytest.approx(3.0 + (1 - chance) * (bill + stigma))
