"""What plans take from insurers, by hand."""

from datetime import date
from typing import Any

import pytest

from abm.platforms.alarms import alarms
from abm.platforms.census import PlanCensus
from abm.platforms.closing import Stage
from abm.platforms.rivalry import business_taken, disparaged, insurance_like, recommended, visited
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


LAUNCHES = [date(2019, 1, 1), date(2020, 1, 1), date(2021, 1, 1)]


@pytest.mark.parametrize(
    ("product", "part"),
    [
        ({}, 0.1),
        ({"launches": LAUNCHES}, 0.1 * 0.4),  # two fifths of all people live in cities of the first two tiers
        ({"on_sale": False}, 0.0),
        ({"sponsored": True}, 0.0),
    ],
)
def test_agents_visit_people_in_the_cities_where_their_product_is_sold(product: dict[str, Any], part: float) -> None:
    sold = {"on_sale": True, "reach": 0.1, "disparages": 0.5, "recommends": 0.2} | product
    case, day = simple({"insurance": {"commercial": sold}}), date(2020, 6, 1)
    assert visited(case.insurance.commercial, case, day) == pytest.approx(part)
    assert disparaged(case.insurance.commercial, case, day) == pytest.approx(0.5 * part)
    assert recommended(case, day) == pytest.approx(0.2 * part)


def test_all_agents_who_recommend_plans_are_heard() -> None:
    sold = {"on_sale": True, "reach": 0.1, "recommends": 0.2}
    case = simple({"insurance": {"commercial": sold, "second": sold | {"premium": 5.0}, "third": {"reach": 0.1}}})
    assert recommended(case, date(2020, 6, 1)) == pytest.approx(0.04)
