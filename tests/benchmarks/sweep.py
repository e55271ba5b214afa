"""How long a thousand runs take, and how much of it is not simulation: measured and printed, never asserted.

    python tests/benchmarks/sweep.py [--quick]

A grid of altruism and fees over 72 half-months of Xianghubao, on two worker processes. The share outside is that of the
workers' time, from the first line to the last row, which is not inside simulations: starting, importing, handing over,
writing. Memory is that of the parent at its largest.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from abm.study.store import Store
from abm.study.study import Axis, Study
from abm.study.summary import Summary
from abm.study.sweep import run_study

WORKERS = 2
MOST_SECONDS, MOST_OUTSIDE = 360.0, 0.15
OUTPUTS = ("xianghubao.members:last", "xianghubao.share:max", "xianghubao.relative_risk:mean", "closings")


def thousand(quick: bool) -> Study:
    """The study that is measured."""
    return Study(
        title="A thousand runs",
        persons=2_000 if quick else 20_000,
        until=date(2021, 9, 30),  # 72 half-months
        vary={
            "mind.altruism": Axis(low=0.0, high=60.0),
            "platform.xianghubao.fee_rate": Axis(low=0.0, high=0.2),
        },
        points=2 if quick else 10,
        replicates=5 if quick else 10,
        outputs=OUTPUTS,
    )


def peak() -> float:
    """Megabytes of memory that this process has held at its largest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study and print what it took."""
    parser = argparse.ArgumentParser(description="How long a thousand runs take.")
    parser.add_argument("--quick", action="store_true", help="20 runs of 2,000 persons")
    quick = parser.parse_args(arguments).quick
    study = thousand(quick)
    with tempfile.TemporaryDirectory() as folder:
        warm = study.model_copy(update={"points": 2, "replicates": 1})
        with Store(Path(folder) / "warm", warm) as store:
            run_study(warm, store, workers=WORKERS)  # the loops are compiled before the clock starts
        began, start = peak(), time.perf_counter()
        with Store(Path(folder) / "sweep", study) as store:
            run_study(study, store, workers=WORKERS)
            seconds = time.perf_counter() - start
            rows, failed = store.count()
            inside = Summary(study, store).seconds
    outside = 1 - inside / (WORKERS * seconds)
    print(f"{rows:,} runs, {failed} failed: {seconds:.1f} s on {WORKERS} processes")
    print(f"inside simulations {inside:.1f} s of the workers' {WORKERS * seconds:.1f}; outside {outside:.1%}")
    print(f"parent: {began:.0f} MB before, {peak():.0f} MB at its largest")
    if quick:
        return  # starting two workers takes longer than so few runs
    for what, reached in (
        (f"{seconds:.0f} of {MOST_SECONDS:.0f} s", seconds < MOST_SECONDS),
        (f"{outside:.1%} of {MOST_OUTSIDE:.0%} outside", outside <= MOST_OUTSIDE),
    ):
        print(f"{'reached' if reached else 'not reached':<11}  {what}")


if __name__ == "__main__":
    main()
