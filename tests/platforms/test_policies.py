"""What regulators do: nothing, what was done, and what might have been done; and policies and rules of one's own."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from abm.agents.platform import Platform
from abm.agents.regulator import Regulator
from abm.errors import ScenarioError
from abm.ledger import FUND
from abm.market import WEIGHTED
from abm.model import MutualAidModel
from abm.persons.state import Status
from abm.platforms.closing import CLOSING_RULES, ClosingRule, Stage
from abm.platforms.divisions import DIVISIONS, Division
from abm.platforms.policies import Policy, Stance
from abm.scenario.files import load
from worlds.busy import finish
from worlds.closings import AID, HAND
from worlds.endings import ending_market, simple_endings
from worlds.plain import run, world

PERSONS = 30_000
STOPPED = "stopped as insurance"
BOTH = ["xianghubao", "jd"]


def events(model: MutualAidModel, what: str, who: str | None = None) -> list[dict[str, Any]]:
    return [event for event in model.events if event["what"] == what and who in (None, event["who"])]


def until(case: str, day: date, changes: dict[str, Any] | None = None, **given: Any) -> MutualAidModel:
    """A named case with few persons, run to a day."""
    model = MutualAidModel(case, persons=PERSONS, seed=1, changes=changes, drive="compiled", **given)
    while model.day < day:
        model.step()
        model.audit()
    return model


@pytest.mark.parametrize("case", BOTH)
def test_the_first_product_is_stopped_about_six_weeks_after_its_launch_and_goes_on(case: str) -> None:
    model = until(case, date(2019, 1, 14))
    (stopped,) = events(model, "new terms", "xianghubao")
    assert date(2018, 11, 1) <= stopped["date"] <= date(2018, 12, 31)
    plan = model.platforms[model.index_of("xianghubao")]
    assert (plan.terms.fee_rate, plan.terms.insurer, plan.terms.annual_cap) == (0.08, None, 188)
    assert plan.stage == Stage.OPEN
    assert plan.original_terms.fee_rate == 0.1


def test_under_laissez_faire_the_first_product_stays_insurance() -> None:
    model = until("xianghubao", date(2019, 1, 14), {"supervision.policy": "laissez_faire"})
    assert [event["what"] for event in model.events] == ["launch"]
    assert (model.platforms[0].terms.fee_rate, model.platforms[0].terms.insurer) == (0.1, "xinmei")


# Ill persons enough among the few hundred who join, for aid small enough to be shared by them.
SMALL_AID: dict[str, Any] = {
    "health.incidence_level": 20.0,
    "health.survival_years": 0.0,
    "platform.jd.launch_reach": 0.5,
    "platform.jd.waiting_days": 15,
    "platform.jd.capacity": 1e6,
    "platform.jd.deposit": 500.0,
} | {f"platform.jd.bands.{band}.cover": 30_000.0 for band in range(4)}


def test_a_copy_is_stopped_in_its_first_period_and_covers_its_members_to_the_end_of_the_year() -> None:
    model = until("jd", date(2018, 11, 14), SMALL_AID)
    plan = model.platforms[model.index_of("jd")]
    (closing,) = model.closings
    assert (closing.platform, closing.kind, closing.announced) == ("jd", "ordered", 1)
    assert closing.last - closing.announced == 24
    assert plan.stage == Stage.CLOSING
    joined = plan.census.inside
    aided = []
    while model.now < closing.last:
        assert plan.census.inside > 0
        model.step()
        model.audit()
        aided.append(model.latest["jd.aided"])
        assert model.latest["jd.joined"] == 0
    assert joined > 200
    assert sum(aided) > 0
    assert sum(aided[12:]) > 0  # and late in the year too
    at_the_door = model.memberships["platform"] == plan.index
    assert (model.memberships["status"][at_the_door] == Status.ENDED).sum() > 0
    assert plan.terms.insurer == "zhonghui"


@pytest.mark.slow
def test_under_laissez_faire_the_copy_lives_on_and_its_insurer_bears_the_excess_while_it_can() -> None:
    changes = SMALL_AID | {"supervision.policy": "laissez_faire", "platform.jd.annual_cap": 100.0}
    changes |= {"insurer.zhonghui.capital": 5e7, "platform.jd.closing_rules": []}
    changes |= {f"insurer.zhonghui.{name}": 0.0 for name in ("starting_loss", "promotion_cost", "interest")}
    model = until("jd", date(2018, 11, 14), changes)
    insurer, borne, excess = model.mutual_insurers["zhonghui"], 0, 0
    while model.day < date(2019, 12, 28):
        before = model.ledger.balances[insurer.name]
        model.step()
        paid, lacking = (model.ledger.flows["jd", purpose] for purpose in ("borne_by_insurer", "annual_cap"))
        assert model.ledger.balances[insurer.name] == before - paid >= 0
        if lacking:
            assert model.ledger.balances[insurer.name] == 0
        borne, excess = borne + paid, excess + lacking
    assert model.platforms[model.index_of("jd")].stage == Stage.OPEN
    assert borne == round(5e7 * 100 / model.weight)
    assert excess > 0


def small_market(policy: str, changes: dict[str, Any] | None = None) -> MutualAidModel:
    """The busy little market, simple besides, under a named policy."""
    market = simple_endings(changes={"supervision.policy": policy, "insurance": {}} | (changes or {}))
    return MutualAidModel(market.case, seed=4)


def test_laissez_faire_does_nothing_whatever_the_pressure() -> None:
    model = finish(small_market("laissez_faire", {"supervision.from_size": 1.0}))
    assert model.regulator.stance == Stance.CLOSE
    assert not [event for event in model.events if event["who"] == "regulator"]
    assert not [closing for closing in model.closings if closing.kind == "ordered"]
    assert all(model.regulator.sternness(platform) == 0 for platform in model.platforms)


def test_history_warns_once_and_then_rectifies_with_custody_for_all() -> None:
    model = small_market("historical", {"mind.trust_from_warning": 0.5, "platform.fled.closing_rules": []})
    brands: list[float] = []
    while not events(model, "rectification"):
        assert not model.platforms[3].in_custody
        copies = model.platforms[4].small_plans
        brands.append(model.platforms[5].brand)
        model.step()
    (warning,) = events(model, "warning")
    assert warning["date"] < events(model, "rectification")[0]["date"]
    assert min(np.diff(brands)) == pytest.approx(-0.5 * brands[int(np.argmin(np.diff(brands)))], abs=0.05)
    assert all(platform.in_custody for platform in model.regulator.open_plans())
    assert model.platforms[4].small_plans < copies


def test_early_licensing_admits_only_parents_with_means_and_tells_newcomers_the_truth() -> None:
    capital = {"supervision.licence_capital": 1e8, "platform.unwanted.parent.loss_limit": 0.9e8}
    model = finish(small_market("early_licensing", capital | {"platform.fled.parent.loss_limit": 1e8}), 20)
    standings = {platform.name: platform.stage for platform in model.platforms}
    assert standings.pop("fled") == Stage.OPEN
    assert set(standings.values()) == {Stage.COMING}
    plan = model.platforms[3]
    assert plan.licensed
    assert plan.in_custody
    assert not model.closings  # the deposits would have tempted its parent
    model.step()
    assert model.world.offers["advertised"][3] == pytest.approx(model.world.offers["true_level"][3])
    assert plan.census.true_level > 0
    assert model.regulator.pressure == 0


def test_a_strict_ban_closes_every_plan_in_the_period_of_its_launch() -> None:
    model = finish(small_market("strict_ban"), 1)
    assert {platform.stage for platform in model.platforms} == {Stage.CLOSING}
    assert {closing.kind for closing in model.closings} == {"ordered"}
    assert len(model.closings) == 6
    finish(model)
    assert {platform.stage for platform in model.platforms} == {Stage.CLOSED}


WITH_A_FUND = {"supervision.policy": "guarantee_fund", "supervision.levy": 0.02}


def test_a_guarantee_fund_grows_by_its_levy_on_all_aid() -> None:
    """Two cases of 1,000 yuan in a plan of ten: members pay 2 % on top of them."""
    model = world(10, HAND | WITH_A_FUND)
    model.persons["frailty"] = 0.0
    run(model, 2)
    model.persons["frailty"][:2], model.world.incidence[:] = 1.0, 24.0
    run(model, 1)
    assert model.ledger.balances[FUND] == 2 * AID // 50
    assert model.persons["paid"].sum() == 8 * -(-2 * AID * 51 // 50 // 8)


def test_the_true_level_of_shares_includes_the_levy() -> None:
    with_levy, without = (world(10, HAND | changes) for changes in (WITH_A_FUND, {}))
    run(with_levy, 3)
    run(without, 3)
    assert with_levy.platforms[0].census.true_level == pytest.approx(1.02 * without.platforms[0].census.true_level)
    assert without.platforms[0].census.true_level > 0


def test_licensed_plans_with_an_insurer_are_not_taken_for_insurance_without_a_licence() -> None:
    model = finish(small_market("laissez_faire"), 3)
    (like,) = model.regulator.insurance_like()
    like.be_licensed()
    assert model.regulator.insurance_like() == []


def test_small_plans_that_have_not_opened_yet_do_not_alarm_the_regulator() -> None:
    changes = {
        "supervision.from_small_plans": 1.0,
        "supervision.from_size": 0.0,
        "platform.fringe.launch": date(2019, 1, 1),
    }
    model = finish(small_market("historical", changes), 2)
    assert model.regulator.pressure == 0
    finish(model, 7)
    assert model.regulator.pressure > 1


def test_a_regulator_who_would_always_have_warned_is_refused() -> None:
    """Founders are shy by pressure over that of a warning, which must not be nothing."""
    with pytest.raises(ScenarioError, match=r"supervision.warn_at = 0.* is below 0.001"):
        load("fringe", {"supervision.warn_at": 0.0})


class NotTooLarge(Policy):
    """Close the largest plan whenever more than a share of all people are in plans."""

    def __init__(self, share: float) -> None:
        self.share = share

    def act(self, regulator: Regulator) -> None:
        plans = sorted(regulator.open_plans(), key=lambda plan: plan.members)
        if sum(plan.members for plan in plans) > self.share * regulator.model.case.people.population:
            plans[-1].announce("ordered", "plans have grown too large")


def test_a_policy_of_ones_own_is_followed() -> None:
    case = ending_market().case
    model = finish(MutualAidModel(case, seed=4, policy=NotTooLarge(0.5)))
    ordered = [closing for closing in model.closings if closing.kind == "ordered"]
    assert ordered
    assert {closing.reason for closing in ordered} == {"plans have grown too large"}
    assert not [closing for closing in finish(MutualAidModel(case, seed=4)).closings if closing.kind == "ordered"]


class TiredFounder(ClosingRule):
    """The founder has had enough after so many periods."""

    kind = "passive"

    def reason(self, platform: Platform) -> str | None:
        return "the founder is tired" if platform.model.now >= 5 else None


def test_a_closing_rule_of_ones_own_closes_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLOSING_RULES, "too_few_members", TiredFounder())
    model = world(10, HAND)
    model.persons["frailty"] = 0.0
    run(model, 9)
    (closing,) = model.closings
    assert (closing.announced, closing.kind, closing.reason) == (5, "passive", "the founder is tired")


class WomenPayHalf(Division):
    """Weights of one and two."""

    code = WEIGHTED

    def weights(self, cover: np.ndarray, incidence: np.ndarray) -> np.ndarray:
        weights = np.ones_like(incidence)
        weights[0] = 2.0
        return weights


def test_a_rule_of_division_of_ones_own_divides(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case of 1,000 yuan over four women and five men: fourteen parts, rounded up."""
    monkeypatch.setitem(DIVISIONS, "age", WomenPayHalf())
    model = world(10, HAND | {"platform.pool.division": "age"})
    model.persons["traits"][:4], model.persons["credit"] = 1, 950
    model.persons["frailty"] = 0.0
    run(model, 2)
    model.persons["frailty"][9], model.world.incidence[:] = 1.0, 24.0
    run(model, 1)
    assert model.memberships["status"][9, 0] == Status.AIDED
    assert model.persons["paid"].tolist() == [71_43] * 4 + [142_86] * 5 + [0]


def test_a_ban_lets_nobody_open_after_the_first_day() -> None:
    model = finish(MutualAidModel("market", persons=2_000, seed=1, changes={"supervision.policy": "strict_ban"}), 80)
    launched = [event["who"] for event in model.events if event["what"] == "launch"]
    assert set(launched) == {"waterdrop", "qingsong", "ehuzhu", "kangai", "fringe"}
    assert {closing.announced for closing in model.closings} == {0}


def test_newcomers_are_told_the_true_level_before_anybody_is_covered() -> None:
    changes = {"supervision.policy": "early_licensing"}
    model = MutualAidModel("xianghubao", persons=2_000, seed=1, changes=changes)
    model.step()
    assert 200 < model.world.offers["advertised"][0] < 2_000  # fen: yuan, and not the cents of the first months
