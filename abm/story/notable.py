"""Whose story is worth hearing: the longest payer, the first to leave, the refused, as a model knows them now."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from abm.model import MutualAidModel
from abm.observation.series import INSIDE
from abm.persons.guardians import in_care
from abm.persons.state import HealthState, Status, Trait
from abm.platforms.closing import ClosingKind

Pick = Callable[[MutualAidModel], int | None]
OUTSIDE = (Status.LAPSED, Status.LEFT, Status.AIDED, Status.REFUSED, Status.AGED_OUT, Status.ENDED)


@dataclass(frozen=True)
class Portrait:
    """A place in the gallery: who hangs there, in words that follow "the one", and how they are found."""

    meaning: str
    find: Pick


def gallery(model: MutualAidModel) -> dict[str, int]:
    """Rows of persons by the name of the pick, as of the last step; a pick that nobody fits is not there.

    Of equals the lowest row is taken. What is not known from the rows of persons, such as a membership whose slot has
    since served another plan, does not count.
    """
    found = {name: portrait.find(model) for name, portrait in PICKS.items()}
    return {name: row for name, row in found.items() if row is not None}


def _with_status(model: MutualAidModel, *statuses: Status) -> np.ndarray:
    return np.isin(model.memberships["status"], statuses) & (model.memberships["platform"] >= 0)


def _first(fits: np.ndarray, order: np.ndarray) -> int | None:
    """The row that fits and comes first in an order; of equals the lowest."""
    places = np.flatnonzero(fits)
    return int(places[np.argmin(order.ravel()[places])] // (fits.size // len(fits))) if places.size else None


def _earliest(*statuses: Status) -> Pick:
    """The one who came to such a status first."""
    return lambda model: _first(_with_status(model, *statuses), model.memberships["since"])


def _longest_payer(model: MutualAidModel) -> int | None:
    mine = model.memberships
    inside = _with_status(model, *INSIDE)
    last = np.where(inside, model.now, mine["since"].astype(np.int64))
    fits = (inside | _with_status(model, *OUTSIDE)) & (mine["paid"] > 0)
    return _first(fits, -(last - mine["joined"]) * 1e10 - mine["paid"])


def _most_paid(model: MutualAidModel) -> int | None:
    return _first(model.persons["paid"] > 0, -model.persons["paid"].astype(np.int64))


def _most_aided(model: MutualAidModel) -> int | None:
    return _first(model.persons["received"] > 0, -model.persons["received"].astype(np.int64))


def _left_too_early(model: MutualAidModel) -> int | None:
    """Left of their own accord and was found ill afterwards, the soonest."""
    since, health_since = (
        model.memberships["since"].astype(np.int64),
        model.persons["health_since"].astype(np.int64)[:, None],
    )
    ill = (model.persons["health"] == HealthState.DIAGNOSED)[:, None]
    return _first(_with_status(model, Status.LEFT) & ill & (health_since >= since), health_since - since)


def _deserted(model: MutualAidModel) -> int | None:
    """Paid most to a plan whose owners ran away, and got nothing back."""
    fled = [plan.index for plan in model.platforms if plan.closing and plan.closing.kind == ClosingKind.FLIGHT]
    mine = model.memberships
    fits = _with_status(model, Status.ENDED) & np.isin(mine["platform"], fled) & (mine["paid"] > 0)
    return _first(fits, -mine["paid"].astype(np.int64))


def _never_persuaded(model: MutualAidModel) -> int | None:
    """Decides alone, knows of plans, passes every door, is in the books of none; who knows most plans comes first."""
    people, world = model.persons, model.world
    covered = world.covers[-1][_ages(model)] > 0
    may = covered & (people["credit"] >= world.offers["min_credit"].max()) & ~in_care(people, world)
    never = (model.memberships["status"] == Status.NEVER).all(axis=1)
    known = np.bitwise_count(people["aware"]).astype(np.int64)
    return _first(never & may & (known > 0) & (people["health"] != HealthState.DIAGNOSED), -known)


def _highest_risk(model: MutualAidModel) -> int | None:
    inside = np.any(_with_status(model, *INSIDE), axis=1, keepdims=True)
    female = (model.persons["traits"] & Trait.FEMALE).astype(np.intp)
    risk: np.ndarray = model.world.incidence[female, _ages(model)] * model.persons["frailty"]
    return _first(inside, -risk)


def _ages(model: MutualAidModel) -> np.ndarray:
    """Ages on the last birthday."""
    ages = model.persons["age_at_start"].astype(np.float64) + max(0, model.now) / 24
    whole: np.ndarray = np.minimum(ages.astype(np.intp), model.world.incidence.shape[1] - 1)
    return whole


def _hid_and_was_aided(model: MutualAidModel) -> int | None:
    fits = _with_status(model, Status.AIDED) & (model.memberships["concealed"] > 0)
    return _first(fits, model.memberships["since"])


def _honest_and_declined(model: MutualAidModel) -> int | None:
    honest = ((model.persons["traits"] & Trait.HONEST) > 0)[:, None]
    return _first(_with_status(model, Status.DECLINED) & honest, model.memberships["since"])


PICKS: dict[str, Portrait] = {
    "longest_payer": Portrait("who was in a plan longest and paid", _longest_payer),
    "most_paid": Portrait("who paid most", _most_paid),
    "most_aided": Portrait("who was aided most", _most_aided),
    "first_to_leave": Portrait("who left first", _earliest(Status.LEFT)),
    "left_too_early": Portrait("who left and was then found ill", _left_too_early),
    "refused": Portrait("whose claim was refused first", _earliest(Status.REFUSED)),
    "removed": Portrait("who was first removed for not paying", _earliest(Status.LAPSED)),
    "declined": Portrait("who was honest at the door and declined", _honest_and_declined),
    "hid_and_was_aided": Portrait("who hid an illness or a risk and was aided", _hid_and_was_aided),
    "deserted": Portrait("who paid most to a plan that ran away", _deserted),
    "outlived_a_plan": Portrait("whose plan ended first", _earliest(Status.ENDED)),
    "never_persuaded": Portrait("who heard of plans and never joined", _never_persuaded),
    "highest_risk": Portrait("with the highest risk of all members", _highest_risk),
}
