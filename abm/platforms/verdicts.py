"""Which claims investigators, and after them a jury of members, find valid: one compiled loop over those decided."""

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.jit import sequence
from abm.persons.fellows import key_of_fellows

DETECTION, WRONG_REFUSAL, JURY = (
    purpose * SLOTS_PER_PURPOSE for purpose in (Purpose.DETECTION, Purpose.WRONG_REFUSAL, Purpose.JURY)
)


@sequence
def decide(
    cases: np.ndarray, seed: int, now: int, detection: float, wrong_refusal: float, overturning: float
) -> np.ndarray:
    """Whether each case (rows of `persons.cases.CASE`) is accepted, as an array of booleans.

    Chances: that a concealed illness is found, that an honest claim is refused, and that a jury then overturns that.
    """
    accepted = np.zeros(cases.size, np.bool_)
    for i in range(cases.size):
        case = cases[i]
        key, who, plan = np.uint64(seed), np.int64(case["number"]), np.int64(case["platform"])
        if who > 0:
            key = key_of_fellows(seed, case["person"], case["found"])
        else:
            who = np.int64(case["person"])
        if case["concealed"]:
            accepted[i] = draw(key, now, who, DETECTION + plan) >= detection
        elif draw(key, now, who, WRONG_REFUSAL + plan) >= wrong_refusal:
            accepted[i] = True
        else:
            accepted[i] = draw(key, now, who, JURY + plan) < overturning
    return accepted
