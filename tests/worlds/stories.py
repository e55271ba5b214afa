"""Everybody's story in two busy little worlds, told once for all tests."""

from functools import cache

from abm.story.narrative import Happening, story
from abm.story.witness import attend
from worlds.busy import busy, finish
from worlds.endings import ending_market


@cache
def told(name: str) -> dict[int, list[Happening]]:
    """Everybody's story."""
    model = ending_market(drive="compiled") if name == "endings" else busy(drive="compiled")
    witnesses = attend(model, *range(model.persons.size))
    finish(model)
    return {witness.row: story(witness) for witness in witnesses}
