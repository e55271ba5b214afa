"""Who is founded: what goes together in a person, and what does not."""

import numpy as np
import pytest

from abm.model import MutualAidModel
from abm.persons.founding import found
from abm.persons.state import Trait
from abm.scenario.files import load
from abm.scenario.tables import incidence_by_age

SINGLE = 1e-6  # relative precision of a number of 32 bits


def test_the_better_off_are_insured_more_often_and_as_many_in_all() -> None:
    """Mechanism A7. Bounds are four standard errors of a share of 10,000 persons, and of one of their two halves."""
    persons = MutualAidModel("xianghubao", persons=10_000, seed=1).persons
    insured = (persons["policies"] & 1) > 0
    assert insured.mean() == pytest.approx(0.32, abs=4 * 0.0047)
    rich = persons["income"] > np.median(persons["income"])
    assert insured[rich].mean() - insured[~rich].mean() > 4 * 0.0094


def test_those_at_high_risk_know_their_frailty_and_the_healthy_think_better_of_theirs() -> None:
    """Four standard errors of a mean over independent persons are allowed."""
    share, multiple, spread, optimism, persons = 0.2, 5.0, 0.4, 0.6, 100_000
    health = {"health.high_risk_share": share, "health.high_risk_multiple": multiple, "health.frailty_spread": spread}
    case = load("xianghubao", health | {"mind.optimism": optimism, "people.persons": persons})
    everybody = found(case, incidence_by_age(case.health), seed=1)
    risky = (everybody["traits"] & Trait.HIGH_RISK) > 0
    assert abs(risky.mean() - share) < 4 * np.sqrt(share * (1 - share) / persons)
    frailty = everybody["frailty"].astype(float)
    mean_square = (1 - share + share * multiple**2) / (1 + share * (multiple - 1)) ** 2 * np.exp(spread**2)
    assert abs(frailty.mean() - 1) < 4 * np.sqrt((mean_square - 1) / persons)
    believed = frailty * np.where(risky, 1.0, optimism)
    np.testing.assert_allclose(everybody["believed_frailty"], believed, rtol=SINGLE)
    spread_found = np.log(frailty[risky]).std()
    assert abs(spread_found - spread) < 4 * spread / np.sqrt(2 * risky.sum())
    assert abs(frailty[risky].mean() / frailty[~risky].mean() / multiple - 1) < 4 * np.sqrt(
        (np.exp(spread**2) - 1) * (1 / risky.sum() + 1 / (~risky).sum())
    )
