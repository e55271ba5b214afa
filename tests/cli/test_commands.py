"""`huzhu checkpoint` and `huzhu fork` as a user types them."""

from pathlib import Path

import pandas as pd
import pytest

from abm import money
from abm.cli.main import main
from abm.scenario.files import load

SMALL = ["--persons", "1000"]


@pytest.fixture(scope="module")
def half_way(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kept") / "half.huzhu"
    assert main(["checkpoint", "xianghubao", *SMALL, "--until", "2019-03", "--to", str(path)]) == 0
    return path


def test_a_checkpoint_says_what_it_keeps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.huzhu"
    assert main(["checkpoint", "xianghubao", *SMALL, "--until", "2018-11", "--to", str(path)]) == 0
    assert "Kept 1,000 persons as of 2018-11-28" in capsys.readouterr().out
    assert path.exists()


def test_a_fork_prints_and_writes_differences(
    half_way: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = ["--world", "dear: platform.xianghubao.fee_rate=0.5; mind.learning=1"]
    assert main(["fork", str(half_way), *world, "--until", "2019-12", "--out", str(tmp_path / "out")]) == 0
    assert "dear, against the world as it is" in capsys.readouterr().out
    table = pd.read_csv(tmp_path / "out" / "differences.csv")
    assert table["world"].tolist() == ["dear"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"bounds.csv", "differences.csv", "provenance.json"}


def test_bounds_are_printed_for_several_seeds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["fork", "xianghubao", *SMALL, "--seeds", "2", "--until", "2019-01", "--world", "free: mind.noise=0"]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "Means over 2 seeds" in said
    paid = pd.read_csv(tmp_path / "out" / "bounds.csv").set_index("difference").loc["paid"]
    mean, low, high = (money.spell(100 * paid[name]) for name in ("mean", "low", "high"))
    assert f"{mean}  all shares paid here, less those paid there  ({low} to {high})" in said


SLIPS = [
    (["checkpoint", "xianghubao", "--to", "a.bin"], "the name of a checkpoint ends in .huzhu"),
    (["checkpoint", "xianghubao", "--to", "nowhere/a.huzhu"], "there is no folder nowhere"),
    (["fork", "xianghubao", "--world", "free"], "write NAME: KEY=VALUE"),
    (["fork", "xianghubao", "--world", "as it is: mind.noise=0"], "is always there; give the others"),
    (["fork", "none.huzhu", "--world", "free: mind.noise=0"], "there is no such checkpoint"),
    (["fork", "xianghubao", "--world", "free: mind.nois=0"], "did you mean 'noise'"),
]


@pytest.mark.parametrize(("words", "line"), SLIPS)
def test_a_slip_gets_a_line_and_leaves_nothing(
    words: list[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert line in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_fork_that_ends_before_its_checkpoint_is_refused(
    half_way: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "out")]
    assert main(["fork", str(half_way), "--until", "2019-01", "--world", "a: mind.noise=0", *out]) == 2
    assert "is not after 2019-03-28, where worlds part" in capsys.readouterr().err
    assert main(["fork", str(half_way), "--world", "a: mind.noise=0", "--world", "a: mind.noise=9", *out]) == 2
    assert "a name is for one world" in capsys.readouterr().err
    assert main(["fork", str(half_way), "--world", "a: platform.xianghubao.stopped.fee_rate=0.2", *out]) == 2
    assert "took effect before the checkpoint" in capsys.readouterr().err


def test_effort_is_changed_at_a_checkpoint(half_way: Path, tmp_path: Path) -> None:
    world = ["--world", "strict: platform.xianghubao.effort=1; platform.xianghubao.wrong_refusal=1"]
    assert main(["fork", str(half_way), *world, "--out", str(tmp_path / "out")]) == 0
    assert pd.read_csv(tmp_path / "out" / "differences.csv")["received"].iloc[0] < 0


def test_a_run_says_what_was_changed_of_its_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "xianghubao", "--persons", "300", "--until", "2018-11", "--out", str(tmp_path / "out")]
    assert main([*words, "--set", "people.tier_shares=[0.5, 0.25, 0.25]"]) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Changed: ")]
    own = load("xianghubao").people
    shares = ", ".join(f"{share:g}" for share in own.tier_shares)
    assert said == [
        f"Changed: people.persons {own.persons:,} -> 300",
        f"Changed: people.tier_shares {shares} -> 0.5, 0.25, 0.25",
    ]
