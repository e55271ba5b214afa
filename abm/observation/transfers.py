"""Who paid for whom: shares paid and aid received by age and risk, from the first day to the end of a run."""

import numpy as np
import pandas as pd

from abm.money import yuan
from abm.persons.founding import CHUNK
from abm.persons.state import Trait

BANDS = ((0, 17), (18, 29), (30, 39), (40, 49), (50, 59), (60, None))
RISKS = ("healthy", "high-risk")
COLUMNS = ("persons", "paid", "deposits", "aid")


def count(persons: np.ndarray, memberships: np.ndarray, aid_per_head: np.ndarray, years: float) -> np.ndarray:
    """Persons who paid or received, their shares, what is left of their deposits, and their aid: whole numbers, fen.

    The table is (bands of age, risks, `COLUMNS`); `years` have passed since the first day. Shares are what came back
    left out, and deposits that went with a plan are among them. Aid is that of all whom a row stands for, per head.
    """
    total = np.zeros((len(BANDS), len(RISKS), len(COLUMNS)), np.int64)
    firsts = [first for first, _ in BANDS]
    for start in range(0, persons.size, CHUNK):
        rows = persons[start : start + CHUNK]
        held = np.maximum(memberships["balance"][start : start + CHUNK], 0).sum(axis=1, dtype=np.int64)
        ages = (rows["age_at_start"].astype(np.float64) + years).astype(np.int64)
        band = np.searchsorted(firsts, ages, side="right") - 1
        risky = ((rows["traits"] & Trait.HIGH_RISK) > 0).astype(np.int64)
        aid = aid_per_head[start : start + CHUNK]
        took_part = (rows["paid"] > 0) | (aid > 0)
        for column, amounts in enumerate((took_part, rows["paid"] - held, held, aid)):
            np.add.at(total[:, :, column], (band, risky), amounts.astype(np.int64))
    return total


def transfers(
    persons: np.ndarray, memberships: np.ndarray, aid_per_head: np.ndarray, years: float, weight: float
) -> pd.DataFrame:
    """The table of `count` in real persons and yuan, with what each group received net of what it paid in."""
    total = count(persons, memberships, aid_per_head, years)
    lines = []
    for (first, last), by_risk in zip(BANDS, total, strict=True):
        age = f"{first}+" if last is None else f"{first}-{last}"
        for risk, (people, *fen) in zip(RISKS, by_risk.tolist(), strict=True):
            paid, deposits, aid = (weight * yuan(amount) for amount in fen)
            lines.append((age, risk, weight * people, paid, deposits, aid, weight * yuan(fen[2] - fen[0] - fen[1])))
    head = ["age", "risk", "persons", "paid_yuan", "deposits_yuan", "aid_yuan", "net_yuan"]
    return pd.DataFrame(lines, columns=head)
