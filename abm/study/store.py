"""A store of results that survives: one row a run, in SQLite, written as soon as the run ends.

The key of a row is a hash of everything that determines it: the resolved scenario of the study, the settings of the
point, the seed and the version of the code. So a study that is killed finds what it has, and goes on.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from multiprocessing import current_process
from pathlib import Path
from types import TracebackType
from typing import Any

from abm.errors import FileError, StoreError
from abm.files import is_unfinished
from abm.runs.outputs import run_scenario
from abm.scenario.files import data_digests, fingerprint
from abm.scenario.paths import data_files
from abm.study.axis import Settings
from abm.study.study import Study, base_of
from abm.study.worker import FAILED, Result, RunFunction, code_version

FILE, LOCK = "runs.sqlite", ".runs.lock"
FREE = ("title", "replicates")  # may change: more replicates are more rows of the same study
TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
    key TEXT PRIMARY KEY, point TEXT NOT NULL, seed INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    outputs TEXT NOT NULL, seconds REAL NOT NULL) WITHOUT ROWID;
"""


class Store:
    """The rows of one study in a folder. Open it with ``with``; it is safe to kill at any moment.

    `run`: the function that the study is run with, where it is not that of scenarios. `anew`: throw away what is there.
    Raises `StoreError` where another sweep is at work in the folder, and where it holds another study or rows of
    another version of the code; `FileError` where it cannot be written or holds other files.
    """

    def __init__(self, folder: Path, study: Study, run: RunFunction | None = None, anew: bool = False) -> None:
        self.folder, self.file, self.study, self.run = folder, folder / FILE, study, run
        self.base = base_of(study) if run is None else None
        self.code = code_version(run_scenario if run is None else run)
        fixed = {name: value for name, value in study.model_dump(mode="json").items() if name not in FREE}
        world = "" if self.base is None else _hash(fingerprint(self.base))
        fixed["scenario"] = Path(study.scenario).stem  # the same wherever its file is: what is in it is in `world`
        for settings in (fixed["changes"], *fixed["cases"]):
            settings |= data_digests(settings)
        for path in data_files():
            if values := fixed["vary"].get(path, {}).get("values"):
                fixed["vary"][path]["values"] = [data_digests({path: value})[path] for value in values]
        name = "" if run is None else f"{run.__module__}.{run.__qualname__}"
        self.about = {name: _canonical(value) for name, value in (fixed | {"world": world, "run": name}).items()}
        self._prefix = f"{world}|{name}|{study.until}|{self.code}"
        self._make_folder()
        with ExitStack() as opened, self._disk():
            self._lock(opened)
            for end in ("-shm", "-wal", "") if anew else ():
                (folder / f"{FILE}{end}").unlink(missing_ok=True)
            self.rows = opened.enter_context(closing(sqlite3.connect(self.file, timeout=30, isolation_level=None)))
            self.rows.execute("PRAGMA journal_mode=WAL")
            self.rows.execute("PRAGMA synchronous=NORMAL")  # a killed process loses nothing; a power cut the last rows
            self.rows.executescript(TABLES)
            self._recognise(study.title)
            self._opened = opened.pop_all()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def key(self, point: Settings, seed: int) -> str:
        """The name of a run: a hash of what determines it."""
        return _hash(f"{self._prefix}|{_canonical(point | data_digests(point))}|{seed}")

    def has(self, key: str) -> bool:
        """Whether a run is in the store, done or failed."""
        return self.rows.execute("SELECT 1 FROM runs WHERE key = ?", (key,)).fetchone() is not None

    def add(self, key: str, point: Settings, seed: int, result: Result) -> None:
        """Write one row, whole or not at all."""
        row = (key, _canonical(point), seed, result.status, result.reason, json.dumps(result.outputs), result.seconds)
        with self._disk():
            self.rows.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def get(self, key: str) -> Result | None:
        """The row of a run, None where it has not been run."""
        found = self.rows.execute("SELECT status, reason, outputs, seconds FROM runs WHERE key = ?", (key,)).fetchone()
        return None if found is None else Result(found[0], found[1], json.loads(found[2]), found[3])

    def count(self) -> tuple[int, int]:
        """How many rows there are, and how many of them failed."""
        rows, failed = self.rows.execute("SELECT count(*), total(status = ?) FROM runs", (FAILED,)).fetchone()
        return int(rows), int(failed)

    def reason(self) -> str:
        """Why a run failed, the first of those that did by key; empty where none did."""
        found = self.rows.execute("SELECT reason FROM runs WHERE status = ? ORDER BY key LIMIT 1", (FAILED,)).fetchone()
        return str(found[0]) if found else ""

    def seconds(self) -> float:
        """How long all runs together took."""
        return float(self.rows.execute("SELECT total(seconds) FROM runs").fetchone()[0])

    def forget_failures(self) -> None:
        """Take failed runs out, so that they are run again. Killed midway, a sweep finds them missing and goes on."""
        with self._disk():
            self.rows.execute("DELETE FROM runs WHERE status = ?", (FAILED,))

    def results(self, study: Study) -> Iterator[tuple[int, Settings, int, Result]]:
        """Number of the point, settings, seed and result of every run there is, in the order of the design."""
        for number, point in enumerate(study.point_list()):
            for seed in study.seeds:
                if (result := self.get(self.key(point, seed))) is not None:
                    yield number, point, seed, result

    def _make_folder(self) -> None:
        with self._disk():
            there = self.folder.iterdir() if self.folder.is_dir() else ()
            held = sorted(path.name for path in there if path.name != LOCK and not is_unfinished(path))
            if held and FILE not in held:
                raise FileError(f"{self.folder}: holds other files ({held[0]}, ...); choose another folder, --out")
            self.folder.mkdir(parents=True, exist_ok=True)

    def _lock(self, opened: ExitStack) -> None:
        """Keep other sweeps out of the folder for as long as it is open.

        The lock is SQLite's on an empty file beside the store: the operating system ends it with the process, killed or
        not, so the file may stay. The store itself is not locked, and can be looked into while it grows.
        """
        try:
            lock = opened.enter_context(closing(sqlite3.connect(self.folder / LOCK, timeout=0, isolation_level=None)))
            lock.execute("PRAGMA journal_mode=MEMORY")  # or a killed sweep would leave a journal beside it
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            if current_process().name != "MainProcess":  # it runs the script of its sweep anew, which is not to go on
                raise RuntimeError("a script that runs a study needs `if __name__ == '__main__':`") from None
            raise StoreError(
                f"{self.folder}: another sweep is at work there; wait for its end, or take another folder, --out"
            ) from None

    def _recognise(self, title: str) -> None:
        """Make an empty store that of this study; refuse the store of another."""
        told = dict(self.rows.execute("SELECT name, value FROM about").fetchall())
        if not told:
            self.rows.execute("BEGIN")
            mine = self.about | {"code": self.code, "title": title}
            self.rows.executemany("INSERT INTO about VALUES (?, ?)", mine.items())
            self.rows.execute("COMMIT")
            return
        ways = "--anew throws them away, --out takes another folder"
        differing = [name for name, value in self.about.items() if told.get(name) != value]
        wrong = None
        if differing:
            words = ", ".join("the scenario itself" if name == "world" else name for name in differing)
            wrong = f"the runs of another study, '{told.get('title')}', which differs in {words}"
        elif told.get("code") != self.code:
            wrong = f"runs of another version of the code ({told.get('code')}, now {self.code})"
        if wrong:
            raise StoreError(f"{self.folder}: holds {wrong}; {ways}")

    @contextmanager
    def _disk(self) -> Iterator[None]:
        """Say in one line what the disk refuses; what was written before stays."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self.file}: {error}; the rows in it stay, and the same command goes on") from None
        except OSError as error:
            raise FileError(f"{self.folder}: cannot be written: {error.strerror or error}") from None


def _canonical(value: Any) -> str:
    """The same text for the same value, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
