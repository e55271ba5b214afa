"""What everybody expects at the top of a project: a licence, how to cite it, what changed; and nothing else there."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import abm

ROOT = Path(__file__).parent.parent.parent
TOP = {".ci", ".gitignore", "CHANGELOG.md", "CITATION.cff", "LICENSE", "README.md", "abm", "constraints.txt"} | {
    "experiments", "pyproject.toml", "results", "tests",
}  # fmt: skip
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def cited(key: str) -> str:
    """The value of a key at the top level of CITATION.cff."""
    (found,) = re.findall(rf"^{key}: (.+)$", CITATION, re.MULTILINE)
    return found


def test_the_version_is_the_same_everywhere() -> None:
    newest = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", CHANGELOG, re.MULTILINE)
    assert newest[0] == abm.__version__ == cited("version")
    assert newest == sorted(newest, key=lambda version: [int(part) for part in version.split(".")], reverse=True)


def test_the_licence_is_the_one_that_is_declared() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("MIT License\n\nCopyright (c) 2026 the huzhu authors\n")
    assert PROJECT["license"] == cited("license") == "MIT"


def test_a_citation_has_what_its_format_asks_for() -> None:
    """The Citation File Format 1.2.0 requires these four; here are no addresses that may change."""
    assert (cited("cff-version"), cited("type")) == ("1.2.0", "software")
    assert cited("message")
    assert "mutual aid" in cited("title")
    assert "\nauthors:\n  - name: The huzhu authors\n" in CITATION
    assert re.findall(r"^  - (.+)$", CITATION.partition("keywords:")[2], re.MULTILINE) == PROJECT["keywords"]
    assert "://" not in CITATION


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="needs a repository")
def test_the_top_level_holds_nothing_else() -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    held = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert {path.partition("/")[0] for path in held} == TOP
