"""Mechanisms of friends and trust: each is switched on and off under the same luck, and what it shows must move.

Rows A6, A8, A9 and E1 of the table of mechanisms. Where choices have no noise the two worlds are held against each
other person by person.
"""

import math
from datetime import date
from typing import Any

import numpy as np

from abm.mechanisms import off
from abm.model import MutualAidModel
from abm.persons.state import Status
from worlds.plain import PLAIN, StationaryModel, run, world
from worlds.switches import SIGMAS, shut_the_door

ONE_COVER: dict[str, Any] = {
    "mind.altruism": 0.0,
    "mind.risk_aversion": 0.0,
    "platform.pool.waiting_days": 0,
    "platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": 1_000.0}],
    "platform.pool.min_credit": 500,
}
ACCIDENTS = {"health.accident_share": 1.0}
PRICE_GIVEN = {"mind.learning": 0.0, "mind.trust_from_aid": 0.0}  # shares published move nobody


def standing(model: MutualAidModel, *statuses: Status) -> np.ndarray:
    """Who stands so in the pool."""
    return np.isin(model.memberships["status"][:, 0], statuses)


def near(model: MutualAidModel, chosen: np.ndarray) -> np.ndarray:
    """Who has a friend among the chosen."""
    owners = np.repeat(np.arange(chosen.size), np.diff(model.network.first.astype(np.int64)))
    return np.bincount(owners, weights=chosen[model.network.friends], minlength=chosen.size) > 0


def clustering(model: MutualAidModel, chosen: np.ndarray) -> float:
    """Correlation of being chosen over friendships, in standard errors: without it each tie is a draw of its own."""
    owners = np.repeat(np.arange(chosen.size), np.diff(model.network.first.astype(np.int64)))
    z = (chosen - chosen.mean()) / chosen.std()
    ties = owners.size / 2
    return float((z[owners] * z[model.network.friends]).mean() * math.sqrt(ties))


def test_a6_recommendation_makes_growth_gather_way_and_cluster() -> None:
    """A6: advertisements alone reach fewer and fewer, anywhere; friends pass the word on, and at first to friends."""
    joined, clusters = {}, {}
    for name, telling in (("on", {"friends.telling": 0.8}), ("off", off("A6"))):
        reach = {"platform.pool.launch_reach": 0.0, "platform.pool.steady_reach": 0.005}
        model = world(20_000, reach | telling)
        early = run(model, 8)["joined"]
        clusters[name] = clustering(model, standing(model, Status.WAITING, Status.COVERED))
        joined[name] = run(model, 22)["joined"]
        assert early.sum() > 500
    on, alone = (joined[name].reshape(-1, 3).sum(axis=1) for name in ("on", "off"))
    error = math.sqrt(2 * alone[0])
    assert on.max() - on[0] > SIGMAS * math.sqrt(on.max())
    assert 0 < on.argmax() < on.size - 1
    assert alone[1:].max() - alone[0] < SIGMAS * error
    assert clusters["on"] > SIGMAS
    assert abs(clusters["off"]) < SIGMAS


def test_a6_doing_as_friends_do_spreads_from_friend_to_friend() -> None:
    """A6: a plan worth joining to one in five hundred is joined by those around them, and then by all, step by step."""
    joined, clusters, members = {}, {}, {}
    for name, herding in (("on", {"mind.herding": 3_000.0}), ("off", off("A6"))):
        price = {"platform.pool.advertised_share": 10.0, "friends.rewired": 0.05}
        model = world(20_000, ONE_COVER | PRICE_GIVEN | price | herding)
        model.world.incidence[:] = 0.01
        model.persons["altruism"] = np.where(np.random.default_rng(1).random(20_000) < 0.002, 1e4, 0)
        run(model, 3)
        members[name] = standing(model, Status.COVERED)
        clusters[name] = clustering(model, members[name])
        joined[name] = np.diff(run(model, 27)["members"][:15])  # all are inside by then
    assert not (members["off"] & ~members["on"]).any()
    assert (joined["off"] <= 0).all()
    assert clusters["on"] > SIGMAS > abs(clusters["off"])
    peak = joined["on"].argmax()
    for end in (0, -1):
        assert joined["on"][peak] > joined["on"][end] + SIGMAS * math.sqrt(joined["on"][peak])


def test_a8_long_payers_leave_when_another_plan_closes() -> None:
    """A8: of three groups one is in a plan whose time is over in January 2021, one has paid here for two years by then
    and one for half a year, 240 yuan a year. A third of all people being struck, the news makes those here believe in a
    closing with chance 1 - 0.7 ** sqrt(1 / 3) = 0.186. Cover is worth so much less, and being inside 55 yuan a year
    more than it costs; against that stands 0.186 of what one has paid, 88 yuan or 22.
    """
    left, paid = {}, np.empty(0)
    for name, changes in (("on", {}), ("off", off("A8", variant="exits"))):
        terms = {"platform.pool.launch_reach": 0.0, "platform.pool.steady_reach": 0.0, "friends.telling": 0.0}
        terms["platform.pool.advertised_share"] = 10.0
        pool = PLAIN | ONE_COVER | terms
        far = {path.replace("pool", "far"): value for path, value in pool.items() if ".pool." in path}
        far |= {"platform.far.launch": date(2019, 1, 1), "platform.far.ends": date(2021, 1, 1)}
        news = {"mind.closing_alarm": 0.3, "mind.trust_from_closing": 0.0, "mind.resentment": 1.0}
        model = world(9_000, ONE_COVER | PRICE_GIVEN | ACCIDENTS | terms | news | far | changes, kind=StationaryModel)
        model.world.incidence[:] = 0.24
        group = np.arange(9_000) % 3
        model.persons["altruism"] = 100
        model.persons["aware"] = np.array([1, 0, 2])[group]
        run(model, 36)
        model.persons["aware"][group == 1] = 1
        run(model, 11)
        assert (model.memberships["status"] == Status.COVERED).all()
        paid = model.memberships["paid"][:, 0].astype(float)
        shut_the_door(model)
        run(model, 5)
        assert [closing.platform for closing in model.closings] == ["far"]
        left[name] = standing(model, Status.LEFT)
    assert left["on"][group == 0].all()
    assert not left["on"][group == 1].any()
    assert not left["off"][group != 2].any()  # those of the closing plan may go when they like
    assert paid[group == 0].min() > paid[group == 1].max()


def refusing(changes: dict[str, Any], steps: int = 12) -> MutualAidModel:
    """A plan that refuses half of all claims and in which cover is worth its price while trust is above two thirds."""
    desk = {"platform.pool.effort": 1.0, "platform.pool.wrong_refusal": 0.5, "platform.pool.overturning": 0.0}
    trust = {"mind.trust_from_refusal": 0.5, "platform.pool.advertised_share": 6.66}
    model = world(20_000, ONE_COVER | PRICE_GIVEN | ACCIDENTS | desk | trust | changes)
    model.world.incidence[:] = 0.24
    run(model, steps)
    return model


def test_a9_friends_of_the_refused_leave() -> None:
    """A9: the price expected is given, so that nobody else ever leaves; and nobody where refusals are no news."""
    on, without = refusing({}), refusing(off("A9"))
    left, refused = standing(on, Status.LEFT), standing(on, Status.REFUSED)
    assert left.sum() > 100
    assert not (left & ~near(on, refused)).any()
    assert standing(without, Status.REFUSED).sum() >= refused.sum()
    assert not standing(without, Status.LEFT).any()


def test_e1_aid_nearby_recruits() -> None:
    """E1: a third of the persons are members; to the others the plan is worth joining only with more trust than they
    have in its name. Friends of the aided join, and nobody else; where aid is no news, nobody.
    """
    joined = {}
    aware = np.arange(20_000) % 3 == 0
    for name, changes in (("on", {}), ("off", off("E1")), ("no trust", {"mind.trust_from_aid": 0.0})):
        terms = {"platform.pool.brand": 0.6, "platform.pool.advertised_share": 13.3, "mind.learning": 0.0}
        model = world(20_000, ONE_COVER | ACCIDENTS | terms | {"mind.trust_from_aid": 0.5} | changes)
        model.world.incidence[:] = 0.24
        model.persons["altruism"], model.persons["believed_frailty"] = np.where(aware, 1e4, 0), 2
        run(model, 12)
        joined[name] = standing(model, Status.COVERED, Status.AIDED, Status.LEFT) & ~aware
        if name == "on":
            neighbours = near(model, standing(model, Status.AIDED))
    assert joined["on"].sum() > 100
    assert not (joined["on"] & ~neighbours).any()
    assert not joined["off"].any()
    assert not joined["no trust"].any()


def test_e1_refusals_nearby_repel() -> None:
    """E1: those who would join when they think of it do not after they heard of a refusal, and all others do.

    The worlds differ by the news alone: whoever joins with it joins without it, and who does not has a friend refused.
    """
    worlds = {}
    aware = np.arange(20_000) % 3 == 0
    for name, changes in (("on", {}), ("off", off("E1"))):
        desk = {"platform.pool.effort": 1.0, "platform.pool.wrong_refusal": 1.0, "platform.pool.overturning": 0.0}
        terms = {"platform.pool.advertised_share": 6.66, "mind.trust_from_refusal": 0.5, "mind.alerted_attention": 0.0}
        model = world(20_000, ONE_COVER | PRICE_GIVEN | ACCIDENTS | desk | terms | changes)
        model.world.incidence[:] = 0.24
        model.persons["altruism"] = np.where(aware, 1e4, 0)
        model.persons["attention"] = np.where(aware, 1, 0.05)
        run(model, 12)
        worlds[name] = model
    joined, without = (~standing(model, Status.NEVER) & ~aware for model in worlds.values())
    neighbours = near(worlds["on"], standing(worlds["on"], Status.REFUSED))
    repelled = without & ~joined
    assert repelled.sum() > 100
    assert not (joined & ~without).any()
    assert not (repelled & ~neighbours).any()
