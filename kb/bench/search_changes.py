"""Measures how soon a change is seen: of one record, of an idea that hundreds of cycles test, and beside it."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed
from kb.bench.search_cpu import Clock
from kb.cycles.models import Cycle
from kb.db import Database
from kb.items.models import Item
from kb.items.rules import Kind
from kb.permissions import Audience, State
from kb.search import query as grammar
from kb.search.query import Query
from kb.search.service import Results, Search

POLL_SECONDS = 0.05
LOOK_SECONDS = 0.5
GIVE_UP_SECONDS = 60.0
_ALONE, _OF_IDEA, _BESIDE = "zyxquorvantic", "zyxfamilantic", "zyxbesidantic"  # words that no record holds
_PUBLIC = sa.select(Item).where(Item.state == State.PUBLISHED, Item.audience == Audience.PUBLIC).limit(1)
_NEWEST = _PUBLIC.order_by(Item.id.desc())
_MOST_TESTED = (
    _PUBLIC.where(Item.kind == Kind.IDEA)
    .join(Cycle, Cycle.idea_id == Item.id)
    .group_by(Item.id)
    .order_by(sa.func.count().desc(), Item.id)
)


class Bench(Protocol):
    """What is measured: see ``search_measure``."""

    database: Database
    search: Search
    clock: Clock

    def ask(self, session: orm.Session, query: Query) -> Results:
        """Search as the page does."""
        ...


def measure(bench: Bench) -> dict[str, Any]:
    """Change records of a site in use and put them back; times are those of the clock on the wall."""
    bench.search.start()
    _wait_until_idle()
    report = _change(bench)
    _wait_until_idle()
    report["most_tested_idea"] = _family(bench)
    bench.search.stop()
    return report


def _change(bench: Bench) -> dict[str, Any]:
    """Give a public record a new word, withdraw it, and put it back: how soon is either seen?"""
    query = grammar.parse({"q": [_ALONE]})
    with bench.database.writing() as session:
        item = session.scalars(_NEWEST).one()
        was, summary = item.state, item.summary
        item.summary = f"{summary[:400]} {_ALONE}"
        began = time.perf_counter()
        _commit(bench, session, item)
        cpu, seen = bench.clock.cost(lambda: _wait(lambda: _total(bench, query) > 0))
        waited = time.perf_counter() - began
        item.state = State.WITHDRAWN
        _commit(bench, session, item)
        gone = _total(bench, query) == 0
        item.state, item.summary = was, summary
        _commit(bench, session, item)
    return {
        "update_to_visible_ms": round(waited * 1000) if seen else None,
        "update_cpu_ms": round(cpu, 1),
        "withdrawal_at_next_request": gone,
    }


def _family(bench: Bench) -> dict[str, Any]:
    """Give the most tested idea a new title, and another record a new word just after it.

    CPU is that of all threads until it was seen: on a machine that others use, the clock on the wall says little.
    """
    family, other = (grammar.parse({"q": [word]}) for word in (_OF_IDEA, _BESIDE))
    with bench.database.writing() as session:
        idea, beside = session.scalars(_MOST_TESTED).one(), session.scalars(_NEWEST).one()
        tests = session.scalar(sa.select(sa.func.count()).where(Cycle.idea_id == idea.id)) or 0
        title, summary = idea.title, beside.summary
        idea.title = f"{title[:150]} {_OF_IDEA}"
        began = time.perf_counter()
        _commit(bench, session, idea)
        own_cpu, seen = bench.clock.cost(lambda: _wait(lambda: _total(bench, family) > 0))
        itself = _since(began, seen)
        beside.summary = f"{summary[:400]} {_BESIDE}"
        changed = time.perf_counter()
        _commit(bench, session, beside)
        other_cpu, seen = bench.clock.cost(lambda: _wait(lambda: _total(bench, other) > 0))
        meanwhile = _since(changed, seen)
        number = feed.peek(bench.database)
        rest_cpu, seen = bench.clock.cost(lambda: _wait(lambda: bench.search.status().last >= number))
        whole = _since(began, seen)
        found = _total(bench, family)
        idea.title, beside.summary = title, summary
        _commit(bench, session, idea, beside)
        _wait(lambda: _total(bench, family) == 0)
    return {
        "tests": tests,
        "visible_ms": itself,
        "another_change_meanwhile_visible_ms": meanwhile,
        "all_tests_visible_ms": whole,
        "visible_cpu_ms": round(own_cpu),
        "another_change_meanwhile_cpu_ms": round(other_cpu),
        "all_tests_visible_cpu_ms": round(own_cpu + other_cpu + rest_cpu),
        "found": found,
    }


def _since(began: float, seen: bool) -> int | None:  # noqa: FBT001 - what _wait says
    return round((time.perf_counter() - began) * 1000) if seen else None


def _commit(bench: Bench, session: orm.Session, *items: Item) -> None:
    for item in items:
        item.updated_at = dt.datetime.now(dt.UTC)
    feed.touch(session, [item.id for item in items])
    number = feed.commit(session)
    if number is not None:
        bench.search.wake(number)


def _wait_until_idle() -> None:
    """Wait until the threads have done what they do at their start, as they have in a site in use."""
    until = time.perf_counter() + GIVE_UP_SECONDS
    busy = True
    while busy and time.perf_counter() < until:
        before = time.process_time()
        time.sleep(LOOK_SECONDS)
        busy = time.process_time() - before > LOOK_SECONDS / 10


def _total(bench: Bench, query: Query) -> int:
    with bench.database.reading() as session:
        found = bench.ask(session, query)
        return 0 if found.problem else found.total


def _wait(seen: Callable[[], bool]) -> bool:
    until = time.perf_counter() + GIVE_UP_SECONDS
    while time.perf_counter() < until:
        if seen():
            return True
        time.sleep(POLL_SECONDS)
    return False
