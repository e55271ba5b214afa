"""The main job on real numbers: the rise of Xianghubao, its share, and its losses of members.

A hundred thousand persons stand for 829 million, each with fellows who fall ill one by one.
"""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import abm
from abm.model import MutualAidModel
from abm.observation.run import Run

SEEDS = (1, 2, 3, 4)


@pytest.fixture(scope="module")
def runs() -> list[pd.DataFrame]:
    """The series of four histories, by collection day."""
    return [own(abm.run(drive="compiled", seed=seed)) for seed in SEEDS]


def own(run: Run) -> pd.DataFrame:
    """The series by day, platform names dropped."""
    table = run.series.rename(columns=lambda name: name.removeprefix("xianghubao."))
    return table.set_index(pd.to_datetime(table["date"])).drop(columns="date")


def test_membership_reaches_about_a_hundred_million_by_the_end_of_2020(runs: list[pd.DataFrame]) -> None:
    for run in runs:
        assert 80e6 < run.loc["2020-12-28", "members"] < 130e6
        assert 80e6 < run["members"].max() < 130e6


def test_growth_gathers_way_after_the_launch_and_slows_as_the_willing_run_out(runs: list[pd.DataFrame]) -> None:
    """S-shaped: after the rush of the launch the increments rise into the spring of 2019 and then fall by half."""
    for run in runs:
        growth = run["members"].diff()
        winter = growth["2018-11-28":"2019-01-28"].mean()  # type: ignore[misc]
        spring = growth["2019-03-01":"2019-05-31"].mean()  # type: ignore[misc]
        later = growth["2020-08-01":"2020-12-31"].mean()  # type: ignore[misc]
        assert spring > winter
        assert later < spring / 2


def test_the_first_collection_of_2019_is_below_ten_fen(runs: list[pd.DataFrame]) -> None:
    for run in runs:
        assert run.loc["2019-01-14", "share"] < 0.1


def test_the_share_stays_between_two_and_eight_yuan_through_most_of_2020(runs: list[pd.DataFrame]) -> None:
    for run in runs:
        share = run["share"]
        assert ((share > 2) & (share < 8))["2020-01-01":"2020-12-31"].mean() > 0.6  # type: ignore[misc]
        assert share["2020-05-01":"2020-12-31"].between(2, 8).all()  # type: ignore[misc]


def test_in_the_pandemic_few_claims_are_decided_and_the_backlog_comes_back(runs: list[pd.DataFrame]) -> None:
    series = ("filed", "aided", "refused", "backlog")
    filed, aided, refused, backlog = (sum(run[name] for run in runs) for name in series)
    decided = aided + refused
    halt, release = slice("2020-02-01", "2020-04-30"), slice("2020-05-01", "2020-07-31")
    assert decided[halt].sum() < 0.85 * filed[halt].sum()
    assert decided[release].sum() > 1.2 * filed[release].sum()
    assert backlog["2020-04-28"] > 1.5 * backlog["2020-01-28"] > backlog["2020-08-28"]


def test_the_share_rises_while_hardly_anybody_leaves_because_the_pool_matures(runs: list[pd.DataFrame]) -> None:
    for run in runs:
        assert run["left"]["2019-01-01":"2019-08-31"].sum() < 0.05 * run.loc["2019-08-28", "members"]  # type: ignore[misc]
        per_member = run["filed"] / run["members"]
        early = per_member["2019-02-01":"2019-04-30"].mean()  # type: ignore[misc]
        late = per_member["2019-08-01":"2019-12-31"].mean()  # type: ignore[misc]
        assert late > 2 * early


def test_risk_falls_while_the_pool_grows_and_it_is_the_healthy_who_leave(runs: list[pd.DataFrame]) -> None:
    for run in runs:
        assert run["relative_risk"]["2020-05-28"] < run["relative_risk"]["2019-02-28"]
        leavers = np.average(run["leavers_risk"].fillna(0), weights=run["left"])
        assert leavers < 0.5 * run["risk"].mean()


@pytest.mark.slow
def test_the_number_of_the_aided_does_not_depend_on_how_many_are_simulated() -> None:
    """Between seeds the aided of 2019 differ by some 5 % at 10,000 persons and 1 % at 300,000."""

    def aided(persons: int, seeds: int) -> float:
        until = date(2019, 12, 31)
        runs = [own(abm.run(persons=persons, seed=seed, until=until, drive="compiled")) for seed in range(seeds)]
        return float(np.mean([run["aided"].sum() for run in runs]))

    few, many = aided(10_000, 10), aided(300_000, 2)
    assert abs(few - many) < 3 * np.hypot(0.05 / np.sqrt(10), 0.01 / np.sqrt(2)) * many


def test_shares_move_as_little_from_period_to_period_as_those_of_a_hundred_million_members() -> None:
    """By three thousand cases a period: two in a hundred, and not several times the mean as where one is thousands."""
    for persons in (3_000, 30_000):
        share = own(abm.run(persons=persons, seed=1, drive="compiled")).loc["2021-01-01":, "share"]  # type: ignore[misc]
        jumps = np.sort(share.diff().abs().to_numpy()[1:])[:-1]  # without that of the period in which staff begins
        assert np.sqrt((jumps**2).mean() / 2) < 1.5 * 0.0203 * share.mean()


def test_the_platform_loses_money_though_it_takes_hundreds_of_millions_in_fees(runs: list[pd.DataFrame]) -> None:
    year = sum(run.loc["2020-01-01":"2020-12-31", ["fee", "surplus"]].sum() for run in runs) / len(runs)  # type: ignore[misc]
    assert year["fee"] > 400e6
    assert year["surplus"] < 0


def test_selection_needs_people_who_differ_in_risk() -> None:
    """Switched off: with one frailty, one sex and one age for all, those who leave are no healthier."""
    model = MutualAidModel(
        persons=200_000, seed=1, changes={"health.frailty_spread": 0.0, "health.high_risk_multiple": 1.0}
    )
    model.persons["age_at_start"], model.persons["traits"] = 35, 4
    while model.running:
        model.step()
    table = model.datacollector.get_model_vars_dataframe()
    assert table["xianghubao.relative_risk"].dropna().between(1 - 1e-6, 1 + 1e-6).all()
