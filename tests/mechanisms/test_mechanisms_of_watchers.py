"""Mechanisms of those who watch plans, switched off one by one."""

from typing import Any

import numpy as np
import pytest

from worlds.closings import ten
from worlds.plain import run
from worlds.switches import on_and_off

# An insurance-like plan that all ten join in the first step.
INSURED: dict[str, Any] = {"insurer.mutual.capital": 1e6, "platform.pool.insurer": "mutual"}


def test_d3_insurers_press_on_the_regulator_while_an_insurance_like_plan_grows() -> None:
    """In the period after the one in which all people joined, and never again."""

    def pressure(changes: dict[str, Any]) -> float:
        model, _ = ten({"supervision.from_size": 0.0, "supervision.forgetting": 0.0} | changes)
        table = run(model, 4)
        assert np.count_nonzero(table["alarm_insurers"]) <= 1
        assert table["alarm_insurers"].sum() == table["alarm_insurers"][1] == table["pressure"][-1]
        return float(table["pressure"][-1])

    on = INSURED | {"supervision.from_insurers": 0.7}
    assert on_and_off("D3", pressure, variant="pressure", on=on) == (pytest.approx(0.7), 0.0)


def test_d3_a_product_of_which_insurers_complain_is_stopped_the_sooner() -> None:
    """All people are inside from step 0 on: by step 5 their periods come to five, with those of newcomers sooner."""

    def stopped(changes: dict[str, Any]) -> float:
        rules = {"supervision.policy": "historical", "supervision.stop_all_at": 5.0, "supervision.warn_at": 100.0}
        model, _ = ten(rules | changes)
        run(model, 8)
        (event,) = (each for each in model.events if each["kind"] == "stopped and closed")
        steps = np.array(model.datacollector.model_vars["date"])
        return float(np.flatnonzero(steps == event["date"])[0])

    on = INSURED | {"supervision.insurers_heard": 3.0}
    assert on_and_off("D3", stopped, variant="stop", on=on) == (2.0, 5.0)
