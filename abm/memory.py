"""How much memory a scenario needs, asked before it is taken."""

import psutil

from abm.population import MEMBERSHIP, PERSON
from abm.scenario import Scenario, ScenarioError

SEEN_BYTES = 4
WORKING_BYTES = 300_000_000  # the program itself, founding and figures


def bytes_a_person(scenario: Scenario) -> int:
    """Bytes kept for each simulated person: the row, the memberships, what friends see, and the friends."""
    network = 4 + 4 * scenario.friends.degree
    return PERSON.itemsize + scenario.slots * MEMBERSHIP.itemsize + SEEN_BYTES + network


def require_room(scenario: Scenario, available: int | None = None) -> None:
    """Raise `ScenarioError` if the simulated persons do not fit into memory, saying how many would."""
    free = psutil.virtual_memory().available if available is None else available
    persons, each = scenario.people.persons, bytes_a_person(scenario)
    if persons * each + WORKING_BYTES > free:
        fit = max(0, (free - WORKING_BYTES) // each)
        raise ScenarioError(
            f"people.persons = {persons} needs {persons * each / 1e9:.1f} GB and {free / 1e9:.1f} GB are free;"
            f" {fit} persons would fit"
        )
