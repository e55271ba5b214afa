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
from typing import TYPE_CHECKING, NoReturn

from abm import __version__, reading
from abm.reading import bounds, field_at, leaves, load, notes, setting, source_of
from abm.scenario import ScenarioError

if TYPE_CHECKING:
    from abm.study.run import Run

WIDTH = 100


class Parser(argparse.ArgumentParser):
    """An argument parser that complains in one line."""

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
    sweep = commands.add_parser("sweep", help="run a study: many runs, a row of results each; goes on where it stopped")
    sweep.set_defaults(action=sweep_study)
    sweep.add_argument("study", type=Path, help="the path of a study, a .toml file")
    where = sweep.add_mutually_exclusive_group()
    where.add_argument("--workers", type=_count, metavar="N", help="processes at work (default: one a core)")
    where.add_argument("--dask", metavar="ADDRESS", help="scheduler of a cluster, for example tcp://host:8786")
    sweep.add_argument("--out", type=Path, metavar="DIR", help="folder of the results (default results/STUDY)")
    sweep.add_argument("--anew", action="store_true", help="throw away the runs that are there")
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

    from abm.study.results import earlier_run, results_folder
    from abm.study.run import check_until, simulate

    changes = dict(map(setting, choices.set))
    if choices.persons is not None:
        changes["people.persons"] = choices.persons
    scenario = load(choices.scenario, changes)
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


def sweep_study(choices: argparse.Namespace) -> None:
    """Run what is missing of a study, with a progress bar; print mean and range of its outputs; write the table."""
    from abm.study.commands import sweep
    from abm.study.study import load_study

    study = load_study(choices.study)
    folder = choices.out or Path("results") / choices.study.stem
    sweep(study, folder, choices.workers, choices.dask, choices.anew, lambda text: print(text, flush=True))


def show_sensitivity(choices: argparse.Namespace) -> None:
    """Print how much each setting matters for each output of a sweep; write table and figure beside its runs."""
    from abm.study.sensitivity import analyse

    analyse(choices.folder, lambda text: print(text, flush=True))


def report(run: "Run", folder: Path) -> str:
    """Write everything about a run into a folder; returns facts beside simulation for each platform, as text."""
    from abm import facts, figures
    from abm.panorama import panorama
    from abm.study.results import write_run

    write_run(run, folder)
    people, seconds = run.scenario.people, run.provenance["seconds_founding"] + run.provenance["seconds_steps"]
    lines = [
        f"{run.scenario.title}",
        f"{people.persons:,} persons simulated, each for {people.weight:,.1f} real ones; seed {run.seed};"
        f" {seconds:.1f} s; {run.provenance['bytes_a_person']:.0f} bytes a person",
    ]
    for platform in run.scenario.platform:
        comparisons = facts.compare(run.series, platform)
        lines += ["", f"{platform}: facts beside simulation", facts.table(comparisons), "", noise_line(run, platform)]
        figure = figures.history(
            run.series, platform, comparisons, shocks=run.scenario.shocks, persons=people.persons, seed=run.seed
        )
        figures.save(figure, folder, "history" if len(run.scenario.platform) == 1 else f"history-{platform}")
    if len(run.scenario.platform) > 1:
        page = panorama(run.series, list(run.scenario.platform), run.scenario.shocks, people.persons, run.seed)
        figures.save(page, folder, "market")
    text = "\n".join(lines)
    (folder / "facts.txt").write_text(text + "\n", encoding="utf-8")
    return text


def noise_line(run: "Run", platform: str) -> str:
    """How large the sampling noise of a share is at this size, in words."""
    noise = run.series[f"{platform}.share_noise"].dropna()
    if noise.empty:
        return "No claim was paid: at this size a share is either nothing or a multiple of its mean."
    return (
        f"Sampling noise: a share of the last year carries a standard error of {noise.tail(24).median():.0%}, because"
        f" few persons fall ill at this size; it falls with the square root of --persons."
    )


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
