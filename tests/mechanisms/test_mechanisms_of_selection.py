"""Mechanisms of selection: each is switched on and off under the same luck, and what it shows must move.

Rows A1, A2, A7, A10 and A11 of the table of mechanisms. Cases are some hundred times as frequent as in China and cover
is smaller, so that a period sees hundreds of cases.
"""

import math
from datetime import date
from typing import Any

import numpy as np
import pytest

from abm.mechanisms import off
from abm.model import MutualAidModel
from abm.persons.state import Status
from worlds.plain import StationaryModel, run, world
from worlds.switches import SIGMAS, as_found, inside, standard_error

COVER = 10_000.0
FOREVER: dict[str, Any] = {
    "health.accident_share": 1.0,
    "mind.altruism": 0.0,
    "platform.pool.waiting_days": 0,
    "platform.pool.bands": [{"age_from": 0, "age_to": 59, "cover": COVER}],
    "platform.pool.min_credit": 500,
}


def let_in(model: MutualAidModel, incidence: float | np.ndarray) -> None:
    """Everybody is in before the first illness; then the door is shut, so that who leaves has left."""
    altruism, frailty = model.persons["altruism"].copy(), model.persons["frailty"].copy()
    model.world.incidence[:] = incidence
    model.persons["altruism"], model.persons["frailty"] = 1e6, 0
    run(model, 1)
    assert (model.memberships["status"] == Status.COVERED).all()
    model.persons["altruism"], model.persons["frailty"], model.persons["credit"] = altruism, frailty, 350
    for platform, row in zip(model.platforms, model.drive.census(), strict=False):
        platform.take_stock(row)


def selected(changes: dict[str, Any]) -> tuple[MutualAidModel, dict[str, np.ndarray]]:
    """A1: a pool of persons whose risks are as the scenario has them, and known to them, after two years."""
    risks = {"health.high_risk_share": 0.1, "health.frailty_spread": 0.6, "people.female_share": 0.0}
    mind = {"mind.optimism": 1.0, "mind.risk_aversion": 0.5, "mind.learning": 0.07}
    model = world(40_000, FOREVER | risks | mind | changes, kind=StationaryModel)
    as_found(model, "frailty", "believed_frailty")
    let_in(model, 0.24)
    return model, run(model, 48)


@pytest.mark.parametrize(
    "fair", [off("A1", variant="risks"), {"platform.pool.division": "risk"}], ids=["equal risks", "by risk"]
)
def test_a1_equal_shares_of_unequal_risks_drive_out_the_healthy(fair: dict[str, Any]) -> None:
    """A1, switched off by equal risks, or by shares in proportion to risk: then all stay, and the pool is all.

    A part of the population taken without regard to risk errs by sampling without replacement; aid by its cases.
    """
    model, on = selected({})
    _, without = selected(fair)
    assert without["left"].sum() == 0
    assert without["relative_risk"][-1] == pytest.approx(1)

    frailty, stay = model.persons["frailty"].astype(float), inside(model)
    error = frailty.std() * math.sqrt((1 - stay.mean()) / stay.sum())
    assert on["relative_risk"][-1] > 1 + SIGMAS * error
    assert frailty[stay].mean() - frailty[~stay].mean() > SIGMAS * standard_error(frailty[stay], frailty[~stay])
    aid, without_aid = (each["aid"][-24:].sum() / each["members"][-24:].sum() for each in (on, without))
    cases, without_cases = (each["aided"][-24:].sum() for each in (on, without))
    # Risks as drawn have a mean that is off by their own standard error.
    error = math.sqrt(1 / cases + 1 / without_cases + frailty.var() / frailty.size)
    assert math.log(aid / without_aid) > SIGMAS * error


@pytest.mark.parametrize(("aversion", "gain"), [(0.8, 0.83), (0.2, 1.25)])
def test_a2_a_pool_settles_or_collapses_by_the_gain_of_its_spiral(aversion: float, gain: float) -> None:
    """A2. With risks as Pareto had incomes, of exponent 3, the mean risk of those above any risk f is 1.5 f, and so
    a rise of the share by 1 drives out all whose cover is worth less, up to (1 + aversion), and raises the share by
    gain = 1.5 / (1 + aversion). Where nobody learns from shares, only those leave at once who find the first too dear.

    Expected shares err by sqrt(0.3 / 1.7) of the 5 % of 400 cases, a tenth of the distance to where anyone would leave.
    """
    persons, incidence = 20_000, 0.48
    p = incidence / 24
    frailty = (2 / 3) * (1 - (np.arange(persons) + 0.5) / persons) ** (-1 / 3)
    fair = round(p / (1 - p) * COVER * frailty.mean(), 2)
    assert gain == pytest.approx(1.5 / (1 + aversion), abs=0.01)
    stay = {}
    for name, changes in (("on", {}), ("off", off("A2"))):
        mind = {"mind.risk_aversion": aversion, "mind.learning": 0.3, "platform.pool.advertised_share": fair}
        model = world(persons, FOREVER | mind | changes, kind=StationaryModel)
        model.persons["frailty"] = model.persons["believed_frailty"] = np.random.default_rng(1).permutation(frailty)
        let_in(model, incidence)
        run(model, 48)
        stay[name] = inside(model).mean()
    at_once = ((1 + aversion) * incidence * COVER * frailty > 24 * fair).mean()
    assert stay["off"] == pytest.approx(at_once, abs=0.001)
    if gain < 1:
        assert stay["on"] == at_once == 1
    else:
        assert stay["on"] < 0.02 < 0.4 < at_once


def launched_late(changes: dict[str, Any]) -> MutualAidModel:
    """A7: two years in which insurance is sold to all who can pay for it, and then the launch of a plan.

    Cover is worth 2.2 x 0.7 = 1.54 times its fair price to those without insurance, and 0.6 of that to the insured.
    """
    plan = {"platform.pool.launch": date(2021, 1, 1), "platform.pool.brand": 0.7, "mind.altruism": 0.0}
    mind = {"mind.risk_aversion": 1.2, "platform.pool.advertised_share": 12.5}
    product = {"on_sale": True, "sum_insured": 100_000, "affordable": 0.0025, "reach": 0.2, "overlap": 0.4}
    insurer = {f"insurance.commercial.{name}": value for name, value in product.items()}
    model = world(20_000, plan | mind | insurer | changes)
    model.world.incidence[:] = 0.001
    run(model, 50)
    return model


def test_a7_the_uninsured_and_poorer_join_first() -> None:
    """A7: with insurance counted as other cover, those who could not pay for it join; without, everybody."""
    on, without = launched_late({}), launched_late(off("A7"))
    insured = (on.persons["policies"] & 1) > 0
    assert 0.2 < insured.mean() < 0.8
    assert inside(without).mean() > 0.99
    joined = inside(on)
    assert joined.any()
    assert not insured[joined].any()
    income = on.persons["income"].astype(float)
    assert income[~joined].mean() - income[joined].mean() > SIGMAS * standard_error(income[joined], income[~joined])


def test_a10_altruism_keeps_members_of_low_risk() -> None:
    """A10: half the persons have a third of the risk of the others, and cover is worth half its price to them.

    With altruism off none of them stays. With it, those who stay are the helpful, and the pool is healthier.
    """
    stay, low, helpful = {}, {}, np.empty(0)
    for name, changes in (("on", {}), ("off", off("A10"))):
        mind = {"mind.altruism": 1_000.0, "mind.spread": 0.6, "mind.learning": 0.07}
        model = world(20_000, FOREVER | mind | changes, kind=StationaryModel)
        model.persons["attention"], model.persons["risk_aversion"] = 1, 0.1
        low = np.random.default_rng(1).permutation(20_000) < 10_000
        model.persons["frailty"] = model.persons["believed_frailty"] = np.where(low, 0.5, 1.5)
        let_in(model, 0.24)
        run(model, 60)
        stay[name] = inside(model)
        helpful = helpful if changes else model.persons["altruism"].astype(float)
    assert not (stay["off"] & low).any()
    assert (stay["on"] & ~low).sum() == 10_000
    kept, lost = helpful[stay["on"] & low], helpful[~stay["on"] & low]
    assert kept.size > 1_000
    assert kept.mean() - lost.mean() > SIGMAS * standard_error(kept, lost)


def members_by_age(changes: dict[str, Any]) -> tuple[dict[int, float], dict[int, float]]:
    """A11: frailty of members, which is incidence over the table's, and their part of all, at 38 and at 44."""
    bands = [{"age_from": 0, "age_to": 39, "cover": 6_000.0}, {"age_from": 40, "age_to": 59, "cover": 2_000.0}]
    mind = {"mind.risk_aversion": 1.0, "mind.learning": 0.07, "platform.pool.bands": bands}
    model = world(40_000, FOREVER | mind | changes, kind=StationaryModel)
    table = 50 * model.world.incidence / model.case.health.incidence_level
    rng = np.random.default_rng(1)
    age = rng.permutation(np.repeat([38.0, 44.0], 20_000))
    frailty = np.exp(0.6 * rng.standard_normal(40_000) - 0.18)
    model.persons["age_at_start"] = age
    model.persons["frailty"] = model.persons["believed_frailty"] = frailty
    let_in(model, table)
    run(model, 22)  # nobody turns 40
    stay = inside(model)
    return (
        {year: float(frailty[stay & (age == year)].mean()) for year in (38, 44)},
        {year: float(stay[age == year].mean()) for year in (38, 44)},
    )


def test_a11_a_cover_cut_at_forty_separates_the_types() -> None:
    """A11: just above 40 only the frail stay for a third of the cover, and the pool is younger than the population.

    Under one cover for all it is the other way round: the older, who are ill more often, stay rather than the younger.
    A mean frailty of so many members errs by 0.66 / sqrt(number), and so does their part by at most 0.5 / sqrt(20,000).
    """
    on, part_on = members_by_age({})
    without, part_off = members_by_age(off("A11", ["pool"], value=6_000.0))
    error = 0.66 * math.sqrt(sum(1 / (20_000 * part) for part in part_on.values()))
    assert on[44] - on[38] > SIGMAS * error
    assert part_on[38] - part_on[44] > SIGMAS * math.sqrt(0.5 / 20_000)
    assert without[44] < without[38]
    assert part_off[44] - part_off[38] > SIGMAS * math.sqrt(0.5 / 20_000)
