"""The verbs of imports: upload, say what the columns hold, make the drafts, a batch at a time and each row once."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import pydantic
import sqlalchemy as sa
from sqlalchemy import orm

from kb import history
from kb.accounts.queries import viewer_of
from kb.cycles import actions as cycles
from kb.errors import ConflictError, ForbiddenError, InvalidError, KbError
from kb.hub.bulk import queries, reading, records, rules
from kb.hub.bulk.models import BulkImport, BulkRow, ImportStage
from kb.hub.bulk.queries import Target
from kb.hub.bulk.records import Problem, Row, Surroundings
from kb.ideas import actions as ideas
from kb.ideas.document import IdeaDocument
from kb.ids import new_public_id
from kb.items.models import Item
from kb.items.rules import Kind
from kb.permissions import Audience, State

BATCH = 25
KEPT = dt.timedelta(days=30)  # a file that nobody goes on with
MOST_PROBLEMS = 500


def upload(
    session: orm.Session, data: bytes, *, name: str, kind: Kind, target: Target, by: int, now: dt.datetime
) -> BulkImport:
    """Read a file and guess what its columns hold; InvalidError says what is wrong with it."""
    rows = reading.table(data, name)
    one = BulkImport(
        person_id=by,
        network_id=target.network_id,
        school_id=target.school_id,
        created_at=now,
        file_name=name[-200:],
        file_hash=hashlib.sha256(data).hexdigest(),
        rows=rows,
        mapping={"kind": kind.value, "columns": rules.guess(rows[0], kind)},
        report={"total": len(rows) - 1},
    )
    session.add(one)
    session.flush()
    return one


def forget(session: orm.Session, *, now: dt.datetime) -> None:
    """Remove the files that nobody went on with."""
    session.execute(
        sa.delete(BulkImport).where(BulkImport.stage == ImportStage.MAPPING, BulkImport.created_at < now - KEPT)
    )


def map_columns(session: orm.Session, one: BulkImport, *, columns: Sequence[str], school: str, method: str) -> None:
    """Say what each column holds, and what is the same for all rows; InvalidError where two columns say one thing."""
    _lock(session, one)
    kind = Kind(one.mapping["kind"])
    known = {column.name: column for column in rules.COLUMNS[kind]}
    chosen = [name if name in known else "" for name in columns]
    for name in {name for name in chosen if name and known[name].sort is not rules.Sort.TEXT}:
        if chosen.count(name) > 1:
            at = len(chosen) - 1 - chosen[::-1].index(name)
            message = "Two columns are said to hold this. Only longer texts can come from several columns."
            raise InvalidError(message, field=f"column-{at}")
    one.mapping = {"kind": kind.value, "columns": chosen, "school": school, "method": method}
    session.flush()


def begin(session: orm.Session, one: BulkImport, *, now: dt.datetime) -> None:
    """Settle the mapping: from now on drafts are made. Twice is once."""
    _lock(session, one)
    _refuse_left(session, one, now)
    if one.stage is ImportStage.MAPPING:
        one.stage = ImportStage.WAITING
        session.flush()


def make_batch(session: orm.Session, one: BulkImport, *, now: dt.datetime) -> bool:
    """Make the drafts of the next rows; return whether all are made. What was made before is not made again."""
    session.refresh(one, with_for_update=True)
    if one.stage is not ImportStage.WAITING:
        return True
    _refuse_left(session, one, now)
    report: dict[str, Any] = {"done": 0, "made": 0, "ideas": 0, "already": 0, "problems": [], **one.report}
    around = queries.surroundings(session, one, now=now)
    last = min(report["done"] + BATCH, len(one.rows) - 1)
    for number in range(report["done"] + 1, last + 1):
        _make(session, one, number, around, report, now)
    report["done"] = last
    one.report = report
    is_over: bool = last >= len(one.rows) - 1
    if is_over:
        one.stage, one.rows = ImportStage.DONE, []  # the words are in the drafts now; what is erased there is erased
        history.record(
            session, "imported", kind="import", public_id=str(one.id), by=one.person_id, now=now,
            made=report["made"], ideas=report["ideas"], already=report["already"],
        )  # fmt: skip
    session.flush()
    return is_over


def preview(one: BulkImport, around: Surroundings) -> Iterator[Row]:
    """Yield every row as it would be read."""
    for at, cells in enumerate(one.rows[1:], start=1):
        if any(cells):
            yield records.read(at + 1, one.rows[0], cells, one.mapping["columns"], around)


def _make(
    session: orm.Session, one: BulkImport, number: int, around: Surroundings, report: dict[str, Any], now: dt.datetime
) -> None:
    """Make the draft of a row, or note why not; ``number`` counts from 1 below the headers."""
    if not any(one.rows[number]):
        return
    key = _key(one, around.kind.value, str(number))
    if session.get(BulkRow, key) is not None:
        report["already"] += 1
        return
    row = records.read(number + 1, one.rows[0], one.rows[number], one.mapping["columns"], around)
    problems = list(row.problems)
    if not row.stops:
        try:
            with session.begin_nested():
                item = _save(session, one, row, around, report, now)
                session.add(BulkRow(key=key, import_id=one.id, number=row.number, item_id=item.id))
            report["made"] += 1
        except pydantic.ValidationError as error:
            problems.append(records.fault(error, row.number))
        except KbError as error:
            problems.append(Problem(row.number, "", str(error), stops=True))
    room = MOST_PROBLEMS - len(report["problems"])
    report["problems"] += [[one.row, one.header, one.message, one.stops] for one in problems[:room]]


def _save(
    session: orm.Session, one: BulkImport, row: Row, around: Surroundings, report: dict[str, Any], now: dt.datetime
) -> Item:
    if around.kind is Kind.IDEA:
        made = records.document(row, new_public_id(), around, idea=None, now=now)
        return ideas.save(session, made, by=one.person_id, now=now)  # type: ignore[arg-type]  # of this kind
    idea = _idea(session, one, row, around, report, now)
    made = records.document(row, new_public_id(), around, idea=idea, now=now)
    return cycles.save(session, made, by=one.person_id, now=now)  # type: ignore[arg-type]  # of this kind


def _idea(
    session: orm.Session, one: BulkImport, row: Row, around: Surroundings, report: dict[str, Any], now: dt.datetime
) -> str:
    """Return the idea that a row tested: one that is here, or a draft of its name, made once for all rows."""
    title = row.values["idea"]
    known = around.ideas.get(rules.plain(title)) or around.ideas.get(title)
    if known is not None:
        return known
    key = _key(one, "idea of", rules.plain(title))
    if (earlier := session.get(BulkRow, key)) is not None:
        return session.get_one(Item, earlier.item_id).public_id
    document = IdeaDocument(
        id=new_public_id(),
        title=title,
        state=State.DRAFT,
        audience=Audience.NETWORK if around.network else Audience.SCHOOL,
        network=around.network,
        school=row.values["school"],
        author=around.author,
        shared_with_school=True,
        created=now,
    )
    item = ideas.save(session, document, by=one.person_id, now=now)
    session.add(BulkRow(key=key, import_id=one.id, number=0, item_id=item.id))
    report["ideas"] += 1
    return item.public_id


def _key(one: BulkImport, *parts: str) -> str:
    """Return what a row is known by: the file, the place it goes to, and which row of which kind it is."""
    place = f"network {one.network_id}" if one.network_id is not None else f"school {one.school_id}"
    return hashlib.sha256("\n".join([one.file_hash, place, *parts]).encode()).hexdigest()


def _refuse_left(session: orm.Session, one: BulkImport, now: dt.datetime) -> None:
    """Make no drafts for somebody who wrote there when they brought the file, and no longer does."""
    viewer = viewer_of(session, one.person_id, today=now.date())
    places = {(target.network_id, target.school_id) for target in queries.targets(session, viewer)}
    if (one.network_id, one.school_id) not in places:
        raise ForbiddenError


def _lock(session: orm.Session, one: BulkImport) -> None:
    session.refresh(one, with_for_update=True)
    if one.stage is ImportStage.DONE:
        message = "The drafts of this file are made already."
        raise ConflictError(message)
