"""Our posting lists against Whoosh's own: its writer, its codec and its matcher are the oracle."""

import tempfile
import time
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import columns, fields, formats, index
from whoosh.codec.whoosh3 import W3Codec
from whoosh.reading import TermNotFound

from kb.search.engine import Document
from kb.search.whoosh import codec, schema
from kb.search.whoosh.engine import WhooshEngine
from kb.search.whoosh.reader import PLACE_BITS
from kb.search.whoosh.writer import Writer, everything, nothing, usual

WORDS = ("a", "b", "é", "word", "words", "zz", "☃")
Held = dict[tuple[str, str], dict[int, Any]]


class _Values(formats.Existence):  # type: ignore[misc]  # whoosh has no types
    posting_size = -1


class _Words(fields.FieldType):  # type: ignore[misc]  # whoosh has no types
    def __init__(self) -> None:
        super().__init__(formats.Existence(), None)

    def index(self, value: Mapping[str, float], **_options: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        return ((token.encode(), 1, weight, b"") for token, weight in value.items())


class _Places(fields.FieldType):  # type: ignore[misc]  # whoosh has no types
    def __init__(self) -> None:
        super().__init__(_Values(), None)

    def index(self, value: Mapping[str, Sequence[int]], **_options: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        return ((token.encode(), 1, 1.0, array("H", places).tobytes()) for token, places in value.items())


@st.composite
def documents(draw: st.DrawFn, number: int) -> Document:
    words = draw(st.dictionaries(st.sampled_from(WORDS), st.sampled_from((0.5, 1.0, 3.0, 4.5)), max_size=7))
    placed = draw(st.sets(st.sampled_from(sorted(words)), max_size=7)) if words else set()
    spots = st.sets(st.integers(0, 65_535), min_size=1, max_size=4)
    places = {token: sorted(draw(spots)) for token in words if token in placed}
    return Document(number, draw(st.integers(0, 9)), draw(st.sampled_from((0.0, 7.5))), words, places)


@st.composite
def batches(draw: st.DrawFn) -> list[tuple[list[Document], set[int]]]:
    """Commits: the documents of each, and the ids that go with it."""
    found, number = [], 1
    for _ in range(draw(st.integers(1, 5))):
        size = draw(st.integers(0, 5))
        fresh = [draw(documents(number + at)) for at in range(size)]
        gone = draw(st.sets(st.integers(1, number - 1), max_size=4)) if number > 1 else set()
        number += size
        found.append((fresh, gone))
    return found


def whoosh_holds(path: Path, commits: list[tuple[list[Document], set[int]]]) -> Held:
    """Return what Whoosh's own writer and matcher make of it."""
    plain = fields.Schema(id=fields.COLUMN(columns.NumericColumn("q")), words=_Words(), places=_Places())
    index.create_in(str(path), plain)
    numbers: dict[int, int] = {}
    for fresh, gone in commits:
        writer = index.open_dir(str(path)).writer(codec=W3Codec(blocklimit=2), compound=False)
        for item in gone & numbers.keys():
            writer.delete_document(numbers.pop(item))
        first = sum(segment.doc_count_all() for segment in writer.segments)
        for at, document in enumerate(fresh):
            writer.add_document(id=document.id, words=document.words, places=document.places)
            numbers[document.id] = first + at
        writer.commit(merge=False)
    return stepped(path)


def stepped(path: Path) -> Held:
    """Return every posting by item, read with the public matcher of whatever codec the index has."""
    held: Held = {}
    with index.open_dir(str(path)).reader() as reader:
        for leaf, _ in reader.leaf_readers():
            ids = list(leaf.column_reader(schema.ID)) if leaf.doc_count_all() else []
            for name in (schema.WORDS, schema.PLACES):
                for token in WORDS:
                    try:
                        matcher = leaf.postings(name, token)
                    except TermNotFound:
                        continue
                    while matcher.is_active():
                        value = matcher.weight() if name == schema.WORDS else matcher.value()
                        assert held.setdefault((name, token), {}).setdefault(ids[matcher.id()], value) is value
                        matcher.next()
    return held


def read(engine: WhooshEngine) -> Held:
    """Return every posting by item, as searches read them."""
    opened, held = engine._readers.get(), {}
    for token in WORDS:
        ids, weights = opened.postings(token, time.monotonic() + 60)
        assert (np.diff(ids) > 0).all()
        held[schema.WORDS, token] = dict(zip(opened.shared.ids[ids].tolist(), weights.tolist(), strict=True))
        places: dict[int, bytes] = {}
        spots = opened.places(token, time.monotonic() + 60)
        assert (np.diff(spots) > 0).all()
        for spot in spots.tolist():
            item = int(opened.shared.ids[spot >> PLACE_BITS])
            places[item] = places.get(item, b"") + array("H", [spot & 0xFFFF]).tobytes()
        held[schema.PLACES, token] = places
    return {key: value for key, value in held.items() if value}


@settings(max_examples=60, deadline=None)
@given(batches(), st.sampled_from((nothing, usual, everything)), st.sampled_from((1, 2, 32_768)))
def test_the_postings_of_whoosh(commits: list[tuple[list[Document], set[int]]], rule: Any, block: int) -> None:
    before, codec.BLOCK = codec.BLOCK, block
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "plain").mkdir()
        engine = WhooshEngine(Path(folder) / "own")
        engine.rebuild([], last=0)
        for fresh, gone in commits:
            engine.apply(fresh, gone, last=1)
        expected = whoosh_holds(Path(folder) / "plain", commits)
        assert read(engine) == expected
        writer = Writer(index.open_dir(str(engine._store.current())))
        writer.finish(rule)
        again = WhooshEngine(Path(folder) / "own")
        assert read(again) == expected
        assert stepped(again._store.current()) == expected
        living = {document.id: document for fresh, _ in commits for document in fresh}
        gone_later = {item for at, (_, gone) in enumerate(commits) for item in gone if _known(commits[:at], item)}
        assert again.sequences() == {item: one.seq for item, one in living.items() if item not in gone_later}
        if rule is everything:
            assert len(again._readers.get().leaves) == bool(again.sequences())
        engine.close()
        again.close()
    codec.BLOCK = before


def _known(commits: list[tuple[list[Document], set[int]]], item: int) -> bool:
    return any(document.id == item for fresh, _ in commits for document in fresh)
