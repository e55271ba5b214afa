"""How long from a press of the button to a refreshed page: measured in a real browser and printed, never asserted.

    python tests/benchmarks/page.py [--quick]

Pressed is Step, from a day half-way on; refreshed means that the new date and all that belongs to it are drawn,
and that the browser has come to paint them. The goal is half a second at 20,000 persons on two cores. A life is
the time from a click on a person to the last sentence of their life so far, which is lived once more for it.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from worlds import pages

START, TIMES, MOST_SECONDS = 31, 11, 0.5
VIEWS = {"At a glance": ".huzhu-figure img", "Friends and lives": ".huzhu-node", "Events": ".huzhu-events"}
SIZES = ((20_000, "all at once"), (20_000, "agent by agent"), (1_000_000, "all at once"))
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def steps(visitor: pages.Visitor, times: int) -> list[float]:
    """Seconds of each step, from the press to the picture."""
    seconds = []
    for _ in range(times):
        step = visitor.step
        clock = time.perf_counter()
        visitor.press("Step")
        visitor.page.wait_for_function(
            "step => document.querySelector('.huzhu-day').innerText.includes(`step ${step} of`)", arg=step + 1
        )
        visitor.page.evaluate(PAINTED)
        seconds.append(time.perf_counter() - clock)
        visitor.rests()
    return seconds


def life(visitor: pages.Visitor) -> float:
    """Seconds from a click on a person to their life."""
    node = visitor.page.locator(".huzhu-node").nth(1)
    row = int(node.get_attribute("data-row") or 0)
    clock = time.perf_counter()
    node.click()
    visitor.page.get_by_role("heading", name=f"Person {row:,}", exact=True).wait_for()
    return time.perf_counter() - clock


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small worlds and few steps, to see that it works")
    quick = parser.parse_args(words).quick
    sizes = ((1_000, "all at once"), (1_000, "agent by agent")) if quick else SIZES
    times = 2 if quick else TIMES
    print(f"{'persons':>9}  {'act':14} {'view':18} {'median':>7} {'worst':>7}   (goal {MOST_SECONDS} s at 20,000)")
    with pages.browser() as chromium, tempfile.TemporaryDirectory() as folder:
        for persons, act in sizes:
            log = Path(folder) / f"{persons}.txt"
            with pages.serving("xianghubao", "--persons", str(persons), log=log) as server:
                visitor = pages.Visitor(chromium, server)
                if act != "all at once":
                    visitor.choose("Persons act", act)
                    visitor.page.wait_for_timeout(500)
                    visitor.rests()
                visitor.go_to(START)
                visitor.choose("Speed, steps", "as fast as it goes")
                for view, sign in VIEWS.items():
                    visitor.look_at(view, sign)
                    visitor.rests()
                    seconds = steps(visitor, times)
                    numbers = f"{statistics.median(seconds):7.2f} {max(seconds):7.2f}"
                    print(f"{persons:9,}  {act:14} {view:18} {numbers}", flush=True)
                visitor.look_at("Friends and lives", ".huzhu-node")
                visitor.rests()
                print(f"{persons:9,}  {act:14} {'a life':18} {life(visitor):7.2f}", flush=True)
                visitor.leave()


if __name__ == "__main__":
    main()
