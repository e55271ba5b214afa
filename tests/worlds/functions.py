"""Run functions for sweeps that are not about mutual aid. Workers import them from here."""

import math
import os
import signal
import time
from typing import Any


def double(point: dict[str, Any], seed: int) -> dict[str, float]:
    """Twice x, and the seed."""
    return {"twice": 2 * point["x"], "luck": seed}


def wave(point: dict[str, Any], seed: int) -> dict[str, Any]:
    """A number, a text and a series of x."""
    series = [point["x"] * math.sin(step + seed) for step in range(12)]
    return {"twice": 2 * point["x"], "name": f"wave {point['x']} 波", "height": series}


def lost(point: dict[str, Any], seed: int) -> dict[str, float]:
    """Misses a file whose name no encoding has."""
    raise FileNotFoundError("bad\udc80\x1b[2J.csv")


def half_told(point: dict[str, Any], seed: int) -> dict[str, Any]:
    """One output without a number, one that is a word, and y."""
    return {"never": math.nan, "word": "none", "level": point["y"]}


def ishigami(point: dict[str, Any], seed: int) -> dict[str, float]:
    """The function of Ishigami and Homma (1990) with a = 7, b = 0.1."""
    x, y, z = (point[name] for name in "xyz")
    return {"f": math.sin(x) + 7 * math.sin(y) ** 2 + 0.1 * z**4 * math.sin(x)}


def stumble(point: dict[str, Any], seed: int) -> dict[str, float]:
    """Fails at x = 2 and has no finite value at x = 3."""
    return {"inverse": 1 / (point["x"] - 2) if point["x"] != 3 else math.nan}


def murder(point: dict[str, Any], seed: int) -> dict[str, float]:
    """Kills its worker at x = 2."""
    if point["x"] == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"twice": 2 * point["x"]}


def doze(point: dict[str, Any], seed: int) -> dict[str, float]:
    """Takes a moment."""
    time.sleep(0.02)
    return {"x": point["x"]}


def slope(point: dict[str, Any], seed: int) -> dict[str, float]:
    """A plane, with luck that is the same everywhere."""
    return {"f": 3 * point["x"] - 2 * point["y"] + 0 * point["z"] + seed}


def tilt(point: dict[str, Any], seed: int) -> dict[str, float]:
    """A plane that luck tilts along x."""
    return {"f": seed * point["x"] + point["y"]}


def holes(point: dict[str, Any], seed: int) -> dict[str, float]:
    """As Ishigami's, not a number beyond x = 3.1 and failing below x = -3.1; and one output that never changes."""
    if point["x"] < -3.1:
        raise ArithmeticError("too low")
    return ishigami(point, seed) | ({"f": math.nan} if point["x"] > 3.1 else {}) | {"same": 5.0}


def cliff(point: dict[str, Any], seed: int) -> dict[str, float]:
    """Nothing inside a circle of radius 0.5 around the origin, 1 outside; x beyond 2 fails."""
    if point["x"] > 2:
        raise ArithmeticError("over the cliff")
    return {"f": float(math.hypot(point["x"], point["y"]) > 0.5)}


def misty_cliff(point: dict[str, Any], seed: int) -> dict[str, float]:
    """A step at x = 0.5 whose place differs between seeds: 0.45 to 0.55."""
    return {"f": float(point["x"] > 0.45 + 0.1 * (seed % 2))}
