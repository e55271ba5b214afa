"""What boards, closing rules, small plans and policies answer, asked about plain objects: no model, no framework."""

import subprocess
import sys
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from abm.ledger import OUTSIDE, deposits
from abm.platforms import board, budget, closing, offers, plan, small_plans
from abm.platforms.board import Books, Levers, ParentValuation
from abm.platforms.census import PlanCensus
from abm.platforms.closing import Closing, ClosingKind
from abm.platforms.policies import EarlyLicensing, Historical, Policy, Stance, StrictBan
from abm.scenario.parents import SmallPlans
from abm.scenario.scenario import Scenario
from abm.scenario.terms import CoverBand
from worlds.firms import Authority, Desk, Firm, Place, firm

ROOT = Path(__file__).parent.parent.parent
ROOM = sorted(f"abm.platforms.{path.stem}" for path in (ROOT / "abm" / "platforms").glob("[!_]*.py"))
CALM = PlanCensus(inside=1_000, ever_joined=1_250, sharing=1_000)
LEAVING = PlanCensus(inside=1_000, left=20, ever_joined=1_250, sharing=1_000)
LOSING, WORTHLESS = Books(rate=-1e6), ParentValuation(going_on=-1.0)


def test_the_economics_of_plans_knows_no_framework() -> None:
    code = f"import sys, importlib; [importlib.import_module(name) for name in {ROOM}]; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert len(ROOM) > 8
    assert set(ROOM) <= loaded
    assert not {"mesa", "pandas", "abm.agents", "abm.model", "abm.observation"} & loaded


@pytest.mark.parametrize(
    ("wanted", "given"), [(plan.SupervisedPlan, Firm), (plan.Surroundings, Place), (plan.Supervisor, Authority)]
)
def test_the_plain_objects_have_all_that_the_economics_may_ask_for(wanted: type, given: type) -> None:
    asked = {name for kind in wanted.__mro__ for name in vars(kind) if not name.startswith("_")}
    assert asked <= {*dir(given), *given.__dataclass_fields__}


def test_a_plan_without_a_parent_never_changes() -> None:
    asked = firm(books=LOSING, census=LEAVING, refused_share=1.0)
    assert board.steer(asked) == board.BoardDecision(Levers(effort=0.5))
    assert board.value_to_parent(asked) == ParentValuation()


def test_a_decision_is_an_answer_and_writes_nothing() -> None:
    asked = firm({}, books=LOSING, census=LEAVING, valuation=WORTHLESS, refused_share=1.0)
    before, world = deepcopy(vars(asked)), asked.model
    assert board.steer(asked) != board.BoardDecision(asked.levers)
    board.value_to_parent(asked)
    closing.ground(asked)
    budget.costs(asked)
    assert vars(asked) | {"model": None} == before | {"model": None}
    assert not world.ledger.flows
    assert not world.closings


@pytest.mark.parametrize(("going_on", "marketing"), [(1.0, 0.5), (0.0, 0.5), (-1.0, 0.125)])
def test_marketing_doubles_while_the_plan_pays_and_is_halved_while_it_does_not(
    going_on: float, marketing: float
) -> None:
    asked = firm({"marketing_response": 0.5}, valuation=ParentValuation(going_on), levers=Levers(marketing=0.25))
    assert board.steer(asked).levers.marketing == marketing
    full = firm({}, valuation=ParentValuation(going_on=1.0))
    assert board.steer(full).levers.marketing == 1.0  # and is never more than the terms say


@pytest.mark.parametrize(
    ("refused", "shares", "effort"), [(0.2, [200] * 6, 0.4), (0.1, [200] * 6, 0.6), (0.1, [120] * 6, 0.5)]
)
def test_effort_falls_when_many_are_refused_and_rises_with_shares_above_the_expected(
    refused: float, shares: list[int], effort: float
) -> None:
    parent = {"effort_response": 0.1, "complaint_tolerance": 0.15}
    expecting = PlanCensus(inside=1_000, sharing=1_000, expected_share=100.0)
    asked = firm(parent, census=expecting, refused_share=refused, shares=shares)
    assert board.steer(asked).levers.effort == pytest.approx(effort)


def test_education_begins_when_members_are_lost_and_goes_on() -> None:
    parent = {"education": 0.1, "tolerated_loss": 0.03}
    assert board.steer(firm(parent, census=CALM)).levers.education == 0.0
    assert board.steer(firm(parent, census=LEAVING)).levers.education == 0.1
    assert board.steer(firm(parent, census=CALM, levers=Levers(education=0.1))).levers.education == 0.1


def test_losses_raise_the_fee_up_to_the_ceiling_and_at_most_once_a_year() -> None:
    parent = {"fee_ceiling": 0.1}
    decision = board.steer(firm(parent, books=LOSING))
    assert (decision.changes, decision.words) == ({"fee_rate": 0.1}, "the fee rises to 10%")
    assert not board.steer(firm(parent, books=LOSING, periods_since_change=23)).changes
    assert not board.steer(firm(parent, {"fee_rate": 0.1}, books=LOSING)).changes
    assert not board.steer(firm(parent, books=Books(rate=1.0))).changes


def test_cover_is_cut_where_members_leave_and_the_fee_cannot_rise() -> None:
    parent, bands = {"cover_cut": 0.1, "fee_ceiling": 0.08}, (CoverBand(cover=300_000.0),)
    decision = board.steer(firm(parent, {"bands": bands}, census=LEAVING, books=LOSING))
    assert [band.cover for band in decision.changes["bands"]] == [270_000.0]
    assert decision.words == "cover falls by 10%"
    assert not board.steer(firm(parent, {"bands": bands}, census=CALM, books=LOSING)).changes


def test_a_parent_sees_books_customers_and_regulatory_cost_against_bill_and_stigma() -> None:
    """A million real members, two years after the launch: 8 yuan a customer are 3.92 by then, 2 go to the regulator."""
    parent = {"customer_value": 8.0, "value_decay": 0.3, "regulatory_cost": 6.0, "stigma": 5.0, "horizon": 2.0}
    asked = firm(parent, books=Books(rate=1e6), model=Place(day=date(2021, 1, 14), regulator=Authority(stern=1 / 3)))
    assert board.value_to_parent(asked) == ParentValuation(pytest.approx(2 * (1e6 + 1.92e6)), pytest.approx(-5e6))
    asked.model.closings = [Closing("other", 48, 50, ClosingKind.ACTIVE, "", 1.0, 0.1)] * 2
    assert board.value_to_parent(asked).closing == pytest.approx(-5e6 * (1 - 0.35))


def test_a_listing_within_the_year_doubles_regulatory_cost() -> None:
    parent = {"customer_value": 0.0, "regulatory_cost": 6.0, "listing_weight": 2.0, "horizon": 1.0}
    for listing, cost in ((date(2021, 6, 1), 12e6), (date(2022, 6, 1), 6e6), (date(2020, 6, 1), 6e6), (None, 6e6)):
        asked = firm(parent | {"listing": listing}, model=Place(regulator=Authority(stern=1.0)))
        assert board.value_to_parent(asked).going_on == pytest.approx(-cost)


def test_the_bill_of_closing_by_hand() -> None:
    """A share of 1.08 yuan is one of aid from each of a million; half a million is in hand.

    Of the ill of a period seven eighths file in time: a half at once, a quarter and an eighth in the two periods after.
    When cover ends, three eighths of the last ones and an eighth of those before have still to file.
    """
    paid = PlanCensus(inside=1_000, ever_joined=1_250, sharing=1_000, true_level=108.0)
    place = Place(case=Scenario(health={"aware_of_claiming": 1.0, "filing_chance": 0.5}))
    for promised, bill in (
        ({"run_off_borne": False}, 0.0),
        ({}, 0.5e6 + 0.5e6),
        ({"last_shares_borne": True, "notice_days": 30}, 0.5e6 + 2 * 0.875e6 + 0.5e6),
        ({"last_shares_borne": True, "notice_days": 0}, 0.5e6 + 0.875e6 + 0.5e6),
        ({"last_shares_borne": True, "notice_days": 30, "run_off_borne": False}, 0.5e6 + 2 * 0.875e6),
        ({"run_off_borne": False, "shares_refunded": 0.5}, 0.5 * 0.8 * 5e6),
    ):
        given = {"census": paid, "collected": 500_000, "desk": Desk(in_hand=50_000.0), "model": place}
        asked = firm({}, {"claim_days": 30, "closing": promised}, **given)
        assert board.closing_bill(asked) == pytest.approx(bill)


def test_running_a_plan_costs_by_members_and_cases_and_traffic_earns() -> None:
    terms = {"technology_cost": 2.4, "other_cost": 1.2, "case_cost": 1_000.0, "traffic_income": 24.0}
    terms |= {"traffic_decay": 0.3}
    asked = firm({"education_cost": 0.24}, terms, levers=Levers(effort=1.0, education=0.1))
    asked.desk.decided = 2
    assert budget.costs(asked) == {
        "investigation": 2 * 1_500_00,
        "technology": 100_00,
        "other_costs": 50_00,
        "education": 10_00,
    }
    assert budget.traffic(asked) == 490_00
    asked.model.world.products["pages"] = 0.5  # an insurer sells on its pages, and pays for what is sold there
    assert budget.traffic(asked) == 0


def test_other_sales_to_members_are_income_that_wears_out_at_a_rate_of_its_own() -> None:
    """A thousand members bring 2.40 yuan a year each; after two years, at a loss of a half a year, a quarter of it."""
    sold = {"other_sales": 2.4, "sales_decay": 0.5}
    terms = {"traffic_income": 24.0, "traffic_decay": 0.3}
    assert budget.incomes(firm(sold, terms)) == {"traffic": 490_00, "other_sales": 25_00}
    assert budget.incomes(firm({}, terms)) == budget.incomes(firm(None, terms)) == {"traffic": 490_00}
    by_calendar = terms | {"wear_by_calendar": True, "wear_from": date(2020, 1, 1)}
    assert budget.incomes(firm(sold, by_calendar))["other_sales"] == 50_00


def lost(surplus: float) -> Books:
    """Books of a plan that lost so much in a half-month, real yuan."""
    books = Books()
    books.enter(-surplus)
    return books


@pytest.mark.parametrize(
    ("terms", "given", "kind", "words"),
    [
        ({"ends": date(2021, 1, 20)}, {}, ClosingKind.PASSIVE, "its time is over"),
        ({"minimum_members": 2_000_000}, {}, ClosingKind.PASSIVE, "1,000,000 members are fewer than 2,000,000"),
        ({}, {"books": lost(3e9)}, ClosingKind.PASSIVE, "it lost 3,000,000,000 yuan in a year"),
        ({}, {"valuation": ParentValuation(-1e9, 0.0)}, ClosingKind.ACTIVE, "going on is worth -1,000,000,000 yuan"),
    ],
)
def test_a_ground_for_closing_has_its_kind_and_its_words(
    terms: dict[str, Any], given: dict[str, Any], kind: ClosingKind, words: str
) -> None:
    found = closing.ground(firm({"choice_scale": 0.0}, terms, **given))
    assert found is not None
    assert found[0] is kind
    assert found[1].startswith(words)


def test_deposits_in_reach_tempt_only_a_parent_to_whom_they_are_worth_more_than_the_plan() -> None:
    """A thousand simulated yuan are a million real ones."""
    greedy = {"flight_threshold": 5e5, "stigma": 1_000.0}

    def found(**given: Any) -> tuple[ClosingKind, str] | None:
        asked = firm(greedy, {"closing_rules": ("run_away",)}, **given)
        asked.model.ledger.transfer(1_000_00, OUTSIDE, deposits("firm"), "firm", "deposit")
        return closing.ground(asked)

    assert found() == (ClosingKind.FLIGHT, "1,000,000 yuan of deposits were in reach")
    assert found(in_custody=True) is None
    assert found(valuation=ParentValuation(going_on=5e5)) is None
    assert found(valuation=ParentValuation(going_on=-5e5, later=1e6)) is None  # a bill that a run-away never pays
    assert found(valuation=ParentValuation(going_on=-5e5, later=9e5)) is not None


def test_no_ground_is_found_where_the_terms_name_none() -> None:
    assert closing.ground(firm({"choice_scale": 0.0}, {"closing_rules": ()}, valuation=WORTHLESS)) is None


def test_who_runs_away_gives_no_notice_and_all_others_at_least_a_period() -> None:
    assert closing.notice_periods(ClosingKind.FLIGHT, 365) == 1
    assert [closing.notice_periods(ClosingKind.ACTIVE, days) for days in (0, 15, 30, 365)] == [1, 1, 2, 24]


def test_small_plans_fail_only_below_their_cost_and_are_founded_while_the_regulator_is_quiet() -> None:
    """With a fee of 1,250 yuan a period, simulated, each of a hundred takes in 300,000 a year."""
    terms = {"small_plans": SmallPlans(entering=1_000.0, fixed_cost=300_000.0, endurance=0.1)}
    asked = firm(None, terms, small_plans=100)
    asked.model.regulator.policy = Historical()
    assert small_plans.turnover(asked, 1_250_00).failing == 0
    assert 5 < small_plans.turnover(asked, 1_249_00).failing < 80
    assert 850 < small_plans.turnover(asked, 0).founded < 1_150
    asked.model.regulator.pressure = 2 * asked.model.regulator.settings.warn_at
    assert small_plans.turnover(asked, 0).founded == 0
    assert small_plans.turnover(firm(small_plans=100), 0) == (0, 0)


def test_an_offer_advertises_the_past_until_members_are_taught_the_true_level() -> None:
    counted = PlanCensus(inside=1_000, sharing=1_000, true_level=900.0)
    terms = {"advertised_share": 0.1, "advertised_periods": 2}
    assert offers.advertised(firm(None, terms, shares=[99, 40, 60], census=counted)) == 50
    assert offers.advertised(firm(None, terms, shares=[40, 60], census=counted, discloses=True)) == 900.0
    assert offers.advertised(firm(None, terms, census=counted, levers=Levers(education=0.1))) == 900.0


def ordered(policy: Policy, asked: Firm, **given: Any) -> list[Any]:
    """What a policy lets a regulator do, and what it orders of a plan with an insurer."""
    regulator = Authority(asked.model, plans=[asked], **given)
    policy.act(regulator)
    return [*regulator.acts, *asked.orders]


def test_history_warns_rectifies_and_stops_what_looks_like_insurance_a_new_one_sooner() -> None:
    def product(new: bool = False) -> Firm:
        return firm(None, {"insurer": "mutual"}, is_new=new)

    stop = [("stop_being_insurance",)]
    assert ordered(Historical(), product()) == []
    assert ordered(Historical(), product(), risen_to=(Stance.WARN, Stance.RECTIFY)) == ["warn", "rectify"]
    assert ordered(Historical(), product(new=True), insurance_like_membership=0.02) == stop
    assert ordered(Historical(), product(), insurance_like_membership=0.02) == []
    assert ordered(Historical(), product(), insurance_like_membership=0.06) == stop


def test_a_ban_orders_every_open_plan_to_close() -> None:
    (order,) = ordered(StrictBan(), firm())
    assert order[:2] == ("announce", ClosingKind.ORDERED)


def test_a_licence_is_granted_only_to_a_parent_with_means() -> None:
    for loss_limit, orders in ((2e8, [("be_licensed",)]), (0.5e8, [])):
        asked = firm({"loss_limit": loss_limit})
        assert EarlyLicensing().may_launch(Authority(), asked) == bool(orders)
        assert asked.orders == orders
    assert not EarlyLicensing().may_launch(Authority(), firm())
