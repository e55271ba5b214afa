"""One writer for every field: an object's attributes are written by its own methods, an offer's fields by `offers`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("platforms", "agents")
EVERYWHERE = sorted((ROOT / "abm").rglob("*.py"))
SOURCES = sorted(path for room in ROOMS for path in (ROOT / "abm" / room).glob("*.py"))
EXCEPTIONS: dict[str, str] = {}  # "file: what is written there": why nobody else can write it. There is none.
PUBLISHER = "abm/platforms/offers.py"


def targets(tree: ast.AST) -> Iterator[ast.expr]:
    """All that is assigned to, one by one, tuples and starred names unpacked."""
    for node in ast.walk(tree):
        found: list[ast.expr] = []
        if isinstance(node, ast.Assign | ast.Delete):
            found = list(node.targets)
        elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For | ast.comprehension):
            found = [node.target]
        elif isinstance(node, ast.With):
            found = [item.optional_vars for item in node.items if item.optional_vars]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("setattr", "__setattr__"):
            found = [ast.Attribute(node.args[0], ast.unparse(node.args[1]), ast.Store())]
        while found:
            target = found.pop()
            if isinstance(target, ast.Tuple | ast.List):
                found += target.elts
            elif isinstance(target, ast.Starred):
                found.append(target.value)
            else:
                yield target


def written_from_outside(source: str) -> list[str]:
    """Attributes of anything but `self` that a source assigns to."""
    return [
        ast.unparse(target)
        for target in targets(ast.parse(source))
        if isinstance(target, ast.Attribute) and ast.unparse(target.value) != "self"
    ]


def test_nobody_writes_an_attribute_of_another_object() -> None:
    found = {path.relative_to(ROOT): written_from_outside(path.read_text(encoding="utf-8")) for path in SOURCES}
    written = [f"{path}: {each}" for path, targets in found.items() for each in targets]
    assert [each for each in written if each not in EXCEPTIONS] == []


@pytest.mark.parametrize(
    "line",
    [
        "plan.licensed = True",
        "plan.complaints += 1",
        "self.desk.capacity = 0",
        "a, (plan.brand, *plan.rest) = found",
        "for plan.effort in efforts: pass",
        "setattr(plan, 'effort', 1.0)",
        "del plan.closing",
    ],
)
def test_the_search_finds_every_way_to_write_from_outside(line: str) -> None:
    assert written_from_outside(line)
    assert not written_from_outside("self.brand = 0.5\noffer['brand'] = 0.5\nbrand = plan.brand")


def test_offers_are_published_in_one_place() -> None:
    publishing = []
    for path in EVERYWHERE:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        rows = [ast.unparse(target) for target in targets(tree) if isinstance(target, ast.Subscript)]
        publishing += [path.relative_to(ROOT).as_posix() for row in rows if "offer" in row]
    assert set(publishing) == {PUBLISHER}
