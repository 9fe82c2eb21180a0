"""The documentation says what the code does."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from xlcrm.cli import COMMANDS

ROOT = Path(__file__).parents[1]


def test_the_field_reference_is_up_to_date() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "fields.py"))["lines"]()
    assert (ROOT / "docs" / "fields.md").read_text("utf-8") == "\n".join(made) + "\n"


def test_the_table_of_rights_is_up_to_date() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "rights.py"))["lines"]()
    assert (ROOT / "docs" / "rights.md").read_text("utf-8") == "\n".join(made) + "\n"


def test_links_between_documents_lead_somewhere() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_every_command_is_documented(readme: str) -> None:
    rows = re.findall(r"(?m)^\| `xlcrm (\w+)", (ROOT / readme).read_text("utf-8"))
    assert sorted(set(rows)) == sorted(COMMANDS)


def test_ci_calls_the_readmes_commands() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    for command in ("make demo", "make test"):
        assert command in (ROOT / "README.md").read_text("utf-8")
        assert command in script
