"""What an import may refer to: places where a person may write, their schools, ideas, drivers and methods."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Person
from kb.accounts.queries import viewer_of
from kb.drivers.models import Driver
from kb.errors import NotFoundError
from kb.hub.bulk.models import BulkImport, BulkRow
from kb.hub.bulk.records import Surroundings
from kb.hub.bulk.rules import plain
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import readable
from kb.items.rules import Kind
from kb.methods.models import Method, MethodQuestion, MethodStep, MethodVersion
from kb.networks.models import Network
from kb.networks.queries import members, networks_of
from kb.permissions import State, Viewer
from kb.schools.models import School

MOST_LISTED = 50
USUAL_METHOD = "pdsa"


@dataclass(frozen=True, slots=True)
class Target:
    """Where drafts may go: a network or a school, as a form names it."""

    value: str
    name: str
    network_id: int | None = None
    school_id: int | None = None


@dataclass(frozen=True, slots=True)
class MadeDraft:
    """A draft that came from a row; row 0 is an idea that several rows name."""

    number: int
    kind: Kind
    ref: Ref
    title: str


def targets(session: orm.Session, viewer: Viewer) -> list[Target]:
    """Return where the viewer may bring old write-ups: networks first."""
    networks = sa.select(Network).order_by(Network.name)
    if not viewer.is_admin:
        networks = networks.where(Network.id.in_(viewer.curates))
    schools = sa.select(School).where(School.id.in_(viewer.contributes_to)).order_by(School.name)
    return [
        *(Target(f"network:{row.public_id}", row.name, network_id=row.id) for row in session.scalars(networks)),
        *(Target(f"school:{row.public_id}", row.name, school_id=row.id) for row in session.scalars(schools)),
    ]


def import_by_id(session: orm.Session, viewer: Viewer, number: int) -> BulkImport:
    """Return an import of the viewer's own, or raise NotFoundError."""
    row = session.get(BulkImport, number)
    if row is None or row.person_id != viewer.person_id:
        raise NotFoundError
    return row


def imports_of(session: orm.Session, person_id: int) -> Sequence[BulkImport]:
    """Return a person's imports, the newest first."""
    query = sa.select(BulkImport).where(BulkImport.person_id == person_id).order_by(BulkImport.id.desc())
    return session.scalars(query.limit(MOST_LISTED)).all()


def earlier(session: orm.Session, one: BulkImport) -> BulkImport | None:
    """Return an import of the same file to the same place from which drafts were made before."""
    return session.scalar(
        sa.select(BulkImport)
        .where(
            BulkImport.file_hash == one.file_hash,
            BulkImport.network_id.is_not_distinct_from(one.network_id),
            BulkImport.school_id.is_not_distinct_from(one.school_id),
            BulkImport.id < one.id,
            sa.exists().where(BulkRow.import_id == BulkImport.id),
        )
        .order_by(BulkImport.id)
        .limit(1)
    )


def drafts(session: orm.Session, viewer: Viewer, one: BulkImport) -> list[MadeDraft]:
    """Return what was made, in the order of the rows, as far as the viewer may still read it."""
    rows = session.execute(
        sa.select(BulkRow.number, Item.kind, Item.public_id, Item.slug, Item.title)
        .join(Item, Item.id == BulkRow.item_id)
        .where(BulkRow.import_id == one.id, readable(viewer))
        .order_by(BulkRow.number, Item.id)
        .limit(MOST_LISTED)
    )
    return [MadeDraft(row.number, row.kind, Ref(row.public_id, row.slug), row.title) for row in rows]


def schools_of(session: orm.Session, one: BulkImport, today: dt.date) -> Sequence[School]:
    """Return the schools that rows may name: the members of the network, or the one school."""
    if one.network_id is not None:
        return members(session, one.network_id, today)
    school = session.get(School, one.school_id)
    return [school] if school is not None else []


def methods(session: orm.Session) -> list[tuple[str, str]]:
    """Return code and title of each method in its latest version, the usual one first."""
    rows = session.execute(
        sa.select(Method.code, MethodVersion.title).join(MethodVersion).order_by(MethodVersion.id)
    ).all()
    return sorted({row.code: row.title for row in rows}.items(), key=lambda pair: (pair[0] != USUAL_METHOD, pair[1]))


def surroundings(session: orm.Session, one: BulkImport, *, now: dt.datetime) -> Surroundings:
    """Return what the rows of an import may refer to, with the eyes of whoever uploaded it."""
    viewer = viewer_of(session, one.person_id, today=now.date())
    schools = schools_of(session, one, now.date())
    by_text = {plain(text): row.public_id for row in schools for text in (row.name, row.public_id, row.nces_id or "")}
    if one.network_id is not None:
        network = session.get(Network, one.network_id)
    else:
        network = next(iter(networks_of(session, one.school_id or 0, now.date())), None)
    method, version, core = _method(session, str(one.mapping.get("method", "")))
    chosen = str(one.mapping.get("school", ""))
    only = schools[0].public_id if one.network_id is None and schools else ""
    return Surroundings(
        kind=Kind(one.mapping["kind"]),
        schools={text: public_id for text, public_id in by_text.items() if text},
        school=chosen if chosen in by_text.values() else only,
        network=network.public_id if network else None,
        author=session.get_one(Person, one.person_id).public_id,
        ideas=_ideas(session, viewer, network),
        drivers=_drivers(session, network),
        method=method,
        method_version=version,
        core=core,
    )


def _method(session: orm.Session, code: str) -> tuple[str, str, dict[str, str]]:
    known = [known for known, _title in methods(session)]
    code = code if code in known else next(iter(known), "")
    version = session.scalar(
        sa.select(MethodVersion).join(Method).where(Method.code == code).order_by(MethodVersion.id.desc()).limit(1)
    )
    if version is None:
        return code, "1", {}
    questions = session.execute(
        sa.select(MethodQuestion.core, MethodQuestion.code)
        .join(MethodStep)
        .where(MethodStep.version_id == version.id, MethodQuestion.core.is_not(None))
    )
    return code, version.version, {core.value: question for core, question in questions if core is not None}


def _ideas(session: orm.Session, viewer: Viewer, network: Network | None) -> dict[str, str]:
    """Return the ideas by id and title; of several with one title that of the own network, then the oldest."""
    own = Item.network_id == network.id if network else sa.false()
    rows = session.execute(
        sa.select(Item.public_id, Item.title)
        .where(
            Item.kind == Kind.IDEA,
            readable(viewer),
            sa.or_(Item.state == State.PUBLISHED, Item.author_id == viewer.person_id),
        )
        .order_by(own, Item.id.desc())
    ).all()
    return {plain(row.title): row.public_id for row in rows} | {row.public_id: row.public_id for row in rows}


def _drivers(session: orm.Session, network: Network | None) -> dict[str, str]:
    if network is None:
        return {}
    rows = session.execute(
        sa.select(Driver.public_id, Driver.title).where(Driver.network_id == network.id, Driver.retired_on.is_(None))
    ).all()
    return {plain(row.title): row.public_id for row in rows} | {row.public_id: row.public_id for row in rows}
