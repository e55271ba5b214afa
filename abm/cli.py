"""The command `huzhu`: list scenarios, show every number of one, run it, run a study of it."""

import argparse
import calendar
import os
import sys
import textwrap
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, NoReturn

from abm import __version__, reading
from abm.reading import bounds, field_at, leaves, load, notes, setting, source_of
from abm.scenario import ScenarioError

WIDTH = 100


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
    listing = commands.add_parser("list", help="the scenarios that come with the program")
    listing.set_defaults(action=show_list)
    show = commands.add_parser("show", help="every number of a scenario: value, unit, range, source")
    show.set_defaults(action=show_numbers)
    run = commands.add_parser("run", help="run a scenario and compare it with the facts")
    run.set_defaults(action=run_scenario)
    for command in (show, run):
        command.add_argument("scenario", help="a name from `huzhu list`, or the path of a .toml file")
        command.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help="change a number by its path, for example mind.altruism=30",
        )
    run.add_argument("--persons", type=int, metavar="N", help="how many persons are simulated")
    run.add_argument("--seed", type=int, default=1, metavar="S", help="the luck of the run (default 1)")
    run.add_argument("--until", type=_day, metavar="DATE", help="last year, month or day, for example 2020-12")
    run.add_argument(
        "--drive", choices=["compiled", "agents"], default="compiled", help="everybody at once, or one agent at a time"
    )
    run.add_argument("--out", type=Path, metavar="DIR", help="folder of the results (default results/SCENARIO)")
    keep = commands.add_parser("checkpoint", help="run a scenario to a day and keep the whole state in a file")
    keep.set_defaults(action=keep_checkpoint)
    keep.add_argument("--to", type=Path, required=True, metavar="FILE", help="the file, for example half-way.huzhu")
    fork = commands.add_parser("fork", help="the same people and luck in several worlds: who would have been covered?")
    fork.set_defaults(action=fork_worlds)
    fork.add_argument(
        "--world",
        action="append",
        required=True,
        metavar="NAME: KEY=VALUE; ...",
        help="a world that differs from the scenario as it is; may be given several times",
    )
    fork.add_argument("--seeds", type=_count, default=1, metavar="N", help="so many kinds of luck (default 1)")
    fork.add_argument("--out", type=Path, metavar="DIR", help="folder of the results (default results/fork-SCENARIO)")
    for command in (keep, fork):
        command.add_argument("scenario", help="a name from `huzhu list` or a .toml file; for fork also a .huzhu file")
        command.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", help="change a number everywhere"
        )
        command.add_argument("--persons", type=int, metavar="N", help="how many persons are simulated")
        command.add_argument("--until", type=_day, metavar="DATE", help="last year, month or day, for example 2020-12")
    keep.add_argument("--seed", type=int, default=1, metavar="S", help="the luck of the run (default 1)")
    sweep = commands.add_parser("sweep", help="run a study: many runs, a row of results each; goes on where it stopped")
    sweep.set_defaults(action=sweep_study)
    sweep.add_argument("study", type=Path, help="the path of a study, a .toml file")
    where = sweep.add_mutually_exclusive_group()
    where.add_argument("--workers", type=_count, metavar="N", help="processes at work (default: one a core)")
    where.add_argument("--dask", metavar="ADDRESS", help="scheduler of a cluster, for example tcp://host:8786")
    sweep.add_argument("--out", type=Path, metavar="DIR", help="folder of the results (default results/STUDY)")
    again = sweep.add_mutually_exclusive_group()
    again.add_argument("--retry", action="store_true", help="run what failed again, and keep what is done")
    again.add_argument("--anew", action="store_true", help="throw away the runs that are there")
    matter = commands.add_parser("sensitivity", help="which setting matters: indices of a sweep's outputs")
    matter.set_defaults(action=show_sensitivity)
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
            shown = ", ".join(map(_shown, value)) if isinstance(value, tuple) else _shown(value)
            print(f"  {path.rpartition('.')[2]:24} {shown:>16}  {notes(field)['unit']:14} {allowed}".rstrip())
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
    print(text)
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

    study = load_study(choices.study)
    folder = choices.out or Path("results") / choices.study.stem
    sweep(study, folder, choices.workers, choices.dask, choices.anew, choices.retry, _say)


def show_sensitivity(choices: argparse.Namespace) -> None:
    """Print how much each setting matters for each output of a sweep; write table and figure beside its runs."""
    from abm.study.sensitivity import analyse

    analyse(choices.folder, _say)


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


def _shown(value: object) -> str:
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
