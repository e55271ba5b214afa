"""What one person, claim or review comes to, worked out by hand: one-row worlds in which nothing is left to chance."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from abm.agents.platform import Platform
from abm.ledger import OUTSIDE, pool
from abm.market import NEWS_OF_AID, NEWS_OF_ILLNESS, NEWS_OF_REFUSAL
from abm.model import MutualAidModel
from abm.persons.behaviours import claim, enter, learn, take_news
from abm.persons.cases import CASE, own_cases
from abm.persons.census import count, no_tally
from abm.persons.paying import COLLECTED, SALES, pay, settle
from abm.persons.situation import may_claim
from abm.persons.state import HealthState, Status, Trait, membership, person
from worlds.busy import simply_busy

NOW = 30  # 2020-01-28: shares are no longer subsidised and none has been published this year
SINGLE = 2.0**-22  # relative error of a few roundings to single precision, each at most 2**-24
TERMS = "platform.xianghubao."


def at(now: int = NOW, **changes: Any) -> MutualAidModel:
    """A little world in the middle of a step, with the offers of that day; changes by name, `__` for a dot."""
    named = {name.replace("__", "."): value for name, value in changes.items()}
    model = simply_busy(changes={"calendar.end": date(2021, 12, 31)} | named)
    turn_to(model, now)
    return model


def turn_to(model: MutualAidModel, now: int) -> None:
    """Begin the step `now` and publish its offers."""
    model.now = now - 1
    model.begin()
    model.post_terms()


def nothing_paid() -> np.ndarray:
    """Cash flows of one platform and two products in which nothing has moved."""
    return np.zeros((3, SALES + 2), np.int64)


def waiting_claims(number: int) -> np.ndarray:
    """So many claims that were filed before this step."""
    return np.zeros(number, CASE)


def covered(**given: Any) -> np.ndarray:
    """One who has long been covered."""
    return membership(**({"platform": 0, "status": Status.COVERED, "joined": 4, "since": 11} | given))


def ill(**given: Any) -> np.ndarray:
    """One diagnosed in this very step."""
    return person(**({"health": HealthState.DIAGNOSED, "health_since": NOW} | given))


# Claims


@pytest.mark.parametrize(("ago", "in_time"), [(0, True), (12, True), (13, False)])
def test_a_claim_may_be_filed_for_twelve_half_months_after_diagnosis(ago: int, in_time: bool) -> None:
    model = at(health__filing_chance=1.0)
    me, mine = ill(health_since=NOW - ago), covered()
    assert may_claim(me[0], mine[0, 0], 0, model.world) == in_time
    assert claim(me[0], mine[0], 0, model.world) == in_time
    assert mine[0, 0]["status"] == (Status.FILING if in_time else Status.COVERED)


@pytest.mark.parametrize(("traits", "may"), [(Trait.ACCIDENT, True), (Trait.HONEST, False)])
def test_of_those_who_wait_only_the_victims_of_accidents_may_claim(traits: Trait, may: bool) -> None:
    waiting = covered(status=Status.WAITING, joined=NOW - 2, since=NOW - 2)
    assert may_claim(ill(traits=traits)[0], waiting[0, 0], 0, at().world) == may


@pytest.mark.parametrize("health", [HealthState.WELL, HealthState.LATENT])
def test_nobody_claims_without_a_diagnosis(health: HealthState) -> None:
    assert not may_claim(ill(health=health)[0], covered()[0, 0], 0, at().world)


@pytest.mark.parametrize("status", [Status.LAPSED, Status.LEFT, Status.AIDED, Status.REFUSED, Status.CLAIMING])
def test_nobody_claims_who_is_outside_or_has_claimed(status: Status) -> None:
    assert not may_claim(ill()[0], covered(status=status)[0, 0], 0, at().world)


@pytest.mark.parametrize(
    ("age", "mild", "aid"), [(38.5, 0.0, 300_000), (39.0, 0.0, 100_000), (38.5, 1.0, 50_000), (58.5, 0.0, 100_000)]
)
def test_aid_goes_by_age_at_diagnosis_and_not_at_the_decision(age: float, mild: float, aid: int) -> None:
    """Diagnosed a year and a quarter after the first day, decided ten half-months later."""
    bands = {f"{TERMS}bands.0.cover": 300_000.0, f"{TERMS}bands.1.cover": 100_000.0, f"{TERMS}mild_cover": 50_000.0}
    model = at(NOW + 10, **bands, **{f"{TERMS}wrong_refusal": 0.0, "health.mild_share": mild})
    platform = model.platforms[0]
    model.persons[:1] = ill(age_at_start=age)
    model.memberships[:1] = covered(status=Status.CLAIMING)
    platform.desk.queue = own_cases(model.persons, model.memberships, model.world, np.array([[0, 0]]))
    platform.desk.investigate()
    assert platform.desk.accepted["person"].tolist() == [0]
    assert platform.desk.amounts.tolist() == [aid * 100]


# Payments


def billed(status: Status, arrears: int, failing: bool) -> tuple[np.void, np.void, int]:
    """Member, membership and fen collected after a bill of 500 fen, with arrears from the period before."""
    model = at(people__deduction_failure=float(failing), people__retry_failure=float(failing))
    model.world.offers["share"] = 500
    me, mine, cash_flows = (
        person(credit=650, paid=70),
        covered(status=status, balance=-arrears, paid=40),
        nothing_paid(),
    )
    pay(me[0], mine[0, 0], 0, model.world, cash_flows)
    return me[0], mine[0, 0], int(cash_flows[0, COLLECTED])


def test_a_first_failure_is_owed_and_ends_nothing() -> None:
    me, m, collected = billed(Status.COVERED, arrears=0, failing=True)
    assert (m["status"], m["balance"], m["paid"], me["paid"], collected) == (Status.COVERED, -500, 40, 70, 0)


def test_a_second_failure_ends_the_membership_and_the_debt() -> None:
    me, m, collected = billed(Status.COVERED, arrears=300, failing=True)
    assert (m["status"], m["since"], m["balance"]) == (Status.LAPSED, NOW, 0)
    assert (m["paid"], me["paid"], collected) == (40, 70, 0)


def test_a_second_failure_with_a_claim_in_hand_owes_the_sum() -> None:
    _, m, collected = billed(Status.CLAIMING, arrears=300, failing=True)
    assert (m["status"], m["balance"], collected) == (Status.CLAIMING, -800, 0)


def test_a_retry_collects_the_bill_and_the_arrears() -> None:
    me, m, collected = billed(Status.COVERED, arrears=300, failing=False)
    assert (m["status"], m["balance"], collected) == (Status.COVERED, 0, 800)
    assert (m["paid"], me["paid"]) == (840, 870)


def publish(platform: Platform, share: int) -> None:
    """Let ten members share a pot of ten shares."""
    platform.model.ledger.balances.clear()
    platform.model.ledger.transfer(10 * share, pool(platform.name), OUTSIDE, platform.name, "aid")
    platform.census = replace(platform.census, sharing=10)
    platform.divide_aid()


def test_shares_that_the_platform_paid_itself_do_not_count_toward_the_annual_cap() -> None:
    """The cap is 60 yuan; the share of 2019-01-28 is subsidised, those of 14 and 28 February are not."""
    model = at(5, people__deduction_failure=0.0)
    me, mine = person(), covered(joined=3, since=9)
    collected = []
    for now in (6, 7, 8):
        turn_to(model, now)
        publish(model.platforms[0], 5_000)
        cash_flows = nothing_paid()
        pay(me[0], mine[0, 0], 0, model.world, cash_flows)
        collected.append(int(cash_flows[0, COLLECTED]))
    assert collected == [0, 5_000, 1_000]


# Ends of a membership


@pytest.mark.parametrize(
    ("age_at_start", "ago", "status", "after"),
    [
        (58.7, None, Status.COVERED, Status.COVERED),  # a fortnight short of 60
        (58.75, None, Status.COVERED, Status.AGED_OUT),
        (58.75, 12, Status.COVERED, Status.COVERED),
        (58.75, 13, Status.COVERED, Status.AGED_OUT),
        (58.75, 13, Status.CLAIMING, Status.CLAIMING),
    ],
)
def test_the_sixtieth_birthday_ends_a_membership_unless_there_is_a_claim_to_come(
    age_at_start: float, ago: int | None, status: Status, after: Status
) -> None:
    me = person(age_at_start=age_at_start) if ago is None else ill(age_at_start=age_at_start, health_since=NOW - ago)
    mine = covered(status=status)
    settle(me[0], mine[0], 0, at(people__deduction_failure=0.0).world, nothing_paid())
    assert mine[0, 0]["status"] == after
    assert mine[0, 0]["since"] == (NOW if after == Status.AGED_OUT else 11)


# Trust and belief


def test_who_returns_keeps_the_trust_learned_and_what_was_paid() -> None:
    mine = covered(status=Status.LEFT, since=20, trust=0.3, paid=700)
    enter(person()[0], mine[0, 0], 0, 0, at().world)
    m = mine[0, 0]
    assert (m["status"], m["joined"], m["since"], m["paid"]) == (Status.WAITING, NOW, NOW, 700)
    assert m["trust"] == np.float32(0.3)


@pytest.mark.parametrize("before", [{}, {"platform": 1, "status": Status.LEFT, "trust": 0.3, "paid": 700}])
def test_a_newcomer_starts_at_the_trust_of_the_brand(before: dict[str, Any]) -> None:
    """A membership of old in another plan is no reason to trust this one."""
    mine = membership(**before)
    enter(person()[0], mine[0, 0], 0, 0, at(**{f"{TERMS}brand": 0.75}).world)
    assert (mine[0, 0]["platform"], mine[0, 0]["trust"], mine[0, 0]["paid"]) == (0, 0.75, 0)


@pytest.mark.parametrize(
    ("news", "trust", "belief"),
    [
        (NEWS_OF_AID, 0.6 + 0.2 * (1 - 0.6), 1.0),
        (NEWS_OF_REFUSAL, 0.6 - 0.5 * 0.6, 1.0),
        (NEWS_OF_ILLNESS, 0.6, 1.0 + 0.1 * (2.0 - 1.0)),
    ],
)
def test_news_of_a_friend_moves_trust_and_fear(news: int, trust: float, belief: float) -> None:
    mind = {"mind.trust_from_aid": 0.2, "mind.trust_from_refusal": 0.5, "mind.alarm": 2.0, "mind.salience": 0.1}
    me, mine = person(), covered(trust=0.6)
    take_news(me[0], mine[0], news, at(**mind).world)
    assert mine[0, 0]["trust"] == pytest.approx(trust, rel=SINGLE)
    assert me[0]["believed_frailty"] == pytest.approx(belief, rel=SINGLE)
    assert me[0]["traits"] & Trait.ALERTED


def test_claims_that_wait_cost_members_trust() -> None:
    """Mechanism A9: three periods of waiting beyond the first, at two in a hundred each."""
    model = at(**{"mind.trust_from_delay": 0.02, "mind.trust_from_publication": 0.0})
    platform, mine = model.platforms[0], covered(trust=0.8)
    platform.desk.queue = waiting_claims(4)
    platform.desk.capacity = model.weight
    model.post_terms()
    learn(person()[0], mine[0], 0, model.world)
    assert mine[0, 0]["trust"] == pytest.approx(0.8 * (1 - 0.02 * 3), rel=SINGLE)


def test_a_friends_illness_calms_nobody() -> None:
    me = person(believed_frailty=3)
    take_news(me[0], covered()[0], NEWS_OF_ILLNESS, at(mind__alarm=2.0).world)
    assert me[0]["believed_frailty"] == 3


@pytest.mark.parametrize(("past", "told"), [([], 10), ([3] * 24, 10), ([1_000] + [40] * 24, 40), ([40, 60], 50)])
def test_newcomers_are_told_the_past_year_and_at_least_the_advertised_share(past: list[int], told: int) -> None:
    model = at(**{f"{TERMS}advertised_share": 0.1, f"{TERMS}advertised_periods": 24})
    model.platforms[0].shares = past
    model.post_terms()
    mine = membership()
    enter(person()[0], mine[0, 0], 0, 0, model.world)
    assert mine[0, 0]["expected"] == told


# What friends see


def shown(me: np.ndarray, mine: np.ndarray) -> int:
    """The news that friends see of a person at the end of the step, of twelve periods."""
    world = at(friends__news_periods=12).world
    count(me[0], mine[0], 0, world, no_tally(world))
    return int(world.signals[0]) & (NEWS_OF_AID | NEWS_OF_REFUSAL | NEWS_OF_ILLNESS)


@pytest.mark.parametrize(("ago", "told"), [(0, True), (11, True), (12, False)])
def test_news_is_shown_at_the_end_of_twelve_steps_and_no_longer(ago: int, told: bool) -> None:
    for status, news in ((Status.AIDED, NEWS_OF_AID), (Status.REFUSED, NEWS_OF_REFUSAL)):
        assert shown(person(), covered(status=status, since=NOW - ago)) == news * told
    assert shown(ill(health_since=NOW - ago), membership()) == NEWS_OF_ILLNESS * told


def test_an_illness_not_yet_diagnosed_is_never_shown() -> None:
    assert shown(ill(health=HealthState.LATENT), covered()) == 0


# The population and the books


@pytest.mark.parametrize(("years", "fen"), [(0, 10_000), (1, 7_000), (2, 4_900)])
def test_income_from_traffic_decays_by_the_year(years: int, fen: int) -> None:
    """A hundred members bring a yuan each a half-month at first."""
    model = at(24 * years, **{f"{TERMS}traffic_income": 24.0, f"{TERMS}traffic_decay": 0.3})
    platform = model.platforms[0]
    platform.census = replace(platform.census, inside=100)
    platform.review()
    assert model.ledger.flows[platform.name, "traffic"] == fen


@pytest.mark.parametrize(("backlog", "capacity"), [(3, 1_000), (4, 1_500)])
def test_a_platform_hires_only_when_claims_wait_longer_than_it_will_have(backlog: int, capacity: int) -> None:
    """A simulated claim is a thousand real ones, and a thousand are investigated in a period."""
    model = at(**{f"{TERMS}capacity": 1_000.0, f"{TERMS}longest_wait": 3.0, f"{TERMS}hiring": 0.5})
    platform = model.platforms[0]
    platform.desk.queue = waiting_claims(backlog)
    platform.review()
    assert platform.desk.capacity == capacity
