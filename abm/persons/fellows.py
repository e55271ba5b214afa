"""Fellows: the people whom a simulated person stands for, and who fall ill one by one.

A row lives a life of its own. Besides itself it stands for `fellows` others, who share its decisions and beliefs and
fall ill independently of it and of each other. Critical illness is rare: if the row's own case stood for all of them, a
sample would see a handful of cases where the nation saw thousands, and shares would jump as none did.

Given what a row does, the diagnoses of its fellows are the departures of a queue without waiting (M/G/infinity), which
are independent Poisson counts (Eick, Massey and Whitt, "The physics of the Mt/G/infinity queue", Operations Research
1993). So nothing is kept of fellows who are ill and do not know: it is drawn how many are diagnosed now, and for each,
backwards, when the illness began. A row's headcount does not shrink by its fellows' illness: its own removes all of
them, which is as many as are expected. Fellows follow the rules of `behaviours`, whatever a member class overrides.

This is exact to first order in the incidence. What is left: a person turned away at the door for an illness of their
own takes well fellows along, and who was ill at the start dies out with the row. Against nations simulated whole,
claims are 3 to 4 % fewer at seven to fifteen times the real incidence, and so some 0.35 % at the real one. The other
way: a member may lapse before filing, where a fellow's claim stands: in the scenario about one claim in two hundred.
"""

import math

import numpy as np

from abm.draws import B32, LOW_32, SLOTS_PER_PURPOSE, Purpose, draw, draw_bits
from abm.jit import behaviour, rule, sequence
from abm.market import PLATFORMS, World
from abm.persons import rules
from abm.persons.cases import LOTS
from abm.persons.situation import age_at, age_of, has_aided_friend, known_risk, thinks_of_claim
from abm.persons.state import COVERED, DIAGNOSED, FEMALE, HONEST, WAITING

PART = 1.0 / (1 << 32)
START: int = np.int64(0)  # the first step; not a plain whole number, for each of which numba would compile anew
CHUNK = 16.0  # the largest mean of a Poisson count that one number decides
MOST_PRIOR = 2.0
MOST_IN_A_CHUNK = 120  # of which the chance is less than that of any number drawn
FAR_BEYOND = 4.0  # times the room that there is: so many are never drawn where a fourth is enough
FALL_ILL, FELLOWS, ONSET, SEVERITY, FILE_CLAIM, NOTICE = (
    purpose * SLOTS_PER_PURPOSE
    for purpose in (
        Purpose.FALL_ILL,
        Purpose.FELLOWS,
        Purpose.ONSET,
        Purpose.SEVERITY,
        Purpose.FILE_CLAIM,
        Purpose.NOTICE,
    )
)


class LatentStock:
    """Of cases that began, one a period: those not yet diagnosed, by the period in which they began.

    `by_onset`: those from before the first step together, then step by step up to the last one; `chance` is that of a
    diagnosis in the present step, None before the first.
    """

    def __init__(self, latency_years: float) -> None:
        self.by_onset = np.array([rules.PERIODS_PER_YEAR * latency_years])
        self.chance: float | None = None

    def pass_period(self, diagnosis_chance: float) -> None:
        """A period is over in which so many of the undiagnosed were diagnosed, and others fell ill."""
        self.by_onset = np.append(self.by_onset * (1.0 - diagnosis_chance), 1.0)

    def begin(self, world: World, diagnosis_chance: float) -> None:
        """Tell the world the chance of a diagnosis in this step, and how many there are of one case in each step."""
        if self.chance is not None:
            self.pass_period(self.chance)
        self.chance = diagnosis_chance
        world.settings["diagnosis_chance"] = diagnosis_chance
        p, latent = world.settings[0], self.by_onset.cumsum()
        world.latent[: latent.size] = latent
        most = diagnoses_of(latent[-1] + latent[0] * (MOST_PRIOR - 1.0), world) / rules.PERIODS_PER_YEAR
        p["highest_rate"] = p["fellows"] * most


@rule("u8(u8, u8, u8)")
def key_of_fellows(seed: int, row: int, step: int) -> int:
    """The key of all numbers drawn for the fellows of a row who are diagnosed in a step.

    With it the fellow's number, from 1, stands in the place of the person: the same row, step and number are the same
    luck under two policies, however many fellows there are.
    """
    return draw_bits(seed, step, row, FELLOWS) & LOW_32


@rule("f8(u8)")
def upper(both: int) -> float:
    """The upper of the two numbers in [0, 1) that the cipher gives at once, with 32 bits each."""
    return (both >> B32) * PART


@rule("f8(u8)")
def lower(both: int) -> float:
    """The lower one."""
    return (both & LOW_32) * PART


@rule("i8(f8, f8)")
def poisson(left: float, mean: float) -> int:
    """A Poisson count of a mean of at most `CHUNK`, by a number in (0, 1]: the smaller the number, the more."""
    found, term = 0, math.exp(-mean)
    tail = -math.expm1(-mean)
    while left <= tail and found < MOST_IN_A_CHUNK:
        found += 1
        term *= mean / found
        tail -= term
    return found


@behaviour
def diagnoses_of(latent: float, world: World) -> float:
    """Diagnoses in this step for one case that begins in each step, and a stock of `latent` ones."""
    p = world.settings[0]
    return p["accident_share"] + (1.0 - p["accident_share"]) * p["diagnosis_chance"] * latent


@behaviour
def prior(me: np.void, world: World) -> float:
    """How many times likelier it is that a fellow was latently ill at the start, since none had been diagnosed before.

    As persons are founded: of those not diagnosed, so many more are latent.
    """
    incidence = world.incidence[me["traits"] & FEMALE, age_at(me, START, world)] * np.float64(me["frailty"])
    return min(MOST_PRIOR, 1.0 / max(0.1, 1.0 - incidence * world.settings[0]["survival_years"]))


@behaviour
def highest_incidence_of(me: np.void, world: World) -> float:
    """The highest annual incidence up to the age of a person, and of the fellows."""
    return world.highest_incidence[me["traits"] & FEMALE, age_of(me, world)] * np.float64(me["frailty"])


@behaviour
def latent_before_all(me: np.void, world: World) -> float:
    """How much more than a well-mixed stock is latent in a fellow from before the first step, for one case a step."""
    return world.latent[0] * (prior(me, world) - 1.0)


@behaviour
def in_a_plan(row: int, world: World) -> bool:
    """Whether friends saw the person in a plan in the last step; who was aided is seen too, and is diagnosed."""
    return np.int64(world.signals[row]) & PLATFORMS != 0


@behaviour
def expected_diagnoses(me: np.void, world: World) -> float:
    """Diagnoses expected now among the fellows of a member, at the highest incidence up to their age."""
    p = world.settings[0]
    stock = world.latent[p["now"]] + latent_before_all(me, world)
    return p["fellows"] * diagnoses_of(stock, world) * highest_incidence_of(me, world) / rules.PERIODS_PER_YEAR


@sequence
def struck(
    persons: np.ndarray, first: int, falling: np.ndarray, world: World, rows: np.ndarray, expected: np.ndarray
) -> int:
    """Find those, from row `first` on, of whose fellows any are diagnosed, and how many are expected; their number.

    The upper end of the numbers in `falling` says it, the lower one who falls ill. In the others is room for all.
    """
    highest_rate, members, asked, number = world.settings[0]["highest_rate"], 0, 0, 0  # in short loops without branches
    for row in range(first, first + falling.size):
        rows[members] = row
        members += np.int64(in_a_plan(row, world))
    for row in rows[:members]:
        me = persons[row]
        most = highest_rate * highest_incidence_of(me, world)  # the most that it can be, and cheap to ask
        rows[asked] = row
        asked += np.int64((me["health"] != DIAGNOSED) & (1.0 - falling[row - first] <= most))
    for row in rows[:asked]:
        left, mean = 1.0 - falling[row - first], expected_diagnoses(persons[row], world)
        if left <= mean and (mean > CHUNK or left <= -math.expm1(-mean)):
            rows[number], expected[number] = row, mean
            number += 1
    return number


@behaviour
def number_struck(mean: float, key: int, u: float, world: World) -> int:
    """How many fellows are diagnosed of so many expected, those among them whose illness is found not to have begun."""
    found, chunk = poisson(1.0 - u, min(mean, CHUNK)), 1
    while mean > chunk * CHUNK:
        left = 1.0 - draw(key, world.settings[0]["now"], chunk, FELLOWS)
        found += poisson(left, min(mean - chunk * CHUNK, CHUNK))
        chunk += 1
    return found


@sequence
def diagnose(
    persons: np.ndarray, memberships: np.ndarray, first: int, falling: np.ndarray, world: World, cases: np.ndarray
) -> int:
    """Enter into `cases` the claims that come of fellows diagnosed in this step; their number, -1 for want of room.

    Looked at are the persons from row `first` on, one for each number in `falling`, as `struck` takes them.
    """
    p = world.settings[0]
    seed, now, chance = p["seed"], p["now"], p["filing_chance"]
    log_of_waiting = math.log1p(-chance) if chance < 1.0 else -np.inf
    rows, expected = np.empty(falling.size, np.int64), np.empty(falling.size)
    written = np.int64(0)
    for i in range(struck(persons, first, falling, world, rows, expected)):
        row = rows[i]
        me, mine = persons[row], memberships[row]
        if expected[i] > FAR_BEYOND * cases.size:
            return -1  # without drawing so many
        key = key_of_fellows(seed, row, now)
        count = number_struck(expected[i], key, falling[row - first], world)
        if written + count * mine.size > cases.size:
            return -1
        for fellow in range(1, count + 1):
            written = _diagnose_one(me, mine, row, fellow, key, world, log_of_waiting, cases, written)
    return written


@behaviour
def _diagnose_one(
    me: np.void,
    mine: np.ndarray,
    row: int,
    number: int,
    key: int,
    world: World,
    log_of_waiting: float,
    cases: np.ndarray,
    written: int,
) -> int:
    """One fellow: accident or illness, when it began, and in each plan whether and when a claim is filed."""
    p = world.settings[0]
    now = p["now"]
    both = draw_bits(key, now, number, ONSET)
    onset = _onset(me, upper(both), now, world)
    if not _began(me, lower(both), onset, world):
        return written
    mild = draw(key, now, number, SEVERITY) < world.mild[age_of(me, world)]
    for s in range(mine.size):
        m, k = mine[s], np.int64(mine[s]["platform"])
        if k < 0:
            break
        offer = world.offers[k]
        covered = m["status"] == COVERED or (m["status"] == WAITING and onset == now)
        if not covered or now > offer["covered_until"] or (mild and not world.mild_covered[k, now]):
            continue
        # What a fellow knew at the door: the risk that the row shares, or signs of an illness of their own.
        knew = known_risk(me, k, world)
        knew = knew or (onset <= m["joined"] and draw(key, m["joined"], number, NOTICE) < p["noticed_share"])
        if knew and me["traits"] & HONEST:
            continue  # was turned away
        both = draw_bits(key, now, number, FILE_CLAIM + k)
        delay = filing_delay(upper(both), log_of_waiting, offer["claim_window"])
        if delay < 0:
            continue
        case = cases[written]
        case["person"], case["number"], case["platform"], case["slot"] = row, number, k, s
        case["found"], case["due"] = now, now + delay
        case["age"], case["mild"], case["concealed"] = age_of(me, world), mild, knew
        case["lot"] = np.uint16(lower(both) * LOTS)
        aware = thinks_of_claim(key, now, number, offer["claim_awareness"])
        case["unaware"] = not (aware or has_aided_friend(row, world))
        written += 1
    return written


@behaviour
def _onset(me: np.void, u: float, now: int, world: World) -> int:
    """The step in which it began: this one for an accident, -1 for all before the first."""
    p = world.settings[0]
    more = latent_before_all(me, world)
    place = u * diagnoses_of(world.latent[now] + more, world) - p["accident_share"]
    if place < 0.0 or p["diagnosis_chance"] == 0.0:
        return now
    place = place / ((1.0 - p["accident_share"]) * p["diagnosis_chance"]) - more
    first, last = np.int64(0), np.int64(now)
    while first < last:  # the first sum that is above
        middle = (first + last) // 2
        if world.latent[middle] > place:
            last = middle
        else:
            first = middle + 1
    return first - 1


@behaviour
def _began(me: np.void, u: float, onset: int, world: World) -> bool:
    """Whether an illness began at that age, of those that would have begun at the highest incidence."""
    incidence = world.incidence[me["traits"] & FEMALE, age_at(me, max(0, onset), world)]
    then = rules.illness_chance(incidence, np.float64(me["frailty"]))
    # At the highest incidence it may come to more than one; then as many fewer did.
    return u * highest_incidence_of(me, world) / rules.PERIODS_PER_YEAR < then


@rule("i8(f8, f8, i8)")
def filing_delay(u: float, log_of_waiting: float, window: int) -> int:
    """Periods until the papers are together, geometric; -1 where that is too late for a claim.

    `log_of_waiting`: logarithm of the chance that they are not together in a period.
    """
    waited = math.log1p(-u)
    return -1 if waited <= (window + 1) * log_of_waiting else int(waited / log_of_waiting)
