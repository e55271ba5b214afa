"""The mechanisms that observers name and what turns each off: rows A1 to A14 and E1, and what their tests share.

The tests are in `test_mechanisms_of_selection`, `_of_the_pool`, `_of_expectation` and `_of_trust`. Each runs worlds
that differ in nothing but the switch, under the same luck.
"""

import re
from pathlib import Path

import pytest

from abm.scenario.declare import bounds
from abm.scenario.paths import field_at
from worlds.switches import SWITCHES


def test_the_table_has_every_row_and_every_row_its_test() -> None:
    assert list(SWITCHES) == [f"A{row}" for row in range(1, 15)] + ["E1"]
    texts = "".join(path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("test_mechanisms_of_*.py")))
    tested = set(re.findall(r'^    """(?:[^"]*\W)?([AE]\d+)\b', texts, re.MULTILINE))
    assert tested >= set(SWITCHES)


@pytest.mark.parametrize("row", SWITCHES)
def test_a_switch_is_a_number_of_the_scenario_within_its_range(row: str) -> None:
    for path, value in SWITCHES[row].off.items():
        field = field_at(path)
        assert field is not None, path
        low, high = bounds(field)
        assert low <= value <= high, path
