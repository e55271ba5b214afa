"""Insurers: those who sell products to persons, and the licensed mutual insurers behind insurance-like products."""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from abm.agents.agent import Agent
from abm.clock import PERIODS_PER_MONTH, PERIODS_PER_YEAR
from abm.ledger import HOUSEHOLDS, OUTSIDE, deposits
from abm.market import ALL_NOW, NEVER_RENEWED, ONE_BY_ONE
from abm.money import fen, part
from abm.observation.events import EventKind
from abm.persons.paying import BENEFITS, PREMIUMS, SALES, SOLD
from abm.platforms import rules
from abm.platforms.closing import Stage, gift_until
from abm.platforms.mutuals import interest_on, loss_of_period
from abm.platforms.policy_year import change_of_premium, claims_paid_for, fails, loss_ratio
from abm.platforms.rivalry import visited
from abm.scenario.institutions import MutualInsurer
from abm.scenario.insurance import Product
from abm.scenario.tables import age_factor

if TYPE_CHECKING:
    from abm.model import MutualAidModel


NOT_YET = -1  # a step before the first


class Insurer(Agent):
    """Whoever sells a product, or once sold it. It rates, sells, collects and pays."""

    model: "MutualAidModel"

    def __init__(self, model: "MutualAidModel", name: str, product: Product, row: int) -> None:
        super().__init__(model)
        self.name, self.product, self.row = name, product, row
        self.sold = 0  # policies sold in this step, simulated
        self.began = NOT_YET  # first step on sale; years of policies are counted from it
        self.factor = 1.0  # premium over that of the first year
        self.premiums = self.benefits = 0  # of this year so far, simulated fen
        self.failed = 0  # step in which it ended for good, 0 where it has not

    def post_terms(self, day: date) -> None:
        """Publish the product: who may buy it, what it costs by age and sex, and how it is sold."""
        product, world = self.product, self.model.world
        published, premiums = world.products[self.row], world.premiums[self.row]
        on_sale = [product.on_sale and day >= first for first in product.launches or (day,) * 3]
        if self.began == NOT_YET and any(on_sale):
            self.began = self.model.now
        year_is_over = NOT_YET < self.began < self.model.now and (self.model.now - self.began) % PERIODS_PER_YEAR == 0
        if year_is_over and not self.failed:
            self.end_year()
        published["on_sale"] = (0, *(each and not self.failed for each in on_sale))
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
            "ill_again",
            "follows_closings",
        ):
            published[name] = getattr(product, name)
        published["runs_out"], published["lapse"] = self.runs_out, product.year.lapse
        published["ended_plans"] = self.ended_plans if product.follows_closings else 0
        published["home_from"] = (0.0, *(first for first, _ in product.homes))
        published["home_to"] = (0.0, *(last for _, last in product.homes))
        one_by_one = ALL_NOW * year_is_over if product.sponsored else ONE_BY_ONE
        published["renewal"] = one_by_one if product.year.renewed else NEVER_RENEWED
        published["declines"] = product.declines if product.asks_about_health else 0.0
        if product.premium is not None:
            premiums[:] = fen(product.premium * self.factor)
        else:
            by_the_table = world.incidence / age_factor(self.model.case.health)
            premiums[:] = rules.premium(fen(product.sum_insured), product.loading, by_the_table)
            if self.factor != 1.0:
                premiums[:] = np.rint(premiums * self.factor)
        self.talk()

    @property
    def ended_plans(self) -> int:
        """The plans, in bits, whose end was announced so short a time ago that the product still follows them."""
        plans, since = self.model.platforms, self.model.now - self.product.follows_months * PERIODS_PER_MONTH
        return sum(1 << plan.index for plan in plans if plan.closing and plan.closing.announced >= since)

    def end_year(self) -> None:
        """Look at the experience of the year that is over: ask for more or less in the next, or end the product."""
        year, before = self.product.year, self.factor
        ratio = loss_ratio(self.premiums, self.benefits, year)
        expected = claims_paid_for(self.premiums, fen(self.product.sum_insured), year)
        self.premiums = self.benefits = 0
        if expected == 0 or expected < year.least_claims:
            return
        if fails(ratio, year):
            self.failed = self.model.now
            self.model.note(self.name, EventKind.PRODUCT_ENDED, f"loss ratio {ratio:.2f}")
            return
        self.factor *= change_of_premium(ratio, year)
        if self.factor != before:
            words = f"loss ratio {ratio:.2f}; {self.factor:.2f} times that of the first year"
            self.model.note(self.name, EventKind.NEW_PREMIUM, words)

    def talk(self) -> None:
        """Its sellers speak ill of plans that take members; who is visited trusts them less from the next step on."""
        if not self.product.disparages:
            return  # and whom they visit is not asked
        lost = self.product.disparages * visited(self.model.world.products[self.row], self.model.case)
        for platform in self.model.platforms:
            if platform.stage == Stage.OPEN:
                platform.lose_trust(lost)

    @property
    def runs_out(self) -> int:
        """The step from which on nobody holds the product, because plans gave it for a time, the last one until then.

        Or because it has failed. 0 where nothing of this is so.
        """
        if self.failed:
            return self.failed
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
        subsidy = part(int(row[PREMIUMS]), self.product.year.subsidy)
        ledger.transfer(subsidy, OUTSIDE, self.name, self.name, "city_subsidy")
        self.premiums += int(row[PREMIUMS])
        self.benefits += int(row[BENEFITS])
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

    def keep_accounts(self) -> None:
        """Book a half-month: interest on all that is held, other losses, the cost of promotion.

        Costs are paid as far as funds go; what is then left bears excess over caps.
        """
        model, terms, ledger = self.model, self.terms, self.model.ledger
        plans = [plan for plan in model.platforms if plan.terms.insurer == self.name]
        held = ledger.balances[self.name] + sum(ledger.balances[deposits(plan.name)] for plan in plans)
        ledger.transfer(interest_on(held, terms), OUTSIDE, self.name, self.name, "interest")
        losses = round(fen(loss_of_period(terms, model.now)) / model.weight)
        ledger.pay_as_far(losses, self.name, OUTSIDE, self.name, "losses")
        promotion = fen(terms.promotion_cost * sum(plan.census.joined for plan in plans))
        ledger.pay_as_far(promotion, self.name, OUTSIDE, self.name, "promotion")

    def bear(self, amount: int, payee: str, platform: str) -> int:
        """Pay excess for a platform as far as funds go; returns what was paid, fen."""
        return self.model.ledger.pay_as_far(amount, self.name, payee, platform, "borne_by_insurer")
