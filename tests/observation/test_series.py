"""What is reported is what happened: money by purpose, standing, and the market as a whole counted by hand."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from abm.ledger import own
from abm.model import MutualAidModel
from abm.observation import series
from abm.persons.state import HealthState, Status
from abm.platforms.alarms import ALARMS
from abm.platforms.closing import Stage
from worlds.busy import busy, finish
from worlds.market import little_market

END = {
    "platform.xianghubao.closing.shares_refunded": 0.5,
    "platform.xianghubao.closing.conversion_months": 12,
    "platform.xianghubao.closing.run_off_borne": True,
    "platform.xianghubao.cross_sell_reach": 0.3,
    "insurance.commercial.on_sale": True,
    "insurance.commercial.sum_insured": 2_500.0,
    "insurance.city.on_sale": True,
    "insurance.city.reach": 0.1,
}


@cache
def ending() -> tuple[MutualAidModel, pd.DataFrame]:
    """A busy world whose plan is announced to end after a year, and its series."""
    model = busy(changes=END)
    finish(model, 24)
    model.platforms[0].announce("active", "by hand")
    finish(model)
    return model, model.datacollector.get_model_vars_dataframe()


def columns(name: str) -> pd.Series:
    return ending()[1][f"xianghubao.{name}"]


def test_the_surplus_is_all_that_comes_in_less_all_that_goes_out() -> None:
    """Until the plan is wound up; the tolerance is a tenth of a fen of one simulated person."""
    model, _ = ending()
    income = sum(columns(name) for name in ("fee", "traffic", "other_sales", "seized"))
    costs = sum(
        columns(name)
        for name in (
            "investigation",
            "technology",
            "other_costs",
            "education",
            "subsidy",
            "run_off",
            "returned",
            "parting",
        )
    )
    open_yet = columns("stage") < Stage.CLOSED
    gap = (columns("surplus") - (income - costs - columns("conversion")))[open_yet]
    assert gap.abs().max() < 0.001 * model.weight
    assert open_yet.sum() < len(open_yet)


@pytest.mark.parametrize("name", ["run_off", "returned", "conversion", "fee", "traffic", "policies_sold"])
def test_the_end_of_a_plan_moves_money_for_each_purpose(name: str) -> None:
    assert columns(name).sum() > 0


def test_all_surplus_together_is_the_platforms_own_money_in_every_plan_of_a_market() -> None:
    model = little_market()
    finish(model, 12)
    for platform in model.platforms[:4]:
        platform.announce("active", "by hand")
    finish(model)
    table = model.datacollector.get_model_vars_dataframe()
    for platform in model.platforms:
        total = table[f"{platform.name}.surplus"].sum()
        assert round(total * 100 / model.weight) == model.ledger.balances[own(platform.name)]


def test_a_plan_goes_from_open_to_closed() -> None:
    passed = columns("stage").drop_duplicates().tolist()
    assert passed == [Stage.OPEN, Stage.CLOSING, Stage.RUN_OFF, Stage.CLOSED]


def test_the_levy_is_its_part_of_the_aid_and_pays_when_a_plan_leaves_claims() -> None:
    changes = {"supervision.policy": "guarantee_fund", "supervision.levy": 0.1}
    changes["platform.xianghubao.closing.run_off_borne"] = False
    model = finish(busy(changes=changes), 24)
    model.platforms[0].announce("passive", "by hand")
    table = finish(model).datacollector.get_model_vars_dataframe()
    early = table[:24]
    assert early["xianghubao.levy"].sum() == pytest.approx(0.1 * early["xianghubao.aid"].sum(), rel=1e-4)
    assert early["xianghubao.guarantee"].sum() == 0
    assert table["xianghubao.guarantee"].sum() > 0


def test_what_the_board_sets_is_reported() -> None:
    model, table = ending()
    platform = model.platforms[0]
    last = {name: table[f"xianghubao.{name}"].iloc[-1] for name in ("effort", "marketing", "fee_rate", "small_plans")}
    assert last == {
        "effort": platform.levers.effort,
        "marketing": platform.levers.marketing,
        "fee_rate": platform.terms.fee_rate,
        "small_plans": platform.small_plans,
    }


def test_policies_sold_are_counted_in_real_policies() -> None:
    model = busy(changes=END)
    while not model.platforms[0].policies_sold:
        model.step()
    assert model.latest["xianghubao.policies_sold"] == model.weight * model.platforms[0].policies_sold


def test_insurance_of_the_population_and_of_members_is_that_of_their_rows() -> None:
    changes = {
        "insurance.commercial": {"on_sale": True, "reach": 0.1},
        "insurance.city": {"on_sale": True, "reach": 0.1},
    }
    model = finish(busy(changes=changes), 41)
    persons, standing = model.persons, model.memberships["status"]
    ages = (persons["age_at_start"].astype(float) + model.now / 24).astype(int)
    covered = (model.world.covers > 0).any(axis=0)[ages] & (persons["health"] != HealthState.DIAGNOSED)
    inside = covered & ((standing >= Status.WAITING) & (standing <= Status.CLAIMING)).any(axis=1)
    for bit, name in ((1, "commercial_share"), (2, "city_share")):
        has = (persons["policies"] & bit) > 0
        assert 0 < has[covered].mean() < 1
        assert model.latest[name] == pytest.approx(has[covered].mean())
        assert model.latest[f"{name}_members"] == pytest.approx(has[inside].mean())
        assert model.latest[name] != model.latest[f"{name}_members"]
    assert model.latest["persons_in_plans"] == model.weight * inside.sum() > 0


def test_trust_in_plans_is_the_mean_over_memberships() -> None:
    model = finish(little_market(), 30)
    held = model.memberships[(model.memberships["status"] > Status.WAITING) & (model.memberships["platform"] >= 0)]
    held = held[held["status"] <= Status.CLAIMING]
    assert len(np.unique(held["platform"])) > 2
    # Each is counted in whole millionths, cut off.
    assert model.latest["plan_trust"] == pytest.approx(held["trust"].mean(dtype=float), abs=1.1e-6)


def test_the_regulators_memory_and_the_closings_are_reported() -> None:
    model, table = ending()
    regulator = model.regulator
    assert regulator.pressure > 0
    assert table["pressure"].iloc[-1] == regulator.pressure
    assert table["insurance_like_membership"].iloc[-1] == regulator.insurance_like_membership
    assert table["stance"].iloc[-1] == regulator.stance
    assert table["closings"].tolist() == [0] * 24 + [1] * (len(table) - 24)


def test_a_market_of_nobody_has_no_shares() -> None:
    nothing = [0] * 60
    calm = dict.fromkeys(ALARMS, 0.0)
    sight = series.MarketSnapshot(1.0, [nothing], nothing, nothing, 0.0, 0.0, 0, 0, calm, 0.0, [0, 0], [1.0, 1.0])
    seen = {series.name: series.read(sight) for series in series.of_market(("commercial", "city"))}
    assert np.isnan([seen[name] for name in ("plan_trust", "commercial_share", "city_share_members")]).all()
    assert seen["persons_in_plans"] == 0
