"""Tables of what there is: fields of persons, memberships and offers, codes, draws, series, mechanisms, facts."""

import re
from collections.abc import Iterable, Sequence

from abm import market
from abm.description import source
from abm.description.markdown import code, sentence, shown, table
from abm.draws import USES, Use
from abm.files import read_csv
from abm.mechanisms import MECHANISMS, OfTheWorld, Switch
from abm.mechanisms.switches import starred
from abm.observation.series import SERIES, MarketSnapshot, PlatformSnapshot, Series, of_market
from abm.persons import cases, state
from abm.scenario.paths import field_at, notes
from abm.scenario.scenario import Scenario


def _fields(rows: Iterable[tuple[str, object, str, str]]) -> str:
    return table(("field", "unit", "meaning"), ((code(name), unit, meaning) for name, _, unit, meaning in rows if unit))


def persons() -> str:
    """Fields of a person."""
    return _fields(state.PERSON_FIELDS)


def memberships() -> str:
    """Fields of a membership."""
    return _fields(state.MEMBERSHIP_FIELDS)


def offers() -> str:
    """Fields of what a platform publishes."""
    return _fields(market.OFFER_FIELDS)


def claims() -> str:
    """Fields of a claim at a desk."""
    return _fields(cases.CASE_FIELDS)


def products() -> str:
    """Fields of what an insurer publishes."""
    return _fields(market.PRODUCT_FIELDS)


def settings() -> str:
    """What else every person may read: the date, and constants of the scenario."""
    rows = [(code(name), unit, meaning) for name, _, unit, meaning in market.OWN_SETTINGS]
    for section, names in market.CONSTANTS.items():
        for name in names:
            field = field_at(f"{section}.{name}")
            assert field is not None
            rows.append((code(name), notes(field)["unit"], f"{field.description} (`{section}`)"))
    return table(("setting", "unit", "meaning"), rows)


def codes(module: str, name: str) -> str:
    """The codes of an enumeration, with their comments."""
    rows = source.codes(module, name)
    return table(
        ("code", "name", "meaning"), ((number, word.lower().replace("_", " "), says) for number, word, says in rows)
    )


def draws() -> str:
    """What random numbers are drawn for."""
    uses: Iterable[tuple[int, str, Use]] = ((int(each), each.name.lower(), use) for each, use in USES.items())
    rows = ((str(number), code(name), use.drawn_for, use.phase, use.decides) for number, name, use in uses)
    return table(("no.", "purpose", "drawn for each", "phase", "decides"), rows)


def series_of_plans() -> str:
    """The series that are reported of every platform."""
    return _series(SERIES)


def series_of_market(scenario: Scenario) -> str:
    """The series that are reported of the market."""
    return _series(of_market(tuple(scenario.insurance.products)))


def _series(found: Sequence[Series[PlatformSnapshot]] | Sequence[Series[MarketSnapshot]]) -> str:
    return table(("series", "unit", "meaning"), ((code(each.name), each.unit, each.meaning) for each in found))


def mechanisms() -> str:
    """The mechanisms that observers name, a row for each, with its switches and where it shows."""
    rows = []
    for each in MECHANISMS.values():
        several = len(each.switches) > 1

        def apart(words: str, switch: Switch, several: bool = several) -> str:
            return f"*{switch.variant}:* {words}" if several else words

        switched = "; ".join(apart(", ".join(_changes(switch)), switch) for switch in each.switches)
        shows = "; ".join(apart(_shows(switch), switch) for switch in each.switches)
        rows.append((each.id, each.name, each.meaning, switched, shows))
    return table(("id", "mechanism", "what is meant", "switched off by", "shows in"), rows)


def _changes(switch: Switch) -> Iterable[str]:
    for path, value in switch.off.items():
        number = str(value).lower() if isinstance(value, bool) else shown(value)
        given = value.meaning if isinstance(value, OfTheWorld) else code(number)
        yield f"{code(starred(path))} = {given}"


def _shows(switch: Switch) -> str:
    return f"{switch.observable} ({', '.join(map(code, (*map(starred, switch.series), *switch.tables)))})"


def facts(text: str) -> str:
    """The facts that a text names, as they stand in the data file, where > says that more is no miss."""
    columns = ("id", "platform", "date", "quantity", "value", "unit", "confidence")
    known = {row["id"]: row for row in read_csv("facts.csv", dict.fromkeys(columns, str))}
    named = set(re.findall(r"\bF\d{3}\b", text))
    for first, last in re.findall(r"\bF(\d{3}) to F(\d{3})\b", text):
        named |= {f"F{number:03}" for number in range(int(first), int(last))} & set(known)
    return table(
        columns,
        ([known[fact][name].replace("_", " ").replace(">", "over ") for name in columns] for fact in sorted(named)),
    )


def told(found: Iterable[tuple[str, str]], headings: tuple[str, str]) -> str:
    """Names and what is said of them."""
    return table(headings, ((code(name), sentence(words)) for name, words in found))
