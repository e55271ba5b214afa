"""A plan of ten whose end is worked out by hand, to the fen."""

from typing import Any

from abm.ledger import deposits, own, pool
from worlds.plain import certain_illness, run, world

OWN, POOL, DEPOSITS = own("pool"), pool("pool"), deposits("pool")


AID = 1_000_00  # fen


# A plan that costs nothing to run, and aid that ten members can pay; who is struck is diagnosed in the same step.
HAND: dict[str, Any] = {
    "health.accident_share": 1.0,
    "platform.pool.bands": [{"cover": 1_000.0}],
    "platform.pool.waiting_days": 0,
    "platform.pool.claim_days": 30,
    "platform.pool.technology_cost": 0.0,
    "platform.pool.other_cost": 0.0,
    "platform.pool.traffic_income": 0.0,
    "platform.pool.case_cost": 0.0,
    "platform.pool.closing.notice_days": 15,
}


def ten(changes: dict[str, Any] | None = None) -> tuple[Any, Any]:
    """A plan of ten who always can pay, and the function that strikes one of them with illness."""
    model = world(10, HAND | (changes or {}))
    model.persons["credit"] = 950
    return model, certain_illness(model)


def closing(changes: dict[str, Any] | None = None) -> tuple[Any, Any]:
    """A plan of ten whose end is announced in step 4, so that step 5 is the last of cover."""
    model, strike = ten(changes)
    run(model, 5)
    model.platforms[0].announce("active", "by hand")
    assert model.platforms[0].closing.last == 5
    return model, strike


def balance(model: Any, account: str) -> int:
    return int(model.ledger.balances[account])


def unborne(changes: dict[str, Any] | None = None) -> Any:
    """Two claims are in hand at the last collection, which asks 200 yuan of each of ten, and four cannot pay.

    After it, one claim is decided in each step.
    """
    model, strike = closing(
        {"platform.pool.closing.run_off_borne": False, "people.deduction_failure": 1.0} | (changes or {})
    )
    model.platforms[0].desk.capacity = 0.0
    model.persons["credit"][6:] = 650
    strike(1)
    strike(2)
    run(model, 1)
    model.platforms[0].desk.capacity = 1.0
    return model
