"""Chance as a pure function: who asks, when, and for what purpose decide the number, never the order of asking.

The generator is Philox2x32 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3"
(SC 2011), with the seven rounds that they found enough for BigCrush. The same seed under two policies is the
same luck: the same people fall ill.
"""

from enum import IntEnum

import numpy as np

from abm.jit import behaviour, rule

ROUNDS = 7
MULTIPLIER, WEYL = np.uint64(0xD256D193), np.uint64(0x9E3779B9)
LOW_32 = np.uint64(0xFFFFFFFF)
B11, B16, B32 = np.uint64(11), np.uint64(16), np.uint64(32)
TO_UNIT = 1.0 / (1 << 53)
SLOTS_PER_PURPOSE = 64  # numbers a purpose may use in one step: one a platform
SEEDS = 1 << 32


class Purpose(IntEnum):
    """What a number is drawn for. Each may be asked once per person, step and platform."""

    AGE = 1
    SEX = 2
    TIER = 3
    INCOME = 4
    CREDIT = 5
    INSURED = 6
    HIGH_RISK = 7
    FRAILTY = 8
    HONEST = 9
    RISK_AVERSION = 10
    ALTRUISM = 11
    HERDING = 12
    ANXIETY = 13
    ATTENTION = 14
    INERTIA = 15
    PATIENCE = 16
    ILL_BEFORE = 17
    REWIRE = 18
    NEW_FRIEND = 19
    MEET = 20
    SEE_ADVERTISEMENT = 21
    FALL_ILL = 22
    BE_DIAGNOSED = 23
    FILE_CLAIM = 24
    DEDUCTION = 25
    THINK = 26
    STAY = 27
    JOIN = 28
    NOTICE = 29
    DETECTION = 30
    WRONG_REFUSAL = 31
    JURY = 32
    SEVERITY = 33
    TOP_UP = 34
    AUDIENCE = 35
    RECOMMEND = 36
    ASSESS = 37
    APPROACH = 38
    BUY = 39
    UNDERWRITE = 40
    CONVERT = 41
    END = 42
    SEIZE = 43
    BOARD = 44
    SMALL_PLANS = 45


@rule("u8(u8, u8, u8)")
def philox(left: int, right: int, key: int) -> int:
    """The block cipher: two words of 32 bits and a key of 32 bits in, the two words as one number out."""
    left, right, key = left & LOW_32, right & LOW_32, key & LOW_32
    for _ in range(ROUNDS):
        product = MULTIPLIER * left
        left = (product >> B32) ^ key ^ right
        right = product & LOW_32
        key = (key + WEYL) & LOW_32
    return (left << B32) | right


@rule("f8(u8, u8, u8, u8)")
def draw(seed: int, step: int, person: int, purpose: int) -> float:
    """A number in [0, 1) that depends on nothing but its four arguments.

    `seed` and `person` are below 2**32, `step` below 2**16. `purpose` is a `Purpose` times
    `SLOTS_PER_PURPOSE`, plus the index of the platform where the question is asked once for each.
    """
    return (philox(person, (step << B16) | purpose, seed) >> B11) * TO_UNIT


@behaviour
def fill(numbers: np.ndarray, seed: int, step: int, first: int, purpose: int) -> None:
    """The numbers of one step and purpose for the persons `first`, `first` + 1, ...: several at a time, and fast."""
    for i in range(numbers.size):
        numbers[i] = draw(seed, step, first + i, purpose * SLOTS_PER_PURPOSE)


def founding(seed: int, first: int, count: int, purpose: Purpose) -> np.ndarray:
    """Numbers in (0, 1) for the founding of `count` persons from row `first`, float64."""
    numbers = np.empty(count)
    fill(numbers, seed, 0, first, int(purpose))
    return numbers + TO_UNIT / 2
