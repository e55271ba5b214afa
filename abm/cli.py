"""The command `huzhu`: list scenarios, show every number of one, run it, run a study of it."""

import argparse
import calendar
import math
import os
import sys
import textwrap
from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from abm import __version__, reading
from abm.reading import bounds, field_at, leaves, load, notes, setting, source_of
from abm.scenario import Scenario, ScenarioError

if TYPE_CHECKING:
    from abm.study.commands import Work

WIDTH = 100
MOST_ROUNDS = 8  # of a map: cells are then 1 / 256 of what they were


class Parser(argparse.ArgumentParser):
    """An argument parser that complains in one line, and takes no option by half its name."""

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*words, **{"allow_abbrev": False} | more)

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where help is, and exit with status 2."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0, 2 for bad input, 130 when interrupted."""
    for stream in (sys.stdout, sys.stderr):  # Chinese names must not stop a run where letters are few
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    choices = _parser().parse_args(arguments)
    try:
        choices.action(choices)
        sys.stdout.flush()
    except ScenarioError as error:
        print("\n".join(f"huzhu: {line}" for line in str(error).splitlines()), file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt as stop:
        print(f"huzhu: interrupted; {stop if stop.args else 'nothing was written'}", file=sys.stderr)
        return 130
    return 0


def _parser() -> Parser:
    parser = Parser(prog="huzhu", description="An agent-based laboratory of online mutual aid.")
    parser.add_argument("--version", action="version", version=f"huzhu {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    changes, world, luck, work = (Parser(add_help=False) for _ in range(4))  # options that several commands have
    changes.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a number by its path, for example mind.altruism=30",
    )
    world.add_argument("--persons", type=int, metavar="N", help="how many persons are simulated")
    world.add_argument("--until", type=_day, metavar="DATE", help="last year, month or day, for example 2020-12")
    luck.add_argument("--seed", type=int, default=1, metavar="S", help="the luck of the run (default 1)")
    where, again = work.add_mutually_exclusive_group(), work.add_mutually_exclusive_group()
    where.add_argument("--workers", type=_count, metavar="N", help="processes at work (default: one a core)")
    where.add_argument("--dask", metavar="ADDRESS", help="scheduler of a cluster, for example tcp://host:8786")
    work.add_argument("--out", type=Path, metavar="DIR", help="folder of the results (default results/STUDY)")
    again.add_argument("--retry", action="store_true", help="run what failed again, and keep what is done")
    again.add_argument("--anew", action="store_true", help="throw away the runs that are there")
    work.add_argument("study", type=Path, help="the path of a study, a .toml file")

    def command(name: str, action: Callable[..., None], words: str, *options: Parser) -> argparse.ArgumentParser:
        parser = commands.add_parser(name, help=words, description=words[0].upper() + words[1:], parents=options)
        parser.set_defaults(action=action)
        return parser

    command("list", show_list, "the scenarios that come with the program")
    show = command("show", show_numbers, "every number of a scenario: value, unit, range, source", changes)
    run = command("run", run_scenario, "run a scenario and compare it with the facts", changes, world, luck)
    for each in (show, run):
        each.add_argument("scenario", help="a name from `huzhu list`, or the path of a .toml file")
    run.add_argument(
        "--drive", choices=["compiled", "agents"], default="compiled", help="everybody at once, or one agent at a time"
    )
    run.add_argument("--out", type=Path, metavar="DIR", help="folder of the results (default results/SCENARIO)")
    words = "run a scenario to a day and keep the whole state in a file"
    keep = command("checkpoint", keep_checkpoint, words, changes, world, luck)
    keep.add_argument("--to", type=Path, required=True, metavar="FILE", help="the file, for example half-way.huzhu")
    words = "the same people and luck in several worlds: who would have been covered?"
    fork = command("fork", fork_worlds, words, changes, world)
    fork.add_argument(
        "--world",
        action="append",
        required=True,
        metavar="NAME: KEY=VALUE; ...",
        help="a world that differs from the scenario as it is; may be given several times",
    )
    fork.add_argument("--seeds", type=_count, default=1, metavar="N", help="so many kinds of luck (default 1)")
    fork.add_argument("--out", type=Path, metavar="DIR", help="folder of the results (default results/fork-SCENARIO)")
    for each in (keep, fork):
        each.add_argument("scenario", help="a name from `huzhu list` or a .toml file; for fork also a .huzhu file")
    command("sweep", sweep_study, "run a study: many runs, a row of results each; goes on where it stopped", work)
    words = (
        "where does an outcome tip? a map over the two settings of a study, finer at the edge; goes on as sweep does"
    )
    tip = command("phase", map_study, words, work)
    tip.add_argument("--edge", type=float, required=True, metavar="X", help="the outcome between the two regimes")
    tip.add_argument(
        "--outcome", metavar="OUTPUT", help="an output of the study, or one over another, A / B (default: the only one)"
    )
    tip.add_argument(
        "--rounds", type=int, choices=range(MOST_ROUNDS + 1), default=2, metavar="N",
        help=f"how often the cells at the edge are halved, 0 to {MOST_ROUNDS} (default 2)",
    )  # fmt: skip
    matter = command("sensitivity", show_sensitivity, "which setting matters: indices of a sweep's outputs")
    matter.add_argument("folder", type=Path, help="the folder of a sweep with design = 'sobol' or 'morris'")
    return parser


def show_list(_: argparse.Namespace) -> None:
    """Print the named scenarios with their titles."""
    for name in reading.names():
        print(f"{name:16} {load(name).title}")


def show_numbers(choices: argparse.Namespace) -> None:
    """Print every number of a scenario: value, unit, range, meaning, source or assumption."""
    scenario = load(choices.scenario, dict(map(setting, choices.set)))
    print(f"{scenario.title}\n{textwrap.fill(' '.join(scenario.summary.split()), WIDTH)}")
    for section, numbers in groupby(leaves(scenario), lambda leaf: leaf[0].rpartition(".")[0]):
        print(f"\n{section or 'scenario'}")
        for path, value in numbers:
            field = field_at(path)
            if field is None:
                continue
            low, high = bounds(field)
            allowed = "" if low is None else f"{low:,g} to {high:,g}"
            print(f"  {path.rpartition('.')[2]:24} {_shown(value):>16}  {notes(field)['unit']:14} {allowed}".rstrip())
            words = f"{field.description}. {source_of(scenario, path)}"
            print(textwrap.fill(words, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6))


def run_scenario(choices: argparse.Namespace) -> None:
    """Run a scenario with a progress bar; print facts beside simulation; write results."""
    from tqdm import tqdm

    from abm.study.report import report
    from abm.study.results import earlier_run, results_folder
    from abm.study.run import check_until, simulate

    scenario = load(choices.scenario, _changes(choices))
    name = Path(choices.scenario).stem
    folder = choices.out or Path("results") / name
    steps = check_until(scenario, choices.until) - check_until(scenario, scenario.calendar.start) + 1
    with results_folder(folder) as staging:
        with tqdm(total=steps, desc=name, unit="step", disable=None) as bar:

            def tick(day: date) -> None:
                bar.set_postfix_str(str(day), refresh=False)
                bar.update()

            run = simulate(scenario, choices.seed, choices.drive, choices.until, tick)
        text = report(run, staging)
        replaced, written = earlier_run(folder), sorted(path.name for path in staging.iterdir())
    print("\n".join([text, *_changed(choices.scenario, scenario)]))
    if replaced:
        print(f"\nReplaced {replaced}.")
    print(f"\nWritten to {folder}: {', '.join(written)}", flush=True)


def keep_checkpoint(choices: argparse.Namespace) -> None:
    """Run a scenario to a day and write its state into a file."""
    from abm.study.commands import checkpoint

    print(checkpoint(choices.scenario, _changes(choices), choices.seed, choices.until, choices.to), flush=True)


def fork_worlds(choices: argparse.Namespace) -> None:
    """Run worlds that differ in some numbers with the same luck; print and write their differences."""
    from abm.study.commands import fork_into

    folder = choices.out or Path("results") / f"fork-{Path(choices.scenario).stem}"
    named = list(map(_world, choices.world))
    worlds = dict(named)
    if len(worlds) < len(named):
        raise ScenarioError(f"--world: {', '.join(name for name, _ in named)}: a name is for one world")
    print(fork_into(choices.scenario, _changes(choices), worlds, choices.seeds, choices.until, folder), flush=True)


def sweep_study(choices: argparse.Namespace) -> None:
    """Run what is missing of a study, with a progress bar; print mean and range of its outputs; write the table."""
    from abm.study.commands import sweep
    from abm.study.study import load_study

    sweep(load_study(choices.study), _work(choices), _say)


def map_study(choices: argparse.Namespace) -> None:
    """Run a study's grid of two settings and refine it at the edge; print where that lies; write table and map."""
    from abm.study.commands import phase
    from abm.study.study import load_study

    if not math.isfinite(choices.edge):
        raise ScenarioError(f"--edge {choices.edge}: must be a finite number")
    phase(load_study(choices.study), choices.outcome, choices.edge, choices.rounds, _work(choices), _say)


def show_sensitivity(choices: argparse.Namespace) -> None:
    """Print how much each setting matters for each output of a sweep; write table and figure beside its runs."""
    from abm.study.sensitivity import analyse

    analyse(choices.folder, _say)


def _work(choices: argparse.Namespace) -> "Work":
    from abm.study.commands import Work

    folder = choices.out or Path("results") / choices.study.stem
    return Work(folder, choices.workers, choices.dask, choices.anew, choices.retry)


def _say(text: str) -> None:
    print(text, flush=True)


def _changes(choices: argparse.Namespace) -> dict[str, Any]:
    """The numbers changed by --set and --persons."""
    sizes = {} if choices.persons is None else {"people.persons": choices.persons}
    return dict(map(setting, choices.set)) | sizes


def _world(text: str) -> tuple[str, dict[str, Any]]:
    """``name: key=value; key=value`` as a name and changes."""
    name, colon, rest = text.partition(":")
    if not colon or not name.strip() or not rest.strip():
        raise ScenarioError(f"--world {text}: write NAME: KEY=VALUE; KEY=VALUE, as 'no fee: platform.x.fee_rate=0'")
    return name.strip(), dict(setting(part) for part in rest.split(";") if part.strip())


def _changed(name: str, scenario: Scenario) -> list[str]:
    """What was changed of a scenario as it stands in its file, a line a number."""
    try:
        found = reading.differences(scenario, load(name))
    except ScenarioError:  # a file that is whole only with the change
        return []
    return (
        ["", *(f"Changed: {path} {_shown(old)} -> {_shown(new)}" for path, (old, new) in found.items())]
        if found
        else []
    )


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    return f"{value:,g}" if isinstance(value, float) else f"{value:,}" if type(value) is int else str(value)


def _count(text: str) -> int:
    """A whole number from 1 up."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' must be a whole number from 1 up")
    return int(text)


def _day(text: str) -> date:
    """A year, month or day as the last day of it."""
    try:
        parts = [int(part) for part in text.split("-")]
        year, month = parts[0], parts[1] if len(parts) > 1 else 12
        if len(parts) > 3:
            raise ValueError
        return date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])
    except (ValueError, IndexError, calendar.IllegalMonthError):
        raise argparse.ArgumentTypeError(f"'{text}' is no date; write 2020, 2020-12 or 2020-12-31") from None


if __name__ == "__main__":
    sys.exit(main())
