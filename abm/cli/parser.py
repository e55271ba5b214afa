"""The options of the command `huzhu`: what can be asked, and how."""

import argparse
import calendar
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from abm.errors import shown, told
from abm.page.room import MOST_PERSONS, MOST_WORLDS
from abm.version import VERSION

NEGATIVE = re.compile(r"-(\.?\d[\d_.]*(e[-+]?\d+)?|inf(inity)?|nan)$", re.IGNORECASE)
MOST_DIGITS = 9  # of a number of seeds or processes
MOST_ROUNDS = 8  # of a map: cells are then 1 / 256 of what they were

Action = Callable[[argparse.Namespace], None]


class Parser(argparse.ArgumentParser):
    """An argument parser that complains in one line, and takes no option by half its name."""

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*words, **{"allow_abbrev": False} | more)
        self._negative_number_matcher = NEGATIVE  # that of Python before 3.14 takes -1e6 for an option

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where help is, and exit with status 2."""
        self.exit(2, f"{self.prog}: {told(message)}; see {self.prog} --help\n")


def parser(actions: Mapping[str, Action]) -> Parser:
    """The parser of all commands; `actions` by the name of the command."""
    whole = Parser(prog="huzhu", description="An agent-based laboratory of online mutual aid.")
    whole.add_argument("--version", action="version", version=f"huzhu {VERSION}")
    commands = whole.add_subparsers(required=True, metavar="command")
    changes, size, end, luck, work = (Parser(add_help=False) for _ in range(5))  # options that several commands have
    changes.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a number by its path, for example mind.altruism=30",
    )
    size.add_argument(
        "--persons",
        type=int,
        metavar="N",
        help="how many persons are simulated (default: the scenario's number)",
    )
    end.add_argument("--until", type=_day, metavar="DATE", help="last year, month or day, for example 2020-12")
    luck.add_argument("--seed", type=int, default=1, metavar="S", help="the luck of the run (default 1)")
    where = work.add_mutually_exclusive_group()
    _add_workers(where)
    where.add_argument("--dask", metavar="ADDRESS", help="scheduler of a cluster, for example tcp://host:8786")
    work.add_argument("--out", type=Path, metavar="DIR", help="folder of the results (default results/STUDY)")
    _add_again(work)
    work.add_argument("study", type=Path, help="the path of a study, a .toml file")

    def command(name: str, words: str, *options: Parser) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words[0].upper() + words[1:], parents=options)
        made.set_defaults(action=actions[name])
        return made

    command("list", "the scenarios that come with the program")
    show = command("show", "every number of a scenario: value, unit, range, source", changes)
    seen = command("series", "every series that a run reports: name, unit, meaning", changes)
    seen.add_argument("scenario", nargs="?", default="xianghubao", help="a name from `huzhu list` or a .toml file")
    run = command("run", "run a scenario and compare it with the facts", changes, size, end, luck)
    words = "the life of one person in sentences: why they joined, stayed or left"
    tale = command("story", words, changes, size, end, luck)
    tale.add_argument("scenario", nargs="?", default="xianghubao", help="a name from `huzhu list` or a .toml file")
    tale.add_argument(
        "--person", metavar="WHO", help="a number or a name; without it those that have a name are listed"
    )
    tale.add_argument("--all", action="store_true", help="every decision, those too that changed nothing")
    page = command("view", "watch people decide, in the browser", changes, size, luck)
    page.epilog = (
        f"The page shows {MOST_WORLDS} worlds and {MOST_PERSONS:,} persons at once, to all its visitors together."
    )
    page.add_argument("scenario", nargs="?", default="xianghubao", help="a name from `huzhu list` (default xianghubao)")
    page.add_argument("--port", type=int, metavar="PORT", help="where to serve it (default the first free from 8765)")
    page.add_argument(
        "--host",
        metavar="NAME",
        help="an address of this machine (default 127.0.0.1, which nobody else can reach; 0.0.0.0 opens them all)",
    )
    page.add_argument(
        "--root-path",
        default="",
        metavar="PATH",
        help="where Jupyter or another proxy shows it, as /user/me/proxy/8765 or https://hub.example.org/proxy/8765",
    )
    page.add_argument("--no-browser", action="store_true", help="do not open a browser")
    odd = command("describe", "the model in the field's standard form, the ODD protocol, as Markdown", changes)
    odd.add_argument("scenario", nargs="?", default="xianghubao", help="a name from `huzhu list` or a .toml file")
    odd.add_argument("--out", type=Path, metavar="FILE", help="where to write it, for example ODD.md (default: print)")
    for each in (show, run):
        each.add_argument("scenario", help="a name from `huzhu list`, or the path of a .toml file")
    run.add_argument(
        "--drive", choices=["compiled", "agents"], default="compiled", help="everybody at once, or one agent at a time"
    )
    run.add_argument("--out", type=Path, metavar="DIR", help="folder of the results (default results/SCENARIO)")
    run.add_argument("--workbook", action="store_true", help="write an Excel workbook of all tables too, run.xlsx")
    words = "run a scenario to a day and keep the whole state in a file"
    keep = command("checkpoint", words, changes, size, end, luck)
    keep.add_argument("--to", type=Path, required=True, metavar="FILE", help="the file, for example half-way.huzhu")
    words = "the same people and luck in several worlds: who would have been covered?"
    fork = command("fork", words, changes, size, end)
    fork.add_argument(
        "--world",
        action="append",
        required=True,
        metavar="NAME: KEY=VALUE; ...",
        help="a world that differs from the scenario as it is; may be given several times",
    )
    fork.add_argument("--seeds", type=_count, default=1, metavar="N", help="how many seeds (default 1)")
    fork.add_argument("--out", type=Path, metavar="DIR", help="folder of the results (default results/fork-SCENARIO)")
    for each in (keep, fork):
        each.add_argument("scenario", help="a name from `huzhu list` or a .toml file; for fork also a .huzhu file")
    command("sweep", "run a study: many runs, a row of results each; goes on where it stopped", work)
    words = (
        "where does an outcome tip? a map over the two settings of a study, finer at the edge; goes on as sweep does"
    )
    tip = command("phase", words, work)
    tip.add_argument("--edge", type=float, required=True, metavar="X", help="the outcome between the two regimes")
    tip.add_argument(
        "--outcome", metavar="OUTPUT", help="an output of the study, or one over another, A / B (default: the only one)"
    )
    tip.add_argument(
        "--rounds", type=int, choices=range(MOST_ROUNDS + 1), default=2, metavar="N",
        help=f"how often the cells at the edge are halved, 0 to {MOST_ROUNDS} (default 2)",
    )  # fmt: skip
    matter = command("sensitivity", "which setting matters: indices of a sweep's outputs")
    matter.add_argument("folder", type=Path, help="the folder of a sweep with design = 'sobol' or 'morris'")
    fit = command("calibrate", "which numbers agree with the facts up to 2020? a set of them, by history matching")
    words = "a name from `huzhu list`, or the path of a calibration, a .toml file"
    fit.add_argument("calibration", metavar="FILE", help=words)
    words = "few persons, points and names, to see in a few minutes that it goes through"
    fit.add_argument("--quick", action="store_true", help=words)
    _add_workers(fit)
    _add_again(fit)
    words = "folder of the results (default results/calibration/TITLE)"
    fit.add_argument("--out", type=Path, metavar="DIR", help=words)
    tell = command("forecast", "what follows 2020, of the runs of a sweep: bounds, chances of closing, a figure")
    tell.add_argument("folder", type=Path, help="the folder of a sweep that keeps series, run beyond 2020")
    words = "a table with columns point and weight (default: all points alike)"
    tell.add_argument("--weights", type=Path, metavar="FILE", help=words)
    words = "folder of the forecast (default results/forecast)"
    tell.add_argument("--out", type=Path, default=Path("results/forecast"), metavar="DIR", help=words)
    score = command("compare", "score a forecast by facts of its time, against simple references")
    score.add_argument("facts", type=Path, help="a table with the columns of abm/data/facts.csv")
    score.add_argument("folder", type=Path, help="the folder of a forecast")
    score.add_argument("--out", type=Path, metavar="DIR", help="folder of the scores (default scores in the forecast)")
    return whole


def _add_workers(options: argparse._ActionsContainer) -> None:
    options.add_argument("--workers", type=_count, metavar="N", help="processes at work (default: one a core)")


def _add_again(options: argparse.ArgumentParser) -> None:
    again = options.add_mutually_exclusive_group()
    again.add_argument("--retry", action="store_true", help="run what failed again, and keep what is done")
    again.add_argument("--anew", action="store_true", help="throw away the runs that are there")


def _count(text: str) -> int:
    """A whole number from 1 up."""
    if not text.isdecimal() or len(text) > MOST_DIGITS or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{shown(text)} must be a whole number from 1 up")
    return int(text)


def _day(text: str) -> date:
    """A year, month or day as the last day of it."""
    try:
        parts = [int(part) for part in text.split("-")]
        year, month = parts[0], parts[1] if len(parts) > 1 else 12
        if len(parts) > 3:
            raise ValueError
        return date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])
    except (ValueError, IndexError, OverflowError, calendar.IllegalMonthError):
        raise argparse.ArgumentTypeError(f"{shown(text)} is not a date; write 2020, 2020-12 or 2020-12-31") from None
