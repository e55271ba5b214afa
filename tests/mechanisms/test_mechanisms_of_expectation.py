"""Mechanisms of expectation: each is switched on and off under the same luck, and what it shows must move.

Rows A4, A5 and A12 of the table of mechanisms.
"""

import math
from datetime import date
from typing import Any

import numpy as np
import pytest

from abm.mechanisms import off
from worlds.plain import StationaryModel, run, world
from worlds.switches import SIGMAS, shut_the_door

ONE_COVER: dict[str, Any] = {
    "mind.altruism": 0.0,
    "mind.risk_aversion": 0.0,
    "platform.pool.waiting_days": 0,
    "platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": 1_000.0}],
    "platform.pool.min_credit": 500,
}
ACCIDENTS = {"health.accident_share": 1.0}
EDUCATED: dict[str, Any] = {
    "platform.pool.closing_rules": [],
    "platform.pool.parent": {"tolerated_loss": 0.0, "fee_ceiling": 0.0, "effort_response": 0.0},
}


def test_a4_exits_peak_where_the_share_grows_fastest() -> None:
    """A4: nobody is covered for half a year and the share is nothing; then it jumps to what 240 yuan a year cost.

    Cover is worth from nothing to twice that. Led to expect nothing, all join, and half of them leave, most within the
    three periods after the jump. Told the true level, those who gain join and stay: with a gain of 0.1 expected shares
    err by sqrt(0.1 / 1.9) of the 8 % of 150 cases, and at most so many of them are that close to the margin.
    """
    left = {}
    for name, changes in (("on", {}), ("off", off("A4", ["pool"], value=10.03))):
        terms = {"platform.pool.waiting_days": 180, "mind.learning": 0.1}
        cover = {"platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": 4_000.0}]}
        model = world(60_000, ONE_COVER | terms | cover | changes)
        model.world.incidence[:] = 0.06
        believed = (np.arange(60_000) + 0.5) / 30_000
        model.persons["believed_frailty"] = np.random.default_rng(1).permutation(believed)
        run(model, 1)
        shut_the_door(model)
        series = run(model, 41)
        left[name] = series["left"] / series["members"][1]
        if name == "on":
            growth = np.diff(series["share"].reshape(-1, 3).mean(axis=1))
            exits = series["left"].reshape(-1, 3).sum(axis=1)[1:]
            assert growth.argmax() in (exits.argmax(), exits.argmax() - 1)
            assert series["left"][:10].sum() == 0
    assert left["off"].sum() < SIGMAS * math.sqrt(0.1 / 1.9 / 150)
    assert left["on"].sum() > 0.4


def exits_for_a_rise(tenure: int, changes: dict[str, Any]) -> tuple[float, float]:
    """A5: the part of members whom one bill twice as high makes leave, after so many periods; and its error.

    All are alike, so that tenure selects nobody, and were led to expect a quarter of the share that there is.
    Leaving is Poisson; and bills err by 1 / sqrt(cases), which counts twice, for attention and for what is expected.
    """
    left, members, cases = [], 0.0, 0.0
    for rise in (1, 2):
        mind = {"mind.noise": 100.0, "mind.attention": 0.02, "mind.patience": 0.5, "mind.noticeable_bill": 1.0}
        tempers = {"mind.anxiety": 1.0, "mind.altruism": 240.0, "platform.pool.advertised_share": 2.5}
        cover = {"platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": 200.0}]}
        model = world(40_000, ONE_COVER | ACCIDENTS | EDUCATED | mind | tempers | cover | changes, kind=StationaryModel)
        model.world.incidence[:] = 1.2
        model.persons["attention"], model.persons["altruism"] = 1, 1e6
        run(model, 1)
        shut_the_door(model)
        model.persons["attention"], model.persons["altruism"] = 0.02, 240
        series = run(model, tenure)
        members, cases = series["members"][-1], series["aided"][-1]
        model.persons["frailty"] *= rise  # more are ill than anybody believes
        left.append(run(model, 1)["left"][-1])
    more = (left[1] - left[0]) / members
    return more, math.hypot(math.sqrt(left[0] + left[1]) / members, 2 * more / math.sqrt(cases))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("teacher", "on"),
    [
        ("experience", {"mind.learning": 0.1, "platform.pool.parent.education": 0.0}),
        ("education", {"mind.learning": 0.0, "platform.pool.parent.education": 0.1}),
    ],
)
def test_a5_the_longer_inside_the_fewer_a_rise_of_the_bill_drives_out(teacher: str, on: dict[str, Any]) -> None:
    """A5: by what members see, or are taught. With neither, a rise frightens those of long standing just as much."""
    (early, early_error), (late, late_error) = (exits_for_a_rise(tenure, on) for tenure in (2, 60))
    assert early - late > SIGMAS * math.hypot(early_error, late_error)
    (early, early_error), (late, late_error) = (exits_for_a_rise(tenure, off("A5", ["pool"])) for tenure in (2, 60))
    assert early == pytest.approx(late, abs=SIGMAS * math.hypot(early_error, late_error))


def hazard(changes: dict[str, Any], steps: int = 40, rise: float = 1.0) -> np.ndarray:
    """A12: the part of members who leave, by period; the bills of period 20 are higher by so much."""
    mind = {"mind.noise": 100.0, "mind.patience": 0.5, "mind.learning": 0.1, "mind.anxiety": 1.0}
    worth = {"mind.altruism": 400.0, "mind.alerted_attention": 0.5}
    trust = {"mind.trust_from_publication": 0.1, "platform.pool.advertised_share": 10.0}
    model = world(40_000, ONE_COVER | ACCIDENTS | mind | worth | trust | changes, kind=StationaryModel)
    model.world.incidence[:] = 0.24
    model.persons["altruism"] = 1e6
    run(model, 1)
    shut_the_door(model)
    model.persons["altruism"], model.persons["attention"] = 400, 0.05
    run(model, 19)
    model.persons["frailty"] = rise  # more are ill than anybody believes
    run(model, 1)
    model.persons["frailty"] = 1
    series = run(model, steps - 21)
    return series["left"] / np.concatenate(([40_000], series["members"][:-1]))


def error_of(part: float) -> float:
    """Standard error of a part of at least 30,000 members."""
    return math.sqrt(part / 30_000)


def test_a12_a_jump_of_the_bill_drives_out_the_anxious_for_a_few_periods() -> None:
    """A12: more than it does where nobody is anxious, and no longer than until the next ordinary bills."""
    on, calm = hazard({}, rise=2.0), hazard(off("A12", variant="jump"), rise=2.0)
    before, after = on[10:20].mean(), on[24:34].mean()
    assert on[20] > before + SIGMAS * error_of(on[20])
    assert on[20] > calm[20] + SIGMAS * math.hypot(error_of(on[20]), error_of(calm[20]))
    assert after - before < on[20] - calm[20]


def test_a12_a_rumour_drives_out_members_for_a_few_periods() -> None:
    """A12: half of all trust is lost in one period, which leaves cover worth less for longer. Those who heard think at
    once; where news does not make people think, no more of them leave at once than later.
    """
    rumour = {
        "title": "rumour",
        "target": "trust",
        "first": date(2019, 11, 1),
        "last": date(2019, 11, 15),
        "factor": 0.5,
    }
    on = hazard({"shocks": [rumour]})
    calm = hazard({"shocks": [rumour]} | off("A12", variant="rumour"))
    quiet = hazard({})
    assert on[20] > quiet[20] + SIGMAS * math.hypot(error_of(on[20]), error_of(quiet[20]))
    assert on[20] > on[22:].max() + SIGMAS * math.sqrt(2) * error_of(on[20])
    assert calm[20] < on[20] - SIGMAS * math.sqrt(2) * error_of(on[20])
