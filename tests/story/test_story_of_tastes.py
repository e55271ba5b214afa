"""Stories where tastes last, news is heeded in proportion, bills become a habit and coming back is harder."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from abm.mechanisms import off
from abm.persons.paying import overlooks
from abm.persons.state import Trait
from abm.story.decisions import Decision, Prompt
from abm.story.events import Kind, Moment
from abm.story.reasons import Reader
from abm.story.sentences import SENTENCES
from abm.story.weights import Term
from abm.story.witness import Witness, attend
from worlds.busy import busy, digest, finish
from worlds.endings import ending_market

pytestmark = pytest.mark.slow
ON: dict[str, Any] = {
    "mind.taste_years": 1.0,
    "mind.coming_back": 2.0,
    "mind.renewed_interest": 0.3,
    "mind.noticed_shock": 0.2,
    "mind.habituation_periods": 4,
    "mind.overlooking": 0.4,
    "mind.automatic_top_up": 0.3,
}


@cache
def witnessed() -> list[Witness]:
    """Lives in a market of several plans, with all of it on; a witness stops the run where it errs."""
    model = ending_market(changes=ON, drive="compiled")
    witnesses = attend(model, *range(0, model.persons.size, 12))
    finish(model)
    return witnesses


def decisions() -> list[tuple[Witness, Moment, Decision]]:
    return [
        (witness, moment, moment.decision)
        for witness in witnessed()
        for moment in witness.moments
        if moment.decision is not None
    ]


def test_a_decision_goes_by_the_sum_of_gain_and_taste() -> None:
    assert len(decisions()) > 500
    for _, moment, decision in decisions():
        assert decision.taste is not None
        assert decision.yes == (decision.gain + decision.taste > 0), moment
        assert decision.runner_up is None or decision.runner_up[1] <= decision.liking


def test_a_taste_is_the_same_for_joining_staying_and_paying_in_until_it_is_renewed() -> None:
    """Once a year, so that no person has more than a taste a year for a plan, and one more."""
    tastes: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for witness, moment, decision in decisions():
        assert decision.taste is not None
        if moment.plan >= 0 and moment.kind not in (Kind.INSURED, Kind.TURNED_DOWN):
            tastes.setdefault((witness.row, moment.plan), []).append((moment.step, decision.taste))
    spans = [(said[-1][0] - said[0][0], len({taste for _, taste in said}), len(said)) for said in tastes.values()]
    assert any(often > 3 for _, _, often in spans)
    for years, different, _ in spans:
        assert different <= years / 24 + 2
    assert any(different > 1 for _, different, _ in spans)


def test_who_comes_back_weighs_twice_the_trouble_and_it_is_said() -> None:
    again = [each for each in decisions() if each[2].again]
    assert again
    for witness, moment, decision in again:
        trouble = 2 * float(witness.model.persons[witness.row]["inertia"]) + decision.deposit / 100
        assert decision.worth("effort") == pytest.approx(-trouble)
        words = Reader(witness).why(decision, "joining")
        assert ("the trouble of joining again" in words) == (trouble >= 0.5), moment


def test_who_overlooks_that_a_deposit_is_used_up_decides_nothing_and_it_is_said() -> None:
    removed, filled_up = 0, 0
    for witness in witnessed():
        for moment in witness.moments:
            overlooked = overlooks(np.int64(moment.plan), np.int64(witness.row), witness.model.world)
            if moment.kind == Kind.PAID_IN and moment.decision is not None:
                assert not overlooked, moment
                filled_up += 1
            elif moment.kind == Kind.LAPSED and moment.said["guardian"] is None and not moment.said["owed"]:
                words = SENTENCES[moment.kind](Reader(witness), moment)
                assert overlooked == (moment.decision is None), moment
                assert overlooked == ("overlooked that the deposit was used up, and was removed from" in words)
                removed += overlooked
    assert removed > 0
    assert filled_up > 0


def test_a_first_deposit_is_paid_and_one_that_is_used_up_is_filled_up_without_a_decision() -> None:
    paid = [(each, moment) for each in witnessed() for moment in each.moments if moment.kind == Kind.PAID_IN]
    for first, words in ((True, "paid a deposit of "), (False, " filled up with ")):
        told = [
            SENTENCES[Kind.PAID_IN](Reader(witness), moment)
            for witness, moment in paid
            if moment.decision is None and moment.said["first"] == first
        ]
        assert told
        assert all(words in each for each in told)


def test_a_lasting_taste_in_words() -> None:
    model = busy(changes=ON)
    model.persons["traits"][0] |= Trait.FEMALE
    reader = Reader(attend(model, 0)[0])
    worths = (Term("helping", 10.0), Term("sharing", -40.0))
    told = reader.why(Decision(worths, -30.0, 0.27, 0.2, share=167.0, taste=41.6), "staying")
    assert told.startswith(", although the share she reckoned with")
    assert told.endswith("Chance of staying 0.27 over all tastes; 0.20 is her lasting taste, 42 yuan a year for it.")
    told = reader.why(Decision(worths, -30.0, 0.27, 0.6, share=167.0, taste=-12.2), "staying")
    assert told.endswith(
        "Chance of staying 0.27 over all tastes; 0.60 is her lasting taste, 12 yuan a year against it."
    )


def test_a_bill_is_told_against_those_one_was_used_to() -> None:
    reader = Reader(attend(busy(changes=ON), 0)[0])
    decision = Decision((), 1.0, 0.9, 0.1, bill=500.0, expected=700.0, reference=300.0, prompt=Prompt.BILL)
    told = reader.prompt(Moment(0, reader.model.day, Kind.STAYED, 0, decision))
    assert told.endswith(f"a bill of 5.00 yuan where {reader.she} was used to 3.00.")


def test_what_was_said_of_a_plan_is_no_reason_to_think_where_it_was_not_heeded() -> None:
    reader = Reader(attend(busy(changes=ON), 0)[0])
    for heeded, words in ((True, "what was said of the plan"), (False, "news of friends")):
        reader.moments[:] = [Moment(0, reader.model.day, Kind.DOUBTED, 0, said={"heeded": heeded})]
        thought = Moment(0, reader.model.day, Kind.STAYED, 0, Decision((), 1.0, 0.9, 0.1, prompt=Prompt.NEWS))
        assert words in reader.prompt(thought)
    doubts = [moment.said["heeded"] for witness in witnessed() for moment in witness.moments
              if moment.kind == Kind.DOUBTED]  # fmt: skip
    assert True in doubts
    assert False in doubts


def test_both_drives_leave_the_same_bytes_with_all_of_it_on() -> None:
    one, two = (finish(ending_market(changes=ON, drive=drive), 30) for drive in ("compiled", "agents"))
    assert digest(one) == digest(two)
    assert (one.persons["traits"] & Trait.SETTLED).any()
    plain = finish(ending_market(changes=off("A15") | off("A17") | off("A18"), drive="compiled"), 30)
    assert not (plain.persons["traits"] & Trait.SETTLED).any()
    assert not np.array_equal(plain.memberships["status"], one.memberships["status"])
