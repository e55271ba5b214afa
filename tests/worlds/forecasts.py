"""Made-up forecasts: what runs said of a plan, without a model."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from abm.clock import collection_date
from abm.scenario.files import load
from abm.study.forecast.comparison import Comparison, scored
from abm.study.forecast.ensemble import FLOWS, KNOWN, NEVER, SERIES, START, Ensemble
from abm.study.forecast.folder import Forecast

HEAD = "id,platform,date,quantity,value,unit,source,confidence,note"
STEPS = 26  # January 2021 to January 2022
PLAN = "xianghubao"
JANUARY_END, MARCH_END, JANUARY_AFTER = START + 1, START + 5, START + 25


def ensemble(
    weight: Sequence[float] = (0.25, 0.25, 0.5),
    announced: Sequence[int] | None = None,
    ended: Sequence[int] | None = None,
    plan: str = PLAN,
    **series: Sequence[float] | np.ndarray,
) -> Ensemble:
    """A row a run; a series is a number a run, the same in all half-months, or the whole; nothing where not given."""
    runs = len(weight)

    def whole(name: str) -> np.ndarray:
        given = np.asarray(series.get(name, np.zeros(runs)), float)
        return given if given.ndim == 2 else np.tile(given[:, None], (1, KNOWN + STEPS))

    when = np.array([NEVER] * runs if announced is None else announced)
    over = when if ended is None else np.array(ended)
    return Ensemble(
        member=np.arange(runs),
        seed=np.ones(runs, int),
        weight=np.array(weight, float),
        first=START - KNOWN,
        series={f"{plan}.{name}": whole(name) for name in SERIES},
        before={f"{plan}.{name}": np.full(runs, 100.0) for name in FLOWS},
        announced={plan: when},
        ended={plan: over},
        kind={plan: np.where(when == NEVER, "", "active")},
    )


def history(plan: str = PLAN, months: int = 24, **series: float | Sequence[float]) -> pd.DataFrame:
    """The median of so many months until December 2020; a number a series, or one a half-month."""
    numbers = range(START - 2 * months, START)
    columns = {
        f"{plan}.{name}": np.broadcast_to(np.asarray(value, float), 2 * months) for name, value in series.items()
    }
    return pd.DataFrame({"date": [collection_date(number) for number in numbers]} | columns)


def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a folder of a forecast have no figures, which take seconds."""
    for name in ("fans", "plans", "save_figure"):
        monkeypatch.setattr(f"abm.study.forecast.folder.{name}", lambda *_: [])


def facts_about(folder: Path, *rows: tuple[str, str, object]) -> Path:
    """A file of facts of Xianghubao from (date, quantity, value)."""
    lines = [f"M{n},Xianghubao,{day},{what},{value},,made up,made up," for n, (day, what, value) in enumerate(rows, 1)]
    (folder / "made_up.csv").write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return folder / "made_up.csv"


def compared(folder: Path, runs: Ensemble, *rows: tuple[str, str, object]) -> Comparison:
    """The scores of runs by facts, where members were 100, the share 4 and aid 10 until 2020."""
    known = history(members=100.0, members_sharing=100.0, share=4.0, aid=10.0, aided=2.0)
    return scored(Forecast(runs, known, load("xianghubao"), {}), facts_about(folder, *rows))
