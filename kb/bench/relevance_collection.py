"""A judged collection: documents, queries and which document answers which, and its documents as records in files.

The layout is that of many public collections: ``docs.jsonl`` and ``queries.jsonl`` with ``_id``, ``text`` and, for
documents, ``title``; ``qrels.tsv`` with a head line and query, document, score. A score above 0 means relevant.
"""

import csv
import datetime as dt
import json
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.cases.document import CaseDocument
from kb.cases.rules import TEXTS
from kb.errors import KbError
from kb.exporter.files import write_file
from kb.ids import ALPHABET, LENGTH
from kb.permissions import Audience, State

FILES = ("docs.jsonl", "queries.jsonl", "qrels.tsv")
MAX_TITLE = 200
TITLE_OF_TEXT = 80  # characters that become the title of a text without one
PARAGRAPH = 5_000
MAX_TEXT = 90_000  # characters of one text of a record
_MADE = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
_MARKS = str.maketrans(dict.fromkeys("`*_{}[]<>#|~\\", " "))  # Markdown signs that stand in no word


class CollectionError(KbError):
    """The folder does not hold a judged collection."""

    title = "The collection cannot be read"
    advice = f"The folder needs the files {', '.join(FILES)}."


@dataclass(frozen=True, slots=True)
class Text:
    """A document of the collection."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """``relevant`` holds the documents that answer each query; a query without any is left out."""

    texts: tuple[Text, ...]
    queries: Mapping[str, str]
    relevant: Mapping[str, frozenset[str]]


def read(folder: Path) -> Collection:
    """Return the collection in the folder."""
    try:
        texts = tuple(_text(row) for row in _rows(folder / FILES[0]))
        asked = {str(row["_id"]): str(row["text"]) for row in _rows(folder / FILES[1])}
        relevant = _relevant(folder / FILES[2], {text.id for text in texts})
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{folder}: {error}"
        raise CollectionError(message) from error
    judged = {query: relevant[query] for query in asked if relevant.get(query)}
    if not texts or not judged:
        message = f"{folder} holds no documents or no query with a relevant one."
        raise CollectionError(message)
    return Collection(texts, {query: asked[query] for query in judged}, judged)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _text(row: Mapping[str, Any]) -> Text:
    return Text(str(row["_id"]), " ".join(str(row.get("title") or "").split()), " ".join(str(row["text"]).split()))


def _relevant(path: Path, known: set[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as lines:
        for query, document, score in csv.reader(lines, delimiter="\t"):
            if score.lstrip("-").isdecimal() and int(score) > 0 and document in known:
                found[query].add(document)
    return {query: frozenset(documents) for query, documents in found.items()}


def write_records(collection: Collection, folder: Path) -> dict[str, str]:
    """Write each document as a published, public case study for the importer; return its id by public id."""
    known = {}
    for number, text in enumerate(collection.texts):
        public_id = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH)))
        (folder / f"{public_id}.md").write_text(write_file(_record(public_id, text).plain(), {}), encoding="utf-8")
        known[public_id] = text.id
    return known


def _record(public_id: str, text: Text) -> CaseDocument:
    whole = text.text.translate(_MARKS)
    title = " ".join(text.title.translate(_MARKS).split())
    head = _cut(title, MAX_TITLE) if title else _cut(whole.strip(), TITLE_OF_TEXT) or text.id
    pieces = [whole if title in {head, ""} else f"{title} {whole}"]
    while len(pieces[-1]) > MAX_TEXT and len(pieces) < len(TEXTS):
        pieces[-1:] = [pieces[-1][:MAX_TEXT], pieces[-1][MAX_TEXT:]]
    return CaseDocument(
        id=public_id,
        title=head,
        state=State.PUBLISHED,
        audience=Audience.PUBLIC,
        created=_MADE,
        published=_MADE,
        small_counts_confirmed=True,
        texts={name: _paragraphs(piece[:MAX_TEXT]) for name, piece in zip(TEXTS, pieces, strict=False)},
    )


def _paragraphs(text: str) -> str:
    """Return the text in paragraphs, because one may hold only so much."""
    return "\n\n".join(textwrap.wrap(text, PARAGRAPH, break_on_hyphens=False))


def _cut(text: str, length: int) -> str:
    """Return the first words of a text, as many as fit."""
    if len(text) <= length:
        return text
    return text[: length + 1].rpartition(" ")[0].rstrip() or text[:length]
