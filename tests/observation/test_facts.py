"""Facts are read as what they are, and laid beside the half-months that they speak of."""

import math
import subprocess
import sys
from datetime import date

import pytest

from abm.errors import DataError, FileError, SeriesError
from abm.files import read_csv
from abm.observation import series
from abm.observation.facts import PLATFORMS, REPEATS, compare, errors, load_facts, summary, table
from abm.observation.industry import LARGE_PLANS
from abm.observation.quantities import FLOORS, QUANTITIES
from abm.scenario.files import load
from worlds.made_up import SERIES, simulated

# Numbers of Xianghubao that no series shows, or that are terms of the plan.
NOT_COMPARED = {
    "cap_rmb_per_year",
    "claim_window_days",
    "conversion_free_months",
    "coverage_rmb_age_0_39",
    "coverage_rmb_age_40_59",
    "fee_rate",
    "local_contagion_Longshan_county",
    "mean_age_aided",
    "min_credit_score",
    "min_members_or_dissolve",
    "n_diseases",
    "one_year_CI_premium_300k",
    "market_premium_elderly_cancer_age60",
    "per_case_cap_rmb",
    "platform_staff",
    "refund_past_shares",
    "share_members_born_1980s",
    "share_members_enrolling_children",
    "share_migrant_workers",
    "share_rural",
    "share_rural_county",
    "target_members_2y",
    "waiting_days",
}


def test_the_shared_aid_of_2020_contains_the_fee(beside):
    """The fee is 8 % of what is left without it, within the digits printed, and not of the whole."""
    facts = {fact.id: fact for fact in load_facts("xianghubao")}
    fee, whole = facts["F130"].value, facts["F131"].value
    assert abs(fee / (whole - fee) - 0.08) < abs(fee / whole - 0.08) / 10
    assert beside(simulated(aid=100, fee=8), "2020", "aid_shared_rmb_year") == 24 * 108


def test_every_number_of_the_file_is_compared_or_known_not_to_be():
    rows = read_csv("facts.csv", dict.fromkeys(("platform", "quantity", "value"), str))
    numbers = {
        row["quantity"]
        for row in rows
        if row["platform"] == "Xianghubao" and row["value"].removeprefix(">").replace(".", "").isdigit()
    }
    assert numbers - set(QUANTITIES) == NOT_COMPARED


def test_every_quantity_has_series_that_are_watched_and_a_floor():
    watched = {series.name for series in series.SERIES}
    watched |= {series.name for series in series.MARKET} | {LARGE_PLANS}
    for quantity in QUANTITIES.values():
        assert set(quantity.needed) <= watched
        assert quantity.unit in FLOORS


def test_every_platform_has_its_facts_in_the_file():
    named = {row["platform"] for row in read_csv("facts.csv", {"platform": str})}
    assert all(set(names) <= named for names in PLATFORMS.values())
    assert all(
        load_facts(name) for name in ("xianghubao", "waterdrop", "qingsong", "meituan", "jd", "qihoo360", "ehuzhu")
    )


def test_every_platform_of_the_market_has_its_name_in_the_file_or_is_not_there():
    unnamed = {"fringe"}
    assert set(load("market").platform) - unnamed == set(PLATFORMS)
    said = " ".join(row["platform"] for row in read_csv("facts.csv", {"platform": str})).casefold()
    assert not [name for name in unnamed if name in said]


def test_a_market_is_summed_up_a_line_a_platform(facts_file):
    file = facts_file(
        ("F1", "2019-03", "cumulative_members", 50),
        ("F2", "2019-04", "cumulative_members", 400),
        ("F3", "2019-05-14", "per_capita_share_rmb_per_period", 0.5),
    )
    comparisons = compare(simulated(members=100, share=1), "xianghubao", file)
    head, _, line, *rest = summary({"xianghubao": comparisons, "pool": []}).splitlines()
    assert head.split() == ["platform", "facts", "members", "share"]
    off = math.exp((math.log(2) + math.log(4)) / 2)
    assert line.split() == ["xianghubao", "3", f"{off:.2f}-", "2.00+"]
    assert rest[-1] == "No facts of the simulated time: pool."
    assert summary({"pool": []}) == table([])


@pytest.mark.parametrize(("members", "words"), [(50, "1.00"), (1e4, "200+"), (0, "100-"), (1e9, "over 10,000+")])
def test_a_factor_is_said_in_a_few_letters(facts_file, members, words):
    """Beside nobody half a person counts, a hundredth of fifty."""
    comparisons = compare(simulated(members=members), "xianghubao", facts_file(("F1", "2019-03", "members", 50)))
    line = summary({"xianghubao": comparisons}).splitlines()[2]
    assert line.split(maxsplit=2)[2].strip() == words


def test_a_head_platform_without_a_name_counts_as_xianghubao():
    assert [fact.id for fact in load_facts("xianghubao") if fact.unnamed] == ["F063", "F064"]


def test_repeated_facts_say_what_the_others_say():
    value = {fact.id: fact.value for fact in load_facts("xianghubao")}
    assert value["F092"] == value["F090"] + value["F091"]
    assert value["F006"] == value["F005"]
    assert value["F132"] == math.floor(value["F130"] / 1e8) * 1e8  # "over 700 million"
    assert set(REPEATS) <= set(value)


def test_no_fact_after_2020_is_used(facts_file):
    assert max(fact.last for fact in load_facts("xianghubao")) == date(2020, 12, 31)
    file = facts_file(("F9", "2021-01-14", "cumulative_members", 5))
    with pytest.raises(DataError, match=r"F9: date = '2021-01-14' is after 2020-12-31; .*forecast"):
        load_facts("xianghubao", file)


def test_rules_dated_later_are_no_quantities_of_a_series(facts_file):
    assert load_facts("xianghubao", facts_file(("F144", "2022-01", "conversion_free_months", 3))) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("F1", "2019-04", "cumulative_members", "many"), "F1: value = 'many' of cumulative_members must be a number"),
        (
            ("F1", "2019-04", "cumulative_members", "-3"),
            "F1: value = '-3' of cumulative_members must be a number from 0",
        ),
        (("F1", "2019-04", "cumulative_members", "nan"), "F1: value = 'nan' of cumulative_members must be a number"),
        (("F1", "2019-4", "cumulative_members", 3), "F1: date = '2019-4' must read like"),
        (("F1", "2020-12-28", "fee_income_rmb", 3), "F1: date = '2020-12-28' is a day; fee_income_rmb is of a year"),
    ],
)
def test_a_broken_fact_is_named_in_one_line(facts_file, row, message):
    with pytest.raises(DataError, match=message) as caught:
        load_facts("xianghubao", facts_file(row))
    assert "\n" not in str(caught.value)


def test_a_fact_that_is_there_twice_is_named(facts_file):
    row = ("F1", "2019-04", "cumulative_members", 3)
    with pytest.raises(DataError, match="F1 is there twice"):
        load_facts("xianghubao", facts_file(row, row))


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(FileError, match=r"none\.csv: cannot be read"):
        load_facts("xianghubao", str(tmp_path / "none.csv"))


def test_series_without_the_column_of_a_fact_are_refused():
    with pytest.raises(SeriesError, match=r"no column xianghubao\.share to lay beside F053"):
        compare(simulated().drop(columns="xianghubao.share"), "xianghubao")


def test_facts_outside_the_simulated_time_are_not_compared():
    run = simulated()
    early = run[[day < date(2020, 6, 1) for day in run["date"]]]
    late = run[[day > date(2020, 6, 1) for day in run["date"]]]
    names = {each.fact.id for each in compare(early, "xianghubao")}
    assert "F070" in names  # all of 2019
    assert "F071" not in names  # of 2020 only a part
    assert "F016" not in {each.fact.id for each in compare(late, "xianghubao")}
    assert compare(run[:0], "xianghubao") == []


def test_a_platform_without_facts_has_nothing_to_compare():
    assert compare(simulated(), "pool") == []
    assert errors([]) == {}
    assert table([]) == "no facts of the simulated time"


def test_errors_are_mean_log_ratios_by_kind(facts_file):
    file = facts_file(
        ("F1", "2019-03", "cumulative_members", 50),
        ("F2", "2019-04", "cumulative_members", 400),
        ("F3", "2019-05-14", "per_capita_share_rmb_per_period", 0.5),
    )
    misfits = errors(compare(simulated(members=100, share=1), "xianghubao", file))
    assert list(misfits) == ["members", "share"]
    assert misfits["members"].facts == 2
    assert misfits["members"].spread == pytest.approx((math.log(2) + math.log(4)) / 2)
    assert misfits["members"].bias == pytest.approx((math.log(2) - math.log(4)) / 2)
    assert misfits["share"].bias == pytest.approx(math.log(2))


def test_a_share_of_nothing_counts_as_half_a_fen(facts_file):
    file = facts_file(("F1", "2019-01-28", "per_capita_share_rmb_per_period", 0.03))
    (comparison,) = compare(simulated(share=0), "xianghubao", file)
    assert comparison.log_ratio == pytest.approx(math.log(0.5 / 3))
    assert errors([comparison])["share"].floored == 1


@pytest.mark.parametrize(("members", "ratio"), [(25, 0.5), (50, 1.0), (500, 1.0)])
def test_more_than_a_lower_bound_is_no_miss_and_less_is_one(facts_file, members, ratio):
    file = facts_file(("F1", "2019-03", "members", ">50"))
    (comparison,) = compare(simulated(members=members), "xianghubao", file)
    assert comparison.fact.at_least
    assert comparison.observed == 50
    assert math.exp(comparison.log_ratio) == pytest.approx(ratio)
    assert errors([comparison])["members"].bias == comparison.log_ratio
    assert f"> 50  {members:>9}" in table([comparison])


def test_a_mix_of_nobody_beside_a_lower_bound_is_not_counted(facts_file):
    file = facts_file(("F1", "2018-12-31", "share_members_under30", ">0.4"))
    (mix,) = compare(simulated(under_30=math.nan), "xianghubao", file)
    assert math.isnan(mix.log_ratio)


def test_lower_bounds_of_the_file_are_those_that_their_notes_call_so():
    facts = {fact.id: fact for fact in load_facts("xianghubao")}
    bounds = {name for name, fact in facts.items() if fact.at_least}
    assert bounds == {name for name, fact in facts.items() if "lower bound" in fact.note} == {"F029", "F032", "F038"}


def test_the_families_aided_by_august_2019_are_fewer_than_those_published_by_july():
    value = {fact.id: fact.value for fact in load_facts("xianghubao")}
    assert value["F025"] + value["F080"] + value["F081"] == 1_157 > value["F029"]


def test_a_page_counter_counts_members_of_the_time_and_not_all_who_ever_joined(beside):
    """Of the largest number that shared, 105.8 million, the counter is not two in a hundred away."""
    facts = {fact.id: fact for fact in load_facts("xianghubao")}
    assert facts["F041"].meaning is QUANTITIES["members"]
    assert facts["F041"].value == pytest.approx(facts["F040"].value, rel=0.02)
    assert beside(simulated(members=9, joined=5), "2020-12", facts["F041"].quantity) == 9


def test_a_repeated_fact_is_shown_and_not_counted():
    both = [each for each in compare(simulated(), "xianghubao") if each.fact.id in ("F130", "F132")]
    assert len(both) == 2
    assert errors(both)["money"] == errors([each for each in both if each.fact.id == "F130"])["money"]
    assert "F132*" in table(both)
    assert "F132 of F130" in table(both)


def test_a_mix_of_nobody_is_shown_and_not_counted():
    run = simulated(under_30=math.nan)
    (mix,) = [each for each in compare(run, "xianghubao") if each.fact.id == "F012"]
    assert math.isnan(mix.log_ratio)
    assert errors([mix]) == {}
    assert table([mix]).splitlines()[2].split()[-4:] == ["%", "-", "-", "cqcb.com"]


@pytest.mark.parametrize("size", [0.0, 1.0, 3e12])
def test_the_table_fits_a_terminal_and_lines_up(size):
    comparisons = compare(simulated(**dict.fromkeys(SERIES, size)), "xianghubao")
    lines = table(comparisons).splitlines()
    assert max(map(len, lines)) <= 110
    assert {line.index(" 20") for line in lines[2 : 2 + len(comparisons)]} == {6}
    for each, line in zip(comparisons, lines[2:], strict=False):
        assert line.startswith(each.fact.id)
        assert each.fact.meaning.words in line


def test_the_table_says_amounts_in_their_units():
    text = table(compare(simulated(members=5e7, share=0.1, aid=1e9, fee=0, under_30=0.25), "xianghubao"))
    for words in (
        "50.00 m  ",
        "27.00 m  ",
        "0.10 yuan",
        "0.03 yuan",
        "24.00 bn yuan",
        "9.89 bn yuan",
        "25.0 %",
        "46.0 %",
    ):
        assert words in text


def test_facts_need_neither_a_model_nor_a_picture():
    asked = "import sys, abm.observation.facts; print({'matplotlib', 'abm.model', 'mesa', 'numba'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "set()\n"
