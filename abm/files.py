"""A file that is written beside its place and then takes its name: whole, or not at all."""

import csv
import errno
import hashlib
import os
import platform
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import psutil

from abm.errors import DataError, FileError, named, nearest, shown

WITHOUT_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
DATA = Path(__file__).parent / "data"
UNFINISHED = re.compile(r"\.huzhu-((?P<process>\d{1,9})@(?P<machine>[^@]*)@.*|\w{8})")  # eight letters: by 0.3.0


def unfinished_name(name: str = "") -> str:
    """What a file or folder that this process has not finished is called."""
    return f".huzhu-{os.getpid()}@{platform.node()}@{name}"


def is_unfinished(path: Path) -> bool:
    """Whether a file or folder is what a run of this program has not finished, at work or killed."""
    return UNFINISHED.fullmatch(path.name) is not None


def clear_leftovers(folder: Path) -> None:
    """Remove what killed runs left unfinished in a folder; that of runs at work, or on other machines, stays.

    So does what 0.3.0 left, of which nothing but eight letters says that it is not the user's.
    """
    for path in folder.glob(".huzhu-*"):
        found = UNFINISHED.fullmatch(path.name)
        if found is None or found["machine"] != platform.node() or psutil.pid_exists(int(found["process"])):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A new file to write, which becomes `path` when the block ends well; until then, and else, what was there stays.

    Raises `FileError` where the disk refuses.
    """
    new = path.with_name(unfinished_name(path.name))  # a folder takes files of two writers at once
    try:
        clear_leftovers(path.parent)
        try:
            yield new
            os.replace(new, path)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(f"{path}: cannot be written: {error.strerror or error}; what was there stays") from None


def require_locks(folder: Path) -> None:
    """Raise `FileError` where the file system of a folder takes no locks, as that of a cluster may not."""
    try:
        import fcntl
    except ImportError:  # Windows, which has locks everywhere
        return
    with tempfile.TemporaryFile(dir=folder) as trial:
        try:
            fcntl.lockf(trial, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in WITHOUT_LOCKS:
                raise
            reason = f"its file system takes no locks ({error.strerror})"
            raise FileError(f"{folder}: cannot be shared: {reason}; take a folder elsewhere, --out") from None


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file as they stand in it. Raises `FileError` where it cannot be read as such."""
    _require_file(path, path.name)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"{path.name}: broken TOML: {error}") from None
    except RecursionError:
        raise FileError(f"{path.name}: broken TOML: tables or lists lie too deep in each other") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path.name}: cannot be read: {getattr(error, 'strerror', error)}") from None
    except ValueError:  # of `int`
        raise FileError(f"{path.name}: broken TOML: a number of thousands of digits") from None


def data_path(name: str) -> Path:
    """Where a data file is: a plain name is one of the program's own. Raises `FileError` where there is none of it."""
    if "/" in name:
        return Path(name)
    if not os.path.exists(DATA / name):  # false, and no complaint, where a name is too long to be one
        own = sorted(path.name for path in DATA.glob("*.csv"))
        there = f"there are: {', '.join(own)}; a file of your own is a path, as {shown(f'./{name}')}"
        raise FileError(f"no data file {shown(name)}{nearest(name, own)}; {there}")
    return DATA / name


def _require_file(path: Path, name: str) -> None:
    """Raise `FileError` for a folder, or a device that never ends."""
    if os.path.exists(path) and not os.path.isfile(path):  # false, and no complaint, where a name is too long
        raise FileError(f"{named(name)}: is no file to read")


def digest_of(path: Path) -> str:
    """The SHA-256 of a file. Raises `FileError` where it cannot be read."""
    _require_file(path, str(path))
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError) as error:
        raise FileError(f"{named(path)}: cannot be read: {getattr(error, 'strerror', error)}") from None


def _opened(name: str) -> TextIO:
    """A data file, open to be read. Raises `FileError` where it cannot be."""
    path = data_path(name)
    _require_file(path, name)
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except (OSError, ValueError) as error:  # of no file, and of a name that none can have
        raise FileError(f"{named(name)}: cannot be read: {getattr(error, 'strerror', error)}") from None


def columns_of(name: str) -> list[str]:
    """The columns of a data file, as its first line names them.

    Raises `FileError` where the file cannot be read, and `DataError` where the line is none of a table.
    """
    opened = _opened(name)
    try:
        with opened as file:
            return next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{name}: cannot be read: {error}") from None
    except csv.Error as error:
        raise DataError(f"{name}: line 1: {named(error)}") from None


def read_csv(name: str, columns: dict[str, type]) -> list[dict[str, Any]]:
    """The rows of a data file, each column in its type; a plain name is looked up among the program's data.

    Raises `FileError` where the file cannot be read, and `DataError` where a column, a value or every row is missing.
    """
    opened = _opened(name)
    try:
        with opened as file:
            reader = csv.DictReader(file)
            if missing := [column for column in columns if column not in (reader.fieldnames or [])]:
                raise DataError(f"{name}: has no column {', '.join(missing)}; needed are {', '.join(columns)}")
            rows = [{column: kind(row[column]) for column, kind in columns.items()} for row in reader]
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{name}: cannot be read: {error}") from None
    except (ValueError, TypeError, csv.Error) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{name}: line {reader.line_num}: {named(error)}") from None
    if not rows:
        raise DataError(f"{name}: has no rows")
    return rows
