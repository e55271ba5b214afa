"""Whether a plan was open on a day is a fact that a run meets or not."""

from datetime import date

import pytest

from abm.errors import DataError
from abm.observation.survival import Survival, load_survival
from abm.scenario.files import load

LAST = date(2020, 12, 31)
HEAD = "id,platform,date,quantity,value,unit,source,confidence,note"


def end(day: str, kind: str = "active", platform: str = "baidu") -> dict[str, str]:
    return {"platform": platform, "announced": day, "kind": kind}


def test_twelve_plans_were_open_at_the_end_of_2020_and_one_had_closed_passively() -> None:
    facts = load_survival(load("market").platform)
    assert {fact.platform for fact in facts if fact.words == "open"} == {
        *("xianghubao", "waterdrop", "qingsong", "meituan", "wukong", "xiaomi"),
        *("qihoo360", "didi", "suning", "sina", "ehuzhu", "kangai"),
    }
    assert [(fact.platform, fact.words) for fact in facts if fact.words != "open"] == [
        ("baidu", "closed"),
        ("baidu", "closed, passive"),
    ]
    assert {fact.day for fact in facts} == {LAST}


@pytest.mark.parametrize(
    ("ends", "open_", "closed", "passive"),
    [
        ([], True, False, False),
        ([end("2021-01-14")], True, False, False),
        ([end("2020-09-14", "passive")], False, True, True),
        ([end("2020-09-14")], False, True, False),
        ([end("2020-09-14", platform="meituan")], True, False, False),
    ],
)
def test_a_plan_is_open_until_its_end_is_announced(ends, open_, closed, passive) -> None:
    def met(quantity: str, value: str) -> bool:
        return Survival("F1", "baidu", LAST, quantity, value).met(ends)

    assert (met("open", "yes"), met("open", "no"), met("closed_as", "passive")) == (open_, closed, passive)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("F1,Meituan Mutual,2021-01-31,open,no,,a,news,", r"F1: date = '2021-01-31' is after 2020-12-31; .*forecast"),
        ("F1,Meituan Mutual,2020-01-31,open,perhaps,,a,news,", "F1: value = 'perhaps' of open must be one of yes, no"),
    ],
)
def test_survival_of_a_later_day_or_without_an_answer_is_refused(tmp_path, row: str, message: str) -> None:
    path = tmp_path / "facts.csv"
    path.write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    with pytest.raises(DataError, match=message):
        load_survival(["meituan"], str(path))
