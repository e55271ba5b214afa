"""How a number of the model is declared: default, meaning, unit, range, source, in one place."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict


def number(default: Any, meaning: str, *, unit: str, low: float, high: float, source: str) -> Any:
    """A number with its range: `low` and `high` are both allowed."""
    notes: JsonDict = {"unit": unit, "source": source}
    return Field(default, description=meaning, ge=low, le=high, json_schema_extra=notes)


def fact(default: Any, meaning: str, *, unit: str = "", source: str) -> Any:
    """A value that is no number with a range: a name, a day, a list."""
    return Field(default, description=meaning, json_schema_extra={"unit": unit, "source": source})


NAME = r"^[a-z][a-z0-9_]*$"  # of a platform, an insurer, a product


class Section(BaseModel):
    """A part of a scenario: frozen, strict about types, closed to unknown names."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False, validate_default=True)
