"""The pages of a platform: who uses them, and money that is raised on them."""

from datetime import date

from abm.scenario.declare import Section, fact, number


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


class Crowdfunding(Section):
    """A page on which friends of the ill raise money for them, and which offers the plan to whoever looks at it."""

    raising: float = number(0, "share of the ill for whom money is raised on the page, once it is known; a friend "
        "of theirs comes by the page with this chance each time that they meet",
        unit="1", low=0, high=1, source="none, unless the scenario says so: most platforms have no such page")
    viewers: float = number(100, "people beyond the friends one talks to who see such a page", unit="persons", low=0,
        high=1e6, plausible=(20, 1_000), source="assumption: circles are of some 150 people, Hill and Dunbar 2003, and "
               "pages are passed on; donors of F286 alone")
    begins: date | None = fact(None, "day on which the page is opened; with the plan where none is given", unit="date",
        source="none unless the scenario says so")
    months: float = number(12, "months in which it comes to be known", unit="months", low=0, high=120,
        plausible=(3, 24), source="assumption: donors grew from two to twenty million within half a year, F286")
