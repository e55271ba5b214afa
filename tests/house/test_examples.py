"""The committed examples can be run again: their scenarios and studies are such as this version reads."""

import json
from pathlib import Path

from abm.scenario.files import dump, load
from abm.study.study import load_study
from abm.version import VERSION

EXAMPLES = Path(__file__).parent.parent.parent / "results" / "examples"


def test_every_scenario_among_the_examples_is_read_and_written_again_as_it_stands() -> None:
    found = sorted(EXAMPLES.rglob("scenario.toml"))
    assert len(found) >= 6
    for path in found:
        assert dump(load(path)) == path.read_text(encoding="utf-8"), path


def test_every_study_among_the_examples_is_read() -> None:
    found = sorted(EXAMPLES.rglob("study.toml"))
    assert found
    for path in found:
        load_study(path)


def test_every_example_says_by_which_program_it_was_made() -> None:
    for path in EXAMPLES.rglob("provenance.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["program"] == f"huzhu {VERSION}", path
