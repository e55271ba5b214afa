"""Quantiles of weighted runs, and the file that holds the runs of a forecast."""

from pathlib import Path

import numpy as np
import pytest

from abm.errors import FileError
from abm.study.forecast.ensemble import NEVER, load, mean, quantiles, save
from worlds.forecasts import JANUARY_AFTER, PLAN, ensemble


def test_a_quantile_is_the_least_value_up_to_which_so_much_weight_lies() -> None:
    values, weight = np.array([[4.0, np.nan], [1.0, 7.0], [2.0, np.nan]]), np.array([0.2, 0.5, 0.3])
    found = quantiles(values, weight, (0.1, 0.5, 0.51, 0.8, 0.81))
    assert found[:, 0].tolist() == [1, 1, 2, 2, 4]
    assert found[:, 1].tolist() == [7] * 5
    assert mean(values, weight).tolist() == [pytest.approx(1.9), 7]
    nowhere = np.full((3, 1), np.nan)
    assert np.isnan(quantiles(nowhere, weight, (0.5,))).all()
    assert np.isnan(mean(nowhere, weight)).all()


def test_an_ensemble_is_read_as_it_was_written_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    runs = ensemble(members=[1e8, 2e8, 3], announced=[NEVER, NEVER, JANUARY_AFTER])
    save(runs, tmp_path / "a.npz")
    save(runs, tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    found = load(tmp_path / "a.npz")
    assert found.first == runs.first
    assert found.series[f"{PLAN}.members"].tolist() == runs.series[f"{PLAN}.members"].tolist()
    for name in ("before", "announced", "ended", "kind"):
        ((plan, value),) = list(getattr(found, name).items())[:1]
        assert value.tolist() == getattr(runs, name)[plan].tolist()
    assert found.weight.tolist() == runs.weight.tolist()


def test_a_damaged_ensemble_is_refused_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"has no a\.npz; give the folder of `huzhu forecast`"):
        load(tmp_path / "a.npz")
    save(ensemble(), tmp_path / "a.npz")
    whole = (tmp_path / "a.npz").read_bytes()
    for damaged in (b"", b"no zip", whole[: len(whole) // 2]):
        (tmp_path / "a.npz").write_bytes(damaged)
        with pytest.raises(FileError, match="is damaged; make the forecast again"):
            load(tmp_path / "a.npz")
    (tmp_path / "b.npz").mkdir()
    with pytest.raises(FileError, match="cannot be read"):
        load(tmp_path / "b.npz")
