"""What a run leaves behind: its files, what is printed, and no pictures of the run before."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from abm.cli.main import main
from abm.files import DATA
from abm.observation.chronicle import STOP, acts, acts_table, closings_table, transfers_table
from abm.runs.results import results_folder, write_run
from abm.runs.run import closings, run
from abm.scenario.files import load
from worlds.busy import busy, finish

SMALL = ["--persons", "3000", "--seed", "1"]


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a short run of two plans."""
    folder = tmp_path_factory.mktemp("results")
    assert main(["run", "jd", *SMALL, "--until", "2019-03", "--out", str(folder)]) == 0
    return folder


def test_a_run_of_several_plans_leaves_its_tables_and_pictures(market: Path) -> None:
    names = {path.name for path in market.iterdir()}
    assert {"series.csv", "events.csv", "transfers.csv", "facts.txt", "market.png", "history-jd.svg"} <= names


def test_the_chronicle_is_written_with_date_who_what_and_detail(market: Path) -> None:
    events = pd.read_csv(market / "events.csv", keep_default_na=False)
    assert list(events) == ["date", "who", "what", "detail"]
    assert ["2018-11-14", "jd", "launch", ""] in events.to_numpy().tolist()


def test_who_paid_for_whom_is_written_by_age_and_risk(market: Path) -> None:
    table = pd.read_csv(market / "transfers.csv")
    assert len(table) == 12
    assert set(table["risk"]) == {"healthy", "high-risk"}


def test_the_experience_of_plans_is_written_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exposure in the table is that in the line of the plan, which stands in the file too."""
    assert main(["run", "xianghubao", *SMALL, "--until", "2019-12", "--out", str(tmp_path)]) == 0
    cells, lapses, ratios = (pd.read_csv(tmp_path / f"{name}.csv") for name in ("experience", "lapses", "loss_ratios"))
    assert set(cells["sex"]) == {"male", "female"}
    assert (cells["exposure_years"] > 0).all()
    assert lapses["lapse_rate"].ge(0).all()
    assert ratios["year"].tolist() == ["2018", "2019", "all"]
    told, written = capsys.readouterr().out, (tmp_path / "facts.txt").read_text(encoding="utf-8")
    for text in (told, written):
        (line,) = [line for line in text.partition("\nExperience\n")[2].splitlines() if line.startswith("xianghubao")]
        assert line.split()[1] == f"{cells['exposure_years'].sum() / 1e6:,.2f}"
        assert line.split()[-2:] == [f"{100 * ratios['net_rate'].iloc[-1]:.1f}", "%"]


@pytest.mark.slow
def test_facts_are_told_a_line_a_plan_and_written_one_by_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["run", "jd", *SMALL, "--until", "2019-03", "--out", str(tmp_path)])
    told, written = capsys.readouterr().out, (tmp_path / "facts.txt").read_text(encoding="utf-8")
    assert len([line for line in told.splitlines() if line.startswith("xianghubao ")]) >= 1
    assert "F211" not in told
    assert "F211" in written
    for heading in ("Closings", "Acts of the regulator", "Who paid for whom"):
        assert heading in told
        assert heading in written


def test_pictures_of_an_earlier_run_go_and_other_files_stay(market: Path, tmp_path: Path) -> None:
    with results_folder(tmp_path / "out") as staging:
        for name in ("history-jd.png", "history-jd.svg", "market.png", "provenance.json"):
            (staging / name).write_text("old", encoding="utf-8")
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    with results_folder(tmp_path / "out") as staging:
        for name in ("history.png", "provenance.json"):
            (staging / name).write_text("new", encoding="utf-8")
    left = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()}
    assert left == {"history.png": "new", "provenance.json": "new", "notes.txt": "mine"}


@pytest.mark.slow
def test_results_hold_the_user_s_own_data_and_run_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, first, again = tmp_path / "mine.csv", tmp_path / "first", tmp_path / "again"
    mine.write_text((DATA / "incidence.csv").read_text(encoding="utf-8").replace("0.00", "0.01"), encoding="utf-8")
    own = ["--set", f"health.incidence_file={mine}", *SMALL, "--until", "2019-01"]
    assert main(["run", "xianghubao", *own, "--out", str(first)]) == 0
    mine.unlink()
    elsewhere = first.rename(tmp_path / "elsewhere")
    assert str(tmp_path) not in (elsewhere / "scenario.toml").read_text(encoding="utf-8")
    given = [str(elsewhere / "scenario.toml"), "--seed", "1", "--until", "2019-01"]
    assert main(["run", *given, "--out", str(again)]) == 0
    assert (again / "series.csv").read_bytes() == (elsewhere / "series.csv").read_bytes()
    assert main(["run", "xianghubao", *SMALL, "--until", "2019-01", "--out", str(again)]) == 0
    assert not (again / "health.incidence_file.csv").exists()
    assert (again / "series.csv").read_bytes() != (elsewhere / "series.csv").read_bytes()


def test_data_that_changed_while_the_run_went_on_are_not_passed_off_as_the_run_s(tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_bytes((DATA / "incidence.csv").read_bytes())
    made = run("xianghubao", 500, until=date(2018, 12, 1), changes={"health.incidence_file": str(mine)})
    mine.write_text("other", encoding="utf-8")
    write_run(made, tmp_path)
    assert load(tmp_path / "scenario.toml").health.incidence_file == str(mine)
    assert not (tmp_path / "health.incidence_file.csv").exists()


def test_pictures_stay_when_the_run_that_would_replace_them_fails(tmp_path: Path) -> None:
    with results_folder(tmp_path) as staging:
        for name in ("history-jd.png", "provenance.json"):
            (staging / name).write_text("old", encoding="utf-8")

    def fail() -> None:
        with results_folder(tmp_path) as staging:
            (staging / "history.png").write_text("new", encoding="utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["history-jd.png", "provenance.json"]


def test_an_interrupt_while_results_take_their_places_leaves_those_of_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, calls = os.replace, []

    def interrupted(*places: Path) -> None:
        calls.append(places)
        if len(calls) == 2:
            raise KeyboardInterrupt
        replace(*places)

    def write() -> None:
        with results_folder(tmp_path / "out") as staging:
            for name in ("events.csv", "provenance.json", "series.csv"):
                (staging / name).write_text("new", encoding="utf-8")

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt, match="the results are in "):
        write()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["events.csv", "provenance.json", "series.csv"]


KILLED = """
import os, pathlib
from abm.runs.results import results_folder
replace, calls = os.replace, []
def killed(*places):
    calls.append(places)
    os._exit(9) if len(calls) == 2 else replace(*places)
os.replace = killed
with results_folder(pathlib.Path("out")) as staging:
    for name in ("events.csv", "provenance.json", "series.csv"):
        (staging / name).write_text("half")
"""


def test_a_folder_whose_run_was_killed_while_results_took_their_places_is_written_again(tmp_path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path, check=False).returncode == 9
    assert len(list((tmp_path / "out").iterdir())) == 2
    with results_folder(tmp_path / "out") as staging:
        (staging / "provenance.json").write_text("new", encoding="utf-8")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["provenance.json"]


def test_closings_are_told_in_a_line_each_with_large_sums_in_millions() -> None:
    end = (
        "jd",
        "2018-11-14",
        "2018-12-14",
        "active",
        "going on is worth -12,345,678 yuan, fewer than 999",
        2_345_678.0,
    )
    columns = ["platform", "announced", "last", "kind", "reason", "members"]
    told = closings_table(pd.DataFrame([end], columns=columns)).splitlines()[-1]
    assert told == "jd        2018-11-14  active   2.35 m  going on is worth -12.3 m yuan, fewer than 999"
    assert closings_table(pd.DataFrame([], columns=columns)) == "No plan was announced to end."


def test_what_a_regulator_does_is_told_and_what_others_do_is_not() -> None:
    model = finish(busy(), 4)
    model.regulator.warn()
    model.regulator.rectify()
    insured = [platform for platform in model.platforms if platform.terms.insurer is not None]
    for platform in insured:
        platform.stop_being_insurance()
    events = pd.DataFrame(model.events)
    told = acts(events)
    expected = [("warning", ""), ("rectification", ""), *((STOP, platform.name) for platform in insured)]
    assert len(insured) >= 1
    assert list(zip(told["act"], told["platform"], strict=True))[-len(expected) :] == expected
    assert len(told) < len(events)
    assert acts_table(events[:0]) == "The regulator looked on."


def test_the_last_line_of_who_paid_for_whom_is_the_sum() -> None:
    rows = [("0-17", "healthy", 2e3, 3e6, 0.0, 1e6, -2e6), ("60+", "high-risk", 1e3, 1e6, 5e5, 9e6, 7.5e6)]
    columns = ["age", "risk", "persons", "paid_yuan", "deposits_yuan", "aid_yuan", "net_yuan"]
    last = transfers_table(pd.DataFrame(rows, columns=columns)).splitlines()[-1]
    assert last.split() == ["all", "3", "4.0", "0.5", "10.0", "5.5"]


def test_a_run_knows_its_closings_by_day(tmp_path: Path) -> None:
    model = finish(busy(), 10)
    model.platforms[0].announce("active", "by hand")
    (end,) = closings(model)
    assert end["announced"] == model.day
    assert (end["platform"], end["kind"], end["reason"]) == ("xianghubao", "active", "by hand")
    assert end["last"] > end["announced"]
    assert end["members"] == model.closings[0].members > 0
