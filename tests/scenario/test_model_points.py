"""A portfolio and an incidence table of one's own: whom the file names are founded, and slips are told in a line."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm.cli.main import main
from abm.errors import DataError
from abm.model import MutualAidModel
from abm.persons.founding import every, found
from abm.persons.state import Trait
from abm.runs.watched import WatchedModel
from abm.scenario.files import load
from abm.scenario.scenario import Scenario
from abm.scenario.tables import Stratum, incidence_by_age, strata_of
from worlds.busy import BUSY, digest, finish

# Ages 8, 35 (of both sexes, men in two lines) and 52, in tiers of their own.
POINTS = "age,sex,count,tier\n8,female,3,1\n35,male,20,3\n35,female,30,3\n35,male,5,3\n52,male,12,2\n"
WHOLE = {(8, 1, 1): 3, (35, 0, 3): 25, (35, 1, 3): 30, (52, 0, 2): 12}  # (age, woman, tier): persons


def portfolio(folder: Path, text: str, persons: int = 70, **more: Any) -> Scenario:
    """A nation of so many persons of the points in the text."""
    (folder / "points.csv").write_text(text, encoding="utf-8")
    people = {"people.population": persons, "people.persons": persons}
    return load("xianghubao", more | people | {"people.age_structure": f"{folder}/points.csv"})


def counted(case: Scenario, seed: int = 1) -> Counter[tuple[int, int, int]]:
    persons = found(case, incidence_by_age(case.health), seed)
    women = (persons["traits"] & Trait.FEMALE).astype(int)
    return Counter(
        zip(persons["age_at_start"].astype(int).tolist(), women.tolist(), persons["tier"].tolist(), strict=True)
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_as_many_persons_are_founded_as_the_points_say(tmp_path: Path, seed: int) -> None:
    assert counted(portfolio(tmp_path, POINTS), seed) == WHOLE


def test_a_sample_of_a_portfolio_and_a_multiple_of_it_have_its_proportions(tmp_path: Path) -> None:
    for persons in (14, 700):
        found = counted(portfolio(tmp_path, POINTS, persons))
        assert sum(found.values()) == persons
        for kind, count in WHOLE.items():
            assert abs(found[kind] - count * persons / 70) <= 1


def test_without_tiers_those_of_the_scenario_hold_at_every_age(tmp_path: Path) -> None:
    """A fifth of each live in tier 1 and in tier 2, and the rest in tier 3."""
    text = "age,sex,count\n30,female,2\n30,male,2\n40,male,1\n"
    found = counted(portfolio(tmp_path, text, 1_000))
    of_thirty = [sum(found[30, sex, tier] for sex in (0, 1)) for tier in (1, 2, 3)]
    assert of_thirty == [160, 160, 480]
    assert [found[30, 1, tier] for tier in (1, 2, 3)] == [80, 80, 240]
    assert [found[40, 0, tier] for tier in (1, 2, 3)] == [40, 40, 120]
    assert sum(found.values()) == 1_000


def test_women_are_spread_evenly_among_the_men_beside_them() -> None:
    """A third of nine: every third one, so that couples find each other nearby."""
    assert every(np.full(9, 1 / 3), np.arange(9)).tolist() == [False, False, True] * 3
    for women, all_of_them in ((3, 7), (29, 97), (1, 49)):
        assert every(np.full(all_of_them, women / all_of_them), np.arange(all_of_them)).sum() == women


def test_a_portfolio_lives_and_both_drives_leave_the_same_bytes(tmp_path: Path) -> None:
    parents = "".join(f"{age},male,4\n{age},female,6\n" for age in range(25, 50))
    text = f"age,sex,count\n5,male,20\n5,female,30\n{parents}"
    digests = {
        digest(finish(MutualAidModel(portfolio(tmp_path, text, 300, **BUSY), seed=1, drive=drive), 12))
        for drive in ("compiled", "agents")
    }
    assert len(digests) == 1
    model = finish(MutualAidModel(portfolio(tmp_path, text, 300, **BUSY), seed=1, drive="compiled"), 12)
    children = np.flatnonzero(model.persons["age_at_start"] < 18)
    guardians = model.world.guardians[children]
    assert (guardians != children).mean() > 0.9  # found by their ages
    assert model.latest["xianghubao.members"] > 0


def test_bands_of_age_are_founded_as_before(tmp_path: Path) -> None:
    """Their strata leave the sex to be drawn."""
    (first, *_) = strata_of(load("xianghubao").people)
    assert first == Stratum(0.2 * 0.041 / 1.0, 1, 0, 10, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("age,count\n30,1\n", "has no column sex; needed are age, sex, count"),
        ("age,sex,count\n", "has no rows"),
        ("age,sex,count\n30.5,male,1\n", "line 2: invalid literal for int"),
        ("age,sex,count\n106,male,1\n", "a point of age 106; ages run from 0 to 105"),
        ("age,sex,count\n-1,male,1\n", "a point of age -1; ages run from 0 to 105"),
        ("age,sex,count\n30,m,1\n", "sex = 'm' at age 30 must be male or female"),
        ("age,sex,count\n30,male,-2\n", "count = -2 at age 30 must be a number from 0 up"),
        ("age,sex,count\n30,male,nan\n", "count = nan at age 30 must be a number from 0 up"),
        ("age,sex,count\n30,male,inf\n", "count = inf at age 30 must be a number from 0 up"),
        ("age,sex,count\n30,male,0\n", "the counts of all points sum to 0, and must to something"),
        ("age,sex,count\n30,male,1e308\n31,male,1e308\n", "the counts of all points sum to inf"),
        ("age,sex,count,tier\n30,male,1,4\n", "tier = 4 at age 30 must be 1, 2 or 3"),
        ("age,sex,count,tier\n30,male,1,\n", "line 2: invalid literal for int"),
    ],
)
def test_a_slip_in_model_points_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    case = portfolio(tmp_path, text)
    with pytest.raises(DataError) as refused:
        strata_of(case.people)
    assert message in str(refused.value)
    place = f"people.age_structure={tmp_path}/points.csv"
    assert main(["run", "xianghubao", "--persons", "70", "--set", place, "--out", str(tmp_path / "out")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_an_incidence_table_of_ones_own_is_what_is_expected(tmp_path: Path) -> None:
    """One in a thousand a year at every age, at a level of 1 and without a slope: so are expected claims."""
    rows = [f"mine,{age},{sex},0.001" for age in range(106) for sex in ("male", "female")]
    (tmp_path / "mine.csv").write_text("\n".join(["table,age,sex,annual_incidence", *rows]) + "\n", encoding="utf-8")
    own: dict[str, Any] = {"health.incidence_file": f"{tmp_path}/mine.csv", "health.incidence_table": "mine"}
    own |= {"health.incidence_level": 1.0, "health.incidence_slope": 0.0}
    case = portfolio(tmp_path, POINTS, 700, **(BUSY | own))
    model = finish(WatchedModel(case, seed=1, drive="compiled"), 14)
    assert isinstance(model, WatchedModel)
    cells = model.experience.tables()["experience"]
    assert cells["exposure_years"].sum() > 10
    np.testing.assert_allclose(cells["expected_claims"], 0.001 * cells["exposure_years"])
    assert set(cells["age"]) == {"0-17", "30-39", "50-59"}
