"""A forecast is what kept runs say, each by its weight, of what followed 2020; a folder holds it whole."""

import json
from array import array
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from abm.cli.main import main
from abm.clock import half_month
from abm.errors import FileError, HuzhuError
from abm.runs.outputs import ENDS, FIRST
from abm.scenario.files import load as load_scenario
from abm.study.forecast import endings, folder, tells
from abm.study.forecast.ensemble import KNOWN, NEVER, SERIES, START, save
from abm.study.forecast.folder import read
from abm.study.forecast.kept import Made, gather, study_of, weights_of
from abm.study.forecast.pictures import plans
from abm.study.store import Store
from abm.study.study import Axis, Study, dump_study
from abm.study.worker import DONE, FAILED, Result
from worlds.forecasts import JANUARY_END, MARCH_END, PLAN, STEPS, ensemble, history, without_pictures

STUDY = Study(
    title="Made up",
    scenario="xianghubao",
    persons=200,
    vary={"mind.altruism": Axis(values=(10, 20, 30))},
    replicates=2,
    outputs=("closings",),
    series=("*",),
)
FIRST_OF_RUNS = half_month(date(2018, 10, 28))
PAST = START - FIRST_OF_RUNS
END = {"platform": PLAN, "announced": "2021-03-14", "last": "2021-04-28", "kind": "active", "reason": "", "members": 1}


def outputs(members: float, closings: object = (), steps: int = PAST + STEPS, **more: float) -> dict[str, object]:
    """What a run gave: members who grow by one a half-month, and series that stay the same."""
    values = {name: array("d", [more.get(name, 1.0)] * steps) for name in SERIES}
    values["members"] = array("d", [members + step for step in range(steps)])
    named = {f"{PLAN}.{name}": value for name, value in values.items() if more.get(name) != "missing"}
    return {FIRST: float(FIRST_OF_RUNS), ENDS: json.dumps(closings)} | named


def stored(folder: Path, results: dict[tuple[int, int], Result], study: Study = STUDY) -> Path:
    """The folder of a sweep with results by point and seed."""
    with Store(folder, study) as store:
        for number, point in enumerate(study.point_list()):
            for seed in study.seeds:
                if (number, seed) in results:
                    store.add(store.key(point, seed), point, seed, results[number, seed])
    (folder / "study.toml").write_text(dump_study(study), encoding="utf-8")
    return folder


def done(*words: object, **more: object) -> Result:
    return Result(DONE, "", outputs(*words, **more), 1.0)  # type: ignore[arg-type]


def gathered(folder: Path, weights: Path | None = None) -> Made:
    study = study_of(folder)
    with Store(folder, study) as store:
        return gather(store, study, weights_of(study, weights))


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Runs of three points; one of the second point failed."""
    runs = {(point, seed): done(1000.0 * point + 100 * seed, share=2.0) for point in range(3) for seed in (1, 2)}
    runs[1, 2] = Result(FAILED, "a run of bad luck", {}, 1.0)
    runs[2, 2] = done(2200.0, [END], share=2.0)
    return stored(tmp_path / "kept", runs)


def test_each_point_has_its_weight_and_shares_it_among_its_runs(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "weights.csv").write_text("point,weight\n0,1\n1,3\n", encoding="utf-8")
    made = gathered(kept, tmp_path / "weights.csv")
    runs = made.ensemble
    assert runs.member.tolist() == [0, 0, 1]
    assert runs.seed.tolist() == [1, 2, 1]
    assert runs.weight == pytest.approx([0.125, 0.125, 0.75])
    assert made.remarks == ["1 runs that failed are left out"]
    assert gathered(kept).ensemble.weight == pytest.approx([1 / 6, 1 / 6, 1 / 3, 1 / 6, 1 / 6])


def test_series_begin_in_december_and_the_median_tells_what_was_before(kept: Path) -> None:
    made = gathered(kept)
    runs = made.ensemble
    assert (runs.days[0], runs.days[KNOWN], runs.days[-1]) == (date(2020, 12, 14), date(2021, 1, 14), date(2022, 1, 28))
    assert runs.series[f"{PLAN}.members"][0, :3].tolist() == [100 + PAST - 2, 100 + PAST - 1, 100 + PAST]
    assert runs.before[f"{PLAN}.aid"].tolist() == [PAST - 2] * 5
    assert made.history["date"].iloc[-1] == date(2020, 12, 28)
    assert made.history[f"{PLAN}.members"].iloc[-1] == 1100 + PAST - 1
    assert [int(when) for when in runs.announced[PLAN]] == [NEVER] * 4 + [half_month(date(2021, 3, 14))]
    assert runs.ended[PLAN][-1] == half_month(date(2021, 4, 28))
    assert runs.kind[PLAN].tolist() == ["", "", "", "", "active"]


def test_a_month_is_forecast_where_the_runs_have_no_more(tmp_path: Path) -> None:
    runs = gathered(stored(tmp_path, {(0, 1): done(5.0, steps=PAST + 2)})).ensemble
    assert runs.days[-1] == date(2021, 1, 28)
    assert set(tells.table(runs)["quantity"]) == {told.name for told in tells.TOLD}


def test_a_plan_that_nobody_shares_in_has_no_share(tmp_path: Path) -> None:
    runs = stored(tmp_path, {(0, 1): done(5.0, members_sharing=0.0), (1, 1): done(5.0)})
    share = gathered(runs).ensemble.series[f"{PLAN}.share"]
    assert np.isnan(share[0]).all()
    assert (share[1] == 1).all()


def test_what_was_not_kept_is_said_and_left_out(tmp_path: Path) -> None:
    given = outputs(5.0)
    del given[f"{PLAN}.share"]
    made = gathered(stored(tmp_path, {(0, 1): Result(DONE, "", given, 1.0)}))
    assert made.remarks == ["left out, for they are not kept: share; a study keeps those named in `series`"]
    assert "share" not in set(tells.table(made.ensemble)["quantity"])
    assert "aid" in set(tells.table(made.ensemble)["quantity"])


def only(given: dict[str, object]) -> dict[tuple[int, int], Result]:
    return {(0, 1): Result(DONE, "", given, 1.0)}


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ({}, "has no run that is done; finish the sweep first"),
        ({(0, 1): Result(FAILED, "bad luck", {}, 1.0)}, "has no run that is done: bad luck"),
        (only({FIRST: 1.0, ENDS: "[]"}), r"no plan's members are kept; add series = \['\*.members'"),
        (
            only(outputs(1.0, steps=PAST)),
            "its runs are of 2018-10-28 to 2020-12-28; a forecast needs December 2020 and a month that follows",
        ),
        (only(outputs(1.0, steps=PAST + 1)), "its runs are of 2018-10-28 to 2021-01-14; a forecast needs December"),
        (only(outputs(1.0) | {FIRST: float(START)}), "its runs are of 2021-01-14 to .* a forecast needs December 2020"),
        (only(outputs(1.0)) | {(1, 1): done(1.0, steps=PAST + 9)}, "its runs have 2 different calendars"),
    ],
)
def test_runs_of_which_no_forecast_can_be_made_are_refused(runs: dict, words: str, tmp_path: Path) -> None:
    with pytest.raises(HuzhuError, match=words) as said:
        gathered(stored(tmp_path, runs))
    assert "\n" not in str(said.value)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("point\n1", "has no column weight"),
        ("point,weight\n9,1", "point = 9 is none of the study, which has 0 to 2"),
        ("point,weight\n1,1\n1,2", "point 1 is there twice"),
        ("point,weight\n1,-1", "weight = -1 of point 1 must be a number from 0 up"),
        ("point,weight\n1,nan", "weight = nan of point 1 must be a number from 0 up"),
        ("point,weight\n1,0", "no point has a weight above 0"),
    ],
)
def test_weights_that_cannot_be_are_refused(rows: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "weights.csv").write_text(rows + "\n", encoding="utf-8")
    with pytest.raises(HuzhuError, match=words):
        weights_of(STUDY, tmp_path / "weights.csv")


def test_net_exit_is_by_how_much_members_became_fewer_in_a_month() -> None:
    members = np.tile(np.arange(KNOWN + STEPS, dtype=float) ** 2, (3, 1))
    days, values = tells.net_exit(ensemble(members=members), PLAN)
    assert (days[0], days[-1], len(days)) == (date(2021, 1, 31), date(2022, 1, 31), 13)
    assert values[0, :2].tolist() == [1 - 9, 9 - 25]


def test_the_bill_of_closing_is_all_that_the_end_costs_from_2021_on() -> None:
    run_off = np.zeros((3, KNOWN + STEPS))
    run_off[0, [0, KNOWN, KNOWN + 1]] = 5.0
    _, values = tells.bill(ensemble(run_off=run_off, returned=[0, 1, 0], conversion=[0, 0, 2]), PLAN)
    assert values[:, 0].tolist() == [10, STEPS, 2 * STEPS]


def test_a_table_tells_of_each_quantity_the_mean_and_quantiles_of_those_that_have_it() -> None:
    share = np.full((3, KNOWN + STEPS), np.nan)
    share[2] = 4.0
    table = tells.table(ensemble(members=[1, 2, 3], share=share, aid=[1, 1, 1])).set_index(["quantity", "date"])
    row = table.loc[("members", date(2021, 1, 14))]
    assert (row["mean"], row["q0.25"], row["q0.5"], row["q0.55"]) == (2.25, 1, 2, 3)
    row = table.loc[("share", date(2022, 1, 28))]
    assert (row["has_value"], row["mean"], row["q0.01"]) == (0.5, 4, 4)
    assert table.loc[("aid_cumulative", date(2021, 1, 14)), "q0.5"] == 100 + KNOWN + 1
    assert set(table.reset_index()["quantity"]) == {told.name for told in tells.TOLD}


def test_closings_are_told_by_month_and_kind() -> None:
    never = [NEVER, MARCH_END, JANUARY_END]
    table = endings.table(ensemble(announced=never, ended=[NEVER, NEVER, MARCH_END])).set_index("date")
    assert list(table.index[[0, -1]]) == [date(2021, 1, 31), date(2022, 1, 31)]
    assert table["announced"].tolist()[:4] == [0.5, 0.5, 0.75, 0.75]
    assert table["cover_over"].tolist()[:4] == [0, 0, 0.5, 0.5]
    assert (table["active"] == table["announced"]).all()
    assert not table["ordered"].any()


@pytest.mark.slow
def test_the_command_writes_a_folder_that_holds_the_forecast(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "forecast"
    assert main(["forecast", str(kept), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "5 runs, 3 points; 2021-01-14 to 2022-01-28" in said
    assert [line.split() for line in said.splitlines() if line.startswith(PLAN)] == [
        [PLAN, "0.00", "m", "0.00", "m", "to", "0.00", "m", "17", "%", "2021-03"]
    ]
    assert "1 runs that failed are left out" in said
    files = {"ensemble.npz", "quantiles.csv", "closings.csv", "history.csv", "provenance.json"}
    assert {path.name for path in out.iterdir()} == files | {
        "study.toml", "scenario.toml", "forecast.png", "forecast.svg",
    }  # fmt: skip
    found = read(out)
    assert found.provenance["known_until"] == "2020-12-31"
    assert (found.provenance["members"], found.provenance["seeds"], found.provenance["runs"]) == (3, 2, 5)
    assert date.fromisoformat(found.provenance["started"][:10]) <= date.today()
    assert found.history["date"].iloc[-1] == date(2020, 12, 28)
    table = pd.read_csv(out / "quantiles.csv")
    assert (table.loc[table["quantity"] == "share", "q0.5"] == 2).all()
    assert pd.read_csv(out / "closings.csv")["announced"].max() == pytest.approx(1 / 6)


def test_a_folder_that_is_no_forecast_or_was_changed_is_refused(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "forecast"
    without_pictures(monkeypatch)
    assert main(["forecast", str(kept), "--out", str(out)]) == 0
    save(ensemble(), out / "ensemble.npz")
    with pytest.raises(FileError, match=r"ensemble\.npz is not what provenance\.json says; make the forecast again"):
        read(out)
    (out / "provenance.json").write_text("{}", encoding="utf-8")
    with pytest.raises(FileError, match="is no folder of `huzhu forecast`, or damaged: 'ensemble'"):
        read(out)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("date,xianghubao.members\n", r"history\.csv does not lead to the end of 2020; make the forecast again"),
        ("date,xianghubao.members\n2020-11-28,5\n", r"history\.csv does not lead to the end of 2020"),
        ("date,xianghubao.members\n2020-12-28,many\n", "is no folder of `huzhu forecast`, or damaged"),
        ("xianghubao.members\n5\n", "is no folder of `huzhu forecast`, or damaged: 'date'"),
        ("", "is no folder of `huzhu forecast`, or damaged"),
    ],
)
def test_a_damaged_history_is_refused(text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_pictures(monkeypatch)
    folder.write(Made(ensemble(), history(members=5.0), []), STUDY, load_scenario(PLAN), {}, tmp_path)
    assert read(tmp_path).history[f"{PLAN}.members"].tolist() == [5] * 48
    (tmp_path / "history.csv").write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match=words):
        read(tmp_path)


def test_a_scenario_without_a_plan_of_the_runs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_pictures(monkeypatch)
    made = Made(ensemble(plan="waterdrop"), history("waterdrop", members=5.0), [])
    folder.write(made, STUDY, load_scenario(PLAN), {}, tmp_path)
    with pytest.raises(FileError, match=r"scenario\.toml has no plan waterdrop; make the forecast again"):
        read(tmp_path)


@pytest.mark.slow
def test_plans_of_a_market_have_a_panel_each_and_two_plans_a_figure_more(tmp_path: Path) -> None:
    one, other = ensemble(members=[1e6, 2e6, 3e6]), ensemble(members=[5e6] * 3, plan="waterdrop")
    names = ("series", "before", "announced", "ended", "kind")
    both = replace(one, **{name: getattr(one, name) | getattr(other, name) for name in names})
    past = history(members=2e6).assign(**{"waterdrop.members": 5e6})
    folder.write(Made(both, past, []), STUDY, load_scenario("market"), {}, tmp_path)
    assert {"forecast.png", "forecast-plans.png", "forecast-plans.svg"} <= {path.name for path in tmp_path.iterdir()}
    lines = folder.summary(both).splitlines()
    assert [line.split()[0] for line in lines[-2:]] == ["waterdrop", PLAN]
    figure = plans(both, past, ["waterdrop", PLAN], "made up")
    titles = [panel.get_title(loc="left") for panel in figure.axes]
    assert [title for title in titles if title] == ["waterdrop", PLAN]
    top = figure.axes[1].lines[0].get_ydata()
    assert set(top) == {2.0}  # million, the median


@pytest.mark.parametrize("lacking", ["study.toml", "runs.sqlite"])
def test_a_folder_that_is_no_sweep_is_refused(
    lacking: str, kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (kept / lacking).unlink()
    assert main(["forecast", str(kept), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"huzhu: {kept}: has no {lacking}; give the folder of a sweep that came to its end"
    ]
    assert not (tmp_path / "out").exists()
