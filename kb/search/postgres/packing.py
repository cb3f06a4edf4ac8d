"""How postings are packed into bytes: sorted little-endian numbers, so that reading them is one copy. Pure.

Items are cut into blocks of 1,024 by id. ``documents`` holds the item's number in its block (16 bits), ``weights`` the
weight of the token in each (float), ``places`` every occurrence as number in the block * 2 ** 20 + position (32 bits).
"""

import functools
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

BLOCK_BITS = 10
PLACE_BITS = 20
_DOCUMENT = np.dtype("<u2")
_WEIGHT = np.dtype("<f4")
_PLACE = np.dtype("<u4")
_WITHIN = (1 << BLOCK_BITS) - 1
_LAST_PLACE = (1 << PLACE_BITS) - 1
_LONGEST = 200  # bytes of a token that are kept as they are: an index row of PostgreSQL holds 2,700
_LENGTH_BYTES = 2
_CHECKSUM_BYTES = 8
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


class Packed(NamedTuple):
    """The postings of one token in one block."""

    documents: bytes
    weights: bytes
    places: bytes


Entry = tuple[int, float, Sequence[int]]
"""One token in one item: the item's number in its block, the weight, the positions."""

NOTHING = Packed(b"", b"", b"")


def block_of(item: int) -> int:
    """Return the block of an item."""
    return item >> BLOCK_BITS


def number_of(item: int) -> int:
    """Return the number of an item in its block."""
    return item & _WITHIN


@functools.lru_cache(maxsize=100_000)
def key(token: str) -> bytes:
    """Return what a token is kept under: itself, or a digest when it is longer than any analysed one."""
    plain = token.encode("utf-8", "surrogatepass")
    return plain if len(plain) <= _LONGEST else b"\xff" + hashlib.blake2b(plain, digest_size=32).digest()


def joined(keys: Iterable[bytes]) -> bytes:
    """Return the keys of a document in one value, each with its length before it."""
    return b"".join(len(one).to_bytes(_LENGTH_BYTES, "little") + one for one in keys)


def parted(value: bytes) -> list[bytes]:
    """Return the keys that ``joined`` put together."""
    found, at = [], 0
    while at < len(value):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(value[at:start], "little")
        found.append(value[start:at])
    return found


def checksum(packed: Packed) -> bytes:
    """Return the checksum of a posting row; ``CHECKSUM_SQL`` is the same in the database."""
    return hashlib.sha256(b"".join(packed)).digest()[:_CHECKSUM_BYTES]


CHECKSUM_SQL = f"substring(sha256(documents || weights || places) FROM 1 FOR {_CHECKSUM_BYTES})"


def changed(old: Packed, gone: Collection[int], entries: Sequence[Entry]) -> Packed:
    """Return the postings without those of the items ``gone`` and with the entries of others."""
    documents = np.array([number for number, _, _ in entries], _DOCUMENT)
    weights = np.array([weight for _, weight, _ in entries], _WEIGHT)
    places = np.array(
        [(number << PLACE_BITS) + place for number, _, own in entries for place in own if place <= _LAST_PLACE], _PLACE
    )
    if old != NOTHING:
        stays = np.ones(1 << BLOCK_BITS, np.bool_)
        stays[list(gone)] = False
        held = np.frombuffer(old.documents, _DOCUMENT)
        kept = stays[held]
        documents = np.concatenate([held[kept], documents])
        weights = np.concatenate([np.frombuffer(old.weights, _WEIGHT)[kept], weights])
        before = np.frombuffer(old.places, _PLACE)
        places = np.concatenate([before[stays[before >> PLACE_BITS]], places])
    order = np.argsort(documents)
    places.sort()
    return Packed(documents[order].tobytes(), weights[order].tobytes(), places.tobytes())


def postings(blocks: Mapping[int, tuple[bytes, bytes]]) -> tuple[Integers, Floats]:
    """Return the items of a token and its weight in each, from ``documents`` and ``weights`` by block in order."""
    counts = [len(documents) // _DOCUMENT.itemsize for documents, _ in blocks.values()]
    items = np.frombuffer(b"".join(documents for documents, _ in blocks.values()), _DOCUMENT).astype(np.int64)
    items += np.repeat(np.array(list(blocks), np.int64) << BLOCK_BITS, counts)
    weights: Floats = np.frombuffer(b"".join(weights for _, weights in blocks.values()), _WEIGHT)
    if len(weights) != len(items):
        message = "a weight is missing"
        raise ValueError(message)
    return items, weights


def occurrences(blocks: Mapping[int, bytes]) -> Integers:
    """Return every occurrence of a token as item * 2 ** 20 + position, sorted, from ``places`` by block in order."""
    counts = [len(places) // _PLACE.itemsize for places in blocks.values()]
    found = np.frombuffer(b"".join(blocks.values()), _PLACE).astype(np.int64)
    found += np.repeat(np.array(list(blocks), np.int64) << (BLOCK_BITS + PLACE_BITS), counts)
    return found
