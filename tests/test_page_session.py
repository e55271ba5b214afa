"""Sessions of the page under rough hands: several at once, worlds that cannot be, wishes that no longer fit."""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TWO_AT_ONCE = """
import threading
from abm.model import MutualAidModel

def live(seed):
    model = MutualAidModel(persons=6_000, seed=seed, drive="compiled")
    for _ in range(40):
        model.step()

visitors = [threading.Thread(target=live, args=[seed]) for seed in (1, 2, 3)]
for each in visitors:
    each.start()
for each in visitors:
    each.join()
print("all lived")
"""


def test_worlds_of_several_threads_do_not_end_the_program():
    """Numba's own threads, which it takes where there are no others, end the program if two loops meet in them."""
    environment = os.environ | {"NUMBA_THREADING_LAYER": "workqueue", "PYTHONPATH": ROOT}
    command = [sys.executable, "-c", TWO_AT_ONCE]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "all lived", done.stderr
