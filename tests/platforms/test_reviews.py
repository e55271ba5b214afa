"""How often a board asks whether it wants its plan: plain objects, many seeds, chances by hand."""

import math
from typing import Any

import pytest

from abm.platforms.board import ParentValuation
from abm.platforms.closing import NotWanted, _reasons
from worlds.firms import Place, firm

SEEDS, YEAR = 400, 24
CHANCE = 0.3  # of closing at a review whose reasons are drawn


def closed_within(years: int, **parent: Any) -> float:
    """Part of the boards that have closed their plan within some years of monthly reviews, at the same sum in all."""
    asked = firm({"choice_scale": 0.5} | parent)
    sum_against = 0.5 * asked.members * math.log(CHANCE / (1 - CHANCE))
    asked.valuation = ParentValuation(going_on=0.0, closing=sum_against)

    def closes(seed: int) -> bool:
        for now in range(0, years * YEAR, 2):
            asked.model = Place(now=now, seed=seed)
            if NotWanted().reason(asked) is not None:
                return True
        return False

    return sum(map(closes, range(SEEDS))) / SEEDS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reasons_years", "years", "draws"), [(0, 1, 12), (1e9, 1, 1), (1e9, 4, 1), (1, 2, 3), (0.5, 2, 5), (2, 1, 1.5)]
)
def test_a_plan_is_at_risk_once_for_each_time_that_the_reasons_of_its_board_are_others(
    reasons_years: float, years: int, draws: int
) -> None:
    """Renewals begin anywhere: in two years of reasons that last one, there are three draws, but for the first step."""
    kept = (1 - CHANCE) ** int(draws) * (1 - CHANCE * (draws % 1))
    expected = 1 - kept
    error = math.sqrt(expected * (1 - expected) / SEEDS)
    assert closed_within(years, reasons_years=reasons_years) == pytest.approx(expected, abs=3.5 * error)


def test_whoever_would_never_close_by_the_sum_does_not_by_lasting_reasons() -> None:
    asked = firm({"choice_scale": 0.0, "reasons_years": 3.0})
    for going_on, closes in ((1.0, False), (-1.0, True)):
        asked.valuation = ParentValuation(going_on=going_on)
        assert (NotWanted().reason(asked) is not None) == closes


def test_a_new_plan_is_kept_for_its_time_of_trial_whatever_the_sum_says() -> None:
    """Counted from the step in which it opens, empty, though it may be older than the run."""
    asked = firm({"choice_scale": 0.0, "trial_years": 1.0}, opened=10)
    asked.valuation = ParentValuation(going_on=-1e9)
    for now, closes in ((10, False), (33, False), (34, True), (90, True)):
        asked.model = Place(now=now)
        assert (NotWanted().reason(asked) is not None) == closes


def test_boards_of_plans_that_opened_together_do_not_change_their_reasons_together() -> None:
    """Six boards over four years: the steps in which the number that stands for the reasons is another."""
    changes = []
    for index in range(6):
        asked, numbers = firm({"reasons_years": 1.0}, index=index), []
        for now in range(96):
            asked.model = Place(now=now)
            assert asked.terms.parent is not None
            numbers.append(_reasons(asked, asked.terms.parent))
        changes.append({now for now in range(1, 96) if numbers[now] != numbers[now - 1]})
    assert all(len(each) == 4 for each in changes)
    assert len(set(map(frozenset, changes))) >= 4
