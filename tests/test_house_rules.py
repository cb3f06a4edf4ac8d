"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAX_LINES = 400
VAGUE = {"utils", "util", "helpers", "helper", "services", "service_layer", "common", "manager", "managers", "misc"}
TOP_LEVEL = {
    "pyproject.toml", "kb", "content", "migrations", "tests", "static", "README.md", "docs", "constraints.txt",
    "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", ".ci", ".gitignore", ".gitattributes", ".github",
}  # fmt: skip
SAFE_SOURCES = re.compile(r"(?:html\[[^\]]+\]|_html|html\.get\([^)]*\)|snippet|html)\s*\|\s*safe")
MACHINE = re.compile(r"/(?:root|home|work)/[a-z.]|pypi\.org|pythonhosted|npmjs|deb\.debian|file:///")
TALK = re.compile(r"\b(?:claude|chatgpt|copilot|language model|ai[- ]generated|coding agent|as an ai)\b", re.IGNORECASE)


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in _tracked("kb/*.py", "kb/**/*.py"):
        yield path, ast.parse(path.read_text())


def test_nothing_new_at_the_top() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in _tracked()} <= TOP_LEVEL


@pytest.mark.parametrize("pattern", ["*.py", "*.css", "*.js", "*.html"])
def test_files_are_short(pattern: str) -> None:
    long = {str(path.relative_to(ROOT)): lines for path in _tracked(pattern) if (lines := _lines(path)) > MAX_LINES}
    assert long == {}


def _lines(path: Path) -> int:
    return path.read_text().count("\n")


def test_modules_are_named_after_what_they_do() -> None:
    assert [path.name for path, _ in _modules() if path.stem in VAGUE] == []


def test_every_module_opens_with_a_sentence() -> None:
    openings = {path: (ast.get_docstring(tree) or "").split("\n\n", maxsplit=1)[0].strip() for path, tree in _modules()}
    assert [str(path) for path, first in openings.items() if not first.endswith((".", "?", "!", ":"))] == []


def test_the_environment_is_read_in_one_place() -> None:
    reads = re.compile(r"os\.environ|os\.getenv|environ\[")
    found = {path.relative_to(ROOT).as_posix() for path, _ in _modules() if reads.search(path.read_text())}
    assert {name for name in found if not name.startswith("kb/bench/")} == {
        "kb/config.py"
    }  # benchmarks start processes


def test_only_the_feed_commits() -> None:
    allowed = {"kb/feed.py", "kb/bench/bare.py"}  # the second is another application, measured beside ours
    commits = re.compile(r"\bsession\.commit\(|\bsession\.begin\(")
    found = {path.relative_to(ROOT).as_posix() for path, _ in _modules() if commits.search(path.read_text())}
    assert found <= allowed


def test_safe_is_said_only_of_what_markup_made() -> None:
    for path in _tracked("kb/templates/*.html", "kb/templates/**/*.html"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for _ in re.finditer(r"\|\s*safe\b", line):
                assert SAFE_SOURCES.search(line), f"{path.relative_to(ROOT)}:{number}"


def test_templates_hold_no_inline_script_or_style() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\son[a-z]+=|javascript:", re.IGNORECASE)
    for path in _tracked("kb/templates/*.html", "kb/templates/**/*.html"):
        assert inline.search(path.read_text()) is None, path


def test_no_roles_in_views_and_templates() -> None:
    roles = re.compile(r"\bRole\.|is_admin|['\"](?:curator|contributor)['\"]")
    places = [*_tracked("kb/**/views.py"), *_tracked("kb/templates/**/*.html")]
    assert [str(path) for path in places if roles.search(path.read_text())] == []


def test_the_project_speaks_of_itself_alone() -> None:
    for path in _tracked():
        if path.suffix in {".png", ".ico", ".woff2"} or path.name in {"xss_markdown.json", Path(__file__).name}:
            continue
        text = path.read_text(errors="replace")
        assert TALK.search(text) is None, path
        if "tests/data" not in path.as_posix():
            assert MACHINE.search(text) is None, path


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    places = [*_tracked("kb/*.py", "kb/**/*.py"), *_tracked("kb/templates/**/*.html"), *_tracked("static/**")]
    assert [str(path) for path in places if later.search(path.read_text(errors="replace"))] == []
