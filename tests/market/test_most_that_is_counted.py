"""Money and counts that their fields cannot hold end a run in a line that says what to lower; nothing wraps."""

import math
import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.errors import DataError, ModelError
from abm.ledger import LedgerError, deposits
from abm.model import MutualAidModel
from abm.persons import cases, memory, rules
from abm.persons.paying import BEYOND, no_cash_flows, require_counted, settle
from abm.persons.state import MOST_FEN, Status, membership, person
from abm.platforms import claims, offers
from abm.scenario.files import load
from abm.scenario.tables import incidence_by_age
from worlds.busy import busy, finish

TERMS = "platform.xianghubao."
DEPOSITS = {f"{TERMS}deposit": 100.0, f"{TERMS}insurer": "xinmei"}


def charged(paid: int, arrears: int = 0, **changes: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Somebody who has paid so much, with a bill of 500 fen, their membership, and the cash flows."""
    model = finish(busy(changes={"people.deduction_failure": 0.0, "people.retry_failure": 0.0} | changes), 12)
    model.begin()
    model.post_terms()
    model.world.offers[0]["share"], model.world.offers[0]["subsidised"] = 500, 0
    me = person(paid=paid, altruism=10_000)
    mine = membership(platform=0, status=Status.COVERED, joined=4, since=model.now, paid=paid, balance=-arrears)
    flows = no_cash_flows(model.world)
    settle(me[0], mine[0], 0, model.world, flows)
    return me, mine, flows


@pytest.mark.parametrize("arrears", [0, 70])
def test_a_bill_is_paid_up_to_what_a_row_holds_and_not_a_fen_further(arrears: int) -> None:
    me, mine, flows = charged(MOST_FEN - 500 - arrears, arrears)
    assert me["paid"][0] == mine["paid"][0, 0] == MOST_FEN
    assert flows[0, BEYOND] == 0
    me, mine, flows = charged(MOST_FEN - 499 - arrears, arrears)
    assert me["paid"][0] == mine["paid"][0, 0] == MOST_FEN - 499 - arrears
    assert flows[0, BEYOND] == 1
    with pytest.raises(ModelError, match=r"platform\.mine: somebody would have paid more than 21\.47 million yuan"):
        require_counted(flows, ["mine"])


def test_a_deposit_is_filled_up_to_what_a_row_holds_and_not_a_fen_further() -> None:
    wanted = DEPOSITS | {"mind.noise": 0.0, "mind.overlooking": 0.0}
    me, mine, flows = charged(MOST_FEN - 10_000, **wanted)
    assert me["paid"][0] == MOST_FEN
    assert mine["balance"][0, 0] == 10_000 - 500
    assert flows[0, BEYOND] == 0
    me, mine, flows = charged(MOST_FEN - 9_999, **wanted)
    assert me["paid"][0] == MOST_FEN - 9_999
    assert mine["balance"][0, 0] == 0
    assert flows[0, BEYOND] == 1


def test_a_run_ends_where_somebody_would_have_paid_more_than_is_counted() -> None:
    model = finish(busy(), 12)
    model.persons["paid"] = MOST_FEN
    with pytest.raises(ModelError, match=r"platform\.xianghubao: somebody would have paid more"):
        finish(model)


@pytest.mark.parametrize("fellows", [False, True])
def test_a_run_ends_where_a_row_would_have_received_more_aid_than_is_counted(fellows: bool) -> None:
    model = finish(busy(changes={"people.fellows": fellows}), 12)
    model.aid_per_head[:] = MOST_FEN
    with pytest.raises(ModelError, match=r"platform\.xianghubao: aid comes to more than 21\.47 million yuan a head"):
        finish(model)


def test_aid_of_many_rows_may_come_to_more_than_one_row_holds() -> None:
    model = finish(busy(), 2)
    desk, rows = model.platforms[0].desk, np.arange(4)
    desk._require_counted(rows, np.full(4, MOST_FEN))
    with pytest.raises(ModelError, match="a head"):
        desk._require_counted(np.array([0, 1, 0]), np.array([MOST_FEN, 1, 1]))


def test_more_than_can_be_shared_ends_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "MOST_TO_SHARE", 1_000)
    with pytest.raises(ModelError, match=r"yuan are to be shared in a period, and at most 10\.00 yuan can be counted"):
        finish(busy())


def test_weights_that_cannot_be_summed_are_refused_in_the_first_step(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = {f"{TERMS}division": "risk", f"{TERMS}annual_cap": 100_000.0, f"{TERMS}stopped.annual_cap": 100_000.0}
    model = finish(busy(changes=changes), 12)
    most = model.world.weights[0].max() * max(1.0, model.persons["frailty"].max())
    assert model.world.offers[0]["contribution_weights"] <= most * model.persons.size
    monkeypatch.setattr(offers, "MOST_WEIGHTS", int(most * model.persons.size) - 1)
    with pytest.raises(ModelError, match=r"division = 'risk': somebody weighs .* lower assessment_error"):
        finish(busy(changes=changes), 1)
    monkeypatch.setattr(offers, "MOST_WEIGHTS", int(most * model.persons.size) + 1)
    finish(busy(changes=changes), 1)


@given(st.integers(0, 2**51), st.integers(1, 2**61), st.integers(0, 2**61))
def test_a_part_of_an_amount_is_right_beyond_what_64_bits_multiply_out(amount: int, weight: int, others: int) -> None:
    part = Fraction(amount * weight, weight + others)
    found = rules.part_of_amount(amount, weight, weight + others)
    assert abs(found - math.ceil(part)) <= 1 + part / 10**15
    if amount * weight < 2**61:
        assert found == math.ceil(part)


def test_an_audit_finds_less_than_nothing() -> None:
    model = finish(busy(changes=DEPOSITS), 20)
    model.audit()
    account = deposits("xianghubao")
    assert model.ledger.balances[account] > 0
    model.ledger.transfer(model.ledger.balances[account], account, "nowhere", "xianghubao", "theft")
    with pytest.raises(LedgerError, match=r"members have .* fen in deposits, and less is there"):
        model.audit()
    model.ledger.transfer(1, account, "nowhere", "xianghubao", "theft")
    with pytest.raises(LedgerError, match=r"xianghubao\.deposits holds -1 fen, less than nothing"):
        model.audit()


def test_an_audit_finds_a_field_that_has_wrapped() -> None:
    model = finish(busy(), 20)
    model.persons["received"][0] = -5
    with pytest.raises(LedgerError, match="less than nothing"):
        model.audit()


# Counts


def test_more_cases_than_memory_holds_end_a_run_before_they_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five persons for a nation that falls ill five times a year: half a billion claims in two weeks."""
    monkeypatch.setattr(memory, "available", lambda: 300_000_000)
    nation = {"people.population": 1_500_000_000, "people.persons": 5, "people.fellows": True}
    nation |= {"health.incidence_level": 100.0, "health.frailty_spread": 2.0, f"{TERMS}launch_reach": 1.0}
    monkeypatch.setattr("abm.model.require_room", lambda _: None)
    with pytest.raises(ModelError, match=r"claims at once do not fit into memory; lower health\.incidence_level"):
        finish(busy(changes=nation))


def test_few_cases_are_not_weighed_against_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 0)
    cases.require_memory(cases.MANY)
    with pytest.raises(ModelError, match="1,048,577 claims"):
        cases.require_memory(cases.MANY + 1)


def test_a_desk_that_decides_nothing_does_not_hire_without_end() -> None:
    terms = {f"{TERMS}hiring": 2.0, f"{TERMS}longest_wait": 0.0}
    model = finish(busy(changes=terms), 12)
    desk = model.platforms[0].desk
    desk.queue = np.zeros(10**6, cases.CASE)
    desk.capacity = 1e12
    desk.hire()
    assert desk.capacity == claims.MOST_CAPACITY


def test_more_illnesses_than_half_months_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"sure,{age},{sex},0.5\n" for age in range(106) for sex in ("male", "female"))
    (tmp_path / "rates.csv").write_text(f"table,age,sex,annual_incidence\n{rows}")
    named = {"health.incidence_file": f"{tmp_path}/rates.csv", "health.incidence_table": "sure"}
    named["health.incidence_slope"] = 0.0
    assert incidence_by_age(load("xianghubao", named | {"health.incidence_level": 48.0}).health).max() == 24
    with pytest.raises(DataError, match=r"health\.incidence_level = 50: 25 illnesses a year"):
        incidence_by_age(load("xianghubao", named | {"health.incidence_level": 50.0}).health)


def test_a_plan_that_covers_nothing_is_expected_to_share_nothing() -> None:
    bands = [{"age_from": 0, "age_to": 59, "cover": 0}]
    changes = {f"{TERMS}bands": bands, "supervision.policy": "early_licensing", "people.persons": 300}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = finish(MutualAidModel("xianghubao", seed=1, changes=changes), 3)
    assert model.platforms[0].discloses
    assert model.world.offers[0]["advertised"] == 0
