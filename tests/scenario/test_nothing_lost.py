"""What a declaration says of a number is not lost: nothing that TOML cannot say, and no reader who is left out."""

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel

from abm.market import CONSTANTS
from abm.scenario.declare import is_for_persons
from abm.scenario.insurance import CityPlan, Product
from abm.scenario.scenario import Scenario


def sections(kind: Any) -> Iterator[type[BaseModel]]:
    """A class of sections, and all below it in its fields, with the classes that refine them."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        below = [field.annotation for field in kind.model_fields.values()] + kind.__subclasses__()
        if kind.model_config.get("extra") == "allow":
            below.append(get_type_hints(kind)["__pydantic_extra__"])
        for each in below:
            yield from sections(each)
    for inner in get_args(kind):
        yield from sections(inner)


def test_what_may_be_nothing_is_nothing_unless_a_scenario_says_otherwise() -> None:
    found = set(sections(Scenario))
    assert {Product, CityPlan} < found
    lost = [
        f"{kind.__name__}.{name}"
        for kind in found
        for name, field in kind.model_fields.items()
        if type(None) in get_args(field.annotation) and field.default is not None and not field.is_required()
    ]
    assert lost == []


def test_what_is_declared_for_persons_reaches_them() -> None:
    marked = {
        name for kind in set(sections(Scenario)) for name, field in kind.model_fields.items() if is_for_persons(field)
    }
    assert marked == {name for names in CONSTANTS.values() for name in names}
