"""The description of the model by the ODD protocol: prose, with tables made from what the program declares.

ODD is the form of Grimm et al., "The ODD protocol for describing agent-based and other simulation models: a second
update to improve clarity, replication, and structural realism", Journal of Artificial Societies and Social Simulation
23(2) 7, 2020. The prose stands in ``prose.md`` beside this file, with ``{{name}}`` on a line of its own for a table.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from abm.description import entities, numbers, processes
from abm.description.markdown import shown
from abm.errors import FileError
from abm.files import whole
from abm.scenario.scenario import Scenario
from abm.version import VERSION

PROSE = Path(__file__).with_name("prose.md")
PLACE = re.compile(r"^\{\{(\w+)\}\}$", re.MULTILINE)


def describe(scenario: Scenario, changes: Mapping[str, Any] | None = None) -> str:
    """The model as that scenario sets it, in Markdown. `changes`: numbers that were changed by path, which it names."""
    prose, here = PROSE.read_text(encoding="utf-8"), dict.fromkeys(changes or {}, "changed for this description")
    scenario = scenario.model_copy(update={"sources": scenario.sources | here})
    made = tables(scenario, changes or {}, prose)
    text = PLACE.sub(lambda place: made[place[1]](), prose)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def write(text: str, path: Path) -> None:
    """Write the description to a file, whole or not at all. Raises `FileError` where that cannot be."""
    if path.is_dir():
        raise FileError(f"--out {path}: is a folder; name a file, as {path / 'ODD.md'}")
    if not path.parent.is_dir():
        raise FileError(f"--out {path}: there is no folder {path.parent}")
    with whole(path) as new:
        new.write_text(text, encoding="utf-8")


def _scenario(scenario: Scenario, changes: Mapping[str, Any]) -> str:
    """Which scenario it is, and what was changed of it."""
    words = f"{scenario.title.rstrip('.')}. {' '.join(scenario.summary.split())}"
    changed = (
        f" Changed: {', '.join(f'`{path}` = {shown(value)}' for path, value in changes.items())}." if changes else ""
    )
    return f"The model is that of huzhu {VERSION}, and the numbers are those of this scenario: *{words}*{changed}"


def tables(scenario: Scenario, changes: Mapping[str, Any], prose: str) -> dict[str, Callable[[], str]]:
    """All that the prose leaves to be made, by name."""
    return {
        "scenario": partial(_scenario, scenario, changes),
        "facts": partial(entities.facts, prose),
        "scales": partial(numbers.scales, scenario),
        "persons": entities.persons,
        "memberships": entities.memberships,
        "offers": entities.offers,
        "claims": entities.claims,
        "products": entities.products,
        "settings": entities.settings,
        "health_states": partial(entities.codes, "abm.persons.state", "HealthState"),
        "traits": partial(entities.codes, "abm.persons.state", "Trait"),
        "statuses": partial(entities.codes, "abm.persons.state", "Status"),
        "stages": partial(entities.codes, "abm.platforms.closing", "Stage"),
        "stances": partial(entities.codes, "abm.platforms.policies", "Stance"),
        "phases": processes.phases,
        "turns": processes.turns,
        "mechanisms": entities.mechanisms,
        "draws": entities.draws,
        "series_of_plans": entities.series_of_plans,
        "series_of_market": partial(entities.series_of_market, scenario),
        "numbers_of_people": partial(numbers.numbers, scenario, "people", "slots"),
        "numbers_of_friends": partial(numbers.numbers, scenario, "friends"),
        "numbers_of_calendar": partial(numbers.numbers, scenario, "calendar"),
        "shocks": partial(numbers.shocks, scenario),
        "numbers_of_health": partial(numbers.numbers, scenario, "health"),
        "numbers_of_mind": partial(numbers.numbers, scenario, "mind"),
        "numbers_of_insurance": partial(numbers.numbers, scenario, "insurance"),
        "numbers_of_insurers": partial(numbers.numbers, scenario, "insurer"),
        "numbers_of_basic_medical": partial(numbers.numbers, scenario, "basic_medical"),
        "numbers_of_owners": partial(numbers.numbers, scenario, "owner"),
        "numbers_of_plans": partial(numbers.numbers_of_plans, scenario),
        "alarms": partial(processes.functions, "abm.platforms.alarms"),
        "mood": partial(processes.functions, "abm.platforms.mood"),
        "numbers_of_mood": partial(numbers.numbers, scenario, "mood"),
        "numbers_of_supervision": partial(numbers.numbers, scenario, "supervision"),
        "rules_of_persons": partial(processes.rules, "abm.persons.rules"),
        "appraisal": processes.appraisal,
        "acts": processes.acts,
        "rules_of_plans": partial(processes.rules, "abm.platforms.rules"),
        "divisions": processes.divisions,
        "publishing": partial(processes.functions, "abm.platforms.offers"),
        "pages": partial(processes.functions, "abm.platforms.pages"),
        "claims_desk": partial(processes.methods, "abm.platforms.claims", "ClaimsDesk"),
        "platform": partial(processes.methods, "abm.agents.platform", "Platform"),
        "obeying": partial(processes.methods, "abm.agents.supervised", "SupervisedAgent"),
        "board": partial(processes.functions, "abm.platforms.board"),
        "parting": partial(processes.functions, "abm.platforms.parting"),
        "owners": partial(processes.functions, "abm.platforms.owners"),
        "rivals": partial(processes.functions, "abm.platforms.rivals"),
        "remedies": partial(processes.functions, "abm.platforms.remedies"),
        "insurer": partial(processes.methods, "abm.agents.insurer", "Insurer"),
        "regulator": partial(processes.methods, "abm.agents.regulator", "Regulator"),
        "closing_rules": processes.closing_rules,
        "policies": processes.policies,
        "duties": partial(processes.functions, "abm.platforms.duties"),
    }
