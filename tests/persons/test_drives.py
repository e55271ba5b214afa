"""One state, one text of the rules, two ways to drive it: the same bytes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
import pytest

from abm.agents.member import PHASES, HealthyMember, HighRiskMember
from abm.model import MutualAidModel
from abm.persons.state import Status, Trait
from worlds.busy import busy, digest, finish, series, teeming

ROOT = Path(__file__).parent.parent.parent
STEPS = 30
SCRIPT = "import sys; sys.path[:0] = ['tests']; from worlds.busy import *; print(digest(finish({}(), {})))"
World = Callable[..., MutualAidModel]


@pytest.fixture(scope="module", params=[busy, teeming])
def make(request: pytest.FixtureRequest) -> World:
    """A world, without fellows and with them."""
    found: World = request.param
    return found


@pytest.fixture(scope="module")
def compiled_digest(make: World) -> str:
    """The fingerprint of the compiled drive on all threads."""
    return digest(finish(make(drive="compiled"), STEPS))


def test_the_busy_world_is_busy(make: World) -> None:
    model = finish(make(drive="compiled"), STEPS)
    happened = series(model)
    for name in ("joined", "aided", "refused", "backlog", "left", "lapsed", "declined", "barred", "subsidy", "share"):
        assert happened[name].sum() > 0, name
    assert model.ledger.balances["xianghubao.pool"] != 0


def test_who_has_been_at_the_door_of_a_plan_bears_the_mark_by_which_they_are_visited(make: World) -> None:
    model = finish(make(drive="compiled"), STEPS)
    applied = (model.memberships["status"] != Status.NEVER).any(axis=1)
    assert ((model.persons["traits"] & Trait.APPLIED > 0) == applied).all()
    assert 0 < applied.sum() < applied.size


@pytest.mark.parametrize("order", ["shuffled", "listed", "reversed"])
def test_agents_one_by_one_in_any_order_leave_the_same_bytes(make: World, order: str, compiled_digest: str) -> None:
    assert digest(finish(make(drive="agents", order=order), STEPS)) == compiled_digest


@pytest.mark.parametrize("phase", PHASES)
def test_a_phase_overridden_by_itself_changes_nothing_though_all_then_go_through_each_phase_together(
    make: World, phase: str, compiled_digest: str
) -> None:
    visits: list[int] = []

    def as_before(member: HealthyMember, *cash_flows: np.ndarray) -> None:
        visits.append(member.row)
        getattr(super(own, member), phase)(*cash_flows)

    own = type("Own", (HealthyMember,), {phase: as_before})
    model = finish(make(members=(own, HighRiskMember)), STEPS)
    assert digest(model) == compiled_digest
    assert len(visits) == STEPS * len(model.agents_by_type[own])


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_does_not_show(make: World, threads: int, compiled_digest: str) -> None:
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
        assert digest(finish(make(drive="compiled"), STEPS)) == compiled_digest
    finally:
        numba.set_num_threads(before)


@pytest.mark.parametrize("mode", ["NUMBA_DISABLE_JIT", pytest.param("NUMBA_BOUNDSCHECK", marks=pytest.mark.slow)])
def test_plain_python_and_checked_bounds_leave_the_same_bytes(
    make: World, mode: str, compiled_digest: str, tmp_path: Path
) -> None:
    environment = os.environ | {mode: "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-W", "error", "-c", SCRIPT.format(make.__name__, STEPS)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == compiled_digest, done.stderr


def test_another_seed_is_another_history(make: World, compiled_digest: str) -> None:
    assert digest(finish(make(seed=4), STEPS)) != compiled_digest


COUNT = """
import sys
sys.path[:0] = ['tests']
from abm.persons import appraisal, behaviours, census, drives, fellows, insuring, paying, situation
from worlds.busy import busy, finish, teeming
from worlds.endings import ending_market
for world in (busy, teeming, ending_market):  # one plan, and several: what friends see has eight bits and thirty-two
    finish(world(drive="agents"), 12)
    finish(world(drive="compiled"), 12)
for module in (behaviours, census, insuring, paying, appraisal, situation, drives, fellows):
    for name, function in vars(module).items():
        compiled = function if hasattr(function, "nopython_signatures") else getattr(function, "__wrapped__", None)
        signatures = [str(signature) for signature in getattr(compiled, "nopython_signatures", [])]
        for width in ("array(uint8, 1d", "array(uint32, 1d, C), array(uint32, 1d"):
            same = [signature for signature in signatures if width in signature]
            assert len(same) <= 1, f"{module.__name__}.{name} was compiled for {same}"
        assert len(signatures) <= 2, f"{module.__name__}.{name} was compiled for {signatures}"
"""


def test_every_behaviour_is_compiled_once_for_each_width_of_what_friends_see() -> None:
    """In a process of its own: other tests call behaviours by hand."""
    command = [sys.executable, "-W", "error", "-c", COUNT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
