"""Facts beside the simulation: what was observed of a platform, and what the series show in its place.

What each quantity means, and how its dates meet the half-months, is in `quantities`.
"""

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from abm.clock import collection_date, half_month
from abm.errors import DataError, SeriesError
from abm.files import columns_of, read_csv
from abm.observation.columns import TABLE_WIDTH, aligned
from abm.observation.quantities import (
    FLOORS,
    KINDS,
    ONCE_COVERED,
    QUANTITIES,
    WAIT,
    Quantity,
    Steps,
    span,
    spread,
    total,
)

AT_LEAST = ">"  # before a value: a lower bound
FACTS_END = date(2020, 12, 31)  # what followed is kept aside for the forecast
FOR_A_FIT = ("log_error", "log_discrepancy", "summed_as")  # columns of the facts file

# Names in the facts file by name in a scenario. A source that speaks of "a head platform" is taken to mean the largest.
PLATFORMS = {
    "xianghubao": ("Xianghubao", "Xianghubao (unnamed 'head platform')"),
    "jd": ("JD Hubao",),
    "waterdrop": ("Waterdrop Mutual",),
    "qingsong": ("Qingsong Mutual",),
    "meituan": ("Meituan Mutual",),
    "baidu": ("Baidu Denghuo Mutual",),
    "wukong": ("Wukong Mutual",),
    "didi": ("Didi Diandian Shouhu",),
    "suning": ("Suning Ningbubao",),
    "qihoo360": ("360 Mutual",),
    "ehuzhu": ("eHuzhu (Fanhua)",),
    "kangai": ("Kangai Gongshe",),
    "xiaomi": ("Xiaomi Mutual",),
    "sina": ("Sina Mutual",),
    "elderly": ("Xianghubao_elderly",),
    "chronic": ("Xianghubao_chronic",),
}

# Facts that say again what others say: shown, and not counted twice. F092 is the sum of the two years.
REPEATS = {"F006": "F005", "F092": "F090 and F091", "F132": "F130"}


@dataclass(frozen=True)
class Fact:
    """An observation of a platform, of the days from `first` to `last`."""

    id: str
    platform: str
    dated: str
    first: date
    last: date
    quantity: str
    value: float
    source: str
    confidence: str
    note: str
    at_least: bool = False  # a lower bound: more than that was no miss
    # For a fit, on a log scale, and by rule where it is not said: see `precision`.
    log_error: float | None = None  # of the observation
    log_discrepancy: float | None = None  # that a model of half-months is allowed
    summed_as: str = ""  # facts of a plan and quantity with the same name count as their sum

    @property
    def meaning(self) -> Quantity:
        """What is observed."""
        return QUANTITIES[self.quantity]

    @property
    def unnamed(self) -> bool:
        """Whether the source does not name the platform."""
        return "unnamed" in self.platform


@dataclass(frozen=True)
class Comparison:
    """A fact and what was simulated: `step` is the collection day of the last half-month read.

    `log_ratio` is the natural logarithm of simulated over observed, neither taken below its floor (`FLOORS`), and 0
    above a lower bound. It is not a number where nothing was simulated, as the mix of members before anybody is there.
    """

    fact: Fact
    series: str
    step: date
    observed: float
    simulated: float
    log_ratio: float


@dataclass(frozen=True)
class Misfit:
    """How far a group of facts is from its simulation, in natural logarithms of ratios.

    `spread` is their mean absolute value and `bias` their mean: 0.1 is a tenth. `floored` counts the facts beside
    which less than the floor was simulated; with many of them a run is too small to be compared.
    """

    facts: int
    spread: float
    bias: float
    floored: int


def load_facts(platform: str, file: str = "facts.csv") -> list[Fact]:
    """The facts of a platform that a series can show, in the order of the file; none for a platform without facts.

    Columns `FOR_A_FIT` may be missing. Raises `DataError` for a row that cannot be read as a fact.
    """
    columns = ("id", "platform", "date", "quantity", "value", "source", "confidence", "note")
    more = set(FOR_A_FIT).intersection(columns_of(file))
    rows = read_csv(file, dict.fromkeys((*columns, *more), str))
    names, facts = PLATFORMS.get(platform, (platform,)), []
    seen: set[str] = set()
    for row in rows:
        if row["id"] in seen:
            raise DataError(f"{file}: {row['id']} is there twice; each fact needs an id of its own")
        seen.add(row["id"])
        if row["platform"] in names and row["quantity"] in QUANTITIES:
            try:
                facts.append(_fact(row))
            except DataError as error:
                raise DataError(f"{file}: {row['id']}: {error}") from None
    return facts


def _fact(row: dict[str, str]) -> Fact:
    """A row of the file as a fact. Raises `DataError`."""
    quantity = QUANTITIES[row["quantity"]]
    first, last = span(row["date"], quantity.months)
    if last > FACTS_END:
        raise DataError(f"date = '{row['date']}' is after {FACTS_END}; what followed is kept aside for the forecast")
    if first == last and quantity.read is total:
        raise DataError(f"date = '{row['date']}' is a day; {row['quantity']} is of a year or a quarter")
    at_least = row["value"].startswith(AT_LEAST)
    try:
        value = float(row["value"].removeprefix(AT_LEAST))
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise DataError(f"value = '{row['value']}' of {row['quantity']} must be a number from 0 up")
    words: dict[str, Any] = {name: row[name] for name in ("id", "platform", "quantity", "source", "confidence", "note")}
    words |= {name: spread(name, row[name]) for name in FOR_A_FIT[:2] if row.get(name)}
    words |= {"summed_as": row.get("summed_as", "")}
    return Fact(dated=row["date"], first=first, last=last, value=value, at_least=at_least, **words)


def compare(
    series: pd.DataFrame, platform: str, file: str = "facts.csv", known: Sequence[Fact] | None = None
) -> list[Comparison]:
    """Each fact of the simulated time beside its simulation, by kind and date.

    `series` has a column `date` of collection days, half-month by half-month, and columns ``platform.series``. The
    facts are `known`, or those of a file. Raises `SeriesError` where the column that a fact asks for is missing.
    """
    days = series["date"]
    time = Steps(
        np.array([half_month(day) for day in days]), np.array([day.toordinal() for day in days]), np.zeros(len(days))
    )
    comparisons = []
    for fact in load_facts(platform, file) if known is None else known:
        meaning = fact.meaning
        ends = half_month(fact.last) + (WAIT if meaning.read in ONCE_COVERED else 0)
        if not (time.number.size and time.number[0] <= ends <= time.number[-1]):
            continue
        columns = {name: f"{platform}.{name}" for name in meaning.needed}
        if missing := [column for column in columns.values() if column not in series]:
            raise SeriesError(f"the series have no column {', '.join(missing)} to lay beside {fact.id}")

        shown = _summed(series, [columns[name] for name in meaning.series])
        simulated, floor = meaning.read(replace(time, value=shown), fact.first, fact.last), FLOORS[meaning.unit]
        if meaning.over:
            of_all = _summed(series, [columns[name] for name in meaning.over])
            whole = meaning.read(replace(time, value=of_all), fact.first, fact.last)
            simulated = simulated / whole if whole else math.nan
        log_ratio = math.log(max(floor, simulated) / max(floor, fact.value)) if simulated >= 0 else math.nan
        if fact.at_least and log_ratio > 0:
            log_ratio = 0.0
        names = " + ".join(meaning.series)
        comparisons.append(Comparison(fact, names, collection_date(ends), fact.value, simulated, log_ratio))
    return sorted(comparisons, key=lambda each: (KINDS.index(each.fact.meaning.kind), each.fact.last))


def _summed(series: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Columns of a run's series, summed step by step; not a number where one of them is not."""
    return series[list(columns)].sum(axis=1, skipna=False).to_numpy(float)


def errors(comparisons: Sequence[Comparison]) -> dict[str, Misfit]:
    """The misfit by kind, every observation counted once (`REPEATS`), nothing where nothing was simulated."""
    misfits = {}
    for kind in KINDS:
        group = [each for each in comparisons if each.fact.meaning.kind == kind and each.fact.id not in REPEATS]
        group = [each for each in group if not math.isnan(each.log_ratio)]
        if group:
            ratios = np.array([each.log_ratio for each in group])
            floored = sum(each.simulated < FLOORS[each.fact.meaning.unit] for each in group)
            misfits[kind] = Misfit(len(group), float(np.abs(ratios).mean()), float(ratios.mean()), floored)
    return misfits


def table(comparisons: Sequence[Comparison]) -> str:
    """Facts beside the simulation, for a terminal of 110 columns, with the misfit of each kind below.

    What is observed stands behind a > where it is a lower bound.
    """
    if not comparisons:
        return "no facts of the simulated time"
    head = ("fact", "date", "quantity", "observed", "simulated", "ratio", "source")
    lines = aligned([head, *(_row(each) for each in comparisons)], numbers=(3, 4, 5))
    title = ("kind", "facts", "off by a factor of", "simulated/observed", "beside a simulated zero")
    rows = [
        (kind, f"{at.facts}", f"{math.exp(at.spread):.2f}", f"{math.exp(at.bias):.2f}", f"{at.floored}")
        for kind, at in errors(comparisons).items()
    ]
    lines += ["", *aligned([title, *rows], numbers=(1, 2, 3, 4)), ""]
    shown = [each.fact for each in comparisons]
    repeats = ", ".join(f"{fact.id} of {REPEATS[fact.id]}" for fact in shown if fact.id in REPEATS)
    unnamed = ", ".join(fact.id for fact in shown if fact.unnamed)
    lines += [f"* the same observation again, not counted: {repeats}"] if repeats else []
    lines += [f"? the source names no platform; taken to be this one: {unnamed}"] if unnamed else []
    return "\n".join(lines).rstrip()


def summary(comparisons: Mapping[str, Sequence[Comparison]]) -> str:
    """A line for each platform: how many facts, and by what factor the simulation is off, by kind."""
    misfits = {platform: errors(facts) for platform, facts in comparisons.items()}
    kinds = [kind for kind in KINDS if any(kind in each for each in misfits.values())]
    if not kinds:
        return "no facts of the simulated time"
    rows = [
        (platform, f"{sum(at.facts for at in each.values())}", *(_factor(each.get(kind)) for kind in kinds))
        for platform, each in misfits.items()
        if each
    ]
    lines = aligned([("platform", "facts", *kinds), *rows], numbers=tuple(range(1, 2 + len(kinds))))
    silent = [platform for platform, each in misfits.items() if not each]
    lines += ["", "Off by a factor of so much; + on the whole more was simulated than observed, - less."]
    lines += [textwrap.fill(f"No facts of the simulated time: {', '.join(silent)}.", TABLE_WIDTH)] if silent else []
    return "\n".join(lines)


def _factor(at: Misfit | None) -> str:
    """By what a kind of facts is off, and to which side."""
    if at is None:
        return "."
    factor = math.exp(at.spread)
    words = f"{factor:.2f}" if factor < 99.995 else f"{factor:,.0f}" if factor < 9999.5 else "over 10,000"
    return words + ("+" if at.bias > 0 else "-" if at.bias < 0 else " ")


def _row(each: Comparison) -> tuple[str, ...]:
    """A comparison as words and numbers."""
    fact, unit = each.fact, each.fact.meaning.unit
    mark = "*" * (fact.id in REPEATS) + "?" * fact.unnamed
    ratio = each.simulated / fact.value if fact.value else math.nan
    amounts = f"{AT_LEAST} " * fact.at_least + _amount(each.observed, unit), _amount(each.simulated, unit)
    times = "-" if math.isnan(ratio) else f"{ratio:.2f}" if ratio < 100 else f"{ratio:,.0f}"
    return fact.id + mark, fact.dated, fact.meaning.words, *amounts, times, _short(fact.source)


def _amount(value: float, unit: str) -> str:
    """A number with its unit, short."""
    if math.isnan(value):
        return "-"
    if unit == "1":
        return f"{100 * value:.1f} %"
    if unit == "yuan a member":
        return f"{value:.2f} yuan"
    money = " yuan" * (unit == "yuan")
    for size, name in ((1e9, "bn"), (1e6, "m")):
        if value >= size:
            return f"{value / size:,.2f} {name}{money}"
    return f"{value:,.0f}{money}"


def _short(source: str) -> str:
    """Where a fact was seen: the site, or the number of a founding document."""
    if source.startswith("seed "):
        return f"document {source[5:8]}"
    return source.split()[0].split("/")[0]
