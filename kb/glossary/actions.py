"""The verbs of the glossary."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from kb import history, markup
from kb.glossary.document import TermDocument
from kb.glossary.models import Term


def save(session: orm.Session, document: TermDocument, *, by: int | None, now: dt.datetime) -> Term:
    """Create or change a term."""
    row = session.scalar(sa.select(Term).where(Term.code == document.code))
    is_new = row is None
    if row is None:
        row = Term(code=document.code)
        session.add(row)
    row.title, row.source = document.title, document.source
    row.synonyms, row.see = list(document.synonyms), list(document.see)
    row.definition = document.body
    row.definition_html = markup.render(document.body)
    action = "created" if is_new else "changed"
    history.record(session, action, kind="term", public_id=document.code, by=by, now=now)
    return row
