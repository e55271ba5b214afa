"""How well facts are known, and how near to them a model is asked to come."""

import math

import pytest

from abm.errors import DataError
from abm.observation.facts import PLATFORMS, load_facts
from abm.observation.industry import NAME
from abm.observation.precision import ALLOWED, COUNTED, EVEN, allowance, of_sum, own_error, rounding, scaled
from abm.observation.quantities import KINDS, QUANTITIES

HEAD = "id,platform,date,quantity,value,unit,source,confidence,note,log_error,log_discrepancy,summed_as"


def facts_of(tmp_path, *lines: str):
    path = tmp_path / "facts.csv"
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return load_facts("xianghubao", str(path))


@pytest.mark.parametrize(
    ("value", "over"), [(27e6, 1 / 27), (81_050_000, 1 / 8105), (1e8, 0.1), (0.03, 0.1), (29.17, 1 / 2917), (0, 0)]
)
def test_a_number_is_as_vague_as_its_last_digit_and_never_more_than_a_tenth(value: float, over: float) -> None:
    """An even spread over one unit of the last digit has a standard deviation of the unit over the root of twelve."""
    assert rounding(value) == pytest.approx(over / EVEN)


def test_the_error_of_members_is_of_rounding_and_of_what_is_counted() -> None:
    facts = {fact.id: fact for fact in load_facts("xianghubao")}
    assert own_error(facts["F011"]) == pytest.approx(math.hypot(1 / 27 / EVEN, COUNTED["cumulative_members"]))
    assert own_error(facts["F026"]) < own_error(facts["F024"]) < own_error(facts["F031"])  # shared, active, announced


def test_few_cases_are_chance() -> None:
    facts = {fact.id: fact for fact in load_facts("xianghubao")}
    assert own_error(facts["F021"]) == pytest.approx(1 / math.sqrt(36), rel=0.02)
    assert own_error(facts["F091"]) < 0.01


def test_the_error_of_a_part_is_that_of_its_logit(tmp_path) -> None:
    """Rounded to hundredths, 41 % is 0.0029 off, and the slope of the logit there is 1 / (0.41 x 0.59)."""
    (fact,) = facts_of(tmp_path, "F1,Xianghubao,2020,cost_share_investigation,0.41,,a.com,news,,,,")
    assert own_error(fact) == pytest.approx(0.01 / EVEN / (0.41 * 0.59))
    assert scaled(0.41 + 0.01 / EVEN, "1") - scaled(0.41, "1") == pytest.approx(own_error(fact), rel=0.02)


def test_a_row_says_its_own_error_and_allowance(tmp_path) -> None:
    line = "F1,Xianghubao,2019-04,cumulative_members,50,,a.com,news,"
    (said,), (by_rule,) = facts_of(tmp_path, f"{line},0.3,0.7,"), facts_of(tmp_path, f"{line},,,")
    assert (own_error(said), allowance(said)) == (0.3, 0.7)
    assert (own_error(by_rule), allowance(by_rule)) == (pytest.approx(math.hypot(0.1 / EVEN, 0.05)), 0.1)


@pytest.mark.parametrize(("column", "text"), [(9, "much"), (9, "-0.1"), (9, "nan"), (10, "0"), (10, "inf")])
def test_an_error_that_is_none_is_named(tmp_path, column: int, text: str) -> None:
    cells = ["F1", "Xianghubao", "2019-04", "members", "50", "", "a.com", "news", "", "", "", ""]
    cells[column] = text
    with pytest.raises(DataError, match=rf"F1: log_\w+ = '{text}' must be a number above 0"):
        facts_of(tmp_path, ",".join(cells))


def test_a_file_without_these_columns_is_read_as_before(facts_file) -> None:
    (fact,) = load_facts("xianghubao", facts_file(("F1", "2019-04", "members", 50)))
    assert (fact.log_error, fact.log_discrepancy, fact.summed_as) == (None, None, "")


def test_a_sum_is_better_known_than_its_parts(tmp_path) -> None:
    """Two equal amounts with the same error: their sum has that error over the root of two."""
    line = "Xianghubao,2019-05-14,per_capita_share_rmb_per_period,0.2,,a.com,news,,0.3,,x"
    facts = facts_of(tmp_path, f"F1,{line}", f"F2,{line}")
    assert of_sum(facts, [0.3, 0.3]) == pytest.approx(0.3 / math.sqrt(2))


def test_every_kind_has_an_allowance_and_every_fact_an_error() -> None:
    assert set(ALLOWED) == set(KINDS)
    assert set(COUNTED) <= set(QUANTITIES)
    assert {ALLOWED[kind] for kind in ("members", "money", "share")} == {0.1, 0.2, 0.25}
    facts = [fact for name in (*PLATFORMS, NAME) for fact in load_facts(name)]
    assert all(0 < own_error(fact) < 0.75 for fact in facts)
    assert all(0.1 <= allowance(fact) <= 0.7 for fact in facts)
