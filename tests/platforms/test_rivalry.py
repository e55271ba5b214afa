"""What plans take from insurers, by hand."""

from typing import Any

import pytest

from abm.platforms.alarms import alarms
from abm.platforms.census import PlanCensus
from abm.platforms.closing import Stage
from abm.platforms.rivalry import business_taken, insurance_like
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
