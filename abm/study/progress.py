"""A study at work: its store open, and a bar of progress with an estimate and the failures so far."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from abm.study.store import Store
from abm.study.study import Study
from abm.study.summary import plan
from abm.study.worker import FAILED, Result, RunFunction


class StudyProgress(NamedTuple):
    """The open store, the bar, and what tells the bar of a result."""

    store: Store
    bar: Any
    on_result: Callable[[Result], None]

    def needed(self, runs: int) -> None:
        """Tell the bar how many runs there are to be, where that becomes known on the way."""
        self.bar.total = max(runs, self.bar.n)
        self.bar.refresh()


@contextmanager
def at_work(
    study: Study,
    folder: Path,
    say: Callable[[str], object],
    run: RunFunction | None = None,
    anew: bool = False,
    retry: bool = False,
) -> Iterator[StudyProgress]:
    """The store of a study in a folder, without its failed runs where they are to be run again.

    `say` hears what is to be run. Raises as `Store` does, and `KeyboardInterrupt` with how to go on.
    """
    with Store(folder, study, run, anew, retry) as store:
        standing = store.standing(study)
        say(plan(study, store, standing))
        rows, failed = store.count()
        kept = rows - standing.lacking
        total = rows + study.runs - standing.there
        with tqdm(total=total, initial=kept, desc=study.title, unit="run", disable=None) as bar:

            def on_result(result: Result) -> None:
                nonlocal failed
                failed += result.status == FAILED
                bar.set_postfix_str(f"{failed} failed", refresh=False)
                bar.update()

            try:
                yield StudyProgress(store, bar, on_result)
            except KeyboardInterrupt:
                done = max(bar.n, store.count()[0] - standing.lacking)  # the bar may be a row behind
                words = f"{done:,} of {bar.total:,} runs are kept in {folder}; the same command goes on"
                raise KeyboardInterrupt(words) from None
