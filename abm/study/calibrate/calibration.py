"""What a calibration is asked: a scenario, what varies in it, how large its runs are, how many waves; a TOML file."""

from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import field_validator

from abm.draws import SEEDS
from abm.errors import StudyError, nearest, shown
from abm.observation.facts import FACTS_END
from abm.scenario.declare import Section, fact, number
from abm.scenario.files import names, parse_as, settings_in, tables_in
from abm.study.axis import Changes, loaded
from abm.study.calibrate.runs import Question
from abm.study.calibrate.space import OF_THE_TRADE, Space, space_of
from abm.study.calibrate.targets import targets_of

MOST_POINTS, MOST_SEEDS, MOST_ROUNDS = 100_000, 1000, 20
MOST_PERSONS = 4_000_000_000
LONGEST = 100  # letters of a title, by which its folder goes
# To see in a minute or two that a course goes through; what it finds is worth nothing.
QUICK = {"persons": 3_000, "noise_points": 2, "noise_seeds": 2, "seeds": 2, "trajectories": 2}
QUICK |= {"points": 40, "waves": 1, "members": 10, "rounds": 1}
QUICK_NAMES = 24  # that vary then


# fmt: off
class Calibration(Section):
    """Noise, screening, waves of history matching and the set of runs that match, of one scenario."""

    title: str = fact("untitled", "one line", source="the calibration")
    scenario: str = fact("xianghubao", "a name from `huzhu list`, or the path of a .toml file",
        source="the calibration")
    changes: Changes = fact({}, "settings of all runs, by path", source="the calibration")
    vary: tuple[str, ...] = fact(("*",), "names that may vary, as *.effort; * is for any letters",
        source="the calibration")
    left_out: tuple[str, ...] = fact((), "names that may not, of these", source="the calibration")
    together: tuple[str, ...] = fact(OF_THE_TRADE, "how names of numbers begin that go together in all plans",
        source="the calibration")
    until: date = fact(FACTS_END, "last day; none of after 2020", unit="date", source="the calibration")
    persons: int = number(100_000, "persons simulated in each run", unit="persons", low=1, high=MOST_PERSONS,
        source="the calibration")
    sizes: tuple[int, ...] = fact((), "persons of the runs of which the noise is told; `persons` where none is said",
        source="the calibration")
    noise_points: int = number(20, "points of which the noise is told", unit="points", low=1, high=MOST_POINTS,
        source="the calibration")
    noise_seeds: int = number(5, "runs of each of them", unit="runs", low=2, high=MOST_SEEDS, source="the calibration")
    trajectories: int = number(10, "trajectories of the screening", unit="1", low=2, high=MOST_POINTS,
        source="the calibration")
    points: int = number(400, "points of a wave, some ten for each name that is left", unit="points", low=30,
        high=MOST_POINTS, source="the calibration")
    seeds: int = number(5, "runs of each point of a wave, and of each member", unit="runs", low=1, high=MOST_SEEDS,
        source="the calibration")
    waves: int = number(3, "waves; the last rules out by the largest implausibility", unit="1", low=1, high=MOST_ROUNDS,
        source="the calibration")
    members: int = number(200, "members of the set that are looked for", unit="points", low=1, high=MOST_POINTS,
        source="the calibration")
    rounds: int = number(5, "rounds of so many points in which they are looked for, at most", unit="1", low=1,
        high=MOST_ROUNDS, source="the calibration")
    seed: int = number(1, "luck of the designs and of the first runs; the others follow", unit="1", low=0,
        high=SEEDS - 1 - MOST_SEEDS, source="the calibration")

    # fmt: on
    @field_validator("title")
    @classmethod
    def _names_a_folder(cls, title: str) -> str:
        """The results are in a folder of that name, and in no other."""
        if not title.strip(" .") or not title.isprintable() or set(title) & set("/\\") or len(title) > LONGEST:
            words = f"one line without slashes, of at most {LONGEST} letters"
            raise ValueError(f"{shown(title)} must be the name of a folder: {words}")
        return title

    @field_validator("sizes")
    @classmethod
    def _can_be_run(cls, sizes: tuple[int, ...]) -> tuple[int, ...]:
        if wrong := [size for size in sizes if not 1 <= size <= MOST_PERSONS]:
            raise ValueError(f"{wrong[0]:,} persons cannot be simulated; from 1 to {MOST_PERSONS:,}")
        return sizes

    def quick(self) -> "Calibration":
        """The same with few persons, points, seeds and waves."""
        return self.model_copy(
            update={name: min(most, getattr(self, name)) for name, most in QUICK.items()} | {"sizes": ()}
        )


def load_calibration(given: str) -> Calibration:
    """The calibration in a TOML file, or the usual one of a named scenario.

    What it names, a scenario or data, is looked for beside it. Raises `StudyError` for what cannot be read.
    """
    if given in names():
        return Calibration(title=given, scenario=given)
    if not given.endswith(".toml"):
        slip = nearest(given, names())
        raise StudyError(f"no scenario {shown(given)}{slip}; give the name of one, or the path of a .toml file")
    path = Path(given)
    asked = parse_as(Calibration, tables_in(path), path.name, StudyError)
    return asked.model_copy(update={"changes": settings_in(path.parent, asked.changes)})


def question_of(asked: Calibration, most: int | None = None) -> Question:
    """The space and the targets of a calibration; at most so many names, from all over it.

    Raises `StudyError` where nothing varies, or a day is after 2020.
    """
    if asked.until > FACTS_END:
        raise StudyError(f"until = {asked.until} is after {FACTS_END}; what followed is kept aside for the forecast")
    scenario = loaded(asked.scenario, asked.changes, "changes")
    whole = space_of(scenario, left_out=tuple(asked.changes), of_the_trade=asked.together)
    kept = [name for name in whole.names if _any(name, asked.vary) and not _any(name, asked.left_out)]
    if not kept:
        raise StudyError(f"vary: none of {len(whole.names):,} names with a plausible range is like {list(asked.vary)}")
    if most is not None:
        kept = kept[:: -(-len(kept) // most)]
    plans = tuple(scenario.platform)
    space: Space = whole.without(set(whole.names) - set(kept))
    return Question(asked.scenario, plans, space, targets_of(plans), asked.changes, asked.until)


def _any(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
