"""What presses on a regulator, on parents and on the public, switched off cause by cause."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from abm.mechanisms import off
from abm.model import MutualAidModel
from abm.platforms.closing import ClosingKind
from worlds.busy import finish
from worlds.closings import HAND, ten
from worlds.endings import simple_endings
from worlds.plain import run, world
from worlds.switches import on_and_off, table

pytestmark = pytest.mark.slow
STEPS = 30
ON: dict[str, Any] = {
    "supervision.from_money": 2.0,
    "supervision.complaints_at_closing": 0.1,
    "supervision.from_complaints": 0.1,
    "supervision.from_selection": 0.5,
    "supervision.from_promotion": 1.0,
    "supervision.from_closings": 0.3,
    "supervision.from_size": 0.0,
    "supervision.from_small_plans": 0.0,
    "supervision.forgetting": 0.0,
}


def pressure(changes: dict[str, Any]) -> float:
    """Pressure after some periods of the busy market, of which nothing is forgotten; nobody acts on it."""
    case = simple_endings(changes={"supervision.policy": "laissez_faire"} | changes).case
    model = finish(MutualAidModel(case, seed=4), STEPS)
    seen = table(model)
    alarms = [name for name in seen.columns if name.startswith("alarm_")]
    assert seen["pressure"].iloc[-1] == pytest.approx(seen[alarms].to_numpy().sum())
    return float(seen["pressure"].iloc[-1])


@pytest.fixture(scope="module")
def pressed() -> float:
    """Pressure with all causes."""
    return pressure(ON)


def test_c3_money_that_is_shared_presses(pressed: float) -> None:
    assert pressure(ON | off("C3", variant="money")) < 0.95 * pressed


def test_c3_members_who_lose_by_a_closing_complain(pressed: float) -> None:
    assert pressure(ON | off("C3", variant="complaints")) < 0.95 * pressed


def test_c3_refusals_press(pressed: float) -> None:
    assert pressure(ON | off("C3", variant="selection")) < 0.95 * pressed


def test_c3_newcomers_who_are_misled_press(pressed: float) -> None:
    assert pressure(ON | off("C3", variant="promotion")) < 0.95 * pressed


def test_c3_closings_press(pressed: float) -> None:
    assert pressure(ON | off("C3", variant="closings")) < 0.95 * pressed


def test_c3_pressure_grows_with_the_sums_shared() -> None:
    """Ten members, of whom one is struck in the third period and four in the fifth: shares of a year in billions."""
    model, strike = ten({"supervision.from_money": 100.0})
    for step in range(6):
        for person in {2: [0], 4: [1, 2, 3, 4]}.get(step, []):
            strike(person)
        run(model, 1)
    shared = np.array(model.datacollector.model_vars["pool.collected"])
    assert shared[4] > 3 * shared[2] > 0
    assert model.datacollector.model_vars["alarm_money"] == pytest.approx(24 * shared * 100 / 1e9)


def test_c3_members_complain_in_the_period_after_the_announcement() -> None:
    """Nine paid 1,000 yuan for one who was struck: all of the nine complain, at ten in a hundred for 100 yuan each."""
    model, strike = ten({"supervision.complaints_at_closing": 1.0, "supervision.from_complaints": 1.0})
    run(model, 2)
    strike(0)
    run(model, 2)
    model.platforms[0].announce(ClosingKind.ACTIVE, "by hand")
    run(model, 3)
    alarms = model.datacollector.model_vars["alarm_complaints"]
    assert [alarm > 0 for alarm in alarms] == [False, False, False, False, True, False, False]
    assert alarms[4] == pytest.approx(9 / 10 * 1_000)


# A pool of ten, whose parent sees in each member so many yuan a year, and in a stern regulator six yuan of cost.
WATCHED: dict[str, Any] = HAND | {
    "health.incidence_level": 0.0,
    "supervision.policy": "historical",
    "supervision.forgetting": 0.5,
    "platform.pool.closing_rules": ["not_wanted"],
    "platform.pool.parent.customer_value": 2.0,
    "platform.pool.parent.value_decay": 0.0,
    "platform.pool.parent.regulatory_cost": 6.0,
    "platform.pool.parent.stigma": 0.0,
    "platform.pool.parent.choice_scale": 0.0,
    "platform.pool.parent.marketing_response": 1.0,
}


def closed(changes: dict[str, Any], steps: int = 40) -> date | None:
    """The day on which the watched pool announces its end."""
    model = world(10, WATCHED | changes)
    run(model, steps)
    return next((event["date"] for event in model.events if event["what"] == "active closing"), None)


def test_c3_parents_feel_pressure_between_two_marks() -> None:
    """Pressure settles at 0.5, between the marks of 0.26 and 0.6: a cost of two yuan by steps, of 3.4 by lines."""
    on = {"supervision.from_size": 0.25, "supervision.sternness_continuous": True, "supervision.exempt_by_form": False}
    on |= {"platform.pool.parent.customer_value": 2.5}
    assert closed(on) is not None
    assert closed(on | off("C3", variant="sternness")) is None


def test_c3_a_plan_without_deposits_is_rectified_as_others_are() -> None:
    """Pressure settles at 0.8, above the mark of rectification: a cost of four yuan, of two for who is exempt."""
    on = {"supervision.from_size": 0.4, "supervision.exempt_by_form": False}
    on |= {"platform.pool.parent.customer_value": 3.0}
    assert closed(on) is not None
    assert closed(on | off("C3", variant="form")) is None


def test_c4_rules_for_platform_companies_close_plans_once_they_weigh_enough() -> None:
    """Members are worth two yuan of the three that the rules cost in full: after more than eight of twelve periods."""
    on = {"supervision.policy": "laissez_faire", "supervision.platform_rules": [date(2019, 6, 1)]}
    on |= {"supervision.platform_rules_cost": 0.5, "supervision.platform_rules_months": 6.0}
    assert closed(on) == date(2019, 10, 28)
    assert closed(on | off("C4")) is None


def test_e2_a_closing_darkens_the_mood_and_members_of_other_plans_leave() -> None:
    """In the six periods after the first closing until the mood has faded."""

    def leaving(changes: dict[str, Any]) -> float:
        on = {"supervision.policy": "laissez_faire", "mind.trust_from_closing": 0.0, "mind.closing_alarm": 0.0}
        on |= {"mood.fear": 0.9, "mood.distrust": 0.3, "mood.fading": 0.2, "mood.from_closing": 1.0}
        case = simple_endings(changes=on | {"people.persons": 2_000} | changes).case
        model = finish(MutualAidModel(case, seed=4), 26)
        (closing,), seen = model.closings, table(model)
        mood, members = seen["mood"].to_numpy(), seen[f"{closing.platform}.members"].iloc[closing.announced - 1]
        dark = mood[closing.announced]
        assert dark == pytest.approx(0.0 if changes else np.sqrt(members / case.people.population))
        assert mood == pytest.approx([0.0] * closing.announced + [dark * 0.8**step for step in range(8)])
        return float(seen["lasting.left"].iloc[closing.announced + 1 :].sum())

    dark, calm = on_and_off("E2", leaving)
    assert dark > 2 * calm
