"""A store that was damaged gives the right numbers or a line that says so; one that is gone is missed at once."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from abm.cli.main import main
from abm.errors import StoreError
from abm.study.store import FILE, LOCK, Store
from abm.study.study import Study, dump_study
from abm.study.sweep import run_study
from abm.study.worker import FAILED, Result, attempt, code_version
from worlds.functions import double, lost, wave
from worlds.trials import STUDY, rows

ONE = Study(vary={"x": [1, 2, 3, 4]}, replicates=3, outputs=("twice", "name", "height:p75", "height:last"))
FOUND = 12  # runs


def swept(folder: Path) -> list[str]:
    """What comes of the study in a folder, where runs that are there are not done again."""
    with Store(folder, ONE, run=wave) as store, ThreadPoolExecutor(1) as pool:
        run_study(ONE, store, pool, run=wave)
        found = rows(ONE, store)
        assert store.count()[0] >= FOUND
    return found


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A folder with a whole store, and what is in it."""
    folder = tmp_path_factory.mktemp("sound")
    found = swept(folder)
    assert len(found) == FOUND
    assert sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) == [FILE]
    return folder, found


def assert_told_or_right(folder: Path, right: list[str]) -> bool:
    """Whether damage was told, in one line; if it was not, the numbers are right."""
    try:
        found = swept(folder)
    except StoreError as error:
        found = str(error).splitlines()
    told = found != right
    assert not told or (len(found) == 1 and found[0].startswith(str(folder))), found
    return told


def flipped(content: bytes) -> Iterator[bytes]:
    """Copies in which one byte is another, here and there over the whole; and some in which a stretch of it is."""
    used = [place for place, byte in enumerate(content) if byte]
    for place in (*used[::47], *range(0, len(content), 1999)):
        for mask in (0x01, 0x80):
            yield content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :]
    for place in range(0, len(content), 999):
        yield content[:place] + bytes(64) + content[place + 64 :]


def cut(content: bytes) -> Iterator[bytes]:
    """Copies that end too early, or go on with something else."""
    for place in (*range(0, len(content), 1801), len(content) - 1):
        yield content[:place]
    yield content + b"\xff" * 4096
    yield content[4096:]


@pytest.mark.parametrize("damage", [flipped, cut])
def test_a_store_with_other_bytes_gives_a_line_or_the_right_numbers(
    damage: Callable[[bytes], Iterator[bytes]], sound: tuple[Path, list[str]], tmp_path: Path
) -> None:
    content, told, tried = (sound[0] / FILE).read_bytes(), 0, 0
    for copy in damage(content):
        folder = tmp_path / str(tried)
        folder.mkdir()
        (folder / FILE).write_bytes(copy)
        told += assert_told_or_right(folder, sound[1])
        tried += 1
        shutil.rmtree(folder)
    assert 0 < told < tried  # there is unused space too, and a store without rows is begun again


def changed(folder: Path, *words: str) -> None:
    with sqlite3.connect(folder / FILE) as store:
        store.execute("PRAGMA writable_schema = ON")
        for each in words:
            store.execute(each)
    store.close()


BY_HAND = [
    "UPDATE runs SET outputs = replace(outputs, '4', '5')",
    "UPDATE runs SET outputs = '{\"twice\": 1.0}' WHERE seed = 2",
    "UPDATE runs SET outputs = 'no JSON at all'",
    "UPDATE runs SET outputs = CAST(x'ff00fe' AS TEXT) WHERE seed = 1",
    "UPDATE runs SET lengths = '{\"height\": 11}'",
    "UPDATE runs SET lengths = '{}'",
    "UPDATE runs SET series = zeroblob(length(series))",
    "UPDATE runs SET series = 'height'",
    "UPDATE runs SET series = substr(series, 9)",
    "UPDATE runs SET series = (SELECT series FROM runs ORDER BY key LIMIT 1)",
    "UPDATE runs SET status = 'failed', reason = 'bad luck' WHERE seed = 3",
    "UPDATE runs SET status = 'done?'",
    "UPDATE runs SET reason = 'none'",
    "UPDATE runs SET seconds = seconds + 1e-6",
    "UPDATE runs SET seconds = 'long'",
    "UPDATE runs SET seed = seed + 1",
    "UPDATE runs SET point = '{\"x\": 9}'",
    "UPDATE runs SET digest = ''",
    "UPDATE runs SET key = substr(key, 2) || 'x'",
    "UPDATE runs SET key = 'é' || key WHERE seed = 1",
    "UPDATE runs SET point = 'a', key = 'k' WHERE key IN (SELECT key FROM runs LIMIT 1)",
    "UPDATE about SET value = replace(value, '0', '1')",
    "UPDATE about SET value = '\"w\"' WHERE name = 'world'",
    "UPDATE about SET value = x'00ff' WHERE name = 'title'",
    "DELETE FROM about WHERE name = 'code'",
    "DELETE FROM about WHERE name = 'digest'",
    "DELETE FROM about",
    "INSERT INTO about VALUES ('more', '1')",
    "DROP TABLE about",
    "DROP TABLE runs",
    "ALTER TABLE runs DROP COLUMN reason",
    "ALTER TABLE runs DROP COLUMN digest",
    "ALTER TABLE runs ADD COLUMN more TEXT",
    "ALTER TABLE runs RENAME COLUMN outputs TO results",
    "ALTER TABLE about RENAME COLUMN value TO told",
    "ALTER TABLE runs RENAME TO old",
    "CREATE TABLE copy AS SELECT * FROM runs; DROP TABLE runs; ALTER TABLE copy RENAME TO runs",
    "DROP TABLE runs; CREATE TABLE runs (x)",
    "DROP TABLE runs; CREATE VIEW runs AS SELECT * FROM about",
    "UPDATE sqlite_master SET sql = 'CREATE TABLE runs (key' WHERE name = 'runs'",
    "UPDATE sqlite_master SET rootpage = 2",
    "UPDATE sqlite_master SET type = 'view'",
]


@pytest.mark.parametrize("words", BY_HAND)
def test_a_store_that_was_changed_by_hand_is_refused(words: str, sound: tuple[Path, list[str]], tmp_path: Path) -> None:
    shutil.copy(sound[0] / FILE, tmp_path)
    changed(tmp_path, *words.split("; "))
    assert assert_told_or_right(tmp_path, sound[1])


@pytest.mark.parametrize("words", ["DELETE FROM runs WHERE seed = 1", "DELETE FROM runs", "VACUUM", "ANALYZE"])
def test_rows_that_were_taken_out_are_run_again_and_tidying_up_does_no_harm(
    words: str, sound: tuple[Path, list[str]], tmp_path: Path
) -> None:
    shutil.copy(sound[0] / FILE, tmp_path)
    store = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    store.execute(words)
    store.close()
    assert not assert_told_or_right(tmp_path, sound[1])


def test_damaged_rows_are_counted_and_run_again_where_that_is_asked_for(
    sound: tuple[Path, list[str]], tmp_path: Path
) -> None:
    shutil.copy(sound[0] / FILE, tmp_path)
    changed(tmp_path, "UPDATE runs SET series = zeroblob(8) WHERE key IN (SELECT key FROM runs LIMIT 2)")
    with pytest.raises(StoreError, match=r"2 of 12 rows are damaged; --retry runs them again, --anew all$"):
        Store(tmp_path, ONE, run=wave)
    with Store(tmp_path, ONE, run=wave, retry=True) as store:
        assert store.count() == (10, 0)
    assert swept(tmp_path) == sound[1]
    changed(tmp_path, "UPDATE runs SET key = 'ä' WHERE key IN (SELECT key FROM runs LIMIT 1)")
    with pytest.raises(
        StoreError, match="rows have lost their keys; it is damaged: put a copy in its place, or --anew"
    ):
        Store(tmp_path, ONE, run=wave, retry=True)
    with Store(tmp_path, ONE, run=wave, anew=True) as store:
        assert store.count() == (0, 0)
    assert swept(tmp_path) == sound[1]


def test_a_lock_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_bytes(b"no lock " * 99)
    with pytest.raises(StoreError, match=r"\.runs\.lock: is not the lock that was made; remove it$"):
        Store(tmp_path, ONE, run=wave)


def test_a_command_answers_a_damaged_store_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "trial.toml").write_text(dump_study(STUDY), encoding="utf-8")
    with Store(tmp_path / "out", STUDY) as store:
        store.add(store.key({}, 1), {}, 1, Result(FAILED, "bad luck", {}, 1.0))
    changed(tmp_path / "out", "UPDATE runs SET status = 'done'")
    assert main(["sweep", str(tmp_path / "trial.toml"), "--out", str(tmp_path / "out")]) == 2
    said = f"{tmp_path / 'out' / FILE}: 1 of 1 rows are damaged; --retry runs them again, --anew all"
    assert capsys.readouterr().err == f"huzhu: {said}\n"


def replace_by_a_copy(folder: Path) -> None:
    shutil.copy(folder / FILE, folder / "copy")
    os.replace(folder / "copy", folder / FILE)


@pytest.mark.parametrize("deed", [lambda folder: (folder / FILE).unlink(), shutil.rmtree, replace_by_a_copy])
def test_a_store_that_is_deleted_or_replaced_is_missed_at_the_next_row(
    deed: Callable[[Path], None], tmp_path: Path
) -> None:
    heard: list[Result] = []

    def on_result(result: Result) -> None:
        heard.append(result)
        if len(heard) == 3:
            deed(tmp_path / "out")

    with Store(tmp_path / "out", ONE, run=wave) as store, ThreadPoolExecutor(1) as pool:
        with pytest.raises(StoreError, match=r"^[^\n]*runs\.sqlite: was deleted or replaced by others; [^\n]*$"):
            run_study(ONE, store, pool, run=wave, on_result=on_result)
        assert len(heard) == 3
        for read in (store.count, store.reason, store.seconds, lambda: list(store.results(ONE))):
            with pytest.raises(StoreError, match="was deleted or replaced"):
                read()
    assert len(swept(tmp_path / "out")) == FOUND


def test_a_row_that_is_damaged_while_the_store_is_open_is_not_read(tmp_path: Path) -> None:
    study = ONE.model_copy(update={"outputs": ("twice",)})
    with Store(tmp_path, study, run=double) as store, ThreadPoolExecutor(1) as pool:
        run_study(study, store, pool, run=double)
        changed(tmp_path, "UPDATE runs SET outputs = '{\"twice\": 7.0}'")
        with pytest.raises(StoreError, match="the row of a run was damaged meanwhile; --retry runs it again"):
            list(store.results(study))


@pytest.mark.slow
def test_a_folder_that_lost_its_rows_takes_the_same_sweep_again(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(dump_study(STUDY.model_copy(update={"replicates": 1})), encoding="utf-8")
    words = ["sweep", str(tmp_path / "s.toml"), "--workers", "1", "--out", str(tmp_path / "out")]
    assert main(words) == 0
    table = (tmp_path / "out" / "runs.csv").read_bytes()
    (tmp_path / "out" / FILE).unlink()
    assert main(words) == 0
    assert (tmp_path / "out" / "runs.csv").read_bytes() == table


def test_a_reason_has_no_letters_that_a_terminal_obeys_or_no_file_takes() -> None:
    result = attempt(lost, code_version(lost), {}, 1)
    assert (result.status, result.reason) == (FAILED, r"FileNotFoundError: bad\udc80\x1b[2J.csv")
