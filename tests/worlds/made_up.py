"""Made-up runs and facts, to lay one beside the other."""

from datetime import date

import numpy as np
import pandas as pd

from abm.clock import collection_date, half_month

LAUNCH, END = half_month(date(2018, 10, 28)), half_month(date(2021, 6, 28))
SERIES = ("members", "members_sharing", "joined", "share", "aided", "aid", "fee", "under_30", "low_income", "tier_3")
SERIES += ("insured", "investigation", "technology", "other_costs", "education")


def simulated(**values: float) -> pd.DataFrame:
    """A run from launch to the middle of 2021; each series is the same in every half-month, 1 unless said."""
    days = [collection_date(step) for step in range(LAUNCH, END + 1)]
    columns = {f"xianghubao.{name}": np.full(len(days), float(values.get(name, 1.0))) for name in SERIES}
    return pd.DataFrame({"date": days} | columns)


def ramp(name: str) -> pd.DataFrame:
    """A run in which a series counts the half-months: 1 in the first, 2 in the second."""
    frame = simulated()
    frame[f"xianghubao.{name}"] = np.arange(1.0, len(frame) + 1)
    return frame
