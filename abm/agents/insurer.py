"""Insurers: those who sell products to persons, and the licensed mutual insurers behind insurance-like products."""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from abm.agents.agent import Agent
from abm.ledger import HOUSEHOLDS, OUTSIDE
from abm.money import fen, part
from abm.persons.paying import BENEFITS, PREMIUMS, SALES, SOLD
from abm.platforms import rules
from abm.platforms.closing import Stage, gift_until
from abm.platforms.rivalry import disparaged
from abm.scenario.institutions import MutualInsurer
from abm.scenario.insurance import Product
from abm.scenario.tables import age_factor

if TYPE_CHECKING:
    from abm.model import MutualAidModel


class Insurer(Agent):
    """Whoever sells a product, or once sold it. It rates, sells, collects and pays."""

    model: "MutualAidModel"

    def __init__(self, model: "MutualAidModel", name: str, product: Product, row: int) -> None:
        super().__init__(model)
        self.name, self.product, self.row = name, product, row
        self.sold = 0  # policies sold in this step, simulated

    def post_terms(self, day: date) -> None:
        """Publish the product: who may buy it, what it costs by age and sex, and how it is sold."""
        product, world = self.product, self.model.world
        published, premiums = world.products[self.row], world.premiums[self.row]
        published["on_sale"] = (0, *(product.on_sale and day >= first for first in product.launches or (day,) * 3))
        published["sum_insured"] = fen(product.sum_insured)
        for name in (
            "sponsored",
            "ends_at_diagnosis",
            "trust",
            "overlap",
            "reach",
            "pages",
            "affordable",
            "declines_for_good",
        ):
            published[name] = getattr(product, name)
        published["runs_out"] = self.runs_out
        published["declines"] = product.declines if product.asks_about_health else 0.0
        if product.premium is not None:
            premiums[:] = fen(product.premium)
        else:
            by_the_table = world.incidence / age_factor(self.model.case.health)
            premiums[:] = rules.premium(fen(product.sum_insured), product.loading, by_the_table)

    def talk(self, day: date) -> None:
        """Its sellers speak ill of plans that take members; who is visited trusts them less from the next step on."""
        lost = disparaged(self.product, self.model.case, day)
        for platform in self.model.platforms if lost else ():
            if platform.stage == Stage.OPEN:
                platform.lose_trust(lost)

    @property
    def runs_out(self) -> int:
        """The step from which on nobody holds the product, because plans gave it for a time, the last one until then.

        0 where none did.
        """
        givers = [each for each in self.model.platforms if each.closing and each.closing_plan.given_to_all]
        theirs = (gift_until(each) for each in givers if each.closing_plan.conversion_product == self.name)
        return max(theirs, default=0)

    def book_receipts(self, row: np.ndarray, sales: np.ndarray) -> None:
        """Take in premiums and pay benefits (`row` of the cash flows); commission on the year's premiums sold.

        `sales`: rows of the platforms. Commission goes to agents and to each platform that sold.
        """
        ledger, commission, column = self.model.ledger, self.product.commission, SALES + self.row
        ledger.transfer(int(row[PREMIUMS]), HOUSEHOLDS, self.name, self.name, "premiums")
        ledger.transfer(int(row[BENEFITS]), self.name, HOUSEHOLDS, self.name, "benefits")
        self.sold = int(row[SOLD])
        if commission:
            ledger.transfer(part(int(row[column]), commission), self.name, OUTSIDE, self.name, "agents")
            for platform, sold in zip(self.model.platforms, sales[:, column].tolist(), strict=True):
                platform.earn(part(sold, commission), self.name)


class LicensedMutual(Agent):
    """A licensed mutual insurer behind insurance-like products: it bears excess over caps while it has funds."""

    model: "MutualAidModel"

    def __init__(self, model: "MutualAidModel", name: str, terms: MutualInsurer) -> None:
        super().__init__(model)
        self.name, self.terms = name, terms
        model.ledger.transfer(round(fen(terms.capital) / model.weight), OUTSIDE, name, name, "capital")

    def bear(self, amount: int, payee: str, platform: str) -> int:
        """Pay excess for a platform as far as funds go; returns what was paid, fen."""
        return self.model.ledger.pay_as_far(amount, self.name, payee, platform, "borne_by_insurer")
