"""Writing: documents are gathered by token in memory and written as one segment, together with segments to be merged.

Whoosh's own writer sorts every posting through a pool, which took two thirds of the time of a rebuild.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from itertools import groupby, takewhile
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from kb.search.engine import Document
from kb.search.whoosh import schema
from kb.search.whoosh.codec import NUMBER, WEIGHT, Codec, Postings
from kb.search.whoosh.columns import column
from kb.search.whoosh.gathering import Gathered

LOCK_SECONDS = 10
MOST_SEGMENTS = 30
LARGE = 100  # documents of a segment that is merged at night: no change is to wait while six larger ones are merged
_TIER = 6
Rule = Callable[[Sequence[Any]], list[Any]]  # which of the segments are to be merged


def usual(segments: Sequence[Any]) -> list[Any]:
    """Return what a commit merges: small ones of one size when they are six; the smaller half when too many."""
    if len(segments) > MOST_SEGMENTS:
        return sorted(segments, key=lambda segment: int(segment.doc_count_all()))[: MOST_SEGMENTS // 2]
    tiers = defaultdict(list)
    for segment in segments:
        if segment.doc_count_all() < LARGE:
            tiers[len(str(segment.doc_count_all()))].append(segment)
    return [segment for tier in tiers.values() if len(tier) >= _TIER for segment in tier]


def everything(segments: Sequence[Any]) -> list[Any]:
    """Return all segments: what a merge at night takes."""
    return list(segments)


def nothing(_segments: Sequence[Any]) -> list[Any]:
    """Return no segment: a rebuild writes each but once."""
    return []


class Writer(SegmentWriter):  # type: ignore[misc]  # whoosh has no types
    """Whoosh's writer with its lock, its columns and its commit, and with posting lists of our own."""

    docnum: int

    def __init__(self, opened: Any) -> None:
        super().__init__(opened, codec=Codec(), compound=False, timeout=LOCK_SECONDS)
        self._gathered = Gathered()
        self._merged: list[tuple[Any, npt.NDArray[np.int64]]] = []

    @property
    def postings(self) -> int:
        """How many postings are held in memory."""
        return len(self._gathered)

    def add(self, document: Document) -> None:
        """Add a document; those before it with the same id are to be deleted first."""
        self._gathered.add(self._start(document.id, document.seq, document.length), document)

    def finish(self, rule: Rule = usual) -> None:
        """Commit, and merge the segments that the rule names."""
        self.commit(mergetype=lambda _writer, segments: self._take(segments, rule(segments)))

    def _start(self, item: int, seq: int, length: float) -> int:
        number: int = self.docnum
        self.perdocwriter.start_doc(number)
        for name, value in ((schema.ID, item), (schema.SEQ, seq), (schema.LENGTH, length)):
            self.perdocwriter.add_column_value(name, self.schema[name].column_type, value)
        self.perdocwriter.finish_doc()
        self.docnum = number + 1
        self._added = True
        return number

    def _take(self, segments: Sequence[Any], chosen: Sequence[Any]) -> list[Any]:
        """Number the living documents of the chosen segments anew; return the segments that stay."""
        for segment in chosen:
            reader = SegmentReader(self.storage, self.schema, segment)
            numbers = np.full(segment.doc_count_all(), -1, np.int64)
            ids, seqs, lengths = (column(reader, name) for name in (schema.ID, schema.SEQ, schema.LENGTH))
            for old in reader.all_doc_ids():
                numbers[old] = self._start(int(ids[old]), int(seqs[old]), float(lengths[old]))
            self._merged.append((reader, numbers))
        return [segment for segment in segments if segment not in chosen]

    def _flush_segment(self) -> None:
        self.perdocwriter.close()
        for name, own in ((schema.PLACES, self._gathered.places()), (schema.WORDS, self._gathered.words())):
            self.fieldwriter.start_field(name, self.schema[name])
            for token, postings in self._lists(name, own):
                self.fieldwriter.add_list(token, postings)
            self.fieldwriter.finish_field()
        self.fieldwriter.close()

    def _close_segment(self) -> None:
        for reader, _ in self._merged:
            reader.close()
        self._merged.clear()
        super()._close_segment()

    def _lists(self, name: str, own: Iterator[tuple[bytes, Postings]]) -> Iterator[tuple[bytes, Postings]]:
        """Yield the posting list of each token in order: the new documents before those of merged segments."""
        parts = [own, *(_renumbered(reader, name, numbers) for reader, numbers in self._merged)]
        for token, found in groupby(merge(*parts, key=itemgetter(0)), key=itemgetter(0)):
            joined = _joined([postings for _, postings in found])
            if joined.ids:
                yield token, joined


def _renumbered(reader: Any, name: str, numbers: npt.NDArray[np.int64]) -> Iterator[tuple[bytes, Postings]]:
    """Yield the posting lists of a segment without its deleted documents."""
    form = reader.schema[name].format
    terms = reader._terms  # noqa: SLF001 - the public way looks each token up again
    for (_, token), info in takewhile(lambda item: item[0][0] == name, terms.items_from(name, b"")):
        held = Postings()
        for block in Codec().postings_reader(terms._postfile, info, form).blocks():  # noqa: SLF001
            fresh = numbers[block.ids]
            kept = fresh >= 0
            weights = np.ones(len(fresh), WEIGHT) if block.weights is None else block.weights
            held.ids.frombytes(fresh[kept].astype(NUMBER).tobytes())
            if name == schema.WORDS:
                held.weights.frombytes(weights[kept].tobytes())
            else:
                held.counts.frombytes(block.counts[kept].tobytes())
                held.places.frombytes(block.places[np.repeat(kept, block.counts)].tobytes())
        yield token, held


def _joined(parts: Sequence[Postings]) -> Postings:
    first = parts[0]
    for other in parts[1:]:
        first.ids += other.ids
        first.weights += other.weights
        first.counts += other.counts
        first.places += other.places
    return first
