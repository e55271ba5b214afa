"""Facts of the time that was forecast are laid on what tells them; what cannot be is listed, and a slip is a line."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from abm.errors import DataError, FileError
from abm.observation.facts import PLATFORMS
from abm.study.forecast.ensemble import KNOWN
from abm.study.forecast.observed import ABOVE, BELOW, ENDINGS, READINGS, Facts, plan_of, read_facts
from abm.study.forecast.scores import sample
from worlds.forecasts import HEAD, PLAN, STEPS, ensemble

Laid = Callable[..., Facts]


@pytest.fixture
def laid(tmp_path: Path) -> Laid:
    """Lay rows of (platform, date, quantity, value, unit) on a made-up forecast."""

    def lay(*rows: tuple[str, ...], runs=None) -> Facts:
        lines = []
        for number, row in enumerate(rows):
            platform, day, quantity, value, unit = (*row, "")[:5]
            lines.append(f"M{number},{platform},{day},{quantity},{value},{unit},made up,made up,")
        (tmp_path / "facts.csv").write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
        return read_facts(tmp_path / "facts.csv", ensemble() if runs is None else runs)

    return lay


def growing() -> np.ndarray:
    """1 in the first half-month of December 2020, 2 in the second, and so on."""
    return np.tile(np.arange(1.0, KNOWN + STEPS + 1), (3, 1))


@pytest.mark.parametrize(
    ("quantity", "day", "series", "value"),
    [
        ("members", "2021-01-28", "members", 4),
        ("members", "2021-02", "members", 5.5),
        ("cumulative_members", "2021-01-28", "members", 4),
        ("active_members", "2021-01-28", "members", 4),
        ("members_bound", "2021-01-28", "members", 4),
        ("sharing_members_period", "2021-01-21", "members_sharing", 4),
        ("sharing_members", "2021-01", "members_sharing", 3.5),
        ("per_capita_share_rmb_per_period", "2021-01-14", "share", 3),
        ("aided_members_period", "2022-01-28", "aided", 28),
        ("aid_paid_rmb_period", "2021-01-07", "aid", 3),
        ("aided_members_cumulative", "2021-01-28", "aided", 100 + 1 + 2 + 3 + 4),
        ("aided_members_cumulative", "2021-12-28", "aided", 100 + 26 * 27 / 2),
        ("aided_members_cumulative", "2021", "aided", 100 + 26 * 27 / 2 + 27 * 3 / 17),  # by day to the 14th
        ("raised_rmb_cumulative", "2021-01-14", "aid", 100 + 1 + 2 + 3),
        ("aid_paid_cumulative_rmb", "2021-01-14", "aid", 100 + 1 + 2 + 3),
        ("net_exit_per_month", "2021-03", "members", -2),
        ("net_exit_per_month", "2021Q2", "members", -2),
        ("net_exit_per_month", "2021-03-31", "members", -2),
        ("closure_cost_rmb", "2021-12-31", "returned", sum(range(3, 29))),
    ],
)
def test_each_quantity_is_read_off_its_series_as_facts_until_2020_are(
    laid: Laid, quantity: str, day: str, series: str, value: float
) -> None:
    runs = ensemble(**{series: growing()})
    facts = laid(("Xianghubao", day, quantity, ">7" if "bound" in quantity else "7"), runs=runs)
    assert facts.left == []
    (fact,) = facts.numbers
    said = sample(runs, fact)
    assert said is not None
    assert said.values == pytest.approx([value] * 3)


def test_every_quantity_asked_for_can_be_placed() -> None:
    asked = """members members_bound sharing_members_period per_capita_share_rmb_per_period aided_members_period
        aid_paid_rmb_period aided_members_cumulative raised_rmb_cumulative net_exit_per_month closure_announced
        closure_date closure_cost_rmb converted_to_insurance"""
    assert set(asked.split()) <= {*READINGS, *ENDINGS}


@pytest.mark.parametrize(
    ("quantity", "value", "unit", "bound"),
    [
        ("members", "5", "", ""),
        ("members", ">5", "", ABOVE),
        ("members", ">= 5", "", ABOVE),
        ("members", "<5", "", BELOW),
        ("members_bound", "above 5", "", ABOVE),
        ("members_bound", "below 5", "", BELOW),
        ("members_bound", "5", "persons above", ABOVE),
        ("members_bound", "5", "persons below", BELOW),
        ("members_bound_above", "5", "", ABOVE),
        ("members_bound_below", "5", "", BELOW),
        ("members_bound below", "5", "", BELOW),
    ],
)
def test_a_bound_says_on_which_side_of_it_the_truth_is(
    laid: Laid, quantity: str, value: str, unit: str, bound: str
) -> None:
    (fact,) = laid(("Xianghubao", "2021-03", quantity, value, unit)).numbers
    assert (fact.value, fact.bound) == (5, bound)


def test_exits_alone_may_be_below_nothing(laid: Laid) -> None:
    (fact,) = laid(("Xianghubao", "2021-03", "net_exit_per_month", "-3e5")).numbers
    assert fact.value == -300_000


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("Xianghubao", "2021-03", "owner", "somebody"), "the forecast does not tell it"),
        (("Xianghubao", "sometime", "owner", "somebody"), "the forecast does not tell it"),
        (("Nobody", "2021-03", "members", "5"), "no such plan in the forecast"),
        (("Waterdrop Mutual", "2021-03", "members", "5"), "no such plan in the forecast"),
        (("Xianghubao", "2022-02-01", "members", "5"), "after the end of the forecast"),
        (("Xianghubao", "2020-03", "members", "5"), "before the forecast; references may start from it"),
        (("Xianghubao", "2021-03", "members_bound", "5"), "a bound, and neither above nor below"),
        (("Xianghubao", "2020-08", "closure_announced", "yes"), "before the forecast"),
        (("Xianghubao", "2021-12", "converted_to_insurance", "500000"), "how many were converted is not told"),
    ],
)
def test_what_cannot_be_placed_is_listed_with_the_reason(laid: Laid, row: tuple[str, ...], reason: str) -> None:
    facts = laid(row)
    assert (facts.numbers, facts.endings) == ([], [])
    (left,) = facts.left
    assert left.reason.startswith(reason)
    assert (left.id, left.platform, left.date, left.quantity) == ("M0", *row[:3])


def test_what_the_runs_did_not_keep_is_listed(laid: Laid) -> None:
    runs = ensemble()
    for name in ("share", "conversion"):
        del runs.series[f"{PLAN}.{name}"]  # type: ignore[attr-defined]
    facts = laid(
        ("Xianghubao", "2021-03", "per_capita_share_rmb_per_period", "5"),
        ("Xianghubao", "2021-03", "converted_to_insurance", "yes"),
        runs=runs,
    )
    assert {left.reason for left in facts.left} == {"the runs of the forecast did not keep it"}
    assert len(facts.left) == 2


def test_numbers_until_2020_are_known_and_not_scored(laid: Laid) -> None:
    early = [("Xianghubao", "2020", "members", "5"), ("Xianghubao", "2020-12-31", "aided_members_cumulative", "5")]
    facts = laid(*early, ("Xianghubao", "2021-01-01", "members", "5"))
    assert [each.id for each in facts.known] == ["M0", "M1"]
    assert [each.id for each in facts.numbers] == ["M2"]


def test_an_end_has_the_day_of_its_value_or_of_its_row(laid: Laid) -> None:
    facts = laid(
        ("Xianghubao", "2021-03-26", "closure_announced", "2021-03-26"),
        ("Xianghubao", "2021-04", "closure_announced", "yes"),
        ("Xianghubao", "2021-05", "closure_date", ""),
        ("Xianghubao", "2021-12", "closure_announced", "no"),
        ("Xianghubao", "2021-06-30", "converted_to_insurance", "1"),
        ("Xianghubao", "2021-01-01", "closure_date", "2021-06"),
    )
    assert [(each.what, each.day, each.happened) for each in facts.endings] == [
        ("announced", date(2021, 3, 26), True),
        ("announced", date(2021, 4, 30), True),
        ("ended", date(2021, 5, 31), True),
        ("announced", date(2021, 12, 31), False),
        ("converted", date(2021, 6, 30), True),
        ("ended", date(2021, 6, 30), True),
    ]


@pytest.mark.parametrize(
    ("name", "plan"),
    [
        ("Xianghubao", "xianghubao"),
        ("xianghubao", "xianghubao"),
        ("Xianghubao Mutual Aid", "xianghubao"),
        ("Xianghubao_elderly", "elderly"),
        ("Waterdrop", "waterdrop"),
        ("Waterdrop Mutual", "waterdrop"),
        ("Sina", "sina"),
        ("Xiaomi Mutual", "xiaomi"),
        ("360 Mutual", "qihoo360"),
        ("JD Hubao", "jd"),
        ("Suning Ningbubao", "suning"),
        ("Xianghubao of the moon", None),
        ("Mutual", None),
        ("", None),
    ],
)
def test_a_plan_is_known_by_its_name_and_by_words_that_add_nothing(name: str, plan: str | None) -> None:
    assert plan_of(name, [*PLATFORMS, "xiaomi", "sina", "fringe"]) == plan


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("Xianghubao", "2021-3", "members", "5"), "date = '2021-3' must read like 2019-04-11"),
        (("Xianghubao", "2021-2022", "members", "5"), "date = '2021-2022' must read like 2019-04-11"),
        (("Xianghubao", "", "closure_announced", "yes"), "date = '' must read like 2019-04-11"),
        (("Xianghubao", "2021-02-30", "members", "5"), "date = '2021-02-30' is not in the calendar"),
        (("Xianghubao", "2021-03", "members", "many"), "value = 'many' of members must be a number from 0 up"),
        (("Xianghubao", "2021-03", "members", ""), "value = '' of members must be a number from 0 up"),
        (("Xianghubao", "2021-03", "members", "nan"), "value = 'nan' of members must be a number from 0 up"),
        (("Xianghubao", "2021-03", "members", "-1"), "value = '-1' of members must be a number from 0 up"),
        (("Xianghubao", "2021-03", "net_exit_per_month", "x"), "value = 'x' of net_exit_per_month must be a number"),
        (("Xianghubao", "2021-03", "closure_date", "soon"), "value = 'soon' of closure_date must be a day, yes or no"),
    ],
)
def test_a_row_that_cannot_be_read_is_listed_and_the_others_count(laid: Laid, row: tuple[str, ...], words: str) -> None:
    facts = laid(row, ("Xianghubao", "2021-03", "members", "5"))
    assert [each.id for each in facts.numbers] == ["M1"]
    assert facts.endings == []
    (left,) = facts.left
    assert left.id == "M0"
    assert left.reason.startswith(words)
    assert "\n" not in left.reason


def test_a_day_in_the_value_needs_none_in_the_row(laid: Laid) -> None:
    (end,) = laid(("Xianghubao", "", "closure_date", "2021-06-30")).endings
    assert end.day == date(2021, 6, 30)


def test_an_end_of_an_unknown_month_is_listed(laid: Laid) -> None:
    """Of what had not happened, or happens once, the month is not asked."""
    facts = laid(
        ("Xianghubao", "2021", "closure_announced", "yes"),
        ("Xianghubao", "2021-12-31", "closure_date", "2021Q3"),
        ("Xianghubao", "2021", "closure_announced", "no"),
        ("Xianghubao", "2021", "converted_to_insurance", "yes"),
    )
    assert [(left.id, left.reason) for left in facts.left] == [
        ("M0", "the month of it is not known"),
        ("M1", "the month of it is not known"),
    ]
    assert [(each.id, each.happened) for each in facts.endings] == [("M2", False), ("M3", True)]


def test_what_is_observed_twice_counts_once(laid: Laid) -> None:
    same = ("Xianghubao", "2021-03-28", "members", "5")
    another = [("Xianghubao", "2021-03-28", "members", "6"), ("Xianghubao", "2021-03-28", "members", ">5")]
    facts = laid(same, ("Xianghubao", "2021-03-28", "active_members", "5e0"), *another)
    assert [each.id for each in facts.numbers] == ["M0", "M2", "M3"]
    assert [(left.id, left.reason) for left in facts.left] == [("M1", "says again what M0 says")]


def test_each_row_has_an_id_of_its_own_or_its_number(tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    days = ("2021-03", "2021-04", "2021-05")
    ids = ("M1", "M1", "")
    rows = [f"{name},Xianghubao,{day},members,5,,,," for name, day in zip(ids, days, strict=True)]
    path.write_text("\n".join([HEAD, *rows, "", ",,", rows[2]]) + "\n", encoding="utf-8")
    facts = read_facts(path, ensemble())
    assert [each.id for each in facts.numbers] == ["M1", "row 3"]
    assert [(left.id, left.reason) for left in facts.left] == [
        ("M1", "its id is there already; each fact needs one of its own"),
        ("row 4", "the forecast does not tell it"),
        ("row 5", "says again what row 3 says"),
    ]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_table_of_a_spreadsheet_is_read(ends: str, tmp_path: Path) -> None:
    """With a mark of its encoding, and lines that end as there."""
    path = tmp_path / "facts.csv"
    text = ends.join([HEAD, "M1,Xianghubao,2021-03,members,5,,,,相互宝", ""])
    path.write_bytes(text.encode("utf-8-sig"))
    (fact,) = read_facts(path, ensemble()).numbers
    assert (fact.id, fact.value) == ("M1", 5)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_table_in_another_encoding_is_refused_in_a_line(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    path.write_bytes(f"{HEAD}\nM1,Xianghubao,2021-03,members,5,,,,相互宝\n".encode(encoding))
    with pytest.raises(FileError, match=r"facts\.csv: cannot be read: 'utf-8' codec can't decode") as said:
        read_facts(path, ensemble())
    assert "\n" not in str(said.value)


def test_a_file_that_is_no_table_of_facts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    with pytest.raises(FileError, match="cannot be read"):
        read_facts(path, ensemble())
    path.write_text("id,platform,date,value,unit,source,confidence,note\n", encoding="utf-8")
    with pytest.raises(DataError, match="has no column quantity"):
        read_facts(path, ensemble())
    path.write_text(f"{HEAD}\n", encoding="utf-8")
    with pytest.raises(DataError, match="has no rows"):
        read_facts(path, ensemble())
    path.write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="has no column id, platform"):
        read_facts(path, ensemble())


def test_the_facts_until_2020_can_be_given_and_none_of_them_is_scored() -> None:
    facts = read_facts(Path(__file__).parents[2] / "abm" / "data" / "facts.csv", ensemble())
    assert [each for each in facts.numbers if each.last <= date(2020, 12, 31)] == []
    assert facts.known
