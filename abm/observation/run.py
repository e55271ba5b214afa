"""The record of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from abm.scenario.scenario import Scenario


@dataclass(frozen=True)
class Run:
    """A finished run.

    `series`: a row a half-month; date, seed, and columns of `observation.series`. `events`: date, who, what,
    detail, and kind, an `events.EventKind`. `closings`: platform, announced, last (day of cover), kind, reason,
    members (then). `transfers`: see `observation.transfers`. `tables`: those of `observation.experience` by name.
    `destinations`: where members of ended plans are half a year and a year later, see `observation.whereabouts`.
    """

    scenario: Scenario
    seed: int
    series: pd.DataFrame
    events: pd.DataFrame
    closings: pd.DataFrame
    transfers: pd.DataFrame
    provenance: dict[str, Any]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    destinations: pd.DataFrame = field(default_factory=pd.DataFrame)
