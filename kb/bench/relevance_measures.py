"""How good a ranking is by binary judgements: nDCG and average precision. Pure."""

import math
from collections.abc import Collection, Sequence

CUT = 10


def ndcg(ranked: Sequence[str], relevant: Collection[str], cut: int = CUT) -> float:
    """Return the discounted gain of the first results as a share of the best there could be."""
    best = sum(_discount(place) for place in range(min(cut, len(relevant))))
    gained = sum(_discount(place) for place, one in enumerate(ranked[:cut]) if one in relevant)
    return gained / best if best else 0.0


def average_precision(ranked: Sequence[str], relevant: Collection[str]) -> float:
    """Return the mean, over all relevant documents, of the precision where each is found; 0 where it is not."""
    found, total = 0, 0.0
    for place, one in enumerate(ranked, start=1):
        if one in relevant:
            found += 1
            total += found / place
    return total / len(relevant) if relevant else 0.0


def _discount(place: int) -> float:
    return 1 / math.log2(place + 2)
