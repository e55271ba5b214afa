"""Which code this is: its commit, and a digest of the sources that a part of it depends on.

The digest names the folder of compiled code (`jit`) and the rows in a store of results (`study.store`). What belongs to
it is found by following imports, so that no list of files can lack one.
"""

import ast
import functools
import hashlib
import os
import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

GUARD = re.compile(r"(\w+\.)?TYPE_CHECKING")
HERE = Path(__file__).parent
PACKAGE = HERE.name


@functools.cache
def path_of(module: str) -> Path | None:
    """The file of a module of this program, ``abm.persons.rules`` say; None where there is none of that name."""
    bare = HERE.joinpath(*module.split(".")[1:])
    found = (bare.with_suffix(".py"), bare / "__init__.py")
    return next((path for path in found if path.is_file()), None) if module.split(".")[0] == PACKAGE else None


@functools.cache
def imports(path: Path, types: bool = False) -> frozenset[str]:
    """Modules of this program that a file imports anywhere; with `types` those for type checking alone too.

    A name that is imported from the package itself counts as the module that it is from, the whole package as all.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in _nodes(tree, types):
        names: Iterable[str] = ()
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            if PACKAGE in names:
                names = [*names, *front_door().values()]
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, path)
            names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
            if module == PACKAGE:
                asked = {alias.name for alias in node.names}
                names += [module for name, module in front_door().items() if asked & {name, "*"}]
        found |= {name for name in names if path_of(name)}
    return frozenset(found)


@functools.cache
def front_door() -> dict[str, str]:
    """Names that users import from the package itself, with the module that each is from: what it imports for types."""
    tree = ast.parse((HERE / "__init__.py").read_text(encoding="utf-8"))
    guarded = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    given = [node for guard in guarded for node in guard.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: node.module for node in given if node.module for alias in node.names}


def _absolute(node: ast.ImportFrom, path: Path) -> str:
    """The module of an import in a file, a relative one counted from the package that the file is in."""
    if not node.level:
        return node.module or ""
    folder = (PACKAGE, *path.parent.relative_to(HERE).parts) if path.is_relative_to(HERE) else ()
    return ".".join([*folder[: len(folder) - node.level + 1], *filter(None, [node.module])])


def _nodes(tree: ast.AST, types: bool) -> Iterator[ast.AST]:
    """All nodes below one, without what is guarded by TYPE_CHECKING unless types are wanted."""
    waiting: list[ast.AST] = list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop()
        if not types and isinstance(node, ast.If) and GUARD.fullmatch(ast.unparse(node.test)):
            waiting += node.orelse
        else:
            yield node
            waiting += ast.iter_child_nodes(node)


def closure(*files: Path) -> list[Path]:
    """Some files and all of this program that they import, directly or not, in alphabetical order.

    A package that a module lies in is imported with it, and so belongs to it.
    """
    found: set[Path] = set()
    waiting = list(files)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for module in imports(path):
            parts = module.split(".")
            packages = (".".join(parts[:end]) for end in range(1, len(parts) + 1))
            waiting += filter(None, map(path_of, packages))
    return sorted(found)


def digest(*files: Path) -> str:
    """A digest, in hexadecimal, of some files and of all of this program that they import."""
    text = hashlib.sha256()
    for path in closure(*files):
        name = path.relative_to(HERE) if path.is_relative_to(HERE) else path.name
        text.update(f"{name}\n".encode() + path.read_bytes())
    return text.hexdigest()[:16]


def commit() -> str | None:
    """The commit of the source, with a plus sign where it has been changed since; None outside a checkout of its own.

    A repository around the program, as that of a project whose virtual environment holds it, is not its own.
    """
    project = HERE.parent / "pyproject.toml"
    here = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=HERE, env=here, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        own = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["name"] == "huzhu"
        if not own or Path(git("rev-parse", "--show-toplevel")).resolve() != HERE.parent.resolve():
            return None
        git("ls-files", "--error-unmatch", "--", str(project), str(HERE / "sources.py"))
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--", ".") else "")
    except (OSError, ValueError, KeyError, subprocess.CalledProcessError):
        return None
