"""The claims desk where fellows claim: real cases, simulated fen, and nothing lost between them."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from abm.model import MutualAidModel
from abm.money import Carried
from abm.persons.state import Status
from worlds.audits import step_with_audits
from worlds.busy import finish, series, teeming
from worlds.endings import ending_market

POOL = "platform.xianghubao."


# Money


@given(st.lists(st.lists(st.integers(0, 10**8), max_size=20), max_size=20), st.floats(1.0, 1e6))
def test_no_fen_is_lost_in_dividing(periods: list[list[int]], heads: float) -> None:
    carried, simulated, real = Carried(heads), 0, 0
    for amounts in periods:
        found = carried.of_each("aid", np.array(amounts, np.int64))
        assert carried.of("fee", sum(amounts)) == found.sum()
        assert len(found) == len(amounts)
        assert (found >= 0).all()
        simulated, real = simulated + int(found.sum()), real + sum(amounts)
        assert simulated == math.floor(real / heads)
    assert Carried(1.0).of_each("aid", np.array([3, 0, 7])).tolist() == [3, 0, 7]


@pytest.mark.parametrize("make", [teeming, ending_market])
@pytest.mark.parametrize("weight", [1.0, 331.6, None])
def test_the_books_agree_in_every_phase(make: Callable[..., MutualAidModel], weight: float | None) -> None:
    """Also where one row is the whole population, of whom thousands fall ill in a step."""
    if make is ending_market:
        model = make(changes={"people.fellows": True})
    else:
        population = 20_000 if weight is None else round(500 * weight)
        persons = 1 if weight is None else 500
        eager = {} if persons > 1 else {"people.honest_share": 0.0, "mind.altruism": 1e4, f"{POOL}launch_reach": 1.0}
        model = make(changes={"people.population": population, "people.persons": persons} | eager)
    for _ in range(30):
        step_with_audits(model)
    assert model.aid_per_head.sum() > 0


def test_what_was_paid_is_what_rows_got_per_head_and_own_aid_is_apart() -> None:
    model = finish(teeming(), 30)
    aid = series(model)["aid"].sum()
    per_head = int(model.aid_per_head.sum(dtype=np.int64))
    assert per_head * model.weight / 100 == pytest.approx(aid)
    assert 0 < np.count_nonzero(model.persons["received"]) < np.count_nonzero(model.aid_per_head)


def test_a_row_pays_and_is_counted_on_while_its_fellows_are_aided() -> None:
    model = finish(teeming(), 24)
    desk = model.platforms[0].desk
    rows = np.unique(desk.accepted["person"][desk.accepted["number"] > 0])
    inside = (model.memberships["status"][rows, 0] >= Status.WAITING) & (
        model.memberships["status"][rows, 0] <= Status.CLAIMING
    )
    assert rows.size > 20
    assert inside.mean() > 0.5


# The desk


def test_claims_of_one_step_are_decided_in_no_order_of_age_or_city() -> None:
    model = finish(teeming(changes={f"{POOL}capacity": 1.0, f"{POOL}hiring": 0.0}), 24)
    queue = model.platforms[0].desk.queue
    steps = [queue["person"][queue["due"] == step].astype(float) for step in np.unique(queue["due"])]
    places = [stats.spearmanr(np.arange(each.size), each).statistic for each in steps if each.size > 30]
    assert len(places) > 5
    assert abs(np.mean(places)) < 0.1
    assert (np.diff(queue["due"].astype(int)) >= 0).all()  # the oldest first


def test_a_claim_weighs_one_real_case_at_the_desk() -> None:
    model = finish(teeming(changes={f"{POOL}capacity": 37.0, f"{POOL}hiring": 0.0}), 24)
    table = series(model)
    decided = (table["aided"] + table["refused"]).to_numpy()
    assert table["backlog"].iloc[-1] == model.platforms[0].desk.queue.size > 37
    assert decided[-3:].tolist() == [37.0, 37.0, 37.0]
