"""Reads on the glossary."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.errors import NotFoundError
from kb.glossary.models import Term
from kb.permissions import Viewer


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the index: a term, or another word that points to it (``see``)."""

    word: str
    code: str
    see: str = ""


def index(session: orm.Session) -> dict[str, list[Entry]]:
    """Return all words by their first letter: terms, and synonyms that point to them."""
    entries: list[Entry] = []
    for code, title, synonyms in session.execute(sa.select(Term.code, Term.title, Term.synonyms)):
        entries.append(Entry(title, code))
        entries += [Entry(word, code, title) for word in synonyms if word.casefold() != title.casefold()]
    letters: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.word.casefold()):
        first = entry.word[:1].upper()
        letters.setdefault(first if first.isalpha() else "#", []).append(entry)
    return letters


def words_of(session: orm.Session, labels: dict[str, str]) -> list[tuple[Term, str]]:
    """Return the terms that somebody calls by words of their own, with these words, by title."""
    if not labels:
        return []
    terms = session.scalars(sa.select(Term).where(Term.code.in_(labels)).order_by(Term.title))
    return [(term, labels[term.code]) for term in terms if labels[term.code] != term.title]


def term_by_code(session: orm.Session, _viewer: Viewer, code: str) -> Term:
    """Return the term, or raise NotFoundError."""
    term = session.scalar(sa.select(Term).where(Term.code == code))
    if term is None:
        raise NotFoundError
    return term


def related(session: orm.Session, term: Term) -> Sequence[Term]:
    """Return the terms this one names under "see also", by title."""
    return session.scalars(sa.select(Term).where(Term.code.in_(term.see)).order_by(Term.title)).all()
