"""Chance that repeats itself: the same seed gives the same draws on every machine, whatever PYTHONHASHSEED says."""

import random
from collections.abc import Iterator

import numpy as np

from kb.ids import ALPHABET, LENGTH

BITS = 5 * LENGTH


def chance(seed: int, name: str) -> random.Random:
    """Return a source of single draws for one purpose, independent of all others."""
    return random.Random(f"throughline/{seed}/{name}")  # noqa: S311 - seeded rows must repeat, not be secret


def streams(seed: int, name: int) -> np.random.Generator:
    """Return a source of bulk draws for one purpose, independent of all others."""
    return np.random.Generator(np.random.PCG64([seed, name]))


def numbered(seed: int, name: str) -> Iterator[tuple[int, str]]:
    """Give row ids from 1 up, each with a public id that never repeats within one name."""
    draw, seen = chance(seed, f"ids/{name}"), set[int]()
    while True:
        number = draw.getrandbits(BITS)
        if number not in seen:
            seen.add(number)
            yield len(seen), "".join([ALPHABET[number >> shift & 31] for shift in range(0, BITS, 5)])
