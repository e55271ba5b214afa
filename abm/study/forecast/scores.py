"""Scores of a forecast and of its references beside facts: small is good.

They are proper (Gneiting and Raftery 2007): nothing is gained by saying what one does not believe.

CRPS: the distance of a distribution from what happened, for a point the plain error. Interval score: the width of a
band, and a fine for what falls outside. Energy score: the CRPS of several numbers at once. A bound is scored as what is
beyond it were all alike: distribution and fact are cut off there (Gneiting and Ranjan 2011).
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from abm.clock import PERIODS_PER_YEAR, collection_date, half_month
from abm.errors import StudyError
from abm.study.forecast.ensemble import START, Ensemble, quantiles
from abm.study.forecast.observed import ABOVE, READINGS, Facts, Left, Observed

BANDS = (50, 80, 95)  # per cent of the weight, in the middle
JOINT = ("members", "share", "aid")
ANOTHER = {"members_sharing": "members"}  # which stands for it where that is not there


def require_scores() -> Any:
    """The package of the scores. Raises `StudyError` where it is not installed."""
    try:
        with _without_compiler():
            import scoringrules  # only here: whoever scores nothing need not wait for it
    except ImportError:
        raise StudyError("scores need the package scoringrules: pip install 'huzhu[calibrate]'") from None
    return scoringrules


@contextmanager
def _without_compiler() -> Iterator[None]:
    """Let scoringrules not see numba: it would compile all its rules at import, which takes ten times as long."""
    if "scoringrules" in sys.modules:
        yield
        return
    there = {name: sys.modules[name] for name in ("numba",) if name in sys.modules}
    sys.modules["numba"] = None  # type: ignore[assignment]  # as Python marks what cannot be imported
    try:
        yield
    finally:
        del sys.modules["numba"]
        sys.modules.update(there)


class Sample(NamedTuple):
    """Weighted values, of the runs that have one; the weights sum to one, and had `has_value` among all runs."""

    values: np.ndarray
    weight: np.ndarray
    has_value: float

    def quantile(self, level: float) -> float:
        return float(quantiles(self.values[:, None], self.weight, [level])[0, 0])


def sample(ensemble: Ensemble, fact: Observed) -> Sample | None:
    """What an ensemble says of a fact; None where no run has a value."""
    reading = READINGS[fact.quantity]
    if not ensemble.has(fact.platform, *reading.needed):
        return None
    return _of_runs(reading.read(ensemble, fact.platform, fact.first, fact.last), ensemble.weight)


def _of_runs(values: np.ndarray, weight: np.ndarray) -> Sample | None:
    there = ~np.isnan(values if values.ndim == 1 else values.sum(axis=1))
    total = float(weight[there].sum())
    return Sample(values[there], weight[there] / total, min(1.0, total)) if total > 0 else None


def crps(said: Sample, value: float, bound: str = "") -> float:
    """The continuous ranked probability score of a sample beside a value, or beside a bound of one side."""
    values = _cut(said.values, value, bound)
    return float(require_scores().crps_ensemble(value, values, ens_w=said.weight, backend="numpy"))


def interval_score(said: Sample, value: float, per_cent: int, bound: str = "") -> tuple[float, float, float]:
    """The ends of the band in the middle of a sample, and its score."""
    beyond = (1 - per_cent / 100) / 2
    low, high = said.quantile(beyond), said.quantile(1 - beyond)
    ends = _cut(np.array([low, high]), value, bound)
    score = require_scores().interval_score(value, ends[0], ends[1], 1 - per_cent / 100, backend="numpy")
    return low, high, float(score)


def _cut(values: np.ndarray, value: float, bound: str) -> np.ndarray:
    """Values as far as a bound can tell them apart."""
    if not bound:
        return values
    return np.asarray(np.minimum(values, value) if bound == ABOVE else np.maximum(values, value))


def energy(said: Sample, value: np.ndarray) -> float:
    """The energy score of a sample of vectors beside one."""
    return float(require_scores().es_ensemble(value, said.values, ens_w=said.weight, backend="numpy"))


def skill(score: float, reference: float) -> float:
    """How much better than a reference: 1 is perfect, 0 no better, below 0 worse; not a number beside a perfect one."""
    return 1 - score / reference if reference > 0 else float("nan")


def scale(last: Ensemble, fact: Observed) -> float:
    """What an error of a quantity is measured by, known before the forecast: its value at the end of 2020.

    Exits are measured by the members, and a bill by a year's aid. Not a number where that was nothing.
    """
    quantity, per = fact.quantity, 1.0
    if quantity == "net_exit_per_month":
        quantity = "members"
    elif quantity == "closure_cost_rmb":
        quantity, per = "aid_paid_rmb_period", float(PERIODS_PER_YEAR)
    day = collection_date(START - 1)
    found = sample(last, fact._replace(quantity=quantity, first=day, last=day))
    value = abs(float(found.values[0])) * per if found else 0.0
    return value if value > 0 else float("nan")


Row = dict[str, Any]


def of_numbers(forecast: Ensemble, references: Mapping[str, Ensemble], facts: Facts) -> tuple[list[Row], list[Left]]:
    """A row a fact with all its scores, and the facts of which no run says anything.

    `references` begin with the last value, which gives the scale.
    """
    rows, silent = [], []
    for fact in facts.numbers:
        said = sample(forecast, fact)
        if said is None:
            silent.append(Left(fact.id, fact.platform, fact.dated, fact.quantity, "no run has such a plan then"))
            continue
        row: Row = {"id": fact.id, "platform": fact.platform, "quantity": READINGS[fact.quantity].tells}
        row |= {"date": fact.dated, "bound": fact.bound, "observed": fact.value, "has_value": said.has_value}
        row |= {"median": said.quantile(0.5), "scale": scale(next(iter(references.values())), fact)}
        row["crps"] = crps(said, fact.value, fact.bound)
        for band in BANDS:
            low, high, score = interval_score(said, fact.value, band, fact.bound)
            inside = float("nan") if fact.bound else float(low <= fact.value <= high)
            row |= {f"low_{band}": low, f"high_{band}": high, f"interval_score_{band}": score, f"inside_{band}": inside}
        row["chance_of_bound"] = _chance(said, fact)
        for name, reference in references.items():
            other = sample(reference, fact)
            row[f"crps {name}"] = crps(other, fact.value, fact.bound) if other else float("nan")
            row[f"skill {name}"] = skill(row["crps"], row[f"crps {name}"])
        rows.append(row)
    return rows, silent


def _chance(said: Sample, fact: Observed) -> float:
    """The chance of what a bound says; not a number for a value."""
    if not fact.bound:
        return float("nan")
    true = said.values > fact.value if fact.bound == ABOVE else said.values < fact.value
    return float(said.weight[true].sum())


def of_all_three(forecast: Ensemble, references: Mapping[str, Ensemble], facts: Facts) -> list[Row]:
    """A row a plan and half-month of which members, share and aid are known: the energy score of all three.

    Where they are of different half-months of a month, or of the month, it is a row of that. Each number is measured by
    its `scale`; where one has none there is no row.
    """
    last = next(iter(references.values()))
    rows = []
    for three in _threes(facts.numbers):
        sizes = np.array([scale(last, fact) for fact in three])
        value = np.array([fact.value for fact in three]) / sizes
        said = _together(forecast, three, sizes)
        if said is None:
            continue
        row: Row = {"platform": three[0].platform, "date": three[0].dated, "facts": " ".join(each.id for each in three)}
        row |= {"has_value": said.has_value, "energy_score": energy(said, value)}
        for name, reference in references.items():
            other = _together(reference, three, sizes)
            row[f"energy_score {name}"] = energy(other, value) if other else float("nan")
            row[f"skill {name}"] = skill(row["energy_score"], row[f"energy_score {name}"])
        rows.append(row)
    return rows


def _threes(facts: Sequence[Observed]) -> Iterator[list[Observed]]:
    """Members, share and aid of the same plan and half-month; of a month, where no half-month of it has all three."""

    def month(fact: Observed) -> tuple[str, int, int]:
        return fact.platform, fact.last.year, fact.last.month

    exact = [fact for fact in facts if not fact.bound and (fact.first.year, fact.first.month) == month(fact)[1:]]
    for _, group in groupby(sorted(exact, key=month), key=month):
        own = sorted(group, key=lambda fact: (READINGS[fact.quantity].tells in ANOTHER, fact.last))
        halves = [
            [fact for fact in own if half_month(fact.first) == half_month(fact.last) == at] for at in _halves(own)
        ]
        found = [three for half in halves if (three := _one_of_each(half))]
        whole = _one_of_each(own)
        yield from found or ([whole] if whole else [])


def _halves(facts: Sequence[Observed]) -> list[int]:
    return sorted({half_month(fact.last) for fact in facts})


def _one_of_each(facts: Sequence[Observed]) -> list[Observed]:
    """The first fact of each of the three quantities; nothing where one is missing."""
    found: dict[str, Observed] = {}
    for fact in facts:
        tells = READINGS[fact.quantity].tells
        found.setdefault(ANOTHER.get(tells, tells), fact)
    return [found[name] for name in JOINT] if found.keys() >= set(JOINT) else []


def _together(ensemble: Ensemble, facts: Sequence[Observed], sizes: np.ndarray) -> Sample | None:
    """What an ensemble says of several facts at once, each by its size."""
    if not all(ensemble.has(fact.platform, *READINGS[fact.quantity].needed) for fact in facts):
        return None
    columns = [READINGS[fact.quantity].read(ensemble, fact.platform, fact.first, fact.last) for fact in facts]
    return _of_runs(np.column_stack(columns) / sizes, ensemble.weight)
