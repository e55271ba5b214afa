"""Two worlds with the same luck, compared person by person."""

from pathlib import Path

import numpy as np
import pytest

from abm.errors import ForkError
from abm.runs.checkpoint import save
from abm.runs.fork import DIFFERENCES, Fates, bounds, fork
from worlds.busy import BUSY, busy, finish

CHEAP = {"platform.xianghubao.fee_rate": 0.0}
DEAR = {"platform.xianghubao.fee_rate": 0.5}
NAMES = [name for name, *_ in DIFFERENCES]


def test_a_world_differs_in_nothing_from_itself() -> None:
    table = fork("xianghubao", {"one": BUSY, "same": BUSY}, seeds=2)
    assert (table[NAMES] == 0).all(axis=None)
    assert table["seed"].tolist() == [1, 2]


def test_differences_are_those_of_two_runs_person_by_person() -> None:
    table = fork("xianghubao", {"cheap": BUSY | CHEAP, "dear": BUSY | DEAR})
    cheap, dear = (finish(busy(1, changes)) for changes in (CHEAP, DEAR))
    here, there = Fates.of(dear), Fates.of(cheap)
    row = table.iloc[0]
    assert row["world"] == "dear"
    assert row["paid"] == pytest.approx((here.paid.sum() - there.paid.sum()) * dear.weight / 100)
    assert row["covered_only_there"] == (there.inside & ~here.inside).sum() * dear.weight
    assert row["covered_only_here"] - row["covered_only_there"] == pytest.approx(
        (here.inside.sum(dtype=int) - there.inside.sum(dtype=int)) * dear.weight
    )
    assert row["aided_only_here"] == ((here.received > 0) & (there.received == 0)).sum() * dear.weight
    assert row["paid_more_here"] > 0
    assert np.array_equal(here.ill, there.ill)


def test_a_fork_at_a_checkpoint_parts_there(tmp_path: Path) -> None:
    save(finish(busy(), 20), tmp_path / "a.huzhu")
    table = fork(tmp_path / "a.huzhu", {"as it is": {}, "dear": DEAR})
    assert table["seed"].tolist() == [3]
    late, early = table.iloc[0], fork("xianghubao", {"as it is": BUSY, "dear": BUSY | DEAR}).iloc[0]
    assert 0 < abs(late["paid"]) < abs(early["paid"]) * 2
    with pytest.raises(ForkError, match="a checkpoint has its own seed"):
        fork(tmp_path / "a.huzhu", {"one": {}, "two": DEAR}, seeds=2)


def test_bounds_are_those_of_students_t() -> None:
    table = fork("xianghubao", {"cheap": BUSY | CHEAP, "dear": BUSY | DEAR}, seeds=3)
    line = bounds(table).set_index("difference").loc["paid"]
    values = table["paid"].to_numpy()
    half = 4.302652729911275 * values.std(ddof=1) / np.sqrt(3)  # 97.5 % of t with two degrees of freedom
    assert (line["mean"], line["low"], line["high"]) == pytest.approx(
        (values.mean(), values.mean() - half, values.mean() + half)
    )


def test_one_world_is_no_fork_and_other_luck_is_no_comparison() -> None:
    with pytest.raises(ForkError, match="needs two worlds"):
        fork("xianghubao", {"one": BUSY})
    with pytest.raises(ForkError, match="differ in who falls ill"):
        fork("xianghubao", {"one": BUSY, "ill": BUSY | {"health.incidence_level": 100.0}})
