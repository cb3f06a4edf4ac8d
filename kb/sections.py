"""Long texts in the body of a file: each begins at a line ``## Any heading {#name}`` and ends at the next. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_MARKER = re.compile(r"##[ \t]+.*?[ \t]*\{#(?P<name>[^{}\s]+)\}[ \t]*")
_LIKE_MARKER = re.compile(r"\\*##[ \t]+.*?[ \t]*\{#[^{}\s]+\}[ \t]*")


@dataclass(frozen=True, slots=True)
class Section:
    """One text; ``line`` is that of its first line, counted from 1 at the beginning of the body."""

    name: str
    text: str
    line: int


def read_sections(body: str) -> tuple[str, list[Section]]:
    """Return the text before the first marker, and the sections in order."""
    before: list[str] = []
    found: list[tuple[str, list[str], int]] = []
    for number, line in enumerate(body.split("\n"), start=1):
        marker = _MARKER.fullmatch(line)
        if marker:
            found.append((marker["name"], [], number + 1))
            continue
        plain = line[1:] if line.startswith("\\") and _LIKE_MARKER.fullmatch(line) else line
        (found[-1][1] if found else before).append(plain)
    return "\n".join(before), [Section(name, "\n".join(lines), line) for name, lines, line in found]


def write_sections(texts: Mapping[str, str], headings: Mapping[str, str]) -> str:
    """Return the body that holds the texts, in their order, each under a heading for people."""
    parts = []
    for name, text in texts.items():
        heading = " ".join(headings.get(name, name).replace("{#", "{ #").split())
        lines = [f"\\{line}" if _LIKE_MARKER.fullmatch(line) else line for line in text.split("\n")]
        parts.append(f"## {heading or name} {{#{name}}}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)
