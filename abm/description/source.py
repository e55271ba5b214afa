"""What the source says of itself: docstrings of functions and classes, formulas of rules, phases of the step, codes."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from abm.errors import FileError
from abm.sources import path_of

Node = TypeVar("Node", ast.FunctionDef, ast.ClassDef)


class Described(NamedTuple):
    """A function: its name, arguments and docstring (what it raises left out), what it computes, and its decorators."""

    name: str
    arguments: tuple[str, ...]
    meaning: str
    formula: tuple[str, ...]
    marks: tuple[str, ...]


@functools.cache
def functions(module: str) -> tuple[Described, ...]:
    """The public functions of a module, in its order; none where there is no such module."""
    return tuple(_described(node) for node in _nodes(module, ast.FunctionDef) if not node.name.startswith("_"))


@functools.cache
def classes(module: str) -> dict[str, str]:
    """Name -> docstring, on one line, of the classes of a module."""
    return {node.name: _docstring(node) for node in _nodes(module, ast.ClassDef)}


def methods(module: str, name: str) -> dict[str, Described]:
    """The methods of a class by name, properties included."""
    (found,) = (node for node in _nodes(module, ast.ClassDef) if node.name == name)
    return {node.name: _described(node) for node in found.body if isinstance(node, ast.FunctionDef)}


def phases(module: str, name: str, method: str) -> list[Described]:
    """The methods that a method calls one after the other, as `model.MutualAidModel.step` does."""
    known = methods(module, name)
    (found,) = (node for node in _nodes(module, ast.ClassDef) if node.name == name)
    (step,) = (node for node in found.body if isinstance(node, ast.FunctionDef) and node.name == method)
    calls = [node.value.func for node in step.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return [known[call.attr] for call in calls if isinstance(call, ast.Attribute)]


def codes(module: str, name: str) -> list[tuple[str, str, str]]:
    """Number, name and comment of every member of an enumeration."""
    lines = _path(module).read_text(encoding="utf-8").splitlines()
    (found,) = (node for node in _nodes(module, ast.ClassDef) if node.name == name)
    rows = []
    for node in found.body:
        if isinstance(node, ast.Assign):
            comment = re.search(r"#\s*(.*)$", lines[node.lineno - 1])
            rows.append((ast.unparse(node.value), ast.unparse(node.targets[0]), comment[1] if comment else ""))
    return rows


def _path(module: str) -> Path:
    path = path_of(module)
    if path is None:
        raise FileError(f"{module}: its source is not there, and the model cannot be described without")
    return path


def _nodes(module: str, kind: type[Node]) -> Iterator[Node]:
    """The statements of a kind at the top of a module."""
    if path_of(module) is None:
        return iter(())
    return (node for node in ast.parse(_path(module).read_text(encoding="utf-8")).body if isinstance(node, kind))


def _docstring(node: ast.FunctionDef | ast.ClassDef) -> str:
    return " ".join((ast.get_docstring(node) or "").split())


def _described(node: ast.FunctionDef) -> Described:
    arguments = tuple(argument.arg for argument in node.args.args if argument.arg != "self")
    meaning = re.sub(r" ?\bRaises `.*", "", _docstring(node))
    formula = tuple(_statements(node.body))
    if len(formula) == 1:
        formula = (formula[0].removeprefix("return "),)
    return Described(node.name, arguments, meaning, formula, tuple(map(ast.unparse, node.decorator_list)))


def _statements(body: list[ast.stmt]) -> Iterator[str]:
    """Statements without the docstring, each on one line."""
    for node in body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.If):
            yield f"if {ast.unparse(node.test)}: {'; '.join(_statements(node.body))}"
            if node.orelse:
                yield f"else: {'; '.join(_statements(node.orelse))}"
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield f"{ast.unparse(node.target)} = {' '.join(ast.unparse(node.value).split())}"
        else:
            yield " ".join(ast.unparse(node).split())
