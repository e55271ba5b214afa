"""Those beside the platforms: licensed mutual insurers and the regulator. Ordinary insurance is in `insurance`."""

from typing import Literal

from abm.scenario.declare import Section, fact, number

PolicyName = Literal["laissez_faire", "historical", "early_licensing", "strict_ban", "guarantee_fund"]


# fmt: off
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
