"""What tests of the mechanisms of business share."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from abm.model import MutualAidModel
from worlds.endings import PLANS

# mechanism -> (the switch: path and value that turns it off, the observable that moves)
SWITCHES: dict[str, tuple[dict[str, Any], str]] = {
    "B1": ({"platform.xianghubao.case_cost": 0.0}, "surplus while fees come in"),
    "B2": ({"platform.xianghubao.parent.customer_value": 100.0}, "whether the plan closes"),
    "B3": ({"platform.fled.custody": True}, "deposits seized"),
    "B4": ({"platform.pool.closing.run_off_borne": False}, "bill of closing"),
    "B5": (
        {f"platform.{name}.parent.stigma_relief": 0.0 for name in ("first", "second", "third")},
        "time between closings",
    ),
    "B5 trust": ({"mind.trust_from_closing": 0.0, "mind.closing_alarm": 0.0}, "exits after a closing elsewhere"),
    "B6": ({"platform.xianghubao.parent.listing_weight": 1.0}, "date of the closing"),
    "B7": ({"mind.trust_from_rule_change": 0.0}, "exits after new terms"),
    "B7 growth": ({"platform.xianghubao.launch_reach": 0.02}, "largest rise of the share over the expected one"),
    "B8": ({"platform.fringe.small_plans.entering": 0.0}, "number of small plans"),
    "C1": ({"supervision.policy": "laissez_faire"}, "fee, insurer and exits after a warning"),
    "C2": ({"supervision.policy": "guarantee_fund"}, "aid paid in a run-off that nobody bears"),
    "D1": ({f"platform.{name}.cross_sell_reach": 0.0 for name in PLANS}, "insurance bought by members and by others"),
    "D1 members": ({"mind.plan_overlap": 0.0}, "insurance sold to members"),
    "D1 insured": ({"insurance.commercial.overlap": 0.0}, "share of members who are insured"),
    "D2": ({"insurance.city.overlap": 0.0}, "exits where and when the city plan is launched"),
}


def off(mechanism: str) -> dict[str, Any]:
    return SWITCHES[mechanism][0]


def table(model: MutualAidModel) -> pd.DataFrame:
    return model.datacollector.get_model_vars_dataframe()


def on_and_off(
    mechanism: str, run_it: Callable[[dict[str, Any]], float], on: dict[str, Any] | None = None
) -> tuple[float, float]:
    """The observable with the mechanism and without it."""
    return run_it(on or {}), run_it((on or {}) | off(mechanism))
