"""How plans end, to the fen: flights, run-offs, shares given back, conversion, what is left over."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from abm.ledger import FUND, HOUSEHOLDS, OUTSIDE
from abm.persons.state import Status
from abm.platforms.closing import Stage
from worlds.closings import AID, DEPOSITS, HAND, OWN, POOL, balance, closing, ten, unborne
from worlds.plain import run, world

PREPAID = {
    "platform.pool.deposit": 10.0,
    "platform.pool.closing_rules": ["run_away"],
    "platform.pool.parent": {"flight_threshold": 0.0, "horizon": 0.0},
}


def finish(model: Any) -> Any:
    """Run until the plan is closed for good; audit on the way."""
    while model.platforms[0].stage != Stage.CLOSED:
        run(model, 1)
        model.audit()
    assert balance(model, POOL) == balance(model, DEPOSITS) == 0
    return model


@pytest.mark.parametrize("terms", [{}, {"platform.pool.deposit": 0.0, "platform.pool.bands": [{"deposit": 10.0}]}])
def test_who_runs_away_has_every_deposit(terms: dict[str, Any]) -> None:
    """Ten yuan each are put down in step 1, and the board, which meets at the end of the month, is gone in step 2."""
    model, _ = ten(PREPAID | terms)
    run(model, 2)
    assert (balance(model, DEPOSITS), balance(model, OWN)) == (100_00, 0)
    assert model.closings[0].kind == "flight"
    run(model, 1)
    assert (balance(model, DEPOSITS), balance(model, OWN)) == (0, 100_00)
    assert (model.persons["paid"] == 10_00).all()
    assert (model.memberships["paid"] == 10_00).all()
    assert (model.memberships["balance"] == 0).all()
    assert (model.memberships["status"] == Status.ENDED).all()
    assert model.regulator.complaints == 10
    model.audit()


def test_who_has_a_claim_in_hand_or_has_just_left_loses_the_deposit_too() -> None:
    model, strike = ten(PREPAID)
    model.platforms[0].desk.capacity = 0.0
    run(model, 1)
    strike(1)
    run(model, 1)
    model.member(2).leave("pool")
    run(model, 1)
    assert model.memberships["status"][1:4, 0].tolist() == [Status.CLAIMING, Status.LEFT, Status.ENDED]
    model.platforms[0].desk.capacity = 10.0
    finish(model)
    assert model.memberships["status"][1, 0] == Status.REFUSED
    assert balance(model, OWN) == 100_00
    assert not model.persons["received"].any()


def test_who_runs_away_keeps_no_promise() -> None:
    promises = {"last_shares_borne": True, "run_off_borne": True, "shares_refunded": 1.0}
    model, _ = ten(PREPAID | {f"platform.pool.closing.{name}": value for name, value in promises.items()})
    finish(model)
    assert balance(model, OWN) == 100_00
    assert (model.persons["paid"] == 10_00).all()


def test_nobody_runs_away_from_deposits_in_custody() -> None:
    model, _ = ten(PREPAID | {"platform.pool.custody": True})
    run(model, 10)
    assert model.closings == []
    model.platforms[0].announce("flight", "by hand")
    finish(model)
    assert balance(model, OWN) == 0
    assert not model.persons["paid"].any()
    assert not model.memberships["paid"].any()


@pytest.mark.parametrize("kind", ["active", "passive", "ordered"])
def test_who_does_not_run_away_gives_the_rest_of_every_deposit_back(kind: str) -> None:
    """A case of 1,000 yuan in step 2, in which the claimant shares no more, takes 111.12 yuan from each of nine."""
    model, strike = ten(PREPAID | {"platform.pool.deposit": 200.0, "platform.pool.closing_rules": []})
    run(model, 2)
    strike(1)
    run(model, 1)
    model.platforms[0].announce(kind, "by hand")
    finish(model)
    others = np.arange(10) != 1
    assert (model.persons["paid"][others] == 111_12).all()
    assert model.persons["paid"][1] == 0
    assert balance(model, OWN) == 9 * 111_12 - AID


@pytest.mark.parametrize(("filing", "status"), [(6, Status.AIDED), (7, Status.AIDED), (8, Status.ENDED)])
def test_the_platform_pays_claims_for_illness_found_by_the_last_day_and_filed_in_time(
    filing: int, status: Status
) -> None:
    """Found in step 5, the last of cover; 30 days are two steps, so the claim may come until step 7."""
    model, strike = closing({"health.filing_chance": 0.0})
    strike(1)
    run(model, filing - 5)
    model.world.settings["filing_chance"] = 1.0
    run(model, 1)
    assert model.memberships["status"][1, 0] == status
    paid = AID if status == Status.AIDED else 0
    assert (model.persons["received"].sum(), balance(model, OWN)) == (paid, -paid)
    finish(model)
    assert balance(model, OWN) == -paid
    assert not model.persons["paid"].any()


def test_illness_found_after_the_last_day_is_not_paid() -> None:
    model, strike = closing()
    run(model, 1)
    strike(1)
    finish(model)
    assert model.memberships["status"][1, 0] == Status.ENDED
    assert not model.persons["received"].any()


def test_the_members_pay_the_claims_decided_on_the_last_day_unless_last_shares_are_borne() -> None:
    """Nine share 1,000 yuan at 111.12 each; the eight fen over are the platform's in the end."""
    for borne, paid in ((False, 111_12), (True, 0)):
        model, strike = closing({"platform.pool.closing.last_shares_borne": borne})
        strike(1)
        finish(model)
        assert model.persons["paid"].tolist() == [0 if person == 1 else paid for person in range(10)]
        assert balance(model, OWN) == 9 * paid - AID


def test_without_a_bearer_claims_are_paid_in_part_from_the_last_collection() -> None:
    model = unborne()
    assert balance(model, POOL) == 6 * 200_00
    finish(model)
    assert model.persons["received"].tolist() == [0, 600_00, 600_00] + [0] * 7
    assert balance(model, OWN) == 0
    assert model.persons["paid"].tolist() == [200_00] * 6 + [0] * 4


def test_a_guarantee_fund_pays_what_is_left_unpaid_as_far_as_it_goes() -> None:
    model = unborne({"supervision.policy": "guarantee_fund", "supervision.levy": 0.0})
    model.ledger.transfer(500_00, OUTSIDE, FUND, "fund", "levy")
    finish(model)
    assert model.persons["received"].tolist() == [0, AID, 700_00] + [0] * 7
    assert balance(model, FUND) == balance(model, OWN) == 0


def test_who_is_paid_nothing_is_refused_and_not_aided() -> None:
    model = unborne({"people.deduction_failure": 0.0, "platform.pool.case_cap": 0.0})
    table = run(model, 2)
    assert model.memberships["status"][1:3, 0].tolist() == [Status.REFUSED] * 2
    assert table["aided"].sum() == 0
    assert table["refused"].sum() == 2


def test_the_last_collection_asks_no_more_for_a_case_than_its_cap() -> None:
    model = unborne({"people.deduction_failure": 0.0, "platform.pool.case_cap": 50.0})
    assert (model.persons["paid"] == 2 * 50_00).all()
    finish(model)
    assert model.persons["received"].tolist() == [0, 500_00, 500_00] + [0] * 7


def test_all_shares_come_back_to_those_who_are_inside_at_the_end() -> None:
    """Two cases, in steps 2 and 3: those still inside have paid for both, and one who leaves gets nothing back."""
    model, strike = ten({"platform.pool.closing.shares_refunded": 1.0})
    run(model, 2)
    for step in (1, 2):
        strike(step)
        run(model, 1)
    model.member(3).leave("pool")
    model.platforms[0].announce("active", "by hand")
    paid = model.persons["paid"].copy()
    assert paid.tolist() == [236_11, 0, 111_12] + [236_11] * 7  # 1,000 over nine; less eight fen over eight
    finish(model)
    assert model.persons["paid"].tolist() == [0, 0, 111_12, 236_11] + [0] * 6
    assert balance(model, OWN) == paid[[2, 3]].sum() - 2 * AID


@pytest.mark.parametrize("months", [6, 12])
def test_conversion_insures_members_and_costs_the_platform_the_free_months(months: int) -> None:
    selling = {
        "insurance.commercial.on_sale": True,
        "insurance.commercial.reach": 0.0,
        "platform.pool.cross_sell_reach": 0.0,
    }
    model = world(10, HAND | selling | {"platform.pool.closing.conversion_months": months})
    model.persons["frailty"] = 0.0
    model.persons["policies"][:3] = 1
    run(model, 5)
    households = balance(model, HOUSEHOLDS)
    model.platforms[0].announce("active", "by hand")
    run(model, 1)
    premium = int(model.world.premiums[0, 0, 35])
    assert premium == np.ceil(79_000_00 * 1.5 * model.world.incidence[0, 35])
    assert ((model.persons["policies"] & 1) > 0).all()
    free = 7 * int(premium * months / 12)
    assert balance(model, OWN) == -free
    assert balance(model, HOUSEHOLDS) - households == free - 10 * (premium // 24)


def test_nobody_is_converted_where_no_insurance_is_sold() -> None:
    model, _ = closing({"platform.pool.closing.conversion_months": 3, "mind.noise": 30.0})
    finish(model)
    assert not (model.persons["policies"] & 1).any()


@pytest.mark.parametrize("left", [123_45, -123_45])
def test_what_is_left_in_the_pool_is_the_platforms_and_what_is_lacking_too(left: int) -> None:
    model, _ = closing()
    run(model, 1)
    payer, payee = (OUTSIDE, POOL) if left > 0 else (POOL, OUTSIDE)
    model.ledger.transfer(abs(left), payer, payee, "pool", "by_hand")
    finish(model)
    assert balance(model, OWN) == left


def test_a_plan_passes_through_every_standing_and_nobody_joins_or_pays_after_its_end() -> None:
    """Announced in step 4 with 45 days, three steps, of notice: step 7 is the last; then two steps to claim in."""
    start = {"platform.pool.launch": date(2019, 1, 20), "platform.pool.closing.notice_days": 45}
    model, strike = ten(start | {"health.filing_chance": 0.0})
    standings = []
    for step in range(13):
        run(model, 1)
        standings.append(model.platforms[0].stage)
        if step == 3:
            model.member(9).leave("pool")
        if step == 4:
            assert model.memberships["status"][9, 0] == Status.COVERED  # come back while that was possible
            model.platforms[0].announce("active", "by hand")
            model.member(8).leave("pool")
        if step == 6:
            strike(1)
        if step == 8:
            model.world.settings["filing_chance"] = 1.0
    expected = [Stage.COMING] + 4 * [Stage.OPEN] + 3 * [Stage.CLOSING] + 3 * [Stage.RUN_OFF]
    assert standings == [*expected, Stage.CLOSED, Stage.CLOSED]
    assert model.memberships["status"][8, 0] == Status.LEFT
    assert model.memberships["status"][1, 0] == Status.AIDED
    assert not model.persons["paid"].any()
    assert balance(model, OWN) == -AID
