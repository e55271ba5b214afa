"""The model as Mesa users expect it."""

import gc
import inspect
import weakref

import mesa
import pytest

from abm.agents import HealthyMember, HighRiskMember, Platform
from abm.errors import ModelError
from abm.model import MutualAidModel
from abm.persons.state import Status, Trait
from abm.scenario.files import load
from worlds.busy import BUSY, busy, digest, finish, series, simply_busy


class Reciprocal(HealthyMember):
    """Leaves once more than ten yuan have gone to others."""

    def choose(self) -> None:
        if self.paid > 10:
            self.leave("xianghubao")
        else:
            super().choose()


def test_agents_can_be_asked_by_type() -> None:
    model = busy()
    kinds = model.agents_by_type
    assert len(kinds[HealthyMember]) + len(kinds[HighRiskMember]) == 500
    assert [platform.name for platform in kinds[Platform]] == ["xianghubao"]
    assert all(agent.has(Trait.HIGH_RISK) for agent in kinds[HighRiskMember])
    assert not any(agent.has(Trait.HIGH_RISK) for agent in kinds[HealthyMember])
    assert kinds[HealthyMember].agg("income", min) > 0


def test_the_data_collector_has_every_series_at_every_step() -> None:
    model = finish(busy(), 10)
    table = model.datacollector.get_model_vars_dataframe()
    assert len(table) == 10 == model.steps
    assert str(table["date"].iloc[0]) == "2018-10-28"
    assert table["xianghubao.members"].iloc[-1] == model.weight * sum(
        agent.status("xianghubao") in (Status.WAITING, Status.COVERED, Status.CLAIMING)
        for kind in (HealthyMember, HighRiskMember)
        for agent in model.agents_by_type[kind]
    )


def test_a_reporter_of_ones_own_is_collected_beside_the_series_or_in_the_place_of_one() -> None:
    model = MutualAidModel(persons=300, seed=1)
    model.datacollector._new_model_reporter("step", lambda model: model.now)
    model.datacollector._new_model_reporter("xianghubao.members", lambda model: -1.0)
    for _ in range(3):
        model.step()
    table = model.datacollector.get_model_vars_dataframe()
    assert table["step"].tolist() == [0, 1, 2]
    assert table["xianghubao.members"].tolist() == [-1.0] * 3
    assert len(table["xianghubao.share"]) == 3


def test_batch_run_sweeps_plain_keywords() -> None:
    common = "; ".join(f"{key}={str(value).lower()}" for key, value in BUSY.items())
    fees = [f"{common}; platform.xianghubao.fee_rate={fee}" for fee in (0.0, 0.4)]
    parameters = {"case": "xianghubao", "changes": fees}
    if "rng" in inspect.signature(mesa.batch_run).parameters:  # Mesa 3.4 and later name the seeds themselves
        rows = mesa.batch_run(MutualAidModel, parameters, rng=[1, 2], max_steps=20, display_progress=False)
    else:
        rows = mesa.batch_run(MutualAidModel, parameters | {"seed": [1, 2]}, max_steps=20, display_progress=False)
    assert len(rows) == 4
    paid = {(row["seed"], "fee_rate=0.4" in row["changes"]): row["xianghubao.fee"] for row in rows}
    assert all(paid[seed, False] == 0 for seed in (1, 2))


def test_a_table_of_runs_says_whose_luck_each_had_drawn_or_given() -> None:
    drawn = [MutualAidModel(persons=100, seed=None, changes=BUSY) for _ in range(2)]
    for model in drawn:
        model.step()
    seeds = [model.datacollector.get_model_vars_dataframe()["seed"].item() for model in drawn]
    assert seeds == [model.seed for model in drawn]
    assert seeds[0] != seeds[1]
    given = MutualAidModel(persons=100, seed=seeds[0], changes=BUSY)
    given.step()
    assert (given.persons == drawn[0].persons).all()


def test_a_choice_overridden_in_python_is_visited_agent_by_agent() -> None:
    ours, plain = busy(members=(Reciprocal, HighRiskMember)), busy()
    finish(ours, 25), finish(plain, 25)
    assert type(ours.drive).__name__ == "AgentDrive"
    assert series(ours)["left"].sum() > series(plain)["left"].sum()
    stayed = [
        agent
        for agent in ours.agents_by_type[Reciprocal]
        if agent.paid > 10 and agent.status("xianghubao") in (Status.WAITING, Status.COVERED)
    ]
    assert not stayed
    ours.audit()


def test_a_subclass_that_overrides_nothing_changes_nothing() -> None:
    class Same(HealthyMember):
        def choose(self) -> None:
            super().choose()

    assert digest(finish(busy(members=(Same, HighRiskMember)), 20)) == digest(finish(busy(), 20))


def test_members_tell_what_is_on_their_rows() -> None:
    model = finish(simply_busy(), 25)
    agents = [agent for kind in (HealthyMember, HighRiskMember) for agent in model.agents_by_type[kind]]
    aided = next(agent for agent in agents if agent.status("xianghubao") == Status.AIDED)
    assert aided.received > 0
    assert aided.health.name == "DIAGNOSED"
    assert 0 <= aided.age < 106
    assert aided.knows_of("xianghubao")
    outside = next(agent for agent in agents if agent.status("xianghubao") == Status.NEVER)
    assert outside.trust("xianghubao") == 0.8
    assert outside.expected_share("xianghubao") != outside.expected_share("xianghubao")  # not a number
    inside = next(agent for agent in agents if agent.status("xianghubao") == Status.COVERED)
    assert inside.expected_share("xianghubao") > 0
    inside.leave("xianghubao")
    assert inside.status("xianghubao") == Status.LEFT
    inside.join("xianghubao")
    assert inside.status("xianghubao") == Status.LEFT  # not in the very step of leaving
    model.step()
    inside.join("xianghubao")
    assert inside.status("xianghubao") in (Status.WAITING, Status.DECLINED)


def test_above_a_hundred_thousand_persons_a_member_is_made_on_demand() -> None:
    model = MutualAidModel(persons=100_001)
    assert HealthyMember not in model.agents_by_type
    member = model.member(17)
    assert member.age == int(model.persons["age_at_start"][17])


def test_the_compiled_drive_makes_members_on_demand_and_leaves_the_same_bytes() -> None:
    bare, full = busy(drive="compiled"), busy()
    assert HealthyMember not in bare.agents_by_type
    assert digest(finish(bare, 12)) == digest(finish(full, 12))
    assert bare.member(17).paid == full.member(17).paid


def test_a_scenario_object_can_be_run_and_changed() -> None:
    scenario = load("xianghubao", {"people.persons": 1000})
    model = MutualAidModel(scenario, persons=2000, changes={"mind.altruism": 3})
    assert model.persons.size == 2000
    assert model.case.mind.altruism == 3


def test_a_model_that_nobody_holds_goes_from_memory() -> None:
    """Those of Mesa's ``batch_run`` are never closed."""
    gone = weakref.ref(MutualAidModel(persons=200, seed=1))
    gc.collect()
    assert gone() is None


def test_a_closed_model_lets_go_of_its_agents() -> None:
    model = busy()
    model.close()
    assert len(model.agents) == 0
    assert model not in getattr(mesa.Agent, "_ids", {})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed = -1 must be a whole number from 0"),
        ({"seed": 2**32}, "seed = 4294967296 must be"),
        ({"persons": 200, "drive": "fast"}, "drive = 'fast' must be 'auto', 'agents' or 'compiled'"),
        ({"persons": 200, "drive": "compiled", "members": (Reciprocal, HighRiskMember)}, "overridden in Python"),
        ({"persons": 200, "order": "random"}, "order = 'random' must be 'shuffled', 'listed' or 'reversed'"),
        ({"persons": 200_000, "drive": "agents"}, "too many for agents one by one; at most 100000"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        MutualAidModel(**arguments)


def test_without_a_seed_one_is_drawn_and_can_be_used_again() -> None:
    first, second = MutualAidModel(persons=200, seed=None), MutualAidModel(persons=200, seed=None)
    assert first.seed != second.seed
    assert (MutualAidModel(persons=200, seed=first.seed).persons == first.persons).all()


def test_nobody_steps_past_the_end_of_the_calendar() -> None:
    model = finish(busy())
    with pytest.raises(ModelError, match=r"the calendar ended on 2020-06-28; set calendar\.end"):
        model.step()
