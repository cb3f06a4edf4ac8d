"""What people typed and did not save yet: kept for them alone, offered back, never applied by itself."""

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Person
from kb.errors import InvalidError
from kb.writing.models import Draft

KEPT = dt.timedelta(days=90)
AT_WORK = dt.timedelta(minutes=10)
MOST_BYTES = 500_000
MOST_DRAFTS = 200
FORM = re.compile(r"/[a-z0-9-]+(?:/[a-z0-9.-]+){0,4}(?:\?[a-z]+=[a-z0-9,]{1,120})?")
_BASE = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")
_NEVER = ("csrf_token", "once", "base")
Payload = Mapping[str, Sequence[str]]


def payload_of(fields: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return what of a form is kept: what was typed, none of its machinery."""
    return {name: list(values) for name, values in fields.items() if name not in _NEVER and "password" not in name}


def keep(
    session: orm.Session,
    *,
    person_id: int,
    form: str,
    payload: Payload,
    base: str,
    item_id: int | None,
    now: dt.datetime,
) -> Draft:
    """Keep what stands in a form; what the same person had kept of it before gives way."""
    if not FORM.fullmatch(form) or len(form) > 200:  # noqa: PLR2004 - the length of the column
        raise InvalidError("This form cannot be kept.")
    if len(json.dumps(payload)) > MOST_BYTES:
        raise InvalidError(f"This is more than the {MOST_BYTES // 1000} kB that can be kept. Save it in parts.")
    draft = _of(session, person_id, form)
    if draft is None:
        _make_room(session, person_id)
        draft = Draft(person_id=person_id, form=form)
        session.add(draft)
    known = base if _BASE.fullmatch(base) else ""
    draft.payload, draft.base, draft.item_id, draft.at = dict(payload), known, item_id, now
    session.flush()
    return draft


def offered(session: orm.Session, *, person_id: int | None, form: str) -> Draft | None:
    """Return what this person typed into the form and did not save, None for nothing."""
    return None if person_id is None else _of(session, person_id, form)


def drop(session: orm.Session, *, person_id: int, form: str) -> None:
    """Forget what was typed: it was saved, or is not wanted any more."""
    session.execute(sa.delete(Draft).where(Draft.person_id == person_id, Draft.form == form))


def of_person(session: orm.Session, person_id: int) -> Sequence[Draft]:
    """Return all that this person typed and did not save, the latest first."""
    return session.scalars(sa.select(Draft).where(Draft.person_id == person_id).order_by(Draft.at.desc())).all()


def others(session: orm.Session, item_id: int | None, *, person_id: int | None, now: dt.datetime) -> list[str]:
    """Return the names of the other people who typed into a form of this item in the last minutes."""
    if item_id is None:
        return []
    found = session.scalars(
        sa.select(Person.name)
        .join(Draft, Draft.person_id == Person.id)
        .where(Draft.item_id == item_id, Draft.person_id != person_id, Draft.at > now - AT_WORK)
        .distinct()
        .order_by(Person.name)
    )
    return list(found)


def forget_old(session: orm.Session, *, now: dt.datetime) -> None:
    """Forget what nobody has touched for 90 days."""
    session.execute(sa.delete(Draft).where(Draft.at < now - KEPT))


def _of(session: orm.Session, person_id: int, form: str) -> Draft | None:
    return session.scalar(sa.select(Draft).where(Draft.person_id == person_id, Draft.form == form))


def _make_room(session: orm.Session, person_id: int) -> None:
    """Forget the oldest of somebody who holds very many."""
    newest = sa.select(Draft.id).where(Draft.person_id == person_id).order_by(Draft.at.desc(), Draft.id)
    kept = list(session.scalars(newest.limit(MOST_DRAFTS - 1)))
    if len(kept) == MOST_DRAFTS - 1:
        session.execute(sa.delete(Draft).where(Draft.person_id == person_id, Draft.id.not_in(kept)))
