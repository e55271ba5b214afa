"""The whole state of a model in one file, and a model that goes on from it as if it had never stopped.

A checkpoint is a ZIP archive of plain parts that any program can read: arrays as ``.npy``, everything else as JSON, the
scenario as TOML, and ``checksums.json`` with the SHA-256 of each part. It is written beside its place and then renamed.
Classes that a user has programmed are not in it, and are handed over again.
"""

import json
import operator
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np

from abm.agents.member import HealthyMember, HighRiskMember, Member
from abm.errors import CheckpointError, ScenarioError
from abm.market import World
from abm.model import MutualAidModel
from abm.persons.cases import CASE, chosen, joined
from abm.persons.state import MEMBERSHIP, PERSON
from abm.platforms.policies import Policy
from abm.runs import programmed
from abm.runs.archive import CHECKSUMS, OTHER_CODE, Archive, damage_told, opened, write
from abm.runs.values import plain, put, rich
from abm.scenario.files import changes_of, data_digests, data_names, dump, parse
from abm.scenario.paths import changed, flattened
from abm.scenario.people import Health
from abm.scenario.scenario import Scenario
from abm.version import VERSION

SUFFIX = ".huzhu"
TEXTS = (SCENARIO, STATE) = ("scenario.toml", "state.json")
ARRAYS = tuple(name for name in World._fields if name != "latent")  # which is made anew in every step
BY_STEP = ("published", "mild_covered")  # a column for each step of the calendar
MODEL = ("now", "day", "running", "steps", "events", "closings", "mood", "latest", "whereabouts")
OBJECTS = ("model", "plan", "policy", "settings")
# What is not kept of an agent: that is in arrays or of one step alone, or made anew from the scenario and the changes.
WITHOUT: dict[str, tuple[str, ...]] = {
    "Platform": ("original_terms", "terms", "_in_force"),
    "ClaimsDesk": ("papers", "held_back", "queue", "accepted", "amounts"),
    "Insurer": ("product",),
    "LicensedMutual": ("terms",),
    "Regulator": (),
}
PARTS = {"program", "seed", "data", "model", "balances", "platforms", "desks", "latent", "insurers", "mutual_insurers"}
PARTS |= {"regulator", "series", "cases", "programmed"}
TASTES = ("optimism", "risk_aversion", "altruism", "herding", "anxiety", "attention", "inertia", "patience", "spread")
HELD = ("effort", "custody", "brand")  # terms that a platform starts from, and keeps
BEFORE = ("launch", "stopped", "small_plans", "amendments")
OF_THE_DAY = ("aware_of_claiming", "shares_until_aware", "filing_at_the_end", "mild_reckoned")  # of health
# What is on the rows of persons, or was before they came, cannot change midway.
FOUNDED = ("people", "friends", "slots", "calendar.start", *(f"mind.{taste}" for taste in TASTES))
FOUNDED += tuple(f"health.{name}" for name in Health.model_fields if name not in OF_THE_DAY)
FOUNDED += ("platform", "insurer", "insurance.products")  # which there are, and in which order


def save(model: MutualAidModel, path: str | Path) -> None:
    """Write the state of a model at the end of a step.

    Raises `FileError` where it cannot be written, and `CheckpointError` where the model holds something of a user's
    own that would not come back.
    """
    cases = joined(*(platform.desk.cases for platform in model.platforms))
    of_a_user = programmed.held(model)
    state = _state(model) | {"cases": cases.size, "programmed": of_a_user}
    texts = zip(TEXTS, (dump(model.case), json.dumps(state)), strict=True)
    write(Path(path), dict(texts), _arrays(model) | {"cases": cases})


def resume(
    path: str | Path,
    changes: Mapping[str, Any] | str | None = None,
    drive: str = "auto",
    policy: Policy | None = None,
    members: tuple[type[Member], type[Member]] = (HealthyMember, HighRiskMember),
    model_class: type[MutualAidModel] = MutualAidModel,
) -> MutualAidModel:
    """A model that goes on from a checkpoint; `changes` make it another world from the next step on.

    A policy and classes of one's own are not in the file, and are handed over again; what they had in mind is in it,
    and is put back, into a copy of the policy, and without asking the `__init__` of a `model_class`. Raises
    `CheckpointError` where the file is damaged or of another version, where other classes are handed over, or where a
    change would alter the past: who lives there, and which plans and products there are.
    """
    path, changes = Path(path), changes_of(changes)
    with opened(path) as archive:
        state, tables = _state_of(archive), archive.tables(SCENARIO)
        before = scenario = _scenario_of(path, tables)
        _require_same_data(archive, scenario, state["data"])
        changes = dict(flattened(changes, tables))
        if changes:
            scenario = parse(changed(tables, changes), path.name)
            _require_same_past(before, scenario)
        with damage_told(path):
            programmed.require_classes(path, state["programmed"], members, model_class)
        archive.require("persons", PERSON, (before.people.persons,))  # which says how large all is that is made now
        archive.require("memberships", MEMBERSHIP, (before.people.persons, before.slots))
        model = programmed.unfounded(path, state["programmed"], model_class)
        order, policy = state["programmed"]["order"], deepcopy(policy)
        MutualAidModel.__init__(model, scenario, None, state["seed"], None, drive, members, order, policy)
        _require_same_policy(path, model, state["programmed"]["policy"], changes)
        _fill(model, archive, before, changes)
        cases = _cases(archive, state["cases"])
        with damage_told(path):
            _restore(model, state, cases)
        _require_places(path, model, before.calendar.periods, cases)
    programmed.restore(path, model, state["programmed"], policy is not None)
    _overrule(model, changes)
    model.running = model.now + 1 < scenario.calendar.periods
    return model


def _state_of(archive: Archive) -> dict[str, Any]:
    """All that is not in arrays, as this version of the program writes it."""
    state = archive.tables(STATE)
    if state.get("program") != VERSION:
        words = f"was written by version {str(state.get('program'))[:20]}, this is {VERSION}; make it anew"
        raise CheckpointError(f"{archive.path}: {words}")
    if set(state) != PARTS or not isinstance(state["data"], dict) or not isinstance(state["cases"], int):
        raise CheckpointError(f"{archive.path}: {OTHER_CODE}")
    return state


def _scenario_of(path: Path, tables: Mapping[str, Any]) -> Scenario:
    """The scenario that the state came of. Raises `CheckpointError` where it is none that this program takes."""
    try:
        return parse(tables, path.name)
    except ScenarioError as error:
        raise CheckpointError(f"{path}: {OTHER_CODE}") from error


def _fill(model: MutualAidModel, archive: Archive, before: Scenario, changes: Mapping[str, Any]) -> None:
    """Read all arrays of a model that begins under the scenario of the checkpoint, or under one with changes."""
    constants, overlaps = model.world.settings.copy(), model.world.products["overlap"].copy()
    arrays = _arrays(model)
    if archive.names != {*TEXTS, CHECKSUMS, "cases.npy", *(f"{name}.npy" for name in arrays)}:
        raise CheckpointError(f"{archive.path}: {OTHER_CODE}")
    for name, array in arrays.items():
        if name not in BY_STEP:
            archive.fill(name, array)
            continue
        held = np.zeros((len(array), before.calendar.periods + 1), array.dtype)
        archive.fill(name, held)
        width = min(held.shape[1], array.shape[1])  # the calendar may end later, or earlier
        array[:, :width] = held[:, :width]
    if changes:
        model.world.settings[...] = constants
        model.world.products["overlap"] = overlaps


def _cases(archive: Archive, number: int) -> np.ndarray:
    """The claims in hand and to come."""
    archive.require("cases", CASE, (number,))
    cases = np.zeros(number, CASE)
    archive.fill("cases", cases)
    return cases


def _require_same_data(archive: Archive, scenario: Scenario, held: dict[str, str]) -> None:
    """Raise `CheckpointError` where a data file of the scenario has changed since."""
    names = data_names(scenario)
    for place, digest in data_digests(names).items():
        if place not in held:
            raise CheckpointError(f"{archive.path}: {OTHER_CODE}")
        if held[place] != digest:
            raise CheckpointError(
                f"{archive.path}: {place} = '{names[place]}' holds other rows by now; bring back the old ones"
            )


def _require_same_policy(path: Path, model: MutualAidModel, followed: str, changes: Mapping[str, Any]) -> None:
    """Raise `CheckpointError` where the policy is another one, unless that is a change."""
    known = type(model.regulator.policy).__name__
    if followed != known and not any(each.startswith("supervision.policy") for each in changes):
        raise CheckpointError(f"{path}: was made under the policy {followed}, not {known}; hand it to resume")


def _require_same_past(before: Scenario, after: Scenario) -> None:
    """Raise `CheckpointError` for a change of what was settled when the world was founded."""
    for path in FOUNDED:
        values: list[Any] = []
        for value in (before, after):
            settled: Any = value
            for step in path.split("."):
                settled = getattr(settled, step)
            values.append(list(settled) if isinstance(settled, dict) else settled)
        if values[0] != values[1]:
            raise CheckpointError(
                f"{path}: cannot change midway; people, their tastes, and which plans and products there are is settled"
            )


def _require_places(path: Path, model: MutualAidModel, periods: int, cases: np.ndarray) -> None:
    """Raise `CheckpointError` for a step, a friend or a plan that there is not: compiled loops look there unasked."""
    rows, plans, (first, friends) = model.persons.size, len(model.platforms), (model.world.first, model.world.friends)
    wrong = not -1 <= model.now < periods or model.latent.by_onset.size != max(1, model.now + 1)
    wrong = wrong or friends.min(initial=0) < 0 or friends.max(initial=0) >= rows
    wrong = wrong or model.world.guardians.max(initial=0) >= rows
    wrong = wrong or first[0] != 0 or first[-1] != friends.size or bool((first[1:] < first[:-1]).any())
    wrong = wrong or model.memberships["platform"].max() >= plans or cases["platform"].max(initial=0) >= plans
    wrong = wrong or cases["person"].max(initial=0) >= rows or cases["slot"].max(initial=0) >= model.case.slots
    if wrong:
        raise CheckpointError(f"{path}: is damaged (steps, friends or plans that there are not); make it anew")


def _arrays(model: MutualAidModel) -> dict[str, np.ndarray]:
    """The arrays of a model by name: rows of persons and memberships, and what is published."""
    rows = {"persons": model.persons, "memberships": model.memberships, "aid_per_head": model.aid_per_head}
    return rows | {name: getattr(model.world, name) for name in ARRAYS}


def _state(model: MutualAidModel) -> dict[str, Any]:
    """All that is not in arrays, as JSON takes it."""
    return {
        "program": VERSION,
        "seed": model.seed,
        "data": model.data,
        "model": {name: plain(getattr(model, name), f"model.{name}") for name in MODEL},
        "balances": dict(model.ledger.balances),
        "platforms": [_attributes(platform) for platform in model.platforms],
        "desks": [_attributes(platform.desk) for platform in model.platforms],
        "latent": {"by_onset": model.latent.by_onset.tolist(), "chance": model.latent.chance},
        "insurers": {insurer.name: _attributes(insurer) for insurer in model.insurers},
        "mutual_insurers": {name: _attributes(each) for name, each in model.mutual_insurers.items()},
        "regulator": _attributes(model.regulator),
        "series": {name: plain(values, name) for name, values in model.datacollector.model_vars.items()},
    }


def _restore(model: MutualAidModel, state: dict[str, Any], cases: np.ndarray) -> None:
    put(model, state["model"], set(MODEL))
    latent = {"by_onset": np.array(state["latent"]["by_onset"], float), "chance": state["latent"]["chance"]}
    put(model.latent, latent, set(latent))
    model.ledger.balances.clear()
    model.ledger.balances.update({account: operator.index(fen) for account, fen in state["balances"].items()})
    for platform, kept, desk in zip(model.platforms, state["platforms"], state["desks"], strict=True):
        _take(platform, kept)
        _take(platform.desk, desk)
        platform.desk.take_over(chosen(cases, cases["platform"] == platform.index))
        platform.terms = platform.original_terms.on(model.day, platform.changes)
    for name, kept in state["insurers"].items():
        _take(model.insurer_for(name), kept)
    for name, kept in state["mutual_insurers"].items():
        _take(model.mutual_insurers[name], kept)
    _take(model.regulator, state["regulator"])
    for name, values in state["series"].items():
        if name in model.datacollector.model_vars:
            model.datacollector.model_vars[name] = rich(values)


def _overrule(model: MutualAidModel, changes: Mapping[str, Any]) -> None:
    """A term that is changed at the checkpoint holds, whatever board or regulator made of it before."""
    for path in changes:
        first, *rest = path.split(".")
        if first == "insurer" or (first == "platform" and rest[1:2] and rest[1] in BEFORE):
            raise CheckpointError(f"{path}: cannot change midway; it took effect before the checkpoint")
        if first == "platform" and len(rest) > 1:
            platform = model.platforms[model.index_of(rest[0])]
            if platform.taken_over >= 0 and rest[1] == "parent":
                raise CheckpointError(f"{path}: cannot change midway; the parent has parted with the plan")
            if rest[1] == "capacity":
                platform.desk.start_from_terms()
            elif rest[1] in HELD:
                platform.start_from_terms(rest[1])
            platform.changes.pop(rest[1], None)
            platform.terms = platform.original_terms.on(model.day, platform.changes)


def _names(agent: Any) -> set[str]:
    """The attributes of an agent that make its state: all but references to other objects."""
    skipped = {*WITHOUT[type(agent).__name__], *OBJECTS, "unique_id", "pos", "desk", "name", "index", "row"}
    return {name for name in vars(agent) if name not in skipped and "mesa" not in name}


def _attributes(agent: Any) -> dict[str, Any]:
    """The state of an agent, as JSON takes it."""
    kept, kind = _names(agent), type(agent).__name__
    return {name: plain(value, f"{kind}.{name}") for name, value in vars(agent).items() if name in kept}


def _take(agent: Any, kept: dict[str, Any]) -> None:
    put(agent, kept, _names(agent))
