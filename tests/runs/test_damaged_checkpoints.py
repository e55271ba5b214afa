"""What is wrong with a checkpoint is a line, or does not matter: never another error, another state, or much memory."""

import json
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm.errors import CheckpointError, HuzhuError
from abm.model import MutualAidModel
from abm.runs.checkpoint import resume, save
from worlds.busy import busy, finish
from worlds.damage import (
    FLAGS,
    METHOD,
    PACKED,
    SIZE,
    SUMS,
    Edit,
    array,
    dropped,
    forged,
    header,
    packed,
    parts_of,
    renamed,
    replaced,
    swapped,
)

PERSONS = 60
ROWS, STATE, SCENARIO = "persons.npy", "state.json", "scenario.toml"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of a very little world."""
    path = tmp_path_factory.mktemp("kept") / "a.huzhu"
    save(finish(busy(changes={"people.persons": PERSONS, "people.population": PERSONS * 1000}), 3), path)
    return path


def refused(content: bytes, path: Path) -> str:
    """The line with which a checkpoint is refused; empty where it is gone on from in the state that it was saved in."""
    path.write_bytes(content)
    try:
        model = resume(path)
    except CheckpointError as error:
        line = str(error)
        assert line.startswith(f"{path}: ")
        assert len(line.splitlines()) == 1
        assert len(line) < len(str(path)) + 250
        return line
    save(model, path)
    model.close()
    return ""


def must_be_whole_or_refused(content: bytes, kept: Path, path: Path) -> bool:
    """Whether a damaged checkpoint is refused; if not, its state is that of the undamaged one, to the byte."""
    if refused(content, path):
        return True
    assert path.read_bytes() == kept.read_bytes()
    return False


def places(whole: bytes) -> Iterator[int]:
    """Of an archive: every byte that is no content of a part."""
    at = whole.find(b"PK")
    while at >= 0:
        yield from range(at, min(at + 70, len(whole)))
        at = whole.find(b"PK", at + 2)


def flipped(whole: bytes, at: int, bits: int) -> bytes:
    return whole[:at] + bytes([whole[at] ^ bits]) + whole[at + 1 :]


def test_the_same_state_is_the_same_bytes_whenever_it_is_saved(kept: Path, tmp_path: Path) -> None:
    assert refused(kept.read_bytes(), tmp_path / "b.huzhu") == ""
    assert (tmp_path / "b.huzhu").read_bytes() == kept.read_bytes()
    with zipfile.ZipFile(kept) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {part.create_system for part in archive.infolist()} == {3}


def test_a_bit_that_is_flipped_anywhere_is_told(kept: Path, tmp_path: Path) -> None:
    whole = kept.read_bytes()
    sample = np.random.default_rng(1).integers(0, len(whole), 60).tolist()
    found = [must_be_whole_or_refused(flipped(whole, at, 1 << at % 8), kept, tmp_path / "b.huzhu") for at in sample]
    assert sum(found) > 50


@pytest.mark.slow
def test_a_byte_that_is_flipped_among_the_records_of_the_archive_is_told(kept: Path, tmp_path: Path) -> None:
    whole = kept.read_bytes()
    for at in list(places(whole))[::3]:
        must_be_whole_or_refused(flipped(whole, at, (1, 0x80, 0xFF)[at % 3]), kept, tmp_path / "b.huzhu")


@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_a_file_that_is_cut_off_or_that_something_is_put_before_is_told(
    part: float, kept: Path, tmp_path: Path
) -> None:
    whole = kept.read_bytes()
    rest = round(part * len(whole))
    assert must_be_whole_or_refused(whole[:rest], kept, tmp_path / "b.huzhu")
    assert must_be_whole_or_refused(whole[-rest:] if rest else b"no archive", kept, tmp_path / "b.huzhu")
    must_be_whole_or_refused(whole + bytes(rest), kept, tmp_path / "b.huzhu")
    must_be_whole_or_refused(bytes(rest) + whole, kept, tmp_path / "b.huzhu")


def test_a_folder_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot be read: Is a directory"):
        resume(tmp_path)


EDITS: dict[str, Edit] = {
    "without the state": dropped(STATE),
    "without the persons": dropped(ROWS),
    "without checksums": dropped(SUMS),
    "without anything": lambda _: [],
    "with a part more": lambda parts: [*parts, ("more.txt", b"")],
    "with a part twice": lambda parts: [*parts, parts[2]],
    "with a part twice and other words": lambda parts: [*parts, (parts[2][0], b"other")],
    "renamed": renamed(ROWS, "Persons.npy"),
    "renamed out of the folder": renamed(ROWS, "../persons.npy"),
    "renamed to what another is called": renamed(ROWS, "memberships.npy"),
    "rows swapped": swapped(ROWS, "memberships.npy"),
    "arrays of one shape swapped": swapped("incidence.npy", "highest_incidence.npy"),
    "state and scenario swapped": swapped(STATE, SCENARIO),
    "checksums of another": replaced(SUMS, b"{}"),
    "no checksums": replaced(SUMS, b"null"),
    "checksums in a list": replaced(SUMS, b'["persons.npy"]'),
    "checksums that are no JSON": replaced(SUMS, b"\xff{"),
    "other persons": replaced(ROWS, array(lambda rows: rows[::-1])),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_parts_that_are_not_those_of_the_checksums_are_told(edit: Edit, kept: Path, tmp_path: Path) -> None:
    assert must_be_whole_or_refused(packed(edit(parts_of(kept)), right_sums=False), kept, tmp_path / "b.huzhu")


FORGED: dict[str, Edit] = {
    "one person less": replaced(ROWS, array(lambda rows: rows[1:])),
    "as many persons in a table": replaced(ROWS, array(lambda rows: rows.reshape(2, -1))),
    "no persons": replaced(ROWS, array(lambda rows: rows[:0])),
    "one number": replaced(ROWS, array(lambda rows: np.float64(1))),
    "an object": replaced(ROWS, array(lambda rows: np.array([{}], object))),
    "persons of another kind": replaced(ROWS, array(lambda rows: rows.view("V64"))),
    "numbers of the other order": replaced("first.npy", array(lambda first: first.astype(">u4"))),
    "numbers of twice the size": replaced("first.npy", array(lambda first: first.astype(np.uint64))),
    "columns first": replaced("signals.npy", header(b"'fortran_order': False", b"'fortran_order': True")),
    "a shape of ten digits": replaced(ROWS, header(b"(60,)", b"(9999999999,)")),
    "a shape below nothing": replaced(ROWS, header(b"(60,)", b"(-1,)")),
    "a shape of text": replaced(ROWS, header(b"(60,)", b"('60',)")),
    "a header of the second Python": replaced(ROWS, header(b"(60,)", b"(60L,)")),
    "a header that is no header": replaced(ROWS, header(b"'descr'", b"('descr'")),
    "a header of four billion bytes": replaced(ROWS, lambda old: b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + old[10:]),
    "no header": replaced(ROWS, lambda old: old[128:]),
    "nothing": replaced(ROWS, b""),
    "rows that end too early": replaced(ROWS, lambda old: old[:-1]),
    "rows that go on": replaced(ROWS, lambda old: old + b"\0"),
    "friends that there are not": replaced("friends.npy", array(lambda friends: friends + PERSONS)),
    "friends before all": replaced("friends.npy", array(lambda friends: friends - PERSONS)),
    "friends of nobody": replaced("first.npy", array(lambda first: first[::-1].copy())),
    "rows swapped": swapped(ROWS, "memberships.npy"),
    "state and scenario swapped": swapped(STATE, SCENARIO),
    "without the persons": dropped(ROWS),
    "with a part more": lambda parts: [*parts, ("more.txt", b"")],
    "a scenario that is no TOML": replaced(SCENARIO, b"title = "),
    "a scenario that is no text": replaced(SCENARIO, b"\xff\xfe"),
    "a scenario of deep tables": replaced(SCENARIO, b"a = " + b"[" * 100_000),
    "a scenario of more persons": replaced(SCENARIO, lambda old: old.replace(b"persons = 60", b"persons = 99999999")),
    "a scenario of more persons in a larger nation": replaced(
        SCENARIO,
        lambda old: old.replace(b"population = 60000", b"population = 99999999").replace(
            b"persons = 60", b"persons = 9999999"
        ),
    ),
    "a scenario of another plan": replaced(SCENARIO, lambda old: old.replace(b"[platform.x", b"[platform.y")),
    "a state that is null": replaced(STATE, b"null"),
    "a state in a list": replaced(STATE, b"[]"),
    "an empty state": replaced(STATE, b"{}"),
    "a state that is no text": replaced(STATE, b"\xff\xfe"),
    "a deep state": replaced(STATE, b"[" * 100_000),
    "a state of a long number": replaced(STATE, b'{"program": ' + b"9" * 10_000 + b"}"),
    "a state of another version": replaced(STATE, lambda old: old.replace(b'"program": "', b'"program": "9.')),
}


@pytest.mark.parametrize("edit", FORGED.values(), ids=FORGED.keys())
def test_parts_that_no_model_has_are_told_even_with_right_checksums(edit: Edit, kept: Path, tmp_path: Path) -> None:
    assert must_be_whole_or_refused(packed(edit(parts_of(kept))), kept, tmp_path / "b.huzhu")


def test_rows_of_other_fields_are_those_of_other_code_and_no_damage(kept: Path, tmp_path: Path) -> None:
    for edit in (FORGED["persons of another kind"], FORGED["numbers of the other order"]):
        assert "was written by other code than this" in refused(packed(edit(parts_of(kept))), tmp_path / "b.huzhu")


def other_values(value: Any, change: Callable[[Any], None]) -> Iterator[None]:
    """Step by step a state in which one value is another, each in its turn; what was there comes back."""
    for key in list(value) if isinstance(value, dict) else range(min(2, len(value))):
        old = value[key]
        for new in (None, [], {}, "x", -1, 10**30, {"kind": "x"}, {"kind": "Stage", "value": 99}):
            change((value, key, new))
            yield
        change((value, key, old))
        if isinstance(old, dict | list) and old and key not in ("series", "random", "latest"):
            yield from other_values(old, change)


def put(what: tuple[Any, Any, Any]) -> None:
    value, key, new = what
    value[key] = new


def resumed(content: bytes, path: Path) -> MutualAidModel | None:
    path.write_bytes(content)
    try:
        return resume(path)
    except HuzhuError:
        return None


def other_states(kept: Path, every: int) -> Iterator[bytes]:
    parts = parts_of(kept)
    state = json.loads(dict(parts)[STATE])
    for number, _ in enumerate(other_values(state, put)):
        if number % every == 0:
            yield packed(replaced(STATE, json.dumps(state).encode())(parts))


@pytest.mark.parametrize("every", [37, pytest.param(4, marks=pytest.mark.slow)])
def test_a_state_with_a_value_of_another_kind_is_a_line_or_can_be_gone_on_from(
    every: int, kept: Path, tmp_path: Path
) -> None:
    found = [resumed(content, tmp_path / "b.huzhu") for content in other_states(kept, every)]
    assert found.count(None) > 0.7 * len(found)


def bombs(kept: Path) -> Iterator[bytes]:
    """Archives that say, or come to, many times their size."""
    whole, parts = kept.read_bytes(), parts_of(kept)
    for name in (ROWS, STATE, SUMS, SCENARIO):
        for size in (len(whole), 0xFFFFFFF0, 0xFFFFFFFF):
            yield forged(whole, name, SIZE, size)
            yield forged(forged(whole, name, SIZE, size), name, PACKED, size)
        yield packed(replaced(name, lambda old: old + bytes(30_000_000))(parts), method=zipfile.ZIP_DEFLATED)


def test_what_claims_to_be_large_takes_no_room(kept: Path, tmp_path: Path) -> None:
    for content in bombs(kept):
        tracemalloc.start()
        assert refused(content, tmp_path / "b.huzhu")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
        tracemalloc.stop()


@pytest.mark.parametrize("name", [ROWS, STATE, SCENARIO, SUMS])
@pytest.mark.parametrize(
    ("field", "value"), [(METHOD, 8), (METHOD, 12), (METHOD, 14), (METHOD, 99), (FLAGS, 1), (FLAGS, 32), (FLAGS, 64)]
)
def test_parts_that_are_packed_or_locked_otherwise_are_told(
    name: str, field: tuple[int, int, str], value: int, kept: Path, tmp_path: Path
) -> None:
    assert must_be_whole_or_refused(forged(kept.read_bytes(), name, field, value), kept, tmp_path / "b.huzhu")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_checkpoint_that_was_packed_anew_is_told(method: int, kept: Path, tmp_path: Path) -> None:
    assert must_be_whole_or_refused(packed(parts_of(kept), method=method), kept, tmp_path / "b.huzhu")
