"""What a user has programmed, in a checkpoint: classes by name, to be handed over again, and what they hold."""

from pathlib import Path
from typing import Any

from abm.agents import member
from abm.agents.insurer import Insurer, LicensedMutual
from abm.agents.member import Member
from abm.agents.platform import Platform
from abm.agents.regulator import Regulator
from abm.errors import CheckpointError, shown
from abm.model import MutualAidModel
from abm.observation.collector import kept_besides
from abm.runs.archive import OTHER_CODE, damage_told
from abm.runs.values import PICKLE, plain, rich

INSTITUTIONS = {Platform, Insurer, LicensedMutual, Regulator}
OF_A_MEMBER = {"model", "unique_id", "pos", "row"}
KEPT = {"model_class", "members", "policy", "order", "random", "rng", "of_model", "of_policy", "of_members"}


def held(model: MutualAidModel) -> dict[str, Any]:
    """Classes by name, random numbers, and what the objects of a user's classes hold besides, as JSON takes it.

    Raises `CheckpointError` for what would not come back: agents of other classes, series of one's own, other objects.
    """
    others = {type(agent) for agent in model.agents} - INSTITUTIONS - {*model.member_classes}
    if others:
        raise CheckpointError(f"agents of {', '.join(sorted(kind.__name__ for kind in others))} {PICKLE}")
    besides = kept_besides(model.datacollector)
    if besides:
        raise CheckpointError(f"{', '.join(besides)} of the data collector {PICKLE}")
    seen: set[int] = set()
    of_members = [_plain(type(each).__name__, _added(each), seen) for each in model.members]
    return {
        "model_class": type(model).__name__,
        "members": [kind.__name__ for kind in model.member_classes],
        "policy": type(model.regulator.policy).__name__,
        "order": model.order,
        "random": plain(model.random.getstate(), "random"),
        "rng": plain(model.rng.bit_generator.state, "rng"),
        "of_model": _plain("model", model.added, seen),
        "of_policy": _plain("policy", vars(model.regulator.policy), seen),
        "of_members": of_members if any(of_members) else [],
    }


def require_classes(
    path: Path, kept: dict[str, Any], members: tuple[type[Member], type[Member]], model_class: type[MutualAidModel]
) -> None:
    """Raise `CheckpointError` unless the classes handed over have the names of those that the state was made with."""
    member.require_classes(members)
    if not (isinstance(model_class, type) and issubclass(model_class, MutualAidModel)):
        raise CheckpointError(f"model_class = {shown(model_class)} must be a class of `MutualAidModel`")
    if not isinstance(kept, dict) or set(kept) != KEPT:
        raise CheckpointError(f"{path}: {OTHER_CODE}")
    given = {"members": [kind.__name__ for kind in members], "model_class": model_class.__name__}
    for keyword, name in given.items():
        if kept[keyword] != name:
            wanted, known = (" and ".join([each] if isinstance(each, str) else each) for each in (kept[keyword], name))
            raise CheckpointError(f"{path}: was made with {wanted}, not {known}; hand it to resume as {keyword}=")


def unfounded(path: Path, kept: dict[str, Any], model_class: type[MutualAidModel]) -> MutualAidModel:
    """A model of a class whose `__init__` may ask for anything: with what that has set, and still without a world."""
    model = model_class.__new__(model_class)
    with damage_told(path):
        _take(model, kept["of_model"])
    return model


def restore(path: Path, model: MutualAidModel, kept: dict[str, Any], own_policy: bool) -> None:
    """Put back what the objects of a user's classes held, and the random numbers that Mesa gives them."""
    if kept["of_members"] and not model.members:
        raise CheckpointError(f"{path}: its members have attributes of their own; leave drive at 'auto'")
    with damage_told(path):
        model.random.setstate(rich(kept["random"]))
        model.rng.bit_generator.state = rich(kept["rng"])
        _take(model, kept["of_model"])
        if own_policy:  # those that the scenario names have it from there
            _take(model.regulator.policy, kept["of_policy"])
        if kept["of_members"]:
            for each, attributes in zip(model.members, kept["of_members"], strict=True):
                _take(each, attributes)


def _added(person: Member) -> dict[str, Any]:
    """Attributes of a member that its class has added, or a user."""
    own = OF_A_MEMBER | set(person.views)
    return {name: value for name, value in vars(person).items() if name not in own and "mesa" not in name}


def _plain(owner: str, attributes: dict[str, Any], seen: set[int]) -> dict[str, Any]:
    return {name: plain(value, f"{owner}.{name}", seen) for name, value in attributes.items()}


def _take(owner: Any, attributes: dict[str, Any]) -> None:
    for name, value in attributes.items():
        setattr(owner, name, rich(value))
