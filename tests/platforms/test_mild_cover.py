"""Aid for a mild case is that of the day of the diagnosis, and where there is none nobody claims: by hand."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm.clock import collection_date, first_period_of, half_month
from abm.persons.state import Status
from abm.platforms import offers
from abm.runs.checkpoint import resume, save
from worlds.busy import busy, finish, series, teeming
from worlds.plain import certain_illness, run, world

NEW = date(2019, 3, 1)  # the terms from step 4 on; steps 2 and 3 are February
MILD: dict[str, Any] = {
    "health.accident_share": 1.0,
    "health.mild_share": 1.0,
    "platform.pool.waiting_days": 0,
    "platform.pool.mild_cover": 300_000.0,
}


def struck(steps: int, changes: dict[str, Any], filing_from: int = 0) -> Any:
    """Person i has a mild illness found in step i, in a plan that covers up to 300,000 yuan."""
    model = world(12, MILD | changes)
    strike = certain_illness(model)
    run(model, 1)
    for step in range(1, steps):
        model.world.settings["filing_chance"] = float(step >= filing_from)
        strike(step)
        run(model, 1)
    model.audit()
    return model


def amended(*terms: tuple[date, float]) -> dict[str, Any]:
    return {"platform.pool.amendments": [{"day": day, "mild_cover": cover} for day, cover in terms]}


@pytest.mark.parametrize("filing_from", [0, 6])
def test_mild_cases_found_by_the_day_are_paid_in_full_whenever_they_are_filed(filing_from: int) -> None:
    model = struck(8, amended((NEW, 50_000.0)), filing_from)
    assert model.persons["received"][1:8].tolist() == [300_000_00] * 3 + [50_000_00] * 4


def test_of_several_amendments_each_counts_from_its_day() -> None:
    model = struck(8, amended((date(2019, 2, 1), 80_000.0), (NEW, 50_000.0), (date(2030, 1, 1), 1.0)), filing_from=7)
    assert model.persons["received"][1:8].tolist() == [300_000_00, 80_000_00, 80_000_00] + [50_000_00] * 4


def test_a_decision_holds_for_cases_found_from_the_next_step_on() -> None:
    model = struck(6, amended((NEW, 50_000.0)))
    model.platforms[0].change_terms("by hand", {"mild_cover": 10_000.0})
    run(model, 1)
    found = np.array([3, 4, 5, 6, 7])
    assert model.platforms[0].desk.mild_cover(found).tolist() == [300_000, 50_000, 50_000, 10_000, 10_000]


@pytest.mark.parametrize("cover", [0.0, 10_000.0])
def test_mild_cases_found_before_a_decision_are_paid_by_the_terms_of_their_day(cover: float) -> None:
    """Found in steps 1 to 5, decided at the end of step 5, and filed in step 7."""
    model = struck(6, {"health.filing_chance": 0.0}, filing_from=99)
    model.platforms[0].change_terms("by hand", {"mild_cover": cover})
    run(model, 1)
    model.world.settings["filing_chance"] = 1.0
    run(model, 1)
    assert (model.persons["received"][1:6] == 300_000_00).all()
    assert run(model, 0)["refused"].sum() == 0


def test_a_term_changed_at_a_checkpoint_holds_for_cases_found_after_it(tmp_path: Path) -> None:
    save(finish(busy(), 4), tmp_path / "a.huzhu")
    changed = finish(resume(tmp_path / "a.huzhu", {"platform.xianghubao.mild_cover": 100.0}), 6)
    save(changed, tmp_path / "b.huzhu")
    for model in (changed, resume(tmp_path / "b.huzhu")):
        assert model.platforms[0].desk.mild_cover(np.array([0, 3, 4, 5])).tolist() == [800.0, 800.0, 100.0, 100.0]
    uncovered = finish(resume(tmp_path / "b.huzhu", {"platform.xianghubao.mild_cover": 0.0}), 9)
    assert uncovered.world.mild_covered[0, :9].tolist() == [1] * 6 + [0] * 3
    save(uncovered, tmp_path / "c.huzhu")
    longer = resume(tmp_path / "c.huzhu", {"calendar.end": date(2023, 12, 31)})
    assert longer.world.mild_covered[0, :9].tolist() == [1] * 6 + [0] * 3


def test_actuaries_reckon_with_mild_cases_where_they_know_of_them() -> None:
    """Of four cases one is mild and brings a sixth of what a severe one does; amounts are rounded to fen."""
    levels = []
    for reckoned in (0.0, 1.0):
        changes = {"health.mild_reckoned": reckoned, "platform.pool.waiting_days": 0, "platform.pool.mild_cover": 5e4}
        changes["health.mild_share"] = 0.25
        model = world(300, changes | {"health.incidence_level": 0.1})
        run(model, 2)
        plan = model.platforms[0]
        levels.append((plan.census.true_level, offers.level_by_table(plan)))
    for severe, known in zip(*levels, strict=True):
        assert known == pytest.approx(severe * (0.75 + 0.25 / 6), rel=2e-4)


@pytest.mark.parametrize("filing_from", [0, 6])
def test_once_mild_cases_are_not_covered_nobody_claims_for_one_and_nobody_is_refused(filing_from: int) -> None:
    model = struck(8, amended((NEW, 0.0)), filing_from)
    assert model.persons["received"][1:8].tolist() == [300_000_00] * 3 + [0] * 4
    assert model.memberships["status"][1:8, 0].tolist() == [Status.AIDED] * 3 + [Status.COVERED] * 4
    assert run(model, 0)["refused"].sum() == 0


@pytest.mark.parametrize("filing_from", [0, 6])
def test_cover_of_mild_cases_that_begins_is_not_for_those_found_before_who_stay_and_are_not_refused(
    filing_from: int,
) -> None:
    model = struck(8, amended((NEW, 50_000.0)) | {"platform.pool.mild_cover": 0.0}, filing_from)
    assert model.persons["received"][1:8].tolist() == [0] * 3 + [50_000_00] * 4
    assert model.memberships["status"][1:8, 0].tolist() == [Status.COVERED] * 3 + [Status.AIDED] * 4
    assert run(model, 0)["refused"].sum() == 0


def test_of_several_changes_each_case_goes_by_the_terms_of_its_day() -> None:
    """Covered, not covered in February, and covered again; all is filed in March."""
    model = struck(8, amended((date(2019, 2, 1), 0.0), (NEW, 50_000.0)), filing_from=7)
    assert model.persons["received"][1:8].tolist() == [300_000_00, 0, 0] + [50_000_00] * 4
    assert run(model, 0)["refused"].sum() == 0


def test_who_has_a_mild_illness_that_is_not_covered_has_no_claim_to_wait_for_and_may_leave() -> None:
    model = struck(8, amended((NEW, 0.0)))
    model.persons["altruism"] = -1e9
    run(model, 1)
    assert model.memberships["status"][4:8, 0].tolist() == [Status.LEFT] * 4


def test_severe_cases_are_paid_as_before() -> None:
    model = struck(8, {"health.mild_share": 0.0} | amended((NEW, 0.0)))
    assert (model.persons["received"][1:8] == 300_000_00).all()


@pytest.mark.parametrize("make", [busy, teeming])
def test_the_young_have_more_mild_cases_than_the_old_persons_and_fellows_alike(make: Any) -> None:
    """At 0.3 and a slope of -0.04 it is half the cases at 25 years, and a fifth at 48."""
    changes = {"health.mild_share": 0.3, "health.mild_slope": -0.04, "people.persons": 5_000}
    model = make(changes=changes | {"platform.xianghubao.capacity": 1e6, "platform.xianghubao.effort": 0.0})
    found = []
    while model.now < 20:
        model.step()
        found.append(model.platforms[0].desk.accepted)
    cases = np.concatenate(found)
    expected = np.minimum(1.0, 0.3 * np.exp(-0.04 * (np.clip(cases["age"].astype(float), 20, 56) - 38)))
    for old in (cases["age"] < 35, cases["age"] >= 35):
        error = np.sqrt((expected[old] * (1 - expected[old])).sum()) / old.sum()
        assert cases["mild"][old].mean() == pytest.approx(expected[old].mean(), abs=3.5 * error)
        assert error < 0.08


@pytest.mark.parametrize("make", [busy, teeming])
def test_neither_persons_nor_fellows_claim_for_mild_cases_that_were_never_covered(make: Any) -> None:
    """As many fewer claims as cases are mild, and those that are left are the same."""
    filed = []
    for changes in ({}, {"platform.xianghubao.mild_cover": 0.0}):
        model = make(changes={"health.mild_share": 0.5, "platform.xianghubao.capacity": 1e6} | changes)
        cases = []
        while model.now < 14:
            model.step()
            cases += model.platforms[0].desk.papers.get(model.now + 1, [])
            cases.append(model.platforms[0].desk.accepted)
        mild = np.concatenate([each["mild"] for each in cases])
        assert (mild == 0).all() == bool(changes)
        filed.append(series(finish(model, 15))["filed"].sum())
    assert 0.3 < filed[1] / filed[0] < 0.7


@pytest.mark.parametrize(
    ("day", "collected"),
    [
        (date(2019, 5, 1), date(2019, 5, 14)),
        (date(2019, 5, 14), date(2019, 5, 14)),
        (date(2019, 5, 15), date(2019, 5, 28)),
        (date(2019, 5, 28), date(2019, 5, 28)),
        (date(2019, 5, 29), date(2019, 6, 14)),
    ],
)
def test_new_terms_are_in_force_at_the_first_collection_on_or_after_their_day(day: date, collected: date) -> None:
    assert collection_date(first_period_of(day)) == collected
    assert first_period_of(collected) == half_month(collected)
