"""Whether plans went on is scored month by month, and the command lays facts beside a forecast and tells its scores."""

import json
import math
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from abm.cli.main import main
from abm.scenario.files import load
from abm.study.forecast import endings, lives
from abm.study.forecast.comparison import told
from abm.study.forecast.ensemble import KNOWN, NEVER, SERIES, START, Ensemble
from abm.study.forecast.ensemble import load as load_forecast
from abm.study.forecast.folder import write
from abm.study.forecast.kept import Made
from abm.study.forecast.observed import Ending
from abm.study.forecast.references import REFERENCES
from abm.study.study import Axis, Study
from worlds.forecasts import MARCH_END, PLAN, STEPS, compared, ensemble, facts_about, history, without_pictures


def test_the_brier_score_is_the_mean_square_of_what_was_missed_by() -> None:
    assert lives.brier(np.array([1.0, 0.5, 0.2]), np.array([True, True, False])) == pytest.approx((0 + 0.25 + 0.04) / 3)


def lived(runs: Ensemble, *observed: Ending) -> tuple[pd.DataFrame, pd.DataFrame]:
    found = lives.of_lives(runs, history(members=1.0), observed)
    return pd.DataFrame(found[0]), pd.DataFrame(found[1])


def test_survival_is_scored_month_by_month() -> None:
    """Announced in May; the forecast said March with a chance of 1/4, else never: 13 months, of which 4 it goes on."""
    runs = ensemble(announced=[MARCH_END, NEVER, NEVER])
    months, plans = lived(runs, Ending("M1", PLAN, "announced", date(2021, 5, 10)))
    assert months["goes_on"].tolist() == [1] * 4 + [0] * 9
    assert months["chance"].tolist() == [1, 1] + [0.75] * 11
    scores = plans.iloc[0]
    assert scores["brier"] == pytest.approx((2 * 0.25**2 + 9 * 0.75**2) / 13)
    assert scores["brier last value"] == pytest.approx(9 / 13)
    assert scores["skill last value"] == pytest.approx(1 - scores["brier"] / (9 / 13))


def test_cover_ends_later_than_that_is_announced() -> None:
    runs = ensemble(announced=[MARCH_END] * 3, ended=[MARCH_END + 2] * 3)
    months, scores = lived(
        runs,
        Ending("M1", PLAN, "announced", date(2021, 3, 31)),
        Ending("M2", PLAN, "ended", date(2021, 4, 30)),
    )
    assert scores.set_index("what")["brier"].to_dict() == {"announced": 0, "ended": 0}
    assert months.groupby("what")["goes_on"].sum().to_dict() == {"announced": 2, "ended": 3}


def test_a_plan_that_had_not_ended_is_scored_until_then() -> None:
    months, scores = lived(ensemble(), Ending("M1", PLAN, "announced", date(2021, 6, 15), happened=False))
    assert months["date"].tolist()[-1] == date(2021, 5, 31)
    assert scores.iloc[0]["times"] == 5
    assert math.isnan(scores.iloc[0]["skill last value"])
    assert lived(ensemble(), Ending("M1", PLAN, "announced", date(2021, 1, 15), happened=False))[1].empty


def test_the_trend_of_closings_is_the_rate_of_2020_month_by_month() -> None:
    runs = ensemble(announced=[START - 3, NEVER, NEVER])  # a quarter in twelve months
    months, scores = lived(runs, Ending("M1", PLAN, "announced", date(2021, 3, 10), happened=False))
    stays = 1 - 0.25 / 12
    assert months["chance trend of 2020"].tolist() == pytest.approx([stays, stays**2])
    assert scores.iloc[0]["brier trend of 2020"] == pytest.approx(((1 - stays) ** 2 + (1 - stays**2) ** 2) / 2)


def test_insurance_at_the_end_has_the_weight_of_the_runs_that_give_it() -> None:
    conversion = np.zeros((3, KNOWN + STEPS))
    conversion[0, 0], conversion[1, KNOWN + 1], conversion[2, -1] = 9, 3, 3  # the first is of December
    chances = [endings.converted(ensemble(conversion=conversion), PLAN, until) for until in (START, START + 1, 10**9)]
    assert chances == [0, 0.25, 0.75]


@pytest.mark.parametrize(("happened", "score", "last"), [(True, 0.25**2, 1.0), (False, 0.75**2, 0.0)])
def test_conversion_is_scored_as_one_event(happened: bool, score: float, last: float) -> None:
    runs = ensemble(conversion=[0, 3, 3])
    (row,) = lived(runs, Ending("M1", PLAN, "converted", date(2021, 6, 30), happened))[1].to_dict("records")
    assert (row["brier"], row["brier last value"], row["times"]) == (pytest.approx(score), last, 1)


@pytest.mark.parametrize(
    ("day", "happened", "score"),
    [
        (date(2021, 3, 31), False, 0.25**2),  # a quarter gives it by then
        (date(2021, 12, 31), False, 1.0),
        (date(2021, 12, 31), True, 0.0),
        (date(2022, 6, 30), True, 1.0),  # not within the forecast
    ],
)
def test_conversion_is_scored_by_the_day_until_which_it_is_known(day: date, happened: bool, score: float) -> None:
    conversion = np.zeros((3, KNOWN + STEPS))
    conversion[0, KNOWN + 4], conversion[1:, KNOWN + 8] = 3, 3
    (row,) = lived(ensemble(conversion=conversion), Ending("M1", PLAN, "converted", day, happened))[1].to_dict(
        "records"
    )
    assert row["brier"] == pytest.approx(score)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a made-up forecast."""
    without_pictures(monkeypatch)
    study = Study(vary={"mind.altruism": Axis(values=(1, 2))}, outputs=("closings",))
    past = history(members=100.0, members_sharing=100.0, share=4.0, aid=10.0, aided=2.0, mean_age=35)
    runs = ensemble(members=[90, 110, 130], share=[4, 5, 6], aid=[9, 11, 13], announced=[MARCH_END, NEVER, NEVER])
    write(Made(runs, past, []), study, load("xianghubao"), {"code": "made up"}, tmp_path / "forecast")
    return tmp_path / "forecast"


ROWS = (
    ("2021-06-28", "members", 105),
    ("2021-06-28", "per_capita_share_rmb_per_period", 5),
    ("2021-06-28", "aid_paid_rmb_period", 10),
    ("2021-05-10", "closure_announced", "yes"),
    ("2021-05-10", "owner", "somebody"),
)


def test_the_command_prints_and_writes_the_scores(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(facts_about(made.parent, *ROWS)), str(made)]) == 0
    said = capsys.readouterr().out
    lines = [line.split() for line in said.splitlines()]
    assert lines[2][:8] == ["quantity", "facts", "CRPS", "last", "trend", "Bass", "pool", "AR(1)"]
    assert {"members", "share", "aid", "all"} <= {line[0] for line in lines if line}
    assert "Members, share and aid together, 1 half-months: energy score" in said
    assert [PLAN, "announced", "13"] in [line[:3] for line in lines]
    assert "  1: the forecast does not tell it: M5" in said
    assert max(map(len, said.splitlines()[:-1])) <= 110
    scores = made / "scores"
    assert {path.name for path in scores.iterdir()} == {
        *("scores.csv", "by_quantity.csv", "together.csv", "survival.csv", "brier.csv", "left_out.csv"),
        "provenance.json",
    }
    assert len(pd.read_csv(scores / "scores.csv")) == 3
    assert pd.read_csv(scores / "left_out.csv")["id"].tolist() == ["M5"]
    record = json.loads((scores / "provenance.json").read_text(encoding="utf-8"))
    assert record["forecast"]["ensemble"] == json.loads((made / "provenance.json").read_text("utf-8"))["ensemble"]
    assert record["packages"]["scoringrules"]


def test_references_start_from_the_facts_until_2020_and_from_later_ones_of_the_file(made: Path) -> None:
    """Of Xianghubao 107 million members were known in December (F041), and a share of 4.31 yuan on the 28th (F062)."""
    assert main(["compare", str(facts_about(made.parent, *ROWS)), str(made)]) == 0
    table = pd.read_csv(made / "scores" / "scores.csv").set_index("quantity")
    assert table.loc["members", "crps last value"] == pytest.approx(107e6 - 105)
    assert table.loc["share", "crps last value"] == pytest.approx(5 - 4.31)
    assert main(["compare", str(facts_about(made.parent, *ROWS, ("2020-12-31", "members", 108))), str(made)]) == 0
    table = pd.read_csv(made / "scores" / "scores.csv").set_index("quantity")
    assert table.loc["members", "crps last value"] == pytest.approx(3)


def test_scores_do_not_take_the_place_of_the_forecast(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = {path.name: path.read_bytes() for path in made.iterdir()}
    assert main(["compare", str(facts_about(made.parent, *ROWS)), str(made), "--out", f"{made}/../{made.name}"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(f"is the folder of the forecast; give another, as {made / 'scores'}")
    assert {path.name: path.read_bytes() for path in made.iterdir()} == whole


def test_facts_of_another_time_are_no_mistake(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = facts_about(made.parent, ("2019-06-28", "members", 105))
    assert main(["compare", str(path), str(made), "--out", str(made.parent / "out")]) == 0
    said = capsys.readouterr().out
    assert said.startswith("No fact of the time that is forecast.\n")
    assert "1: before the forecast; references may start from it: M1" in said
    assert pd.read_csv(made.parent / "out" / "left_out.csv")["reason"].tolist() == [
        "before the forecast; references may start from it"
    ]


def test_a_missing_package_is_said_in_a_line(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "scoringrules", None)
    assert main(["compare", str(facts_about(made.parent, *ROWS)), str(made)]) == 2
    line = "huzhu: scores need the package scoringrules: pip install 'huzhu[calibrate]'"
    assert capsys.readouterr().err.splitlines() == [line]


def test_a_broken_row_is_listed_and_the_others_are_scored(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = (("2021-13", "members", 5), ("2021-06", "members", "about 5"))
    assert main(["compare", str(facts_about(made.parent, *ROWS, *broken)), str(made)]) == 0
    said = capsys.readouterr()
    assert "  1: date = '2021-13' is not in the calendar: M6" in said.out
    assert "  1: value = 'about 5' of members must be a number from 0 up: M7" in said.out
    assert said.err == ""
    assert pd.read_csv(made / "scores" / "left_out.csv")["id"].tolist() == ["M5", "M6", "M7"]
    assert pd.read_csv(made / "scores" / "scores.csv")["id"].tolist() == ["M1", "M2", "M3"]


def test_a_terminal_does_not_obey_what_a_file_says(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = facts_about(made.parent, ("2021-13", "members", 5), ("2021-06", "members", "\x1b[2J"))
    path.write_text(path.read_text(encoding="utf-8").replace("M1", "M\x1b[2J"), encoding="utf-8")
    assert main(["compare", str(path), str(made)]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_a_file_without_a_column_is_a_line_and_status_2(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = facts_about(made.parent, *ROWS)
    path.write_text(path.read_text(encoding="utf-8").replace("quantity", "what"), encoding="utf-8")
    assert main(["compare", str(path), str(made)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"huzhu: {path}: has no column quantity; needed are id, platform, date")
    assert not (made / "scores").exists()


def test_a_folder_without_a_forecast_is_a_line_and_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(facts_about(tmp_path, *ROWS)), str(tmp_path)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"huzhu: {tmp_path}: has no ensemble.npz; give the folder of `huzhu forecast`"
    ]


def test_every_reference_has_its_column(tmp_path: Path) -> None:
    found = compared(tmp_path, ensemble(members=[1, 2, 3]), ("2021-06-28", "members", 104))
    assert len(REFERENCES) == 5
    assert {f"skill {name}" for name in REFERENCES} <= set(found.facts)
    (head,) = [line for line in told(found) if line.startswith("quantity")]
    assert head.split()[3:8] == ["last", "trend", "Bass", "pool", "AR(1)"]


SMALL = f"""
scenario = "{PLAN}"
persons = 200
outputs = ["closings:list"]
series = [{", ".join(f'"*.{name}"' for name in SERIES)}]
vary = {{ mind = {{ altruism = {{ values = [10, 40] }} }} }}
"""


@pytest.mark.slow
def test_the_runs_of_a_sweep_become_a_forecast_that_is_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What two small worlds do after 2020 is what the forecast holds, to seven digits."""
    without_pictures(monkeypatch)
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    runs, out = tmp_path / "runs", tmp_path / "forecast"
    assert main(["sweep", str(tmp_path / "small.toml"), "--workers", "1", "--out", str(runs)]) == 0
    assert main(["forecast", str(runs), "--out", str(out)]) == 0
    table = pd.read_csv(runs / "series.csv")
    after, held = table[table["date"] > "2020-12-01"], load_forecast(out / "ensemble.npz")
    for point in (0, 1):
        for name in ("members", "aid", "aided", "run_off"):
            told_by_run = after.loc[after["point"] == point, f"{PLAN}.{name}"].to_numpy()
            assert held.series[f"{PLAN}.{name}"][point] == pytest.approx(told_by_run, rel=1e-6)
    assert held.series[f"{PLAN}.members"].min() > 0
    assert main(["compare", str(facts_about(tmp_path, *ROWS)), str(out)]) == 0
    assert pd.read_csv(out / "scores" / "scores.csv")["id"].tolist() == ["M1", "M2", "M3"]


@pytest.mark.slow
def test_the_package_of_the_scores_is_there_quickly_and_the_compiler_stays() -> None:
    code = """
import sys
from abm.study.forecast.scores import require_scores
assert "scoringrules" not in sys.modules
require_scores()
assert "numba" not in sys.modules or sys.modules["numba"] is not None
import numba
print(numba.njit(lambda x: x + 1)(1))
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "2\n"
