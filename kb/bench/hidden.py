"""Asks for words of hidden records and for nonsense in turns: neither the page nor the time may tell them apart."""

import http.client
import random
import statistics
import string
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from kb import feed
from kb.bench import processes, search_corpus
from kb.bench.processes import HOST, Server
from kb.config import Settings
from kb.db import Database
from kb.permissions import ANONYMOUS
from kb.search import documents
from kb.search.analysis import clean, compounds
from kb.search.catalogue import Catalogue
from kb.search.query import parse
from kb.search.service import Search
from kb.search.terms import Synonyms, build
from kb.search.vocabulary import SHORTEST, Vocabulary

LIMIT = 5.0  # per cent between the medians
_MILLION = 1e6
_WARM_UP = 20


def measure(settings: Settings, environment: Mapping[str, str], pairs: int) -> dict[str, Any]:
    """Return how many pairs gave the same page, and the medians of both kinds of word, without a page cache."""
    different = list(_pairs(settings, pairs))
    chosen = [different[number % len(different)] for number in range(pairs)]  # both kinds are repeated alike
    times: dict[str, list[tuple[float, float]]] = {"hidden": [], "nonsense": []}
    same = 0
    dice = random.Random(search_corpus.SEED)  # noqa: S311 - order, not secrets
    with processes.product({**environment, "KB_PAGE_CACHE_MB": "0"}) as server:
        processes.wait_until_idle([server])
        with closing(http.client.HTTPConnection(HOST, server.port, timeout=60)) as connection:
            for word, _ in chosen[:_WARM_UP]:
                _ask(server, connection, word)
            for pair in chosen:
                words = dict(zip(times, pair, strict=True))
                pages = set()
                for kind in dice.sample(list(words), 2):
                    page, *cost = _ask(server, connection, words[kind])
                    times[kind].append((cost[0], cost[1]))
                    pages.add(page.replace(words[kind], "WORD"))
                same += len(pages) == 1
    report: dict[str, Any] = {
        "pairs": len(chosen),
        "different_words": len(different),
        "same_page": same,
    }
    for number, name in enumerate(("cpu_ms", "ms")):
        medians = {kind: statistics.median(one[number] for one in found) for kind, found in times.items()}
        difference = 100 * abs(medians["hidden"] / medians["nonsense"] - 1)
        report[name] = {**{kind: round(one, 3) for kind, one in medians.items()}, "per_cent": round(difference, 2)}
    met = same == len(chosen) and all(report[name]["per_cent"] <= LIMIT for name in ("cpu_ms", "ms"))
    return {**report, "limit_per_cent": LIMIT, "met": met}


def _ask(server: Server, connection: http.client.HTTPConnection, word: str) -> tuple[str, float, float]:
    """Return the page, the CPU of the server and the time for the visitor, in milliseconds."""
    before, began = server.cpu_ns(), time.perf_counter_ns()
    connection.request("GET", f"/search?q={word}")
    page = connection.getresponse().read().decode()
    took = time.perf_counter_ns() - began
    return page, (server.cpu_ns() - before) / _MILLION, took / _MILLION


def _pairs(settings: Settings, pairs: int) -> Iterator[tuple[str, str]]:
    """Yield words of hidden records, each with nonsense of its length; for neither is there one that may be meant."""
    database = Database(settings.database)
    search = Search(database, settings)
    search.read_words()
    with database.reading() as session:
        snapshot = Catalogue().at(session, feed.latest(session))
        allowed = snapshot.picture(ANONYMOUS).allowed
        public = search.words(session, snapshot.number)
    candidates: set[str] = set()
    found: set[str] = set()  # what words of public records are found by
    for source in documents.every(database):
        if allowed[source.id]:
            found.update(documents.analyse(source).words)
        else:
            candidates |= {word for word in _words(source) if _is_unlike(word, public)}
    database.close()
    hidden = {word for word in candidates if found.isdisjoint(_tokens(word))}
    dice = random.Random(search_corpus.SEED)  # noqa: S311
    words = sorted(hidden)
    dice.shuffle(words)
    for word in words[:pairs]:
        other = word
        while other in candidates or not _is_unlike(other, public) or not found.isdisjoint(_tokens(other)):
            other = "".join(dice.choices(string.ascii_lowercase, k=len(word)))
        yield word, other


def _words(source: documents.Source) -> Iterator[str]:
    for _, text in source.texts:
        for compound in compounds(clean(text)):
            yield from (word.folded for word in compound.parts if len(compound.parts) == 1)


def _tokens(word: str) -> set[str]:
    terms = build(parse({"q": [word]}).clauses, Synonyms([]))
    return {token for term in terms for way in term.alternatives for token in way.tokens}


def _is_unlike(word: str, public: Vocabulary) -> bool:
    """Say whether no public record holds a word or one that may be meant by it."""
    is_plain = len(word) > SHORTEST and word.isascii() and word.isalpha()
    return is_plain and public.known(word) is None and public.correct(word) is None
