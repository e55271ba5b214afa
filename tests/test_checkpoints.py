"""A run that goes on from a checkpoint is the run that never stopped."""

import json
import zipfile
from pathlib import Path

import pytest

from abm.model import MutualAidModel
from abm.scenario import ScenarioError
from abm.study.checkpoint import resume, save
from test_market import little_market
from worlds import busy, digest, finish


@pytest.mark.parametrize("make", [busy, little_market])
@pytest.mark.parametrize("stop", [1, 13, 24])
def test_a_run_resumed_is_the_run_that_never_stopped(make: type, stop: int, tmp_path: Path) -> None:
    whole = finish(make(), 30)
    save(finish(make(), stop), tmp_path / "a.huzhu")
    assert digest(finish(resume(tmp_path / "a.huzhu"), 30)) == digest(whole)
    assert resume(tmp_path / "a.huzhu").events == finish(make(), stop).events
