"""Insurance products are rows: a third one is a declaration, and everything else follows by itself."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm.errors import CheckpointError, ScenarioError
from abm.ledger import HOUSEHOLDS, OUTSIDE
from abm.market import World
from abm.model import MutualAidModel
from abm.persons.insuring import offered
from abm.persons.state import HealthState, Status, Trait, membership, person
from abm.runs.checkpoint import resume, save
from abm.scenario.declare import bounds
from abm.scenario.files import dump, load, parse
from abm.scenario.paths import field_at, leaves, put
from worlds.busy import digest, finish
from worlds.endings import ending_market

# A low-priced medical plan of a million (百万医疗): by one declaration in the scenario.
MEDICAL: dict[str, Any] = {
    "title": "a medical plan of a million",
    "sum_insured": 1_200.0,
    "premium": 4.0,
    "declines": 0.5,
    "reach": 0.05,
    "pages": 0.5,
    "commission": 0.3,
    "overlap": 0.2,
    "affordable": 1.0,
}
SELLING = {"insurance.medical": MEDICAL, "insurance.commercial.pages": 0.5}
CITY_BIT, MEDICAL_BIT = 1 << 1, 1 << 2


@pytest.fixture(scope="module")
def model() -> MutualAidModel:
    return finish(ending_market(changes=SELLING, drive="compiled"))


def test_a_third_product_is_sold_by_its_own_sellers_and_on_pages_of_platforms(model: MutualAidModel) -> None:
    table = model.datacollector.get_model_vars_dataframe()
    holders = (model.persons["policies"] & MEDICAL_BIT) > 0
    assert 0 < holders.mean() < 1
    assert 0 < table["medical_share"].iloc[0] < table["medical_share"].iloc[20] < table["medical_share"].iloc[-1]
    assert table["medical_share_members"].iloc[-1] > 0
    assert model.ledger.balances["medical"] != 0
    assert sum(insurer.name == "medical" for insurer in model.insurers) == 1


def test_premiums_and_benefits_of_a_third_product_are_booked_to_the_fen() -> None:
    model = ending_market(changes=SELLING | {f"insurance.{name}.on_sale": False for name in ("commercial", "city")})
    while model.running:
        before = model.ledger.balances.copy()
        model.step()
        premiums = model.ledger.flows["medical", "premiums"]
        assert model.latest["medical_premiums"] == pytest.approx(model.weight * premiums / 100)
        paid = premiums - model.ledger.flows["medical", "benefits"]
        conversions = sum(model.ledger.flows[plan.name, "conversion"] for plan in model.platforms)
        assert before[HOUSEHOLDS] - model.ledger.balances[HOUSEHOLDS] == paid - conversions
        model.audit()
    assert model.ledger.balances[OUTSIDE] != 0


def test_a_third_product_leaves_the_same_bytes_on_both_drives(model: MutualAidModel) -> None:
    assert digest(finish(ending_market(changes=SELLING, drive="agents"))) == digest(model)


def test_a_product_that_nobody_is_offered_changes_nothing_but_its_own_series() -> None:
    unsold = MEDICAL | {"reach": 0.0, "pages": 0.0}
    with_it, without = (finish(ending_market(changes=changes)) for changes in ({"insurance.medical": unsold}, {}))
    table, other = (each.datacollector.get_model_vars_dataframe() for each in (with_it, without))
    assert table[list(other)].equals(other)
    own = {f"medical_{name}" for name in ("share", "share_members", "premiums", "premium_level")}
    assert set(table) - set(other) == own
    assert set(table["medical_premiums"]) == {0.0}


def test_insurance_that_one_holds_takes_away_from_the_worth_of_a_plan() -> None:
    members = [
        finish(ending_market(changes=SELLING | {"insurance.medical.overlap": overlap})).latest["lasting.members"]
        for overlap in (0.0, 1.0)
    ]
    assert members[1] < members[0]


def test_one_number_says_which_product_comes_by() -> None:
    """From below: sellers of each product, then pages of my plan, product by product; from above what cities offer."""
    model = ending_market(changes=SELLING | {"insurance.city.reach": 0.1, "insurance.commercial.reach": 0.1})
    finish(model, 20)
    world: World = model.world
    world.products["on_sale"] = 1
    plan = [platform.name for platform in model.platforms].index("lasting")
    world.offers["cross_sell_reach"][plan] = 0.2
    world.settings["widest_selling"] = 1.0
    me, mine = person(health=HealthState.WELL)[0], membership(platform=plan, status=Status.COVERED)[0]
    plans = world.offers.size
    for u, expected in (
        (0.05, (0, plans)),
        (0.12, (2, plans + 2)),
        (0.20, (0, plan)),
        (0.30, (2, plan)),
        (0.50, (-1, -1)),
        (0.95, (1, plans + 1)),
    ):
        assert tuple(map(int, offered(me, mine, u, world))) == expected, u
    me["policies"] = MEDICAL_BIT
    assert tuple(map(int, offered(me, mine, 0.12, world))) == (-1, -1)


def test_a_product_is_written_out_and_read_again() -> None:
    scenario = load("market", SELLING)
    tables: dict[str, Any] = {}
    for path, value in leaves(scenario):
        put(tables, path, value)
    assert tables["insurance"]["medical"]["premium"] == 4.0
    assert "[insurance.medical]" in dump(scenario)
    field = field_at("insurance.medical.premium")
    assert field is not None
    assert bounds(field) == (0, 100_000)


@pytest.mark.parametrize(
    ("products", "words"),
    [
        ({"Medical": {}}, "'Medical' is not a name"),
        ({f"product_{number}": {} for number in range(7)}, "9 products are too many; at most 8"),
        ({"medical": {"premum": 3.0}}, r"insurance.medical.premum: unknown key; did you mean 'premium'"),
        ({"medical": {"premium": -3.0}}, r"insurance.medical.premium = -3.0 is below 0"),
        ({"xianghubao": {}}, "platform.xianghubao: 'xianghubao' is insurance.xianghubao already; choose another"),
        ({"outside": {}}, "insurance.outside: 'outside' is an account of all already; choose another name"),
        (
            {"cheap": {"pages": 0.5}, "commercial": {"on_sale": True}},
            "parts of one whole, and here more than 1: commercial 1, cheap 0.5",
        ),
    ],
)
def test_a_slip_in_a_product_is_said_in_one_line(products: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words) as found:
        parse({"platform": {"xianghubao": {}}, "insurance": products}, "slip")
    assert len(str(found.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["copy", "json", "products", "dict", "model_dump"])
def test_a_product_may_have_the_name_of_anything_else(name: str) -> None:
    scenario = parse({"insurance": {name: {"premium": 4.0}}}, "named")
    assert scenario.insurance.products[name].premium == 4.0
    assert dict(leaves(scenario))[f"insurance.{name}.premium"] == 4.0
    assert parse(tomllib.loads(dump(scenario)), "named") == scenario


def test_a_product_comes_with_the_scenario_that_declares_it(tmp_path: Path) -> None:
    """Whether those are sold that every world knows is the business of the scenario that includes another."""
    (tmp_path / "inner.toml").write_text(
        "[platform.pool]\nclosing = { conversion_months = 3, conversion_product = 'medical' }\n"
        "[insurance.medical]\npremium = 4\n[insurance.city]\non_sale = true\n"
        "[sources]\n'insurance.medical' = 'F263'\n'insurance.city' = 'F259'\n",
        encoding="utf-8",
    )
    (tmp_path / "outer.toml").write_text(f"include = ['{tmp_path}/inner.toml']\n", encoding="utf-8")
    scenario = load(tmp_path / "outer.toml")
    assert scenario.insurance.products["medical"].premium == 4.0
    assert not scenario.insurance.city.on_sale
    assert scenario.sources == {"insurance.medical": "F263"}


def test_two_scenarios_put_together_have_no_two_products_of_one_name(tmp_path: Path) -> None:
    for name, premium in (("one", 4), ("two", 9)):
        text = f"[platform.{name}]\n[insurance.medical]\npremium = {premium}\n"
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    both = f"include = ['{tmp_path}/one.toml', '{tmp_path}/two.toml']\n"
    (tmp_path / "both.toml").write_text(both, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"insurance.medical: is in two of the scenarios .* is for one product"):
        load(tmp_path / "both.toml")
    through = f"include = ['{tmp_path}/one.toml', '{tmp_path}/again.toml']\n"
    (tmp_path / "again.toml").write_text(f"include = ['{tmp_path}/one.toml']\n", encoding="utf-8")
    (tmp_path / "through.toml").write_text(through, encoding="utf-8")
    assert load(tmp_path / "through.toml").insurance.products["medical"].premium == 4


@pytest.mark.parametrize("section", ["platform", "insurance", "insurer", "shocks", "sources"])
@pytest.mark.parametrize("place", ["inner", "outer"])
def test_a_section_that_is_no_table_is_said_of_an_included_scenario_too(
    section: str, place: str, tmp_path: Path
) -> None:
    texts = {"inner": "", "outer": f"include = ['{tmp_path}/inner.toml']\n"}
    texts[place] += f"{section} = 3\n"
    for name, text in texts.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=rf"^{place}\.toml: {section}.* must be a (table|list)"):
        load(tmp_path / "outer.toml")


def test_unasked_nobody_is_turned_away() -> None:
    """The same insurer with and without its questions: a study may vary that alone."""
    models = {
        asks: finish(ending_market(changes={"insurance.commercial.asks_about_health": asks}), 20)
        for asks in (True, False)
    }
    insured = {}
    for asks, model in models.items():
        at_risk = model.persons[(model.persons["traits"] & Trait.HIGH_RISK) > 0]
        insured[asks] = ((at_risk["policies"] & 1) > 0).mean()
    assert insured[False] > insured[True] + 0.2
    assert models[False].latest["lasting.insured"] == 0 < models[True].latest["lasting.insured"]


def test_whoever_is_insured_against_questions_counts_as_insured_though_all_are_taken() -> None:
    """An insurer that asks and turns nobody away has another clientele than a city that does not ask."""
    model = finish(ending_market(changes={"insurance.commercial.declines": 0.0}), 20)
    assert model.latest["lasting.insured"] > 0


def test_what_is_taken_off_sale_at_a_checkpoint_is_kept_by_those_who_hold_it(tmp_path: Path) -> None:
    model = finish(ending_market(), 24)
    save(model, tmp_path / "a.huzhu")
    changes = {f"insurance.{name}.on_sale": False for name in ("commercial", "city")}
    later = resume(tmp_path / "a.huzhu", changes, policy=model.regulator.policy)
    held, converted = later.persons["policies"].copy(), 0
    for _ in range(4):
        later.step()
        assert later.ledger.flows["commercial", "premiums"] > 0
        assert later.ledger.flows["city", "premiums"] > 0
        later.audit()
        converted += sum(later.ledger.flows[plan.name, "conversion"] for plan in later.platforms)
        assert sum(later.ledger.flows[plan.name, "traffic"] for plan in later.platforms) == 0
    assert sum(insurer.sold for insurer in later.insurers) == converted == 0
    assert (later.persons["policies"] == held).all()


def test_a_product_is_put_on_sale_at_a_checkpoint_but_none_is_added(tmp_path: Path) -> None:
    model = finish(ending_market(changes={"insurance.city.on_sale": False}), 24)
    assert not (model.persons["policies"] & CITY_BIT).any()
    save(model, tmp_path / "a.huzhu")
    later = resume(tmp_path / "a.huzhu", {"insurance.city.on_sale": True}, policy=model.regulator.policy)
    assert (finish(later, 28).persons["policies"] & CITY_BIT).any()
    with pytest.raises(CheckpointError, match=r"insurance.products: cannot change midway"):
        resume(tmp_path / "a.huzhu", SELLING, policy=model.regulator.policy)


def test_the_seventh_further_product_is_one_too_many_and_the_sixth_is_not() -> None:
    products = {f"product_{number}": {"reach": 0.01} for number in range(6)}
    model = MutualAidModel(parse({"people": {"persons": 500}, "insurance": products}, "many"), seed=1)
    finish(model, 10)
    assert np.unpackbits(model.persons["policies"]).sum() > 0
