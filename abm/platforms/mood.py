"""The mood of the public towards mutual aid: one number for all, which news moves and time fades. It only answers.

The same warning or closing comes to members by itself too, and takes trust (``mind.trust_from_*``) or makes them fear
for their plan (``mind.closing_alarm``). It is counted once for each belief: by the stronger of the two ways.
"""

from collections.abc import Sequence

from abm.persons.rules import overlap
from abm.platforms import rules
from abm.platforms.alarms import IN_SIGHT
from abm.platforms.closing import Stage, part_of_people
from abm.platforms.owners import trust_lost_by_closing
from abm.platforms.plan import Plan, Surroundings


def mood_after(model: Surroundings, plans: Sequence[Plan]) -> float:
    """The mood after the news of a step, from 0 (calm) to 1 (alarm): each news goes a part of the way that is left.

    News are a warning, closings by the root of the part of all people who were in the plan, and refusals by how far
    they are known.
    """
    numbers, people = model.case.mood, model.case.people.population
    mood = _announced(model, model.mood)
    seen = (each for each in plans if each.stage in IN_SIGHT)
    known = sum(rules.refusals_known(each.members, each.refused_share, people) for each in seen)
    return overlap(mood, min(1.0, numbers.from_refusals * known))


def _announced(model: Surroundings, before: float) -> float:
    """What becomes of the mood in a step by fading, a warning and the ends that are announced."""
    numbers, now, people = model.case.mood, model.now, model.case.people.population
    mood = (1 - numbers.fading) * before
    if model.regulator.last_warning == now:
        mood = overlap(mood, numbers.from_warning)
    for closing in model.closings:
        if closing.announced == now:
            mood = overlap(mood, rules.contagion(part_of_people(closing, people), numbers.from_closing))
    return mood


def trust_lost(plan: Plan, before: float) -> float:
    """Part of its trust that a plan loses as the mood darkens from `before`, beyond what the same news cost by itself.

    The public hears of refusals by the mood alone; those among friends are other ones, and near. What the mood darkens
    by them is lost besides.
    """
    model, mind, distrust = plan.model, plan.model.case.mind, plan.model.case.mood.distrust
    announced = _announced(model, before)
    warned = plan.stage == Stage.OPEN and model.regulator.last_warning == model.now
    by_itself = mind.trust_from_warning if warned else 0.0
    data_left = {each.name: each.terms.closing.distrust_of_data for each in model.platforms}
    for closing in model.closings:
        if closing.announced == model.now and closing.platform != plan.name:
            by_itself = overlap(by_itself, trust_lost_by_closing(plan, closing))
            if distrust_of_data := data_left.get(closing.platform):
                by_itself = overlap(by_itself, rules.contagion(closing.share, distrust_of_data))
    of_refusals = rules.dismay(max(before, announced), model.mood, distrust)
    return overlap(rules.beyond(by_itself, rules.dismay(before, announced, distrust)), of_refusals)
