"""The store of a study: what is in it stays, what does not belong is refused, what is written out is whole."""

import csv
import errno
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet
import pytest

from abm.cli.main import main
from abm.errors import FileError, StoreError, WorkerError
from abm.files import DATA
from abm.study.store import FILE, LOCK, Store
from abm.study.study import Study, dump_study, load_study
from abm.study.summary import plan
from abm.study.sweep import run_study
from abm.study.worker import FAILED, Result
from worlds.functions import double, doze
from worlds.trials import ODD, STUDY, rows


def trial(folder: Path) -> tuple[Study, Path, list[str]]:
    """A small study in a file, the folder of its results, and the words that sweep it."""
    study, out = STUDY.model_copy(update={"replicates": 1, "persons": 200}), folder / "out"
    (folder / "trial.toml").write_text(dump_study(study), encoding="utf-8")
    return study, out, ["sweep", str(folder / "trial.toml"), "--workers", "1", "--out", str(out)]


def test_more_replicates_are_added_to_the_rows_that_are_there(tmp_path: Path) -> None:
    with Store(tmp_path, ODD, run=double) as store:
        run_study(ODD, store, run=double, workers=1)
    more, fresh = ODD.model_copy(update={"replicates": 3}), []
    with Store(tmp_path, more, run=double) as store:
        run_study(more, store, run=double, workers=1, on_result=fresh.append)
        assert len(fresh) == 4
        assert len(rows(more, store)) == 12
        assert len(rows(ODD, store)) == 8


def test_the_store_of_another_study_is_refused_unless_it_is_to_go(tmp_path: Path) -> None:
    with Store(tmp_path, ODD, run=double) as store:
        run_study(ODD, store, run=double, workers=1)
    other = ODD.model_copy(update={"seed": 2, "title": "Other"})
    with pytest.raises(StoreError, match=r"another study, 'untitled', which differs in seed; --anew throws"):
        Store(tmp_path, other, run=double)
    with pytest.raises(StoreError, match="which differs in run"):
        Store(tmp_path, ODD, run=doze)
    with Store(tmp_path, other, run=double, anew=True) as store:
        assert store.count() == (0, 0)


def test_a_folder_in_which_a_killed_run_left_something_is_free(tmp_path: Path) -> None:
    (tmp_path / ".huzhu-b_ktyau5").mkdir()
    with Store(tmp_path, ODD, run=double):
        pass


def test_rows_of_another_version_of_the_code_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path, ODD, run=double):
        pass
    monkeypatch.setattr("abm.study.store.code_version", lambda run: "another")
    with pytest.raises(StoreError, match=r"another version of the code \(\w{16}, now another\); --anew throws them"):
        Store(tmp_path, ODD, run=double)


def test_a_worker_with_another_version_of_the_code_ends_the_sweep(tmp_path: Path) -> None:
    with Store(tmp_path, ODD, run=double) as store, ThreadPoolExecutor(1) as pool:
        store.code = "another"
        with pytest.raises(WorkerError, match="a worker runs another version of the code"):
            run_study(ODD, store, pool, run=double)


def test_the_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("", encoding="utf-8")
    with pytest.raises(FileError, match=r"holds other files \(thesis\.tex, \.\.\.\); choose another folder"):
        Store(tmp_path, ODD, run=double)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / FILE).write_text("no data base at all, but long enough to be looked at" * 9, encoding="utf-8")
    with pytest.raises(StoreError, match=r"runs\.sqlite: file is not a database"):
        Store(tmp_path / "mine", ODD, run=double)


@pytest.mark.slow
def test_a_second_sweep_on_one_folder_is_refused_and_a_killed_one_keeps_nobody_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, sweep = trial(tmp_path)
    assert main(sweep) == 0
    before = (out / "runs.csv").read_bytes()
    hold = (
        "import sys\nfrom pathlib import Path\n"
        "from abm.study.store import Store\nfrom abm.study.study import load_study\n"
        "with Store(Path(sys.argv[2]), load_study(Path(sys.argv[1]))):\n    print('open', flush=True)\n    input()\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    command = [sys.executable, "-c", hold, sweep[1], str(out)]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        capsys.readouterr()
        for words in (sweep, [*sweep, "--anew"]):
            assert main(words) == 2
            assert capsys.readouterr().err == (
                f"huzhu: {out}: another sweep is at work there; wait for its end, or take another folder, --out\n"
            )
        other.kill()
    assert [path.name for path in out.glob(".*")] == [LOCK]
    assert main(sweep) == 0
    assert "6 runs are there already" in capsys.readouterr().out
    assert (out / "runs.csv").read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="locks of another kind")
@pytest.mark.parametrize("refusal", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_said_to_be_one(
    refusal: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lockf(*_: object) -> None:
        raise OSError(refusal, os.strerror(refusal))

    monkeypatch.setattr("fcntl.lockf", lockf)
    with pytest.raises(FileError, match=r"its file system takes no locks .*; take a folder elsewhere, --out"):
        Store(tmp_path / "there", ODD, run=double)


def test_a_sweep_killed_before_its_first_row_leaves_a_folder_to_go_on_in(tmp_path: Path) -> None:
    with Store(tmp_path, ODD, run=double):
        pass
    (tmp_path / FILE).unlink()
    with Store(tmp_path, ODD, run=double) as store:
        assert store.count() == (0, 0)


@pytest.mark.slow
def test_what_failed_is_run_again_where_that_is_asked_for_and_the_rest_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study, out, sweep = trial(tmp_path)
    assert main(sweep) == 0
    whole = (out / "runs.csv").read_bytes()
    capsys.readouterr()
    with Store(out, study) as store:
        keys = [store.key(point, 1) for point in study.point_list()]
        store.rows.executemany("DELETE FROM runs WHERE key = ?", [(key,) for key in keys[:2]])
        for key, point in list(zip(keys, study.point_list(), strict=True))[:2]:
            store.add(key, point, 1, Result(FAILED, "its worker died each time it was run", {}, 0.0))
        kept = [store.get(key) for key in keys[2:]]
    assert main(sweep) == 0
    said = capsys.readouterr().out
    assert "6 runs are there already, 2 of them failed" in said
    assert "with --retry runs what failed again" in said
    assert main([*sweep, "--retry"]) == 0
    said = capsys.readouterr().out
    assert "4 runs are there already\n" in said
    assert "--retry" not in said
    assert (out / "runs.csv").read_bytes() == whole
    with Store(out, study) as store:
        assert repr([store.get(key) for key in keys[2:]]) == repr(
            kept
        )  # with the seconds that they took: not run again


def test_a_full_disk_is_named_and_what_was_there_stays(tmp_path: Path) -> None:
    study = ODD.model_copy(update={"replicates": 200})
    with Store(tmp_path, study, run=double) as store, ThreadPoolExecutor(1) as pool:
        (pages,) = store.rows.execute("PRAGMA page_count").fetchone()
        store.rows.execute(f"PRAGMA max_page_count = {pages + 4}")
        with pytest.raises(StoreError, match=r"runs\.sqlite: database or disk is full; the rows in it stay"):
            run_study(study, store, pool, run=double)
    with Store(tmp_path, study, run=double) as store, ThreadPoolExecutor(1) as pool:
        there, fresh = store.count()[0], []
        assert 50 < there < 800
        run_study(study, store, pool, run=double, on_result=fresh.append)
        assert len(fresh) == 800 - there


@pytest.mark.slow
def test_csv_and_parquet_hold_the_same_and_the_study_can_be_run_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, words = trial(tmp_path)
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "6 points (grid of mind.altruism, friends.telling) x 1 replicates = 6 runs" in said
    assert "6 runs done, 0 failed" in said
    with (tmp_path / "out" / "runs.csv").open(encoding="utf-8") as file:
        plain = list(csv.DictReader(file))
    table = pyarrow.parquet.read_table(tmp_path / "out" / "runs.parquet").to_pylist()
    assert [{name: str(value) for name, value in row.items()} for row in table] == plain
    record = json.loads((tmp_path / "out" / "provenance.json").read_text(encoding="utf-8"))
    assert (record["runs"], record["done"], record["failed"]) == (6, 6, 0)
    before = (tmp_path / "out" / "runs.csv").read_bytes()
    assert main(["sweep", str(tmp_path / "out" / "study.toml"), "--out", str(tmp_path / "out")]) == 0
    assert "6 runs are there already" in capsys.readouterr().out
    assert (tmp_path / "out" / "runs.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--workers", "0"], "'0' must be a whole number from 1 up"),
        (["--workers", "2", "--dask", "tcp://x:1"], "not allowed with argument"),
        (["--retry", "--anew"], "argument --anew: not allowed with argument --retry"),
    ],
)
def test_a_slip_on_the_command_line_is_named(
    words: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["sweep", "trial.toml", *words])
    assert stop.value.code == 2
    assert expected in capsys.readouterr().err


def test_a_study_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", str(tmp_path / "none.toml")]) == 2
    assert "none.toml: cannot be read: No such file" in capsys.readouterr().err


def test_a_study_of_many_outputs_names_a_few_and_counts_the_rest(tmp_path: Path) -> None:
    days = tuple(f"xianghubao.members:2019-{month:02}-28" for month in range(1, 13))
    study = STUDY.model_copy(update={"outputs": days})
    with Store(tmp_path, study) as store:
        words = plan(study, store, store.standing(study))
    assert "2019-05-28 and 7 more" in words
    assert "2019-06-28" not in words


def own_rates(folder: Path) -> Path:
    """A study of a scenario with rates of its own, in a folder; all names in it are relative."""
    folder.mkdir()
    (folder / "mine.csv").write_bytes((DATA / "incidence.csv").read_bytes())
    (folder / "own.toml").write_text(
        'title = "own"\n[people]\npersons = 200\n[health]\nincidence_file = "./mine.csv"\n'
    )
    study = 'scenario = "own.toml"\nuntil = 2018-11-30\noutputs = ["pool.members:last"]\n[vary]\nslots = [1, 2]\n'
    (folder / "study.toml").write_text(study)
    return folder / "study.toml"


def test_a_study_that_has_moved_is_the_same_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    with Store(out, load_study(own_rates(tmp_path / "here"))) as store:
        keys = [store.key({"slots": 1}, 1)]
    os.rename(tmp_path / "here", tmp_path / "there")
    monkeypatch.chdir(tmp_path / "there")
    for path in (Path("study.toml"), Path("../there/study.toml"), tmp_path / "there" / "study.toml"):
        with Store(out, load_study(path)) as store:
            keys.append(store.key({"slots": 1}, 1))
    assert len(set(keys)) == 1


def test_rows_made_with_other_rates_are_not_those_of_the_study(tmp_path: Path) -> None:
    path = own_rates(tmp_path / "here")
    with Store(tmp_path / "out", load_study(path)):
        pass
    rates = tmp_path / "here" / "mine.csv"
    rates.write_text(rates.read_text().replace("male,0.0", "male,0.1"))
    with pytest.raises(StoreError, match="differs in the scenario itself"):
        Store(tmp_path / "out", load_study(path))


def test_where_rates_vary_what_is_in_the_files_counts(tmp_path: Path) -> None:
    path = own_rates(tmp_path / "here")
    path.write_text(path.read_text().replace("slots = [1, 2]", 'health.incidence_file = ["./mine.csv", "./more.csv"]'))
    more = tmp_path / "here" / "more.csv"
    more.write_bytes((DATA / "incidence.csv").read_bytes())
    study = load_study(path)
    with Store(tmp_path / "out", study) as store:
        before = [store.key(point, 1) for point in study.point_list()]
        more.write_text(more.read_text().replace("male,0.0", "male,0.1"))
        after = [store.key(point, 1) for point in study.point_list()]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False]


@pytest.mark.parametrize(
    "varied",
    [
        '[vary]\nhealth.incidence_file = ["./mine.csv", "incidence.csv"]\n',
        'design = "cases"\n[[cases]]\nhealth.incidence_file = "./mine.csv"\n',
    ],
)
def test_a_study_that_varies_its_rates_may_move_and_is_another_with_others(tmp_path: Path, varied: str) -> None:
    path, out = own_rates(tmp_path / "here"), tmp_path / "out"
    path.write_text('scenario = "own.toml"\nuntil = 2018-11-30\noutputs = ["pool.members:last"]\n' + varied)
    with Store(out, load_study(path)):
        pass
    os.rename(tmp_path / "here", tmp_path / "there")
    with Store(out, load_study(tmp_path / "there" / "study.toml")):
        pass
    rates = tmp_path / "there" / "mine.csv"
    rates.write_text(rates.read_text().replace("male,0.0", "male,0.1"))
    with pytest.raises(StoreError, match="another study"):
        Store(out, load_study(tmp_path / "there" / "study.toml"))
