"""Reads one file into its parts: front matter, texts, and the line of everything. Knows no kind of record."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kb.importer import front_matter
from kb.importer.problems import FileFaultError, Place
from kb.markup import normalise
from kb.sections import read_sections

MAX_BYTES = 1_000_000
FENCE = "---"
SUFFIX = ".md"
LEFT_ASIDE = ("readme.md", "license.md")  # for people who open the folder


@dataclass(slots=True)
class Source:
    """A file's parts; ``lines`` holds the line of each place, with body texts under ("texts", name)."""

    path: str
    fields: dict[str, Any]
    body: str
    body_line: int
    lines: dict[Place, int] = field(default_factory=dict)

    def texts(self) -> dict[str, str]:
        """Return the sections of the body by name, and note their lines."""
        before, sections = read_sections(self.body)
        if before.strip():
            message = "Text stands before the first heading like “## Hypothesis {#hypothesis}”. Move it below one."
            raise FileFaultError(message, line=self.body_line + _first_word(before))
        texts: dict[str, str] = {}
        for section in sections:
            line = self.body_line + section.line - 1
            if section.name in texts:
                raise FileFaultError("stands twice. Join the two texts.", line=line - 1, field=section.name)
            texts[section.name] = section.text
            self.lines["texts", section.name] = line + _first_word(section.text)
        return texts


def record_files(path: Path) -> Iterator[Path]:
    """Return the files to read: the path itself, or every Markdown file below it in a fixed order."""
    if path.is_dir():
        found = (file for file in path.rglob(f"*{SUFFIX}") if not _is_hidden(file.relative_to(path)))
        yield from sorted(file for file in found if file.name.lower() not in LEFT_ASIDE and not file.is_dir())
    else:
        yield path


def read_file(path: Path, name: str) -> Source:
    """Return the parts of a file; FileFaultError says in words why it cannot be."""
    return read_text(_decoded(path), name)


def read_text(text: str, name: str) -> Source:
    """Return the parts of a file's text."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not text.strip():
        raise FileFaultError("The file is empty. Delete it, or write a record into it.")
    if lines[0].rstrip() != FENCE:
        message = "This is no record: the first line must be “---”, followed by fields such as “kind: idea”."
        raise FileFaultError(message, line=1)
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == FENCE), None)
    if end is None:
        raise FileFaultError("The fields never end. Put a line “---” between the fields and the text.", line=len(lines))
    fields, places = front_matter.read("\n".join(lines[1:end]) + "\n", first_line=2)
    return Source(name, fields, "\n".join(lines[end + 1 :]), end + 2, places)


def _decoded(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            message = (
                f"The file is {size / 1e6:.1f} MB; at most {MAX_BYTES // 1_000_000} MB is read. Split or shorten it."
            )
            raise FileFaultError(message)
        raw = path.read_bytes()
    except OSError as error:
        message = f"The file cannot be read: {error.strerror}. Check its name and who may read it."
        raise FileFaultError(message) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = "This line is not UTF-8. Save the file again with the encoding UTF-8."
        raise FileFaultError(message, line=line) from error
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise FileFaultError("This line holds a NUL character. Take it out.", line=line)
    return text


def body_text(source: Source) -> str:
    """Return the whole body as one text, and note its line."""
    source.lines["body",] = source.body_line + _first_word(source.body)
    return normalise(source.body)


def _first_word(text: str) -> int:
    """Return how many lines are blank before the first word: what ``normalise`` takes off."""
    return len(text) - len(text.lstrip()) and text[: len(text) - len(text.lstrip())].count("\n")


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
