"""A file that is written beside its place and then takes its name: whole, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from abm.scenario import ScenarioError


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A new file to write, which becomes `path` when the block ends well; until then, and else, what was there stays.

    Raises `ScenarioError` where the disk refuses.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}")  # a folder takes files of two writers at once
    try:
        try:
            yield new
            os.replace(new, path)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be written: {error.strerror or error}; what was there stays") from None
