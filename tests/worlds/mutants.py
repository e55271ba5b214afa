"""Scenarios and studies with something wrong or extreme in them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from abm.files import DATA
from abm.scenario.declare import bounds
from abm.scenario.files import FOLDER, dump, load
from abm.scenario.paths import field_at, leaves
from worlds.trees import LONG, ODD, Tree, damaged, mutated, replaced, text_of, tree_of

FORMS = (
    "",
    "=",
    "a",
    "a=",
    "=1",
    "mind..altruism=1",
    ".=1",
    "mind=3",
    "mind.altruism==3",
    "a\n=1",
    "mind.altruism=1\n2",
)
FORMS += (
    "shocks.-1.factor=1",
    "shocks.0=5",
    "shocks.9999999999999999999=1",
    "platform.new={}",
    "platform=[]",
    "a.b.c={}",
)
FORMS += (
    "sources.x=1",
    'plausible={"mind.altruism"=[0, 1]}',
    "shocks=[]",
    f"{'x' * LONG}=1",
    f"mind.noise={'9' * LONG}",
)
FORMS += ("include=['xianghubao']", "slots=²", "slots=\x00", "[mind]=1", "title.0=a", "platform.xianghubao.bands.0=1")


@dataclass(frozen=True)
class Mutant:
    """A file to be read, a data file that may be beside it, and words of the command that change it."""

    text: bytes
    data: bytes = b""
    settings: tuple[str, ...] = ()

    def write(self, folder: Path) -> Path:
        """Its files in a folder that is made; returns the path of the one to be read."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "data.csv").write_bytes(self.data)
        (folder / "words.txt").write_text("\n".join(f"--set={each!r}" for each in self.settings), "utf-8")
        (folder / "mine.toml").write_bytes(self.text)
        return folder / "mine.toml"


def extremes(draw: st.DrawFn, path: str) -> str | None:
    """One of the ends of what is allowed at a path, as a literal; None for what has none."""
    field = field_at(path)
    low, high = bounds(field) if field else (None, None)
    if low is None:
        return None
    end = draw(st.sampled_from([low, high]))
    return f"{int(end)}" if field is not None and field.annotation is int else f"{float(end)!r}"


BASES = ("xianghubao", "ehuzhu", "kangai", "fringe")
WHOLE = tuple(tree_of(tomllib.loads(dump(load(name)))) for name in BASES)  # every number is there to be changed
SHORT = tuple((FOLDER / f"{name}.toml").read_bytes() for name in BASES)
AGES, RATES = ((DATA / name).read_bytes() for name in ("netizens.csv", "incidence.csv"))
PATHS = tuple(dict.fromkeys(path for name in BASES for path, _ in leaves(load(name))))


def set_at(tree: Tree, keys: list[str], literal: str) -> Tree:
    """The tree with a literal at a path of keys that is there."""
    numbers, place = [], tree
    for key in keys:
        names = [pair[0] for pair in place] if isinstance(place, list) else [str(at) for at in range(len(place))]
        if key not in names:
            return tree
        numbers.append(names.index(key))
        place = place[numbers[-1]][1] if isinstance(place, list) else place[numbers[-1]]
    return replaced(tree, tuple(numbers), (keys[-1], literal))


@st.composite
def scenarios(draw: st.DrawFn) -> Mutant:
    """A scenario with slips in it, or extremes, or both; or a damaged one; or one changed by words of the command."""
    kind = draw(st.sampled_from(["tree", "tree", "extreme", "extreme", "bytes", "data", "words"]))
    if kind == "bytes":
        return Mutant(damaged(draw, draw(st.sampled_from(SHORT))))
    if kind == "words":
        words = draw(st.lists(st.one_of(st.sampled_from(FORMS), _words()), min_size=1, max_size=3))
        return Mutant(draw(st.sampled_from(SHORT)), settings=tuple(words))
    if kind == "data":
        section, key, data = draw(
            st.sampled_from([("people", "age_structure", AGES), ("health", "incidence_file", RATES)])
        )
        text = f'include = ["xianghubao"]\n{section}.{key} = "./data.csv"\n'
        return Mutant(text.encode(), data=_damaged_table(draw, data))
    tree = draw(st.sampled_from(WHOLE))
    if kind == "extreme":
        size = draw(st.sampled_from([3, 10, 60]))  # of lists hypothesis would make few long ones
        for path in draw(st.lists(st.sampled_from(PATHS), min_size=size, max_size=size)):
            if (literal := extremes(draw, path)) is not None:
                tree = set_at(tree, path.split("."), literal)
    else:
        for _ in range(draw(st.integers(1, 4))):
            tree = mutated(draw, tree)
    return Mutant(text_of(tree).encode())


@st.composite
def _words(draw: st.DrawFn) -> str:
    path = draw(st.sampled_from(PATHS))
    value = draw(st.sampled_from(ODD)) if draw(st.booleans()) else extremes(draw, path) or "1"
    return f"{path}={value}"


def _damaged_table(draw: st.DrawFn, data: bytes) -> bytes:
    """A table with another cell, a row less or twice, a column less, or damaged bytes."""
    rows = [row.split(b",") for row in data.splitlines()]
    row = draw(st.integers(0, len(rows) - 1))
    column = draw(st.integers(0, len(rows[row]) - 1))
    how = draw(st.sampled_from(["cell", "cell", "gone", "twice", "column", "bytes", "nothing"]))
    if how == "cell":
        odd = (
            b"",
            b"nan",
            b"inf",
            b"-1",
            b"1e308",
            b"9" * 5_000,
            b"x" * LONG,
            b"0.5",
            b"\x00",
            b"200",
            b'"',
            b"1",
            b"\xff",
        )
        rows[row][column] = draw(st.sampled_from(odd))
    elif how == "gone":
        del rows[row]
    elif how == "twice":
        rows.insert(row, rows[row])
    elif how == "column":
        rows = [cells[:column] + cells[column + 1 :] for cells in rows]
    elif how == "nothing":
        rows = rows[: draw(st.integers(0, 2))]
    made = b"\n".join(map(b",".join, rows)) + b"\n"
    return damaged(draw, made) if how == "bytes" else made


STUDIES = tuple(
    tree_of(tomllib.loads(text))
    for text in (
        """
        title = "A grid"
        persons = 300
        until = 2019-03-31
        points = 3
        replicates = 2
        outputs = ["xianghubao.members:last", "xianghubao.share:2019-01-31", "closings", "closings:list"]
        changes = { "mind.noise" = 20, friends = { telling = 0.5 } }
        vary = { "mind.altruism" = [0, 30], "platform.xianghubao.fee_rate" = { low = 0.0, high = 0.2 } }
        """,
        """
        scenario = "kangai"
        design = "sobol"
        points = 4
        seed = 7
        outputs = ["kangai.trust:mean", "kangai.members:max"]
        vary = { mind = { inertia = { low = 1, high = 100, scale = "log" }, noise = { plausible = true } } }
        """,
        """
        design = "cases"
        scenario = "xianghubao"
        outputs = ["xianghubao.aid:sum"]
        cases = [{ "mind.altruism" = 3 }, { supervision = { policy = "strict_ban" }, slots = 2 }]
        """,
        """
        design = "latin_hypercube"
        points = 5
        outputs = ["xianghubao.left:std", "xianghubao.pool:min"]
        vary = { "friends.degree" = { low = 2, high = 8 }, "calendar.end" = [2020-12-31, 2021-12-31] }
        """,
    )
)


@st.composite
def studies(draw: st.DrawFn) -> Mutant:
    """A study with slips in it, or a damaged one."""
    tree = draw(st.sampled_from(STUDIES))
    if draw(st.integers(0, 5)) == 0:
        return Mutant(damaged(draw, text_of(tree).encode()))
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        tree = mutated(draw, tree)
    return Mutant(text_of(tree).encode())
