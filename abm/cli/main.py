"""The command `huzhu`: list scenarios, show every number of one, run it, run a study of it."""

import argparse
import math
import textwrap
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.cli.calibrations import calibrate_scenario
from abm.cli.forecasts import make_forecast, score_forecast
from abm.cli.parser import Action, parser
from abm.errors import FigureError, ForkError, ScenarioError, StudyError
from abm.process import carry_out
from abm.scenario.declare import bounds
from abm.scenario.files import changes_of, load, names
from abm.scenario.paths import differences, field_at, leaves, notes, plausible_of, setting, source_of
from abm.scenario.scenario import Scenario

if TYPE_CHECKING:
    from abm.cli.studies import ExecutionPlan

WIDTH = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status, 0 or as `process.carry_out` says."""

    def act() -> None:
        choices = parser(ACTIONS).parse_args(arguments)
        choices.action(choices)

    return carry_out("huzhu", act)


def show_list(_: argparse.Namespace) -> None:
    """Print the named scenarios with their titles."""
    for name in names():
        print(f"{name:16} {load(name).title}")


def show_numbers(choices: argparse.Namespace) -> None:
    """Print every number of a scenario: value, unit, what is allowed and plausible, meaning, source or assumption."""
    scenario = load(choices.scenario, dict(map(setting, choices.set)))
    print(f"{scenario.title}\n{textwrap.fill(' '.join(scenario.summary.split()), WIDTH)}")
    for section, numbers in groupby(leaves(scenario), lambda leaf: _table(leaf[0])):
        print(f"\n{section or 'scenario'}")
        for path, value in numbers:
            field = field_at(path)
            if field is None:
                continue
            allowed = f"{notes(field)['unit']:14} {_from_to(bounds(field))}"
            likely = _from_to(plausible_of(scenario, path))
            likely = likely and f"plausible {likely}"
            print(f"  {path.rpartition('.')[2]:24} {_shown(value):>16}  {allowed:33} {likely}".rstrip())
            words = f"{field.description}. {source_of(scenario, path)}"
            print(textwrap.fill(words, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6))


def show_series(choices: argparse.Namespace) -> None:
    """Print the series of a scenario, of each plan and of the whole market: name, unit, meaning."""
    from abm.observation.series import SERIES, of_market
    from abm.runs.outputs import REDUCERS

    scenario = load(choices.scenario, dict(map(setting, choices.set)))
    plans = textwrap.fill(f"of each plan, as PLATFORM.SERIES; the platforms: {', '.join(scenario.platform)}", WIDTH)
    of_plans = [(each.name, each.unit, each.meaning) for each in SERIES]
    of_all = [(each.name, each.unit, each.meaning) for each in of_market(tuple(scenario.insurance.products))]
    width = max(len(name) for name, _, _ in of_plans + of_all)
    for title, series in ((plans, of_plans), ("of the whole market, as SERIES", of_all)):
        print(title)
        for name, unit, meaning in series:
            head = f"  {name:{width}}  {unit:17} "
            print(textwrap.fill(meaning, WIDTH, initial_indent=head, subsequent_indent=" " * len(head)))
        print()
    ways = f"{', '.join(REDUCERS)}, a percentile as p05, or a day as 2019-12-31"
    print(textwrap.fill(f"An output of a study is SERIES:REDUCER; the reducers: {ways}.", WIDTH))


def describe_model(choices: argparse.Namespace) -> None:
    """Print the description of the model by the ODD protocol, or write it to a file."""
    from abm.description.odd import describe, write

    changes = dict(_settings(choices))
    text = describe(load(choices.scenario, changes), changes)
    if choices.out is None:
        print(text, end="")
    else:
        write(text, choices.out)
        print(f"Written to {choices.out}.")


def run_scenario(choices: argparse.Namespace) -> None:
    """Run a scenario with a progress bar; print facts beside simulation; write results."""
    from tqdm import tqdm

    from abm.runs.report import draw, facts_beside, report
    from abm.runs.results import WORKBOOK, earlier_run, results_folder
    from abm.runs.run import run
    from abm.runs.workbook import require_excel, write_workbook

    if choices.workbook:
        require_excel()
    scenario = load(choices.scenario, _changes(choices))
    name = Path(choices.scenario).stem
    folder = choices.out or Path("results") / name
    steps = scenario.calendar.steps_until(choices.until)
    with results_folder(folder) as staging:
        with tqdm(total=steps, desc=name, unit="step", disable=None) as bar:

            def on_step(day: date) -> None:
                bar.set_postfix_str(str(day), refresh=False)
                bar.update()

            made = run(scenario, seed=choices.seed, until=choices.until, drive=choices.drive, on_step=on_step)
        beside = facts_beside(made)
        text, lost = report(made, beside, staging), draw(made, beside, staging)
        if choices.workbook:
            write_workbook(made, staging / WORKBOOK, beside)
        replaced, written = earlier_run(folder), sorted(path.name for path in staging.iterdir())
    print("\n".join([text, *_changed(choices.scenario, scenario)]))
    if replaced:
        print(f"\nReplaced {replaced}.")
    print(f"\nWritten to {folder}: {', '.join(written)}", flush=True)
    if lost:
        raise FigureError("\n".join(lost))


def tell_story(choices: argparse.Namespace) -> None:
    """Print the story of one person, or whose stories there are."""
    from tqdm import tqdm

    from abm.story.tell import gallery_lines, story_lines

    scenario = load(choices.scenario, _changes(choices))
    with tqdm(desc=Path(choices.scenario).stem, unit="step", disable=None) as bar:
        given = (scenario, choices.seed, choices.until, lambda _: bar.update())
        if choices.person is None:
            lines = gallery_lines(*given)
        else:
            lines = story_lines(*given, who=choices.person, everything=choices.all)
    people = scenario.people
    print(f"{scenario.title}: {people.persons:,} persons for {people.population:,}, seed {choices.seed}\n")
    for line in lines:
        print(textwrap.fill(line, WIDTH, subsequent_indent=" " * 12))


def view_page(choices: argparse.Namespace) -> None:
    """Serve the page of a scenario, to this machine alone unless asked otherwise, and open it in a browser."""
    from abm.page.choices import Setup, check, usual_persons, with_changes
    from abm.page.guard import LOCAL, Place, proxied
    from abm.page.serve import free_port, serve

    as_usual = Setup(choices.scenario, usual_persons(choices.scenario), choices.seed)
    setup = with_changes(as_usual, _changes(choices))
    check(setup)
    host = choices.host or LOCAL
    place = Place(free_port(choices.port, host), host, *proxied(choices.root_path))
    serve(setup, place, not choices.no_browser, _say)


def keep_checkpoint(choices: argparse.Namespace) -> None:
    """Run a scenario to a day and write its state into a file."""
    from abm.cli.studies import checkpoint

    print(checkpoint(choices.scenario, _changes(choices), choices.seed, choices.until, choices.to), flush=True)


def fork_worlds(choices: argparse.Namespace) -> None:
    """Run worlds that differ in some numbers with the same luck; print and write their differences."""
    from abm.cli.studies import fork_into

    folder = choices.out or Path("results") / f"fork-{Path(choices.scenario).stem}"
    named = list(map(_world, choices.world))
    worlds = dict(named)
    if len(worlds) < len(named):
        raise ForkError(f"--world: {', '.join(name for name, _ in named)}: a name is for one world")
    print(fork_into(choices.scenario, _changes(choices), worlds, choices.seeds, choices.until, folder), flush=True)


def sweep_study(choices: argparse.Namespace) -> None:
    """Run what is missing of a study, with a progress bar; print mean and range of its outputs; write the table."""
    from abm.cli.studies import sweep
    from abm.study.study import load_study

    sweep(load_study(choices.study), _work(choices), _say)


def map_study(choices: argparse.Namespace) -> None:
    """Run a study's grid of two settings and refine it at the edge; print where that lies; write table and map."""
    from abm.cli.studies import phase
    from abm.study.study import load_study

    if not math.isfinite(choices.edge):
        raise StudyError(f"--edge {choices.edge}: must be a finite number")
    phase(load_study(choices.study), choices.outcome, choices.edge, choices.rounds, _work(choices), _say)


def show_sensitivity(choices: argparse.Namespace) -> None:
    """Print how much each setting matters for each output of a sweep; write table and figure beside its runs."""
    from abm.study.sensitivity import analyse

    analyse(choices.folder, _say)


def _work(choices: argparse.Namespace) -> "ExecutionPlan":
    from abm.cli.studies import ExecutionPlan

    folder = choices.out or Path("results") / choices.study.stem
    return ExecutionPlan(folder, choices.workers, choices.dask, choices.anew, choices.retry)


def _say(text: str) -> None:
    print(text, flush=True)


def _settings(choices: argparse.Namespace) -> list[tuple[str, Any]]:
    """The numbers changed by --set, in its order."""
    return [setting(text, "--set ") for text in choices.set]


def _changes(choices: argparse.Namespace) -> dict[str, Any]:
    """The numbers changed by --set and --persons."""
    sizes = {} if choices.persons is None else {"people.persons": choices.persons}
    return dict(_settings(choices)) | sizes


def _world(text: str) -> tuple[str, dict[str, Any]]:
    """``name: key=value; key=value`` as a name and changes."""
    name, colon, rest = text.partition(":")
    if not colon or not name.strip() or not rest.strip():
        raise ForkError(f"--world {text}: write NAME: KEY=VALUE; KEY=VALUE, as 'no fee: platform.x.fee_rate=0'")
    return name.strip(), changes_of(rest, "--world ")


def _changed(name: str, scenario: Scenario) -> list[str]:
    """What was changed of a scenario as it stands in its file, a line a number."""
    try:
        baseline = load(name)
    except ScenarioError:  # a file that is whole only with the change
        return []
    tables, lines = {_table(path) for path, _ in leaves(baseline)}, []
    for path, (old, new) in differences(scenario, baseline).items():
        known = _table(path) in tables
        lines.append(f"Changed: {path} {_shown(old)} -> {_shown(new)}" if known else f"Added: {_table(path)}")
    return ["", *dict.fromkeys(lines)] if lines else []


def _table(path: str) -> str:
    """The table that a number is in, by path."""
    return path.rpartition(".")[0]


def _from_to(ends: tuple[Any, Any] | None) -> str:
    return "" if ends is None or ends[0] is None else f"{ends[0]:,g} to {ends[1]:,g}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    return f"{value:,g}" if isinstance(value, float) else f"{value:,}" if type(value) is int else str(value)


ACTIONS: dict[str, Action] = {
    "list": show_list,
    "show": show_numbers,
    "series": show_series,
    "describe": describe_model,
    "run": run_scenario,
    "story": tell_story,
    "view": view_page,
    "checkpoint": keep_checkpoint,
    "fork": fork_worlds,
    "sweep": sweep_study,
    "phase": map_study,
    "sensitivity": show_sensitivity,
    "calibrate": calibrate_scenario,
    "forecast": make_forecast,
    "compare": score_forecast,
}
