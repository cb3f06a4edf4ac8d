"""The documentation says what there is: every command, setting, route folder and decision."""

import re
from pathlib import Path

import click
import pytest

from kb import cli

ROOT = Path(__file__).parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]+)")


def test_every_command_is_documented_and_explains_itself() -> None:
    text = "\n".join(path.read_text() for path in DOCS)
    context = click.Context(cli.kb)
    for name in cli.kb.list_commands(context):
        command = cli.kb.get_command(context, name)
        assert command is not None
        assert command.help, name
        assert f"kb {name}" in text, name
        for sub in getattr(command, "commands", {}).values():
            assert sub.help, sub.name


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    text = _CODE.sub("", path.read_text())
    missing = [target for target in _LINK.findall(text) if not (path.parent / target).exists()]
    assert missing == []


def test_the_architecture_names_every_place() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    folders = {path.parent.name for path in (ROOT / "kb").glob("*/__init__.py")}
    files = {path.name for path in (ROOT / "kb").glob("*.py")} - {"__init__.py"}
    assert [name for name in folders if f"{name}/" not in text] == []
    assert [name for name in files if name not in text] == []


def test_the_command_lines_of_the_readme_are_two() -> None:
    lines = [line for line in (ROOT / "README.md").read_text().splitlines() if ".venv/bin/pip" in line]
    assert len(lines) == 2
    assert lines[0].endswith("kb demo")
    assert lines[1].endswith(".venv/bin/pytest")
