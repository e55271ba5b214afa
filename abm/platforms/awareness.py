"""Who among the ill thinks of the claim that they may make (mechanism A19): the more, the more a plan has shared."""

import numpy as np

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.jit import sequence
from abm.money import yuan
from abm.persons.cases import NO_CASES, chosen, joined, require_memory
from abm.persons.fellows import key_of_fellows
from abm.platforms import rules
from abm.platforms.plan import Plan

AWARE = Purpose.AWARE * SLOTS_PER_PURPOSE


def claim_awareness(plan: Plan, ending: bool) -> float:
    """The share of the ill who think of their claim by now, or would if the end of the plan were announced."""
    health = plan.model.case.health
    aware = rules.claim_awareness(health.aware_of_claiming, yuan(sum(plan.shares)), health.shares_until_aware)
    return min(1.0, health.filing_at_the_end * aware) if ending else aware


class HeldBack:
    """Claims that fellows do not think of yet. Once they do, papers take as long as had been drawn for them."""

    def __init__(self) -> None:
        self.cases = NO_CASES
        self.needed = np.zeros(0)  # the awareness from which on each is thought of

    def hold(self, cases: np.ndarray, seed: int) -> None:
        """Hold back these claims too."""
        require_memory(self.cases.size + cases.size)
        self.cases = joined(self.cases, cases)
        self.needed = np.concatenate([self.needed, awareness_needed(cases, seed)])

    def come_forward(self, awareness: float, now: int, window: int) -> np.ndarray:
        """Let go of the claims that are thought of now, and forget those for which it is too late.

        Returns the former, due by when their papers will be together. `window`: periods from a diagnosis to the last
        day for a claim.
        """
        found = self.cases["found"].astype(np.int64)
        due = now + self.cases["due"].astype(np.int64) - found
        in_time, aware = due <= found + window, self.needed < awareness
        kept, thought_of = in_time & ~aware, in_time & aware
        forward = chosen(self.cases, thought_of)
        forward["due"], forward["unaware"] = due[thought_of], 0
        self.cases, self.needed = chosen(self.cases, kept), self.needed[kept]
        return forward


@sequence
def awareness_needed(cases: np.ndarray, seed: int) -> np.ndarray:
    """The awareness from which on each claim of a fellow is thought of, as `situation.thinks_of_claim` draws it."""
    needed = np.empty(cases.size)
    for i in range(cases.size):
        case = cases[i]
        key, plan = key_of_fellows(seed, case["person"], case["found"]), np.int64(case["platform"])
        needed[i] = draw(key, case["found"], case["number"], plan + AWARE)
    return needed
