"""What was observed of the time that was forecast: a file of facts, each laid on the part of a forecast that tells it.

What cannot be laid on any is listed with the reason and left out: a row is never a mistake, only the whole file may be.
"""

import math
import re
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from abm.clock import half_month
from abm.errors import DataError, shown
from abm.files import read_csv
from abm.observation.facts import FACTS_END, PLATFORMS
from abm.observation.quantities import Steps, of_period, span, stock
from abm.study.forecast.ensemble import BILL, Ensemble
from abm.study.forecast.kept import named_file
from abm.study.forecast.tells import bill, net_exit

COLUMNS = ("id", "platform", "date", "quantity", "value", "unit", "source", "confidence", "note")
ABOVE, EXACT, BELOW = "above", "", "below"
SIGNS = {">": ABOVE, "<": BELOW}
# Words after the name of a plan that do not make it another one.
EMPTY = re.compile(r"\b(mutual|aid|plan|hubao|huzhu|program)\b|[ _-]+")
YES, NO = ("yes", "true", "1", "1.0"), ("no", "false", "0", "0.0")


class Observed(NamedTuple):
    """A number that was observed of a plan, of the days from `first` to `last`; where it is a bound, of which side."""

    id: str
    platform: str
    quantity: str
    dated: str
    first: date
    last: date
    value: float
    bound: str = EXACT


class Ending(NamedTuple):
    """What was observed of the end of a plan: `what` happened on a day, or had not happened by then."""

    id: str
    platform: str
    what: str  # announced, ended or converted
    day: date
    happened: bool = True


class Left(NamedTuple):
    """A row of the file that is left out, and why."""

    id: str
    platform: str
    date: str
    quantity: str
    reason: str


class Facts(NamedTuple):
    """The rows of a file: numbers and ends of the time that is forecast, numbers known before it, what is left out."""

    numbers: list[Observed]
    endings: list[Ending]
    known: list[Observed]
    left: list[Left]


class Reading(NamedTuple):
    """How a quantity is read off a forecast: the quantity that it tells, the series needed, a value a run."""

    tells: str
    needed: tuple[str, ...]
    read: Callable[[Ensemble, str, date, date], np.ndarray]
    of_steps: Callable[[Steps, date, date], float] | None = None  # the same off one run's series, where it is one
    signed: bool = False  # whether it may be below nothing


def _each_run(name: str, read: Callable[[Steps, date, date], float], since_launch: bool = False) -> Reading:
    """A reading of facts until 2020, run by run."""

    def of_runs(ensemble: Ensemble, platform: str, first: date, last: date) -> np.ndarray:
        steps = ensemble.steps(platform, name, since_launch)
        return np.array([read(replace(steps, value=row), first, last) for row in steps.value], float)

    tells = f"{name}_cumulative" if since_launch else name
    return Reading(tells, (name,), of_runs, read)


def _exits(ensemble: Ensemble, platform: str, first: date, last: date) -> np.ndarray:
    """Net exits a month: those of the day's month, over several months the mean."""
    days, values = net_exit(ensemble, platform)
    wanted = [(first.year, first.month) <= (day.year, day.month) <= (last.year, last.month) for day in days]
    if not any(wanted):
        return np.full(len(values), np.nan)
    return np.asarray(values[:, wanted].mean(axis=1))


def _bill(ensemble: Ensemble, platform: str, _first: date, _last: date) -> np.ndarray:
    return bill(ensemble, platform)[1][:, 0]


def _until(steps: Steps, _first: date, last: date) -> float:
    """What had come together by a day, or by the last day of a month."""
    return stock(steps, last, last)


_MEMBERS, _SHARING = _each_run("members", stock), _each_run("members_sharing", of_period)
READINGS = {
    "members": _MEMBERS,
    "cumulative_members": _MEMBERS,
    "active_members": _MEMBERS,
    "members_bound": _MEMBERS,
    "sharing_members_period": _SHARING,
    "sharing_members": _SHARING,
    "per_capita_share_rmb_per_period": _each_run("share", of_period),
    "aided_members_period": _each_run("aided", of_period),
    "aid_paid_rmb_period": _each_run("aid", of_period),
    "aided_members_cumulative": _each_run("aided", _until, since_launch=True),
    "raised_rmb_cumulative": _each_run("aid", _until, since_launch=True),
    "aid_paid_cumulative_rmb": _each_run("aid", _until, since_launch=True),
    "net_exit_per_month": Reading("net_exit", ("members",), _exits, signed=True),
    "closure_cost_rmb": Reading("closing_bill", BILL, _bill),
}
ENDINGS = {"closure_announced": "announced", "closure_date": "ended", "converted_to_insurance": "converted"}
BOUND = re.compile(r"members_bound\W*_?(above|below)")


def read_facts(path: Path, ensemble: Ensemble) -> Facts:
    """The facts in a file, laid on a forecast.

    Raises `FileError` where it cannot be read, and `DataError` where a column is missing or there are no rows.
    """
    facts = Facts([], [], [], [])
    seen: set[str] = set()
    for number, given in enumerate(read_csv(named_file(path), dict.fromkeys(COLUMNS, str)), 1):
        row = {column: text.strip() for column, text in given.items()}
        row["id"] = row["id"] or f"row {number}"
        if row["id"] in seen:
            reason = "its id is there already; each fact needs one of its own"
        else:
            try:
                reason = _lay(row, ensemble, facts)
            except DataError as error:
                reason = str(error)
        seen.add(row["id"])
        if reason:
            facts.left.append(Left(row["id"], row["platform"], row["date"], row["quantity"], reason))
    return facts


def _lay(row: dict[str, str], ensemble: Ensemble, facts: Facts) -> str:
    """Add a row to the facts where it belongs; else the reason why not. Raises `DataError` where it cannot be read."""
    quantity, side = row["quantity"], EXACT
    if found := BOUND.fullmatch(quantity):
        quantity, side = "members_bound", found[1]
    if quantity not in READINGS and quantity not in ENDINGS:
        return "the forecast does not tell it"
    platform = plan_of(row["platform"], ensemble.platforms)
    if platform is None:
        return "no such plan in the forecast"
    if quantity in ENDINGS:
        return _lay_ending(row, platform, ENDINGS[quantity], ensemble, facts)
    first, last = span(row["date"])
    reading = READINGS[quantity]
    if not ensemble.has(platform, *reading.needed):
        return "the runs of the forecast did not keep it"
    value, side = _value(row, side, reading.signed)
    if quantity == "members_bound" and not side:
        side = next((each for each in (ABOVE, BELOW) if each in f"{row['unit']} {row['note']}".casefold()), EXACT)
        if not side:
            return "a bound, and neither above nor below"
    observed = Observed(row["id"], platform, quantity, row["date"], first, last, value, side)
    if last <= FACTS_END:
        facts.known.append(observed)
        return "before the forecast; references may start from it"
    if half_month(last) > ensemble.last:
        return "after the end of the forecast"
    if twin := next((each for each in facts.numbers if _alike(each) == _alike(observed)), None):
        return f"says again what {twin.id} says"
    facts.numbers.append(observed)
    return ""


def _alike(fact: Observed) -> tuple[object, ...]:
    """What two facts have in common that say the same."""
    return fact.platform, READINGS[fact.quantity].tells, fact.first, fact.last, fact.value, fact.bound


def _value(row: dict[str, str], side: str, signed: bool) -> tuple[float, str]:
    """The number of a row, and on which side of it the truth lies. Raises `DataError`."""
    text = row["value"]
    for sign, words in SIGNS.items():
        if text.startswith(sign):
            text, side = text.removeprefix(sign).removeprefix("=").strip(), words
    for words in (ABOVE, BELOW):
        if text.casefold().startswith(f"{words} "):
            text, side = text[len(words) :].strip(), words
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (value < 0 and not signed):
        least = "" if signed else " from 0 up"
        raise DataError(f"value = {shown(row['value'])} of {row['quantity']} must be a number{least}")
    return value, side


def _lay_ending(row: dict[str, str], platform: str, what: str, ensemble: Ensemble, facts: Facts) -> str:
    """Add what was observed of the end of a plan: a day, or yes or no by the date of the row. Raises `DataError`."""
    text, happened = row["value"].casefold(), True
    if what == "converted" and _is_count(text):
        return "how many were converted is not told, only whether"
    if text in NO:
        happened = False
    if text in (*YES, *NO, ""):
        first, day = span(row["date"])
    else:
        try:
            first, day = span(row["value"])
        except DataError:
            raise DataError(f"value = {shown(row['value'])} of {row['quantity']} must be a day, yes or no") from None
    if happened and what != "converted" and (first.year, first.month) != (day.year, day.month):
        return "the month of it is not known"
    if day <= FACTS_END:
        return "before the forecast"
    if what == "converted" and not ensemble.has(platform, "conversion"):
        return "the runs of the forecast did not keep it"
    facts.endings.append(Ending(row["id"], platform, what, day, happened))
    return ""


def _is_count(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?(e\+?\d+)?", text) is not None and float(text) > 1 and not _is_year(text)


def _is_year(text: str) -> bool:
    return re.fullmatch(r"20\d\d", text) is not None


def plan_of(name: str, platforms: Collection[str]) -> str | None:
    """The plan of a forecast that a name in a file of facts is of; None where there is none.

    A name is that of the facts until 2020, or of the scenario, or one of these with words that add nothing to it.
    """
    known = {each.casefold(): plan for plan, names in PLATFORMS.items() for each in names}
    known |= {plan.casefold(): plan for plan in platforms}
    folded = name.strip().casefold()
    if folded not in known:
        bare = {EMPTY.sub("", each): plan for each, plan in known.items()}
        folded, known = EMPTY.sub("", folded), bare
    found = known.get(folded)
    return found if found in platforms else None
