"""What all experiments share: options, stores that stay beside the results, and one line for a slip."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from abm.errors import StudyError
from abm.process import carry_out
from abm.runs.results import RUNS, require_results
from abm.study.progress import StudyProgress, at_work
from abm.study.store import Store
from abm.study.study import Study
from abm.study.sweep import cores, run_study


@dataclass(frozen=True)
class Experiment:
    """What was asked for: a trial or the whole, even larger or not, on how many processes, into which folder."""

    out: Path
    workers: int
    quick: bool
    full: bool
    retry: bool
    anew: bool

    @contextmanager
    def at_work(self, part: str, study: Study) -> Iterator[StudyProgress]:
        """The open store of a part of the experiment; what is in it is not run again."""
        with at_work(study, self.out / RUNS / part, _say, anew=self.anew, retry=self.retry) as progress:
            yield progress

    @contextmanager
    def swept(self, study: Study) -> Iterator[StudyProgress]:
        """The store of an experiment that is one study, with all its runs."""
        with self.at_work("all", study) as progress:
            run_study(study, progress.store, workers=self.workers, on_result=progress.on_result)
            progress.bar.close()
            require_done(progress.store)
            yield progress

    @property
    def made_by(self) -> str:
        """Who did the runs, in words."""
        return f"{self.workers} processes"


def require_done(store: Store) -> None:
    """Raise `StudyError` where runs in a store failed: a table of the others would answer another question."""
    rows, failed = store.count()
    if failed:
        raise StudyError(
            f"{failed:,} of {rows:,} runs failed, one of them for this: {store.reason()}; --retry runs them again"
        )


def conduct(
    name: str,
    question: str | None,
    answer: Callable[[Experiment], None],
    full: str = "",
    words: Sequence[str] | None = None,
) -> int:
    """Read the options of an experiment and let it answer its question; returns the exit status as `huzhu` does.

    `question`: the docstring of the script, whose first line is the question. `full`: what --full does, where there is
    such an option. A trial (--quick) has a folder of its own, so that it replaces no results.
    """
    parser = argparse.ArgumentParser(description=(question or "").splitlines()[0], allow_abbrev=False)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help=f"a trial: few small worlds, into results/{name}-quick")
    if full:
        size.add_argument("--full", action="store_true", help=full)
    parser.add_argument("--workers", type=_count, default=cores(), metavar="N", help="processes (default: one a core)")
    parser.add_argument("--out", type=Path, metavar="DIR", help=f"folder of the results (default results/{name})")
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--retry", action="store_true", help="run what failed again, and keep what is done")
    again.add_argument("--anew", action="store_true", help="throw away the runs that are there")
    choices = parser.parse_args(words)
    out = choices.out or Path("results") / (f"{name}-quick" if choices.quick else name)

    def act() -> None:
        require_results(out)
        larger = full != "" and choices.full
        answer(Experiment(out, choices.workers, choices.quick, larger, choices.retry, choices.anew))

    return carry_out(name, act)


def _say(text: str) -> None:
    print(text, flush=True)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' must be a whole number from 1 up")
    return int(text)
