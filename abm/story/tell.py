"""The life of one person of a scenario, told: found the world, run it with a witness, put what was seen into words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from abm.model import MutualAidModel
from abm.reading import nearest
from abm.scenario import Scenario, ScenarioError
from abm.story.gallery import PICKS, gallery
from abm.story.happenings import Happening, brief, story
from abm.story.moments import WitnessError
from abm.story.witness import attend

Tick = Callable[[date], object]


def tell(
    case: str | Scenario,
    seed: int,
    row: int,
    steps: int,
    changes: Mapping[str, Any] | str | None = None,
    tick: Tick = str,
) -> list[Happening]:
    """The story of the person of a row over so many half-months; `tick` hears the date after each.

    Raises `ScenarioError` for a row or a number of steps that there is not.
    """
    model = MutualAidModel(case, seed=seed, changes=changes, drive="compiled")
    try:
        (witness,) = attend(model, row)
        run(model, steps, tick)
        return story(witness)
    finally:
        model.close()


def tell_of(model: MutualAidModel, row: int, tick: Tick = str) -> list[Happening]:
    """The story so far of a person of a model that has run, as `tell_all` tells it."""
    return tell_all(model, [row], tick)[0]


def tell_all(model: MutualAidModel, rows: Sequence[int], tick: Tick = str) -> list[list[Happening]]:
    """The stories so far of some persons of a model that has run, which is left as it is.

    Raises `WitnessError` where the model did not come from its scenario and seed alone: where a number was changed on
    the way, a policy or a member class is of somebody's own, or a person was made to act.
    """
    again = MutualAidModel(model.case, seed=model.seed, drive="compiled")
    try:
        witnesses = attend(again, *rows)
        if model.now >= 0:
            run(again, model.now + 1, tick)
        for row in rows:
            same = again.persons[row] == model.persons[row] and (again.memberships[row] == model.memberships[row]).all()
            if not same:
                raise WitnessError(f"person {row} of this model lives otherwise than its scenario and seed have it")
        return [story(witness) for witness in witnesses]
    finally:
        again.close()


def run(model: MutualAidModel, steps: int, tick: Tick = str) -> None:
    """So many steps of a new model. Raises `ScenarioError` where the calendar has fewer."""
    if not 1 <= steps <= model.case.calendar.periods:
        raise ScenarioError(f"steps = {steps} must be from 1 to {model.case.calendar.periods}, the calendar's end")
    for _ in range(steps):
        model.step()
        tick(model.day)


def find(model: MutualAidModel, pick: str) -> int:
    """The row of a pick. Raises `ScenarioError` where there is no such pick, or nobody who fits it."""
    require_pick(pick)
    found = gallery(model)
    if pick not in found:
        there = ", ".join(found) or "nobody"
        raise ScenarioError(f"person {pick}: there is nobody {PICKS[pick].meaning} by {model.day}; there are: {there}")
    return found[pick]


def require_pick(pick: str) -> None:
    """Raise `ScenarioError` where there is no such pick."""
    if pick not in PICKS:
        known = ", ".join(PICKS)
        raise ScenarioError(f"person {pick}: no number and no pick{nearest(pick, list(PICKS))}; there are: {known}")


def story_lines(scenario: Scenario, seed: int, steps: int, tick: Tick, who: str, everything: bool = False) -> list[str]:
    """The story of the person meant by `who`, a sentence a line; with `everything` also what led to nothing."""
    try:
        row = int(who)
    except ValueError:
        require_pick(who)
        row = find(_at_the_end(scenario, seed, steps, tick), who)
    told = tell(scenario, seed, row, steps, tick=tick)
    return [str(each) for each in (told if everything else brief(told))]


def gallery_lines(scenario: Scenario, seed: int, steps: int, tick: Tick) -> list[str]:
    """The picks that somebody fits, a line each."""
    found = gallery(_at_the_end(scenario, seed, steps, tick))
    return [f"{name:18} {row:>9}  the one {PICKS[name].meaning}" for name, row in found.items()]


def _at_the_end(scenario: Scenario, seed: int, steps: int, tick: Tick) -> MutualAidModel:
    model = MutualAidModel(scenario, seed=seed, drive="compiled")
    run(model, steps, tick)
    return model
