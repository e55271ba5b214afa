"""Words of a command that nobody would write by hand get one short line, as slips do."""

import pytest

from abm.cli.main import main
from abm.errors import MOST_LETTERS, HuzhuError, told

DIGITS, LETTERS = "9" * 5_000, "x" * 5_000
WORDS = {
    "a number of thousands of digits": (["--set", f"slots={DIGITS}"], "--set slots: a number of thousands of digits"),
    "a deep list": (["--set", f"slots={'[' * 5_000}"], "--set slots: tables or lists lie too deep in each other"),
    "no equals sign": (["--set", LETTERS], f"--set '{'x' * 119}...: write key=value"),
    "a long key": (["--set", f"{LETTERS}=1"], f"'{'x' * 119}...: unknown key"),
    "a key of two lines": (["--set", "a\nhuzhu: done.b.c=1"], "'a\\nhuzhu: done': unknown key"),
    "a place beyond all lists": (["--set", f"shocks.{DIGITS}.factor=1"], "must be a whole number from 0 to 2"),
    "a platform of a long name": (["--set", f"platform.{LETTERS}.fee_rate=1"], f"no platform '{'x' * 119}...; there"),
    "a year beyond all years": (["--until", "9" * 30], f"'{'9' * 30}' is not a date"),
    "a day of many digits": (["--until", DIGITS], "is not a date"),
    "more persons than digits can be": (["--persons", DIGITS], "argument --persons: invalid int value: '999"),
    "a seed of many digits": (["--seed", "9" * 400], "seed = 999"),
    "a letter that a terminal obeys": (["--seed", "\x1b[2J"], "invalid int value: '\\x1b[2J'"),
    "a null in a file's name": (["--set", "people.age_structure=./a\x00b"], "embedded null byte"),
}


@pytest.mark.parametrize("name", WORDS)
def test_hostile_words_get_one_short_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    words, expected = WORDS[name]
    try:
        status = main(["run", "xianghubao", *words])
    except SystemExit as stop:
        status = int(stop.code or 0)
    (line,) = capsys.readouterr().err.splitlines()
    assert status == 2
    assert expected in line
    assert len(line) < MOST_LETTERS + 100
    assert line.isprintable()


def test_no_line_of_a_mistake_is_endless_or_obeyed_by_a_terminal() -> None:
    first, second = str(HuzhuError(f"{LETTERS}\n\x1b[31mred")).splitlines()
    assert first == f"{'x' * MOST_LETTERS}..."
    assert second == "\\x1b[31mred"
    assert told("互助 is kept") == "互助 is kept"
