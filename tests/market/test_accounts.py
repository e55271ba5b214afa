"""Every fen that leaves an account enters another."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.ledger import Ledger, LedgerError, own, pool
from worlds.audits import step_with_audits
from worlds.busy import busy, finish, series


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    fee=st.floats(0, 0.5),
    case_cap=st.floats(0, 20),
    annual_cap=st.floats(0, 200),
    failure=st.floats(0, 1),
    division=st.sampled_from(["equal", "age", "risk"]),
)
def test_no_fen_is_lost_after_any_phase(
    seed: int, fee: float, case_cap: float, annual_cap: float, failure: float, division: str
) -> None:
    most = annual_cap if division == "equal" else 100_000.0
    terms = {"fee_rate": fee, "case_cap": case_cap, "division": division}
    terms |= {"annual_cap": most, "stopped.annual_cap": most, "assessment_error": 0.5}
    changes = {f"platform.xianghubao.{name}": value for name, value in terms.items()}
    model = busy(seed, {"people.deduction_failure": failure} | changes, drive="compiled")
    for _ in range(25):
        step_with_audits(model)


def test_what_members_paid_is_what_the_pool_took_in() -> None:
    model = finish(busy())
    flows = series(model)
    weight = model.weight
    paid, received = (int(model.persons[name].sum(dtype=np.int64)) for name in ("paid", "received"))
    assert paid > 0
    assert received > 0
    assert round(flows["collected"].sum() * 100 / weight) == paid
    assert round(flows["aid"].sum() * 100 / weight) == received
    # the pool holds what came in less what went out
    incoming = flows["collected"].sum() + flows["subsidy"].sum()
    outgoing = flows["aid"].sum() + flows["fee"].sum()
    assert round((incoming - outgoing) * 100 / weight) == model.ledger.balances[pool("xianghubao")]


def test_the_platform_keeps_what_its_books_say() -> None:
    model = finish(busy())
    surplus = series(model)["surplus"].sum()
    assert round(surplus * 100 / model.weight) == model.ledger.balances[own("xianghubao")]


def test_the_remainder_of_a_division_is_carried_into_the_next_share() -> None:
    model = busy(changes={"people.deduction_failure": 0.0, "platform.xianghubao.amendments": []})
    account, remainders = pool("xianghubao"), 0
    while model.running:
        before = model.ledger.balances[account]
        model.step()
        offer, flows = model.world.offers[0], model.ledger.flows
        if offer["share"] and not offer["subsidised"]:
            needed = flows["xianghubao", "aid"] + flows["xianghubao", "fee"] - flows["xianghubao", "case_cap"] - before
            remainder = int(offer["share"]) * int(offer["sharing"]) - needed
            assert 0 <= remainder < offer["sharing"]
            assert model.ledger.balances[account] == remainder
            remainders += remainder > 0
    assert remainders > 3


def test_an_audit_finds_a_stolen_fen() -> None:
    model = finish(busy(), 20)
    model.persons["paid"][0] += 1
    with pytest.raises(LedgerError, match="persons hold"):
        model.audit()


def test_an_audit_finds_a_fen_made_in_the_books() -> None:
    model = finish(busy(), 20)
    model.ledger.balances["nowhere"] += 1
    with pytest.raises(LedgerError, match="sum to 1 fen"):
        model.audit()


def test_an_audit_finds_a_payment_that_only_a_membership_knows() -> None:
    model = finish(busy(), 20)
    model.memberships["paid"][0, 0] = model.persons["paid"][0] + 1
    with pytest.raises(LedgerError, match="more to their platforms"):
        model.audit()


@pytest.mark.parametrize("amount", [-1, 0.5])
def test_only_whole_amounts_move(amount: float) -> None:
    with pytest.raises(LedgerError, match="not a whole amount"):
        Ledger().transfer(amount, "a", "b", "pool", "aid")  # type: ignore[arg-type]
