"""A study grows: what is added is run, what is there is not, and the whole is what one study of all would be."""

import csv
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pyarrow.parquet
import pytest

from abm.errors import StoreError
from abm.runs.run import run
from abm.study.progress import at_work
from abm.study.store import Standing, Store
from abm.study.study import Axis, Study
from abm.study.summary import Summary, plan, write_results
from abm.study.sweep import run_study
from abm.study.worker import DONE, FAILED, Result, RunFunction
from worlds.functions import ishigami, wave
from worlds.trials import rows

END = date(2018, 12, 31)
SMALL = Study(persons=200, until=END, vary={"mind.altruism": [0, 30]}, outputs=("xianghubao.members:last",))
WAVES = Study(vary={"x": [1, 2]}, outputs=("height:max",))


def swept(study: Study, folder: Path, function: RunFunction | None = None) -> tuple[int, list[str]]:
    """How many runs were done for a study in a folder, and its rows."""
    done: list[Result] = []
    with Store(folder, study, run=function) as store, ThreadPoolExecutor(1) as pool:
        run_study(study, store, pool, run=function, on_result=done.append)
        return len(done), rows(study, store)


GROWN = [
    ({"vary": {"x": Axis(values=(1, 2, 3))}}, 1),
    ({"vary": {"x": Axis(values=(5, 2))}}, 1),
    ({"replicates": 3}, 4),
    ({"outputs": ("height:p05", "height:last", "twice", "name")}, 0),
    ({"series": ("height",)}, 0),
    ({"title": "Waves"}, 0),
]


@pytest.mark.parametrize(("more", "fresh"), GROWN, ids=str)
def test_what_is_added_is_run_and_the_rest_is_there(more: dict[str, object], fresh: int, tmp_path: Path) -> None:
    assert swept(WAVES, tmp_path / "out", wave)[0] == 2
    grown = WAVES.model_copy(update=more)
    assert swept(grown, tmp_path / "out", wave) == (fresh, swept(grown, tmp_path / "anew", wave)[1])
    assert swept(WAVES, tmp_path / "out", wave) == (0, swept(WAVES, tmp_path / "anew", wave)[1])


def test_a_larger_sobol_sample_begins_with_the_smaller_one(tmp_path: Path) -> None:
    axes = dict.fromkeys("xyz", Axis(low=-3.0, high=3.0))
    study = Study(design="sobol", points=16, vary=axes, outputs=("f",))
    assert swept(study, tmp_path, ishigami)[0] == 16 * 5
    assert swept(study.model_copy(update={"points": 32}), tmp_path, ishigami)[0] == 16 * 5


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"vary": {"y": Axis(values=(1,))}}, "vary"),
        ({"design": "latin_hypercube", "points": 2}, "design"),
        ({"seed": 2}, "seed"),
        ({"changes": {"z": 1}}, "changes"),
    ],
)
def test_what_varies_or_is_fixed_otherwise_is_another_study(
    other: dict[str, object], words: str, tmp_path: Path
) -> None:
    swept(WAVES, tmp_path, wave)
    with pytest.raises(StoreError, match=f"'untitled', which differs in {words}; --anew"):
        swept(WAVES.model_copy(update=other), tmp_path, wave)


def test_another_output_of_a_series_that_is_kept_needs_no_run(tmp_path: Path) -> None:
    assert swept(SMALL, tmp_path)[0] == 2
    more = ("closings", "closings:list", *(f"xianghubao.members:{way}" for way in ("p05", "median", "2018-11-30")))
    grown = SMALL.model_copy(update={"outputs": more})
    assert swept(grown, tmp_path / "anew") == (2, swept(grown, tmp_path)[1])
    assert swept(grown, tmp_path)[0] == 0


def test_an_output_of_another_series_needs_those_runs_again_and_says_so(tmp_path: Path) -> None:
    assert swept(SMALL, tmp_path)[0] == 2
    grown = SMALL.model_copy(update={"outputs": ("xianghubao.trust:last",), "replicates": 2})
    with Store(tmp_path, grown) as store:
        assert store.standing(grown) == Standing(there=2, lacking=2)
        said = plan(grown, store, store.standing(grown))
    assert "2 runs are there already\n2 of them are run again, for series that were not kept of them" in said
    assert swept(grown, tmp_path) == (4, swept(grown, tmp_path / "anew")[1])
    both = grown.model_copy(update={"outputs": (*SMALL.outputs, *grown.outputs)})
    assert swept(both.model_copy(update={"replicates": 1}), tmp_path)[0] == 0  # what was kept before is kept
    assert swept(both, tmp_path) == (2, swept(both, tmp_path / "both")[1])


def test_a_run_that_fails_for_more_does_not_take_away_what_is_there(tmp_path: Path) -> None:
    swept(WAVES, tmp_path, wave)
    before, grown = swept(WAVES, tmp_path, wave)[1], WAVES.model_copy(update={"outputs": ("height:max", "depth:max")})
    with Store(tmp_path, grown, run=wave) as store:
        for _, point, seed, _ in list(store.kept(grown)):
            store.add(store.key(point, seed), point, seed, Result(FAILED, "its worker died", {}, 1.0))
    assert swept(WAVES, tmp_path, wave) == (0, before)


def test_a_series_has_no_name_of_another_column() -> None:
    with pytest.raises(ValueError, match="series: 'step' is another column of the table"):
        Study(vary={"x": [1, 2]}, outputs=("f",), series=("step",))


def test_series_can_be_kept_for_outputs_that_nobody_has_thought_of_yet(tmp_path: Path) -> None:
    assert swept(SMALL.model_copy(update={"series": ("*",)}), tmp_path)[0] == 2
    assert swept(SMALL.model_copy(update={"outputs": ("xianghubao.trust:min", "pressure:max")}), tmp_path)[0] == 0


def test_the_series_of_a_study_are_those_of_its_runs(tmp_path: Path) -> None:
    names = ["xianghubao.members", "xianghubao.relative_risk", "persons_in_plans"]
    wanted = {"series": ("*.members", "*.relative_risk", "persons_in_plans"), "outputs": ("persons_in_plans:last",)}
    study = SMALL.model_copy(update=wanted)
    swept(study, tmp_path)
    with Store(tmp_path, study) as store:
        _, written = write_results(study, store, 0.0, "")
        members = {seed: result.outputs for _, _, seed, result in store.results(study)}
    assert {"series.csv", "series.parquet"} <= set(written)
    single = run("xianghubao", 200, 1, END, {"mind.altruism": 30}).series
    with (tmp_path / "series.csv").open(encoding="utf-8") as file:
        told = [row for row in csv.DictReader(file) if row["point"] == "1"]
    assert list(told[0]) == ["point", "seed", "step", "date", *names]
    assert [row["date"] for row in told] == [str(day) for day in single["date"]]
    assert [int(row["step"]) for row in told] == list(single.index)
    for name in names:
        assert repr([float(row[name]) for row in told]) == repr(single[name].tolist())
    table = pyarrow.parquet.read_table(tmp_path / "series.parquet").to_pylist()
    assert [{name: str(value) for name, value in row.items()} for row in table if row["point"] == 1] == told
    assert members[1]["persons_in_plans:last"] == single["persons_in_plans"].iloc[-1]


def test_a_day_is_counted_from_where_the_calendar_of_each_run_begins(tmp_path: Path) -> None:
    days = (date(2018, 10, 16), date(2018, 11, 16))
    study = Study(persons=200, until=END, vary={"calendar.start": Axis(values=days)}, outputs=("pressure:2018-11-01",))
    swept(study, tmp_path)
    with Store(tmp_path, study) as store:
        before, after = (result.outputs["pressure:2018-11-01"] for *_, result in store.results(study))
    assert before == before
    assert after != after  # there was no such day


def untidy(point: dict[str, object], seed: int) -> dict[str, object]:
    """What functions give that were not written for studies."""
    return {"y": point["x"], "word": f"w{seed}", "table": {"a": 1}, "none": None, "matrix": [[1, 2], [3, 4]]}


def test_what_is_no_number_text_or_series_spoils_no_other_output(tmp_path: Path) -> None:
    study = Study(vary={"x": [1, 2]}, outputs=("y", "word"))
    swept(study, tmp_path, untidy)
    with Store(tmp_path, study, run=untidy) as store:
        summary, _ = write_results(study, store, 0.0, "")
        assert "\ny " in summary.table()
        assert "word" not in summary.table()  # of words there is no mean
        table = pyarrow.parquet.read_table(tmp_path / "runs.parquet").to_pylist()
        assert [(row["y"], row["word"]) for row in table] == [(1.0, "w1"), (2.0, "w1")]
        asked = study.model_copy(update={"outputs": ("y", "table")})
        run_study(asked, store, run=untidy, workers=1)
        reasons = Summary(asked, store).reasons
    assert reasons == {"gave no output 'table'; it gave: y, word": 2}
    assert swept(study, tmp_path, untidy)[0] == 0  # and what it gave is not lost


def test_runs_of_points_that_are_no_longer_there_are_counted_apart(tmp_path: Path) -> None:
    swept(WAVES, tmp_path, wave)
    other, said = WAVES.model_copy(update={"vary": {"x": Axis(values=(2, 7, 8))}}), []
    with at_work(other, tmp_path, said.append, run=wave) as progress:
        assert (progress.bar.total, progress.bar.n) == (4, 2)
        with pytest.raises(StoreError, match="2 of 3 runs are not in it; the same command runs them"):
            write_results(other, progress.store, 0.0, "")
    assert said[0].endswith("\n2 runs are there already, 1 of them of other points")


def test_an_interrupt_while_runs_are_done_again_says_how_many_are(tmp_path: Path) -> None:
    swept(SMALL, tmp_path)
    grown = SMALL.model_copy(update={"outputs": ("xianghubao.trust:last",)})
    with pytest.raises(KeyboardInterrupt, match="0 of 2 runs are kept"), at_work(grown, tmp_path, id):
        raise KeyboardInterrupt


def test_the_whole_market_gives_outputs_too(tmp_path: Path) -> None:
    names = ("persons_in_plans", "commercial_share", "closings")
    study = SMALL.model_copy(update={"outputs": tuple(f"{name}:mean" for name in names)})
    swept(study, tmp_path)
    with Store(tmp_path, study) as store:
        _, point, seed, result = next(store.results(study))
        kept = store.get(store.key(point, seed))
    series = run("xianghubao", 200, 1, END, point).series
    assert result.outputs == {f"{name}:mean": pytest.approx(series[name].mean()) for name in names}
    assert result.outputs["persons_in_plans:mean"] > 1e6
    assert kept is not None
    assert (kept.status, json.loads(kept.outputs["closings:list"])) == (DONE, [])
