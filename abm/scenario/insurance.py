"""What can be bought beside mutual aid: one declaration a product, and any number of further ones in a scenario.

Everything that persons and insurers do with insurance goes over the rows of `Insurance.products`; nothing asks which
product it is.
"""

import re
from datetime import date
from itertools import combinations

from pydantic import ConfigDict, Field, model_validator

from abm.scenario.declare import NAME, Section, fact, number

MOST_PRODUCTS = 8  # a person has eight bits for what they hold
Launches = tuple[date, date, date]
Part = tuple[float, float]
EVERYWHERE: Part = (0.0, 1.0)


# fmt: off
class PolicyYear(Section):
    """What the end of a year brings: who renews, what the next year costs, and whether the product goes on."""

    renewed: bool = fact(False, "whether a policy is for a year, and its holder decides each year anew; of "
        "products that no city sells on a day of the holder's own, whenever they bought",
        source="assumption, false is off: nobody gives one up; the plan of a city is sold for a year, F261")
    lapse: float = number(0, "part of the holders who then let it lapse without a thought", unit="1", low=0, high=1,
        plausible=(0, 0.4), source="assumption, 0 is off: accounts and employers change, messages are not read")
    premium_response: float = number(0,
        "part of the gap between the loss ratio of a year and the one aimed at by which the next premium moves",
        unit="1", low=0, high=2, plausible=(0, 1),
        source="assumption, 0 is off; 1: as one who prices by experience alone")
    aimed_loss_ratio: float = number(0.85, "benefits over premiums and subsidy that are aimed at", unit="1", low=0.01,
        high=10, plausible=(0.6, 1), source="assumption: little is left for costs, sellers and gain")
    highest_rise: float = number(0.5, "most by which a premium rises in a year, or falls likewise", unit="1", low=0,
        high=10, plausible=(0.1, 1), source="assumption: what a city lets insurers ask for; 39 to 365 yuan were asked, "
                                            "F261")
    may_fail: bool = fact(False, "whether it ends with a year in which it lost too much",
        source="assumption, false is off: an observer expects city plans to fail faster than mutual aid")
    bearable_loss_ratio: float = number(1.5, "loss ratio of a year above which no insurer goes on", unit="1",
        low=0.01, high=100, plausible=(1.1, 2.5), source="assumption: the loss of half a year's premiums")
    least_claims: float = number(30,
        "claims of simulated holders that a year's premiums are meant for, below which nothing is made of it",
        unit="claims", low=0, high=1e6, plausible=(10, 100),
        source="assumption: the loss ratio of 30 claims of a sample is off by a fifth, where that of a city is not")
    subsidy: float = number(0, "what the city adds to the premiums, over these", unit="1", low=0, high=10,
        plausible=(0, 0.5), source="assumption, 0 is off: most are paid by those insured alone")


class Product(Section):
    """Insurance that a scenario declares: what it pays and costs, whom it takes, and how it is sold."""

    title: str = fact("insurance", "what a reader is told that it is", source="the scenario")
    on_sale: bool = fact(True, "whether it can be bought", source="a product that a scenario declares is on sale")
    launches: Launches | None = fact(None,
        "first day on sale in cities of tier 1, tier 2, and tier 3 and below; from the beginning where none is given",
        unit="date", source="from the beginning, unless the scenario says so")
    sum_insured: float = number(79_000, "paid at diagnosis", unit="yuan", low=0, high=1e7, source="F263")
    premium: float | None = number(None, "premium, the same for all; rated by age and sex where none is given",
        unit="yuan a year", low=0, high=100_000, source="rated, unless the scenario says so")
    loading: float = number(0.5, "rated premium over incidence times sum insured, less one", unit="1", low=0, high=5,
        plausible=(0.3, 1),
        source="assumption: half of what is paid in goes to sellers and costs; 400 yuan for 100,000, F106")
    asks_about_health: bool = fact(True, "whether sellers ask about health, and may turn away whoever is at risk",
        source="insurance does, unless the scenario says otherwise")
    declines: float = number(0.9, "chance that a known risk or illness is turned away, where health is asked about",
        unit="1", low=0, high=1, plausible=(0.7, 1), source="assumption: full underwriting")
    declines_for_good: bool = fact(False, "whether who is turned away once is so at every offer, and not by new luck",
        source="assumption, false is off: insurers ask whether another has turned one away")
    ends_at_diagnosis: bool = fact(True, "whether it ends once it has paid, and is not for those who were diagnosed",
        source="critical-illness insurance pays once")
    ill_again: float = number(0,
        "claims a year of a holder who was diagnosed before, over the sum insured, where it goes on after a diagnosis",
        unit="1", low=0, high=10, source="none: it ends at a diagnosis, unless the scenario says so")
    homes: tuple[Part, Part, Part] = fact((EVERYWHERE,) * 3,
        "part of the people of tier 1, tier 2, and tier 3 and below in whose cities it is sold, from and to: plans "
        "whose parts do not meet are those of different cities", unit="1",
        source="everywhere, unless the scenario says so")
    year: PolicyYear = PolicyYear()
    trust: float = number(0.9, "believed chance that a valid claim is paid", unit="1", low=0, high=1,
        plausible=(0.7, 0.99), source="assumption: a licence and a contract")
    overlap: float = number(0.4, "worth of aid, or of other insurance, that having it takes away",
        unit="1", low=0, high=1,
        plausible=(0.1, 0.8), source="assumption: covers are stacked; a mean commercial claim is 79,000 yuan, F263")
    affordable: float = number(0.02, "largest share of income spent on it", unit="1", low=0, high=1,
        plausible=(0.01, 0.05), source="assumption: mean premium 505 yuan a head, F244")
    reach: float = number(0.004, "chance that its own sellers offer it to a person in a period", unit="1", low=0,
        high=1, plausible=(0.001, 0.01), source="assumption: one person in ten a year")
    follows_closings: bool = fact(False,
        "whether it is offered only to those who were in a plan whose end was announced, and only for some months",
        source="assumption, false is off: insurers offered cover to members of plans that closed, F144, F155")
    follows_months: float = number(6, "months from that announcement in which it is offered then", unit="months", low=0,
        high=120, plausible=(1, 12), source="assumption: claims of the run-off are taken for 180 days, F155")
    disparages: float = number(0, "part of trust in every plan that a person loses whom its own sellers visit",
        unit="1", low=0, high=1, plausible=(0, 0.5),
        source="assumption, 0 is off: who sells insurance says that a plan is none and promises nothing")
    recommends: float = number(0, "part of the persons whom its own sellers visit who hear of every plan from them",
        unit="1", low=0, high=1, plausible=(0, 0.5),
        source="assumption, 0 is off: a plan that costs cents opens the door to who sells insurance")
    sponsored: bool = fact(False, "whether it is offered by a city and not by agents",
        source="no, unless the scenario says so")
    pages: float = number(0, "part of the insurance shown to members on pages of platforms that is this product",
        unit="1", low=0, high=1, source="none, unless the scenario says so")
    commission: float = number(0.6, "part of the first year's premium that whoever sold it receives",
        unit="1", low=0, high=2,
        plausible=(0.4, 1),
        source="assumption: 14.4 billion of premiums brought 2.7 billion where most were paid by the month, "
               "F164, F167")

    @model_validator(mode="after")
    def _consistent(self) -> "Product":
        for first, last in self.homes:
            if not 0 <= first <= last <= 1:
                raise ValueError(f"homes: {first:g} to {last:g} must be from 0 to 1, the lower first")
        if self.ill_again and self.ends_at_diagnosis:
            raise ValueError("ill_again is for a product that goes on after a diagnosis; set ends_at_diagnosis = false")
        return self


class Commercial(Product):
    """Critical-illness insurance: a premium by age and sex, and questions about health."""

    title: str = fact("insurance against critical illness", "what a reader is told that it is", source="F263")
    on_sale: bool = fact(False, "whether it can be bought", source="no, unless the scenario says so")
    declines_for_good: bool = fact(True, "whether who is turned away once is so at every offer, and not by new luck",
        source="assumption: its questions ask whether another insurer has turned one away")
    pages: float = number(1.0, "part of the insurance shown to members on pages of platforms that is this product",
        unit="1", low=0, high=1, source="all of it, unless the scenario says so")


class CityPlan(Product):
    """Supplementary cover sponsored by a city (惠民保): one low premium for all, no questions about health."""

    title: str = fact("the supplementary cover of the city", "what a reader is told that it is", source="F259")
    on_sale: bool = fact(False, "whether it can be bought", source="no, unless the scenario says so")
    launches: Launches = fact((date(2020, 4, 1), date(2020, 7, 1), date(2020, 10, 1)),
        "first day on sale in cities of tier 1, tier 2, and tier 3 and below", unit="date",
        source="assumption, half a year either way: 111 plans in 179 cities by the end of 2020, F259")
    sum_insured: float = number(60_000, "what it is worth at a diagnosis", unit="yuan", low=0, high=1e7,
        plausible=(20_000, 150_000), source="assumption: pays most of large bills after a deductible")
    premium: float = number(59, "premium, the same for all", unit="yuan a year", low=0, high=100_000,
        source="F261")
    asks_about_health: bool = fact(False, "whether sellers ask about health, and may turn away whoever is at risk",
        source="its terms: nobody is asked about health")
    ends_at_diagnosis: bool = fact(False, "whether it ends once it has paid, and is not for those who were diagnosed",
        source="its terms: nobody is asked about health")
    ill_again: float = number(0,
        "claims a year of a holder who was diagnosed before, over the sum insured, where it goes on after a diagnosis",
        unit="1", low=0, high=10, plausible=(0, 0.5),
        source="assumption, 0 is off: treatment goes on for years; who is ill already may buy where nobody asks")
    trust: float = number(0.9, "believed chance that a valid claim is paid", unit="1", low=0, high=1,
        plausible=(0.7, 0.99), source="assumption: the city's name is on it")
    overlap: float = number(0.3, "worth of aid, or of other insurance, that having it takes away",
        unit="1", low=0, high=1, plausible=(0.05, 0.5), source="assumption: it pays bills, aid pays a sum")
    affordable: float = number(1, "largest share of income spent on it", unit="1", low=0, high=1,
        source="its premium is small for everybody, F261")
    reach: float = number(0.02, "chance that a person is offered it in a period", unit="1", low=0, high=1,
        plausible=(0.005, 0.05), source="assumption: 40 million of some 600 million in reach within 2020, F259")
    sponsored: bool = fact(True, "whether it is offered by a city and not by agents", source="F259")
    pages: float = number(0, "part of the insurance shown to members on pages of platforms that is this product",
        unit="1", low=0, high=1, source="none: cities advertise it themselves")
    commission: float = number(0, "part of the first year's premium that whoever sold it receives",
        unit="1", low=0, high=2, source="none: cities advertise it themselves")


class Insurance(Section):
    """What can be bought beside mutual aid: the two products that every world knows, and any that a scenario adds."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Product] = Field(init=False)

    commercial: Commercial = Commercial()
    city: CityPlan = CityPlan()

    @model_validator(mode="after")
    def _countable(self) -> "Insurance":
        for name in self.products:
            if not re.fullmatch(NAME, name):
                raise ValueError(f"'{name}' is not a name; write small letters, digits and underscores")
        if len(self.products) > MOST_PRODUCTS:
            raise ValueError(f"{len(self.products)} products are too many; at most {MOST_PRODUCTS} can be held")
        for chance in ("pages", "reach"):  # one offer at most comes by in a period, and a page shows one
            parts = {name: getattr(product, chance) for name, product in self.products.items() if product.on_sale}
            if sum(parts.values()) > 1 + 1e-9:
                words = f"{chance} of all products on sale are parts of one whole, and here more than 1"
                raise ValueError(f"{words}: {', '.join(f'{name} {part:g}' for name, part in parts.items())}")
        return self

    @model_validator(mode="after")
    def _one_city_each(self) -> "Insurance":
        cities = {name: each.homes for name, each in self.products.items() if each.on_sale and each.sponsored}
        for (one, here), (other, there) in combinations(cities.items(), 2):
            for tier, (ours, theirs) in enumerate(zip(here, there, strict=True), 1):
                if max(ours[0], theirs[0]) < min(ours[1], theirs[1]):
                    parts = f"{one} {ours[0]:g} to {ours[1]:g}, {other} {theirs[0]:g} to {theirs[1]:g}"
                    words = f"homes of two sponsored products on sale meet in tier {tier}"
                    raise ValueError(f"{words}: {parts}; who lives in a city has its plan and no other city's")
        return self

    @property
    def products(self) -> dict[str, Product]:
        """All products by name, in the order of their rows and of the bits of those who hold them."""
        declared = {name: getattr(self, name) for name in type(self).model_fields}
        return declared | dict(self.__pydantic_extra__ or {})

    @property
    def underwritten(self) -> int:
        """The bits of the products that ask about health."""
        return sum(1 << row for row, product in enumerate(self.products.values()) if product.asks_about_health)
