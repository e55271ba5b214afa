"""The page shows the series that it was given, beside the facts, and is written whole or not at all."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.dates import date2num

from abm.clock import collection_date, half_month
from abm.errors import FileError, SeriesError
from abm.figures.platform import history
from abm.figures.style import DPI, SIZE, save
from abm.observation.facts import compare
from abm.observation.series import SERIES
from abm.scenario.scenario import Shock

LAUNCH = half_month(date(2018, 10, 28))
PANDEMIC = Shock(title="Pandemic", target="investigation", first=date(2020, 2, 1), last=date(2020, 4, 30))


def made_up(steps: int = 79) -> pd.DataFrame:
    """Every watched series: the number of its place, more in each half-month, and no case in every third one."""
    count = np.arange(1.0, steps + 1)
    columns = {f"xianghubao.{each.name}": place * count for place, each in enumerate(SERIES, start=1)}
    frame = pd.DataFrame({"date": [collection_date(LAUNCH + step) for step in range(steps)]} | columns)
    frame["xianghubao.share_noise"] = np.where(np.arange(steps) % 3, 0.25, np.nan)
    return frame


@pytest.fixture
def series():
    return made_up()


@pytest.fixture
def page(series):
    return history(series, "xianghubao", compare(series, "xianghubao"), shocks=(PANDEMIC,), persons=1234, seed=7)


def line(panel, label):
    """The values of the line with a label."""
    (found,) = [each for each in panel.get_lines() if each.get_label() == label]
    return np.asarray(found.get_ydata(), float)


def markers(panel, label):
    """Days and values of the observed points with a label."""
    (found,) = [each for each in panel.containers if each.get_label() == label]
    return np.asarray(date2num(found[0].get_xdata())), np.asarray(found[0].get_ydata(), float)


def test_six_panels_with_a_subject_and_a_unit_share_the_time(page):
    assert len(page.axes) == 6
    assert [panel.get_title(loc="left")[:3] for panel in page.axes] == ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)"]
    assert all(panel.get_ylabel() for panel in page.axes)
    assert len({panel.get_xlim() for panel in page.axes}) == 1
    assert tuple(page.get_size_inches()) == SIZE


@pytest.mark.parametrize(
    ("place", "label", "name", "unit"),
    [
        (0, "members", "members", 1e6),
        (0, "members sharing", "members_sharing", 1e6),
        (1, "share published", "share", 1),
        (1, "share that members\nexpect", "expected_share", 1),
        (2, "claims filed", "filed", 1e3),
        (2, "aided", "aided", 1e3),
        (3, "covered members", "relative_risk", 1),
        (4, "surplus", "surplus", 1e6),
    ],
)
def test_a_line_is_the_series_of_its_name(page, series, place, label, name, unit):
    np.testing.assert_array_equal(line(page.axes[place], label), series[f"xianghubao.{name}"] / unit)


def test_the_risk_of_leavers_is_over_that_of_the_population(page, series):
    ratio = series["xianghubao.leavers_risk"] / series["xianghubao.risk_population"]
    np.testing.assert_array_equal(line(page.axes[3], "those who leave"), ratio)


@pytest.mark.parametrize(
    ("place", "label", "kind", "unit"),
    [
        (0, "members, as announced", "members", 1e6),
        (0, "members sharing, observed", "sharing", 1e6),
        (1, "share, observed", "share", 1),
        (2, "aided, observed", "aided", 1e3),
    ],
)
def test_facts_of_a_moment_are_drawn_where_they_were_observed(page, series, place, label, kind, unit):
    facts = [each.fact for each in compare(series, "xianghubao") if each.fact.meaning.kind == kind]
    facts = [fact for fact in facts if fact.meaning.words not in SUMS]
    days, values = markers(page.axes[place], label)
    np.testing.assert_allclose(values, [fact.value / unit for fact in facts])
    assert all(date2num(fact.first) <= day <= date2num(fact.last) for fact, day in zip(facts, days, strict=True))


SUMS = (
    "members, most in the year",
    "shares of the year",
    "shares of the year so far",
    "aided in the year",
    "aided since launch",
)


def test_the_pandemic_share_has_a_bar_over_its_three_months(page):
    (bars,) = [each for each in page.axes[1].containers if each.get_label() == "share, observed"]
    widths = [np.ptp(segment[:, 0]) for segment in bars[2][0].get_segments()]
    assert max(widths) == (date(2020, 4, 30) - date(2020, 2, 1)).days


def test_the_band_is_a_standard_deviation_wide_where_there_were_cases(page, series):
    (band,) = [each for each in page.axes[1].containers if "deviation by chance" in each.get_label()]
    share, noise = series["xianghubao.share"], series["xianghubao.share_noise"]
    cases = noise.notna()
    assert 0 < cases.sum() < len(series)
    np.testing.assert_allclose([bar.get_y() for bar in band], (share * (1 - noise))[cases])
    np.testing.assert_allclose([bar.get_height() for bar in band], (share * 2 * noise)[cases])


def test_a_band_does_not_reach_below_nothing():
    series = made_up()
    series["xianghubao.share_noise"] = 3.0
    panel = history(series, "xianghubao").axes[1]
    (band,) = panel.containers
    assert panel.get_ylim()[0] < 0  # so that a marker at nothing is whole
    assert {bar.get_y() for bar in band} == {0}
    np.testing.assert_allclose([bar.get_height() for bar in band], 4 * series["xianghubao.share"])


def test_incomes_are_stacked_above_nothing_and_costs_below(page, series):
    ends = {area.get_label(): area.get_paths()[0].vertices[:, 1] for area in page.axes[4].collections}
    last = {name: series[f"xianghubao.{name}"].iloc[-1] / 1e6 for name in (*INCOMES, *COSTS)}
    assert max(ends["fee"]) == pytest.approx(last["fee"])
    assert max(ends["traffic"]) == pytest.approx(last["fee"] + last["traffic"])
    assert max(ends["other sales"]) == pytest.approx(sum(last[name] for name in INCOMES))
    assert min(ends["shares and excess borne"]) == pytest.approx(-sum(last[name] for name in COSTS))


INCOMES = ("fee", "traffic", "other_sales")
COSTS = ("investigation", "technology", "other_costs", "subsidy")


def test_where_nothing_else_is_sold_no_area_says_so(series):
    series["xianghubao.other_sales"] = 0.0
    labels = [area.get_label() for area in history(series, "xianghubao").axes[4].collections]
    assert "traffic" in labels
    assert "other sales" not in labels


def test_shocks_are_shaded_and_the_end_of_the_facts_is_marked_in_every_panel(page):
    for panel in page.axes:
        (shade,) = [patch for patch in panel.patches if to_rgb(patch.get_facecolor()) == to_rgb("#eee3cf")]
        assert (shade.get_x(), shade.get_x() + shade.get_width()) == (
            date2num(date(2020, 2, 1)),
            date2num(date(2020, 4, 30)),
        )
        (mark,) = [each for each in panel.get_lines() if each.get_label() == "facts end"]
        assert set(date2num(mark.get_xdata())) == {date2num(date(2020, 12, 31))}
    assert [text.get_text() for text in page.axes[0].get_legend().get_texts()][-2:] == ["Pandemic", "facts end"]
    assert "facts end" not in [text.get_text() for text in page.axes[1].get_legend().get_texts()]


def test_a_run_that_ends_before_the_facts_has_no_such_mark():
    page = history(made_up(steps=30), "xianghubao")
    assert "facts end" not in [each.get_label() for panel in page.axes for each in panel.get_lines()]


def test_the_footnote_says_where_facts_and_lines_come_from(page, series):
    words = page.texts[-1].get_text()
    assert "abm/data/facts.csv" in words
    assert f"{len(compare(series, 'xianghubao'))} compared" in words
    assert "1,234 persons, seed 7" in words


@pytest.mark.parametrize("steps", [1, 2, 5, 24, 79, 24 * 12])
def test_nothing_overlaps_and_nothing_is_cut_off(steps):
    series = made_up(steps)
    page = history(series, "xianghubao", compare(series, "xianghubao"), shocks=(PANDEMIC,), persons=10**9, seed=2**31)
    page.canvas.draw()
    boxes = [text.get_window_extent() for text in page.texts]
    boxes += [panel._left_title.get_window_extent() for panel in page.axes]
    boxes += [panel.get_legend().get_window_extent() for panel in page.axes]
    boxes += [
        text.get_window_extent() for panel in page.axes for text in panel.get_yticklabels() if in_view(panel, text)
    ]
    boxes += [text.get_window_extent() for text in page.axes[-1].get_xticklabels()]
    width, height = page.canvas.get_width_height()
    for place, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= width
        assert box.y1 <= height
        assert not [other for other in boxes[:place] if box.overlaps(other)]


def in_view(panel, text):
    low, high = panel.get_ylim()
    return low <= text.get_position()[1] <= high


def test_a_run_without_a_step_cannot_be_drawn():
    with pytest.raises(SeriesError, match="no step to draw"):
        history(made_up(steps=0), "xianghubao")


def test_words_that_fonts_may_lack_are_left_out(series, tmp_path):
    shock = PANDEMIC.model_copy(update={"title": "Panic (恐慌) costs $5 and $6"})
    page = history(series, "xianghubao", shocks=(shock,))
    save(page, tmp_path)  # a glyph that is missing would be a warning, and that an error
    words = page.axes[0].get_legend().get_texts()[-2].get_text().split()
    assert words == ["Panic", "costs", r"\$5", "and", r"\$6"]


def test_a_figure_is_saved_as_png_and_svg_the_same_each_time(series, tmp_path):
    first = save(history(series, "xianghubao"), tmp_path / "new" / "one")
    second = save(history(series, "xianghubao"), tmp_path / "two")
    assert [path.name for path in first] == ["history.png", "history.svg"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    png, svg = (path.read_bytes() for path in first)
    assert [int.from_bytes(png[at : at + 4], "big") for at in (16, 20)] == [side * DPI for side in SIZE]
    assert svg.startswith(b"<?xml")
    assert b"<dc:date>" not in svg
    assert sorted(path.name for path in (tmp_path / "two").iterdir()) == ["history.png", "history.svg"]


def test_a_figure_that_cannot_be_written_leaves_the_old_one(series, tmp_path, monkeypatch):
    old = tmp_path / "history.png"
    old.write_text("old")

    def full(*_):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(FileError, match=r"history\.png: cannot be written: no space left; what was there stays"):
            save(history(series, "xianghubao"), tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(FileError, match=r"history\.png: cannot be written: no space left; what was there stays"):
            save(history(series, "xianghubao"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["history.png"]
    assert old.read_text() == "old"


def test_fonts_are_read_when_a_figure_is_wanted_and_pyplot_never():
    asked = (
        "import sys, datetime, pandas; from abm.figures import platform; print('matplotlib' in sys.modules);"
        "from abm.observation.series import SERIES;"
        "row = {'date': datetime.date(2019, 1, 14)} | {f'p.{each.name}': 1.0 for each in SERIES};"
        "platform.history(pandas.DataFrame([row]), 'p');"
        "print('matplotlib.figure' in sys.modules, 'matplotlib.pyplot' in sys.modules, 'abm.model' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert told == ["False", "True", "False", "False"]
