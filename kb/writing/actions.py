"""The verbs of writing, the same for every kind: start, edit, submit, publish, send back, withdraw, share, hand over.

Who may do it is decided before, by ``permissions.can``. What stands in the item's rows is what readers read: once a
record is published, an edit waits as its one open revision until ``publish`` copies it in.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm.attributes import flag_modified

from kb import history
from kb.accounts.models import Membership, Person, Role
from kb.errors import ConflictError, InvalidError
from kb.items.document import ADMINISTRATIVE
from kb.items.models import Item, Publication
from kb.items.rules import RevisionStatus
from kb.permissions import State
from kb.writing import keeping, kinds, queries
from kb.writing.erasure import erase
from kb.writing.readiness import readiness
from kb.writing.rules import Blocker

__all__ = ["BlockedError", "StaleError", "erase"]
FIXED = (  # what no form changes
    *("id", "kind", "state", "author", "shared_with_school", "school", "network", "created", "published", "fictional"),
    *("small_counts_confirmed", "merged_into", "context"),
)
_UP = (State.PUBLISHED, State.WITHDRAWN)


class StaleError(ConflictError):
    """Somebody saved the record after this form was opened. ``base`` is the text it was opened on, None if unknown."""

    def __init__(self, item: Item, *, base: Any, mine: Any, theirs: Any) -> None:
        super().__init__("Somebody saved this record after you opened it. Nothing of yours is lost.")
        self.item, self.base, self.mine, self.theirs = item, base, mine, theirs


class BlockedError(InvalidError):
    """Something has to be done before others may read it; ``blockers`` says what, field by field."""

    def __init__(self, blockers: Sequence[Blocker]) -> None:
        super().__init__(" ".join(blocker.message for blocker in blockers), field=blockers[0].name)
        self.blockers = list(blockers)


def start(session: orm.Session, document: Any, *, by: int, now: dt.datetime) -> Item:
    """Make a new record from a document: a draft of this person, whatever state the document names."""
    author = session.get_one(Person, by)
    new = {
        "state": State.DRAFT,
        "author": author.public_id,
        "created": now,
        "updated": None,
        "published": None,
        "edition": None,
        "publications": [],
    }
    document = kinds.written(session, None, document.model_copy(update=new), now=now)
    item = kinds.save(session, document, by=by, now=now)
    keeping.keep(session, item, kinds.document_of(session, item), status=RevisionStatus.SAVED, by=by, now=now)
    return item


def edit(session: orm.Session, item: Item, document: Any, *, base: str, by: int, now: dt.datetime) -> Item:
    """Save changed words. Those of a published or withdrawn record wait as its open revision.

    ``base`` is ``queries.base_of`` of when the form was opened; StaleError if somebody saved in the meantime. Who owns
    the record, its state and its dates stay what they are, whatever the document says of them.
    """
    _lock(session, item)
    before = queries.working_document(session, item)
    document = document.model_copy(update=_fixed(before) | {"updated": None})
    if keeping.version(base) != item.row_version:
        raise StaleError(item, base=keeping.text_of_base(session, item, base), mine=document, theirs=before)
    document = kinds.written(session, before, document, now=now)
    if before.mark() == document.mark():
        return item
    keeping.keep_first(session, item, by=by, now=now)
    if item.state in _UP:
        _propose(session, item, document, by=by, now=now)
    else:
        update = {name: getattr(before, name) for name in ADMINISTRATIVE - {"updated"}}
        kinds.save(session, document.model_copy(update=update), by=by, now=now)
        saved = kinds.document_of(session, item)
        keeping.keep(session, item, saved, status=RevisionStatus.SAVED, by=by, now=now)
    _renew(session, item)
    return item


def submit(session: orm.Session, item: Item, *, by: int, now: dt.datetime, note: str = "") -> Item:
    """Ask the hub to review a draft; BlockedError says what is missing. Twice is once."""
    _lock(session, item)
    if item.state is State.DRAFT:
        _refuse_blocked(session, item, kinds.document_of(session, item))
        _move(session, item, State.REVIEW, action="submitted", by=by, now=now, note=note)
    elif item.state is not State.REVIEW:
        raise ConflictError("It is no draft any more. Open it again to see how it stands.")
    return item


def publish(
    session: orm.Session, item: Item, *, by: int, now: dt.datetime, minor: bool = False, note: str = ""
) -> Item:
    """Let its audience read the record as it was last saved, an open edit of a published one included.

    ``minor``: a correction, which keeps the edition. BlockedError says what is missing.
    """
    _lock(session, item)
    document = queries.working_document(session, item)
    waiting = queries.open_edit(session, item)
    if waiting is None and item.state is State.PUBLISHED:
        return item
    if item.state is State.ERASED:
        raise ConflictError("It was erased and does not come back.")
    _refuse_blocked(session, item, document, publishing=True)
    if waiting is not None:
        waiting.status = RevisionStatus.SAVED  # the published text gets a revision of its own, based on this one
        session.flush()
    standing = kinds.document_of(session, item)
    update = {name: getattr(standing, name) for name in ADMINISTRATIVE - {"updated", "minor"}}
    update |= _fixed(standing)
    update |= {"state": State.PUBLISHED, "published": item.published_at or now, "minor": minor, "updated": None}
    was = item.state
    kinds.save(session, document.model_copy(update=update), by=by, now=now, action="published")
    if was is not State.PUBLISHED:
        _note(session, item, note)
    _renew(session, item)
    return item


def ask_for_changes(session: orm.Session, item: Item, *, by: int, now: dt.datetime, note: str) -> Item:
    """Give a write-up back to those who wrote it, with words; of a published record only the open edit goes back."""
    return _send_back(session, item, RevisionStatus.RETURNED, action="returned", by=by, now=now, note=note)


def decline(session: orm.Session, item: Item, *, by: int, now: dt.datetime, note: str) -> Item:
    """Do not take an open edit: what is published stays. A new write-up goes back to its author."""
    return _send_back(session, item, RevisionStatus.DECLINED, action="declined", by=by, now=now, note=note)


def discard_edit(session: orm.Session, item: Item, *, by: int, now: dt.datetime) -> Item:
    """Take one's own open edit back; its text stays among the revisions."""
    return _send_back(session, item, RevisionStatus.SAVED, action="discarded", by=by, now=now, note="")


def withdraw(session: orm.Session, item: Item, *, by: int | None, now: dt.datetime, note: str = "") -> Item:
    """Take a published record back: a tombstone stays at its address. Twice is once."""
    _lock(session, item)
    if item.state is State.PUBLISHED:
        _move(session, item, State.WITHDRAWN, action="withdrawn", by=by, now=now, note=note)
    elif item.state is not State.WITHDRAWN:
        raise ConflictError("Only a published record can be withdrawn.")
    return item


def publish_again(session: orm.Session, item: Item, *, by: int, now: dt.datetime) -> Item:
    """Put a withdrawn record up again, word for word as it was; an open edit goes on waiting."""
    _lock(session, item)
    if item.state is State.WITHDRAWN:
        _move(session, item, State.PUBLISHED, action="published", by=by, now=now)
    elif item.state is not State.PUBLISHED:
        raise ConflictError("Only a withdrawn record can be put up again.")
    return item


def share(session: orm.Session, item: Item, *, shared: bool, by: int, now: dt.datetime) -> Item:
    """Let every contributor of the school go on with a draft, or keep it to its author again."""
    _lock(session, item)
    if shared and item.school_id is None:
        raise InvalidError("It belongs to no school that it could be shared with.", field="shared_with_school")
    if item.shared_with_school is not shared:
        item.shared_with_school = shared
        _record(session, item, "shared" if shared else "unshared", by=by, now=now)
    return item


def reassign(session: orm.Session, item: Item, *, to: Person, by: int, now: dt.datetime) -> Item:
    """Hand a draft over to another contributor of its school, as when its author has left."""
    _lock(session, item)
    writes_there = sa.select(Membership.id).where(
        Membership.person_id == to.id,
        Membership.school_id == item.school_id,
        Membership.role == Role.CONTRIBUTOR,
        Membership.ended_at.is_(None),
    )
    if to.ended_at is not None or session.scalar(writes_there.limit(1)) is None:
        raise InvalidError("Choose somebody who writes for this school.", field="to")
    if item.author_id != to.id:
        item.author_id = to.id
        _record(session, item, "reassigned", by=by, now=now, to=to.public_id)
    return item


def _lock(session: orm.Session, item: Item) -> None:
    """Read the row anew and keep others from changing it until the commit (SQLite: they wait already)."""
    session.refresh(item, with_for_update=True)


def _fixed(document: Any) -> dict[str, Any]:
    """Return what no form changes, as far as a document of this kind has it."""
    return {name: getattr(document, name) for name in FIXED if name in type(document).model_fields}


def _renew(session: orm.Session, item: Item) -> None:
    """Give the item a new version: a form that was opened before this must not be saved over it unseen."""
    flag_modified(item, "title")
    session.flush()


def _propose(session: orm.Session, item: Item, document: Any, *, by: int, now: dt.datetime) -> None:
    keeping.rehearse(session, document, by=by, now=now)
    waiting = queries.open_edit(session, item)
    if waiting is not None:
        waiting.status = RevisionStatus.SAVED
        session.flush()  # there is one open revision at a time
    keeping.keep(session, item, document, status=RevisionStatus.PROPOSED, by=by, now=now)
    _record(session, item, "edited", by=by, now=now)


def _send_back(
    session: orm.Session,
    item: Item,
    status: RevisionStatus,
    *,
    action: str,
    by: int,
    now: dt.datetime,
    note: str,
) -> Item:
    _lock(session, item)
    waiting = queries.open_edit(session, item)
    if waiting is not None:
        waiting.status, waiting.note = status, note
        _record(session, item, action, by=by, now=now)
        _renew(session, item)
    elif item.state is State.REVIEW:
        _move(session, item, State.DRAFT, action=action, by=by, now=now, note=note)
    return item


def _move(
    session: orm.Session, item: Item, state: State, *, action: str, by: int | None, now: dt.datetime, note: str = ""
) -> None:
    """Change the state and nothing else: the words stay, the publication row says who and when."""
    document = kinds.document_of(session, item)
    published = item.published_at or (now if state is State.PUBLISHED else None)
    update = {"state": state, "published": published, "updated": None, "edition": item.edition}
    kinds.save(session, document.model_copy(update=update), by=by, now=now, action=action)
    _note(session, item, note)
    _renew(session, item)


def _note(session: orm.Session, item: Item, note: str) -> None:
    """Complete the publication row of this very action with the words of whoever did it."""
    if note:
        latest = sa.select(sa.func.max(Publication.id)).where(Publication.item_id == item.id).scalar_subquery()
        session.execute(sa.update(Publication).where(Publication.id == latest).values(note=note))


def _refuse_blocked(session: orm.Session, item: Item, document: Any, *, publishing: bool = False) -> None:
    if found := readiness(session, item, document, publishing=publishing).every():
        raise BlockedError(found)


def _record(session: orm.Session, item: Item, action: str, *, by: int, now: dt.datetime, **facts: Any) -> None:
    session.flush()
    history.record(
        session, action, kind=item.kind.value, public_id=item.public_id, by=by, now=now, touches=[item.id], **facts
    )
