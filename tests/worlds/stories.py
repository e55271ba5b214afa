"""Everybody's story in busy little worlds, told once for all tests."""

from functools import cache

from abm.mechanisms import off
from abm.story.narrative import Happening, story
from abm.story.witness import attend
from worlds.busy import busy, finish
from worlds.endings import GIFT, YEARLY, ending_market


@cache
def told(name: str) -> dict[int, list[Happening]]:
    """Everybody's story: where plans end, in the busy world, or where everybody in that decides alone."""
    worlds = {
        "endings": lambda: ending_market(drive="compiled", changes=GIFT | YEARLY),
        "busy": lambda: busy(drive="compiled"),
        "alone": lambda: busy(drive="compiled", changes=off("A16")),
    }
    model = worlds[name]()
    witnesses = attend(model, *range(model.persons.size))
    finish(model)
    return {witness.row: story(witness) for witness in witnesses}
