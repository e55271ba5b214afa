"""A deposit that is used up, worked out by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from abm.ledger import pool
from abm.persons.paying import fills_up_automatically, overlooks
from abm.persons.state import Status
from abm.platforms import prepaid as shared
from worlds.closings import DEPOSITS, HAND, OWN, POOL, balance, ten
from worlds.plain import certain_illness, run, world

MUCH = 1e6  # trouble, so that a deposit is not filled up


def prepaid(cover: float, deposit: float, terms: dict[str, Any] | None = None, **mind: float) -> tuple[Any, Any]:
    """Ten who have paid a deposit, three steps on, to whom cover is worth nothing; and who strikes one of them."""
    given = {"bands": [{"cover": cover}], "deposit": deposit, "closing_rules": []} | (terms or {})
    changes = {f"platform.pool.{name}": value for name, value in given.items()}
    tempers = {f"mind.{name}": value for name, value in mind.items()}
    model = world(10, HAND | changes | tempers)
    strike = certain_illness(model)
    run(model, 3)
    model.persons["believed_frailty"] = 0.0
    return model, strike


def test_what_a_used_up_deposit_lacks_is_the_others_to_share_while_the_plan_is_open() -> None:
    """Nine share 999 yuan, 111 each, out of deposits of 60. To four it is too much trouble to fill theirs up.

    The four times 51 yuan that they leave are asked of the five in the next step, 40.80 each, and not of the platform.
    """
    model, strike = prepaid(999.0, 60.0)
    model.persons["inertia"][6:] = MUCH
    own = balance(model, OWN)
    strike(0)
    assert run(model, 1)["share"][3] == 111.0
    assert balance(model, POOL) == -4 * 51_00
    series = run(model, 1)
    assert series["share"][4] == 40.8
    assert series["members"][4] == 5
    assert balance(model, POOL) == 0
    assert balance(model, OWN) == own


@pytest.mark.parametrize(
    ("case_cap", "shares", "borne"),
    [
        (1_000.0, [111.0, 40.8, 21.2], [0, 0, 0]),
        (173.0, [111.0, 40.8, 21.2], [0, 0, 0]),
        (172.0, [111.0, 40.8, 20.2], [0, 0, 3_00]),
        (151.8, [111.0, 40.8, 0.0], [0, 0, 63_60]),
        (140.0, [111.0, 29.0, 0.0], [0, 59_00, 40_00]),
        (111.0, [111.0, 0.0, 0.0], [0, 204_00, 0]),
    ],
)
def test_members_are_asked_for_what_others_deposits_lack_up_to_the_cap_of_the_case_and_the_platform_bears_the_rest(
    case_cap: float, shares: list[float], borne: list[int]
) -> None:
    """Four of nine leave 51 yuan each of the first share, and two of five what the second asks beyond the 9 they hold.

    Without a cap that binds five are asked for 40.80, and three for what two lack of it, 21.20: 173 yuan in all.
    """
    model, strike = prepaid(999.0, 60.0, {"case_cap": case_cap})
    model.persons["inertia"][6:] = MUCH
    strike(0)
    found = []
    for _ in borne:
        run(model, 1)
        model.persons["inertia"][4:] = MUCH
        found.append(model.ledger.flows["pool", "shortfall"])
        model.audit()
    assert found == borne
    assert run(model, 0)["share"][3:].tolist() == shares
    assert run(model, 0)["subsidy"][3:].tolist() == [amount / 100 for amount in borne]
    assert balance(model, OWN) == -sum(borne)
    assert balance(model, POOL) == 0


def test_what_failed_deductions_leave_is_owed_and_shared_above_the_cap_of_a_case_too() -> None:
    """Nine share 999 yuan without deposits, which is as much as a case may cost them, and the deductions of four fail.

    The 444 that are lacking are on the next bill of all nine, 49.34 each, and the platform bears nothing.
    """
    failing = {"people.deduction_failure": 1.0, "platform.pool.case_cap": 111.0}
    model, strike = ten(failing | {"platform.pool.bands": [{"cover": 999.0}]})
    model.persons["credit"][6:] = 650
    run(model, 3)
    strike(0)
    assert run(model, 2)["share"][3:].tolist() == [111.0, 49.34]
    assert balance(model, OWN) == 0


def test_the_last_member_with_a_claim_in_hand_pays_no_more_for_a_case_than_its_cap() -> None:
    """Of nine who share 999 yuan eight lapse, and 408 are lacking; of the cap of 120 yuan the ninth has 9 left to pay.

    A claim in hand keeps the ninth inside, to whom it is as much trouble.
    """
    model, strike = prepaid(999.0, 60.0, {"case_cap": 120.0, "capacity": 1.0, "hiring": 0.0})
    model.persons["inertia"] = MUCH
    strike(0)
    strike(1)
    run(model, 1)
    assert model.memberships["status"][:, 0].tolist() == [Status.AIDED, Status.CLAIMING] + [Status.LAPSED] * 8
    assert balance(model, POOL) == -8 * 51_00
    model.platforms[0].desk.capacity = 0.0
    series = run(model, 2)
    assert series["share"][3:].tolist() == [111.0, 9.0, 0.0]
    assert model.persons["paid"][1] == 120_00
    assert balance(model, OWN) == -399_00
    assert balance(model, POOL) == 0
    model.audit()


def announced(notice_days: int, terms: dict[str, Any] | None = None) -> Any:
    """Ten with deposits of 60 yuan, four of whom would not fill theirs up; the end of their plan is announced."""
    model, strike = prepaid(999.0, 60.0, {"closing.notice_days": notice_days} | (terms or {}))
    model.persons["inertia"][6:] = MUCH
    model.platforms[0].announce("active", "by hand")
    strike(0)
    return model


@pytest.mark.parametrize("terms", [{}, {"deposit": 0.0, "bands": [{"cover": 999.0, "deposit": 60.0}]}])
def test_what_deposits_lack_at_the_last_collection_the_platform_bears(terms: dict[str, Any]) -> None:
    """Nine share 999 yuan: 60 are drawn from each deposit, and 51 more from the five who fill theirs up.

    The four times 51 that are lacking are the platform's, and the 9 that five have left are theirs again.
    """
    model = announced(15, terms)
    run(model, 1)
    flows = model.ledger.flows
    drawn, lacking = 9 * 60_00 + 5 * 51_00, 4 * 51_00
    assert (flows["pool", "drawn"], flows["pool", "aid"]) == (drawn, drawn + lacking)
    assert flows["pool", "shortfall"] == lacking
    assert flows["pool", "refund"] == 5 * 9_00 + 60_00
    assert balance(model, OWN) == -lacking
    assert balance(model, POOL) == balance(model, DEPOSITS) == 0
    model.audit()


def test_what_deposits_lack_before_the_last_collection_is_still_the_others_to_share() -> None:
    """Of two collections after the announcement the first leaves 204 yuan, which five share in the second.

    One of these has not the 40.80 asked: of that the platform bears what a deposit with 9 yuan in it lacks.
    """
    model = announced(30)
    run(model, 1)
    assert balance(model, POOL) == -4 * 51_00
    assert balance(model, OWN) == 0
    model.persons["inertia"][5] = MUCH
    assert run(model, 1)["share"][-1] == 40.8
    assert model.ledger.flows["pool", "shortfall"] == 31_80
    assert balance(model, OWN) == -31_80
    assert balance(model, POOL) == balance(model, DEPOSITS) == 0
    model.audit()


def test_who_fills_up_a_deposit_weighs_a_part_of_the_trouble_of_joining() -> None:
    """The wish to help is worth 50 yuan a year, and 15 are lacking: a tenth of a trouble of 90 is less, 90 is more."""
    inside = {}
    for part in (0.1, 1.0):
        model, strike = prepaid(180.0, 5.0, altruism=50.0, filling_up=part)
        model.persons["inertia"] = 90.0
        strike(0)
        inside[part] = run(model, 1)["members"][-1]
    assert inside == {0.1: 9, 1.0: 0}


def those_who(do: Any, model: Any, rows: int) -> np.ndarray:
    """Who of so many is one of those who `do`: overlook that a deposit is used up, or have it filled up."""
    return np.array([do(np.int64(0), np.int64(row), model.world) for row in range(rows)])


def test_so_many_overlook_that_deposits_are_used_up_as_is_said_and_they_are_the_same_ever_after() -> None:
    model = world(2_000, HAND | {"mind.overlooking": 0.7})
    first = those_who(overlooks, model, 2_000)
    assert abs(first.mean() - 0.7) < 4 * np.sqrt(0.7 * 0.3 / first.size)
    run(model, 1)
    assert (those_who(overlooks, model, 2_000) == first).all()


@pytest.mark.parametrize(("overlooking", "automatic"), [(0.6, 0.5), (0.0, 0.5), (0.6, 0.0), (0.6, 1.0), (1.0, 1.0)])
def test_of_those_who_do_not_overlook_it_so_many_have_it_filled_up_automatically_as_is_said(
    overlooking: float, automatic: float
) -> None:
    model = world(2_000, HAND | {"mind.overlooking": overlooking, "mind.automatic_top_up": automatic})
    forget = those_who(overlooks, model, 2_000)
    idle = those_who(fills_up_automatically, model, 2_000)
    part = automatic * (1 - overlooking)
    assert not (forget & idle).any()
    assert abs(idle.mean() - part) <= 4 * np.sqrt(part * (1 - part) / idle.size)
    assert automatic < 1 or (forget | idle).all()


def test_whose_deposit_is_filled_up_automatically_pay_however_much_trouble_it_were() -> None:
    """To the nine it would be too much trouble; of those who need not fill up, nobody is removed."""
    model, strike = prepaid(180.0, 5.0, automatic_top_up=0.5)
    model.persons["inertia"] = MUCH
    idle = those_who(fills_up_automatically, model, 10)
    assert 2 < idle[1:].sum() < 7
    strike(0)
    run(model, 1)
    assert ((model.memberships["status"][1:, 0] == Status.COVERED) == idle[1:]).all()
    assert model.ledger.flows["pool", "deposit"] == idle[1:].sum() * 15_00
    model.audit()


def test_who_overlooks_that_a_deposit_is_used_up_is_removed_however_much_they_wish_to_help() -> None:
    """Nine share 180 yuan out of deposits of five. Those of all others are filled up, and after a second case too."""
    model, strike = prepaid(180.0, 5.0, altruism=1e4, overlooking=0.5, automatic_top_up=1.0)
    gone = those_who(overlooks, model, 10)
    gone[0] = False
    assert 2 < gone.sum() < 7
    strike(0)
    run(model, 1)
    assert ((model.memberships["status"][:, 0] == Status.LAPSED) == gone).all()
    assert (model.memberships["balance"][gone, 0] == 0).all()
    strike(int(np.flatnonzero(~gone)[1]))
    run(model, 2)  # some of the removed may join again
    assert not (model.memberships["status"][~gone, 0] == Status.LAPSED).any()
    assert (run(model, 0)["lapsed"] == [0, 0, 0, gone.sum(), 0, 0]).all()
    model.audit()


def counted(cases: int = 0, weight: int = 1, lacking: int = 0) -> Any:
    """As much of a plan as caps look at: 40 share, 50 are inside; two yuan at most for a case."""
    return SimpleNamespace(
        name="pool",
        terms=SimpleNamespace(case_cap=2.0, mean_deposit=10.0),
        desk=SimpleNamespace(accepted=np.zeros(cases), case_weight=weight),
        census=SimpleNamespace(sharing=40, inside=50),
        model=SimpleNamespace(ledger=SimpleNamespace(balances={pool("pool"): -lacking})),
    )


@pytest.mark.parametrize(
    ("cases", "weight", "before", "share", "left"),
    [
        (3, 1, 0, 5_00, 1_00),
        (3, 1_000, 0, 5_00, 5_995_00),
        (3, 1, 7_00, 5_00, 1_00),
        (0, 1, 7_00, 5_00, 2_00),
        (3, 1, 0, 9_00, 0),
    ],
)
def test_what_caps_leave_is_of_the_real_cases_paid_last_and_does_not_pile_up(
    cases: int, weight: int, before: int, share: int, left: int
) -> None:
    assert shared.left_under_caps(counted(cases, weight), before, share) == left


def test_the_platform_bears_what_those_who_share_may_not_be_asked_for() -> None:
    assert shared.shortfall(counted(lacking=100_00), 2_00) == 100_00 - 40 * 2_00
    assert shared.shortfall(counted(lacking=70_00), 2_00) == 0
    assert shared.shortfall(counted(lacking=70_00)) == 70_00
