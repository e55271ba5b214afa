"""What a scenario may name is what there is: rules of division, grounds for closing, policies."""

from typing import get_args

import pytest

from abm.agents.regulator import named
from abm.platforms.closing import CLOSING_RULES
from abm.platforms.divisions import DIVISIONS
from abm.scenario.institutions import PolicyName, Supervision
from abm.scenario.terms import DivisionName, PlatformTerms, RuleName


def test_every_ground_for_closing_can_be_named_and_no_other() -> None:
    assert list(CLOSING_RULES) == list(get_args(RuleName))
    assert PlatformTerms().closing_rules == get_args(RuleName)


def test_every_rule_of_division_can_be_named_and_no_other() -> None:
    assert list(DIVISIONS) == list(get_args(DivisionName))


@pytest.mark.parametrize("name", get_args(PolicyName))
def test_every_policy_that_can_be_named_is_one(name: str) -> None:
    policy = named(Supervision(policy=name))
    assert type(policy).__name__.lower() == name.replace("_", "")
