"""Who paid for whom is counted from the rows of persons, and agrees with the ledger to the fen."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from abm.ledger import PERSONS, deposits
from abm.model import MutualAidModel
from abm.observation.transfers import COLUMNS, count, transfers
from abm.persons.founding import CHUNK
from abm.persons.state import Trait, empty_memberships, person
from worlds.busy import busy, finish, teeming
from worlds.market import little_market

PAID, HELD, AID = (COLUMNS.index(name) for name in ("paid", "deposits", "aid"))


def some(*given: dict[str, Any]) -> np.ndarray:
    return np.concatenate([person(**each) for each in given])


@pytest.mark.parametrize("deposit", [0.0, 10.0])
@pytest.mark.parametrize("make", [busy, teeming])
def test_the_table_agrees_with_the_ledger_to_the_fen(make: Callable[..., MutualAidModel], deposit: float) -> None:
    model = finish(make(changes={"platform.xianghubao.deposit": deposit}), 30)
    total = count(model.persons, model.memberships, model.aid_per_head, model.now / 24)
    assert total[..., AID].sum() > 0
    assert total[..., AID].sum() - total[..., (PAID, HELD)].sum() == model.ledger.balances[PERSONS]
    assert total[..., HELD].sum() == model.ledger.balances[deposits("xianghubao")]
    assert (total[..., HELD].sum() > 0) == (deposit > 0)
    table = transfers(model.persons, model.memberships, model.aid_per_head, model.now / 24, model.weight)
    assert round(table["net_yuan"].sum() * 100 / model.weight) == model.ledger.balances[PERSONS]


def test_the_table_agrees_with_the_ledger_in_a_market_with_closings() -> None:
    model = finish(little_market(), 20)
    for platform in model.platforms[:4]:
        platform.announce("active", "by hand")
    finish(model)
    total = count(model.persons, model.memberships, model.aid_per_head, model.now / 24)
    assert total[..., AID].sum() - total[..., (PAID, HELD)].sum() == model.ledger.balances[PERSONS]
    held = sum(model.ledger.balances[deposits(platform.name)] for platform in model.platforms)
    assert total[..., HELD].sum() == held > 0


def test_persons_are_put_where_they_belong_by_age_at_the_end_and_risk() -> None:
    risky = Trait.HONEST | Trait.HIGH_RISK
    rows = some(
        {"age_at_start": 15.5, "paid": 100},
        {"age_at_start": 16.0, "paid": 20},
        {"age_at_start": 58.5, "traits": risky},
        {"age_at_start": 61.0, "traits": risky, "paid": 3},
        {"age_at_start": 30.0},
    )
    aid = np.array([0, 0, 7, 5_000, 0], np.int32)
    table = transfers(rows, empty_memberships(5, 1), aid, 2.0, 1000.0).set_index(["age", "risk"])
    assert table.loc[("0-17", "healthy")].tolist() == [1000, 1000, 0, 0, -1000]
    assert table.loc[("18-29", "healthy")].tolist() == [1000, 200, 0, 0, -200]
    assert table.loc[("60+", "high-risk")].tolist() == [2000, 30, 0, 50_070, 50_040]
    assert table["persons"].sum() == 4000  # one neither paid nor received


def test_what_is_left_of_a_deposit_is_not_a_share() -> None:
    rows, slots = some({"paid": 900}), empty_memberships(1, 2)
    slots["balance"] = [[700, -40]]  # arrears are not yet paid
    (row,) = transfers(rows, slots, np.zeros(1, np.int32), 0.0, 1.0).query("persons > 0").itertuples()
    assert (row.paid_yuan, row.deposits_yuan, row.net_yuan) == (2.0, 7.0, -9.0)


def test_large_populations_are_read_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    model = finish(busy(), 20)
    assert model.persons.size < CHUNK
    whole = count(model.persons, model.memberships, model.aid_per_head, 1.0)
    monkeypatch.setattr("abm.observation.transfers.CHUNK", 64)
    np.testing.assert_array_equal(count(model.persons, model.memberships, model.aid_per_head, 1.0), whole)
