"""What a person has to pay for an illness, where basic medical insurance pays a part."""

from abm.jit import behaviour
from abm.market import World
from abm.persons import rules


@behaviour
def as_it_counts(cover: float, world: World) -> float:
    """Cover in yuan as it counts: what is above the rest of the bill counts less."""
    p = world.settings[0]
    return rules.useful_cover(cover, p["illness_bill"], p["reimbursed"], p["worth_beyond_bill"])
