"""Tables for a terminal: rows of words and numbers in columns."""

from collections.abc import Sequence

TABLE_WIDTH = 110


def aligned(rows: Sequence[tuple[str, ...]], numbers: tuple[int, ...]) -> list[str]:
    """Rows in columns, the head ruled off; the columns of `numbers` to the right, and no line over `TABLE_WIDTH`."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = zip(row, widths, strict=True)
        line = "  ".join(
            cell.rjust(wide) if at in numbers else cell.ljust(wide) for at, (cell, wide) in enumerate(cells)
        )
        lines.append(line[:TABLE_WIDTH].rstrip())
    return [lines[0], "-" * max(map(len, lines)), *lines[1:]]
