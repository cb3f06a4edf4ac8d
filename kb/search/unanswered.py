"""Searches without an answer: counted by day in words of public records, buffered, and written by the worker.

A search is kept only if every word of it, after correction, stands in several public records, and not as a name alone
would, and if no word of it is a first name. So neither a name nor a number, nor anything else typed, reaches the table.
"""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from kb import feed
from kb.db import Database
from kb.search.analysis import Word, clean, compounds, is_stop
from kb.search.models import UnansweredQuery
from kb.search.names import may_name_somebody
from kb.search.query import Clause
from kb.search.vocabulary import Known, Vocabulary

KEPT = dt.timedelta(days=90)
MANY = 1_000
MAX_TEXT = 200
_BATCH = 200
MANY_RECORDS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, how often, and when last."""

    text: str
    times: int
    last: dt.date


def public_text(typed: Sequence[Clause], meant: Sequence[Clause], words: Vocabulary) -> str | None:
    """Return the corrected search in published words, None if it holds anything else or looks like a name.

    A search that leaves words out on purpose is none either: it asks for less than there is.
    """
    if any(clause.excluded for clause in typed) or _looks_like_a_name(typed) or _may_name(typed) or _may_name(meant):
        return None
    said: list[str] = []
    for word in _words(meant):
        known = words.known(word.folded)
        if is_stop(word):
            said.append(word.folded)
        elif known is not None and _is_common(known):
            said.append(known.form)
        else:
            return None
    return " ".join(said)[:MAX_TEXT] or None


def _looks_like_a_name(clauses: Sequence[Clause]) -> bool:
    """Say whether a word after the first has a capital and then small letters ("Grace Hill")."""
    return any(word.written[0].isupper() and not word.written.isupper() for word in list(_words(clauses))[1:])


def _may_name(clauses: Sequence[Clause]) -> bool:
    return may_name_somebody([word.folded for word in _words(clauses)])


def _is_common(known: Known) -> bool:
    """Say whether several public records hold a word, most of them not only as they would write a name."""
    return known.plain >= MANY_RECORDS and known.plain * 2 > known.records


def _words(clauses: Iterable[Clause]) -> list[Word]:
    return [word for clause in clauses for compound in compounds(clean(clause.text)) for word in compound.parts]


class Unanswered:
    """The buffer: a request notes, the worker writes. What is above its size in one interval is not counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._noted: Counter[tuple[dt.date, str]] = Counter()

    def note(self, text: str, day: dt.date) -> None:
        """Count one search; takes no time and touches no database."""
        with self._lock:
            if len(self._noted) < MANY or (day, text) in self._noted:
                self._noted[day, text] += 1

    def write(self, database: Database, today: dt.date) -> int:
        """Add what was noted to the table and remove what is too old; return how many searches were written."""
        with self._lock:
            noted, self._noted = self._noted, Counter()
        if not noted:
            return 0
        rows = [{"day": day, "text": text, "times": times} for (day, text), times in sorted(noted.items())]
        with database.writing() as session:
            for start in range(0, len(rows), _BATCH):
                session.execute(_adding(rows[start : start + _BATCH], sqlite_dialect=database.is_sqlite))
            session.execute(sa.delete(UnansweredQuery).where(UnansweredQuery.day < today - KEPT))
            feed.commit(session)
        return sum(noted.values())


def _adding(rows: list[dict[str, object]], *, sqlite_dialect: bool) -> sa.Executable:
    insert = (sqlite.insert if sqlite_dialect else postgresql.insert)(UnansweredQuery).values(rows)
    return insert.on_conflict_do_update(
        index_elements=["day", "text"], set_={"times": UnansweredQuery.times + insert.excluded.times}
    )


def most_asked(session: orm.Session, *, since: dt.date, limit: int = 100) -> list[Asked]:
    """Return what was asked most often without an answer, since a day. For curators alone."""
    times, last = sa.func.sum(UnansweredQuery.times), sa.func.max(UnansweredQuery.day)
    rows = session.execute(
        sa.select(UnansweredQuery.text, times, last)
        .where(UnansweredQuery.day >= since)
        .group_by(UnansweredQuery.text)
        .order_by(times.desc(), last.desc(), UnansweredQuery.text)
        .limit(limit)
    )
    return [Asked(text, int(count), day) for text, count, day in rows]
