"""What alarms a regulator, cause by cause and by hand, and how stern pressure makes it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from abm.model import MutualAidModel
from abm.observation.series import MARKET
from abm.platforms import rules
from abm.platforms.alarms import ALARMS, alarms, complaints_at_closing, misleads
from abm.platforms.board import value_to_parent, weight_of_platform_rules
from abm.platforms.census import PlanCensus
from abm.platforms.closing import Closing, ClosingKind, Stage
from abm.platforms.policies import Historical, Stance
from worlds.closings import HAND, ten
from worlds.firms import Authority, Firm, Place, firm, supervision
from worlds.plain import run, world
from worlds.simple import simple

PEOPLE = 10_000_000
NEWCOMERS = PlanCensus(inside=1_000, ever_joined=1_250, joined=200, promised=25.0, true_level=100.0)
ALONE = dict.fromkeys(("from_size", "from_deposits", "from_complaints", "from_small_plans"), 0.0)


def ended(announced: int, share: float = 0.25) -> Closing:
    """The end of a plan with a quarter of all people, and with a share of all members."""
    return Closing("other", announced, announced + 2, ClosingKind.ACTIVE, "by hand", PEOPLE / 4, share)


def place(**given: Any) -> Place:
    """Ten million people."""
    return Place(case=simple({"people": {"population": PEOPLE, "persons": 10_000}}), **given)


def seen(weight: str, plan: Firm) -> dict[str, float]:
    """The alarms of one plan where one of them alone has a weight, which is 1."""
    return alarms(supervision(**ALONE | {weight: 1.0}), plan.model, [plan], 500.0)


def test_a_model_in_which_nobody_supervises_has_no_alarm() -> None:
    class Calm(MutualAidModel):
        """Without a regulator that looks."""

        def supervise(self) -> None:
            """Nothing."""

    calm = Calm("xianghubao", persons=50, seed=1)
    calm.step()
    assert set(calm.regulator.alarms.values()) == {0.0}


def test_each_alarm_has_a_series() -> None:
    assert list(seen("from_size", firm(model=place(), census=NEWCOMERS))) == list(ALARMS)
    assert {f"alarm_{name}" for name in ALARMS} <= {series.name for series in MARKET}


@pytest.mark.parametrize(
    ("weight", "alarm", "by_hand"),
    [
        ("from_size", "size", 0.1),  # a million members of ten million people
        ("from_complaints", "complaints", 0.05),  # five hundred of ten million
        ("from_money", "money", 24 * 0.002),  # two million yuan in a period
        ("from_selection", "selection", 0.1 * 0.3),  # three in ten refused
        ("from_promotion", "promotion", 0.02 * 0.75),  # two hundred thousand are told a quarter of the true share
        ("from_closings", "closings", 0.5 * 0.5),  # a plan with a quarter of all people, half a year ago
    ],
)
def test_an_alarm_by_hand_and_no_other_beside_it(weight: str, alarm: str, by_hand: float) -> None:
    here = place(closings=[ended(36, share=1.0)])
    here.ledger.transfer(150_000, "persons", "firm.pool", "firm", "share")
    here.ledger.transfer(50_000, "firm.deposits", "firm.pool", "firm", "drawn")
    found = seen(weight, firm(model=here, census=NEWCOMERS, refused_share=0.3))
    assert found.pop(alarm) == pytest.approx(by_hand)
    assert set(found.values()) == {0.0}


def test_promotion_without_a_weight_is_not_worked_out() -> None:
    """Here it could not be: there is no table of incidence by which to tell the true share."""
    plan = firm(model=place(), census=replace(NEWCOMERS, true_level=0.0))
    assert seen("from_size", plan)["promotion"] == 0.0
    with pytest.raises(AttributeError, match="covers"):
        seen("from_promotion", plan)


@pytest.mark.parametrize("given", [{"licensed": True}, {"stage": Stage.COMING}, {"stage": Stage.RUN_OFF}])
def test_plans_with_a_licence_or_out_of_sight_alarm_nobody(given: dict[str, Any]) -> None:
    here = place()
    here.ledger.transfer(150_000, "persons", "firm.pool", "firm", "share")
    plan = firm(model=here, census=NEWCOMERS, refused_share=0.3, **given)
    everything = supervision(from_money=1.0, from_selection=1.0, from_promotion=1.0)
    assert set(alarms(everything, here, [plan], 0.0).values()) == {0.0}


def test_who_tells_newcomers_the_truth_or_more_misleads_nobody() -> None:
    assert rules.misled(1e6, 100.0, 100.0, 1e7) == rules.misled(1e6, 150.0, 100.0, 1e7) == 0.0
    assert rules.misled(1e6, 0.0, 100.0, 1e7) == pytest.approx(0.1)
    assert rules.misled(1e6, 10.0, 0.0, 1e7) == 0.0  # a plan that covers nobody


@pytest.mark.parametrize(
    ("settings", "given", "misleading"),
    [
        ({"truth_demanded_at": 0.074}, {}, True),  # a million of ten million people, told a quarter of the true share
        ({"truth_demanded_at": 0.076}, {}, False),
        ({"truth_demanded_at": 0.074}, {"discloses": True}, False),
        ({"truth_demanded_at": 0.0}, {}, False),
    ],
)
def test_the_true_level_is_demanded_of_who_misleads_many(
    settings: dict[str, float], given: dict[str, bool], misleading: bool
) -> None:
    assert misleads(firm(model=place(), census=NEWCOMERS, **given), supervision(**settings)) is misleading


def test_a_historical_regulator_fines_misleading_promotion() -> None:
    plans = [firm(model=place(), census=NEWCOMERS), firm(model=place(), census=NEWCOMERS, discloses=True)]
    settings = supervision(truth_demanded_at=0.07, promotion_fine=5.0)
    Historical().act(Authority(settings=settings, plans=plans))
    assert [plan.orders for plan in plans] == [[("tell_the_truth", 5.0)], []]


def test_newcomers_are_held_against_what_they_were_told_when_they_joined() -> None:
    """The share of step 2, of 111 yuan, is on the page of step 3; who joined in step 2 was told of one yuan."""
    model, strike = ten({"platform.pool.advertised_share": 1.0})
    run(model, 2)
    strike(0)
    promised = []
    for _ in range(2):
        run(model, 1)
        promised.append(model.platforms[0].census.promised)
    assert promised == [100.0, 111_12 / 2]  # the mean of two shares


@pytest.mark.parametrize(
    ("promised", "kind", "complaining"),
    [
        ({"run_off_borne": True}, "active", 8.0),  # 1,000 members paid 80,000 yuan of 100,000: eight in a thousand
        ({"run_off_borne": True, "shares_refunded": 0.75}, "active", 2.0),
        ({"run_off_borne": True, "shares_refunded": 1.0}, "ordered", 0.0),
        ({"run_off_borne": False}, "passive", 8.0),  # the last collection pays the claims in hand
        ({"run_off_borne": False}, "flight", 11.0),  # and 30,000 yuan of claims that nobody pays
    ],
)
def test_members_complain_of_what_they_lose_in_the_period_after_the_announcement(
    promised: dict[str, Any], kind: str, complaining: float
) -> None:
    plan = firm(terms={"closing": promised}, collected=100_000_00)
    plan.closing = replace(ended(47), kind=ClosingKind(kind))
    plan.desk.in_hand = 30_000_00.0
    assert complaints_at_closing(plan, 0.01) == pytest.approx(complaining)
    assert complaints_at_closing(plan, 0.0) == 0.0
    for announced in (46, 48):
        plan.closing = ended(announced)
        assert complaints_at_closing(plan, 0.01) == 0.0


def test_no_more_complain_than_there_are() -> None:
    assert rules.complaining(10, 1e12, 0.01) == 10.0
    assert rules.complaining(0, 0.0, 0.01) == 0.0


MARKS, LEVELS = (0.3, 0.6, 1.2), (0.0, 1 / 3, 2 / 3, 1.0)


@pytest.mark.parametrize(
    ("pressure", "stern"),
    [(0.0, 0.0), (0.15, 1 / 6), (0.3, 1 / 3), (0.45, 0.5), (0.6, 2 / 3), (0.9, 5 / 6), (9.0, 1.0)],
)
def test_sternness_rises_in_straight_lines_from_mark_to_mark(pressure: float, stern: float) -> None:
    assert rules.sternness(pressure, MARKS, LEVELS) == pytest.approx(stern)


@pytest.mark.parametrize("continuous", [False, True])
@pytest.mark.parametrize("exempt", [False, True])
def test_at_its_marks_a_regulator_is_as_stern_by_lines_as_by_steps(continuous: bool, exempt: bool) -> None:
    """A plan without deposits is rectified by its form, so that it is warned only; without exemption it is not."""
    marks = {f"supervision.{name}_at": mark for name, mark in zip(("warn", "rectify", "close"), MARKS, strict=True)}
    ways = {"supervision.sternness_continuous": continuous, "supervision.exempt_by_form": exempt}
    model = world(10, HAND | marks | ways | {"supervision.policy": "historical"})
    regulator, (plan,) = model.regulator, model.platforms
    rectified = 1 / 3 if exempt else 2 / 3
    for stance, pressure, stern in zip(Stance, (0.0, *MARKS), (0.0, 1 / 3, rectified, 1.0), strict=True):
        regulator.stance, regulator.pressure = stance, pressure
        assert regulator.sternness(plan) == pytest.approx(stern)
    regulator.stance, regulator.pressure = Stance.WARN, 0.45
    between = (1 / 3 + rectified) / 2
    assert regulator.sternness(plan) == pytest.approx(between if continuous else 1 / 3)
    plan.be_licensed()
    assert regulator.sternness(plan) == 0.0


@pytest.mark.parametrize(
    ("deposit", "of_the_old", "rectified"), [(0.0, None, 1 / 3), (9.0, None, 2 / 3), (0.0, 9.0, 2 / 3)]
)
def test_a_plan_is_exempt_by_its_form_only_if_nobody_pays_a_deposit(
    deposit: float, of_the_old: float | None, rectified: float
) -> None:
    bands = [{"age_to": 49}, {"age_from": 50, "age_to": 59, "deposit": of_the_old}]
    terms = {"platform.pool.deposit": deposit, "platform.pool.bands": bands}
    model = world(10, HAND | terms | {"supervision.policy": "historical", "supervision.exempt_by_form": True})
    regulator, (plan,) = model.regulator, model.platforms
    regulator.stance = Stance.RECTIFY
    assert regulator.sternness(plan) == pytest.approx(rectified)


@pytest.mark.parametrize(
    ("periods", "months", "weighs"),
    [(-1, 6.0, 0.0), (0, 6.0, 0.0), (6, 6.0, 0.5), (12, 6.0, 1.0), (99, 6.0, 1.0), (-1, 0.0, 0.0), (0, 0.0, 1.0)],
)
def test_news_of_rules_comes_to_weigh_in_a_straight_line(periods: int, months: float, weighs: float) -> None:
    assert rules.phased_in(periods, months) == pytest.approx(weighs)


def test_rules_for_platform_companies_cost_every_parent_whatever_the_regulator_of_plans_does() -> None:
    """Two news of November 2020, one period apart; by 14 January four and three of twelve periods have gone by."""
    settings = supervision(platform_rules=(date(2020, 11, 3), date(2020, 11, 20)), platform_rules_cost=0.5)
    parent = {"customer_value": 0.0, "regulatory_cost": 6.0, "horizon": 1.0}
    for stern, cost in ((0.0, 0.0), (1.0, 6e6)):
        asked = firm(parent, model=Place(regulator=Authority(stern=stern, settings=settings)))
        assert weight_of_platform_rules(asked) == pytest.approx(3.5 / 12)
        assert value_to_parent(asked).going_on == pytest.approx(-cost - 6e6 * 0.5 * 3.5 / 12)
    assert weight_of_platform_rules(firm(parent)) == 0.0
