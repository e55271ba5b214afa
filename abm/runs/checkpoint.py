"""The whole state of a model in one file, and a model that goes on from it as if it had never stopped.

A checkpoint is a ZIP archive of plain parts that any program can read: arrays as ``.npy``, everything else as JSON, the
scenario as TOML, and ``checksums.json`` with the SHA-256 of each part. It is written beside its place and then renamed.
"""

import hashlib
import io
import json
import tomllib
import zipfile
from collections import deque
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from abm.errors import CheckpointError
from abm.files import whole
from abm.market import World
from abm.model import MutualAidModel
from abm.money import Carried
from abm.observation.events import EventKind
from abm.persons.cases import chosen, joined
from abm.platforms.board import Books, Levers, ParentValuation
from abm.platforms.census import PlanCensus
from abm.platforms.closing import Closing, ClosingKind, Stage
from abm.platforms.policies import Policy, Stance
from abm.scenario.files import changes_of, data_digests, data_names, dump, parse
from abm.scenario.paths import changed, flattened
from abm.scenario.scenario import Scenario
from abm.scenario.terms import CoverBand
from abm.version import VERSION

SUFFIX = ".huzhu"
OTHER_CODE = f"was written by other code than this, though of {VERSION} too; make it anew"
ARRAYS = tuple(name for name in World._fields if name not in ("incidence", "highest_incidence", "latent"))
RECORDS = (Books, ParentValuation, Levers, PlanCensus, Carried, Closing, CoverBand)
ENUMS = (Stage, Stance, ClosingKind, EventKind)
KINDS: dict[str, Any] = {kind.__name__: kind for kind in (*RECORDS, *ENUMS)}
MODEL, OBJECTS = ("now", "day", "running", "steps", "events", "closings"), ("model", "plan", "policy", "settings")
IN_ARRAYS = ("papers", "queue", "accepted", "amounts")  # of a desk; the last two are of one step alone
DEAD = ("original_terms", "terms", "_in_force")  # of a platform: made anew from the scenario and the changes
TASTES = ("optimism", "risk_aversion", "altruism", "herding", "anxiety", "attention", "inertia", "patience", "spread")
HELD = ("effort", "custody", "brand")  # terms that a platform starts from, and keeps
BEFORE = ("launch", "stopped", "small_plans", "amendments")
# What is on the rows of persons, or was before they came, cannot change midway.
FOUNDED = ("people", "friends", "health", "slots", "calendar.start", *(f"mind.{taste}" for taste in TASTES))
FOUNDED += ("platform", "insurer", "insurance.products")  # which there are, and in which order


def save(model: MutualAidModel, path: str | Path) -> None:
    """Write the state of a model at the end of a step. Raises `FileError` where it cannot be written."""
    parts = {"scenario.toml": dump(model.case).encode(), "state.json": json.dumps(_state(model)).encode()}
    cases = joined(*(platform.desk.cases for platform in model.platforms))
    for name, array in (_arrays(model) | {"cases": cases}).items():
        file = io.BytesIO()
        np.save(file, array, allow_pickle=False)
        parts[f"{name}.npy"] = file.getvalue()
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    parts["checksums.json"] = json.dumps(sums, indent=1).encode()
    with whole(Path(path)) as place, zipfile.ZipFile(place, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def resume(
    path: str | Path,
    changes: Mapping[str, Any] | str | None = None,
    drive: str = "auto",
    policy: Policy | None = None,
) -> MutualAidModel:
    """A model that goes on from a checkpoint; `changes` make it another world from the next step on.

    A policy of one's own is not in the file, and is handed over again. Raises `CheckpointError` where the file is
    damaged or of another version, or where a change would alter the past: who lives there, and which plans and
    products there are.
    """
    path, changes = Path(path), changes_of(changes)
    parts = _read(path)
    state = json.loads(parts["state.json"])
    tables = tomllib.loads(parts["scenario.toml"].decode())
    scenario = parse(tables, path.name)
    _require_same_data(path, scenario, state.get("data", {}))
    changes = dict(flattened(changes, tables))
    if changes:
        new = parse(changed(tables, changes), path.name)
        _require_same_past(scenario, new)
        scenario = new
    model = MutualAidModel(scenario, seed=state["seed"], drive=drive, policy=policy)
    followed, known = state["policy"], type(model.regulator.policy).__name__
    if followed != known and not any(path.startswith("supervision.policy") for path in changes):
        raise CheckpointError(f"{path}: was made under the policy {followed}, not {known}; hand it to resume")
    constants, overlaps = model.world.settings.copy(), model.world.products["overlap"].copy()
    for name, array in _arrays(model).items():
        held = _array(path, parts, name)
        if held.dtype != array.dtype:
            raise CheckpointError(f"{path}: {OTHER_CODE}")
        if name == "published" and held.shape != array.shape:  # the calendar may end later, or earlier
            width = min(held.shape[1], array.shape[1])
            array[:, :width] = held[:, :width]
        else:
            array[...] = held
    if changes:
        model.world.settings[...] = constants
        model.world.products["overlap"] = overlaps
    _restore(model, state, _array(path, parts, "cases"))
    _overrule(model, changes)
    model.running = model.now + 1 < scenario.calendar.periods
    return model


def _read(path: Path) -> dict[str, bytes]:
    """The parts of a checkpoint, each held against its checksum."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except FileNotFoundError:
        raise CheckpointError(f"{path}: there is no such checkpoint") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise CheckpointError(f"{path}: is not a whole checkpoint: {error}") from None
    sums = json.loads(parts.pop("checksums.json", b"{}"))
    damaged = [name for name, content in parts.items() if sums.get(name) != hashlib.sha256(content).hexdigest()]
    if damaged or set(sums) != set(parts) or not sums:
        raise CheckpointError(f"{path}: is damaged ({', '.join(damaged) or 'parts are missing'}); make it anew")
    made_by = json.loads(parts["state.json"])["program"]
    if made_by != VERSION:
        raise CheckpointError(f"{path}: was written by version {made_by}, this is {VERSION}; make it anew")
    return parts


def _require_same_data(path: Path, scenario: Scenario, held: dict[str, str]) -> None:
    """Raise `CheckpointError` where a data file of the scenario has changed since."""
    names = data_names(scenario)
    for place, digest in data_digests(names).items():
        if place not in held:
            raise CheckpointError(f"{path}: {OTHER_CODE}")
        if held[place] != digest:
            raise CheckpointError(
                f"{path}: {place} = '{names[place]}' holds other rows by now; bring back the old ones"
            )


def _array(path: Path, parts: dict[str, bytes], name: str) -> np.ndarray:
    """An array of a checkpoint. Raises `CheckpointError` where it has none of that name."""
    if f"{name}.npy" not in parts:
        raise CheckpointError(f"{path}: {OTHER_CODE}")
    found: np.ndarray = np.load(io.BytesIO(parts[f"{name}.npy"]), allow_pickle=False)
    return found


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
        "policy": type(model.regulator.policy).__name__,
        "model": {name: _plain(getattr(model, name)) for name in MODEL},
        "balances": dict(model.ledger.balances),
        "platforms": [_attributes(platform, DEAD) for platform in model.platforms],
        "desks": [_attributes(platform.desk, IN_ARRAYS) for platform in model.platforms],
        "latent": {"by_onset": model.latent.by_onset.tolist(), "chance": model.latent.chance},
        "insurers": {insurer.name: _attributes(insurer, ("product",)) for insurer in model.insurers},
        "mutual_insurers": {name: _attributes(each, ("terms",)) for name, each in model.mutual_insurers.items()},
        "regulator": _attributes(model.regulator),
        "series": {name: _plain(values) for name, values in model.datacollector.model_vars.items()},
    }


def _restore(model: MutualAidModel, state: dict[str, Any], cases: np.ndarray) -> None:
    for name, value in state["model"].items():
        setattr(model, name, _rich(value))
    model.latent.by_onset, model.latent.chance = np.array(state["latent"]["by_onset"]), state["latent"]["chance"]
    model.ledger.balances.clear()
    model.ledger.balances.update(state["balances"])
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
            model.datacollector.model_vars[name] = _rich(values)


def _overrule(model: MutualAidModel, changes: Mapping[str, Any]) -> None:
    """A term that is changed at the checkpoint holds, whatever board or regulator made of it before."""
    for path in changes:
        first, *rest = path.split(".")
        if first == "insurer" or (first == "platform" and rest[1:2] and rest[1] in BEFORE):
            raise CheckpointError(f"{path}: cannot change midway; it took effect before the checkpoint")
        if first == "platform" and len(rest) > 1:
            platform = model.platforms[model.index_of(rest[0])]
            if rest[1] == "capacity":
                platform.desk.start_from_terms()
            elif rest[1] in HELD:
                platform.start_from_terms(rest[1])
            platform.changes.pop(rest[1], None)
            platform.terms = platform.original_terms.on(model.day, platform.changes)


def _attributes(agent: Any, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The attributes of an agent that make its state: all but references to other objects."""
    skipped = {*without, *OBJECTS, "unique_id", "pos", "desk", "name", "index", "row"}
    return {name: _plain(value) for name, value in vars(agent).items() if name not in skipped and "mesa" not in name}


def _take(agent: Any, kept: dict[str, Any]) -> None:
    for name, value in kept.items():
        setattr(agent, name, _rich(value))


def _plain(value: Any) -> Any:
    """A value as JSON takes it; what JSON does not know carries its kind."""
    if isinstance(value, Enum):
        return {"kind": type(value).__name__, "value": value.value}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, date):
        return {"kind": "date", "value": value.isoformat()}
    if isinstance(value, BaseModel):
        return {"kind": type(value).__name__, "fields": _plain(value.model_dump())}
    if is_dataclass(value):
        return {"kind": type(value).__name__, "fields": {f.name: _plain(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, deque):
        return {"kind": "deque", "value": [_plain(item) for item in value], "longest": value.maxlen}
    if isinstance(value, tuple):
        return {"kind": "tuple", "value": [_plain(item) for item in value]}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {"kind": "dict", "value": [[key, _plain(item)] for key, item in value.items()]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a checkpoint cannot hold {value!r}")


def _rich(value: Any) -> Any:
    """The reverse of `_plain`."""
    if isinstance(value, list):
        return [_rich(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value["kind"]
    if kind == "date":
        return date.fromisoformat(value["value"])
    if kind == "deque":
        return deque(map(_rich, value["value"]), maxlen=value["longest"])
    if kind == "tuple":
        return tuple(map(_rich, value["value"]))
    if kind == "dict":
        return {key: _rich(item) for key, item in value["value"]}
    if "fields" in value:
        inner = _rich(value["fields"]) if value["fields"].get("kind") == "dict" else value["fields"]
        return KINDS[kind](**{name: _rich(item) for name, item in inner.items()})
    return KINDS[kind](value["value"])
