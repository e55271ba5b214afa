"""Waiting period, fee, caps and subsidy of a pool of a thousand, by hand and to the fen."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from abm.persons.state import Status
from worlds.plain import certain_illness, run, world


@pytest.mark.parametrize(("days", "periods"), [(0, 0), (15, 1), (30, 2), (90, 6), (180, 12)])
def test_an_illness_found_during_the_wait_is_not_aided_and_one_found_after_it_is(days: int, periods: int) -> None:
    """Half a month is 15.2 days. All join in step 0, so the wait is over at the end of step `periods`.

    Person i falls ill in step i - 1 and, without latency, is diagnosed in step i.
    """
    persons = periods + 5
    model = world(persons, {"platform.pool.waiting_days": days})
    strike = certain_illness(model)
    for step in range(persons):
        if step + 1 < persons:
            strike(step + 1)
        model.step()
    status = model.memberships["status"][1:, 0]
    assert (status[:periods] == Status.BARRED).all()
    assert (status[periods:] == Status.AIDED).all()
    assert (model.memberships["since"][1:, 0] == np.arange(1, persons)).all()
    assert (model.persons["received"][1 : periods + 1] == 0).all()
    assert (model.persons["received"][periods + 1 :] == 300_000_00).all()


def test_an_accident_is_aided_from_the_first_period_of_the_wait_on() -> None:
    model = world(10, {"health.accident_share": 1.0, "platform.pool.waiting_days": 90})
    strike = certain_illness(model)
    model.step()  # all join
    for step in range(1, 9):
        strike(step)
        model.step()
        assert model.memberships["status"][step, 0] == Status.AIDED
        assert model.memberships["since"][step, 0] == step


def test_a_returner_waits_again() -> None:
    """Two leave at the end of step 9, long covered, and are back in step 10: covered again from step 17 on."""
    model = world(10, {"platform.pool.waiting_days": 90})
    strike = certain_illness(model)
    run(model, 10)
    assert (model.memberships["status"] == Status.COVERED).all()
    for person in (1, 2):
        model.member(person).leave("pool")
    run(model, 1)
    assert (model.memberships["status"][1:3, 0] == Status.WAITING).all()
    run(model, 4)
    strike(1)  # ill in step 15, diagnosed in step 16
    model.step()
    strike(2)  # ill in step 16, diagnosed in step 17
    run(model, 2)
    assert model.memberships["status"][1:3, 0].tolist() == [Status.BARRED, Status.AIDED]


def pool_with_cases(steps_of_cases: list[int], changes: dict[str, Any], members: int) -> tuple[Any, dict[str, Any]]:
    """A pool of so many, one of whom is aided with 100,000 yuan in each of the steps named."""
    bands = [{"age_from": 0, "age_to": 59, "cover": 100_000.0}]
    model = world(members, {"platform.pool.bands": bands, "platform.pool.waiting_days": 0} | changes)
    strike = certain_illness(model)
    for step in range(steps_of_cases[-1] + 1):
        if step + 1 in steps_of_cases:
            strike(steps_of_cases.index(step + 1))
        model.step()
    model.audit()
    return model, run(model, 0)


def test_the_fee_and_the_remainder_by_hand() -> None:
    """108,000 yuan over 999 are 108.1081: 108.11 each, 1.89 over. Then 107,998.11 over 998 are 108.2146: 108.22."""
    model, series = pool_with_cases([2, 3], {"platform.pool.fee_rate": 0.08}, 1000)
    assert series["share"].tolist() == [0, 0, 108.11, 108.22]
    assert series["fee"].tolist() == [0, 0, 8_000, 8_000]
    assert series["pool"].tolist() == [0, 0, pytest.approx(1.89), pytest.approx(998 * 108.22 - 107_998.11)]
    assert model.persons["paid"].tolist() == [0, 10_811, *[21_633] * 998]


def test_above_the_case_cap_the_platform_pays() -> None:
    """Of 108,000 yuan 999 members pay 50 each, 49,950; the platform bears 58,050 of each case."""
    terms = {"platform.pool.fee_rate": 0.08, "platform.pool.case_cap": 50.0}
    model, series = pool_with_cases([2], terms, 1000)
    assert series["share"].tolist() == [0, 0, 50]
    assert series["subsidy"].tolist() == [0, 0, 58_050]
    assert model.persons["paid"].tolist() == [0, *[5_000] * 999]


def test_nobody_pays_more_than_the_annual_cap_in_a_calendar_year() -> None:
    """Two cases cost 108.11 and 108.22 yuan as above, of which a member pays 108.11 and then 79.89, to 188.

    A third of the year costs nothing; in January, which is step 24, the count begins anew. The platform bears what
    members would have paid: 28.33 for each of 998, and all of the third.
    """
    terms = {"platform.pool.fee_rate": 0.08, "platform.pool.annual_cap": 188.0}
    model, series = pool_with_cases([2, 3, 4, 24], terms, 1000)
    assert series["share"][[2, 3]].tolist() == [108.11, 108.22]
    assert series["collected"][[2, 3, 4]].tolist() == pytest.approx([999 * 108.11, 998 * 79.89, 0])
    assert series["subsidy"][[2, 3, 4]].tolist() == pytest.approx([0, 998 * 28.33, 997 * series["share"][4]])
    assert series["subsidy"][24] == 0
    last = round(100 * series["share"][24])
    assert 10_800 < last < 18_800
    assert model.persons["paid"].tolist() == [0, 10_811, 18_800, 18_800, *[18_800 + last] * 996]


def test_subsidised_shares_cost_members_nothing() -> None:
    """Steps 0 to 3 are January and February 2019: the case of step 3 is the platform's, that of step 4 is shared."""
    model, series = pool_with_cases([3, 4], {"platform.pool.subsidised_until": date(2019, 2, 28)}, 1000)
    assert series["share"][3] == 100.11
    assert series["subsidy"].tolist() == pytest.approx([0, 0, 0, 999 * 100.11, 0])
    assert series["collected"][:4].tolist() == [0, 0, 0, 0]
    assert model.persons["paid"].tolist() == [0, 0, *[round(100 * series["share"][4])] * 998]


def test_of_an_amendment_and_a_decision_of_the_board_the_later_counts() -> None:
    changes = {"platform.pool.amendments": [{"day": date(2019, 3, 1), "fee_rate": 0.3}]}
    model = world(10, changes)
    (pool,) = model.platforms

    def fee_on(day: date) -> float:
        model.run_until(day)
        return float(pool.terms.fee_rate)

    model.step()
    pool.change_terms("a decision", {"fee_rate": 0.2})
    assert fee_on(date(2019, 2, 14)) == 0.2
    told = len(model.events)
    assert fee_on(date(2019, 3, 14)) == 0.3
    assert [event["detail"] for event in model.events[told:]] == ["amendment: fee_rate = 0.3 in the place of 0.2"]
    pool.change_terms("another", {"fee_rate": 0.1})
    assert fee_on(date(2019, 6, 28)) == 0.1
