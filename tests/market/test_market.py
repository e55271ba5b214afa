"""Many platforms at once: persons in several, deposits, audiences, the same bytes, no fen lost."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from abm.draws import SLOTS_PER_PURPOSE, Purpose, draw
from abm.errors import FileError, ScenarioError
from abm.ledger import deposits
from abm.model import MutualAidModel
from abm.persons.paying import REFUNDED, no_cash_flows, settle
from abm.persons.state import Status, membership, person
from abm.scenario.files import load, names
from worlds.busy import busy, digest, finish, series
from worlds.market import little_market

ROOT = Path(__file__).parent.parent.parent
INSIDE = (Status.WAITING, Status.COVERED, Status.CLAIMING)


def test_the_market_is_the_same_one_by_one_and_all_at_once() -> None:
    assert digest(finish(little_market(drive="compiled"), 25)) == digest(finish(little_market(drive="agents"), 25))


@pytest.mark.slow
def test_the_market_is_the_same_in_plain_python(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path[:0] = ['tests']; from worlds.busy import *; from worlds.market import *; "
        "print(digest(finish(little_market(), 12)))"
    )
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == digest(finish(little_market(), 12)), done.stderr


def test_no_fen_is_lost_in_the_market() -> None:
    model = little_market()
    while model.running:
        model.step()
        model.audit()
        held = np.zeros(len(model.platforms), np.int64)
        rows = model.memberships[model.memberships["platform"] >= 0]
        np.add.at(held, rows["platform"], np.maximum(0, rows["balance"]))
        assert [model.ledger.balances[deposits(each.name)] for each in model.platforms] == held.tolist()


def test_persons_are_in_several_plans_at_once_and_in_none_twice() -> None:
    model = finish(little_market())
    inside = np.isin(model.memberships["status"], INSIDE)
    assert inside.sum(axis=1).max() >= 3
    for row, mask in zip(model.memberships["platform"], inside, strict=True):
        assert len(set(row[mask])) == mask.sum()


def test_one_illness_is_claimed_from_every_plan_one_is_in() -> None:
    model = finish(little_market())
    assert ((model.memberships["status"] == Status.AIDED).sum(axis=1) >= 2).any()


def test_only_those_who_use_the_pages_of_a_company_join_its_plan() -> None:
    """Of a household, whoever decides uses them."""
    model = finish(little_market())
    k = model.index_of("meituan")
    had = (model.memberships["platform"] == k) & (model.memberships["status"] != Status.NEVER)
    joined = np.flatnonzero(had.any(axis=1))
    assert joined.size > 5
    purpose = Purpose.AUDIENCE * SLOTS_PER_PURPOSE + k
    deciding = {model.member(person).guardian for person in joined.tolist()}
    assert len(deciding) < joined.size
    assert all(draw(model.seed, 0, person, purpose) < 0.5 for person in deciding)


@pytest.fixture(scope="module")
def prepaid() -> MutualAidModel:
    """A busy little world whose one plan takes a deposit of ten yuan."""
    return finish(busy(changes={"platform.xianghubao.deposit": 10.0}), 41)


def test_a_deposit_is_paid_on_joining_and_drawn_on_for_shares(prepaid: MutualAidModel) -> None:
    flows = series(prepaid)
    assert flows["deposited"].sum() >= 10 * flows["joined"].iloc[:-1].sum()
    assert flows["collected"].sum() > 0
    weight = prepaid.weight
    paid_in = (flows["deposited"].sum() - flows["refunded"].sum()) * 100 / weight
    assert round(paid_in) == int(prepaid.persons["paid"].sum(dtype=np.int64))


def test_those_who_left_got_the_rest_of_their_deposit_back(prepaid: MutualAidModel) -> None:
    outside = prepaid.memberships[~np.isin(prepaid.memberships["status"], INSIDE)]
    gone = outside[(outside["platform"] >= 0) & (outside["since"] < prepaid.now)]
    assert gone.size > 50
    assert (gone["balance"] == 0).all()
    assert series(prepaid)["refunded"].sum() > 0


def test_an_empty_deposit_loses_those_whom_a_deduction_would_have_kept(prepaid: MutualAidModel) -> None:
    deducted = finish(busy(changes={"people.deduction_failure": 0.0}), 41)
    assert series(prepaid)["lapsed"].sum() > series(deducted)["lapsed"].sum() == 0


@pytest.mark.parametrize("case", names())
def test_every_named_case_runs(case: str) -> None:
    scenario = load(case, {"people.persons": 2000})
    model = MutualAidModel(scenario, seed=1)
    for _ in range(12):
        model.step()
    model.audit()


def test_a_scenario_includes_the_platforms_shocks_and_sources_of_others(tmp_path: Path) -> None:
    text = 'title = "two"\ninclude = ["xianghubao", "meituan"]\nslots = 2\n[calendar]\nstart = 2018-10-16\n'
    (tmp_path / "two.toml").write_text(text, encoding="utf-8")
    scenario = load(str(tmp_path / "two.toml"))
    assert list(scenario.platform) == ["xianghubao", "meituan"]
    assert scenario.shocks == load("xianghubao").shocks
    assert scenario.sources["platform.meituan.launch"] == "F180"


def test_an_included_scenario_that_does_not_exist_is_named(tmp_path: Path) -> None:
    (tmp_path / "two.toml").write_text('include = ["meitan"]\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match="no scenario 'meitan'; did you mean 'meituan'"):
        load(str(tmp_path / "two.toml"))


def test_a_name_is_for_one_platform(tmp_path: Path) -> None:
    (tmp_path / "two.toml").write_text('include = ["meituan", "meituan"]\nslots = 2\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"two.toml: include = .* names the same scenario twice"):
        load(str(tmp_path / "two.toml"))
    (tmp_path / "own.toml").write_text('include = ["meituan"]\n[platform.meituan]\nfee_rate = 0.1\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"platform.meituan: is in two of the scenarios put together"):
        load(str(tmp_path / "own.toml"))
    (tmp_path / "twice.toml").write_text(
        "[platform.a]\nfee_rate = 0.1\n[platform.a]\nfee_rate = 0.2\n", encoding="utf-8"
    )
    with pytest.raises(FileError, match=r"twice.toml: broken TOML: .*line 3"):
        load(str(tmp_path / "twice.toml"))


@pytest.mark.parametrize("case", names())
def test_no_closing_is_written_into_a_scenario(case: str) -> None:
    assert all(terms.ends is None for terms in load(case).platform.values())


def test_covers_that_could_not_be_counted_are_refused() -> None:
    plans = ("waterdrop", "qingsong", "ehuzhu")
    with pytest.raises(ScenarioError, match="add up to 30,000,000 yuan; at most 20,000,000 can be counted"):
        load("market", {"slots": 3} | {f"platform.{name}.bands.0.cover": 1e7 for name in plans})


def test_what_an_included_scenario_includes_comes_along(tmp_path: Path) -> None:
    (tmp_path / "all.toml").write_text('include = ["market"]\nslots = 4\n', encoding="utf-8")
    assert set(load(str(tmp_path / "all.toml")).platform) == set(load("market").platform)
    (tmp_path / "odd.toml").write_text("include = 3\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"include = 3 must be a list of scenarios"):
        load(str(tmp_path / "odd.toml"))


def test_who_grows_into_an_age_without_a_deposit_gets_it_back() -> None:
    changes = {"platform.waterdrop.bands.1.deposit": 0.0}
    model = MutualAidModel("waterdrop", persons=100, seed=1, changes=changes)
    model.step()
    me, mine = person(age_at_start=45, paid=900), membership(platform=0, status=Status.COVERED, balance=500, paid=900)
    cash_flows = no_cash_flows(model.world)
    settle(me[0], mine[0], 0, model.world, cash_flows)
    assert (int(cash_flows[0, REFUNDED]), int(mine[0, 0]["balance"]), int(me[0]["paid"])) == (500, 0, 400)
