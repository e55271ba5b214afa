"""Tables of what is done: phases of a step, acts of a person, rules with formulas, divisions, closings, policies."""

import re
from typing import get_args

from abm.description import source
from abm.description.entities import told
from abm.description.markdown import code, table
from abm.persons.drives import AFTER_PUBLICATION, BEFORE_PUBLICATION
from abm.platforms.closing import CLOSING_RULES
from abm.platforms.divisions import DIVISIONS
from abm.scenario.institutions import PolicyName

ACTS = ("abm.persons.behaviours", "abm.persons.households", "abm.persons.paying", "abm.persons.insuring")


def phases() -> str:
    """The phases of a step, in order."""
    found = source.phases("abm.model", "MutualAidModel", "step")
    return table(
        ("no.", "phase", "what happens"), ((str(at), code(each.name), each.meaning) for at, each in enumerate(found, 1))
    )


def turns() -> str:
    """What one person does before the publication of a step and after it, in order."""
    known = {each.name: each.meaning for module in ACTS for each in source.functions(module)}
    when = {"before": BEFORE_PUBLICATION, "after": AFTER_PUBLICATION}
    rows = ((code(act), half, known[act]) for half, acts in when.items() for act in acts)
    return table(("act", "publication", "what a person does"), rows)


def acts() -> str:
    """All functions by which a person acts."""
    return _behaviours(ACTS, "act")


def appraisal() -> str:
    """What a person weighs before an act."""
    return _behaviours(("abm.persons.appraisal",), "question")


def _behaviours(modules: tuple[str, ...], heading: str) -> str:
    """The behaviours of some modules and their docstrings."""
    found = (each for module in modules for each in source.functions(module) if "behaviour" in each.marks)
    return told(((each.name, each.meaning) for each in found), (heading, "meaning"))


def functions(module: str) -> str:
    """The public functions of a module and their docstrings."""
    return told(((each.name, each.meaning) for each in source.functions(module)), ("function", "meaning"))


def methods(module: str, name: str) -> str:
    """What an agent does: the public methods of a class and their docstrings, without mere properties."""
    found = (each for each in source.methods(module, name).values() if not each.name.startswith("_"))
    acts = (each for each in found if not any("property" in mark for mark in each.marks))
    return told(((each.name, each.meaning) for each in acts), ("act", "meaning"))


def rules(module: str) -> str:
    """The rules of a room: signature, meaning and formula; nothing where the room has none."""
    rows = (
        (code(f"{each.name}({', '.join(each.arguments)})"), each.meaning, "<br>".join(map(code, each.formula)))
        for each in source.functions(module)
    )
    return table(("rule", "meaning", "formula"), rows, empty="")


def divisions() -> str:
    """Rules of division by the names that terms give them."""
    said = source.classes("abm.platforms.divisions")
    return told(((name, said[type(each).__name__]) for name, each in DIVISIONS.items()), ("division", "who pays what"))


def closing_rules() -> str:
    """Grounds for closing by the names that terms give them."""
    said = source.classes("abm.platforms.closing")
    rows = ((code(name), str(each.kind), said[type(each).__name__]) for name, each in CLOSING_RULES.items())
    return table(("rule", "kind", "ground"), rows)


def policies() -> str:
    """Policies of the regulator by the names that a scenario gives them."""
    said = source.classes("abm.platforms.policies")
    names = {re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower(): kind for kind in said}
    return told(((name, said[names[name]]) for name in get_args(PolicyName)), ("policy", "what the regulator does"))
