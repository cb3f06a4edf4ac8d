"""One record for one form, however often it is sent: a key in the form remembers what it made."""

import datetime as dt
import re
import secrets
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from kb.accounts.queries import viewer_of
from kb.errors import ConflictError
from kb.items.models import Item
from kb.permissions import Permission, State, can
from kb.writing import actions, queries
from kb.writing.models import SentForm

FIELD = "once"
KEPT = dt.timedelta(days=90)
_KEY = re.compile(r"[A-Za-z0-9_-]{16,40}")


def new_key() -> str:
    """Return a key for a form that is shown for the first time."""
    return secrets.token_urlsafe(16)


def claim(session: orm.Session, *, person_id: int, key: str, public_id: str, now: dt.datetime) -> SentForm | None:
    """Return what this person's form with the key made, or note that it makes ``public_id``.

    ``public_id`` is new; if the row returned names another one, the form was sent before. The first to claim a key
    holds it until the commit, so a second click waits and then finds it. None for a form without a key.
    """
    if not _KEY.fullmatch(key):
        return None
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"person_id": person_id, "key": key, "public_id": public_id, "base": "", "at": now}
    session.execute(insert(SentForm).values(row).on_conflict_do_nothing())
    return session.get(SentForm, (person_id, key))


def start(
    session: orm.Session, fill: Callable[[Any], Any], document: Any, *, key: str, by: int, now: dt.datetime
) -> Item:
    """Make the record of a form once: sent again, it leads to the record it made, with what was typed since.

    ``fill`` puts what the form says into a document.
    """
    made = claim(session, person_id=by, key=key, public_id=document.id, now=now)
    if made is not None and made.public_id != document.id:
        item = session.scalars(sa.select(Item).where(Item.public_id == made.public_id)).one()
        if item.state is State.ERASED:
            raise ConflictError("What this form made was erased. Open a new form.")
        if not can(viewer_of(session, by, today=now.date()), Permission.ITEM_EDIT, item):
            raise ConflictError("What this form made before belongs to others now. Open a new form.")
        changed = fill(queries.working_document(session, item))
        return actions.edit(session, item, changed, base=made.base, by=by, now=now)
    item = actions.start(session, fill(document), by=by, now=now)
    if made is not None:
        made.base = queries.base_of(session, item)
    return item


def forget_old(session: orm.Session, *, now: dt.datetime) -> None:
    """Forget the keys of forms that nobody can have open any more."""
    session.execute(sa.delete(SentForm).where(SentForm.at < now - KEPT))
