"""Those beside the platforms: insurers of the ordinary kind, licensed mutual insurers, and the regulator."""

from datetime import date
from typing import Literal

from abm.scenario.declare import Section, fact, number

PolicyName = Literal["laissez_faire", "historical", "early_licensing", "strict_ban", "guarantee_fund"]


# fmt: off
class Commercial(Section):
    """Critical-illness insurance: a premium by age and sex, and questions about health."""

    sum_insured: float = number(79_000, "paid at diagnosis", unit="yuan", low=0, high=1e7, source="F263")
    loading: float = number(0.5, "premium over incidence times sum insured, less one", unit="1", low=0, high=5,
        plausible=(0.3, 1),
        source="assumption: half of what is paid in goes to sellers and costs; 400 yuan for 100,000, F106")
    declines: float = number(0.9, "chance that a known risk or illness is turned away", unit="1", low=0, high=1,
        plausible=(0.7, 1), source="assumption: full underwriting")
    trust: float = number(0.9, "believed chance that a valid claim is paid", unit="1", low=0, high=1,
        plausible=(0.7, 0.99), source="assumption: a licence and a contract")
    reach: float = number(0.004, "chance that an agent offers it to an uninsured person in a period", unit="1", low=0,
        high=1, plausible=(0.001, 0.01), source="assumption: one person in ten a year")
    affordable: float = number(0.02, "largest share of income spent on it", unit="1", low=0, high=1,
        plausible=(0.01, 0.05), source="assumption: mean premium 505 yuan a head, F244")
    commission: float = number(0.6, "part of the first year's premium that the platform which sold it receives",
        unit="1", low=0, high=2, plausible=(0.4, 1),
        source="assumption: 14.4 billion of premiums brought 2.7 billion where most were paid by the month, "
               "F164, F167")


class CityPlan(Section):
    """Supplementary cover sponsored by a city (惠民保): one low premium for all, no questions about health."""

    premium: float = number(59, "premium", unit="yuan a year", low=0, high=10_000, source="F261")
    launches: tuple[date, date, date] = fact((date(2020, 4, 1), date(2020, 7, 1), date(2020, 10, 1)),
        "first day on sale in cities of tier 1, tier 2, and tier 3 and below", unit="date",
        source="assumption, half a year either way: 111 plans in 179 cities by the end of 2020, F259")
    worth: float = number(60_000, "what it is worth at a diagnosis", unit="yuan", low=0, high=1e7,
        plausible=(20_000, 150_000), source="assumption: pays most of large bills after a deductible")
    trust: float = number(0.9, "believed chance that a valid claim is paid", unit="1", low=0, high=1,
        plausible=(0.7, 0.99), source="assumption: the city's name is on it")
    reach: float = number(0.02, "chance that a person is offered it in a period", unit="1", low=0, high=1,
        plausible=(0.005, 0.05), source="assumption: 40 million of some 600 million in reach within 2020, F259")


class Insurance(Section):
    """What can be bought beside mutual aid; None is not on sale."""

    commercial: Commercial | None = fact(None, "critical-illness insurance", source="none unless the scenario says so")
    city: CityPlan | None = fact(None, "supplementary cover by cities", source="none unless the scenario says so")


class MutualInsurer(Section):
    """A licensed mutual insurer that stands behind insurance-like products."""

    capital: float = number(1e9, "own funds at the start", unit="yuan", low=0, high=1e12,
        plausible=(5e8, 2e9), source="assumption: three of them lost 270 million, F219, and went on")


class Supervision(Section):
    """What the regulator looks at, how long it remembers, and when it acts."""

    policy: PolicyName = fact("laissez_faire", "rules by which it acts", source="none unless the scenario says so")
    forgetting: float = number(0.08, "share of pressure that is forgotten in a period", unit="1", low=0, high=1,
        plausible=(0.02, 0.1), source="assumption: a memory of about a year")
    from_size: float = number(0.08, "pressure from plans without a licence, for memberships as large as the population",
        unit="1 a period", low=0, high=100, plausible=(0.02, 0.15),
        source="assumption, set by hand: a warning came when a quarter were in, F229, F233, F252")
    from_deposits: float = number(0.15, "pressure from each billion of deposits without custody", unit="1 a period",
        low=0, high=100, plausible=(0.05, 0.3),
        source="assumption, set by hand: rectification at the end of 2016, F246, F247")
    from_complaints: float = number(2.0, "pressure from complaints, for one in a period on a thousand persons",
        unit="1 a period", low=0, high=10_000, plausible=(0, 10),
        source="assumption: 10,531 complaints in 2018 were news, F258")
    from_small_plans: float = number(0.0006, "pressure from each of the small plans", unit="1 a period", low=0, high=1,
        plausible=(0.0001, 0.001), source="assumption, set by hand: with 200 of them rectification began, F222, F247")
    warn_at: float = number(0.26, "pressure at which it warns", unit="1", low=0.001, high=100,
        source="assumption: the scale of pressure is free, the others are set against it")
    rectify_at: float = number(0.6, "pressure at which it rectifies", unit="1", low=0, high=100,
        plausible=(0.4, 1), source="assumption: about twice the pressure of a warning")
    close_at: float = number(1.5, "pressure at which it orders plans to close, where its policy knows that", unit="1",
        low=0, high=100, plausible=(1, 3), source="assumption: no closing was ever ordered, F270")
    stop_new_at: float = number(0.01,
        "members of insurance-like products, summed over periods, over the population: new ones are taken down",
        unit="1", low=0, high=10, plausible=(0.005, 0.03),
        source="assumption, set by hand: one was gone in a day, F210")
    stop_all_at: float = number(0.05, "the same for those that are there already", unit="1", low=0, high=10,
        plausible=(0.04, 0.06), source="assumption, set by hand: stopped six weeks after its launch, F010, F249, F250")
    licence_capital: float = number(1e8, "loss of a year that the parent of a licensed plan must be able to bear",
        unit="yuan", low=0, high=1e12, plausible=(5e7, 1e9),
        source="assumption: what mutual insurers had to bring, F220")
    levy: float = number(0.02, "part of aid paid into a guarantee fund, where there is one", unit="1", low=0, high=0.5,
        plausible=(0.01, 0.05), source="assumption: insurance guarantee funds take up to 0.8 % of premiums")
