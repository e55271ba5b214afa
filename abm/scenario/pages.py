"""The pages of a platform: who uses them."""

from abm.scenario.declare import Section, number


# fmt: off
class Users(Section):
    """Who they are that use the pages on which a plan is offered; how many there are says `audience`."""

    tier_1: float = number(1, "use of the pages in cities of tier 1, over that in tier 3 and below", unit="1", low=0.01,
        high=100, plausible=(0.3, 2), source="assumption, 1 is off. At 0.5, in tiers 1 and 2, three quarters of the "
               "users are from tier 3 and below, as of one plan, F154, where of the largest nearly 60 % are, F034")
    tier_2: float = number(1, "the same in cities of tier 2", unit="1", low=0.01, high=100, plausible=(0.3, 2),
        source="assumption, 1 is off; as in tier 1")
    under_30: float = number(1, "use of the pages by those under 30 years on the first day, over that from 30 to 49",
        unit="1", low=0.01, high=100, plausible=(0.3, 3),
        source="assumption, 1 is off: nearly 60 % of one plan were born in the 1980s and 1990s, F284, and 46 % of the "
               "largest were under 30, F012")
    from_50: float = number(1, "the same by those of 50 years and older", unit="1", low=0.01, high=100,
        plausible=(0.1, 2), source="assumption, 1 is off: pages that one pays on are used less in old age")
