"""Whatever is in a scenario or a study, it is refused in clear lines, with nothing written, or it runs as it should.

`pytest tests/house/test_fuzz_scenarios.py --fuzz 5000` tries as many scenarios, and a fourth as many studies;
`--fuzz-seed` gives others. What fails is left, as small as it could be made, in a folder that is named.
"""

import contextlib
import io
import itertools
import math
import re
import shutil
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, seed, settings
from hypothesis import strategies as st

from abm.cli.main import main
from abm.errors import HuzhuError
from abm.model import MutualAidModel
from abm.runs.outputs import run_scenario
from abm.scenario.files import dump, load, parse
from abm.scenario.paths import setting
from abm.scenario.scenario import Scenario
from abm.study.store import Store
from abm.study.study import Study, dump_study, load_study
from abm.study.worker import DONE, Result
from worlds.mutants import Mutant, scenarios, studies
from worlds.plain import quickly

FEW, STUDIES_IN = 40, 4
STEPS, PERSONS, PEOPLE = 20, 500, 100_000
LETTERS = 1_300
# A file, an option, a path of a setting, a name and its value, or of whom there is none.
NAMED = re.compile(r"\.toml|data\.csv|--set|\w\.\w|\w = |no scenario|include")


def clear(lines: list[str]) -> None:
    """A line for each fault, none of them long, none with letters that a terminal would obey."""
    assert 1 <= len(lines) <= 11, lines
    for line in lines:
        assert len(line) <= LETTERS, line
        assert line.isprintable(), line
        assert NAMED.search(line), line


def small(scenario: Scenario) -> dict[str, Any]:
    """Changes that make a scenario small: neither persons nor cases are many."""
    people = min(PEOPLE, scenario.people.population)
    return {"people.population": people, "people.persons": min(PERSONS, people, scenario.people.persons)}


def answer(path: Path, words: tuple[str, ...]) -> tuple[int, str]:
    """Exit status of the command that runs a scenario which cannot be loaded, and what it complains of."""
    said, complaint = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complaint):
        status = main(["run", str(path), f"--out={path.parent / 'results'}", *(f"--set={each}" for each in words)])
    assert said.getvalue() == ""
    return status, complaint.getvalue()


def shown_or_run(mutant: Mutant, folder: Path) -> None:
    path = mutant.write(folder)
    before = {each: each.read_bytes() for each in folder.iterdir()}
    try:
        scenario = load(path, dict(map(setting, mutant.settings)))
    except HuzhuError:
        status, complaint = answer(path, mutant.settings)
        assert status == 2
        clear(complaint.splitlines())
        assert {each: each.read_bytes() for each in folder.iterdir()} == before
        return
    assert parse(tomllib.loads(dump(scenario)), "again") == scenario
    try:
        run(parse_small(scenario))
    except HuzhuError as mistake:
        clear(str(mistake).splitlines())


def parse_small(scenario: Scenario) -> Scenario:
    tables = scenario.model_dump(exclude_none=True)
    for place, value in small(scenario).items():
        tables["people"][place.removeprefix("people.")] = value
    return parse(tables, "small")


def run(scenario: Scenario) -> None:
    """Some steps, with the books closed after each and no series without bounds."""
    with quickly():
        model = MutualAidModel(scenario, seed=1, drive="compiled")
        try:
            while model.running and model.now + 1 < STEPS:
                model.step()
                model.audit()
                assert {name: value for name, value in model.latest.items() if math.isinf(value)} == {}
        finally:
            model.close()


def refused_or_swept(mutant: Mutant, folder: Path) -> None:
    path = mutant.write(folder)
    try:
        study = load_study(path)
        list(itertools.islice(study.point_list(), 2))
    except HuzhuError as mistake:
        clear(str(mistake).splitlines())
        return
    assert Study.model_validate(study.model_dump()) == study
    written = folder / "written.toml"
    written.write_text(dump_study(study), "utf-8")
    assert load_study(written) == study
    with Store(folder / "runs", study) as store:
        assert store.base is not None
        base = parse_small(store.base)
        until = base.calendar.start + timedelta(days=40)
        until = min([until, base.calendar.end] + ([study.until] if study.until else []))
        for point in itertools.islice(study.point_list(), 2):
            try:
                with quickly():
                    found = run_scenario(base, until, store.series(study), point, study.seed)
            except HuzhuError as mistake:
                clear(str(mistake).splitlines())
                continue
            assert not [name for name, value in found.items() if isinstance(value, float) and math.isinf(value)]
            key = store.key(point, study.seed)
            store.add(key, point, study.seed, Result(DONE, "", dict(found), 0.0))
            assert store.status(key, frozenset(store.series(study))) == DONE


def tried(
    request: pytest.FixtureRequest,
    folder: Path,
    mutants: st.SearchStrategy[Mutant],
    number: int,
    check: Callable[[Mutant, Path], None],
) -> None:
    """Check so many mutants, each in a folder of its own; that of the last stays where it fails."""
    count = itertools.count()

    @seed(request.config.getoption("--fuzz-seed"))
    @settings(max_examples=number, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mutants)
    def one(mutant: Mutant) -> None:
        place = folder / str(next(count))
        note(f"what fails is in {place}")
        check(mutant, place)
        shutil.rmtree(place)

    one()


def test_a_scenario_is_refused_clearly_or_runs(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    tried(request, tmp_path, scenarios(), request.config.getoption("--fuzz") or FEW, shown_or_run)


def test_a_study_is_refused_clearly_or_runs(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    number = (request.config.getoption("--fuzz") or FEW) // STUDIES_IN
    tried(request, tmp_path, studies(), number, refused_or_swept)
