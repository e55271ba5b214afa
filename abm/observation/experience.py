"""The experience of plans as actuaries study it: exposure, actual over expected claims, lapses, loss ratios.

*Exposure* is in person-years at risk: of the covered who are not diagnosed, and of those in their waiting period the
part of cases that are accidents, which are covered at once. *Expected* claims are exposure times the scenario's
incidence of age and sex (of the mean person: `tables.incidence_by_age`), as far as the terms in force cover them.
*Actual* claims are those paid so far, by year, age and sex at the diagnosis; those of the last months are not all
decided. A *lapse* is leaving by choice or by failed deductions; its central rate is a year's. The *loss ratio* is aid
over the shares collected, and of insurance benefits over premiums; those are of simulated holders alone, whose fellows
fall ill for plans and not for insurers. The *net rate* is over all that was paid and did not come back, deposits too.
What is watched from outside changes nothing.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from abm.clock import PERIODS_PER_MONTH, PERIODS_PER_YEAR, collection_date
from abm.money import yuan
from abm.observation.collector import Observed
from abm.observation.columns import aligned
from abm.observation.transfers import BANDS
from abm.persons.exposure import count_exposed, price
from abm.persons.state import Trait

SEXES = ("male", "female")
DURATIONS = ((0, 2), (3, 5), (6, 11), (12, 23), (24, 35), (36, None))  # full months since joining
SHARES = ("share", "drawn")  # collected from members, by deduction or from deposits
PAID, CAME_BACK = ("share", "deposit"), ("refund", "returned")
OF_INSURANCE = ("premiums", "benefits")
WHOLE = "all"  # of the years of a run


class Experience:
    """What a model has shown so far, from its first step on. It is told of each step at the end, by `observe`."""

    def __init__(self, model: Observed) -> None:
        periods, first = model.case.calendar.periods, model.first_period
        self.year_of = np.array([collection_date(first + step).year for step in range(periods)])
        self.years = list(range(self.year_of[0], self.year_of[-1] + 1))
        self.plans, self.products = list(model.case.platform), list(model.case.insurance.products)
        self.weight = model.weight
        plans, ages, bands = len(self.plans), model.world.incidence.shape[1], len(BANDS)
        self.band_of = np.searchsorted([first for first, _ in BANDS], np.arange(ages), side="right") - 1
        by_cell = plans, len(self.years), len(SEXES), ages
        self.exposure, self.expected, self.actual = np.zeros(by_cell), np.zeros(by_cell), np.zeros(by_cell)
        self.expected_aid, self.actual_aid = np.zeros(by_cell), np.zeros(by_cell)
        months = periods // PERIODS_PER_MONTH + 1
        self.in_force = np.zeros((plans, months, bands), np.int64)  # member half-months
        self.exits = np.zeros((plans, 2, months, bands), np.int64)
        self.flows: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)  # by name and year, simulated fen
        self._at_risk = np.zeros((plans, 2, len(SEXES), ages), np.int64)  # of the step to come
        self._insured = np.zeros_like(self.in_force)

    def observe(self, model: Observed) -> None:
        """Take in a step that has just ended."""
        self._expose(model)
        for plan in model.platforms:
            self._pay(model, plan.index, plan.desk.accepted, plan.desk.amounts, plan.desk.case_weight)
        for (who, what), amount in model.ledger.flows.items():
            self.flows[who, model.day.year][what] += amount
        self._at_risk[:], self._insured[:] = 0, 0
        given = model.persons, model.memberships, model.world, self.band_of
        count_exposed(*given, self._at_risk, self._insured, self.exits)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, in real persons and yuan: experience, lapses, loss_ratios."""
        return {"experience": self.by_age_and_sex(), "lapses": self.lapses(), "loss_ratios": self.loss_ratios()}

    def by_age_and_sex(self) -> pd.DataFrame:
        """Actual over expected claims by plan, year, band of age and sex; a row where anybody was exposed."""
        rows = []
        cells = self.exposure, self.expected, self.actual, self.expected_aid, self.actual_aid
        in_bands = [self._in_bands(each) for each in cells]
        for place in np.argwhere((in_bands[0] > 0) | (in_bands[2] > 0)).tolist():
            plan, year, sex, band = place
            exposure, expected, actual, expected_aid, actual_aid = (float(each[*place]) for each in in_bands)
            words = self.plans[plan], self.years[year], label(BANDS[band]), SEXES[sex]
            claims = expected, actual, ratio(actual, expected)
            rows.append((*words, exposure, *claims, expected_aid, actual_aid, ratio(actual_aid, expected_aid)))
        head = ["platform", "year", "age", "sex", "exposure_years", "expected_claims", "actual_claims", "a_e_claims"]
        return pd.DataFrame(rows, columns=[*head, "expected_aid_yuan", "actual_aid_yuan", "a_e_aid"])

    def lapses(self) -> pd.DataFrame:
        """Central lapse rates by plan, months since joining, and band of age; a row where anybody was a member."""
        rows = []
        for plan, name in enumerate(self.plans):
            for first, last in DURATIONS:
                months = slice(first, None if last is None else last + 1)
                exposed, (left, lapsed) = self.in_force[plan, months].sum(0), self.exits[plan, :, months].sum(1)
                for band in np.flatnonzero(exposed).tolist():
                    years = self.weight * exposed[band] / PERIODS_PER_YEAR
                    gone = [self.weight * float(each[band]) for each in (left, lapsed)]
                    rows.append((name, label((first, last)), label(BANDS[band]), years, *gone, sum(gone) / years))
        head = ["platform", "months", "age", "exposure_years", "left", "lapsed", "lapse_rate"]
        return pd.DataFrame(rows, columns=head)

    def loss_ratios(self) -> pd.DataFrame:
        """Loss ratio and net rate of plans and of insurance, by year and of all years together."""
        rows = []
        for kind, names in (("plan", self.plans), ("insurance", self.products)):
            for name in names:
                by_year = {year: self.flows[name, year] for year in self.years}
                whole: Counter[str] = sum(by_year.values(), Counter())
                for year, flows in [*by_year.items(), (WHOLE, whole)]:
                    if any(flows.values()):
                        rows.append((name, kind, year, *self._ratios(kind, flows)))
        head = ["name", "kind", "year", "contributions_yuan", "paid_yuan", "claims_yuan", "loss_ratio", "net_rate"]
        return pd.DataFrame(rows, columns=head)

    def _ratios(self, kind: str, flows: Mapping[str, int]) -> tuple[float, ...]:
        def of(purposes: Iterable[str]) -> float:
            return self.weight * yuan(sum(flows.get(purpose, 0) for purpose in purposes))

        if kind == "plan":
            contributions, paid, claims = of(SHARES), of(PAID) - of(CAME_BACK), of(["aid"])
        else:
            contributions, claims = (of([purpose]) for purpose in OF_INSURANCE)
            paid = contributions
        return contributions, paid, claims, ratio(claims, contributions), ratio(claims, paid)

    def _expose(self, model: Observed) -> None:
        """Those counted at the end of the last step have been at risk in this one."""
        world, year = model.world, model.day.year - self.years[0]
        p = world.settings[0]
        open_now = (model.now <= world.offers["covered_until"])[:, np.newaxis, np.newaxis]
        claims, aid = (np.zeros((len(self.plans), self._at_risk.shape[-1])) for _ in range(2))
        price(world, claims, aid)
        waiting, covered = self._at_risk[:, 0], self._at_risk[:, 1]
        per_head = self.weight / PERIODS_PER_YEAR
        years = (covered + float(p["accident_share"]) * waiting) * open_now * (claims > 0)[:, np.newaxis] * per_head
        cases = years * world.incidence
        self.exposure[:, year] += years
        self.expected[:, year] += cases * claims[:, np.newaxis]
        self.expected_aid[:, year] += cases * aid[:, np.newaxis]
        self.in_force += self._insured

    def _pay(self, model: Observed, plan: int, cases: np.ndarray, amounts: np.ndarray, case_weight: float) -> None:
        """Enter the claims that a plan paid in a step, fen, at the year, sex and age of the diagnosis."""
        sex = (model.persons["traits"][cases["person"]] & Trait.FEMALE).astype(np.int64)
        place = self.year_of[cases["found"]] - self.years[0], sex, cases["age"].astype(np.int64)
        np.add.at(self.actual[plan], place, case_weight)
        np.add.at(self.actual_aid[plan], place, case_weight * yuan(1) * amounts)

    def _in_bands(self, cells: np.ndarray) -> np.ndarray:
        """Cells (platforms, years, sex, age) summed over the ages of each band."""
        return np.stack([cells[..., self.band_of == band].sum(-1) for band in range(len(BANDS))], axis=-1)


def label(band: tuple[int, int | None]) -> str:
    """A band in words: ``18-29``, ``60+``."""
    first, last = band
    return f"{first}+" if last is None else f"{first}-{last}"


def ratio(part: float, whole: float) -> float:
    """A part over the whole; not a number where there is no whole."""
    return part / whole if whole else math.nan


def in_short(tables: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """A row for each plan and insurance of a run: exposure, A/E of claims and aid, lapse rate, loss ratio, net rate."""
    found = []
    cells, lapses = (tables[name].groupby("platform").sum(numeric_only=True) for name in ("experience", "lapses"))
    ratios = tables["loss_ratios"]
    for each in ratios[ratios["year"] == WHOLE].to_dict("records"):
        row = {"name": each["name"], "loss_ratio": each["loss_ratio"], "net_rate": each["net_rate"]}
        if each["kind"] == "plan" and each["name"] in cells.index:
            cell = cells.loc[each["name"]]
            row |= {
                "exposure_years": cell.exposure_years,
                "a_e_claims": ratio(cell.actual_claims, cell.expected_claims),
            }
            row |= {"a_e_aid": ratio(cell.actual_aid_yuan, cell.expected_aid_yuan)}
        if each["kind"] == "plan" and each["name"] in lapses.index:
            lapse = lapses.loc[each["name"]]
            row |= {"lapse_rate": ratio(lapse.left + lapse.lapsed, lapse.exposure_years)}
        found.append(row)
    return found


def experience_table(tables: Mapping[str, pd.DataFrame]) -> str:
    """What actuaries ask of each plan and insurance: a line each, from the tables of a run."""
    rows = [
        (
            each["name"],
            _number(each, "exposure_years", 1e-6, "{:,.2f}"),
            *(_number(each, name, 1, "{:.2f}") for name in ("a_e_claims", "a_e_aid")),
            *(_number(each, name, 100, "{:.1f} %") for name in ("lapse_rate", "loss_ratio", "net_rate")),
        )
        for each in (in_short(tables) if tables else ())
    ]
    head = ("plan or insurance", "m person-years", "A/E claims", "A/E aid", "lapses a year", "loss ratio", "net rate")
    return "\n".join(aligned([head, *rows], numbers=tuple(range(1, 7)))) if rows else "Nobody paid or was paid."


def _number(row: Mapping[str, float], name: str, times: float, form: str) -> str:
    """A number of a row in a form, and a point where there is none."""
    value = times * row.get(name, math.nan)
    return "." if math.isnan(value) else form.format(value)
