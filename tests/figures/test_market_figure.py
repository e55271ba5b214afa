"""The page of a market shows the run that it was given: who held the members, who closed, who paid for whom."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from abm.clock import collection_date, half_month
from abm.errors import SeriesError
from abm.figures.market import ENDS, FEWEST, LOOKS, SIZE, STANCES, panorama
from abm.figures.style import save
from abm.observation import series
from abm.observation.events import COLUMNS, EventKind
from abm.observation.facts import compare
from abm.observation.run import Run
from abm.scenario.files import load

FIRST = half_month(date(2016, 5, 14))
SCENARIO = load("market")
NAMES = list(SCENARIO.platform)
DAY = date(2018, 6, 28)


def made_up(steps: int = 138) -> Run:
    """A market in which the first plans are the largest; each of four closes in its own way."""
    count = np.arange(1.0, steps + 1)
    columns: dict[str, np.ndarray] = {}
    for place, name in enumerate(NAMES):
        columns |= {f"{name}.{each.name}": 0.5 + place * 0 * count for each in series.SERIES}
        columns[f"{name}.members"] = columns[f"{name}.members_sharing"] = 1e4 * (30 - place) * count
        columns[f"{name}.share"] = (1 + place) * count
        columns[f"{name}.share_noise"] = np.full(steps, 0.5)
        columns[f"{name}.stage"] = np.where(count < steps - 5, 1, 3)
        columns[f"{name}.trust"] = np.full(steps, 0.3 + place / 100)
    columns |= {each.name: count / steps for each in series.of_market(tuple(SCENARIO.insurance.products))}
    columns["stance"] = np.minimum(3, 4 * np.arange(steps) // steps)
    days = [collection_date(FIRST + step) for step in range(steps)]
    ends = [(NAMES[5 * place], DAY, DAY, kind, "by hand", 2e6) for place, kind in enumerate(ENDS)]
    happened = [
        (DAY, "regulator", "warning", "pressure 0.3", EventKind.WARNING),
        (DAY, "regulator", "rectification", "pressure 0.6", EventKind.RECTIFICATION),
        (DAY, "jd", "ordered closing", "stopped as insurance without a licence", EventKind.STOPPED_AND_CLOSED),
        (DAY, "jd", "launch", "", EventKind.LAUNCH),
    ]
    groups = [(age, risk) for age in ("0-17", "18-29", "30-39", "40-49", "50-59", "60+") for risk in RISKS]
    moved = [(*group, 1.0, 1e9 * place, 0.0, 2e9 * place, 1e9 * place) for place, group in enumerate(groups)]
    return Run(
        scenario=SCENARIO,
        seed=7,
        series=pd.DataFrame({"date": days} | columns),
        events=pd.DataFrame(happened, columns=[*COLUMNS, "kind"]),
        closings=pd.DataFrame(ends, columns=["platform", "announced", "last", "kind", "reason", "members"]),
        transfers=pd.DataFrame(
            moved, columns=["age", "risk", "persons", "paid_yuan", "deposits_yuan", "aid_yuan", "net_yuan"]
        ),
        provenance={},
    )


RISKS = ("healthy", "high-risk")


def draw(run: Run) -> Figure:
    return panorama(run, {name: compare(run.series, name) for name in NAMES})


@cache
def page() -> tuple[Run, Figure]:
    run = made_up()
    return run, draw(run)


def line(place: int, label: str) -> np.ndarray:
    (found,) = [each for each in page()[1].axes[place].get_lines() if each.get_label() == label]
    return np.asarray(found.get_ydata(), float)


def test_six_panels_with_a_subject_and_a_unit() -> None:
    figure = page()[1]
    assert [panel.get_title(loc="left")[:3] for panel in figure.axes] == ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)"]
    assert all(panel.get_ylabel() for panel in figure.axes)
    assert len({panel.get_xlim() for panel in figure.axes[:5]}) == 1
    assert tuple(figure.get_size_inches()) == SIZE


@pytest.mark.parametrize("name", NAMES[: len(LOOKS)])
def test_the_six_largest_have_lines_of_their_own(name: str) -> None:
    np.testing.assert_array_equal(line(0, name), page()[0].series[f"{name}.members"] / 1e6)


def test_the_others_are_grey_and_together_in_the_legend() -> None:
    panel = page()[1].axes[0]
    words = [text.get_text() for text in panel.get_legend().get_texts()]
    assert words[: len(LOOKS) + 1] == [*NAMES[: len(LOOKS)], f"the {len(NAMES) - len(LOOKS)} others"]
    grey = [each for each in panel.get_lines() if to_hex(each.get_color()) == "#9a9a9a"]
    assert len(grey) == len(NAMES) - len(LOOKS)


def test_lines_can_be_told_apart_without_colour() -> None:
    assert len({str(style) for _, style in LOOKS}) == len(LOOKS)
    assert len(set(ENDS.values())) == len(ENDS)


def test_a_closing_is_marked_where_it_was_announced_by_its_kind() -> None:
    panel = page()[1].axes[0]
    marks = [each for each in panel.collections if len(each.get_offsets())]
    assert len(marks) == len(ENDS)
    for mark in marks:
        assert np.asarray(mark.get_offsets()).tolist() == [[date2num(DAY), 2.0]]
    assert len({mark.get_paths()[0].vertices.tobytes() for mark in marks}) == len(ENDS)
    assert {f"{kind} closing" for kind in ENDS} <= {text.get_text() for text in panel.get_legend().get_texts()}


def test_a_closing_without_members_stands_on_the_floor() -> None:
    run = made_up()
    run.closings["members"] = 0.0
    panel = draw(run).axes[0]
    heights = [np.asarray(each.get_offsets())[0, 1] for each in panel.collections if len(each.get_offsets())]
    assert heights == [FEWEST / 1e6] * len(ENDS)


def test_facts_of_members_are_markers_and_those_of_2020_the_last() -> None:
    run, figure = page()
    facts = [each.fact for each in compare(run.series, "xianghubao") if each.fact.meaning.kind == "members"]
    facts = [fact for fact in facts if fact.meaning.momentary]
    drawn = [each for each in figure.axes[0].get_lines() if each.get_label() == "members, observed"]
    values = np.asarray(drawn[0].get_ydata(), float)
    np.testing.assert_allclose(values, [fact.value / 1e6 for fact in facts])
    assert len(values) > 5
    assert max(date2num(drawn[0].get_xdata())) <= date2num(date(2020, 12, 31))


def test_a_share_is_the_mean_of_three_months_while_cover_goes_on() -> None:
    """Shares rise by one in a period: the mean of six is half a step behind their middle."""
    run, figure = page()
    first = np.asarray(figure.axes[1].get_lines()[0].get_ydata(), float)
    shares = run.series[f"{NAMES[0]}.share"].to_numpy()
    np.testing.assert_allclose(first[5:-8], shares[5:-8] - 0.5)
    assert np.isnan(first[-2:]).all()  # run-off


def test_the_band_of_a_mean_of_six_shares_is_narrower_than_that_of_one() -> None:
    """With equal relative errors e of n shares s the mean errs by e sqrt(sum of s squared) / n."""
    run, figure = page()
    day, seen = date2num(run.series["date"])[50], run.series[f"{NAMES[0]}.share"].to_numpy()[47:53]
    corners = figure.axes[1].collections[0].get_paths()[0].vertices
    error = 0.5 * np.sqrt(np.square(seen).sum()) / 6
    expected = [seen.mean() - error, seen.mean() + error]
    assert sorted(corners[corners[:, 0] == day][:, 1]) == pytest.approx(expected)


def test_a_share_of_a_single_case_is_not_drawn() -> None:
    run = made_up()
    for name in NAMES:
        alone = np.arange(len(run.series)) % 6 == 0
        run.series[f"{name}.share_noise"] = np.where(alone, 1.0, np.nan)
        run.series[f"{name}.share"] = np.where(alone, 5.0, 0.0)
    lines = [np.asarray(each.get_ydata(), float) for each in draw(run).axes[1].get_lines()]
    assert np.isnan(np.concatenate([values for values in lines if len(values) == len(run.series)])).all()


def test_pressure_and_trust_and_insurance_are_the_series() -> None:
    series = page()[0].series
    np.testing.assert_array_equal(line(2, "pressure"), series["pressure"])
    np.testing.assert_array_equal(line(3, "all memberships"), series["plan_trust"])
    np.testing.assert_array_equal(line(4, "commercial: members"), 100 * series["commercial_share_members"])
    np.testing.assert_array_equal(line(4, "commercial: all persons"), 100 * series["commercial_share"])
    np.testing.assert_array_equal(line(4, "city: members"), 100 * series["city_share_members"])
    np.testing.assert_array_equal(line(4, "city: all persons"), 100 * series["city_share"])


@pytest.mark.parametrize("act", ["warning", "rectification", "product stopped"])
def test_an_act_of_the_regulator_is_marked_on_its_day(act: str) -> None:
    (found,) = [each for each in page()[1].axes[2].get_lines() if each.get_label() == act]
    assert date2num(found.get_xdata()).tolist() == [date2num(DAY)]


def test_the_stance_is_a_band_without_gaps() -> None:
    run, figure = page()
    words = [label for label, _ in STANCES]
    bands = [patch for patch in figure.axes[2].patches if to_hex(patch.get_facecolor()) in {*GREYS}]
    assert [patch.get_label() for patch in bands] == words
    days = date2num(run.series["date"])
    ends = [days[0], *days[1:][np.diff(run.series["stance"]) > 0], days[-1]]
    assert [patch.get_x() for patch in bands] == ends[:-1]
    assert [patch.get_x() + patch.get_width() for patch in bands] == pytest.approx(ends[1:])


GREYS = [to_hex(grey) for _, grey in STANCES]


def test_bars_are_what_each_group_paid_and_received_the_healthy_first() -> None:
    run, figure = page()
    paid, aid = ([bar.get_height() for bar in bars] for bars in figure.axes[5].containers)
    table = pd.concat([run.transfers[run.transfers["risk"] == risk] for risk in RISKS])
    assert paid == (table["paid_yuan"] / 1e9).tolist()
    assert aid == (table["aid_yuan"] / 1e9).tolist()
    assert [text.get_text() for text in figure.axes[5].get_xticklabels()] == table["age"].tolist()
    assert {bars[0].get_hatch() for bars in figure.axes[5].containers} == {"", "////"}


def test_what_lasts_for_most_of_the_time_is_how_things_are_and_no_shock_to_shade() -> None:
    assert SCENARIO.passing_shocks == SCENARIO.shocks
    kept = load("market", {"shocks.1.first": date(2017, 6, 1)})
    lasting = {shock.title for shock in kept.shocks} - {shock.title for shock in kept.passing_shocks}
    assert lasting == {"Listing of the parent put off"}
    early = load("xianghubao", {"calendar.end": date(2020, 12, 31)})
    assert early.passing_shocks == early.shocks  # of what goes on after the end only the part before it counts


def test_shocks_are_shaded_in_every_panel_of_time_and_named_once() -> None:
    figure = page()[1]
    for panel in figure.axes[:5]:
        shaded = sum(to_hex(patch.get_facecolor()) == "#eee3cf" for patch in panel.patches)
        assert shaded == len(SCENARIO.passing_shocks)
    named = [text.get_text() for panel in figure.axes for text in panel.get_legend().get_texts()]
    assert named.count("facts end") == 1


def test_the_footnote_says_where_the_page_comes_from() -> None:
    words = page()[1].texts[-1].get_text()
    assert "abm/data/facts.csv" in words
    assert f"{SCENARIO.people.persons:,} persons, seed 7" in words


@pytest.mark.parametrize("steps", [1, 2, 24, 138])
def test_nothing_overlaps_and_nothing_is_cut_off(steps: int) -> None:
    figure = draw(made_up(steps))
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.texts]
    boxes += [panel._left_title.get_window_extent() for panel in figure.axes]
    boxes += [panel.get_legend().get_window_extent() for panel in figure.axes]
    boxes += [text.get_window_extent() for panel in figure.axes[4:] for text in panel.get_xticklabels()]
    width, height = figure.canvas.get_width_height()
    for place, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= width
        assert box.y1 <= height
        assert not [other for other in boxes[:place] if box.overlaps(other)]


def test_a_market_in_which_nothing_happened_can_be_drawn(tmp_path) -> None:
    run = made_up()
    run = replace(run, events=run.events[:0], closings=run.closings[:0])
    save(draw(run), tmp_path, "market")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["market.png", "market.svg"]


def test_a_market_without_a_step_cannot_be_drawn() -> None:
    with pytest.raises(SeriesError, match="no step to draw"):
        draw(made_up(steps=0))
