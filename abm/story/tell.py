"""The life of one person of a scenario, told: found the world, run it with a witness, put what was seen into words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from abm.errors import PersonError, nearest
from abm.model import MutualAidModel
from abm.scenario.scenario import Scenario
from abm.story.events import WitnessError
from abm.story.narrative import Happening, brief, story
from abm.story.notable import PICKS, gallery
from abm.story.witness import attend

OnStep = Callable[[date], object] | None


def tell(
    case: str | Scenario,
    row: int,
    seed: int = 1,
    until: date | None = None,
    changes: Mapping[str, Any] | str | None = None,
    on_step: OnStep = None,
) -> list[Happening]:
    """The story of the person of a row, to the end or until a day; `on_step` hears the date after each half-month.

    Raises `PersonError` for a row and `ModelError` for a day that there is not.
    """
    model = MutualAidModel(case, seed=seed, changes=changes, drive="compiled")
    try:
        (witness,) = attend(model, row)
        model.run_until(until, on_step)
        return story(witness)
    finally:
        model.close()


def tell_of(model: MutualAidModel, row: int, on_step: OnStep = None) -> list[Happening]:
    """The story so far of a person of a model that has run, as `tell_all` tells it."""
    return tell_all(model, [row], on_step)[0]


def tell_all(model: MutualAidModel, rows: Sequence[int], on_step: OnStep = None) -> list[list[Happening]]:
    """The stories so far of some persons of a model that has run, which is left as it is.

    Raises `WitnessError` where the model did not come from its scenario and seed alone: where a number was changed on
    the way, a policy or a member class is of somebody's own, or a person was made to act.
    """
    again = MutualAidModel(model.case, seed=model.seed, drive="compiled")
    try:
        witnesses = attend(again, *rows)
        if model.now >= 0:
            again.run_until(model.day, on_step)
        for row in rows:
            same = again.persons[row] == model.persons[row] and (again.memberships[row] == model.memberships[row]).all()
            if not same:
                raise WitnessError(f"person {row} of this model lives otherwise than its scenario and seed have it")
        return [story(witness) for witness in witnesses]
    finally:
        again.close()


def find(model: MutualAidModel, pick: str) -> int:
    """The row of a pick. Raises `PersonError` where there is no such pick, or nobody who fits it."""
    require_pick(pick)
    found = gallery(model)
    if pick not in found:
        there = ", ".join(found) or "nobody"
        raise PersonError(f"person {pick}: there is nobody {PICKS[pick].meaning} by {model.day}; there are: {there}")
    return found[pick]


def require_pick(pick: str) -> None:
    """Raise `PersonError` where there is no such pick."""
    if pick not in PICKS:
        known = ", ".join(PICKS)
        raise PersonError(f"person {pick}: no number and no pick{nearest(pick, list(PICKS))}; there are: {known}")


def story_lines(
    scenario: Scenario, seed: int, until: date | None, on_step: OnStep, who: str, everything: bool = False
) -> list[str]:
    """The story of the person meant by `who`, a sentence a line; with `everything` also what led to nothing."""
    try:
        row = int(who)
    except ValueError:
        require_pick(who)
        row = find(_at_the_end(scenario, seed, until, on_step), who)
    told = tell(scenario, row, seed, until, on_step=on_step)
    return [str(each) for each in (told if everything else brief(told))]


def gallery_lines(scenario: Scenario, seed: int, until: date | None, on_step: OnStep) -> list[str]:
    """The picks that somebody fits, a line each."""
    found = gallery(_at_the_end(scenario, seed, until, on_step))
    return [f"{name:18} {row:>9}  the one {PICKS[name].meaning}" for name, row in found.items()]


def _at_the_end(scenario: Scenario, seed: int, until: date | None, on_step: OnStep) -> MutualAidModel:
    model = MutualAidModel(scenario, seed=seed, drive="compiled")
    model.run_until(until, on_step)
    return model
