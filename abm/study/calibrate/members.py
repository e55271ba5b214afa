"""The set: points of the whole space whose own runs match, and what is known of each number by it.

What moves a target is drawn from what the waves have left. What moves none is drawn from its whole plausible range: the
facts are silent about it, and a forecast must not know it better than they do. Members are alike: each of their runs
came as near to the facts as can be asked, and nearer ones are not therefore truer.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from abm.study import design
from abm.study.calibrate.implausibility import CUTOFF, matches, nth_largest, of_runs
from abm.study.calibrate.noise import band, mean_shown
from abm.study.calibrate.space import Space
from abm.study.calibrate.targets import Target

MIDDLE = (0.05, 0.5, 0.95)
KNOWN, PARTLY = 1 / 3, 2 / 3  # of the plausible range that nine tenths of the members lie in
DIRECTIONS, LOADS = 5, 4  # that are told, and the numbers of each


class Members(NamedTuple):
    """Points that match, of so many tried: places in the whole space, and what their runs showed.

    `places`: points x names; `values`: points x seeds x targets; `judgement`: how implausible each was when it was let
    in, points x targets, beside all points of its round, whose luck it shares.
    """

    places: np.ndarray
    values: np.ndarray
    tried: int
    judgement: np.ndarray | None = None

    def far(self, targets: Sequence[Target]) -> np.ndarray:
        """How implausible each is, points x targets."""
        return judged(self.values, targets) if self.judgement is None else self.judgement

    @property
    def means(self) -> np.ndarray:
        """What each shows in the mean over its seeds, points x targets."""
        return mean_shown(self.values)


def judged(values: np.ndarray, targets: Sequence[Target]) -> np.ndarray:
    """How implausible points are by their own runs, points x targets; one that never shows a target is ruled out.

    As a plan that has ended in all of them does not show the members of later. `values`: points x seeds x targets.
    """
    if not len(values):
        return np.zeros((0, len(targets)))
    far = np.stack([of_runs(values[:, :, at], target) for at, target in enumerate(targets)], axis=1)
    return np.where(np.isnan(far), np.inf, far)


def looked_for(
    wanted: int,
    rounds: int,
    propose: Callable[[int], np.ndarray],
    run: Callable[[int, np.ndarray], np.ndarray],
    targets: Sequence[Target],
) -> Members:
    """So many points that match, or those that so many rounds found.

    `propose`: the places of a round, from 1 on; `run`: what their runs show.
    """
    places: list[np.ndarray] = []
    values: list[np.ndarray] = []
    judgement: list[np.ndarray] = []
    tried = found = 0
    for number in range(1, rounds + 1):
        there = propose(number)
        shown = run(number, there)
        far = judged(shown, targets)
        kept = matches(far)
        places.append(there[kept])
        values.append(shown[kept])
        judgement.append(far[kept])
        tried, found = tried + len(there), found + int(kept.sum())
        if found >= wanted:
            break
    there, shown, far = (np.concatenate(each)[:wanted] for each in (places, values, judgement))
    return Members(there, shown, tried, far)


def joined(whole: Space, narrowed: Space, places: np.ndarray, luck: int) -> np.ndarray:
    """Places in the whole space: those of the names that are left, and the others anywhere in their ranges."""
    idle = [name for name in whole.names if name not in narrowed.names]
    found = np.empty((len(places), len(whole.names)))
    found[:, [whole.names.index(name) for name in narrowed.names]] = places
    if idle:
        rest = np.array(list(design.latin_hypercube(len(idle), len(places), luck)))
        found[:, [whole.names.index(name) for name in idle]] = rest
    return found


def central(members: Members, targets: Sequence[Target]) -> int:
    """The member nearest to the facts: of the smallest mean square of its implausibilities."""
    return int(np.argmin(np.mean(members.far(targets) ** 2, axis=1)))


def members_table(members: Members, space: Space, targets: Sequence[Target]) -> pd.DataFrame:
    """A row a member: its number, its two largest implausibilities, its weight, and its place, 0 to 1 a name."""
    implausible = members.far(targets)
    count = len(members.places)
    about = {
        "point": np.arange(count),
        "weight": np.full(count, 1.0 / max(1, count)),
        "largest": nth_largest(implausible, 1),
        "second": nth_largest(implausible, 2),
        "mean_square": np.mean(implausible**2, axis=1),
    }
    return pd.concat([pd.DataFrame(about), pd.DataFrame(members.places, columns=list(space.names))], axis=1)


def met_table(members: Members, targets: Sequence[Target]) -> pd.DataFrame:
    """A row a target: what was observed, its band, and what the members show, on the scale of the target.

    `inside`: whether the central member is within 1.96 standard deviations of the band, and above for a lower bound; a
    chance is met where it is above one half. `within_set`: whether the observed lies in the middle nine tenths.
    """
    means, best = members.means, central(members, targets)
    rows = []
    for at, target in enumerate(targets):
        low, middle, high = np.quantile(means[:, at], MIDDLE)
        shown, width = float(means[best, at]), band(target)
        if target.observation + target.discrepancy == 0.0:
            inside = shown > 0.5
        else:
            inside = abs(shown - target.observed) <= 1.96 * width or (target.at_least and shown > target.observed)
        rows.append(
            {
                "target": target.name,
                "platform": target.platform,
                "words": target.words,
                "scale": target.scale,
                "observed": target.observed,
                "band_sd": width,
                "central": shown,
                "p05": low,
                "median": middle,
                "p95": high,
                "inside": bool(inside),
                "within_set": bool(low <= target.observed <= high or (target.at_least and low >= target.observed)),
            }
        )
    return pd.DataFrame(rows)


def known_table(members: Members, space: Space, narrowed: Space, moved: dict[str, list[str]]) -> pd.DataFrame:
    """A row a name: where the members have it, how much narrower that is than its plausible range, and by what.

    `moved`: the targets that each name moves, the most moved first.
    """
    rows = []
    for at, name in enumerate(space.names):
        low, middle, high = np.quantile(members.places[:, at], MIDDLE) if len(members.places) else (np.nan,) * 3
        ratio = (high - low) / (MIDDLE[2] - MIDDLE[0])
        words = "well" if ratio < KNOWN else "partly" if ratio < PARTLY else "not"
        by = " ".join(moved.get(name, [])[:3])
        row = {"name": name, "p05": low, "median": middle, "p95": high, "over_plausible": ratio}
        rows.append(row | {"known": words, "moves": name in narrowed.names, "targets": by})
    return pd.DataFrame(rows)


def directions_table(members: Members, space: Space, narrowed: Space) -> pd.DataFrame:
    """What the facts say of several names together: the narrowest directions of the set, and their largest loads.

    `over_plausible`: the standard deviation of the members along it, over that of an even spread; each row is a
    combination of names which the facts know better than any of them.
    """
    at = [space.names.index(name) for name in narrowed.names]
    if len(members.places) <= len(at):
        return pd.DataFrame(columns=["direction", "over_plausible", "loads"])
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(members.places[:, at], rowvar=False)))  # of one name as well
    rows = []
    for number in range(min(DIRECTIONS, len(at))):
        vector = vectors[:, number]
        largest = np.argsort(-np.abs(vector), kind="stable")[:LOADS]
        sign = np.sign(vector[largest[0]])
        loads = " ".join(f"{sign * vector[each]:+.2f} {narrowed.names[each]}" for each in largest)
        wide = float(np.sqrt(max(0.0, values[number]) * 12))
        rows.append({"direction": number + 1, "over_plausible": wide, "loads": loads})
    return pd.DataFrame(rows)


def told(members: Members, targets: Sequence[Target]) -> str:
    """How many match, and how well the central one does."""
    if not len(members.places):
        return (
            f"none of {members.tried:,} points matches all targets below {CUTOFF:g}; emulators.csv says which are far"
        )
    table = met_table(members, targets)
    missed = list(table[~table["inside"]]["target"])
    words = f"; not {', '.join(missed)}" if missed else ""
    return (
        f"{len(members.places):,} of {members.tried:,} points match; the central one is within the bands of"
        f" {int(table['inside'].sum()):,} of {len(targets):,} targets{words}"
    )
