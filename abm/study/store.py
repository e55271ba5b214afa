"""A store of results that survives: one row a run, in SQLite, written as soon as the run ends.

The key of a row is a hash of everything that determines it: the resolved scenario of the study, the settings of the
point, the seed and the version of the code. So a study that is killed finds what it has, and goes on; and one that has
grown, by points, replicates or outputs, finds what it had.
"""

import functools
import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from fnmatch import fnmatchcase
from multiprocessing import current_process
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from abm.errors import FileError, StoreError
from abm.files import is_unfinished, require_locks
from abm.runs.outputs import run_scenario, series_kept
from abm.scenario.files import data_digests, fingerprint
from abm.study.axis import Settings
from abm.study.rows import COLUMNS, TABLES, has_outputs, is_whole, result_of, row_of, series_in, with_outputs
from abm.study.study import Study, base_of
from abm.study.worker import DONE, FAILED, Result, RunFunction, code_version, name_of

FILE, LOCK = "runs.sqlite", ".runs.lock"
# What a study leaves in its folder: lock and rows, its files, its tables and figures.
OF_A_STUDY = (
    *(LOCK, f"{FILE}*", "study.toml", "scenario.toml", "provenance.json"),
    *("runs.*", "series.*", "sensitivity.*", "phase.*"),
)
OWN = (f"{FILE}-shm", f"{FILE}-wal", FILE)  # of SQLite, while it writes and after a kill
LACKING = "lacking"
# What is wrong with the disk or with others who use it, and not with the store.
NAMES = "BUSY CANTOPEN FULL INTERRUPT IOERR LOCKED NOMEM PERM PROTOCOL READONLY TOOBIG"
OF_THE_DISK = frozenset(getattr(sqlite3, f"SQLITE_{name}") for name in NAMES.split())


class Standing(NamedTuple):
    """How far a study is: how many of its runs are there, and how many of these lack a series that it needs."""

    there: int
    lacking: int


class Store:
    """The rows of one study in a folder. Open it with ``with``; it is safe to kill at any moment.

    `run`: the function that the study is run with, where it is not that of scenarios. `anew`: throw away what is there.
    `retry`: throw away the rows that failed or are damaged, and run again what gave no output of the study. Points,
    replicates, outputs and series may be others than when the store was made. Raises `StoreError` where another sweep
    is at work in the folder, where it holds another study or rows of another version of the code, and where it is
    damaged; `FileError` where it cannot be written or holds other files.
    """

    def __init__(
        self, folder: Path, study: Study, run: RunFunction | None = None, anew: bool = False, retry: bool = False
    ) -> None:
        self.folder, self.file, self.study, self.run = folder, folder / FILE, study, run
        self.base = base_of(study) if run is None else None
        self.code = code_version(run_scenario if run is None else run)
        function = "" if run is None else name_of(run)
        world = "" if self.base is None else _hash(fingerprint(self.base))
        self.about = {part: _canonical(value) for part, value in _fixed(study, world, function).items()}
        self._prefix = f"{world}|{function}|{study.until}|{self.code}"
        self._place: tuple[int, int] | None = None
        self._without: set[str] = set()  # keys of runs of a function to be run again, which gave no output
        self._make_folder()
        with ExitStack() as opened, self._disk():
            self._lock(opened)
            for name in OWN if anew or not self.file.exists() else ():
                (folder / name).unlink(missing_ok=True)
            self.rows = opened.enter_context(closing(sqlite3.connect(self.file, timeout=30, isolation_level=None)))
            # What is no text any more is not what its digest says, and nothing that SQLite need refuse.
            self.rows.text_factory = functools.partial(str, encoding="utf-8", errors="surrogateescape")
            self.rows.execute("PRAGMA page_size=16384")  # of a new store: rows with a few series fit
            self.rows.execute("PRAGMA journal_mode=WAL")
            self.rows.execute("PRAGMA synchronous=NORMAL")  # a killed process loses nothing; a power cut the last rows
            self._recognise()
            self._place = self._where()
            self._check(retry)
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

    def series(self, study: Study) -> tuple[str, ...]:
        """The series that a study needs of each run of a scenario; a function of its own gives what it gives."""
        return () if self.base is None else series_kept(study.outputs, study.series, self.base)

    def status(self, key: str, series: frozenset[str] = frozenset()) -> str | None:
        """Whether a run is done or failed, or is done and `LACKING` one of some series; None where it is not there."""
        with self._disk():
            found = self.rows.execute("SELECT status, lengths FROM runs WHERE key = ?", (key,)).fetchone()
        if found is None:
            return None
        lacking = key in self._without or not series <= series_in(found[1])
        return LACKING if found[0] == DONE and lacking else str(found[0])

    def add(self, key: str, point: Settings, seed: int, result: Result) -> None:
        """Write one row, whole or not at all; what an earlier run of the same gave stays beside what this one gives."""
        before = self.get(key)
        if before is not None and before.status == DONE:
            if result.status != DONE:
                return  # what is there stays, and is tried again for what it lacks
            result = result._replace(outputs=before.outputs | result.outputs)
        row = row_of(key, _canonical(point), seed, result)
        self._without.discard(key)
        with self._disk():
            self.rows.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def get(self, key: str) -> Result | None:
        """All that is kept of a run, None where it has not been run. Raises `StoreError` where the row is damaged."""
        with self._disk():
            row = self.rows.execute(f"SELECT {COLUMNS} FROM runs WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        if (result := result_of(row)) is None:
            raise StoreError(f"{self.file}: the row of a run was damaged meanwhile; --retry runs it again")
        return result

    def count(self) -> tuple[int, int]:
        """How many rows there are, and how many of them failed."""
        with self._disk():
            rows, failed = self.rows.execute("SELECT count(*), total(status = ?) FROM runs", (FAILED,)).fetchone()
        return int(rows), int(failed)

    def standing(self, study: Study) -> Standing:
        """How far a study is; rows of points that are not, or no longer, its own do not count."""
        if not self.count()[0]:
            return Standing(0, 0)
        series = frozenset(self.series(study))
        keys = (self.key(point, seed) for point in study.point_list() for seed in study.seeds)
        found = Counter(self.status(key, series) for key in keys)
        return Standing(found.total() - found[None], found[LACKING])

    def reason(self) -> str:
        """Why a run failed, the first of those that did by key; empty where none did."""
        with self._disk():
            words = "SELECT reason FROM runs WHERE status = ? ORDER BY key LIMIT 1"
            found = self.rows.execute(words, (FAILED,)).fetchone()
        return str(found[0]) if found else ""

    def seconds(self) -> float:
        """How long all runs together took."""
        with self._disk():
            return float(self.rows.execute("SELECT total(seconds) FROM runs").fetchone()[0])

    def results(self, study: Study) -> Iterator[tuple[int, Settings, int, Result]]:
        """Number of the point, settings, seed and result of every run there is, in the order of the design.

        The outputs of a result are those of the study.
        """
        for number, point, seed, result in self.kept(study):
            yield number, point, seed, with_outputs(result, study.outputs)

    def kept(self, study: Study) -> Iterator[tuple[int, Settings, int, Result]]:
        """As `results`, with all that is kept of each run in the place of outputs."""
        for number, point in enumerate(study.point_list()):
            for seed in study.seeds:
                if (result := self.get(self.key(point, seed))) is not None:
                    yield number, point, seed, result

    def _make_folder(self) -> None:
        with self._disk():
            there = self.folder.iterdir() if self.folder.is_dir() else ()
            found = sorted(path.name for path in there if not is_unfinished(path))
            held = [name for name in found if not any(fnmatchcase(name, pattern) for pattern in OF_A_STUDY)]
            if held and FILE not in found:
                raise FileError(f"{self.folder}: holds other files ({held[0]}, ...); choose another folder, --out")
            self.folder.mkdir(parents=True, exist_ok=True)

    def _lock(self, opened: ExitStack) -> None:
        """Keep other sweeps out of the folder for as long as it is open.

        The lock is SQLite's on an empty file beside the store: the operating system ends it with the process, killed or
        not, so the file may stay. The store itself is not locked, and can be looked into while it grows.
        """
        require_locks(self.folder)
        try:
            lock = opened.enter_context(closing(sqlite3.connect(self.folder / LOCK, timeout=0, isolation_level=None)))
            lock.execute("PRAGMA journal_mode=MEMORY")  # or a killed sweep would leave a journal beside it
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
                raise StoreError(f"{self.folder / LOCK}: is not the lock that was made; remove it") from None
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            if current_process().name != "MainProcess":  # it runs the script of its sweep anew, which is not to go on
                raise RuntimeError("a script that runs a study needs `if __name__ == '__main__':`") from None
            raise StoreError(
                f"{self.folder}: another sweep is at work there; wait for its end, or take another folder, --out"
            ) from None

    def _recognise(self) -> None:
        """Make an empty store that of this study; refuse the store of another, and one that is not as it was made."""
        made = "SELECT name, sql FROM sqlite_master WHERE name IN ('about', 'runs') ORDER BY name"
        if not self.rows.execute(made).fetchall():
            mine = self.about | {"code": self.code, "title": self.study.title}
            self.rows.execute("BEGIN")
            for words in TABLES.values():
                self.rows.execute(words)
            mine["digest"] = _hash(repr(sorted(mine.items(), key=repr)))
            self.rows.executemany("INSERT INTO about VALUES (?, ?)", mine.items())
            self.rows.execute("COMMIT")
            return
        told = dict(self.rows.execute("SELECT name, value FROM about").fetchall())
        digest = told.pop("digest", None)  # which the stores of 0.3.0 do not have
        if "code" not in told or digest not in (None, _hash(repr(sorted(told.items(), key=repr)))):
            raise StoreError(self._damaged("the table 'about' is not what was written"))
        wrong = None
        if differing := [name for name, value in self.about.items() if told.get(name, value) != value]:
            words = ", ".join("the scenario itself" if name == "world" else name for name in differing)
            wrong = f"the runs of another study, '{told.get('title')}', which differs in {words}"
        elif told.get("code") != self.code:
            wrong = f"runs of another version of the code ({told.get('code')}, now {self.code})"
        if wrong:
            raise StoreError(f"{self.folder}: holds {wrong}; --anew throws them away, --out takes another folder")
        if digest is None or dict(self.rows.execute(made).fetchall()) != TABLES:
            raise StoreError(self._damaged("its tables are not those that were made"))

    def _check(self, retry: bool) -> None:
        """Refuse a store in which a row is not what was written; or take such rows out, and those that failed."""
        if retry:  # killed midway, a sweep finds them missing and goes on
            self.rows.execute("DELETE FROM runs WHERE status = ?", (FAILED,))
        if (damaged := self._damaged_rows()) and retry:
            self.rows.executemany("DELETE FROM runs WHERE key = ?", [(key,) for key in damaged if str(key).isascii()])
            if self._damaged_rows():
                raise StoreError(self._damaged("rows have lost their keys"))
        elif damaged:
            ways = "--retry runs them again, --anew all"
            raise StoreError(f"{self.file}: {len(damaged):,} of {self.count()[0]:,} rows are damaged; {ways}")
        if retry and self.run is not None:  # what they gave is kept: other studies of the same may need it
            rows = self.rows.execute(f"SELECT {COLUMNS} FROM runs")
            self._without = {row[0] for row in rows if not has_outputs(row, self.study.outputs)}

    def _damaged_rows(self) -> list[Any]:
        """The keys of rows that are not what was written."""
        return [row[0] for row in self.rows.execute(f"SELECT {COLUMNS} FROM runs") if not is_whole(row)]

    def _damaged(self, how: str) -> str:
        return f"{self.file}: {how}; it is damaged: put a copy in its place, or --anew runs all again"

    def _where(self) -> tuple[int, int] | None:
        """Which file is in the place of the store; None where there is none."""
        try:
            found = self.file.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    @contextmanager
    def _disk(self) -> Iterator[None]:
        """Say in one line what is wrong with the disk or the store; what was written before stays.

        SQLite itself goes on with a file that was deleted, and nobody would find its rows.
        """
        if self._place is not None and self._where() != self._place:
            raise StoreError(f"{self.file}: was deleted or replaced by others; the same command runs what is not there")
        try:
            yield
        except UnicodeDecodeError:  # of a message that repeats what is damaged
            raise StoreError(self._damaged("its tables cannot be read")) from None
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in OF_THE_DISK:
                raise StoreError(self._damaged(str(error))) from None
            raise StoreError(f"{self.file}: {error}; the rows in it stay, and the same command goes on") from None
        except OSError as error:
            raise FileError(f"{self.folder}: cannot be written: {error.strerror or error}") from None


def _fixed(study: Study, world: str, run: str) -> dict[str, Any]:
    """What must be the same in all studies of one store: the world, and what varies in it, but not through what."""
    changes = study.changes | data_digests(study.changes)
    scenario = Path(study.scenario).stem  # the same wherever its file is: what is in it is in `world`
    told: dict[str, Any] = {"scenario": scenario, "persons": study.persons, "until": study.until, "changes": changes}
    varied = {"vary": sorted(study.vary), "design": study.design, "seed": study.seed}
    return told | varied | {"world": world, "run": run}


def _canonical(value: Any) -> str:
    """The same text for the same value, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
