"""Files of TOML as trees, to be mutated.

A table is a list of pairs, so that a key may be there twice; what is no table and no list is a literal, whatever it
says. Mutations change the tree; others damage the bytes of a text.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import tomli_w
from hypothesis import strategies as st

Tree = Any  # a list of (key, tree) for a table, a tuple of trees for a list, a text for everything else
LONG = 100_000

ODD = (
    *("nan", "-inf", "inf", "-0.0", "1e308", "-1e308", "5e-324", "1e6", "0.1", "-1", "0", "1", "2", "3.0", "400"),
    *(f"{2**70}", f"-{2**70}", "9" * 400, "9" * 5_000, "0x7fffffffffffffff", "1_000"),
    *("true", "false", '""', '"1"', '"nan"', '"true"', '"[key]"', r'"a\u0000b"', r'"a\nb"', r'"\u202e"', "'equal'"),
    *(f'"{"x" * LONG}"', '"xianghubao"', '"mine.toml"', '"./mine.toml"', '"./data.csv"', '"/dev/zero"', '"/"', '"./."'),
    *("0001-01-01", "1899-12-31", "2018-10-16", "2019-02-28", "9999-12-31", "2019-01-01T00:00:00", "07:32:00"),
    *("2019-01-01T12:00:00Z", "[]", "[[]]", "[{}]", "{}", "{ a = { b = [] } }", "[nan, 'a', []]", "[0, 1]", "[1, 0]"),
    *("[0.5, 0.5, 0.0]", "[1e300, 1, 1]", '["xianghubao"]', '["mine.toml"]', "[2020-01-01, 2020-01-01]"),
    *(f"{'[' * 80}{']' * 80}", f"{'[' * 2_000}{']' * 2_000}", "{ values = [1, 1] }", "{ low = 0, high = 1 }"),
)
SLIPS = ("", "a", "a.b", "[key]", "Big", "x y", "a\nb", "ä", "x" * 3_000, "platform", "include", "plausible", "values")
BYTES = (
    b"\x00",
    b"\xff",
    b'"',
    b"[",
    b"]",
    b"{",
    b"=",
    b".",
    b"\n",
    b"#",
    b"'",
    b"9",
    b"e9",
    b"-",
    b"\xc3",
    b"nan",
    b"inf",
)


def tree_of(value: Any) -> Tree:
    """Tables as a tree."""
    if isinstance(value, Mapping):
        return [(key, tree_of(item)) for key, item in value.items()]
    if isinstance(value, list):
        return tuple(map(tree_of, value))
    return tomli_w.dumps({"x": value}).removeprefix("x = ").strip()


def text_of(tree: Tree) -> str:
    """A tree as TOML, each of its tables on a line of its own."""
    return "".join(f"{_key(key)} = {_inline(value)}\n" for key, value in tree)


def _inline(tree: Tree) -> str:
    if isinstance(tree, list):
        return f"{{ {', '.join(f'{_key(key)} = {_inline(value)}' for key, value in tree)} }}"
    return f"[{', '.join(map(_inline, tree))}]" if isinstance(tree, tuple) else tree


def _key(key: str) -> str:
    return tomli_w.dumps({key: 1}).removesuffix(" = 1\n")


def places(tree: Tree, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Of all that is in a tree: where it is, as the numbers of the branches that lead there."""
    for number, item in enumerate(tree if isinstance(tree, list | tuple) else ()):
        yield (*path, number)
        yield from places(item[1] if isinstance(tree, list) else item, (*path, number))


def replaced(tree: Tree, path: tuple[int, ...], *items: Any) -> Tree:
    """The tree with other items, none or several, in the place of one; of a table these are pairs."""
    number, *rest = path
    if rest:
        inner = replaced(tree[number][1] if isinstance(tree, list) else tree[number], tuple(rest), *items)
        items = ((tree[number][0], inner),) if isinstance(tree, list) else (inner,)
    return tree[:number] + type(tree)(items) + tree[number + 1 :]


def at(tree: Tree, path: tuple[int, ...]) -> tuple[str | None, Tree]:
    """Key and value at a place; no key in a list."""
    key = None
    for number in path:
        key, tree = tree[number] if isinstance(tree, list) else (None, tree[number])
    return key, tree


def mutated(draw: st.DrawFn, tree: Tree) -> Tree:
    """A tree with one thing in it otherwise."""
    where = list(places(tree))
    if not where:
        return tree
    path = draw(st.sampled_from(where))
    key, value = at(tree, path)

    def item(new: Tree, name: str | None = key) -> Any:
        return new if key is None else (name, new)

    how = draw(
        st.sampled_from(["odd", "odd", "like", "like", "slip", "key", "twice", "gone", "moved", "listed", "tabled"])
    )
    if how == "odd":
        return replaced(tree, path, item(draw(st.sampled_from(ODD))))
    if how == "like":  # of what stands elsewhere
        return replaced(tree, path, item(at(tree, draw(st.sampled_from(where)))[1]))
    if how == "slip" and key:
        cut = draw(st.integers(0, len(key) - 1))
        return replaced(tree, path, item(value, key[:cut] + key[cut + 1 :]))
    if how == "key":
        return replaced(tree, path, item(value, draw(st.sampled_from(SLIPS))))
    if how == "twice":
        return replaced(tree, path, item(value), item(value))
    if how == "listed":
        return replaced(tree, path, item((value,)))
    if how == "tabled":
        return replaced(tree, path, item([("a", value)]))
    without = replaced(tree, path)
    if (
        how == "moved"
        and key
        and (tables := [each for each in places(without) if isinstance(at(without, each)[1], list)])
    ):
        new = draw(st.sampled_from(tables))
        name, table = at(without, new)
        return replaced(without, new, (name, [*table, (key, value)]) if name is not None else [*table, (key, value)])
    return without


def damaged(draw: st.DrawFn, text: bytes) -> bytes:
    """Text with some of its bytes lost, doubled or otherwise."""
    for _ in range(draw(st.integers(1, 3))):
        first = draw(st.integers(0, len(text)))
        last = min(len(text), first + draw(st.sampled_from([0, 1, 1, 2, 40])))
        text = text[:first] + draw(st.sampled_from([*BYTES, b"", 2 * text[first:last]])) + text[last:]
    return text
