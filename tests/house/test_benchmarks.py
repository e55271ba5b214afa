"""The benchmark measures what it says: rows for every size, arrays within their bytes, targets judged as printed."""

from pathlib import Path

import numba
import numpy as np
import pytest
import speed

from abm.jit import JIT
from abm.model import MutualAidModel
from abm.persons.cases import CASE
from abm.persons.drives import ROOM_A_BLOCK

pytestmark = pytest.mark.skipif(not JIT, reason="measures compiled code")


@pytest.fixture(scope="module")
def runs():
    return [speed.compiled(persons, threads=1, steps=2) for persons in (10_000, 100_000)]


@pytest.fixture(scope="module")
def plains():
    return [speed.plain(500, steps=2)]


def test_the_table_has_a_row_for_every_run(runs, plains):
    rows = speed.table(runs, plains).splitlines()[2:]
    assert [row.split()[:2] for row in rows] == [["plain", "Mesa"], ["compiled", "10,000"], ["compiled", "100,000"]]


def test_a_person_takes_at_most_96_bytes_and_with_friends_160(runs):
    for run in runs:
        assert 64 < run.bytes_person <= speed.MOST_BYTES
        assert run.bytes_person + 16 < run.bytes_friends <= speed.MOST_BYTES_WITH_FRIENDS


def test_households_take_seven_bytes_more_and_one_plan_with_all_mechanisms_less_than_150():
    sizes = []
    for households in (False, True):
        model = MutualAidModel(speed.CASE, persons=10_000, changes={"people.households": households})
        sizes.append(model.nbytes / 10_000)
        model.close()
    assert sizes[1] - sizes[0] == pytest.approx(7, abs=0.01)
    assert sizes[1] <= 150


def test_the_bytes_are_all_arrays_that_grow_with_the_persons(runs):
    model = MutualAidModel(speed.CASE, persons=10_000, changes=speed.WITHOUT_INSTITUTIONS)
    states = [*vars(model).values(), *vars(model.drive).values(), *model.world, *model.network]
    arrays = {id(array): array.nbytes for array in states if isinstance(array, np.ndarray) and len(array) >= 10_000}
    model.close()
    claims = 10 * ROOM_A_BLOCK * CASE.itemsize  # of fellows, for ten blocks
    assert sum(arrays.values()) + claims == runs[0].bytes_friends * 10_000


def test_the_clock_counts_the_steps_after_the_run_up():
    class Stepper:
        steps = 0

        def step(self):
            self.steps += 1

    stepper = Stepper()
    assert speed.nanoseconds(stepper, run_up=3, steps=4) > 0
    assert stepper.steps == 7


def row(persons, nanoseconds, threads=2, size=89.0, with_friends=125.0):
    return speed.Speed(persons, threads, 1, 79, nanoseconds, size, with_friends)


def test_the_plain_model_beside_a_run_is_that_of_the_nearest_size():
    small, large = row(1_000, 5_000.0, 1), row(10_000, 6_000.0, 1)
    assert speed.nearest(2_000, [small, large]) is small
    assert speed.ratio(row(1_000_000, 30.0), [small, large]) == 200


def test_targets_are_judged_on_the_most_threads_and_the_slowest_size():
    plain = [row(10_000, 6_000.0, 1)]
    start = speed.StartUp(2.0, 1.0, 0.5, 0.5)
    slow = [row(10_000, 61.0), row(1_000_000, 36.0), row(1_000_000, 70.0, 1)]
    assert [reached for _, reached in speed.verdicts(slow, plain, start)] == [False, True, True, False, True]
    fast = [row(10_000, 59.0), row(1_000_000, 34.0), row(1_000_000, 70.0, 1, size=97)]
    assert [reached for _, reached in speed.verdicts(fast, plain, start)] == [True, False, True, True, True]


def test_a_start_up_is_measured_in_a_process_of_its_own():
    start = speed.start_up(str(Path(numba.config.CACHE_DIR).parent))
    assert 0 < start.importing + start.founding + start.first_step < start.whole
