"""What an insurer makes of the experience of a year, by hand."""

import pytest

from abm.platforms.policy_year import change_of_premium, claims_paid_for, fails, loss_ratio
from abm.scenario.insurance import PolicyYear


def test_a_subsidy_counts_as_premiums() -> None:
    assert loss_ratio(1_000, 900, PolicyYear()) == 0.9
    assert loss_ratio(1_000, 900, PolicyYear(subsidy=0.5)) == pytest.approx(0.6)
    assert loss_ratio(0, 0, PolicyYear()) == 0


def test_the_premium_goes_a_part_of_the_way_to_what_the_claims_ask_for_and_no_further_than_it_may() -> None:
    half = PolicyYear(premium_response=0.5, aimed_loss_ratio=0.8, highest_rise=0.25)
    assert change_of_premium(0.8, half) == 1
    assert change_of_premium(0.96, half) == pytest.approx(1.1)
    assert change_of_premium(0.64, half) == pytest.approx(0.9)
    assert change_of_premium(8, half) == 1.25
    assert change_of_premium(0, half) == 0.8
    assert change_of_premium(8, PolicyYear()) == 1


def test_nobody_goes_on_after_a_year_beyond_what_can_be_borne() -> None:
    year = PolicyYear(may_fail=True, bearable_loss_ratio=1.5)
    assert not fails(1.5, year)
    assert fails(1.6, year)
    assert not fails(100, PolicyYear(may_fail=False, bearable_loss_ratio=1.5))


def test_how_much_a_year_says_is_told_by_what_was_paid_in_and_not_by_the_claims_that_came() -> None:
    """Premiums of 1,000 and a half as much by the city, four fifths of which are to come back in claims of 40 each."""
    year = PolicyYear(subsidy=0.5, aimed_loss_ratio=0.8)
    assert claims_paid_for(1_000, 40, year) == pytest.approx(30)
    assert claims_paid_for(0, 40, year) == 0
