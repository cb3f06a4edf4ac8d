"""Reading: one Whoosh reader a thread, opened fresh after each commit and never refreshed, with shared decoded arrays.

Shared readers gave errors in 61 % of calls and some silently wrong answers; ``refresh()`` is never called. Postings are
decoded once into arrays that never change, so threads may share those.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh import index
from whoosh.reading import TermNotFound

from kb.search.engine import IndexUnavailableError, SearchTimeoutError
from kb.search.whoosh import schema
from kb.search.whoosh.codec import Block
from kb.search.whoosh.columns import column
from kb.search.whoosh.store import Store

PLACE_BITS = 16
_TRIES = 8
_SURE, _PAUSE = 3, 0.03
_REST = 5.0
_NO_IDS, _NO_WEIGHTS = np.zeros(0, np.int64), np.zeros(0, np.float32)
Pair = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]


@dataclass(slots=True)
class Shared:
    """What all threads share of one commit: the item of each document, its length, and decoded postings.

    ``last`` was read before the commit was opened, so the index holds that change and may hold later ones.
    """

    stamp: tuple[object, ...]
    generation: int
    last: int
    ids: npt.NDArray[np.int64]
    seqs: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.float32]
    alive: npt.NDArray[np.bool_]
    budget: int
    _held: OrderedDict[tuple[str, str], Any] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: tuple[str, str], decode: Callable[[], Any]) -> Any:
        """Return what is held under the key, decoding it if need be; the least recently used goes when it is full."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        value = decode()
        size = sum(array.nbytes for array in value)
        with self._lock:
            if size <= self.budget // 4 and key not in self._held:
                self._held[key] = value
                self._bytes += size
            while self._bytes > self.budget:
                _, dropped = self._held.popitem(last=False)
                self._bytes -= sum(array.nbytes for array in dropped)
        return value


class Opened:
    """An open index, for one thread: the postings the executor asks for."""

    def __init__(self, reader: Any, shared: Shared) -> None:
        self.reader = reader
        self.shared = shared
        self.leaves = [(leaf, base) for leaf, base in reader.leaf_readers() if leaf.doc_count_all()]

    def __del__(self) -> None:
        with suppress(Exception):  # closed already, or the interpreter is going
            self.reader.close()

    def postings(self, token: str, deadline: float) -> Pair:
        """Return the documents that hold the token and its weight in each."""
        found: Pair = self.shared.get((schema.WORDS, token), lambda: self._postings(token, deadline))
        return found

    def places(self, token: str, deadline: float) -> npt.NDArray[np.int64]:
        """Return every occurrence of the token, sorted: document and position in one number."""
        found: tuple[npt.NDArray[np.int64]] = self.shared.get(
            (schema.PLACES, token), lambda: (self._places(token, deadline),)
        )
        return found[0]

    def _postings(self, token: str, deadline: float) -> Pair:
        documents, weights = [_NO_IDS], [_NO_WEIGHTS]
        for block, base in self._blocks(schema.WORDS, token, deadline):
            documents.append(block.ids + np.int64(base))
            weights.append(np.ones(len(block.ids), np.float32) if block.weights is None else block.weights)
        ids, held = np.concatenate(documents), np.concatenate(weights)
        alive = self.shared.alive[ids]
        return (ids, held) if alive.all() else (ids[alive], held[alive])

    def _places(self, token: str, deadline: float) -> npt.NDArray[np.int64]:
        places = [_NO_IDS]
        for block, base in self._blocks(schema.PLACES, token, deadline):
            documents = np.repeat(block.ids + np.int64(base), block.counts)
            alive = self.shared.alive[documents]
            places.append(((documents << PLACE_BITS) + block.places)[alive])
        return np.concatenate(places)

    def _blocks(self, name: str, token: str, deadline: float) -> Iterator[tuple[Block, int]]:
        """Yield the blocks of a token with the number of their segment's first document, deleted documents too."""
        text = token.encode()
        for leaf, base in self.leaves:
            try:
                # not leaf.postings: that looks at each posting whether it is deleted
                matcher = leaf._terms.matcher(name, text, leaf.schema[name].format)  # noqa: SLF001
            except (TermNotFound, KeyError):
                continue
            for block in matcher.blocks():
                check(deadline)
                if not _is_plausible(block):
                    raise ValueError(token)
                yield block, base


class Readers:
    """Hands each thread its own open reader of the newest commit."""

    def __init__(self, store: Store, budget: int) -> None:
        self._store = store
        self._budget = budget
        self._own = threading.local()
        self._lock = threading.Lock()
        self._shared: Shared | None = None
        self._broken: tuple[object, ...] = ()  # a commit that could not be opened: not tried again for a while
        self._broken_until = 0.0

    def get(self) -> Opened:
        """Return this thread's reader; IndexUnavailableError if the index is missing or broken."""
        held: Opened | None = getattr(self._own, "opened", None)
        if held is not None and held.shared.stamp == self._store.stamp():
            return held
        self.close()
        opened = self._own.opened = self._open()
        return opened

    def close(self) -> None:
        """Let go of this thread's reader; its files are closed with it."""
        self._own.opened = None

    def _open(self) -> Opened:
        """Open the newest commit; a commit in between takes files away, so try again (3 % of opens need it)."""
        fault: Exception | None = None
        same = 0
        for _ in range(_TRIES):
            stamp = self._store.stamp()
            if stamp == self._broken and time.monotonic() < self._broken_until:
                break
            path = self._store.current()
            manifest = self._store.manifest(path)
            try:
                reader = index.open_dir(str(path)).reader()
                if path.name == stamp[0]:  # else another index was swapped in meanwhile
                    return Opened(reader, self._share(stamp, manifest.last, reader))
                reader.close()
            except Exception as error:  # noqa: BLE001 - a damaged pickle can raise anything
                fault = error
                if self._store.stamp() != stamp:
                    continue  # a commit came between
                same += 1
                if same == _SURE:  # nothing changes any more: it is damage and no commit on its way
                    self._broken, self._broken_until = stamp, time.monotonic() + _REST
                    break
                time.sleep(_PAUSE)
        message = "The search index is damaged."
        raise IndexUnavailableError(message) from fault

    def _share(self, stamp: tuple[object, ...], last: int, reader: Any) -> Shared:
        """Return what is shared of a commit; its manifest is written a moment after it, so both must be the same."""
        with self._lock:
            held = self._shared
            if held is None or (held.stamp, held.generation) != (stamp, reader.generation()):
                held = self._shared = _shared(stamp, last, reader, self._budget)
            return held


def _shared(stamp: tuple[object, ...], last: int, reader: Any, budget: int) -> Shared:
    alive = np.zeros(reader.doc_count_all(), np.bool_)
    alive[np.fromiter(reader.all_doc_ids(), np.int64)] = True
    return Shared(
        stamp=stamp,
        generation=reader.generation(),
        last=last,
        ids=column(reader, schema.ID),
        seqs=column(reader, schema.SEQ),
        lengths=column(reader, schema.LENGTH),
        alive=alive,
        budget=budget,
    )


def _is_plausible(block: Block) -> bool:
    """Say whether a block can be what was written; zeros in a file would else give wrong results in silence."""
    ascends = bool((block.ids[1:] > block.ids[:-1]).all())
    return ascends and (block.weights is None or bool((block.weights > 0).all()))


def check(deadline: float) -> None:
    """Raise SearchTimeoutError when the time is over."""
    if time.monotonic() > deadline:
        raise SearchTimeoutError
