"""A sweep loses nothing: killed, interrupted, on processes or on a cluster, it ends with the same rows."""

import csv
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import LocalCluster

from abm.cli.main import main
from abm.errors import ClusterError
from abm.study.cluster import dask_executor
from abm.study.store import FILE, Store
from abm.study.study import Axis, Study, dump_study
from abm.study.summary import write_results
from abm.study.sweep import AHEAD, missing, run_study
from abm.study.worker import FAILED, Result
from worlds import children
from worlds.functions import double, murder, stumble
from worlds.trials import ODD, STUDY, rows


def kept(folder: Path) -> int:
    """Rows in the store of a sweep that may be running."""
    try:
        with sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True) as store:
            return int(store.execute("SELECT count(*) FROM runs").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.fixture(scope="module")
def never_killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], bytes]:
    """The rows of the trial and its table, from a sweep that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    with Store(folder, STUDY) as store:
        run_study(STUDY, store, workers=2)
        write_results(STUDY, store, 0.0, "")
        found = rows(STUDY, store)
    assert len(found) == 120
    return found, (folder / "runs.csv").read_bytes()


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        yield cluster


def stopped(command: list[str], folder: Path, sign: signal.Signals, wait: float) -> tuple[int, str]:
    """Start a sweep, and some time after its next row send a signal to it alone; its status and last words."""
    before = kept(folder)
    with children.start(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while kept(folder) == before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(wait)
        workers = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(sign)
        _, words = process.communicate(timeout=30)
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []
    return process.returncode, words


@pytest.mark.slow
def test_a_sweep_killed_three_times_and_interrupted_ends_with_the_rows_of_one_never_disturbed(
    tmp_path: Path, never_killed: tuple[list[str], bytes]
) -> None:
    luck, folder = random.Random(), tmp_path / "out"
    (tmp_path / "trial.toml").write_text(dump_study(STUDY), encoding="utf-8")
    words = ["sweep", str(tmp_path / "trial.toml"), "--out", str(folder)]
    command = [sys.executable, "-W", "error", "-m", "abm", *words]
    for workers in ("2", "1", "1"):
        status, _ = stopped([*command, "--workers", workers], folder, signal.SIGKILL, luck.uniform(0, 0.3))
        assert status == -signal.SIGKILL
    assert 3 <= kept(folder) < 120

    status, complaint = stopped([*command, "--workers", "1"], folder, signal.SIGINT, 0.05)
    assert status == 130
    assert "Traceback" not in complaint
    last = complaint.splitlines()[-1]
    assert last == f"huzhu: interrupted; {kept(folder)} of 120 runs are kept in {folder}; the same command goes on"

    assert main([*words, "--workers", "2"]) == 0
    assert (folder / "runs.csv").read_bytes() == never_killed[1]


class Once:
    """Does something after so many results."""

    def __init__(self, after: int, deed: Callable[[], object]) -> None:
        self.left, self.deed = after, deed

    def __call__(self, result: Result) -> None:
        self.left -= 1
        if self.left == 0:
            self.deed()


@pytest.mark.slow
def test_a_killed_worker_process_loses_nothing(tmp_path: Path, never_killed: tuple[list[str], bytes]) -> None:
    others = set(multiprocessing.active_children())
    killing = Once(9, lambda: next(each for each in multiprocessing.active_children() if each not in others).kill())
    with Store(tmp_path, STUDY) as store:
        run_study(STUDY, store, workers=2, on_result=killing)
        assert killing.left < 0
        assert rows(STUDY, store) == never_killed[0]


@pytest.mark.slow
def test_a_cluster_gives_the_same_rows_and_a_killed_worker_of_it_loses_nothing(
    tmp_path: Path, cluster: LocalCluster, never_killed: tuple[list[str], bytes]
) -> None:
    workers = [psutil.Process(nanny.pid) for nanny in cluster.workers.values()]
    assert len(workers) == 2
    with dask_executor(cluster.scheduler_address) as (executor, places), Store(tmp_path / "calm", STUDY) as store:
        assert places == 2
        run_study(STUDY, store, executor, workers=places)
        assert rows(STUDY, store) == never_killed[0]
    killing = Once(9, workers[0].kill)
    with dask_executor(cluster.scheduler_address) as (executor, places), Store(tmp_path / "wild", STUDY) as store:
        run_study(STUDY, store, executor, workers=places, on_result=killing)
        assert killing.left < 0
        assert not workers[0].is_running()
        assert rows(STUDY, store) == never_killed[0]


def test_a_run_that_fails_is_a_row_with_its_reason(tmp_path: Path) -> None:
    study = ODD.model_copy(update={"outputs": ("inverse",)})
    with Store(tmp_path, study, run=stumble) as store:
        run_study(study, store, run=stumble, workers=2)
        found = list(store.results(study))
        summary, _ = write_results(study, store, 0.0, "")
    assert [(point["x"], seed) for _, point, seed, _ in found] == [(x, seed) for x in (1, 2, 3, 4) for seed in (1, 2)]
    assert [result.status for *_, result in found] == ["done"] * 2 + ["failed"] * 2 + ["done"] * 4
    assert {result.reason for *_, result in found} == {"", "ZeroDivisionError: division by zero"}
    assert (summary.done, summary.failed) == (6, 2)
    assert "not a finite number: 2" in summary.table()
    assert "commonest reason of failure (2): ZeroDivisionError: division by zero" in summary.table()
    with (tmp_path / "runs.csv").open(encoding="utf-8") as file:
        assert [row["inverse"] for row in csv.DictReader(file)] == ["-1.0"] * 2 + [""] * 2 + ["nan"] * 2 + ["0.5"] * 2


def test_settings_that_do_not_go_together_are_a_failed_row(tmp_path: Path) -> None:
    """Each is allowed beside the others' own values; 700 persons out of 600 are not."""
    vary = {"people.population": Axis(values=(600, 800_000)), "people.persons": Axis(values=(300, 700))}
    study = Study(vary=vary, persons=300, until=date(2018, 10, 31), outputs=("closings",))
    with Store(tmp_path, study) as store:
        run_study(study, store, workers=1)
        found = [result for *_, result in store.results(study)]
    assert [result.status for result in found] == ["done", FAILED, "done", "done"]
    assert "persons = 700 is more than population = 600: nobody twice" in found[1].reason


def test_a_run_that_kills_its_worker_is_a_failed_row_and_the_others_are_done(tmp_path: Path) -> None:
    study = ODD.model_copy(update={"replicates": 1})
    with Store(tmp_path, study, run=murder) as store:
        run_study(study, store, run=murder, workers=2)
        found = {point["x"]: result for _, point, _, result in store.results(study)}
    assert found.pop(2)[:2] == (FAILED, "its worker died each time it was run")
    assert {x: result.outputs["twice"] for x, result in found.items()} == {1: 2.0, 3: 6.0, 4: 8.0}


class Counting(Executor):
    """Counts the runs that were handed over and whose results were not yet taken."""

    def __init__(self, pool: Executor) -> None:
        self.pool, self.flying, self.most = pool, 0, 0

    def submit(self, function: Any, /, *words: Any, **named: Any) -> Future[Any]:
        self.flying += 1
        self.most = max(self.most, self.flying)
        return self.pool.submit(function, *words, **named)

    def land(self, result: Result) -> None:
        self.flying -= 1


def test_never_more_runs_are_in_flight_than_keep_the_workers_busy(tmp_path: Path) -> None:
    study = Study(vary={"x": Axis(low=0.0, high=1.0)}, points=300, outputs=("twice",))
    with ThreadPoolExecutor(3) as pool, Store(tmp_path, study, run=double) as store:
        counting = Counting(pool)
        run_study(study, store, counting, run=double, workers=3, on_result=counting.land)
        assert store.count() == (300, 0)
    assert counting.flying == 0
    assert counting.most <= 2 * AHEAD * 3  # those that have landed together are taken one by one


def test_the_points_of_a_vast_design_are_made_one_at_a_time(tmp_path: Path) -> None:
    axis = Axis(low=0.0, high=1.0)
    study = Study(vary={"x": axis, "y": axis}, points=3_000, outputs=("twice",))
    with Store(tmp_path, study, run=double) as store:
        start = time.perf_counter()
        assert next(missing(study, store)).point == {"x": 0.0, "y": 0.0}
        assert time.perf_counter() - start < 1  # nine million would take a minute


@pytest.mark.slow
def test_a_failed_start_of_workers_is_said_in_one_line(tmp_path: Path) -> None:
    """Without the guard every worker would begin the sweep anew."""
    script = tmp_path / "unguarded.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\nfrom abm.study.store import Store\n"
        "from abm.study.study import Axis, Study\nfrom abm.study.sweep import run_study\n"
        "from abm.errors import HuzhuError\nfrom worlds.functions import double\n"
        "study = Study(vary={'x': Axis(values=(1,))}, outputs=('twice',))\n"
        "try:\n    run_study(study, Store(Path(sys.argv[1]), study, run=double), run=double)\n"
        "except HuzhuError as error:\n    print(error)\n",
        encoding="utf-8",
    )
    here = Path(__file__).parent.parent
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(here.parent), str(here)])}
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "out")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == (
        "no worker process can be started; a script that runs a study needs"
        " `if __name__ == '__main__':` around its own work\n"
    )


def test_an_unreachable_scheduler_is_given_up_in_one_line() -> None:
    start = time.perf_counter()
    with pytest.raises(ClusterError, match=r"^--dask tcp://127\.0\.0\.1:9: no scheduler within 0\.5 s[^\n]*$"):
        dask_executor("tcp://127.0.0.1:9", patience=0.5).__enter__()
    assert time.perf_counter() - start < 10
    with pytest.raises(ClusterError, match=r"^--dask nonsense://x: no scheduler within 0\.5 s[^\n]*$"):
        dask_executor("nonsense://x", patience=0.5).__enter__()
