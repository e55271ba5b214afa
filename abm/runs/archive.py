"""The archive of a checkpoint: a ZIP file of plain parts, written and read piece by piece.

Parts are stored as they are, in one order and with one date: the same state gives the same bytes, and no part is larger
than its file. The last one, ``checksums.json``, has the SHA-256 of each. What is read is held against what the model
must have before room is made for it, and whatever is wrong with a file is a `CheckpointError`.
"""

import hashlib
import io
import json
import math
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from abm.errors import LONGEST, CheckpointError, HuzhuError
from abm.files import whole
from abm.version import VERSION

OTHER_CODE = f"was written by other code than this, though of {VERSION} too; make it anew"
PIECE = 1 << 20  # bytes
CHECKSUMS = "checksums.json"
UNIX, READABLE = 3, 0o644 << 16  # the system that made a part, and who may read it, wherever it is made


def write(path: Path, texts: Mapping[str, str], arrays: Mapping[str, np.ndarray]) -> None:
    """Write an archive of texts by file name and of arrays by name. Raises `FileError` where it cannot be written."""
    with whole(path) as place, zipfile.ZipFile(place, "w") as archive:
        sums = {name: _add(archive, name, text.encode()) for name, text in texts.items()}
        for name, array in arrays.items():
            header = _header(array.dtype, array.shape)
            sums[f"{name}.npy"] = _add(archive, f"{name}.npy", header, _bytes_of(array))
        _add(archive, CHECKSUMS, json.dumps(sums, indent=1).encode())


def _add(archive: zipfile.ZipFile, name: str, *contents: bytes | memoryview) -> str:
    """Add a part of some contents, one after the other; returns its checksum."""
    part, digest = zipfile.ZipInfo(name), hashlib.sha256()
    part.create_system, part.external_attr = UNIX, READABLE
    part.file_size = sum(map(len, contents))
    with archive.open(part, "w") as file:
        for content in contents:
            for first in range(0, len(content), PIECE):
                piece = content[first : first + PIECE]
                file.write(piece)
                digest.update(piece)
    return digest.hexdigest()


def _header(dtype: np.dtype, shape: tuple[int, ...]) -> bytes:
    """What a ``.npy`` file of an array begins with."""
    file = io.BytesIO()
    described = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, described)
    return file.getvalue()


def _bytes_of(array: np.ndarray) -> memoryview:
    """The bytes of an array."""
    return array.reshape(-1).view(np.uint8).data


@contextmanager
def opened(path: Path) -> Iterator["Archive"]:
    """An archive to read from. Raises `CheckpointError` where there is none, or no whole one."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise CheckpointError(f"{path}: there is no such checkpoint") from None
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read: {error.strerror or error}") from None
    with file:
        with damage_told(path):
            archive = Archive(path, zipfile.ZipFile(file))
        yield archive


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Make one line of whatever goes wrong while a file is read."""
    try:
        yield
    except (HuzhuError, MemoryError):
        raise
    except Exception as error:
        words = "".join(str(error).splitlines()[:1])[:LONGEST]
        raise CheckpointError(f"{path}: is not a whole checkpoint: {type(error).__name__} {words}") from error


class Archive:
    """An archive that is read from: its parts, each by its name."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self._archive = path, archive
        parts = archive.infolist()
        self.names = {part.filename for part in parts}
        as_written = all(part.compress_size == part.file_size and not part.flag_bits & 1 for part in parts)
        as_written = as_written and all(part.compress_type == zipfile.ZIP_STORED for part in parts)
        if len(self.names) < len(parts) or not as_written:
            raise CheckpointError(f"{path}: is damaged (the list of its parts); make it anew")
        self._sums = json.loads(self._read(CHECKSUMS))
        if not isinstance(self._sums, dict) or {*self._sums, CHECKSUMS} != self.names:
            raise CheckpointError(f"{path}: is damaged (parts are missing); make it anew")

    def tables(self, name: str) -> dict[str, Any]:
        """The tables of a part that is TOML or JSON."""
        with damage_told(self.path):
            text = self._read(name).decode()
            tables = tomllib.loads(text) if name.endswith(".toml") else json.loads(text)
            if not isinstance(tables, dict):
                raise CheckpointError(f"{self.path}: is damaged ({name}); make it anew")
            return tables

    def require(self, name: str, dtype: np.dtype, shape: tuple[int, ...]) -> None:
        """Raise `CheckpointError` unless there is an array of that name, type and shape, by its header and its size."""
        header, part = _header(dtype, shape), f"{name}.npy"
        with damage_told(self.path):
            size = len(header) + dtype.itemsize * math.prod(shape)
            if part in self.names and self._archive.getinfo(part).file_size == size:
                with self._archive.open(part) as file:
                    if file.read(len(header)) == header:
                        return
            if part in self.names:
                self._read(part, keep=False)  # which says so where the part is damaged
        raise CheckpointError(f"{self.path}: {OTHER_CODE}")

    def fill(self, name: str, array: np.ndarray) -> None:
        """Read an array into one that is there, piece by piece."""
        self.require(name, array.dtype, array.shape)
        header, target = _header(array.dtype, array.shape), _bytes_of(array)
        digest = hashlib.sha256(header)
        with damage_told(self.path), self._archive.open(f"{name}.npy") as file:
            file.read(len(header))
            for first in range(0, len(target), PIECE):
                piece = file.read(PIECE)
                digest.update(piece)
                target[first : first + PIECE] = piece
            self._require_sum(f"{name}.npy", digest.hexdigest())

    def _read(self, name: str, keep: bool = True) -> bytes:
        """A part, held against its checksum."""
        kept, digest = bytearray(), hashlib.sha256()
        with self._archive.open(name) as file:
            while piece := file.read(PIECE):
                digest.update(piece)
                if keep:
                    kept += piece
        if name != CHECKSUMS:
            self._require_sum(name, digest.hexdigest())
        return bytes(kept)

    def _require_sum(self, name: str, found: str) -> None:
        if self._sums[name] != found:
            raise CheckpointError(f"{self.path}: is damaged ({name}); make it anew")
