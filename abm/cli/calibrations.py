"""The command of a calibration."""

import argparse
from pathlib import Path


def calibrate_scenario(choices: argparse.Namespace) -> None:
    """Go the course of a calibration, with a bar for each stage; write its tables."""
    from abm.study.calibrate.calibration import load_calibration
    from abm.study.calibrate.course import calibrate
    from abm.study.calibrate.runs import Work

    asked = load_calibration(choices.calibration)
    name = f"{asked.title}-quick" if choices.quick else asked.title
    folder = choices.out or Path("results") / "calibration" / name
    calibrate(asked, Work(folder, choices.workers, _say, choices.anew, choices.retry), choices.quick)


def _say(text: str) -> None:
    print(text, flush=True)
