"""The experience of plans: a small world worked out on paper, sums that must agree, and nothing changed by looking."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from abm.model import MutualAidModel
from abm.observation.experience import BANDS, DURATIONS, Experience, experience_table, in_short, label, ratio
from abm.persons.cases import CASE
from abm.persons.exposure import price
from abm.persons.state import HealthState, Status, Trait
from abm.runs.watched import WatchedModel
from abm.scenario.files import parse, tables_of
from worlds.busy import BUSY, TEEMING, digest, finish, series
from worlds.market import little_market
from worlds.plain import certain_illness, run, world

INSIDE = (Status.WAITING, Status.COVERED, Status.FILING, Status.CLAIMING)


def watched(changes: dict[str, Any], **given: Any) -> WatchedModel:
    return WatchedModel("xianghubao", seed=3, changes=changes, **given)


def watched_market() -> WatchedModel:
    """The little market, with insurance on sale, watched."""
    case = little_market(drive="compiled").case
    return WatchedModel(parse(tables_of(case), case.title), seed=5, drive="compiled")


@pytest.fixture(scope="module", params=[BUSY, TEEMING], ids=["busy", "teeming"])
def lived(request: pytest.FixtureRequest) -> WatchedModel:
    """Two years of a busy little world, without fellows and with them."""
    model = finish(watched(request.param, drive="compiled"), 40)
    assert isinstance(model, WatchedModel)
    return model


def test_four_members_of_whom_one_falls_ill_are_worked_out_on_paper() -> None:
    """Four men of 35 join in step 0, are covered from step 7 on, and one falls ill in step 10.

    Four are at risk in steps 7 to 11, in the last of which one is diagnosed and paid, and three in steps 12 and 13: 26
    half-months. At an incidence of 24 a year each of them has one expected claim. Aid is 300,000 yuan.
    """
    model = world(4, {}, kind=WatchedModel)
    strike = certain_illness(model)
    run(model, 10)
    strike(2)
    run(model, 4)
    (row,) = model.experience.by_age_and_sex().to_dict("records")
    assert (row["platform"], row["year"], row["age"], row["sex"]) == ("pool", 2019, "30-39", "male")
    assert row["exposure_years"] == pytest.approx(26 / 24)
    assert row["expected_claims"] == pytest.approx(26.0)
    assert (row["actual_claims"], row["a_e_claims"]) == (1.0, pytest.approx(1 / 26))
    assert row["actual_aid_yuan"] == 300_000.0
    assert row["expected_aid_yuan"] == pytest.approx(26 * 300_000.0)
    assert row["a_e_aid"] == pytest.approx(1 / 26)


def test_a_claim_is_entered_at_the_year_sex_and_age_of_its_diagnosis() -> None:
    """Paid in January 2020 to a woman found ill in January 2019, on her fiftieth birthday, who filed a year later.

    Nobody else was paid anything. Four are at risk in steps 7 to 23, of 2019, and in step 24, which is looked at twice.
    """
    model = world(4, {}, kind=WatchedModel)
    model.persons["traits"][3] = Trait.FEMALE
    run(model, 25)
    assert model.day.year == 2020
    case = np.zeros(1, CASE)
    case["person"], case["found"], case["due"], case["age"] = 3, 0, 24, 50
    model.platforms[0].desk.accepted, model.platforms[0].desk.amounts = case, np.array([5_000_000])
    model.experience.observe(model)
    cells = model.experience.by_age_and_sex()
    (row,) = cells[cells["actual_claims"] > 0].to_dict("records")
    assert (row["year"], row["age"], row["sex"]) == (2019, "50-59", "female")
    assert (row["actual_claims"], row["actual_aid_yuan"]) == (1.0, 50_000.0)
    years = cells.groupby("year")["exposure_years"].sum()
    assert years.to_dict() == {2019: pytest.approx(17 * 4 / 24), 2020: pytest.approx(2 * 4 / 24)}


def test_members_who_leave_are_worked_out_on_paper() -> None:
    """Of four who joined in step 0 one leaves in step 3 and one lapses in step 13, by hand.

    Months completed at the beginning of steps 1 to 6 are 0, 0, 1, 1, 2, 2. Four are exposed in steps 1 to 3 and three
    in steps 4 to 6: 21 half-months in months 0 to 2; three in steps 7 to 12: 18 in months 3 to 5; and three in step 13,
    which begins the seventh month.
    """
    model = world(4, {"platform.pool.min_credit": 650}, kind=WatchedModel)
    for step, person, status in ((3, 1, Status.LEFT), (13, 2, Status.LAPSED)):
        run(model, step - model.now - 1)
        with_an_exit(model, person, status)
        run(model, 1)
    table = model.experience.lapses().set_index("months")
    assert list(table.index) == ["0-2", "3-5", "6-11"]
    assert table["exposure_years"].tolist() == pytest.approx([21 / 24, 18 / 24, 3 / 24])
    assert table["left"].tolist() == [1, 0, 0]
    assert table["lapsed"].tolist() == [0, 0, 1]
    assert table["lapse_rate"].tolist() == pytest.approx([24 / 21, 0, 24 / 3])
    assert set(table["age"]) == {"30-39"}


def test_a_lapse_is_of_the_age_at_which_the_member_was_exposed_to_it() -> None:
    """One of four leaves in step 6, at the end of his third month and in the last before his fortieth birthday."""
    model = world(4, {"platform.pool.min_credit": 650}, kind=WatchedModel)
    model.persons["age_at_start"][1] = 39.725
    run(model, 6)
    with_an_exit(model, 1, Status.LEFT)
    run(model, 1)
    (row,) = model.experience.lapses().to_dict("records")
    assert (row["months"], row["age"], row["left"]) == ("0-2", "30-39", 1)
    assert row["exposure_years"] == pytest.approx(24 / 24)


def test_members_are_at_risk_to_the_last_day_of_cover() -> None:
    """Four are covered at once, from step 1 on, and the end is announced in step 4 for step 5."""
    terms = {"platform.pool.waiting_days": 0, "platform.pool.closing.notice_days": 15}
    model = world(4, terms, kind=WatchedModel)
    run(model, 5)
    model.platforms[0].announce("active", "by hand")
    assert model.platforms[0].closing.last == 5
    run(model, 4)
    assert model.experience.exposure.sum() == pytest.approx(5 * 4 / 24)


def with_an_exit(model: WatchedModel, person: int, status: Status) -> None:
    """The person's membership ends in the next step, before it is recorded."""
    supervise = model.supervise

    def ended() -> None:
        supervise()
        model.memberships["status"][person], model.memberships["since"][person] = status, model.now
        model.persons["credit"][person] = 0  # and does not come back
        del model.supervise

    model.supervise = ended  # type: ignore[method-assign]


def test_loss_ratio_and_net_rate_are_worked_out_on_paper() -> None:
    """Three yuan of shares were deducted and one drawn from deposits of five; aid was three.

    Of deposits and of shares a yuan each came back, and all was in two steps alike. Collected: 4. Paid: 3 + 5 - 2 = 6.
    The loss ratio is three fourths, the net rate a half. Insurance: 1 of 4.
    """
    model = world(4, {}, kind=WatchedModel)
    run(model, 1)
    model.ledger.flows.clear()
    flows = {"share": 150, "drawn": 50, "deposit": 250, "refund": 50, "returned": 50, "aid": 150, "fee": 9}
    for what, amount in flows.items():
        model.ledger.flows["pool", what] = amount
    model.ledger.flows["commercial", "premiums"], model.ledger.flows["commercial", "benefits"] = 200, 50
    for _ in range(2):
        model.experience.observe(model)
    table = model.experience.loss_ratios()
    for year in (2019, "all"):
        of_year = table[table["year"] == year].set_index("name")
        pool, insurance = of_year.loc["pool"], of_year.loc["commercial"]
        assert (pool["contributions_yuan"], pool["paid_yuan"], pool["claims_yuan"]) == (4.0, 6.0, 3.0)
        assert (pool["loss_ratio"], pool["net_rate"]) == (0.75, 0.5)
        assert (insurance["kind"], insurance["loss_ratio"], insurance["net_rate"]) == ("insurance", 0.25, 0.25)


def test_cells_sum_to_the_claims_aid_and_exits_of_the_series(lived: WatchedModel) -> None:
    """Claims and exits to the case; aid to a fen of each simulated head, in which it is booked."""
    happened, tables = series(lived), lived.experience.tables()
    cells, lapses = tables["experience"], tables["lapses"]
    assert cells["actual_claims"].sum() == pytest.approx(happened["aided"].sum(), rel=1e-12)
    assert happened["aided"].sum() > 0
    assert cells["actual_aid_yuan"].sum() == pytest.approx(happened["aid"].sum(), abs=0.01 * lived.weight)
    assert lapses["left"].sum() == happened["left"].sum() > 0
    assert lapses["lapsed"].sum() == happened["lapsed"].sum() > 0


def test_members_are_exposed_to_lapse_in_the_half_month_after_each_count(lived: WatchedModel) -> None:
    members = series(lived)["members"]
    exposed = lived.experience.lapses()["exposure_years"].sum()
    assert exposed == pytest.approx(members[:-1].sum() / 24, rel=1e-12)


def test_exposure_and_expected_claims_are_those_of_a_count_in_plain_python() -> None:
    """Person by person: covered and not diagnosed, or waiting, which counts by the part of cases that are accidents."""
    model = watched(BUSY, drive="compiled")
    exposure, expected = 0.0, 0.0
    accidents, incidence = model.case.health.accident_share, model.world.incidence
    for _ in range(30):
        inside = []
        for me, m in zip(model.persons, model.memberships[:, 0], strict=True):
            if m["platform"] == 0 and m["status"] in INSIDE[:2] and me["health"] != HealthState.DIAGNOSED:
                part = 1.0 if m["status"] == Status.COVERED else accidents
                inside.append((part, me["traits"] & Trait.FEMALE, float(me["age_at_start"])))
        model.step()
        for part, sex, born in inside:
            age = int(born + model.now / 24)
            if model.world.covers[0, age] > 0:
                exposure += part * model.weight / 24
                expected += part * model.weight / 24 * incidence[sex, age]
    assert 0 < accidents < 1
    assert exposure == pytest.approx(model.experience.exposure.sum(), rel=1e-9)
    assert expected == pytest.approx(model.experience.expected.sum(), rel=1e-9)


def test_a_mild_case_is_expected_as_the_terms_have_it() -> None:
    """At a third of mild cases: paid 800 of 2,500 yuan it is a claim like others; not covered it is none."""
    for mild_cover, claims, aid in ((800.0, 1.0, 2_500 - (2_500 - 800) / 3), (0.0, 2 / 3, 2_500 * 2 / 3)):
        changes = {"health.mild_share": 1 / 3, "health.mild_slope": 0.0, "platform.xianghubao.mild_cover": mild_cover}
        model = watched(BUSY | changes, drive="compiled")
        model.step()
        found = np.zeros((1, 106)), np.zeros((1, 106))
        price(model.world, *found)
        assert (found[0][0, 30], found[1][0, 30]) == (pytest.approx(claims), pytest.approx(aid))
        assert found[0][0, 60] == found[1][0, 60] == 0.0  # nobody of 60 is covered


def test_where_cases_come_as_the_table_has_them_actual_is_expected() -> None:
    """A thousand covered equals, all accidents and none refused: A/E is one, as near as the cases of a year tell."""
    changes = {"health.accident_share": 1.0, "health.incidence_level": 60.0}
    model = world(3_000, changes, kind=WatchedModel)
    run(model, 60)
    (row,) = in_short(model.experience.tables())
    expected = model.experience.expected.sum()
    assert expected > 300
    assert row["a_e_claims"] == pytest.approx(1.0, abs=4 / np.sqrt(expected))
    assert row["a_e_aid"] == pytest.approx(row["a_e_claims"], rel=0.02)


@pytest.mark.parametrize("changes", [BUSY, TEEMING], ids=["busy", "teeming"])
def test_a_world_that_is_watched_is_the_same_to_the_byte(changes: dict[str, Any]) -> None:
    seen, unseen = (
        finish(kind("xianghubao", seed=3, changes=changes, drive="compiled"), 20)
        for kind in (WatchedModel, MutualAidModel)
    )
    assert digest(seen) == digest(unseen)


@pytest.mark.parametrize("changes", [BUSY, TEEMING], ids=["busy", "teeming"])
def test_both_drives_have_the_same_experience(changes: dict[str, Any]) -> None:
    tables = [
        finish(watched(changes, drive=drive), 25).experience.tables()  # type: ignore[attr-defined]
        for drive in ("compiled", "agents")
    ]
    for name, table in tables[0].items():
        pd.testing.assert_frame_equal(table, tables[1][name], check_exact=True)


def test_plans_and_insurers_of_a_market_have_each_their_own() -> None:
    model = finish(watched_market(), 60)
    assert isinstance(model, WatchedModel)
    tables = model.experience.tables()
    happened = model.datacollector.get_model_vars_dataframe()
    ratios = tables["loss_ratios"]
    several = 0
    for plan in model.case.platform:
        of_plan = {name: tables[name][tables[name]["platform"] == plan] for name in ("experience", "lapses")}
        aided, left = (happened[f"{plan}.{name}"].sum() for name in ("aided", "left"))
        assert of_plan["experience"]["actual_claims"].sum() == pytest.approx(aided)
        assert of_plan["lapses"]["left"].sum() == pytest.approx(left)
        several += aided > 0
        for year in set(model.experience.year_of[: model.now + 1].tolist()):
            of_year = happened[[day.year == year for day in happened["date"]]]
            row = ratios[(ratios["name"] == plan) & (ratios["year"] == year)]
            collected = of_year[f"{plan}.collected"].sum()
            assert row["contributions_yuan"].sum() == pytest.approx(collected)
    assert several > 2
    assert (ratios["kind"] == "insurance").any()


def test_a_plan_that_nobody_joined_has_a_line_of_points(lived: WatchedModel) -> None:
    words = experience_table(lived.experience.tables())
    head, _, line = words.splitlines()
    assert head.split("  ")[0] == "plan or insurance"
    assert line.startswith("xianghubao")
    assert experience_table({}) == experience_table(Experience(watched(BUSY)).tables()) == "Nobody paid or was paid."
    assert np.isnan(ratio(1.0, 0.0))


def test_a_line_has_the_ratios_of_all_years_ages_and_months_together() -> None:
    """Two of four claims and 25 of 100 yuan were paid, in two million years; in two years of membership 0.75 went."""
    exposed = {"platform": ["pool", "pool"], "exposure_years": [0.5e6, 1.5e6]}
    claims = {"expected_claims": [3.0, 1.0], "actual_claims": [0.0, 2.0]}
    aid = {"expected_aid_yuan": [75.0, 25.0], "actual_aid_yuan": [0.0, 25.0]}
    gone = {"platform": ["pool", "pool"], "exposure_years": [0.5, 1.5], "left": [0.5, 0.0], "lapsed": [0.0, 0.25]}
    named = {"name": ["pool", "pool", "city"], "kind": ["plan", "plan", "insurance"], "year": [2019, "all", "all"]}
    ratios = {"loss_ratio": [0.1, 0.75, 0.9], "net_rate": [0.1, 0.5, 0.8]}
    rows = {"experience": exposed | claims | aid, "lapses": gone, "loss_ratios": named | ratios}
    words = experience_table({name: pd.DataFrame(each) for name, each in rows.items()})
    assert [line.split() for line in words.splitlines()[2:]] == [
        ["pool", "2.00", "0.50", "0.25", "37.5", "%", "75.0", "%", "50.0", "%"],
        ["city", ".", ".", ".", ".", "90.0", "%", "80.0", "%"],
    ]


def test_bands_meet_and_have_names() -> None:
    for bands in (BANDS, DURATIONS):
        assert [last + 1 for _, last in bands[:-1] if last is not None] == [first for first, _ in bands[1:]]
        assert bands[-1][1] is None
    assert (label((0, 17)), label((60, None))) == ("0-17", "60+")
