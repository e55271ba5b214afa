"""The space of a calibration: what has a plausible range, and what goes together."""

import pytest

from abm.scenario.files import load
from abm.scenario.paths import leaves, plausible_of
from abm.study.axis import Axis
from abm.study.calibrate.space import COUNTED_ELSEWHERE, ITS_OWN, OF_THE_TRADE, SWITCHES, Space, ranges, space_of


@pytest.fixture(scope="module")
def market():
    return load("market")


def test_every_number_with_a_plausible_range_varies_within_it(market) -> None:
    given = ranges(market)
    numbers = {path: axis for path, axis in given.items() if "low" in axis}
    assert len(numbers) > 100
    assert all((axis["low"], axis["high"]) == plausible_of(market, path) for path, axis in numbers.items())
    wide = {path for path, axis in numbers.items() if axis["low"] > 0 and axis["high"] / axis["low"] >= 4}
    assert {path for path, axis in numbers.items() if axis["scale"] == "log"} == wide
    assert set(given["friends.degree"]["values"]) <= set(range(0, 100, 2))


def test_what_is_left_out_stays_as_it_is(market) -> None:
    assert "mind.risk_aversion" in ranges(market)
    assert "mind.risk_aversion" not in ranges(market, left_out=("mind.risk_aversion",))
    assert not [path for path in ranges(market, switches=()) if path.endswith("exempt_by_form")]


def test_what_is_counted_elsewhere_does_not_vary(market) -> None:
    paths = {path for path, _ in leaves(market)}
    counted = {path for path in paths if path.endswith(COUNTED_ELSEWHERE)}
    assert len(counted) >= len(COUNTED_ELSEWHERE)
    assert any(plausible_of(market, path) for path in counted)
    assert not counted & ranges(market).keys()


def test_every_switch_and_every_name_that_is_said_is_a_setting_of_the_market(market) -> None:
    given = ranges(market)
    assert not [name for name in SWITCHES if not any(path.rpartition(".")[2] == name for path in given)]
    assert all(given[path]["values"] == (False, True) for path in given if path.rpartition(".")[2] in SWITCHES)
    plans = {path.split(".", 2)[2] for path in given if path.startswith("platform.")}
    assert not [name for name in ITS_OWN if name not in plans]
    assert not [name for name in OF_THE_TRADE if not any(each.startswith(name) for each in plans)]


def test_a_calibration_of_the_market_has_some_seven_hundred_free_numbers(market) -> None:
    """As the module says: 1,400 settings under 700 names, two thirds of these of a single plan; or under 300."""
    space = space_of(market)
    assert round(len(space.axes), -2) == 1400
    assert round(len(space.names), -2) == 700
    alone = [name for name in space.names if name.startswith("platform.")]
    assert len(alone) / len(space.names) == pytest.approx(2 / 3, abs=0.02)
    assert round(len(space_of(market, of_the_trade=("",)).names), -2) == 300


def test_what_boards_reckon_with_has_one_place_in_all_plans_each_in_its_own_range(market) -> None:
    space = space_of(market)
    assert len(space.names) < len(space.axes)
    paths = space.paths("parent.customer_value")
    assert len(paths) > 10
    for place, end in ((0.0, 0), (1.0, 1)):
        settings = space.settings([place] * len(space.names))
        assert all(settings[path] == pytest.approx(plausible_of(market, path)[end]) for path in paths)


def test_a_place_becomes_settings_whole_where_these_are_whole_and_either_of_a_switch() -> None:
    space = Space(
        {
            "mind.risk_aversion": Axis(low=1.0, high=3.0),
            "calendar.x": Axis(low=1, high=100, scale="log"),
            "platform.a.terms": Axis(values=(False, True), together="both"),
            "platform.b.terms": Axis(values=(False, True), together="both"),
        }
    )
    assert space.names == ("mind.risk_aversion", "calendar.x", "both")
    (one,) = space.cases([(0.5, 0.5, 0.7)])
    assert one == {
        "mind.risk_aversion": 2.0,
        "calendar.x": pytest.approx(10.0),
        "platform.a.terms": True,
        "platform.b.terms": True,
    }
    assert space.without(["both"]).names == ("mind.risk_aversion", "calendar.x")


def test_whole_numbers_stay_whole(market) -> None:
    space = space_of(market)
    settings = space.settings([0.37] * len(space.names))
    assert all(type(settings[path]) is int for path in space.axes if path.endswith("friends.degree"))
    load("market", settings)  # every place is a world


def test_more_numbers_of_plans_may_be_taken_to_be_of_the_trade(market) -> None:
    wider = space_of(market, of_the_trade=(*OF_THE_TRADE, "effort"))
    assert len(wider.paths("effort")) > 10
    assert len(wider.names) == len(space_of(market).names) - len(wider.paths("effort")) + 1
    assert wider.axes.keys() == space_of(market).axes.keys()
