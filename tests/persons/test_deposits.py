"""A deposit that is used up, worked out by hand."""

from typing import Any

from worlds.closings import HAND, OWN, POOL, balance
from worlds.plain import certain_illness, run, world


def prepaid(cover: float, deposit: float, **mind: float) -> tuple[Any, Any]:
    """Ten who have paid a deposit, three steps on, to whom cover is worth nothing; and who strikes one of them."""
    terms = {"platform.pool.bands": [{"cover": cover}], "platform.pool.deposit": deposit}
    tempers = {f"mind.{name}": value for name, value in mind.items()}
    model = world(10, HAND | terms | tempers | {"platform.pool.closing_rules": []})
    strike = certain_illness(model)
    run(model, 3)
    model.persons["believed_frailty"] = 0.0
    return model, strike


def test_what_a_used_up_deposit_lacks_is_the_others_to_share_while_the_plan_is_open() -> None:
    """Nine share 999 yuan, 111 each, out of deposits of 60. To four it is too much trouble to fill theirs up.

    The four times 51 yuan that they leave are asked of the five in the next step, 40.80 each, and not of the platform.
    """
    model, strike = prepaid(999.0, 60.0)
    model.persons["inertia"][6:] = 1e6
    own = balance(model, OWN)
    strike(0)
    assert run(model, 1)["share"][3] == 111.0
    assert balance(model, POOL) == -4 * 51_00
    series = run(model, 1)
    assert series["share"][4] == 40.8
    assert series["members"][4] == 5
    assert balance(model, POOL) == 0
    assert balance(model, OWN) == own


def test_who_fills_up_a_deposit_weighs_a_part_of_the_trouble_of_joining() -> None:
    """The wish to help is worth 50 yuan a year, and 15 are lacking: a tenth of a trouble of 90 is less, 90 is more."""
    inside = {}
    for part in (0.1, 1.0):
        model, strike = prepaid(180.0, 5.0, altruism=50.0, filling_up=part)
        model.persons["inertia"] = 90.0
        strike(0)
        inside[part] = run(model, 1)["members"][-1]
    assert inside == {0.1: 9, 1.0: 0}
