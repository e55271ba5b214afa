"""Who among the ill thinks of the claim that they may make (mechanism A19): the more, the more a plan has shared."""

import numpy as np

from abm.jit import sequence
from abm.money import yuan
from abm.persons.cases import NO_CASES, chosen, joined, require_memory
from abm.persons.fellows import key_of_fellows
from abm.persons.situation import awareness_needed
from abm.persons.state import Status
from abm.platforms import rules
from abm.platforms.plan import Plan

# By status: whether with this end of a membership a claim that is not thought of is given up.
GIVEN_UP = np.isin(list(Status), (Status.LAPSED, Status.LEFT, Status.AGED_OUT, Status.ENDED))


def claim_awareness(plan: Plan, ending: bool) -> float:
    """The share of the ill who think of their claim by now, or would if the end of the plan were announced.

    Where shares are drawn from a deposit nobody is sent a bill, and at most a notice (F308): those count alone that
    were drawn since members began to share, on average, and so much more is drawn before half of what is lacking is
    reached. Where deposits differ by age, it is their mean over the ages covered.
    """
    health, deposit = plan.model.case.health, plan.terms.mean_deposit
    reminders = plan.census.reminded if deposit > 0 else sum(plan.shares)
    until_half = health.shares_until_aware + deposit
    aware = rules.claim_awareness(health.aware_of_claiming, yuan(reminders), until_half)
    return min(1.0, health.filing_at_the_end * aware) if ending else aware


class HeldBack:
    """Claims that fellows do not think of yet. Once they do, papers take as long as had been drawn for them."""

    def __init__(self) -> None:
        self.cases = NO_CASES
        self.needed = np.zeros(0)  # the awareness from which on each is thought of

    def hold(self, cases: np.ndarray, seed: int) -> None:
        """Hold back these claims too."""
        if not cases.size:
            return
        require_memory(self.cases.size + cases.size)
        self.cases = joined(self.cases, cases)
        self.needed = np.concatenate([self.needed, needed_by_fellows(cases, seed)])

    def come_forward(self, awareness: float, now: int, window: int, memberships: np.ndarray) -> np.ndarray:
        """Let go of the claims that are thought of now; forget those for which it is too late, or whose row has left.

        Returns the former, due by when their papers will be together. `window`: periods from a diagnosis to the last
        day for a claim; `memberships`: those of all rows.
        """
        if not self.cases.size:
            return NO_CASES
        found = self.cases["found"].astype(np.int64)
        due = now + self.cases["due"].astype(np.int64) - found
        valid = (due <= found + window) & ~given_up(self.cases, memberships)
        aware = self.needed < awareness
        kept, thought_of = valid & ~aware, valid & aware
        forward = chosen(self.cases, thought_of)
        forward["due"], forward["unaware"] = due[thought_of], 0
        self.cases, self.needed = chosen(self.cases, kept), self.needed[kept]
        return forward


def given_up(cases: np.ndarray, memberships: np.ndarray) -> np.ndarray:
    """Of which cases of fellows the row has left the plan: its decisions are theirs. An end by its own illness is not.

    Asked in every step: nobody comes back to a plan, or takes another in its place, in the step of leaving.
    """
    rows, slots = cases["person"].astype(np.int64), cases["slot"].astype(np.int64)
    found: np.ndarray = GIVEN_UP[memberships["status"][rows, slots]]
    return found


@sequence
def needed_by_fellows(cases: np.ndarray, seed: int) -> np.ndarray:
    """The awareness from which on each claim of a fellow is thought of."""
    needed = np.empty(cases.size)
    for i in range(cases.size):
        case = cases[i]
        key = key_of_fellows(seed, case["person"], case["found"])
        needed[i] = awareness_needed(key, np.int64(case["found"]), np.int64(case["number"]))
    return needed
