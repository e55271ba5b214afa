"""What a file depends on is found by its imports, however they are written."""

import subprocess
from pathlib import Path

import pytest

from abm import sources

RULES = sources.HERE / "persons" / "rules.py"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import abm.persons.rules", True),
        ("from abm.persons import rules", True),
        ("def late():\n    from abm.persons.rules import learned", True),
        ("if TYPE_CHECKING:\n    from abm.persons import rules", False),
        ("if typing.TYPE_CHECKING:\n    from abm.persons import rules", False),
        ("if not TYPE_CHECKING:\n    from abm.persons import rules", True),
        ("if TYPE_CHECKING:\n    import ast\nelse:\n    from abm.persons import rules", True),
        ("try:\n    from abm.persons import rules\nexcept ImportError:\n    rules = None", True),
        ("if TYPE_CHECKING:\n    import ast\nelif TYPE_CHECKING:\n    from abm.persons import rules", False),
        ("# from abm.persons import rules", False),
    ],
)
def test_an_import_counts_where_the_program_runs(text: str, found: bool, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    assert (RULES in sources.closure(tmp_path / "mine.py")) == found


def git(folder: Path, *words: str) -> str:
    """Ask git in a folder, whatever the user has told it."""
    names = ("-c", "user.name=u", "-c", "user.email=u@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *names, *words], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a commit of a small huzhu of its own, whose source is taken for this one."""
    (tmp_path / "abm").mkdir()
    (tmp_path / "abm" / "sources.py").write_text("1", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "huzhu"\n', encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "small")
    monkeypatch.setattr(sources, "HERE", tmp_path / "abm")
    return tmp_path


def test_the_commit_of_a_checkout_says_whether_it_was_changed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = git(checkout, "rev-parse", "HEAD").strip()
    with monkeypatch.context() as patch:
        patch.setenv("GIT_DIR", str(checkout / "nowhere"))  # as a hook of another repository has it
        assert sources.commit() == head
    (checkout / "abm" / "sources.py").write_text("22", encoding="utf-8")
    assert sources.commit() == f"{head}+"


def test_a_program_outside_a_repository_has_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "HERE", tmp_path / "abm")
    assert sources.commit() is None


@pytest.mark.parametrize("around", ["venv/site-packages", "untracked", "another project"])
def test_the_commit_of_a_repository_around_the_program_is_not_its_own(
    around: str, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if around == "untracked":
        git(checkout, "rm", "-rq", "--cached", "abm")
    elif around == "another project":
        (checkout / "pyproject.toml").write_text('[project]\nname = "thesis"\n', encoding="utf-8")
    else:
        (checkout / around).mkdir(parents=True)
        for name in ("abm", "pyproject.toml"):
            (checkout / name).rename(checkout / around / name)
        git(checkout, "add", ".")
        monkeypatch.setattr(sources, "HERE", checkout / around / "abm")
    git(checkout, "commit", "-qam", "not huzhu")
    assert sources.commit() is None


@pytest.mark.parametrize(
    "text", ["from . import rules", "from .rules import learned", "from ..persons import rules", "from .. import money"]
)
def test_a_relative_import_counts_from_where_the_file_lies(text: str) -> None:
    path = sources.HERE / "persons" / "not_there.py"
    meant = "abm.money" if "money" in text else "abm.persons.rules"
    sources.imports.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_text", lambda *_, **__: text)
        assert meant in sources.imports(path)
    sources.imports.cache_clear()
