"""Chance as a pure function: who asks, when, and for what purpose decide the number, never the order of asking.

The generator is Philox2x32 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3"
(SC 2011), with the seven rounds that they found enough for BigCrush. The same seed under two policies is the
same luck: the same people fall ill.
"""

import operator
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from abm.errors import ModelError, shown
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
    FELLOWS = 46
    ONSET = 47
    LOT = 48
    TASTE = 49
    TASTE_OF_INSURANCE = 50
    RENEW_TASTES = 51
    HEED = 52
    AWARE = 53
    CARE = 54
    GUARDIAN = 55
    ENROL = 56
    RENEW_REASONS = 57
    PARTING = 58
    ANSWER = 59
    PAGE = 60
    LET_LAPSE = 61
    HOME = 62
    OVERLOOK = 63


class Use(NamedTuple):
    """Who draws a number for a purpose, in which phase of a person or of the step, and what it decides."""

    drawn_for: str
    phase: str
    decides: str


USES = {
    Purpose.AGE: Use("person", "founding", "age within the person's age band"),
    Purpose.SEX: Use("person", "founding", "whether the person is a woman"),
    Purpose.TIER: Use(
        "person", "founding", "city tier; kept free: persons are founded tier by tier, and nothing is drawn"
    ),
    Purpose.INCOME: Use("person", "founding", "rank by income among those of the same city tier"),
    Purpose.CREDIT: Use("person", "founding", "credit score"),
    Purpose.INSURED: Use("person", "founding", "whether the person has critical-illness insurance at the start"),
    Purpose.HIGH_RISK: Use("person", "founding", "whether the person is at high risk"),
    Purpose.FRAILTY: Use("person", "founding", "frailty within the group of high or of ordinary risk"),
    Purpose.HONEST: Use("person", "founding", "whether the person declares truthfully"),
    Purpose.RISK_AVERSION: Use("person", "founding", "risk aversion"),
    Purpose.ALTRUISM: Use("person", "founding", "altruism"),
    Purpose.HERDING: Use("person", "founding", "herding"),
    Purpose.ANXIETY: Use("person", "founding", "anxiety"),
    Purpose.ATTENTION: Use("person", "founding", "attention"),
    Purpose.INERTIA: Use("person", "founding", "inertia"),
    Purpose.PATIENCE: Use("person", "founding", "patience"),
    Purpose.ILL_BEFORE: Use(
        "person", "founding", "whether the person is latently ill or was diagnosed before the start"
    ),
    Purpose.REWIRE: Use(
        "person", "founding", "whether a friendship reaches beyond one's own neighbourhood; one number a tie"
    ),
    Purpose.NEW_FRIEND: Use("person", "founding", "the other end of a friendship that does; one number a tie"),
    Purpose.MEET: Use("person", "hear", "which friend the person meets"),
    Purpose.SEE_ADVERTISEMENT: Use("person", "hear", "whose advertisements come by"),
    Purpose.FALL_ILL: Use("person", "fall_ill", "whether the person falls ill, and whether by accident"),
    Purpose.BE_DIAGNOSED: Use("person", "fall_ill", "whether a latent illness is diagnosed"),
    Purpose.FILE_CLAIM: Use(
        "claimant and plan", "claim", "when, once the claim is thought of, the papers are together and it is filed"
    ),
    Purpose.DEDUCTION: Use("person and plan", "settle", "whether a deduction, or its retry, fails"),
    Purpose.THINK: Use("person", "choose", "whether the person thinks again"),
    Purpose.STAY: Use("person and plan", "choose", "whether a member stays"),
    Purpose.JOIN: Use("person and plan", "choose", "whether the person joins the plan that is worth most"),
    Purpose.NOTICE: Use(
        "person", "settle, choose, insure", "whether there are signs of an undiagnosed illness, to declare or to fear"
    ),
    Purpose.DETECTION: Use("claimant and plan", "investigate", "whether investigators find a concealed illness"),
    Purpose.WRONG_REFUSAL: Use("claimant and plan", "investigate", "whether investigators refuse an honest claim"),
    Purpose.JURY: Use("claimant and plan", "investigate", "whether a jury of members overturns a wrong refusal"),
    Purpose.SEVERITY: Use(
        "claimant",
        "claim, investigate",
        "whether the case is mild; drawn for the step of the diagnosis, alike in all plans",
    ),
    Purpose.TOP_UP: Use("person and plan", "settle", "whether a member fills up a deposit"),
    Purpose.AUDIENCE: Use("person and plan", "once", "whether the person uses the pages on which the plan is offered"),
    Purpose.RECOMMEND: Use("person", "hear", "whether the friend recommends the plans that they are in"),
    Purpose.ASSESS: Use("person and plan", "once", "error of a risk as assessed, under division by risk"),
    Purpose.APPROACH: Use("person", "insure", "which insurance is offered to the person, and by whom"),
    Purpose.BUY: Use("person and product", "insure", "whether the person buys it"),
    Purpose.UNDERWRITE: Use(
        "person and product",
        "insure, or once",
        "whether underwriters turn a known risk or illness away: at this offer, or at all",
    ),
    Purpose.CONVERT: Use(
        "person and plan", "settle", "whether a member takes the insurance offered at the end of a plan"
    ),
    Purpose.END: Use(
        "person and plan", "settle", "whether the membership ends because the plan, or one of its small plans, does"
    ),
    Purpose.SEIZE: Use("person and plan", "settle", "whether the deposit is gone with the plan"),
    Purpose.BOARD: Use("plan", "review", "whether the board closes a plan, or parts with it, until its reasons change"),
    Purpose.SMALL_PLANS: Use("plan", "review", "how many small plans fail, and how many are founded"),
    Purpose.FELLOWS: Use(
        "person",
        "fall_ill",
        "the key of all numbers of the fellows diagnosed in this step; how many they are, above sixteen expected",
    ),
    Purpose.ONSET: Use(
        "fellow",
        "fall_ill",
        "whether it was an accident, or when an illness began; and whether one of a younger age, when it is rarer, did",
    ),
    Purpose.LOT: Use("claimant and plan", "claim", "the place in the queue among the claims filed in one step"),
    Purpose.TASTE: Use(
        "person and plan",
        "choose, settle",
        "the taste for being in it, where tastes last: one number for joining, staying and paying in, until renewed",
    ),
    Purpose.TASTE_OF_INSURANCE: Use(
        "person and product", "insure, settle", "the taste for having it, where tastes last, until renewed"
    ),
    Purpose.RENEW_TASTES: Use("person", "once", "when in the time between two renewals a person's tastes are renewed"),
    Purpose.HEED: Use("person and plan", "learn", "whether bad news of the plan makes its member think"),
    Purpose.AWARE: Use(
        "claimant",
        "claim, settle, choose",
        "how much awareness it takes until a claim is thought of, with every plan; drawn for the step of the diagnosis",
    ),
    Purpose.CARE: Use("person", "founding", "whether another adult of the household decides for an adult"),
    Purpose.GUARDIAN: Use("person", "founding", "by how many years a child's guardian is older; one number a try"),
    Purpose.ENROL: Use("guardian and plan", "once", "whether a guardian in the plan enrols the family in it"),
    Purpose.RENEW_REASONS: Use(
        "plan", "once", "when in the time between two renewals a board's reasons beyond the sum are renewed"
    ),
    Purpose.PARTING: Use("plan", "review", "whether nobody takes over the plan that its parent would part with"),
    Purpose.ANSWER: Use("plan", "review", "whether a board answers the terms of its rival"),
    Purpose.PAGE: Use("person and plan", "hear", "whether money is raised for the ill friend on a page of the plan"),
    Purpose.LET_LAPSE: Use("person and product", "insure", "whether the person lets a policy lapse without a thought"),
    Purpose.HOME: Use("person", "once", "in which of the cities of their tier the person lives"),
    Purpose.OVERLOOK: Use(
        "person and plan", "settle", "whether a used-up deposit is overlooked, or fills up by itself"
    ),
}


def seed_of(seed: Any) -> int:
    """A seed as a plain number, drawn where it is None. Raises `ModelError` for what is none."""
    if seed is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    if isinstance(seed, str) and seed.strip().isdecimal():  # as the box of SolaraViz hands it over
        seed = int(seed) if len(seed) < 20 else seed
    elif isinstance(seed, float | np.floating) and float(seed).is_integer():  # as a column of pandas may hold it
        seed = int(seed)
    try:
        whole = -1 if isinstance(seed, bool) else operator.index(seed)
    except TypeError:
        whole = -1
    if not 0 <= whole < SEEDS:
        raise ModelError(f"seed = {shown(seed)} must be a whole number from 0 to {SEEDS - 1}")
    return whole


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


@rule("u8(u8, u8, u8, u8)")
def draw_bits(seed: int, step: int, person: int, purpose: int) -> int:
    """The 64 bits of which `draw` takes the upper ones; for two numbers of 32 bits at once."""
    return philox(person, (step << B16) | purpose, seed)


@rule("f8(u8, u8, u8, u8)")
def draw(seed: int, step: int, person: int, purpose: int) -> float:
    """A number in [0, 1) that depends on nothing but its four arguments.

    `seed` and `person` are below 2**32, `step` below 2**16. `purpose` is a `Purpose` times
    `SLOTS_PER_PURPOSE`, plus the index of the platform where the question is asked once for each.
    """
    return (draw_bits(seed, step, person, purpose) >> B11) * TO_UNIT


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
