"""A vocabulary of 50,000 words with the frequencies of real text: few very common, most very rare (Zipf)."""

import functools
import itertools

import numpy as np
import numpy.typing as npt

from kb.bench.chance import streams
from kb.bench.lists import LISTS
from kb.bench.topics import TOPICS

SIZE = 50_000
EXPONENT = 1.03
TABLE_BITS = 21  # the rarest word has a share of 1.5 in a million, so the table of draws needs two million places
_ORDER = 20_261  # of the rarer words; the same for every seed
_PREFIXES = ("", "re", "pre", "co", "multi", "inter", "over", "under", "non", "sub", "cross", "out", "micro", "self")
_SUFFIXES = ("ing", "ed", "er", "ers", "ment", "able", "ation", "ations", "ful", "ly", "ity", "ive", "al", "ance")
_ONSETS = ("b", "br", "c", "d", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "w")
_VOWELS = ("a", "e", "i", "o", "u", "ea")
_CODAS = ("l", "n", "r", "s", "t", "nd", "m", "rn")


@functools.cache
def vocabulary() -> tuple[str, ...]:
    """Return all words, the most frequent first."""
    topical = itertools.chain.from_iterable(topic.words for topic in TOPICS)
    head = list(dict.fromkeys([*LISTS["function"], *LISTS["common"], *topical]))
    derived = [prefix + stem + suffix for prefix in _PREFIXES for stem in LISTS["stems"] for suffix in _SUFFIXES]
    shuffled = streams(_ORDER, 0).permutation(len(derived))
    known = dict.fromkeys(head)
    known.update(dict.fromkeys(derived[place] for place in shuffled))
    for word in _made_up():
        if len(known) >= SIZE:
            break
        known.setdefault(word)
    return tuple(itertools.islice(known, SIZE))


def _made_up() -> list[str]:
    """Names of programmes, streets and people: pronounceable, and nobody's."""
    made = ["".join(parts) for parts in itertools.product(_ONSETS, _VOWELS, _ONSETS, _VOWELS, _CODAS)]
    return [made[place] for place in streams(_ORDER, 1).permutation(len(made))]


def zipf(size: int) -> npt.NDArray[np.float64]:
    """Return the share of each rank, from the first."""
    weights: npt.NDArray[np.float64] = np.arange(1, size + 1, dtype=np.float64) ** -EXPONENT
    weights /= weights.sum()
    return weights


def table(size: int, bits: int) -> npt.NDArray[np.int32]:
    """Return 2**bits ranks in the shares of ``zipf``: a draw from the table is one index, not a search."""
    edges = np.cumsum(zipf(size))
    places = (np.arange(2**bits) + 0.5) / 2**bits
    ranks: npt.NDArray[np.int32] = np.minimum(np.searchsorted(edges, places), size - 1).astype(np.int32)
    return ranks
