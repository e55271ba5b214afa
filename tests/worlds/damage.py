"""Checkpoints with something wrong in them: parts changed, headers forged, sizes claimed."""

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Parts = list[tuple[str, bytes]]
Edit = Callable[[Parts], Parts]
SUMS = "checksums.json"
CENTRAL, LOCAL = (b"PK\1\2", 46), (b"PK\3\4", 30)  # what a record begins with, and how long it is before the name
# Where fields are: in the list of parts, and before the part itself; and how they are packed.
FLAGS, METHOD, PACKED, SIZE = (8, 6, "<H"), (10, 8, "<H"), (20, 18, "<L"), (24, 22, "<L")


def parts_of(path: Path) -> Parts:
    """The parts of a checkpoint by name, in their order."""
    with zipfile.ZipFile(path) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def packed(parts: Parts, right_sums: bool = True, method: int = zipfile.ZIP_STORED) -> bytes:
    """A checkpoint of such parts; with right checksums, as if it had been written so."""
    if right_sums:
        sums = {name: hashlib.sha256(content).hexdigest() for name, content in parts if name != SUMS}
        parts = [(name, json.dumps(sums).encode() if name == SUMS else content) for name, content in parts]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


def forged(whole: bytes, name: str, field: tuple[int, int, str], value: int) -> bytes:
    """The bytes of an archive in which a part's records say something else."""
    found = bytearray(whole)
    for (mark, length), place in zip((CENTRAL, LOCAL), field, strict=False):
        at = found.find(mark)
        while at >= 0:
            if found[at + length : at + length + len(name)] == name.encode():
                struct.pack_into(field[2], found, at + int(place), value)
            at = found.find(mark, at + 1)
    return bytes(found)


def replaced(name: str, content: bytes | Callable[[bytes], bytes]) -> Edit:
    """Another content for a part."""
    return lambda parts: [
        (each, (content(old) if callable(content) else content) if each == name else old) for each, old in parts
    ]


def dropped(name: str) -> Edit:
    """A part less."""
    return lambda parts: [(each, old) for each, old in parts if each != name]


def renamed(name: str, other: str) -> Edit:
    """Another name for a part."""
    return lambda parts: [(other if each == name else each, old) for each, old in parts]


def swapped(name: str, other: str) -> Edit:
    """Two parts with each other's contents."""
    names = {name: other, other: name}
    return lambda parts: [(each, dict(parts)[names.get(each, each)]) for each, _ in parts]


def array(change: Callable[[np.ndarray], Any]) -> Callable[[bytes], bytes]:
    """What an array's part is when the array is changed and saved."""

    def saved(content: bytes) -> bytes:
        file = io.BytesIO()
        np.save(file, change(np.load(io.BytesIO(content))), allow_pickle=True)
        return file.getvalue()

    return saved


def header(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Other words in the header of an array, in the room that there is."""

    def changed(content: bytes) -> bytes:
        end = content.index(b"\n")
        words = content[10:end].replace(old, new).rstrip()
        return content[:10] + words.ljust(end - 10) + content[end:]

    return changed
