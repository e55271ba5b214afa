"""Messages that help: the place, the value, what is allowed, and the likely slip."""

from typing import Any

from pydantic import BaseModel

from abm.errors import named, nearest, shown
from abm.scenario.declare import OF_NAMES, bounds
from abm.scenario.paths import field_at, keys_at, leaves, notes
from abm.scenario.scenario import Scenario

YES_OR_NO = dict.fromkeys(("true", "yes", "on", "1"), "; write true")
YES_OR_NO |= dict.fromkeys(("false", "no", "off", "0"), "; write false")


def message(fault: Any, within: type[BaseModel]) -> str:
    """One line for one fault of a validation."""
    path, value, kind = fault["loc"], fault["input"], fault["type"]
    if path and path[-1] == "[key]" and kind != "extra_forbidden":  # which says that a key is wrong, not a value
        path = path[:-1]
    place = ".".join(map(named, path))
    field = field_at(path, within)
    if kind == "extra_forbidden":
        known, last = keys_at(path[:-1], within), str(path[-1])
        everywhere = leaves(Scenario()) if within is Scenario else ()
        elsewhere = [key for key, _ in everywhere if key.split(".")[-1] == last]
        meant = f"; did you mean '{elsewhere[0]}'?" if elsewhere else nearest(last, known)
        return f"{place}: unknown key{meant or '; allowed here: ' + ', '.join(known)}"
    if kind == "value_error":
        return f"{place}: {fault['ctx']['error']}" if place else str(fault["ctx"]["error"])
    if kind == "missing":
        return f"{place}: is missing ({field.description if field else 'needed'})"
    unit = f", unit {notes(field)['unit'] or '-'}" if field and kind != "bool_type" else ""
    meaning = f" ({field.description}{unit})" if field and field.description else ""
    if kind in ("greater_than_equal", "less_than_equal") and field:
        low, high = bounds(field)
        side = f"below {low}" if kind == "greater_than_equal" else f"above {high}"
        is_percentage = kind == "less_than_equal" and high <= 1 and low * 100 <= value <= high * 100
        slip = f". Did you mean {value / 100:g}?" if is_percentage else ""
        return f"{place} = {shown(value)} is {side}{meaning}{slip}"
    if kind == "bool_type":
        return f"{place} = {shown(value)} must be true or false{meaning}{YES_OR_NO.get(str(value).lower(), '')}"
    wanted = fault["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    if kind == "string_pattern_mismatch":
        wanted, meaning = OF_NAMES, ""
    allowed = fault["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ") if "literal" in kind else []
    return (
        f"{place} = {shown(value)} must be {wanted}{meaning}{nearest(value if isinstance(value, str) else '', allowed)}"
    )
