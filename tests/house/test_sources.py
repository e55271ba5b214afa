"""What a file depends on is found by its imports, however they are written."""

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
