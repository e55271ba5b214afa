"""Who stands behind several plans at once."""

from abm.scenario.declare import Section, fact, number


# fmt: off
class Owner(Section):
    """A company behind several plans: what befalls one of them the others feel, and some costs are borne once."""

    trust_shared: float = number(0.2,
        "part of trust that members of its other plans lose when the end of one is announced, or the regulator stops "
        "one, if all members were in it, less by the root of the part who were; what any plan loses by that end, if "
        "that is more", unit="1", low=0, high=1, plausible=(0.05, 0.5),
        source="assumption: a name that is known to stand behind both, so more than by the end of a stranger")
    name_shared: float = number(0.5,
        "part of the loss of name by a closing that is not lost again once another of its plans has ended, if all "
        "members were in that, less by the root of the part who were", unit="1",
        low=0, high=1, plausible=(0.1, 0.9), source="assumption: a good name is lost once, but by each end to others")
    exposure_shared: float = number(0.5,
        "rise of the regulatory cost of its other plans once the regulator has stopped one or ordered its end, over "
        "what it was, if all people have been in that by now, less by the root of the part who have", unit="1", low=0,
        high=10, plausible=(0.1, 2), source="assumption: a company that was in the way once is watched")
    costs_shared: bool = fact(True,
        "whether the cost of technology and the rest falls with the members of all its plans, and not of each alone",
        source="assumption: systems are built once, and false is as for strangers")
