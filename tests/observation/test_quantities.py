"""Dates of every precision and quantities of every kind meet the half-months they speak of."""

from datetime import date

import numpy as np
import pytest

from abm.clock import half_month
from abm.errors import DataError
from abm.observation.quantities import WAIT, span
from worlds.made_up import LAUNCH, ramp, simulated


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019-04-11", date(2019, 4, 11), date(2019, 4, 11)),
        ("2019-04", date(2019, 4, 1), date(2019, 4, 30)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2020-12", date(2020, 12, 1), date(2020, 12, 31)),
        ("2020Q2", date(2020, 4, 1), date(2020, 6, 30)),
        ("2020Q4", date(2020, 10, 1), date(2020, 12, 31)),
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
    ],
)
def test_a_date_of_any_precision_is_a_span_of_days(text, first, last):
    assert span(text) == (first, last)


def test_three_months_from_november_end_in_january():
    assert span("2019-11", months=3) == (date(2019, 11, 1), date(2020, 1, 31))


@pytest.mark.parametrize("text", ["2019-13", "2019-02-30", "2019-00", "2019-04-00", "0000"])
def test_a_date_that_is_not_in_the_calendar_is_refused(text):
    with pytest.raises(DataError, match=f"date = '{text}' is not in the calendar"):
        span(text)


@pytest.mark.parametrize("text", ["", "2019Q5", "April 2019", "2019-4", "2018-2020", "2019-04-11T00"])
def test_a_date_that_is_none_is_refused_with_examples(text):
    with pytest.raises(DataError, match="must read like 2019-04-11, 2019-04, 2020Q2 or 2019"):
        span(text)


@pytest.mark.parametrize("day", ["2019-06-28", "2019-06-21", "2019-06-30", "2019-06-16"])
def test_a_share_belongs_to_the_half_month_in_which_it_was_published(beside, day):
    step = half_month(date(2019, 6, 28)) - LAUNCH + 1
    assert beside(ramp("share"), day, "per_capita_share_rmb_per_period") == step


def test_sharing_members_are_those_over_whom_the_aid_was_divided(beside):
    series = simulated(members=9, members_sharing=4, joined=7)
    assert beside(series, "2020-11-14", "sharing_members_period") == 4
    assert beside(series, "2020-11-14", "cumulative_members") == 9


def test_members_of_the_launch_week_stand_between_nobody_and_the_first_collection_day(beside):
    # 14 October to 28 October are 14 days; three and ten of them have passed
    assert beside(simulated(members=14), "2018-10-17", "cumulative_members") == pytest.approx(3)
    assert beside(simulated(members=14), "2018-10-24", "cumulative_members") == pytest.approx(10)


def test_members_announced_in_a_month_are_the_mean_of_its_two_half_months(beside):
    june = half_month(date(2019, 6, 14)) - LAUNCH + 1
    assert beside(ramp("members"), "2019-06", "cumulative_members") == june + 0.5


def test_peak_members_are_the_most_of_the_year_only(beside):
    december = half_month(date(2020, 12, 28)) - LAUNCH + 1
    assert beside(ramp("members"), "2020", "peak_members") == december


def test_joined_members_are_summed_from_the_launch(beside):
    assert beside(simulated(joined=5), "2020-12-28", "cumulative_joined") == 5 * (
        half_month(date(2020, 12, 28)) - LAUNCH + 1
    )


def test_a_years_shares_are_the_sum_of_twenty_four(beside):
    assert beside(simulated(share=2), "2019", "per_capita_share_rmb_per_year") == 48


def test_shares_paid_in_the_year_so_far_are_those_collected_by_the_day(beside):
    # Collected from 14 January to 28 July; those published on 7 August are collected on the 14th.
    assert beside(simulated(share=1), "2019-08-09", "per_capita_share_year_to_date") == 14
    assert beside(simulated(share=1), "2019-08-14", "per_capita_share_year_to_date") == 15


def test_the_dip_of_the_pandemic_is_the_mean_from_february_to_april(beside):
    february = half_month(date(2020, 2, 14)) - LAUNCH + 1
    assert beside(ramp("share"), "2020-02", "per_capita_share_covid_dip") == np.mean(february + np.arange(6))


def test_a_quarters_fee_is_the_sum_of_six_half_months(beside):
    assert beside(simulated(fee=2), "2020Q2", "fee_income_rmb_quarter") == 12


def test_the_mix_of_members_is_read_when_they_are_covered(beside):
    day = half_month(date(2018, 12, 31)) - LAUNCH + 1
    assert WAIT == 6
    assert beside(ramp("under_30"), "2018-12-31", "share_members_under30") == day + 6


def test_a_share_of_costs_is_a_part_of_what_the_work_costs_in_the_year(beside):
    """4 of 10 in each half-month; subsidies to members are no cost of the work."""
    series = simulated(investigation=4, technology=3, other_costs=2, education=1, subsidy=90)
    assert beside(series, "2020", "cost_share_investigation") == pytest.approx(0.4)
    assert beside(series, "2020", "cost_share_technology") == pytest.approx(0.3)


def test_a_share_of_the_years_costs_weighs_half_months_by_what_they_cost(beside):
    """After 12 half-months with 1 of 2 come 12 with 9 of 10: 120 of 144 in the year, and not the mean of the shares."""
    series = simulated(investigation=1, technology=1, other_costs=0, education=0)
    late = [day >= date(2020, 7, 1) for day in series["date"]]
    series.loc[late, "xianghubao.investigation"] = 9.0
    assert beside(series, "2020", "cost_share_investigation") == pytest.approx(120 / 144)


def test_a_share_of_no_costs_is_none(beside):
    none = simulated(investigation=0, technology=0, other_costs=0, education=0)
    assert np.isnan(beside(none, "2020", "cost_share_technology"))


def test_who_never_bought_health_cover_is_who_has_none_once_covered(beside):
    """Of the two half-months of October 2018, read six half-months later, as every mix of members is."""
    series = ramp("insured")
    series["xianghubao.insured"] /= 100
    october = half_month(date(2018, 10, 28)) - LAUNCH + 1
    assert beside(series, "2018-10", "survey_never_bought_health_cover") == pytest.approx(1 - (october + 5.5) / 100)


def test_of_a_month_in_which_the_first_members_came_the_days_before_them_do_not_count(beside):
    series = ramp("insured")
    series["xianghubao.insured"] /= 100
    october = half_month(date(2018, 10, 28)) - LAUNCH
    series.loc[: october + 5, "xianghubao.insured"] = np.nan
    assert beside(series, "2018-10", "survey_never_bought_health_cover") == pytest.approx(1 - (october + 7) / 100)
    series["xianghubao.insured"] = np.nan
    assert np.isnan(beside(series, "2018-10", "survey_never_bought_health_cover"))


def test_aid_is_summed_without_the_fee(beside):
    assert beside(simulated(aid=3, fee=1), "2020", "aid_paid_rmb") == 72
    steps = half_month(date(2019, 3, 28)) - LAUNCH + 1
    assert beside(simulated(aid=3, fee=1), "2019-03-28", "aid_paid_cumulative_rmb") == 3 * steps
