"""What plans of one owner feel of each other, by hand: trust, good name, exposure and costs."""

from dataclasses import replace
from typing import Any

import pytest

from abm.errors import ScenarioError
from abm.platforms import board, budget, mood, owners, parting
from abm.platforms.closing import Closing, ClosingKind, Stage
from abm.scenario.files import load, parse
from worlds.firms import Authority, Firm, Place, firm
from worlds.plain import run, world
from worlds.simple import simple

OWNER = {"trust_shared": 0.2, "name_shared": 0.75, "exposure_shared": 0.5}
NAMES = ("one", "two", "strange")


def three(parent: dict[str, Any] | None = None, terms: dict[str, Any] | None = None) -> list[Firm]:
    """Two plans of one owner and one of nobody's, a million members each."""
    case = simple({"owner.house": OWNER, "mind.trust_from_closing": 0.1})
    place = Place(case=case, regulator=Authority(stern=1.0))
    plans = [
        firm(parent, (terms or {}) | {"owner": None if name == "strange" else "house"}, name=name, model=place)
        for name in NAMES
    ]
    place.platforms[:] = plans
    return plans


def ended(plan: Firm, kind: ClosingKind = ClosingKind.ACTIVE, share: float = 0.25) -> Closing:
    """The end of a plan with a quarter of all memberships, announced now."""
    return Closing(plan.name, plan.model.now, plan.model.now + 2, kind, "by hand", plan.members, share)


def test_only_plans_of_the_same_owner_are_sisters() -> None:
    one, two, strange = three()
    assert owners.sisters(one) == [two]
    assert owners.sisters(strange) == ()
    assert owners.owner_of(strange) is None


@pytest.mark.parametrize(
    ("share", "of_a_sister", "of_a_stranger"), [(0.0, 0.0, 0.0), (0.25, 0.1, 0.05), (1.0, 0.2, 0.1)]
)
def test_the_end_of_a_sister_costs_more_trust_than_that_of_a_stranger(
    share: float, of_a_sister: float, of_a_stranger: float
) -> None:
    one, two, strange = three()
    assert owners.trust_lost_by_closing(two, ended(one, share=share)) == pytest.approx(of_a_sister)
    assert owners.trust_lost_by_closing(strange, ended(one, share=share)) == pytest.approx(of_a_stranger)
    assert owners.trust_lost_by_closing(one, ended(strange, share=share)) == pytest.approx(of_a_stranger)


def test_an_end_that_all_fear_more_is_not_feared_less_because_it_is_a_sisters() -> None:
    one, two, _ = three()
    two.model.case = simple({"owner.house": OWNER, "mind.trust_from_closing": 0.8})
    assert owners.trust_lost_by_closing(two, ended(one)) == pytest.approx(0.4)


def test_what_the_mood_takes_comes_on_top_of_what_a_sisters_end_took_only_if_it_is_more() -> None:
    one, two, strange = three()
    news = {"owner.house": OWNER, "mind.trust_from_closing": 0.1, "mood.distrust": 0.5, "mood.from_closing": 0.5}
    place = two.model
    place.case = simple(news | {"people.population": 1_000_000})
    place.closings.append(ended(one))
    place.mood = mood.mood_after(place, [])
    assert place.mood == 0.5
    assert mood.trust_lost(two, 0.0) == pytest.approx(1 - 0.75 / 0.9)
    assert mood.trust_lost(strange, 0.0) == pytest.approx(1 - 0.75 / 0.95)


def test_a_stop_by_the_regulator_costs_trust_in_the_sisters_alone() -> None:
    """A third of all members were in it."""
    one, two, strange = three()
    assert owners.trust_lost_by_stop(two, one) == pytest.approx(0.2 / 3**0.5)
    assert owners.trust_lost_by_stop(strange, one) == owners.trust_lost_by_stop(one, one) == 0.0


def test_the_name_of_an_owner_is_lost_once() -> None:
    """Five yuan a member; after the end of a sister with all members a quarter is left, with a quarter five eighths."""
    one, two, strange = three({"stigma": 5.0, "stigma_relief": 0.0})
    assert board.loss_of_name(two, two.members) == pytest.approx(5e6)
    one.closing = ended(one, share=1.0)
    assert board.loss_of_name(two, two.members) == pytest.approx(1.25e6)
    one.closing = ended(one, share=0.25)
    assert board.loss_of_name(two, two.members) == pytest.approx(5 / 8 * 5e6)
    assert board.loss_of_name(strange, strange.members) == pytest.approx(5e6)
    assert board.loss_of_name(one, one.members) == pytest.approx(5e6)


def test_who_was_stopped_makes_its_sisters_stand_out() -> None:
    """Six yuan a member and year are nine once a sister was ordered to end, not when its owner ended it.

    A quarter of all people had been in it: half of a rise by the whole.
    """
    parent = {"customer_value": 0.0, "regulatory_cost": 6.0, "horizon": 1.0}
    one, two, strange = three(parent)
    one.model.case = simple({"owner.house": OWNER | {"exposure_shared": 1.0}, "people.population": 5_000_000})
    for kind, costs in ((ClosingKind.ACTIVE, 6e6), (ClosingKind.ORDERED, 9e6)):
        one.closing = ended(one, kind)
        assert board.value_to_parent(two).going_on == pytest.approx(-costs)
    assert board.value_to_parent(strange).going_on == pytest.approx(-6e6)
    assert not owners.was_stopped(two)


def test_costs_of_systems_fall_with_the_members_of_all_plans_of_an_owner() -> None:
    """Known at a million members; at an elasticity of a half a member of two million costs 1/sqrt(2) as much."""
    one, two, strange = three({}, {"technology_cost": 2.4, "scale_elasticity": 0.5, "scale_members": 1e6})
    assert budget.costs(strange)["technology"] == 100_00
    assert budget.costs(one)["technology"] == round(100_00 / 2**0.5)
    two.census = replace(two.census, inside=0)
    assert budget.costs(one)["technology"] == 100_00
    one.model.case = simple({"owner.house": OWNER | {"costs_shared": False}})
    two.census = replace(two.census, inside=1_000)
    assert budget.costs(one)["technology"] == 100_00


def test_a_plan_that_its_parent_has_parted_with_is_no_sister_any_more() -> None:
    one, two, _ = three({})
    one.terms = one.terms.model_copy(update=parting.terms_of_new_owner(one.terms))
    assert owners.sisters(two) == []


def test_an_owner_that_is_not_there_is_told() -> None:
    with pytest.raises(ScenarioError, match=r"platform.jd.owner: no owner 'house'; there are: tencent"):
        load("jd", {"platform.jd.owner": "house"})


def test_an_owner_comes_along_with_a_plan_that_is_included(tmp_path: Any) -> None:
    plan = '[owner.house]\nname_shared = 0.1\n\n[platform.pool]\nlaunch = 2019-01-01\nowner = "house"\n'
    (tmp_path / "theirs.toml").write_text(plan, encoding="utf-8")
    (tmp_path / "mine.toml").write_text('include = ["theirs.toml"]\n', encoding="utf-8")
    assert load(str(tmp_path / "mine.toml")).owner["house"].name_shared == 0.1
    assert parse({}, "alone").owner == {}


def test_a_stopped_product_goes_on_and_its_sister_is_trusted_less() -> None:
    """The one has an insurer until it is stopped in step 2."""
    stopped = {"platform.one.insurer": "mutual", "insurer.mutual": {}, "platform.one.stopped": {"fee_rate": 0.08}}
    plans = {f"platform.{name}.launch": simple().calendar.start for name in NAMES}
    owned = {"platform.one.owner": "house", "platform.two.owner": "house", "owner.house": OWNER}
    model = world(10, {"slots": 4} | plans | owned | stopped)
    run(model, 2)
    one, two, strange = (model.platforms[model.index_of(name)] for name in NAMES)
    before = [plan.brand for plan in (two, strange)]
    one.stop_being_insurance()
    inside = sum(plan.members for plan in model.platforms)
    assert one.members > 0
    lost = 0.2 * (one.members / inside) ** 0.5
    assert [plan.brand for plan in (two, strange)] == pytest.approx([(1 - lost) * before[0], before[1]])
    run(model, 1)
    assert one.stage == Stage.OPEN
    assert owners.was_stopped(one)
    ever = one.census.ever_joined * model.weight / model.case.people.population
    assert ever > 0
    exposures = [owners.exposure(plan) for plan in (one, two, strange)]
    assert exposures == pytest.approx([1.0, 1 + 0.5 * ever**0.5, 1.0])
