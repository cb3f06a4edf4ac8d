"""A duplicate goes into another idea: what hangs on it moves, its address leads there, and it can be taken apart."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed
from kb import models as m
from kb.accounts.queries import viewer_of
from kb.cycles import actions as cycles
from kb.cycles.reading import documents
from kb.db import Database
from kb.errors import ConflictError, InvalidError, LoopError
from kb.hub.merges import actions, queries
from kb.ideas.actions import save as save_idea
from kb.ideas.document import documents as idea_documents
from kb.items.models import Item
from kb.permissions import Audience, State
from kb.writing import actions as writing
from tests import factories as make
from tests.factories import NOW
from tests.hub.conftest import Hub, make_hub
from tests.visitors import post

Visit = Callable[[m.Person | None], FlaskClient]


class Pair:
    """Two ideas that say the same, and what hangs on them."""

    def __init__(self, session: orm.Session, hub: Hub) -> None:
        place = {"network_id": hub.network.id, "school_id": hub.ashgrove.id}
        self.session, self.by = session, hub.carla.id
        self.first = make.make_idea(session, title="Desk-side help", edition=3, **place)
        self.twice = make.make_idea(session, title="Help at the desk", edition=2, **place)
        self.driver = make.make_driver(session, hub.network)
        self.other = make.make_driver(session, hub.network)
        session.add_all(
            m.DriverIdea(idea_id=idea.id, driver_id=driver.id)
            for idea, driver in ((self.first, self.driver), (self.twice, self.driver), (self.twice, self.other))
        )
        self.cycle = make.make_cycle(session, self.twice, hub.ashgrove, idea_edition=2, network_id=hub.network.id)
        self.parent, self.child, self.both = (make.make_idea(session, **place) for _ in range(3))
        for idea in (self.parent, self.child, self.both):
            session.add(m.DriverIdea(idea_id=idea.id, driver_id=self.driver.id))
        make.make_link(session, self.twice, self.parent)
        make.make_link(session, self.child, self.twice).target_edition = 2
        make.make_link(session, self.both, self.twice)
        make.make_link(session, self.both, self.first)
        self.case = make.make_case(session, self.twice, **place)
        session.add(_follow(hub.alice, self.twice))
        session.add_all(_follow(hub.bob, idea) for idea in (self.first, self.twice))
        session.flush()

    def links(self) -> set[tuple[int, int, str, int]]:
        self.session.expire_all()
        rows = self.session.scalars(sa.select(m.Link))
        return {(row.source_id, row.target_id, row.type.value, row.target_edition) for row in rows}

    def follows(self) -> set[tuple[int, str]]:
        return {(row.person_id, row.public_id) for row in self.session.scalars(sa.select(m.Follow))}

    def drivers(self, idea: Item) -> set[int]:
        query = sa.select(m.DriverIdea.driver_id).where(m.DriverIdea.idea_id == idea.id)
        return set(self.session.scalars(query))

    def tested(self) -> tuple[int, int]:
        row = self.session.get_one(m.Cycle, self.cycle.id, populate_existing=True)
        return row.idea_id, row.idea_edition

    def merge(self) -> m.IdeaMerge:
        return actions.merge(self.session, self.twice, self.first, by=self.by, now=NOW)


def _follow(person: m.Person, idea: Item) -> m.Follow:
    return m.Follow(person_id=person.id, kind="idea", public_id=idea.public_id, created_at=NOW, seen_at=NOW)


@pytest.fixture
def pair(sqlite_database: Database) -> Iterator[Pair]:
    with sqlite_database.writing() as session:
        yield Pair(session, make_hub(session))


def test_on_both_databases(session: orm.Session) -> None:
    pair = Pair(session, make_hub(session))
    before = pair.links(), pair.tested()
    row = pair.merge()
    assert (pair.links(), pair.tested()) != before
    actions.take_apart(session, row, by=pair.by, now=NOW)
    assert (pair.links(), pair.tested()) == before


def test_it_works(pair: Pair) -> None:
    first, twice = pair.first, pair.twice
    row = pair.merge()
    assert (twice.state, first.state, row.into_id) == (State.WITHDRAWN, State.PUBLISHED, first.id)
    assert pair.tested() == (first.id, 3)
    assert {
        (first.id, pair.parent.id, "adapted_from", 1),
        (pair.child.id, first.id, "adapted_from", 3),
        (pair.case.id, first.id, "cites", 3),
        (first.id, twice.id, "supersedes", 2),
        (pair.both.id, twice.id, "adapted_from", 1),  # the kept idea has it already
    } <= pair.links()
    assert pair.drivers(first) == {pair.driver.id, pair.other.id}
    assert {public_id for _, public_id in pair.follows()} == {first.public_id}
    assert len(pair.follows()) == 2
    touched = pair.session.info["kb.touched"]
    assert {item.id for item in (first, twice, pair.cycle, pair.child, pair.parent, pair.case)} <= touched


def test_taken_apart_all_is_where_it_was(pair: Pair) -> None:
    before, tested, follows = pair.links(), pair.tested(), pair.follows()
    new = make.make_cycle(pair.session, pair.first)
    actions.take_apart(pair.session, pair.merge(), by=pair.by, now=NOW)
    pair.session.expire_all()
    assert (pair.links(), pair.tested(), pair.drivers(pair.first)) == (before, tested, {pair.driver.id})
    assert pair.twice.state is State.PUBLISHED
    assert follows <= pair.follows()
    assert pair.session.get_one(m.Cycle, new.id).idea_id == pair.first.id
    assert pair.session.scalars(sa.select(m.IdeaMerge)).all() == []
    assert idea_documents(pair.session, [pair.twice])[pair.twice.id].edition == 2


def test_no_idea_becomes_its_own_ancestor(pair: Pair) -> None:
    make.make_link(pair.session, pair.parent, pair.first)  # first <- parent <- twice
    with pytest.raises(LoopError, match="third idea"):
        pair.merge()


def test_a_link_between_the_two_is_no_loop(pair: Pair) -> None:
    make.make_link(pair.session, pair.twice, pair.first)
    pair.merge()
    assert pair.first.id not in {source for source, target, *_ in pair.links() if target == pair.first.id}


def test_what_cannot_be_merged(pair: Pair) -> None:
    with pytest.raises(InvalidError):
        actions.merge(pair.session, pair.twice, pair.twice, by=pair.by, now=NOW)
    with pytest.raises(InvalidError):
        actions.merge(pair.session, pair.twice, pair.cycle, by=pair.by, now=NOW)
    pair.merge()
    with pytest.raises(ConflictError, match="not published any more"):
        pair.merge()


def test_a_chain_is_taken_apart_from_its_end(pair: Pair) -> None:
    row = pair.merge()
    last = make.make_idea(pair.session, network_id=pair.first.network_id)
    pair.session.add(m.DriverIdea(idea_id=last.id, driver_id=pair.driver.id))
    second = actions.merge(pair.session, pair.first, last, by=pair.by, now=NOW)
    with pytest.raises(ConflictError, match="Take that merge apart first"):
        actions.take_apart(pair.session, row, by=pair.by, now=NOW)
    actions.take_apart(pair.session, second, by=pair.by, now=NOW)
    actions.take_apart(pair.session, row, by=pair.by, now=NOW)
    assert {pair.first.state, pair.twice.state, last.state} == {State.PUBLISHED}


def test_what_its_school_put_up_again_may_be_merged_again(pair: Pair) -> None:
    pair.merge()
    writing.publish_again(pair.session, pair.twice, by=pair.by, now=NOW)
    row = pair.merge()
    assert pair.twice.state is State.WITHDRAWN
    assert row.moved["cycles"] == []  # it stayed with the kept idea


def test_an_export_knows_where_it_went(pair: Pair) -> None:
    pair.merge()
    pair.session.expire_all()
    document = idea_documents(pair.session, [pair.twice])[pair.twice.id]
    assert document.merged_into == pair.first.public_id
    pair.session.execute(sa.delete(m.IdeaMerge))
    pair.session.expire_all()
    save_idea(pair.session, document, by=None, now=NOW)
    row = pair.session.scalars(sa.select(m.IdeaMerge)).one()
    assert (row.idea_id, row.into_id) == (pair.twice.id, pair.first.id)
    back = idea_documents(pair.session, [pair.first])[pair.first.id].model_copy(
        update={"merged_into": pair.twice.public_id}
    )
    with pytest.raises(InvalidError, match="no idea"):
        save_idea(pair.session, back, by=None, now=NOW)
    actions.take_apart(pair.session, row, by=pair.by, now=NOW)
    assert pair.twice.state is State.PUBLISHED


def test_a_cycle_saved_with_the_old_idea_goes_to_the_kept_one(pair: Pair) -> None:
    document = documents(pair.session, [pair.cycle])[pair.cycle.id]
    pair.merge()
    cycles.save(pair.session, document, by=None, now=NOW)
    assert pair.tested() == (pair.first.id, 3)


@pytest.fixture
def ideas(hub: Hub, sqlite_database: Database) -> Pair:
    with sqlite_database.writing() as session:
        made = Pair(session, hub)
        feed.touch(session, session.scalars(sa.select(m.Item.id)))
        feed.commit(session)
    return made


def test_the_pages(ideas: Pair, hub: Hub, visit: Visit, client: FlaskClient) -> None:
    client.application.extensions["kb.search"].rebuild()
    carla, twice, first = visit(hub.carla), ideas.twice, ideas.first
    old, new = f"/ideas/{twice.ref}", f"/ideas/{first.ref}"
    page = carla.get(f"{old}/merge")
    assert "Desk-side help" in page.text
    compared = carla.get(f"{old}/merge/into?into={first.public_id}")
    assert "1 cycle becomes a test" in compared.text
    assert client.get(old).status_code == 200
    assert post(carla, f"{old}/merge", {"into": first.public_id}).status_code == 303
    for visitor in (client, carla):
        answer = visitor.get(f"{old}?all=1")
        assert (answer.status_code, answer.location) == (301, f"{new}?all=1")
    stale = post(carla, f"{old}/merge", {"into": ideas.child.public_id})
    assert stale.status_code == 404  # nobody meant to merge the idea that is kept
    lineage = client.get(f"{new}/lineage").text
    assert twice.title not in lineage
    assert f"/cycles/{ideas.cycle.ref}" in client.get(new).text
    client.application.extensions["kb.search"].catch_up()
    found = client.get("/search?q=desk&kind=idea").text
    assert (first.title in found, twice.title in found) == (True, False)
    assert post(carla, f"{new}/merge/undoing", {"idea": twice.public_id}).status_code == 303
    assert client.get(old).status_code == 200


def test_who_may(ideas: Pair, hub: Hub, visit: Visit, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        foreign = make.make_idea(session, network_id=hub.elsewhere.id)
        hidden = make.make_idea(session, network_id=hub.elsewhere.id, audience=Audience.NETWORK)
        feed.commit(session)
    address = f"/ideas/{ideas.twice.ref}/merge"
    for person in (hub.alice, hub.bob, hub.charlie):
        assert post(visit(person), address, {"into": ideas.first.public_id}).status_code == 403
    carla = visit(hub.carla)
    assert post(carla, address, {"into": foreign.public_id}).status_code == 403
    assert post(carla, address, {"into": hidden.public_id}).status_code == 422
    assert post(carla, f"/ideas/{foreign.ref}/merge", {"into": ideas.first.public_id}).status_code == 403
    assert post(visit(hub.dana), address, {"into": foreign.public_id}).status_code == 303


def test_a_survivor_that_may_not_be_read_is_not_told_of(
    ideas: Pair, hub: Hub, client: FlaskClient, sqlite_database: Database
) -> None:
    with sqlite_database.writing() as session:
        first, twice = (session.get_one(Item, idea.id) for idea in (ideas.first, ideas.twice))
        first.audience = Audience.NETWORK
        session.flush()
        actions.merge(session, twice, first, by=hub.carla.id, now=NOW)
        feed.commit(session)
    answer = client.get(f"/ideas/{ideas.twice.ref}")
    assert answer.status_code == 410
    assert ideas.first.public_id not in answer.text


def test_a_duplicate_for_others_is_not_named(pair: Pair) -> None:
    """Whoever curates the kept idea alone learns no title that was for the people of another network."""
    hub = make_hub(pair.session)
    place = {"network_id": hub.elsewhere.id, "school_id": hub.brookside.id, "audience": Audience.NETWORK}
    hidden = make.make_idea(pair.session, title="Xylophone help", edition=1, **place)
    pair.session.add(m.DriverIdea(idea_id=hidden.id, driver_id=make.make_driver(pair.session, hub.elsewhere).id))
    actions.merge(pair.session, hidden, pair.first, by=pair.by, now=NOW)
    titles = {}
    for name, person in (("carla", hub.carla), ("charlie", hub.charlie)):
        viewer = viewer_of(pair.session, person.id, today=NOW.date())
        titles[name] = [one.title for one in queries.merged_into(pair.session, viewer, pair.first.id)]
    assert titles == {"carla": [hidden.public_id], "charlie": ["Xylophone help"]}
