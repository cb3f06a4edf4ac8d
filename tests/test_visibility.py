"""The rule "who may read what" in its two tongues: the pure one and the SQL one agree for everyone and everything."""

import itertools

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb.accounts.models import Role
from kb.accounts.queries import viewer_of
from kb.errors import NotFoundError, WithdrawnError
from kb.items.models import Item
from kb.items.queries import item_by_ref, readable
from kb.lineage.queries import may_know
from kb.networks.models import SchoolNetwork
from kb.permissions import ANONYMOUS, Audience, Permission, State, Viewer, can
from tests.factories import NOW, make_idea, make_member, make_network, make_person, make_school

TODAY = NOW.date()


@pytest.fixture
def viewers(session: orm.Session) -> dict[str, Viewer]:
    """Alice writes at Ashgrove, Bob reads there, Charlie is from Brookside, Dora curates, Eve has no membership."""
    ashgrove, brookside = make_school(session, name="Ashgrove"), make_school(session, name="Brookside")
    valley, coast = make_network(session, ashgrove), make_network(session, brookside)
    people = {name: make_person(session, name=name) for name in ("alice", "bob", "charlie", "dora", "eve", "admin")}
    make_member(session, people["alice"], school=ashgrove, role=Role.CONTRIBUTOR)
    make_member(session, people["bob"], school=ashgrove)
    make_member(session, people["charlie"], school=brookside, role=Role.CONTRIBUTOR)
    make_member(session, people["dora"], network=valley, role=Role.CURATOR)
    people["admin"].is_admin = True
    for state, audience, school, network, author, shared in itertools.product(
        State, Audience, (ashgrove, brookside), (valley, coast), (people["alice"], people["eve"], None), (True, False)
    ):
        make_idea(
            session,
            state=state,
            audience=audience,
            school_id=school.id,
            network_id=network.id,
            author_id=author and author.id,
            shared_with_school=shared,
        )
    made = {name: viewer_of(session, person.id, today=TODAY) for name, person in people.items()}
    return {**made, "anonymous": ANONYMOUS}


def test_sql_and_policy_agree(session: orm.Session, viewers: dict[str, Viewer]) -> None:
    items = session.scalars(sa.select(Item)).all()
    assert len(items) > 400
    for name, viewer in viewers.items():
        by_sql = set(session.scalars(sa.select(Item.id).where(readable(viewer))))
        by_policy = {item.id for item in items if can(viewer, Permission.ITEM_READ, item)}
        assert by_sql == by_policy, name
        assert 0 < len(by_sql) < len(items), name


def test_the_table_of_the_design(session: orm.Session, viewers: dict[str, Viewer]) -> None:
    """Spot checks written down from the design's table, independent of both tongues."""

    def read(name: str, **where: object) -> set[bool]:
        items = session.scalars(sa.select(Item).filter_by(**where)).all()
        assert items
        return {can(viewers[name], Permission.ITEM_READ, item) for item in items}

    alice, valley = viewers["alice"], next(iter(viewers["dora"].curates))
    (ashgrove,) = alice.schools
    assert read("anonymous", state=State.PUBLISHED, audience=Audience.PUBLIC) == {True}
    assert read("anonymous", state=State.DRAFT, audience=Audience.PUBLIC) == {False}
    assert read("bob", state=State.PUBLISHED, audience=Audience.SCHOOL, school_id=ashgrove) == {True}
    assert read("charlie", state=State.PUBLISHED, audience=Audience.SCHOOL, school_id=ashgrove) == {False}
    assert read("bob", state=State.PUBLISHED, audience=Audience.NETWORK, network_id=valley) == {True}
    assert read("charlie", state=State.PUBLISHED, audience=Audience.NETWORK, network_id=valley) == {False}
    assert read("alice", state=State.DRAFT, author_id=alice.person_id) == {True}
    assert read("alice", state=State.DRAFT, author_id=None, school_id=ashgrove, shared_with_school=True) == {True}
    assert read("bob", state=State.DRAFT, school_id=ashgrove, author_id=None) == {False}
    assert read("dora", state=State.REVIEW, network_id=valley) == {True}
    assert read("dora", state=State.DRAFT, network_id=valley) == {False}
    for name in viewers:
        assert read(name, state=State.ERASED) == {False}
        assert read(name, state=State.WITHDRAWN) == {False}


def test_a_school_that_leaves_takes_its_people_out_at_once(session: orm.Session) -> None:
    school, person = make_school(session), make_person(session)
    network = make_network(session, school)
    make_member(session, person, school=school)
    assert viewer_of(session, person.id, today=TODAY).networks == {network.id}
    session.execute(sa.update(SchoolNetwork).values(left_on=TODAY))
    assert viewer_of(session, person.id, today=TODAY).networks == frozenset()


def test_an_ended_account_looks_with_anonymous_eyes(session: orm.Session) -> None:
    person = make_person(session, ended_at=NOW)
    make_member(session, person, school=make_school(session), role=Role.CONTRIBUTOR)
    assert viewer_of(session, person.id, today=TODAY) == ANONYMOUS
    assert viewer_of(session, 10**6, today=TODAY) == ANONYMOUS


def test_what_was_never_published_leaves_no_tombstone(session: orm.Session) -> None:
    item = make_idea(session, state=State.WITHDRAWN, audience=Audience.PUBLIC, published_at=None, edition=0)
    with pytest.raises(NotFoundError):
        item_by_ref(session, ANONYMOUS, item.kind, item.ref)
    assert session.scalars(sa.select(Item.id).where(may_know(ANONYMOUS))).all() == []


def test_withdrawn_shows_its_tombstone_only_to_those_who_could_read_it(session: orm.Session) -> None:
    school, person = make_school(session), make_person(session)
    make_member(session, person, school=school)
    member = viewer_of(session, person.id, today=TODAY)
    item = make_idea(session, state=State.WITHDRAWN, audience=Audience.SCHOOL, school_id=school.id)
    with pytest.raises(WithdrawnError) as gone:
        item_by_ref(session, member, item.kind, item.ref)
    assert gone.value.facts == {"kind": item.kind, "public_id": item.public_id, "date": TODAY}
    with pytest.raises(NotFoundError):
        item_by_ref(session, ANONYMOUS, item.kind, item.ref)
