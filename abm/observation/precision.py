"""How well a fact is known, and how near to it a model may be asked to come: what a fit needs beside the value.

Both are standard deviations on the scale on which a fact is compared: the natural logarithm of an amount, the logit of
a part of a whole. The *error of the observation* has three parts, by rule: rounding, what is counted, and the chance in
a count of cases. The *discrepancy* is what a model that leaves much out cannot be expected to meet, however its
numbers are set (Kennedy and O'Hagan 2001). A row of the facts file may say either for itself (`facts.FOR_A_FIT`).
"""

import math
from collections.abc import Sequence
from decimal import Decimal

from abm.observation.facts import Fact
from abm.observation.quantities import FLOORS

LOG, LOGIT, CHANCE = "log", "logit", "chance"  # scales

# A number of one digit is not as vague as its digit: "over 100 million" is said when that is passed.
VAGUEST = 0.1  # unit of rounding over value
EVEN = math.sqrt(12)  # a width over the standard deviation of an even spread

# assumption: what stands behind words. "Announced" may keep those who left, accounts registered may be of one person,
# and sharing members of a single period are published with the share.
COUNTED = {
    "cumulative_members": 0.05,
    "cumulative_members_9d": 0.05,
    "active_members": 0.03,
    "members": 0.05,
    "peak_members": 0.03,
    "sharing_members_period": 0.01,
    "sharing_members": 0.05,
    "cumulative_joined": 0.05,
    "peak_joined": 0.05,
    "registered_members": 0.1,
    "registered_total": 0.2,
    "participants": 0.1,
    "survey_never_bought_health_cover": 0.2,
}

# assumption: by kind of quantity, to begin with. Cases come with the money, and mixes are as loose as shares.
ALLOWED = {
    "members": 0.1,
    "sharing": 0.1,
    "joined": 0.1,
    "registered": 0.1,
    "persons": 0.1,
    "share": 0.25,
    "aided": 0.2,
    "money": 0.2,
    "costs": 0.25,
    "mix": 0.25,
    "plans": 0.25,
}


def scale_of(unit: str) -> str:
    """The scale on which amounts of a unit are compared."""
    return LOGIT if unit == "1" else LOG


def scaled(value: float, unit: str) -> float:
    """An amount on its scale, not taken below its floor (`FLOORS`), and a part not above one less its floor."""
    if math.isnan(value):
        return math.nan
    above = max(FLOORS[unit], value)
    if scale_of(unit) == LOG:
        return math.log(above)
    part = min(above, 1.0 - FLOORS[unit])
    return math.log(part / (1.0 - part))


def rounding(value: float) -> float:
    """The error of an amount that was rounded to its last digit, at most to a tenth of it: over the amount.

    That of 27 million is half a million to both sides, evenly spread.
    """
    if value <= 0:
        return 0.0
    exponent = Decimal(f"{value:.15g}").normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return min(VAGUEST, 10.0**exponent / value) / EVEN


def own_error(fact: Fact) -> float:
    """The error of an observation, on its scale."""
    if fact.log_error is not None:
        return fact.log_error
    unit = fact.meaning.unit
    parts = [rounding(fact.value)]
    if scale_of(unit) == LOGIT:  # the slope of a logit is 1 / p (1 - p), that of a logarithm 1 / p
        parts[0] /= max(FLOORS[unit], 1.0 - fact.value)
    parts.append(COUNTED.get(fact.quantity, 0.0))
    parts.append(1.0 / math.sqrt(max(1.0, fact.value)) if unit == "cases" else 0.0)
    return math.hypot(*parts)


def allowance(fact: Fact) -> float:
    """How far off a model may be without a fault in its numbers, on the scale of the fact."""
    return ALLOWED[fact.meaning.kind] if fact.log_discrepancy is None else fact.log_discrepancy


def of_sum(facts: Sequence[Fact], errors: Sequence[float]) -> float:
    """The error of a sum of amounts of which each has an error of its own, on a log scale."""
    return math.hypot(*(fact.value * error for fact, error in zip(facts, errors, strict=True))) / sum(
        fact.value for fact in facts
    )
