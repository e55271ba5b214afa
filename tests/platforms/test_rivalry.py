"""What plans take from insurers, by hand."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from abm.agents.insurer import Insurer
from abm.market import PRODUCT
from abm.platforms.alarms import alarms
from abm.platforms.census import PlanCensus
from abm.platforms.closing import Stage
from abm.platforms.rivalry import business_taken, insurance_like, recommended, visited
from abm.scenario.insurance import Commercial
from abm.scenario.scenario import Scenario
from worlds.firms import Firm, Place, firm, supervision
from worlds.simple import simple

PEOPLE = 10_000_000


def copy(**given: Any) -> Firm:
    """A plan with an insurer behind it, which two hundred thousand of ten million people joined in the last period."""
    here = Place(case=simple({"people": {"population": PEOPLE, "persons": 10_000}}))
    census = PlanCensus(inside=1_000, ever_joined=1_250, joined=200)
    return firm(terms={"insurer": given.pop("insurer", "mutual")}, model=here, census=census, **given)


def test_insurers_lose_the_newcomers_of_a_period() -> None:
    assert business_taken(copy()) == pytest.approx(0.02)


@pytest.mark.parametrize("given", [{"licensed": True}, {"insurer": None}, {"stage": Stage.CLOSING}])
def test_insurers_complain_of_what_looks_like_insurance_and_takes_members_without_a_licence(
    given: dict[str, Any],
) -> None:
    plans = [copy(), copy(**given)]
    assert insurance_like(plans) == plans[:1]
    seen = alarms(supervision(from_insurers=5.0), plans[0].model, plans, 0.0)
    assert seen["insurers"] == pytest.approx(5.0 * 0.02)
    assert alarms(supervision(), plans[0].model, plans, 0.0)["insurers"] == 0.0


def published(case: Scenario, *names: str, **given: Any) -> np.ndarray:
    """Products as they are published: those named on sale everywhere, by sellers who visit a tenth of all people."""
    products = np.zeros(len(case.insurance.products), PRODUCT)
    for row, name in enumerate(case.insurance.products):
        if name in names:
            for field, value in ({"on_sale": 1, "reach": 0.1, "home_to": 1.0} | given).items():
                products[field][row] = value
    return products


@pytest.mark.parametrize(
    ("product", "part"),
    [
        ({}, 0.1),
        ({"on_sale": [0, 1, 1, 0]}, 0.1 * 0.4),  # two fifths of all people live in cities of the first two tiers
        ({"home_from": [0, 0.5, 0.5, 0.5]}, 0.1 * 0.5),
        ({"on_sale": 0}, 0.0),
        ({"sponsored": 1}, 0.0),
    ],
)
def test_agents_visit_people_in_the_cities_where_their_product_is_sold(product: dict[str, Any], part: float) -> None:
    case = simple({"insurance": {"commercial": {"recommends": 0.2}}})
    products = published(case, "commercial", **product)
    assert visited(products[0], case) == pytest.approx(part)
    assert recommended(products, case) == pytest.approx(0.2 * part)


def test_all_agents_who_recommend_plans_are_heard() -> None:
    case = simple({"insurance": {name: {"recommends": 0.2} for name in ("commercial", "second", "third")}})
    assert recommended(published(case, "commercial", "second"), case) == pytest.approx(0.04)


def test_sellers_who_say_nothing_of_plans_are_not_followed_on_their_visits() -> None:
    """What is off costs nothing: there is no world here to look at."""
    Insurer.talk(cast(Any, SimpleNamespace(product=Commercial())))
    with pytest.raises(AttributeError):
        Insurer.talk(cast(Any, SimpleNamespace(product=Commercial(disparages=0.1))))
