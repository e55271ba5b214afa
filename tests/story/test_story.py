"""A story is the life itself: the witness changes nothing, foresees every act, and every reason adds up."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest import mock

import numpy as np
import pytest

from abm.agents.member import HealthyMember, HighRiskMember
from abm.model import MutualAidModel
from abm.persons.situation import may_claim
from abm.persons.state import HealthState, Status
from abm.platforms.verdicts import decide
from abm.story import decisions
from abm.story.events import Kind, Moment, WitnessError
from abm.story.reasons import Reader
from abm.story.sentences import SENTENCES
from abm.story.witness import Witness, attend
from worlds.busy import busy, digest, finish, series
from worlds.endings import GIFT, YEARLY, ending_market

BUSY_PLAN = "platform.xianghubao."
BY_RISK: dict[str, Any] = {
    f"{BUSY_PLAN}division": "risk",
    f"{BUSY_PLAN}annual_cap": 100_000.0,
    f"{BUSY_PLAN}stopped.annual_cap": 100_000.0,
    f"{BUSY_PLAN}assessment_error": 0.5,
    "mind.noise": 0.0,
}
UNPAID: dict[str, Any] = {  # ends early, by its own terms, and pays last claims from what is left
    f"{BUSY_PLAN}closing_rules": ["too_few_members"],
    f"{BUSY_PLAN}minimum_members": 499_000,
    f"{BUSY_PLAN}minimum_from_days": 300,
    f"{BUSY_PLAN}closing.run_off_borne": False,
    f"{BUSY_PLAN}capacity": 4_000.0,
    f"{BUSY_PLAN}overturning": 0.9,
}
WORLDS: dict[str, Callable[[], MutualAidModel]] = {
    "busy": lambda: busy(drive="compiled"),
    "unpaid": lambda: busy(seed=1, drive="agents", changes=UNPAID),
    "by risk": lambda: busy(drive="compiled", changes=BY_RISK),
    "endings": lambda: ending_market(drive="compiled", changes=GIFT | YEARLY),
    "market": lambda: MutualAidModel("market", persons=250, seed=2, drive="compiled"),
}


@dataclass
class Lives:
    """A world that ran to its end with a witness to everybody, and the verdicts of its claims desks."""

    model: MutualAidModel
    witnesses: list[Witness]
    verdicts: dict[tuple[int, int, int], bool]  # by step, person and plan

    @property
    def moments(self) -> list[Moment]:
        return [moment for witness in self.witnesses for moment in witness.moments]

    def count(self, *kinds: Kind) -> int:
        return sum(moment.kind in kinds for moment in self.moments)


@cache
def witnessed(name: str) -> Lives:
    verdicts: dict[tuple[int, int, int], bool] = {}

    def overheard(cases: np.ndarray, seed: int, now: int, *chances: float) -> np.ndarray:
        valid = decide(cases, seed, now, *chances)
        for case, verdict in zip(cases, valid.tolist(), strict=True):
            if case["number"] == 0:
                verdicts[now, int(case["person"]), int(case["platform"])] = verdict
        return valid

    model = WORLDS[name]()
    witnesses = attend(model, *range(model.persons.size))
    with mock.patch("abm.platforms.claims.decide", overheard):
        finish(model)
    return Lives(model, witnesses, verdicts)


@pytest.fixture(params=[pytest.param(name, marks=() if name == "endings" else pytest.mark.slow) for name in WORLDS])
def lives(request: pytest.FixtureRequest) -> tuple[str, Lives]:
    return request.param, witnessed(request.param)


def test_a_witness_changes_not_a_byte(lives: tuple[str, Lives]) -> None:
    name, seen = lives
    assert digest(seen.model) == digest(finish(WORLDS[name]()))


def test_every_decision_is_the_sum_of_its_terms_and_came_out_as_the_number_drawn_says(lives: tuple[str, Lives]) -> None:
    """To the last bit: the gain is that of `reckoning`, the terms are read off the rules one by one."""
    outcomes = {
        True: {Kind.STAYED, Kind.JOINED, Kind.CAME_BACK, Kind.DECLINED, Kind.PAID_IN, Kind.INSURED, Kind.TURNED_DOWN},
        False: {Kind.LEFT, Kind.PASSED_BY, Kind.LAPSED},
    }
    noise = lives[1].model.case.mind.noise
    decided = [moment for moment in lives[1].moments if moment.decision]
    assert len(decided) > 500
    for moment in decided:
        decision = moment.decision
        assert decision is not None
        assert decision.total == decision.gain, moment
        chance = 1 / (1 + np.exp(-decision.total / noise)) if noise else float(decision.total > 0)
        assert decision.chance == pytest.approx(chance, rel=1e-12)  # the same formula, a few roundings apart
        held = moment.kind == Kind.PAID_IN  # who has a claim to file pays in against their will
        assert moment.kind in outcomes[decision.drawn < decision.chance] or held, moment


def test_what_witnesses_saw_is_what_the_census_counted(lives: tuple[str, Lives]) -> None:
    model = lives[1].model
    table = model.datacollector.get_model_vars_dataframe()
    for column, kinds in {
        "joined": (Kind.JOINED, Kind.CAME_BACK),
        "declined": (Kind.DECLINED,),
        "left": (Kind.LEFT,),
        "lapsed": (Kind.LAPSED,),
        "aged_out": (Kind.AGED_OUT,),
        "barred": (Kind.BARRED,),
        "filed": (Kind.CLAIMED,),
        "aided": (Kind.AIDED,),
        "refused": (Kind.REFUSED,),
    }.items():
        counted = sum(table[f"{name}.{column}"].sum() for name in model.case.platform) / model.weight
        assert lives[1].count(*kinds) == round(counted), column


def test_the_money_of_a_story_is_the_money_of_the_person(lives: tuple[str, Lives]) -> None:
    """What was paid less what came back, to the fen; a share out of a deposit was paid with the deposit."""
    for witness in lives[1].witnesses:
        total: Counter[Kind] = Counter()
        for moment in witness.moments:
            if moment.kind != Kind.PAID or not moment.said["drawn"]:
                total[moment.kind] += moment.said.get("amount", moment.said.get("aid", 0))
        me = lives[1].model.persons[witness.row]
        assert total[Kind.AIDED] == me["received"]
        given_back = total[Kind.DEPOSIT_BACK] + total[Kind.SHARES_BACK]
        assert total[Kind.PAID] + total[Kind.PAID_IN] - given_back == me["paid"]


def test_everybody_ends_where_their_story_ends(lives: tuple[str, Lives]) -> None:
    """The last standing told of each plan is the standing in the books, where the slot still knows it."""
    last = {Kind.LEFT: Status.LEFT, Kind.LAPSED: Status.LAPSED, Kind.AIDED: Status.AIDED, Kind.REFUSED: Status.REFUSED,
            Kind.ENDED: Status.ENDED, Kind.BARRED: Status.BARRED, Kind.AGED_OUT: Status.AGED_OUT,
            Kind.DECLINED: Status.DECLINED, Kind.COVERED: Status.COVERED, Kind.CLAIMED: Status.CLAIMING,
            Kind.JOINED: Status.WAITING, Kind.CAME_BACK: Status.WAITING}  # fmt: skip
    for witness in lives[1].witnesses:
        told = {moment.plan: last[moment.kind] for moment in witness.moments if moment.kind in last}
        for m in lives[1].model.memberships[witness.row]:
            assert int(m["platform"]) < 0 or told.get(int(m["platform"]), Status.NEVER) == m["status"]


def test_each_kind_of_thing_happens_somewhere() -> None:
    seen = {moment.kind for name in ("busy", "endings") for moment in witnessed(name).moments}
    assert set(Kind) - seen == {Kind.CLOSES}  # with which a story, and no life, ends


def test_a_desk_decides_as_the_story_says() -> None:
    """Its own verdicts, overheard: refused, overturned by a jury, not found, and accepted with nothing left to pay."""
    forms: Counter[tuple[Any, ...]] = Counter()
    for world in ("unpaid", "endings"):
        verdicts = dict(witnessed(world).verdicts)
        for witness in witnessed(world).witnesses:
            for each in witness.moments:
                if each.kind in (Kind.AIDED, Kind.REFUSED):
                    accepted = verdicts.pop((each.step, witness.row, each.plan))
                    assert accepted == (each.kind == Kind.AIDED or each.said["unpaid"])
                    forms[each.kind, each.said["concealed"], each.said["overturned"], each.said["unpaid"]] += 1
        assert not verdicts
    aided, refused = Kind.AIDED, Kind.REFUSED
    assert forms[refused, True, False, False] > 0  # concealment found
    assert forms[refused, False, False, False] > 0  # wrongly refused
    assert forms[refused, True, False, True] + forms[refused, False, False, True] > 0  # nothing left
    assert forms[aided, True, False, False] > 0  # concealment not found
    assert forms[aided, False, True, False] > 0  # a jury overturned it


def test_who_would_have_been_covered_would_have_been() -> None:
    """The same world again, in which the person is put back into the plan that they left: they may then claim."""
    seen = witnessed("busy")
    missed = [
        (witness.row, moment.step, moment.step - since)
        for witness in seen.witnesses
        for moment in witness.moments
        for _, since, _ in moment.said.get("missed", ())
    ]
    assert len(missed) >= 3
    for row, found_ill, left in missed[:8]:
        model = finish(busy(drive="compiled"), left)
        while model.now < found_ill:
            before = model.memberships[row].copy()
            model.step()
            if model.memberships[row, 0]["status"] in (Status.LEFT, Status.LAPSED):
                model.memberships[row] = before
                model.memberships[row, 0]["balance"] = 0
        assert model.persons[row]["health"] == HealthState.DIAGNOSED
        claimed = model.memberships[row, 0]["status"] in (Status.CLAIMING, Status.AIDED, Status.REFUSED)
        assert claimed or may_claim(model.persons[row], model.memberships[row, 0], row, model.world)


def test_who_was_not_covered_in_time_missed_nothing() -> None:
    """Left while waiting, and found ill before the wait would have been over: nothing is said to be missed."""
    told, waiting = 0, 6  # half-months, 90 days
    for witness in witnessed("busy").witnesses:
        entered = [each.step for each in witness.moments if each.kind in (Kind.JOINED, Kind.CAME_BACK)]
        ill = [each for each in witness.moments if each.kind == Kind.DIAGNOSED]
        if ill and entered and ill[0].step - entered[0] <= waiting:
            told += 1
            assert ill[0].said["missed"] == []
    assert told > 0


def test_who_enters_a_plan_again_came_back(lives: tuple[str, Lives]) -> None:
    for witness in lives[1].witnesses:
        entered = [each for each in witness.moments if each.kind in (Kind.JOINED, Kind.CAME_BACK)]
        known: set[int] = set()
        for each in entered:
            assert (each.kind == Kind.CAME_BACK) == (each.plan in known)
            known.add(each.plan)


def test_plans_are_heard_of_from_friends_who_are_in_them_or_from_advertisements() -> None:
    told = {True: 0, False: 0}
    for witness in witnessed("endings").witnesses:
        for each in witness.moments:
            if each.kind == Kind.HEARD:
                friend = each.said["friend"]
                told[friend is None] += 1
                assert friend is None or friend in witness.model.network.of(witness.row)
    assert min(told.values()) > 10
    silent = busy(drive="compiled", changes={"friends.telling": 0.0})
    witnesses = attend(silent, *range(500))
    finish(silent, 10)
    heard = [each.said["friend"] for witness in witnesses for each in witness.moments if each.kind == Kind.HEARD]
    assert set(heard) == {None}


def test_a_plan_may_be_heard_of_where_money_is_raised_for_a_friend() -> None:
    """Nobody recommends it, and it is advertised to nobody: all hear of it when a friend has fallen ill."""
    silent = {f"{BUSY_PLAN}{name}": 0.0 for name in ("launch_reach", "steady_reach", "crowdfunding.months")}
    silent |= {"friends.telling": 0.0, f"{BUSY_PLAN}crowdfunding.raising": 0.5, f"{BUSY_PLAN}crowdfunding.viewers": 0.0}
    model = busy(drive="compiled", changes=silent)
    witnesses = attend(model, *range(500))
    finish(model, 10)
    heard = [(witness, each) for witness in witnesses for each in witness.moments if each.kind == Kind.HEARD]
    assert len(heard) > 20
    for witness, each in heard:
        friend = each.said["friend"]
        assert model.persons["health"][friend] == HealthState.DIAGNOSED
        words = SENTENCES[Kind.HEARD](Reader(witness), each)
        assert words.startswith("heard of Xianghubao")
        assert words.endswith(f" on the page where money was raised for a friend (person {friend}).")


def test_a_life_lived_by_other_rules_cannot_be_told() -> None:
    class Loyal(HealthyMember):
        def choose(self) -> None:
            pass

    model = busy(drive="agents", members=(Loyal, HighRiskMember), persons=100)
    attend(model, *range(100))
    with pytest.raises(WitnessError, match="did otherwise on"):
        finish(model)


@pytest.mark.parametrize("decide", ["to_stay", "to_join", "to_pay_in", "to_insure"])
def test_a_reason_that_does_not_lead_to_the_outcome_is_noticed(decide: str) -> None:
    """The chance of one kind of decision read wrongly: the witness says so instead of telling it."""
    right: Any = getattr(decisions, decide)

    def wrong(*given: Any) -> Any:
        found = right(*given)
        turn = lambda decision: decisions.Decision(**(vars(decision) | {"chance": 1 - decision.yes}))  # noqa: E731
        return (found[0], turn(found[1])) if isinstance(found, tuple) else found and turn(found)

    model = ending_market(drive="compiled")
    attend(model, *range(model.persons.size))
    with mock.patch.object(decisions, decide, wrong), pytest.raises(WitnessError, match="otherwise than its terms"):
        finish(model)


def test_a_witness_sees_nothing_of_the_future() -> None:
    """Stopped early, the life is the beginning of the same life."""
    whole, part = busy(drive="compiled"), busy(drive="compiled")
    (all_of_it,), (beginning,) = attend(whole, 7), attend(part, 7)
    finish(whole)
    finish(part, 15)
    early = [moment for moment in all_of_it.moments if moment.step < 15]
    assert [str(moment) for moment in early] == [str(moment) for moment in beginning.moments]
    assert len(early) < len(all_of_it.moments)
    assert series(part).shape[0] == 15
