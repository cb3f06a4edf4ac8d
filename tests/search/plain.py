"""What the tests of the engine inside PostgreSQL share: plain documents, terms and searches."""

import time

import numpy as np

from kb.search.engine import Alternative, Document, Engine, Match, Term


def document(number: int, *tokens: str, seq: int = 1) -> Document:
    places: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        places.setdefault(token, []).append(place)
    words = {token: float(len(own)) for token, own in places.items()}
    return Document(number, seq, float(len(tokens)), words, places)


def term(*tokens: str, excluded: bool = False) -> Term:
    return Term(" ".join(tokens), (Alternative(tokens, tuple(range(len(tokens)))),), excluded)


def match(engine: Engine, *terms: Term, seconds: float = 10.0) -> Match:
    return engine.match(terms, np.ones(10_000, np.bool_), deadline=time.monotonic() + seconds)


def ids(engine: Engine, *tokens: str) -> set[int]:
    return set(match(engine, term(*tokens)).ids.tolist())
