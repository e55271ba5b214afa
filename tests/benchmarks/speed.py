"""How fast, how large and how soon: measured, printed and held against the targets, never asserted.

    python tests/benchmarks/speed.py [--quick]

Speed is seconds of ``model.step()`` over persons and steps, the first step left out; bytes are those of the arrays that
grow with the persons; start-up is a fresh process from its start to the end of its first step. The plain Mesa model
of `plain_mesa` runs in the same process over the same history. Other work on the machine can only slow a run, two
threads more than one: each is repeated and the fastest kept, and the load is printed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numba
import psutil
from plain_mesa import WITHOUT_INSTITUTIONS, PlainMesaModel

from abm.model import MutualAidModel
from abm.scenario.files import load

CASE = "xianghubao"
PERSONS, PERSONS_QUICK = (10_000, 100_000, 1_000_000, 10_000_000), (10_000, 100_000)
PLAIN_PERSONS = (1_000, 10_000)
THREADS = (1, 2)
RUN_UP, MEASURED = 20, 30  # steps above `WHOLE_HISTORY` persons: members first, then the clock
WHOLE_HISTORY = 1_000_000
REPEATS, REPEATS_BEYOND = 3, 2  # up to `WHOLE_HISTORY` persons, and beyond
PLAIN_STEPS_QUICK = 24
FOUNDED = 20_000  # persons of the start-up

MOST_NANOSECONDS, MOST_BYTES, MOST_BYTES_WITH_FRIENDS, LEAST_RATIO, MOST_SECONDS = 35, 96, 160, 100, 3.0
MARKET, MARKET_PERSONS, MARKET_NANOSECONDS, MARKET_BYTES = "market", (1_000_000, 100_000), 60, 200

START = f"""
from time import perf_counter
zero = perf_counter()
from abm.model import MutualAidModel
imported = perf_counter()
model = MutualAidModel({CASE!r}, persons={FOUNDED})
founded = perf_counter()
model.step()
print(imported - zero, founded - imported, perf_counter() - founded)
"""


class Speed(NamedTuple):
    """One measured run; `bytes_friends` counts the network too."""

    persons: int
    threads: int
    first: int  # steps before the clock started
    steps: int
    nanoseconds: float  # a person and step
    bytes_person: float
    bytes_friends: float


class StartUp(NamedTuple):
    """Seconds of a fresh process: in all, and of its parts."""

    whole: float
    importing: float
    founding: float
    first_step: float


def nanoseconds(model: MutualAidModel | PlainMesaModel, run_up: int, steps: int) -> float:
    """Nanoseconds a step, after a run-up that is not measured."""
    for _ in range(run_up):
        model.step()
    start = time.perf_counter_ns()
    for _ in range(steps):
        model.step()
    return (time.perf_counter_ns() - start) / steps


def compiled(persons: int, threads: int, run_up: int = 1, steps: int | None = None, case: str = CASE) -> Speed:
    """Measure our model, of one plan without institutions or of the whole market; without `steps` to the end."""
    before = numba.get_num_threads()
    numba.set_num_threads(threads)
    try:
        model = MutualAidModel(
            case, persons=persons, changes=WITHOUT_INSTITUTIONS if case == CASE else None, drive="compiled"
        )
        steps = model.case.calendar.periods - run_up if steps is None else steps
        taken = nanoseconds(model, run_up, steps)
        friends = model.network.first.nbytes + model.network.friends.nbytes
        own = model.nbytes - friends
        model.close()
    finally:
        numba.set_num_threads(before)
    return Speed(persons, threads, run_up, steps, taken / persons, own / persons, (own + friends) / persons)


def plain(persons: int, steps: int | None = None) -> Speed:
    """Measure the plain Mesa model; bytes are not counted."""
    model = PlainMesaModel(load(CASE, WITHOUT_INSTITUTIONS | {"people.persons": persons}))
    steps = model.case.calendar.periods - 1 if steps is None else steps
    taken = nanoseconds(model, 1, steps)
    model.close()
    return Speed(persons, 1, 1, steps, taken / persons, float("nan"), float("nan"))


def start_up(cache: str) -> StartUp:
    """Start a fresh process with its compiled code in the folder `cache`."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", START],
        env=os.environ | {"NUMBA_CACHE_DIR": cache},
        capture_output=True,
        text=True,
        check=True,
    )
    whole = time.perf_counter() - start
    importing, founding, first_step = map(float, done.stdout.split())
    return StartUp(whole, importing, founding, first_step)


def nearest(persons: int, plains: Sequence[Speed]) -> Speed:
    """The plain run of the same or the nearest size."""
    return min(plains, key=lambda run: max(run.persons, persons) / min(run.persons, persons))


def ratio(run: Speed, plains: Sequence[Speed]) -> float:
    """How many times faster than plain Mesa."""
    return nearest(run.persons, plains).nanoseconds / run.nanoseconds


def table(runs: Iterable[Speed], plains: Sequence[Speed]) -> str:
    """The measured runs as lines of text."""
    lines = [
        "             persons  threads  steps  ns a person  bytes a person  with friends  times plain Mesa",
        "                                    and step                                  (of persons)",
    ]
    for run in plains:
        lines.append(f"plain Mesa {run.persons:>9,}  {run.threads:>7}  {run.steps:>5}  {run.nanoseconds:>11,.0f}")
    for run in runs:
        beside = f"{ratio(run, plains):,.0f} ({nearest(run.persons, plains).persons:,})"
        lines.append(
            f"compiled  {run.persons:>10,}  {run.threads:>7}  {run.steps:>5}  {run.nanoseconds:>11,.1f}"
            f"  {run.bytes_person:>14.1f}  {run.bytes_friends:>12.1f}  {beside:>16}"
            + (f"  after {run.first} steps unmeasured" if run.first > 1 else "")
        )
    return "\n".join(lines)


def verdicts(runs: Sequence[Speed], plains: Sequence[Speed], cached: StartUp) -> list[tuple[str, bool]]:
    """The targets, with what was measured, and whether each was reached. Speed is judged on the most threads."""
    most = max(run.threads for run in runs)
    fast = [run for run in runs if run.threads == most]
    found = [
        (
            f"{run.nanoseconds:.1f} of {MOST_NANOSECONDS} ns at {run.persons:,} on {most} threads",
            run.nanoseconds <= MOST_NANOSECONDS,
        )
        for run in fast
        if run.persons >= WHOLE_HISTORY
    ]
    own, friends = max(run.bytes_person for run in runs), max(run.bytes_friends for run in runs)
    least = min(fast, key=lambda run: ratio(run, plains))
    times = ratio(least, plains)
    return [
        *found,
        (f"{own:.1f} of {MOST_BYTES} bytes", own <= MOST_BYTES),
        (f"with friends {friends:.1f} of {MOST_BYTES_WITH_FRIENDS} bytes", friends <= MOST_BYTES_WITH_FRIENDS),
        (f"{times:.0f} of {LEAST_RATIO} times plain Mesa, at the least ({least.persons:,})", times >= LEAST_RATIO),
        (f"start-up {cached.whole:.2f} of {MOST_SECONDS:g} s", cached.whole < MOST_SECONDS),
    ]


def at_work() -> float:
    """Processes at work on this machine, mean of a minute."""
    return psutil.getloadavg()[0]


def say(text: str) -> None:
    """Tell how far it is, beside the results."""
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description="How fast, how large and how soon.")
    parser.add_argument("--quick", action="store_true", help=f"stop at {PERSONS_QUICK[-1]:,} persons")
    quick = parser.parse_args(arguments).quick

    began = at_work()
    starts = {}
    with tempfile.TemporaryDirectory() as cache:
        for name in ("cold", "cached"):
            say(f"start-up, {name} ...")
            starts[name] = start_up(cache)
    plains = []
    for persons in PLAIN_PERSONS:
        say(f"plain Mesa, {persons:,} persons ...")
        plains.append(plain(persons, PLAIN_STEPS_QUICK if quick else None))
    compiled(FOUNDED, 1, steps=1)  # the loops are compiled, or loaded, before the clock starts
    runs = []
    for persons in PERSONS_QUICK if quick else PERSONS:
        for threads in (count for count in THREADS if count <= numba.config.NUMBA_NUM_THREADS):
            say(f"compiled, {persons:,} persons, threads: {threads} ...")
            beyond = persons > WHOLE_HISTORY
            tries = [
                compiled(persons, threads, RUN_UP if beyond else 1, MEASURED if beyond else None)
                for _ in range(REPEATS_BEYOND if beyond else REPEATS)
            ]
            runs.append(min(tries, key=lambda run: run.nanoseconds))

    say("the market ...")
    threads = min(max(THREADS), numba.config.NUMBA_NUM_THREADS)
    compiled(FOUNDED, threads, steps=1, case=MARKET)
    market = compiled(MARKET_PERSONS[quick], threads, case=MARKET)

    print(table(runs, plains))
    print(
        f"{MARKET}: {market.nanoseconds:.1f} of {MARKET_NANOSECONDS} ns a person and step, {market.persons:,} persons,"
        f" threads: {threads}; {market.bytes_friends:.1f} of {MARKET_BYTES} bytes a person, friends included"
    )
    print(f"processes at work when it began {began:.1f}, when it ended {at_work():.1f}; cores {os.cpu_count()}")
    for name, start in starts.items():
        print(
            f"start-up {name:<6} {start.whole:6.2f} s: import {start.importing:.2f}, load and found {FOUNDED:,} persons"
            f" {start.founding:.2f}, first step {start.first_step:.2f}, the rest is Python's own"
        )
    for what, reached in verdicts(runs, plains, starts["cached"]):
        print(f"{'reached' if reached else 'not reached':<11}  {what}")


if __name__ == "__main__":
    main()
