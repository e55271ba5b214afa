"""A deposit that is used up, worked out by hand."""

from worlds.closings import HAND, OWN, POOL, balance
from worlds.plain import certain_illness, run, world


def test_what_a_used_up_deposit_lacks_is_the_others_to_share_while_the_plan_is_open() -> None:
    """Nine share 999 yuan, 111 each, out of deposits of 60. Four cannot fill theirs up: they pay 60 and are out.

    The four times 51 yuan that they leave are asked of the five in the next step, 40.80 each, and not of the platform.
    """
    changes = {"platform.pool.bands": [{"cover": 999.0}], "platform.pool.deposit": 60.0}
    model = world(10, HAND | changes | {"people.deduction_failure": 1.0, "platform.pool.closing_rules": []})
    model.persons["credit"] = 950
    strike = certain_illness(model)
    run(model, 3)
    model.persons["credit"][6:] = 650
    own = balance(model, OWN)
    strike(0)
    shares = run(model, 2)["share"]
    assert shares[3] == 111.0
    assert balance(model, POOL) == -4 * 51_00
    series = run(model, 1)
    assert series["share"][4] == 40.8
    assert series["members"][4] == 5
    assert balance(model, POOL) == 0
    assert balance(model, OWN) == own
