"""A little market of several plans, for tests."""

from datetime import date
from typing import Any

from abm.model import MutualAidModel
from abm.scenario.files import load
from worlds.busy import BUSY


def little_market(**given: Any) -> MutualAidModel:
    """The market of 2018 to 2020 with a few hundred persons among whom illness is common and cover small."""
    changes: dict[str, Any] = {path: value for path, value in BUSY.items() if not path.startswith("platform")}
    changes |= {"calendar.start": date(2018, 10, 16), "people.credit_mean": 700, "supervision.policy": "historical"}
    for name, terms in load("market").platform.items():
        changes[f"platform.{name}.audience"] = 1.0 if name in ("xianghubao", "waterdrop", "jd") else 0.5
        changes[f"platform.{name}.launch_reach"] = 0.5
        changes[f"platform.{name}.mild_cover"] = 500.0
        changes[f"platform.{name}.capacity"] = 1_000.0
        changes[f"platform.{name}.closing_rules"] = []
        for index in range(len(terms.bands)):
            changes[f"platform.{name}.bands.{index}.cover"] = 2_000.0
    return MutualAidModel("market", seed=5, changes=changes, **given)
