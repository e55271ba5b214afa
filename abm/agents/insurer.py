"""Insurers: those who sell policies to persons, and the licensed mutual insurers behind insurance-like products."""

from datetime import date
from typing import TYPE_CHECKING

import mesa
import numpy as np

from abm.ledger import HOUSEHOLDS, OUTSIDE
from abm.money import fen, part
from abm.persons.paying import BENEFITS, PREMIUMS, SALES, SOLD
from abm.platforms import rules
from abm.scenario.institutions import CityPlan, Commercial, MutualInsurer

if TYPE_CHECKING:
    from abm.model import MutualAidModel


class Insurer(mesa.Agent):
    """Whoever sells policies: the critical-illness insurer or the city plan. It rates, sells, collects and pays."""

    model: "MutualAidModel"

    def __init__(self, model: "MutualAidModel", name: str, terms: Commercial | CityPlan, row: int) -> None:
        super().__init__(model)
        self.name, self.terms, self.row = name, terms, row
        self.sold = 0  # policies sold in this step, simulated

    def post_terms(self, day: date) -> None:
        """Publish the policy: who may buy it, what it costs by age and sex, and how it is sold."""
        policy, premiums = self.model.world.policies[self.row], self.model.world.premiums[self.row]
        terms = self.terms
        policy["trust"], policy["reach"] = terms.trust, terms.reach
        if isinstance(terms, CityPlan):
            policy["on_sale"] = (0, *(day >= launch for launch in terms.launches))
            policy["sum_insured"], premiums[:] = fen(terms.worth), fen(terms.premium)
            policy["declines"], policy["affordable"] = 0.0, 1.0
            return
        policy["on_sale"] = 1
        policy["sum_insured"] = fen(terms.sum_insured)
        premiums[:] = rules.premium(fen(terms.sum_insured), terms.loading, self.model.world.incidence)
        policy["declines"], policy["affordable"] = terms.declines, terms.affordable

    def book_receipts(self, row: np.ndarray, sales: np.ndarray) -> None:
        """Take in premiums, pay benefits, and commission on the year's premiums that each platform sold (`sales`)."""
        ledger = self.model.ledger
        ledger.transfer(int(row[PREMIUMS]), HOUSEHOLDS, self.name, self.name, "premiums")
        ledger.transfer(int(row[BENEFITS]), self.name, HOUSEHOLDS, self.name, "benefits")
        self.sold = int(row[SOLD])
        if isinstance(self.terms, Commercial):
            ledger.transfer(part(int(row[SALES]), self.terms.commission), self.name, OUTSIDE, self.name, "agents")
            for platform, sold in zip(self.model.platforms, sales.tolist(), strict=True):
                platform.earn(part(sold, self.terms.commission), self.name)


class LicensedMutual(mesa.Agent):
    """A licensed mutual insurer behind insurance-like products: it bears excess over caps while it has funds."""

    model: "MutualAidModel"

    def __init__(self, model: "MutualAidModel", name: str, terms: MutualInsurer) -> None:
        super().__init__(model)
        self.name, self.terms = name, terms
        model.ledger.transfer(round(fen(terms.capital) / model.weight), OUTSIDE, name, name, "capital")

    def bear(self, amount: int, payee: str, platform: str) -> int:
        """Pay excess for a platform as far as funds go; returns what was paid, fen."""
        return self.model.ledger.pay_as_far(amount, self.name, payee, platform, "borne_by_insurer")
