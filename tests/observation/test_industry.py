"""Facts of the industry are laid beside all plans of a market together, and beside one plan never."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from abm.clock import half_month
from abm.observation.facts import FACTS_END, PLATFORMS, load_facts
from abm.observation.industry import LARGE, NAME, columns, compare_industry, is_whole
from abm.runs.report import facts_beside, report
from abm.runs.run import run
from abm.scenario.files import load
from worlds.made_up import LAUNCH, SERIES, simulated

PLANS = [*PLATFORMS, "fringe"]
IN_2020 = half_month(date(2020, 7, 28)) - LAUNCH


def industry(**of_all: float) -> pd.DataFrame:
    """All plans with the same series, and the fringe, which stands for ten small plans."""
    made = simulated(**of_all)
    whole = {"date": made["date"]} | {f"{plan}.{name}": made[f"xianghubao.{name}"] for plan in PLANS for name in SERIES}
    whole |= {f"{plan}.small_plans": 10.0 if plan == "fringe" else 0.0 for plan in PLANS}
    return pd.DataFrame(whole | {"persons_in_plans": 7.0})


def beside(series: pd.DataFrame) -> dict[str, float]:
    return {each.fact.id: each.simulated for each in compare_industry(series, PLANS)}


def test_what_the_industry_shared_joined_and_paid_is_the_sum_over_its_plans() -> None:
    """Sums since the launch are read in a straight line: by the end of May 2020 39 half-months and 3 days of 17."""
    found = beside(industry(members_sharing=3, joined=2, aid=5, aided=4))
    assert found["F226"] == 3 * len(PLANS)
    assert found["F231"] == 24 * 5 * len(PLANS)
    assert found["F227"] / (5 * len(PLANS)) == pytest.approx(found["F291"] / (4 * len(PLANS)))
    assert 3 < found["F227"] / (5 * len(PLANS)) < 4
    assert found["F233"] == pytest.approx(2 * len(PLANS) * (39 + 3 / 17))
    assert found["F229"] == 7


def test_plans_above_ten_million_are_counted_at_the_day_and_small_ones_each_for_itself() -> None:
    """A fringe of fifty million in ten plans is none of them; of a hundred and ten million it is ten."""
    series = industry(members=0)
    for plan, members in (("xianghubao", 1e8), ("waterdrop", 1.4e7), ("qingsong", LARGE), ("fringe", 5e7)):
        series[f"{plan}.members"] = members
    assert beside(series)["F288"] == 2
    series.loc[IN_2020, "qingsong.members"] = LARGE + 1  # in one of the two half-months of July
    assert beside(series)["F288"] == 2.5
    series["fringe.members"] = 1.1e8
    assert beside(series)["F288"] == 12.5


def test_one_plan_is_not_the_industry_and_the_market_is() -> None:
    assert compare_industry(simulated(), ["xianghubao"]) == []
    assert is_whole(load("market").platform)
    assert not any(is_whole(load(name).platform) for name in ("xianghubao", "jd", "waterdrop"))
    for missing in PLATFORMS:
        assert not is_whole([plan for plan in PLANS if plan != missing])


def test_facts_of_the_industry_end_with_2020_and_are_read_off_the_columns_that_are_named() -> None:
    facts = load_facts(NAME)
    assert {fact.id for fact in facts} == {"F224", "F226", "F227", "F229", "F231", "F233", "F288", "F291"}
    assert max(fact.last for fact in facts) <= FACTS_END
    needed = columns(facts, NAME, PLANS)
    assert needed < set(industry())
    assert compare_industry(industry()[["date", *sorted(needed)]], PLANS)
    for column in needed:
        with pytest.raises(KeyError):
            compare_industry(industry().drop(columns=column), PLANS)


def test_the_columns_of_a_plans_facts_are_those_they_are_read_off() -> None:
    facts = load_facts("waterdrop")
    assert {f"waterdrop.{name}" for fact in facts for name in fact.meaning.needed} == columns(facts, "waterdrop", PLANS)


def test_a_lower_bound_of_the_industry_is_missed_only_from_below() -> None:
    few, many = (
        {each.fact.id: each.log_ratio for each in compare_industry(industry(aided=aided), PLANS)} for aided in (1, 1e6)
    )
    assert few["F291"] < 0 == many["F291"]


def test_a_market_is_told_with_the_facts_of_the_industry(tmp_path: Path) -> None:
    """Fact by fact in the file, and as a line of the summary; every plan's own facts are there as before."""
    made = run("market", 300, until=date(2019, 1, 14))
    told = report(made, facts_beside(made), tmp_path)
    written = (tmp_path / "facts.txt").read_text(encoding="utf-8")
    heading, industry_facts = written.split("the industry, all plans together: facts beside simulation")
    assert "F227" in industry_facts.split("\n\n")[0]
    assert "F227" not in heading
    assert ["all", "together", "4"] in [line.split()[:3] for line in told.splitlines()]
