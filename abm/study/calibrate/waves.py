"""Waves of history matching: what is not ruled out yet, how much of the space that is, and where to run next.

A wave has an emulator for each target; only those that proved themselves rule out. A place is left where no wave has
ruled it out. The next design is spread over what is left: places of a sequence that fills the cube, and where these hit
too rarely a random walk inside of what is left, which visits all of it alike (Metropolis with a flat target); of all
found those far from each other are chosen.

Sources: Vernon, Goldstein and Bower (2010); Andrianakis et al. (2015); Johnson, Moore and Ylvisaker, Minimax and
maximin distance designs (1990).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats.qmc import Sobol

from abm.errors import StudyError
from abm.study.calibrate.emulators import Emulator
from abm.study.calibrate.implausibility import CUTOFF, implausibility
from abm.study.calibrate.targets import Target

BLOCK = 1 << 12  # places judged at once
MOST_BLOCKS = 16  # of a sequence, before it is walked from what was found
CHOICE = 8  # candidates for each point
STEPS = 20  # of a walk between places that count
STRIDE = 2.38  # over the root of the inputs: Roberts, Gelman and Gilks (1997)


@dataclass(frozen=True)
class Wave:
    """Emulators of targets, and how they rule out: by the nth largest implausibility at or above the cutoff."""

    targets: tuple[Target, ...]
    emulators: tuple[Emulator, ...]
    nth: int = 2
    cutoff: float = CUTOFF
    ruling: tuple[int, ...] = field(init=False)  # the emulators that proved themselves

    def __post_init__(self) -> None:
        ruling = tuple(at for at, emulator in enumerate(self.emulators) if emulator.proof.holds)
        object.__setattr__(self, "ruling", ruling)

    def implausible(self, places: np.ndarray) -> np.ndarray:
        """The implausibility of places by each target, not a number where its emulator may not rule."""
        found = np.full((len(places), len(self.targets)), np.nan)
        for at in self.ruling:
            found[:, at] = implausibility(self.emulators[at].predict(places), self.targets[at])
        return found

    def left(self, places: np.ndarray) -> np.ndarray:
        """Which places this wave does not rule out; no more is asked of those that it has ruled out already."""
        above = np.zeros(len(places), int)
        for at in self.ruling:
            still = np.flatnonzero(above < self.nth)
            told = self.emulators[at].predict(places[still])
            above[still] += implausibility(told, self.targets[at]) >= self.cutoff
        return above < self.nth


def left(waves: Sequence[Wave], places: np.ndarray) -> np.ndarray:
    """Which places no wave rules out."""
    kept = np.ones(len(places), bool)
    for wave in waves:
        kept[kept] = wave.left(places[kept])
    return kept


def space_left(waves: Sequence[Wave], inputs: int, luck: int = 0, blocks: int = 4) -> float:
    """The part of the cube that is left, by so many blocks of places that fill it."""
    places = Sobol(inputs, rng=luck).random(blocks * BLOCK)
    return float(np.mean(left(waves, places)))


def design(
    waves: Sequence[Wave], inputs: int, points: int, luck: int = 0, proposed: np.ndarray | None = None
) -> np.ndarray:
    """So many places that are left, far from each other, points x inputs.

    `proposed`: places that may be good, of earlier waves or an ensemble smoother; where they are left, they are among
    the candidates, and the walk may begin at them. Raises `StudyError` where nothing is left.
    """
    random = np.random.default_rng(luck)
    return spread_out(_candidates(waves, inputs, CHOICE * points, luck, proposed, random), points, random)


def sample(
    waves: Sequence[Wave], inputs: int, points: int, luck: int = 0, proposed: np.ndarray | None = None
) -> np.ndarray:
    """So many places from all over what is left, each part of it alike, points x inputs. Arguments as for `design`.

    Proposed places are not among them, for they lie close where they were looked for; a walk may begin at them.
    """
    random = np.random.default_rng(luck)
    candidates = _candidates(waves, inputs, CHOICE * points, luck, proposed, random, begun_only=True)
    return candidates[np.sort(random.permutation(len(candidates))[:points])]


def _candidates(
    waves: Sequence[Wave],
    inputs: int,
    wanted: int,
    luck: int,
    proposed: np.ndarray | None,
    random: np.random.Generator,
    begun_only: bool = False,
) -> np.ndarray:
    """So many places that are left, and more; where it is only begun at them, without those that were proposed."""
    given = np.empty((0, inputs)) if proposed is None else proposed[left(waves, proposed)]
    found = [given]
    sequence = Sobol(inputs, rng=luck)
    for _ in range(MOST_BLOCKS):
        block = sequence.random(BLOCK)
        found.append(block[left(waves, block)])
        if sum(map(len, found[begun_only:])) >= wanted:
            break
    candidates = np.concatenate(found)
    if not len(candidates):
        raise StudyError(
            f"no place is left among {MOST_BLOCKS * BLOCK:,}: the targets contradict each other in this model, or an"
            " emulator is wrong; see which rule out most"
        )
    kept = candidates[len(given) :] if begun_only else candidates
    if len(kept) < wanted:
        kept = np.concatenate([kept, _walk(waves, candidates, wanted - len(kept), random)])
    return kept


def _walk(waves: Sequence[Wave], start: np.ndarray, wanted: int, random: np.random.Generator) -> np.ndarray:
    """Places of walks inside of what is left, from places of it; a step out of the cube is thrown back at its wall.

    The stride is that of a normal density as wide as the places known so far, halved while hardly a step is possible.
    """
    inputs, walkers = start.shape[1], max(len(start), min(wanted, BLOCK))
    at = start[random.integers(len(start), size=walkers)]
    visited: list[np.ndarray] = []
    width, stride = np.maximum(start.std(axis=0), 0.05), STRIDE / np.sqrt(inputs)
    for step in range(STEPS * (1 + wanted // walkers)):
        there = at + stride * width * random.standard_normal(at.shape)
        there = np.abs(there) % 2.0
        there = np.where(there > 1.0, 2.0 - there, there)
        moved = left(waves, there)
        at = np.where(moved[:, None], there, at)
        if moved.mean() < 0.1:
            stride /= 2
        if step % STEPS == STEPS - 1:
            visited.append(at)
            width = np.maximum(at.std(axis=0), 0.02)
    return np.concatenate(visited)[:wanted]


def spread_out(candidates: np.ndarray, points: int, random: np.random.Generator) -> np.ndarray:
    """So many of the candidates, each the farthest from those taken before it; all where there are no more."""
    if len(candidates) <= points:
        return candidates
    taken = [int(random.integers(len(candidates)))]
    nearest = np.full(len(candidates), np.inf)
    while len(taken) < points:
        nearest = np.minimum(nearest, np.linalg.norm(candidates - candidates[taken[-1]], axis=1))
        taken.append(int(nearest.argmax()))
    return candidates[taken]
