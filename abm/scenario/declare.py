"""How a number of the model is declared: default, meaning, unit, ranges, source, in one place.

Two ranges go with a number. What is allowed, `low` to `high`, is checked for every scenario. What is plausible is
narrower: where an assumption might as well lie. Sliders and studies go through it; a scenario may leave it.
"""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, model_validator
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo

from abm.errors import nearest

Range = tuple[float, float]


def number(
    default: Any,
    meaning: str,
    *,
    unit: str,
    low: float,
    high: float,
    source: str,
    plausible: Range | None = None,
    for_persons: bool = False,
) -> Any:
    """A number with its range: `low` and `high` are both allowed.

    `plausible`: from where to where it is believed to lie, both ends in the unit of the number. `for_persons`: whether
    every person reads it when they decide; it then stands in the settings of the world. Raises `ValueError` where what
    is plausible is not within what is allowed, or leaves out the default.
    """
    notes: JsonDict = {"unit": unit, "source": source, "for_persons": for_persons}
    if plausible is not None:
        first, last = plausible
        if not low <= first <= last <= high:
            raise ValueError(f"{meaning}: plausible from {first:g} to {last:g}, and allowed from {low:g} to {high:g}")
        if isinstance(default, int | float) and not first <= default <= last:
            raise ValueError(f"{meaning}: {default:g} is not plausible, which is from {first:g} to {last:g}")
        notes["plausible"] = [first, last]
    return Field(default, description=meaning, ge=low, le=high, json_schema_extra=notes)


def fact(default: Any, meaning: str, *, unit: str = "", source: str) -> Any:
    """A value that is not a number with a range: a name, a day, a list."""
    return Field(default, description=meaning, json_schema_extra={"unit": unit, "source": source})


def data_file(default: str, meaning: str, *, source: str) -> Any:
    """The name of a data file: one of the program's own, or a path, with a slash, from where the scenario stands."""
    return Field(default, description=meaning, json_schema_extra={"unit": "", "source": source, "data_file": True})


NAME = r"^[a-z][a-z0-9_]{0,63}$"  # of a platform, an insurer, a product
OF_NAMES = "a name: a small letter, then at most 63 small letters, digits or underscores"


def bounds(field: FieldInfo) -> tuple[Any, Any]:
    """The lowest and the highest value allowed, None where there is no limit."""
    found = {name: getattr(mark, name) for mark in field.metadata for name in ("ge", "le") if hasattr(mark, name)}
    return found.get("ge"), found.get("le")


def is_for_persons(field: FieldInfo) -> bool:
    """Whether every person reads a number when they decide."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("for_persons"))


def is_data_file(field: FieldInfo) -> bool:
    """Whether a value is the name of a data file."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("data_file"))


def plausible_range(field: FieldInfo) -> Range | None:
    """From where to where a number is declared to be plausible, None where its declaration does not say."""
    extra = field.json_schema_extra
    found = extra.get("plausible") if isinstance(extra, dict) else None
    if not isinstance(found, list):
        return None
    low, high = (float(str(end)) for end in found)
    return low, high


def found_at(section: BaseModel, path: str) -> tuple[FieldInfo, Any]:
    """Declaration and value of what is at a dotted path. Raises `ValueError` where there is nothing."""
    place: Any = section
    field: FieldInfo | None = None
    for step in path.split("."):
        known: Mapping[str, Any] = {}
        if isinstance(place, BaseModel):
            known = dict(place)
            field = type(place).model_fields.get(step, field)
        elif isinstance(place, Mapping):
            known = place
        elif isinstance(place, tuple):
            known = {str(index): item for index, item in enumerate(place)}
        if step not in known:
            raise ValueError(f"there is no '{step}'{nearest(step, list(known))}")
        place = known[step]
    assert field is not None
    return field, place


class Section(BaseModel):
    """A part of a scenario: frozen, strict about types, closed to unknown names."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False, validate_default=True)

    @model_validator(mode="wrap")
    @classmethod
    def _whole_numbers(cls, given: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        """A whole number may be written as 1e6; what is not whole is left to be refused."""
        if isinstance(given, Mapping):
            given = {name: _whole(cls.model_fields.get(name), value) for name, value in given.items()}
        return validate(given)


def _whole(field: FieldInfo | None, value: Any) -> Any:
    counted = field is not None and isinstance(value, float) and field.annotation in (int, int | None)
    return int(value) if counted and value.is_integer() else value
