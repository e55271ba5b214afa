"""Chance: a published generator, known answers, and draws that do not hang together."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from abm import draws
from abm.draws import SLOTS_PER_PURPOSE, USES, Purpose, draw, founding, philox

ABM = Path(draws.__file__).parent

# Random123, kat_vectors: philox2x32 with 7 rounds; counter (two words), key, answer (two words).
KNOWN_ANSWERS = [
    (0x00000000, 0x00000000, 0x00000000, 0x257A3673, 0xCD26BE2A),
    (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xAB302C4D, 0x3DC9D239),
    (0x243F6A88, 0x85A308D3, 0x13198A2E, 0xBEDBBE6B, 0xE4C770B3),
]


@pytest.mark.parametrize(("left", "right", "key", "answer_left", "answer_right"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(
    left: int, right: int, key: int, answer_left: int, answer_right: int
) -> None:
    assert int(philox(left, right, key)) == answer_left << 32 | answer_right


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**16 - 1))
def test_a_draw_is_at_least_nothing_and_less_than_one(seed: int, step: int, person: int, purpose: int) -> None:
    assert 0 <= draw(seed, step, person, purpose) < 1


@pytest.mark.parametrize("argument", range(4))
def test_draws_that_differ_in_one_argument_are_uniform_and_do_not_hang_together(argument: int) -> None:
    """4,000 draws along each argument: Kolmogorov-Smirnov and lag-one correlation within four standard errors."""
    base = [5, 17, 12345, int(Purpose.FALL_ILL) * SLOTS_PER_PURPOSE]
    numbers = []
    for value in range(4000):
        arguments = list(base)
        arguments[argument] = value
        numbers.append(draw(*arguments))
    assert kstest(numbers, "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 4 / np.sqrt(4000)


def test_no_two_purposes_share_a_number() -> None:
    asked = [draw(1, 1, 1, purpose * SLOTS_PER_PURPOSE + k) for purpose in Purpose for k in range(24)]
    assert len(set(asked)) == len(asked)


def test_founding_draws_are_those_of_single_persons_wherever_the_chunk_begins() -> None:
    whole = founding(9, 0, 1000, Purpose.INCOME)
    assert (whole[300:500] == founding(9, 300, 200, Purpose.INCOME)).all()
    assert whole[7] == draw(9, 0, 7, Purpose.INCOME * SLOTS_PER_PURPOSE) + draws.TO_UNIT / 2
    assert whole.min() > 0


def test_every_purpose_says_who_draws_when_and_what_it_decides() -> None:
    assert list(USES) == list(Purpose)
    for use in USES.values():
        assert all(use)
    assert len({use.decides for use in USES.values()}) == len(Purpose)


def test_every_purpose_is_drawn_for_but_that_of_the_tier() -> None:
    text = "".join(path.read_text("utf-8") for path in ABM.rglob("*.py") if path.name != "draws.py")
    assert set(re.findall(r"\bPurpose\.([A-Z_]+)", text)) == {purpose.name for purpose in Purpose} - {"TIER"}
