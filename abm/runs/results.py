"""A folder of results that is never half written.

Files are made in a hidden folder inside the target and moved into place when all are done. An interrupted or
failed run leaves the earlier results as they were; what a killed one leaves is cleared by the next.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from abm.errors import FileError
from abm.files import clear_leftovers, digest_of, is_unfinished, unfinished_name
from abm.observation.events import COLUMNS
from abm.observation.run import Run
from abm.scenario.files import data_names, dump, parse, tables_of
from abm.scenario.paths import changed, data_files
from abm.scenario.scenario import Scenario

PROVENANCE = "provenance.json"
RUNS = "runs"  # folder of the stores of an experiment, beside its results
WORKBOOK = "run.xlsx"
# Not every run leaves these: pictures, a workbook, and data files of the user's by the path of the setting that names
# each.
PICTURES = tuple(f"{name}.{kind}" for name in ("history", "history-*", "market") for kind in ("png", "svg"))
OWN_DATA = tuple(f"{path}.csv" for path in data_files())


def require_results(folder: Path) -> None:
    """Raise `FileError` where a folder holds files that are not a run's."""
    try:
        there = folder.iterdir() if folder.is_dir() else ()
        held = sorted(path.name for path in there if path.name != RUNS and not is_unfinished(path))
    except OSError as error:
        raise FileError(f"{folder}: cannot be read: {error.strerror or error}") from None
    if held and PROVENANCE not in held:
        raise FileError(f"{folder}: holds other files ({held[0]}, ...); choose another folder with --out")


@contextmanager
def results_folder(folder: Path) -> Iterator[Path]:
    """A folder to write into, which becomes `folder` when the block ends well and vanishes when it does not.

    Pictures, a workbook and data of an earlier run that are not of this one too go then.
    Raises `FileError` where nothing can be written there, or where files that are not a run's would be mixed
    with one; `KeyboardInterrupt` with words where it came when all was done.
    """
    require_results(folder)
    made = [path for path in (folder, *folder.parents) if not os.path.exists(path)]
    staging = folder / unfinished_name(secrets.token_hex(4))
    try:  # an interrupt may come at any moment, and what is not made yet need not be removed
        folder.mkdir(parents=True, exist_ok=True)
        clear_leftovers(folder)
        staging.mkdir(mode=0o700)
        yield staging
        if blocked := [path.name for path in staging.iterdir() if (folder / path.name).is_dir()]:
            raise FileError(f"{folder}: cannot be written: {blocked[0]} is a folder")
        names = {path.name for path in staging.iterdir()}
        try:
            _put_in_place(staging, folder, names)
        except KeyboardInterrupt:  # it is the work of a moment, and the folder must not hold files of two runs
            _put_in_place(staging, folder, names)
            raise KeyboardInterrupt(f"the results are in {folder}") from None
    except BaseException as error:
        shutil.rmtree(staging, ignore_errors=True)
        with suppress(OSError):  # somebody may have put a file of their own there
            for path in made:
                path.rmdir()
        if isinstance(error, OSError):
            raise FileError(f"{folder}: cannot be written: {error.strerror or error}") from None
        raise
    shutil.rmtree(staging, ignore_errors=True)


def _put_in_place(staging: Path, folder: Path, names: set[str]) -> None:
    """Move what is in the staging folder, of the `names` of a run, and remove pictures and data of an earlier run.

    The provenance goes first: a folder that has it is known to hold results, whenever this is killed.
    """
    for path in sorted(staging.iterdir(), key=lambda path: (path.name != PROVENANCE, path.name)):
        os.replace(path, folder / path.name)
    for path in [path for pattern in (*PICTURES, WORKBOOK, *OWN_DATA) for path in folder.glob(pattern)]:
        if path.name not in names:
            path.unlink()


def earlier_run(folder: Path) -> str | None:
    """When and with which seed the results in a folder were made; None where there are none."""
    try:
        record = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
        return f"the run of {record['started']}, {record['persons']} persons, seed {record['seed']}"
    except (OSError, ValueError, KeyError):
        return None


def write_run(run: Run, folder: Path) -> None:
    """Write series, tables and provenance of a run, and the scenario with every number and its own data."""
    run.series.to_csv(folder / "series.csv", index_label="step", float_format="%.10g", lineterminator="\n")
    run.events.to_csv(folder / "events.csv", columns=list(COLUMNS), index=False, lineterminator="\n")
    run.destinations.to_csv(folder / "destinations.csv", index=False, float_format="%.10g", lineterminator="\n")
    run.transfers.to_csv(folder / "transfers.csv", index=False, float_format="%.2f", lineterminator="\n")
    for name, table in run.tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.10g", lineterminator="\n")
    (folder / "scenario.toml").write_text(dump(_with_data_beside(run, folder)), encoding="utf-8")
    record = json.dumps(run.provenance, indent=2, ensure_ascii=False)
    (folder / PROVENANCE).write_text(record + "\n", encoding="utf-8")


def _with_data_beside(run: Run, folder: Path) -> Scenario:
    """The scenario of a run, with copies of the user's data files in a folder, so that it runs anywhere.

    A file that has changed since it was read stays where it is, and provenance says what was in it.
    """
    copies = {}
    for path, name in data_names(run.scenario).items():
        if "/" in name and os.path.exists(name) and digest_of(Path(name)) == run.provenance["data"][path]:
            shutil.copyfile(name, folder / f"{path}.csv")
            copies[path] = f"./{path}.csv"
    return parse(changed(tables_of(run.scenario), copies), run.scenario.title)
