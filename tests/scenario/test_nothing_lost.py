"""What TOML cannot say may not be meant: a value that is nothing is so by default, or it would be lost when written."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from abm.scenario.scenario import Scenario


def sections(kind: Any) -> Iterator[type[BaseModel]]:
    """A class of sections, and all below it in its fields, with the classes that refine them."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from sections(field.annotation)
    for inner in get_args(kind):
        yield from sections(inner)


def test_what_may_be_nothing_is_nothing_unless_a_scenario_says_otherwise() -> None:
    found = set(sections(Scenario))
    assert len(found) > 15
    lost = [
        f"{kind.__name__}.{name}"
        for kind in found
        for name, field in kind.model_fields.items()
        if type(None) in get_args(field.annotation) and field.default is not None and not field.is_required()
    ]
    assert lost == []
