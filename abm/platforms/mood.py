"""The mood of the public towards mutual aid: one number for all, which news moves and time fades. It only answers."""

from collections.abc import Sequence

from abm.persons.rules import overlap
from abm.platforms import rules
from abm.platforms.alarms import IN_SIGHT
from abm.platforms.closing import part_of_people
from abm.platforms.plan import Plan, Surroundings


def mood_after(model: Surroundings, plans: Sequence[Plan]) -> float:
    """The mood after the news of a step, from 0 (calm) to 1 (alarm): each news goes a part of the way that is left.

    News are a warning, closings by the root of the part of all people who were in the plan, and refusals by how far
    they are known.
    """
    numbers, now, people = model.case.mood, model.now, model.case.people.population
    mood = (1 - numbers.fading) * model.mood
    if model.regulator.last_warning == now:
        mood = overlap(mood, numbers.from_warning)
    for closing in model.closings:
        if closing.announced == now:
            mood = overlap(mood, rules.contagion(part_of_people(closing, people), numbers.from_closing))
    seen = (each for each in plans if each.stage in IN_SIGHT)
    known = sum(rules.refusals_known(each.members, each.refused_share, people) for each in seen)
    return overlap(mood, min(1.0, numbers.from_refusals * known))
