"""Search as the rest of the product sees it: one object, which answers queries and looks after the index."""

import datetime as dt
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import structlog
from markupsafe import Markup
from sqlalchemy import orm

from kb import feed
from kb.config import Settings
from kb.db import Database
from kb.errors import KbError
from kb.items.rules import Kind
from kb.permissions import ANONYMOUS, State, Viewer
from kb.search import (
    engines,
    facets,
    indexer,
    kept_words,
    matching,
    more_like_this,
    places,
    rebuilding,
    unanswered,
    ways_out,
)
from kb.search.analysis import clean
from kb.search.catalogue import Catalogue, Snapshot
from kb.search.columns import KINDS, STATES
from kb.search.dictionary import Dictionary
from kb.search.engine import Engine, IndexUnavailableError, SearchTimeoutError, Status, Term
from kb.search.excerpts import excerpts
from kb.search.facets import Facet, Filters
from kb.search.indexer import Indexer
from kb.search.keeper import Keeper
from kb.search.matching import Found
from kb.search.more_like_this import Seed
from kb.search.picture import Picture
from kb.search.places import Likeness, Mine
from kb.search.query import FACETS, MAX_PAGE, MAX_TEXT, PAGE_SIZE, Clause, Query, Sort
from kb.search.rebuilding import Progress
from kb.search.terms import MAX_TERMS, build
from kb.search.unanswered import Unanswered
from kb.search.vocabulary import Vocabulary
from kb.search.ways_out import WaysOut

QUIET_SECONDS = 60.0
log = structlog.get_logger("kb")


@dataclass(frozen=True, slots=True)
class Results:
    """One page of results. ``ids`` are still to be read through the visibility rule of the database.

    ``problem`` is empty, "index" (it cannot be read) or "slow"; then the newest records are listed. ``unused`` says
    that every word typed is too common to search for, ``cut`` that more was typed than is used, ``is_loose`` that one
    of up to three words was left out. ``like`` is the record that these are to be like; ``mine`` the school in mind,
    with the ``likenesses`` of the page by item.
    """

    query: Query
    sort: Sort
    ids: tuple[int, ...]
    total: int
    pages: int
    facets: tuple[Facet, ...]
    dropped: tuple[str, ...] = ()
    is_loose: bool = False
    unused: bool = False
    cut: bool = False
    ways_out: WaysOut = field(default_factory=WaysOut)
    snippets: Mapping[int, Markup] = field(default_factory=dict)
    problem: str = ""
    took: float = 0.0
    like: Seed | None = None
    mine: Mine | None = None
    likenesses: Mapping[int, Likeness] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changed:
    """What is new or changed in a search: the newest items, how many there are, and the number of the last change."""

    ids: tuple[int, ...] = ()
    total: int = 0
    last: int = -1


class Search:
    """Catalogue, engine and indexer together. Safe to use from any number of threads."""

    def __init__(self, database: Database, settings: Settings, engine: Engine | None = None) -> None:
        self._database = database
        self._settings = settings
        self._limit = settings.search_time_limit
        self._catalogue = Catalogue()
        self._engine: Engine = engine or engines.make(database, settings)
        self._indexer = Indexer(database, self._engine)
        self._dictionary = Dictionary()
        self._unanswered = Unanswered()
        self._keeper = Keeper(database, self._catalogue, self._dictionary, self._unanswered, settings.index_dir)
        self._complained = -QUIET_SECONDS
        self._lock = threading.Lock()

    def search(
        self,
        session: orm.Session,
        viewer: Viewer,
        query: Query,
        change_number: int,
        *,
        counted: Sequence[str] = FACETS,
    ) -> Results:
        """Return one page of what the viewer may see at the change number; never raises for anything typed.

        ``counted`` names the facets to count.
        """
        began = time.perf_counter()
        snapshot = self._catalogue.at(session, change_number)
        picture = snapshot.picture(viewer)
        like = more_like_this.seed(session, viewer, query.like) if query.like else None
        query = facets.as_now(query if like else replace(query, like=""), picture, snapshot.registers)
        terms = (meant := list(like.terms) if like else build(query.clauses, snapshot.registers.synonyms))[:MAX_TERMS]
        found, problem = self._found(terms, snapshot, picture, like)
        mine = places.mine(session, query.place) if query.place else None
        near = places.nearness(mine, snapshot.columns, picture) if mine else None
        filters = Filters(query, picture, snapshot.registers)
        done = ways_out.Search(query, terms, found, filters, snapshot.columns.rows)
        passing = np.flatnonzero(filters.apply(found.hits))
        sort = _sort(query, is_ranked=bool(terms) and not problem, is_placed=near is not None)
        pages = min(MAX_PAGE, -(-len(passing) // PAGE_SIZE))
        page = min(query.page, max(pages, 1))
        rows = facets.ordered(
            passing,
            sort,
            scores=found.scores,
            moments=snapshot.columns.rows["moment"],
            picture=picture,
            near=near,
            top=page * PAGE_SIZE,
        )[(page - 1) * PAGE_SIZE :]
        ids = tuple(int(item) for item in snapshot.columns.rows["id"][rows])
        return Results(
            query=query.with_page(page),
            sort=sort,
            ids=ids,
            total=len(passing),
            pages=pages,
            facets=filters.facets(found.hits, counted),
            dropped=tuple(term.text for term in found.dropped),
            is_loose=found.is_loose,
            unused=bool(query.clauses) and not terms,
            cut=query.cut or len(meant) > len(terms),
            snippets={} if problem or like else excerpts(session, viewer, ids, terms),
            problem=problem,
            took=time.perf_counter() - began,
            ways_out=WaysOut() if problem else self._ways_out(done, snapshot, picture),
            like=like,
            mine=mine,
            likenesses=places.likenesses(near, snapshot.columns.rows, rows.tolist()) if near else {},
        )

    def changed(
        self, session: orm.Session, viewer: Viewer, query: Query, change_number: int, *, after: int
    ) -> Changed | None:
        """Return what is new or changed in a search after a change; None where it cannot be searched now."""
        snapshot = self._catalogue.at(session, change_number)
        picture, seqs = snapshot.picture(viewer), snapshot.columns.rows["seq"]
        query = facets.as_now(query, picture, snapshot.registers)
        like = more_like_this.seed(session, viewer, query.like) if query.like else None
        terms = (like.terms if like else build(query.clauses, snapshot.registers.synonyms))[:MAX_TERMS]
        found, problem = self._found(terms, snapshot, picture, like)
        if problem:
            return None
        if found.is_loose or (query.like and like is None):
            return Changed()
        rows = np.flatnonzero(Filters(query, picture, snapshot.registers).apply(found.hits) & (seqs > after))
        newest = rows[np.argsort(-seqs[rows], kind="stable")]
        ids = snapshot.columns.rows["id"][newest[:PAGE_SIZE]].tolist()
        return Changed(tuple(ids), len(rows), int(seqs[newest[0]]) if len(rows) else after)

    def alike(
        self, session: orm.Session, viewer: Viewer, texts: Sequence[str], change_number: int, *, most: int
    ) -> tuple[int, ...]:
        """Return the published ideas most like what is being typed that the viewer may read; none without an index."""
        snapshot = self._catalogue.at(session, change_number)
        like = more_like_this.typed(texts)
        found, problem = self._found(like.terms, snapshot, snapshot.picture(viewer), like)
        if problem:
            return ()
        held = snapshot.columns.rows
        is_idea = (held["kind"] == KINDS[Kind.IDEA]) & (held["state"] == STATES[State.PUBLISHED])
        rows = np.flatnonzero(found.hits & is_idea)
        best = rows[np.argsort(-found.scores[rows], kind="stable")][:most]
        return tuple(held["id"][best].tolist())

    def completions(self, session: orm.Session, text: str, change_number: int) -> list[str]:
        """Return ways to go on from what was typed, from public words and titles only."""
        return self.words(session, change_number).complete(clean(text[:MAX_TEXT]).lstrip())

    def words(self, session: orm.Session, change_number: int) -> Vocabulary:
        """Return the public words and titles."""
        snapshot = self._catalogue.at(session, change_number)
        return self._dictionary.at(snapshot.number, snapshot.columns)

    def note_unanswered(self, session: orm.Session, results: Results, change_number: int, day: dt.date) -> None:
        """Count a search that no record answers, if all its words are public; the worker writes it."""
        if not results.ways_out.unanswered:
            return
        words = self.words(session, change_number)
        text = unanswered.public_text(results.query.clauses, results.ways_out.unanswered, words)
        if text is not None:
            self._unanswered.note(text, day)

    def write_unanswered(self, today: dt.date) -> int:
        """Write what was noted now; return how many searches."""
        return self._unanswered.write(self._database, today)

    def read_words(self) -> int:
        """Bring the dictionary of public words up to date now; return how many records were read."""
        self._keeper.take()
        return self._dictionary.catch_up(self._database, self._catalogue)

    def _found(
        self, terms: Sequence[Term], snapshot: Snapshot, picture: Picture, like: Seed | None = None
    ) -> tuple[Found, str]:
        if not terms:
            return matching.nothing(picture) if like else matching.everything(picture), ""
        try:
            match = self._engine.match(terms, picture.allowed, deadline=time.monotonic() + self._limit)
        except IndexUnavailableError as error:
            self._complain(error)
            return matching.everything(picture), "index"
        except SearchTimeoutError as error:
            self._complain(error)
            return matching.everything(picture), "slow"
        found = matching.find(match, terms, snapshot.columns, picture, loose=like is not None)
        return more_like_this.closest(found, terms, like, snapshot.columns) if like else found, ""

    def _ways_out(self, done: ways_out.Search, snapshot: Snapshot, picture: Picture) -> WaysOut:
        def again(clauses: Sequence[Clause]) -> tuple[Sequence[Term], Found]:
            terms = build(clauses, snapshot.registers.synonyms)[:MAX_TERMS]
            found, problem = self._found(terms, snapshot, picture)
            return terms, matching.nothing(picture) if problem else found

        return ways_out.of(done, self._dictionary.at(snapshot.number, snapshot.columns), again)

    def _complain(self, error: KbError) -> None:
        """Tell the operator, at most once a minute."""
        with self._lock:
            if time.monotonic() - self._complained < QUIET_SECONDS:
                return
            self._complained = time.monotonic()
        log.error("search is not whole", fault=str(error), advice=error.advice)
        if isinstance(error, IndexUnavailableError):
            self._indexer.suspect()

    def start(self) -> None:
        """Start the indexer and the keeper, and read the catalogue so that the first visitor need not wait for it."""
        self._indexer.start()
        self._keeper.start()
        threading.Thread(target=self.warm, name="catalogue", daemon=True).start()

    def warm(self) -> None:
        """Read the catalogue and make the picture of an anonymous visitor."""
        with self._database.reading() as session:
            self._catalogue.at(session, feed.latest(session)).picture(ANONYMOUS)

    def stop(self) -> None:
        """Stop the indexer and the keeper."""
        self._indexer.stop()
        self._keeper.stop()

    def wake(self, _number: int = 0) -> None:
        """Tell the indexer that something was committed."""
        self._indexer.wake()

    def catch_up(self) -> int:
        """Bring the index up to date now, if no other process writes it; return how many records were written."""
        if not self._engine.hold():
            return 0
        try:
            return self._indexer.catch_up()
        finally:
            self._engine.release()

    def is_ready(self) -> bool:
        """Say whether there is an index that can be read."""
        return not self._engine.status().problem

    def status(self) -> Status:
        """Return how the index stands."""
        return self._engine.status()

    def rebuild(self, progress: Progress | None = None, *, jobs: int = 1) -> int:
        """Make the index again in so many processes; searches use the old one until the new one is complete.

        The words kept for the next start are forgotten: after a restore the same numbers may stand for other changes.
        """
        kept_words.forget(self._settings.index_dir)
        return rebuilding.rebuild(self._database, self._engine, progress, jobs=jobs, settings=self._settings)

    def verify(self) -> list[str]:
        """Compare the index with its checksums and the database; each fault in one sentence."""
        return indexer.differences(self._database, self._engine)


def _sort(query: Query, *, is_ranked: bool, is_placed: bool) -> Sort:
    """Return the order that is possible: best match needs words, "schools like mine" a school."""
    sort = query.sort
    if sort is Sort.LIKE and not is_placed:
        sort = Sort.BEST
    return Sort.NEWEST if sort is Sort.BEST and not is_ranked else sort
