"""What boards do about the terms of rivals, and small plans about their price, by hand."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from abm.errors import ScenarioError
from abm.platforms import board, offers, owners, rivals
from abm.platforms.board import Books
from abm.platforms.closing import Stage
from abm.scenario.parents import Rivalry, SmallPlans
from abm.scenario.terms import Amendment, CoverBand, PlatformTerms
from worlds.firms import Firm, Place, firm
from worlds.simple import simple

ANSWERS = Rivalry(answers=True, chance=1.0, lag_months=3.0, step=0.5)
MINE = {"fee_rate": 0.08, "waiting_days": 90, "bands": (CoverBand(cover=200_000.0),), "advertised_share": 1.0}
BETTER = {"fee_rate": 0.06, "waiting_days": 30, "bands": (CoverBand(cover=300_000.0),), "advertised_share": 0.5}


def market(
    mine: dict[str, Any] | None = None, theirs: dict[str, Any] | None = None, rivalry: Rivalry = ANSWERS, **given: Any
) -> list[Firm]:
    """A plan whose board answers, a rival of twice its size, and a smaller one."""
    place = Place(case=simple({"owner.house": {}}))
    asked = firm({"rivalry": rivalry}, MINE | (mine or {}), name="mine", model=place, **given)
    rival = firm({}, MINE | BETTER | (theirs or {}), name="rival", model=place)
    rival.census = replace(rival.census, inside=2_000)
    place.platforms[:] = [asked, rival, firm({}, MINE | {"fee_rate": 0.0}, name="small", model=place)]
    return place.platforms


def test_a_board_goes_half_of_the_way_to_what_is_better_for_newcomers() -> None:
    asked, *_ = market()
    decision = board.steer(asked)
    assert decision.words == (
        "answers rival: fee 7.0%, waiting period 60 days, cover up to 250,000 yuan, share of 0.75 yuan told"
    )
    terms = asked.terms.model_copy(update=dict(decision.changes))
    assert (terms.fee_rate, terms.waiting_days, terms.advertised_share) == pytest.approx((0.07, 60, 0.75))
    assert [band.cover for band in terms.bands] == pytest.approx([250_000.0])


def test_it_answers_nothing_that_is_worse_there() -> None:
    worse = {"fee_rate": 0.1, "waiting_days": 180, "bands": (CoverBand(cover=100_000.0),), "advertised_share": 2.0}
    asked, *_ = market({}, worse)
    assert board.steer(asked) == board.BoardDecision(asked.levers)


def test_a_share_is_told_as_the_past_has_it_where_that_is_more() -> None:
    asked, rival, _ = market({}, {"advertised_periods": 2})
    rival.shares[:] = [900, 80, 60]
    assert rivals.told(rival) == 70
    assert board.steer(asked).changes["advertised_share"] == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("rivalry", "given"),
    [
        (Rivalry(), {}),
        (ANSWERS.model_copy(update={"chance": 0.0}), {}),
        (ANSWERS, {"periods_since_change": 23}),
    ],
    ids=("does not answer", "not now", "changed its terms lately"),
)
def test_a_board_does_not_always_answer(rivalry: Rivalry, given: dict[str, Any]) -> None:
    asked, *_ = market(rivalry=rivalry, **given)
    assert not board.steer(asked).changes


def test_losses_come_before_rivals() -> None:
    asked, *_ = market({"fee_rate": 0.06}, books=Books(rate=-1e6))
    assert board.steer(asked).changes == {"fee_rate": 0.08}


def test_terms_are_answered_once_they_have_stood_for_three_months() -> None:
    """In step 48, on 2021-01-14: launched, changed, or amended on a day."""
    asked, rival, _ = market()
    for opened, changed, answered in ((43, 24, False), (42, 24, True), (0, 5, False), (0, 6, True)):
        rival.opened, rival.periods_since_change = opened, changed
        assert bool(board.steer(asked).changes) == answered
    for day, answered in ((date(2020, 11, 1), False), (date(2020, 10, 1), True), (date(2021, 2, 1), True)):
        rival.terms = PlatformTerms(**rival.terms.model_dump() | {"amendments": (Amendment(day=day, fee_rate=0.06),)})
        assert bool(board.steer(asked).changes) == answered


def test_the_rival_is_the_largest_plan_of_another_owner_for_the_same_people() -> None:
    asked, rival, small = market()
    assert rivals.rival_of(asked) is rival
    assert rivals.rival_of(rival) is asked
    rival.stage = Stage.CLOSING
    assert rivals.rival_of(asked) is small
    small.terms = small.terms.model_copy(update={"chronic_only": True})
    assert rivals.rival_of(asked) is None
    elderly = (CoverBand(age_from=60, age_to=70),)
    small.terms = small.terms.model_copy(update={"chronic_only": False, "bands": elderly})
    assert rivals.rival_of(asked) is None
    rival.stage = Stage.OPEN
    for plan in (asked, rival):
        plan.terms = plan.terms.model_copy(update={"owner": "house"})
    assert owners.sisters(asked) == [rival]
    assert rivals.rival_of(asked) is None
    small.terms = small.terms.model_copy(update={"bands": (CoverBand(age_from=59, age_to=70),)})
    assert rivals.rival_of(asked) is small


@pytest.mark.parametrize(("undercuts", "shown"), [(False, 100), (True, 40)])
def test_small_plans_that_undercut_tell_of_less_than_the_cheapest_of_the_others(undercuts: bool, shown: float) -> None:
    """The others tell of 50 fen and of a yuan; a fifth below 50 are 40."""
    small = SmallPlans(undercuts=undercuts, undercut=0.2)
    asked, *_ = market({"small_plans": small})
    assert offers.advertised(asked) == pytest.approx(shown)


def test_small_plans_do_not_promise_more_because_others_are_dear_or_gone() -> None:
    small = SmallPlans(undercuts=True, undercut=0.2)
    asked, rival, other = market({"small_plans": small, "advertised_share": 0.1})
    assert offers.advertised(asked) == 10
    rival.stage = other.stage = Stage.CLOSED
    asked.terms = asked.terms.model_copy(update={"advertised_share": 1.0})
    assert offers.advertised(asked) == pytest.approx(80)


def test_what_boards_may_come_to_give_in_answer_has_to_be_countable() -> None:
    """Two plans give 8,000,000 yuan and one gives 1,000,000: with an answer it may come to give as much."""
    covers = {"one": 8e6, "two": 8e6, "three": 1e6}
    plans: dict[str, Any] = {f"platform.{name}.bands": [{"cover": cover}] for name, cover in covers.items()}
    plans |= {"slots": 3, "platform.three.parent": {}}
    simple(plans)
    with pytest.raises(ScenarioError, match=r"covers of 3 plans add up to 24,000,000 yuan; at most 20,000,000"):
        simple(plans | {"platform.three.parent": {"rivalry": {"answers": True}}})


@pytest.mark.parametrize("tiers", [[], [0], [1, 4]])
def test_a_tier_that_there_is_not_is_told(tiers: list[int]) -> None:
    with pytest.raises(ScenarioError, match=r"tiers = .* must be some of 1, 2 and 3"):
        simple({"platform.pool.tiers": tiers})
