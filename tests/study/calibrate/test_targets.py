"""What a fit is held against: facts up to 2020, on their scales, with what they and the model may be off."""

import json
import math
from array import array
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from abm.clock import half_month
from abm.errors import DataError
from abm.observation.facts import FACTS_END, load_facts
from abm.observation.industry import NAME
from abm.observation.precision import CHANCE, LOG, LOGIT, of_sum, own_error
from abm.observation.survival import Survival
from abm.scenario.files import load
from abm.study.calibrate.targets import SAID_BEFORE, Target, read, read_outputs, series_needed, table_of, targets_of
from worlds.made_up import LAUNCH, simulated

MARKET = tuple(load("market").platform)
ALONE = ("xianghubao",)


def named(name: str, platforms: tuple[str, ...] = ALONE) -> Target:
    (found,) = [target for target in targets_of(platforms) if target.name == name]
    return found


def test_every_fact_of_the_market_is_in_one_target_but_those_that_others_say() -> None:
    targets = targets_of(MARKET)
    ids = [fact.id for target in targets for fact in target.facts]
    assert len(ids) == len(set(ids))
    known = {fact.id for name in (*MARKET, NAME) for fact in load_facts(name)}
    assert known - set(ids) == set(SAID_BEFORE)
    assert sum(target.scale == CHANCE for target in targets) == 14
    assert all(target.discrepancy > 0 and target.observation > 0 for target in targets if target.scale != CHANCE)


def test_shares_of_single_half_months_with_few_cases_are_summed() -> None:
    """In May 2019 a member paid 5 and 13 fen, of some forty cases."""
    may = named("F054+F055")
    assert may.observed == pytest.approx(math.log(0.18))
    parts = [fact for fact in load_facts("xianghubao") if fact.id in ("F054", "F055")]
    assert may.observation == of_sum(parts, [own_error(fact) for fact in parts]) ** 2 < own_error(parts[1]) ** 2
    assert may.words == "share a period, 2 half-months, 2019-05"
    series = simulated(share=0.05)
    (shown,) = read([may], series, [], ALONE)
    assert shown == pytest.approx(math.log(0.1))


def test_members_are_on_a_log_scale_and_parts_of_costs_on_a_logit_scale() -> None:
    assert (named("F016").scale, named("F016").observed) == (LOG, pytest.approx(math.log(50e6)))
    costs = named("F133")
    assert (costs.scale, costs.observed) == (LOGIT, pytest.approx(math.log(0.41 / 0.59)))
    assert costs.discrepancy == 0.25**2
    (shown,) = read([costs], simulated(investigation=2, technology=1, other_costs=1, education=0), [], ALONE)
    assert shown == pytest.approx(0.0)


def test_a_run_shows_nothing_of_targets_outside_its_time() -> None:
    run = simulated()
    early = run[[day < date(2020, 6, 1) for day in run["date"]]]
    targets = [named("F016"), named("F091"), named("F294")]
    assert np.isnan(read(targets, early, [], ALONE)).tolist() == [False, True, True]


def test_survival_is_met_or_not_by_the_ends_of_a_run() -> None:
    target = named("F294")
    assert (target.observed, target.words) == (1.0, "open on 2020-12-31")
    ends = [{"platform": "xianghubao", "announced": "2020-11-28", "kind": "active"}]
    assert [*read([target], simulated(), [], ALONE), *read([target], simulated(), ends, ALONE)] == [1.0, 0.0]


def test_of_a_plan_whose_end_was_announced_nothing_is_shown_but_that_it_did_not_live() -> None:
    """Or one run in five without members would be an average of twenty-five million."""
    ends = [{"platform": "xianghubao", "announced": "2020-05-28", "kind": "active"}]
    targets = [named("F016"), named("F091"), named("F040"), named("F294")]
    assert np.isnan(read(targets, simulated(), [], ALONE)).tolist() == [False] * 4
    assert np.isnan(read(targets, simulated(), ends, ALONE)).tolist() == [False, True, True, False]
    others = [{"platform": "waterdrop", "announced": "2020-05-28", "kind": "active"}]
    assert np.isnan(read(targets, simulated(), others, ALONE)).tolist() == [False] * 4


def test_targets_are_read_off_what_a_store_keeps() -> None:
    targets = targets_of(ALONE)
    series = simulated(members=7.0, share=0.2)
    kept = {name: array("d", series[name]) for name in series_needed(targets, ALONE)}
    outputs = {"first_period": float(LAUNCH), "closings:list": json.dumps([]), **kept}
    found = read_outputs(targets, outputs, ALONE)
    assert np.array_equal(found, read(targets, series, [], ALONE), equal_nan=True)
    assert found[[target.name for target in targets].index("F016")] == pytest.approx(math.log(7))


def test_the_industry_is_read_off_all_plans() -> None:
    survivors = named("F224", MARKET)
    columns = series_needed([survivors], MARKET)
    assert "fringe.small_plans" in columns
    days = simulated()["date"]
    run = pd.DataFrame({"date": days} | {name: np.zeros(len(days)) for name in columns})
    assert np.isnan(read([survivors], run, [], MARKET)).all()  # January 2018 is before it
    run["date"] = [date(day.year - 2, day.month, min(day.day, 28)) for day in days]
    run["fringe.small_plans"] = 30.0
    assert read([survivors], run, [], MARKET) - survivors.observed == pytest.approx([math.log(2)])


@pytest.mark.parametrize("day", ["2021-01-14", "2021", "2022-01"])
def test_no_number_of_after_2020_is_a_target(facts_file, day: str) -> None:
    quantity = "per_capita_share_rmb_per_year" if day == "2021" else "cumulative_members"
    with pytest.raises(DataError, match=rf"F9: date = '{day}' is after 2020-12-31; .*forecast"):
        targets_of(ALONE, facts_file(("F1", "2019-04", "cumulative_members", 3), ("F9", day, quantity, 5)))


def test_a_target_cannot_be_made_of_a_later_fact_by_hand() -> None:
    fact = load_facts("xianghubao")[0]
    later = Survival("F8", "xianghubao", date(2021, 1, 31), "open", "no")
    for each in (replace(fact, last=date(2021, 1, 14)), later):
        with pytest.raises(DataError, match=rf"{each.id}: 2021-01-\d\d is after {FACTS_END}"):
            Target("F", "xianghubao", "", LOG, 0.0, 1.0, 1.0, (each,))


def test_no_target_of_the_market_ends_after_2020() -> None:
    days = [fact.day if isinstance(fact, Survival) else fact.last for t in targets_of(MARKET) for fact in t.facts]
    assert max(days) == FACTS_END
    assert half_month(max(days)) == half_month(date(2020, 12, 28))


def test_targets_are_a_table() -> None:
    table = table_of(targets_of(ALONE)).set_index("name")
    assert table.loc["F026", "observation_sd"] == pytest.approx(own_error(named("F026").facts[0]))
    assert set(table["scale"]) == {LOG, LOGIT, CHANCE}


def test_parts_of_a_whole_are_not_summed(tmp_path) -> None:
    head = "id,platform,date,quantity,value,unit,source,confidence,note,log_error,log_discrepancy,summed_as"
    line = "Xianghubao,2020,cost_share_technology,0.3,,a.com,news,,,,x"
    (tmp_path / "facts.csv").write_text(f"{head}\nF1,{line}\nF2,{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"F1: parts of a whole and lower bounds are not summed \(x\)"):
        targets_of(ALONE, str(tmp_path / "facts.csv"))
