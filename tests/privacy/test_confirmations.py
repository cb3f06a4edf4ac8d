"""Confirmations of the privacy guard: each hit by itself, author and curator apart, and what changes asks again."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import models as m
from kb.db import Database
from kb.ideas.document import IdeaDocument
from kb.permissions import State
from kb.privacy import actions, queries
from kb.privacy.rules import Hit
from tests.factories import NOW, make_idea, make_network, make_person

TEXTS = {"summary": "3 students tried.", "texts.how_to_try": "My student Jayden liked it."}


@pytest.fixture
def here(sqlite_database: Database) -> Iterator[orm.Session]:
    with sqlite_database.writing() as session:
        yield session


def _open(session: orm.Session, item: m.Item, *, as_curator: bool = False, **changed: str) -> list[Hit]:
    return queries.open_hits(session, item, TEXTS | changed, as_curator=as_curator)


def test_each_hit_is_confirmed_by_itself(session: orm.Session) -> None:
    idea, alice = make_idea(session), make_person(session)
    count, name = _open(session, idea)
    assert (count.field, name.field) == ("summary", "texts.how_to_try")
    assert actions.confirm(session, idea, [name.fingerprint], as_curator=False, by=alice.id, now=NOW) == 1
    assert _open(session, idea) == [count]
    row = session.scalars(sa.select(m.Confirmation)).one()
    assert (row.person_id, row.at, row.as_curator) == (alice.id, NOW, False)


def test_the_curator_looks_again(here: orm.Session) -> None:
    idea, alice, carla = make_idea(here), make_person(here), make_person(here)
    told = [hit.fingerprint for hit in _open(here, idea)]
    actions.confirm(here, idea, told, as_curator=False, by=alice.id, now=NOW)
    assert _open(here, idea) == []
    assert len(_open(here, idea, as_curator=True)) == 2
    actions.confirm(here, idea, told, as_curator=True, by=carla.id, now=NOW)
    assert _open(here, idea, as_curator=True) == []


def test_a_changed_text_asks_again(here: orm.Session) -> None:
    idea = make_idea(here)
    told = [hit.fingerprint for hit in _open(here, idea)]
    actions.confirm(here, idea, told, as_curator=False, by=None, now=NOW)
    assert [hit.words for hit in _open(here, idea, summary="4 students tried.")] == ["4 students"]
    assert [hit.words for hit in _open(here, idea, summary="3 students were absent.")] == ["3 students"]


def test_another_record_asks_by_itself(here: orm.Session) -> None:
    idea, other = make_idea(here), make_idea(here)
    told = [hit.fingerprint for hit in _open(here, idea)]
    actions.confirm(here, idea, told, as_curator=False, by=None, now=NOW)
    assert len(_open(here, other)) == 2


def test_twice_is_once_and_nonsense_is_nothing(here: orm.Session) -> None:
    idea = make_idea(here)
    told = [hit.fingerprint for hit in _open(here, idea)]
    actions.confirm(here, idea, [*told, *told], as_curator=False, by=None, now=NOW)
    assert actions.confirm(here, idea, told, as_curator=False, by=None, now=NOW) == 0
    assert actions.confirm(here, idea, ["", "name.x", "x" * 10_000], as_curator=False, by=None, now=NOW) == 0
    assert here.scalar(sa.select(sa.func.count()).select_from(m.Confirmation)) == 2
    assert [row.facts["hits"] for row in here.scalars(sa.select(m.History))] == [2]


def test_a_confirmed_count_is_what_an_export_says(here: orm.Session) -> None:
    idea = make_idea(here)
    count, name = _open(here, idea)
    actions.confirm(here, idea, [name.fingerprint], as_curator=False, by=None, now=NOW)
    assert idea.counts_confirmed is False
    actions.confirm(here, idea, [count.fingerprint], as_curator=False, by=None, now=NOW)
    assert idea.counts_confirmed is True


def test_the_minimum_is_that_of_the_network(here: orm.Session) -> None:
    strict = make_network(here, minimum_group=20)
    idea = make_idea(here, network_id=strict.id)
    assert "15 students" in {hit.words for hit in _open(here, idea, summary="15 students tried.")}


def test_erasing_forgets(here: orm.Session) -> None:
    idea = make_idea(here)
    told = [hit.fingerprint for hit in _open(here, idea)]
    actions.confirm(here, idea, told, as_curator=False, by=None, now=NOW)
    actions.forget(here, idea)
    assert here.scalar(sa.select(sa.func.count()).select_from(m.Confirmation)) == 0


def test_texts_of_a_document_leave_out_ids_and_names_of_adults() -> None:
    document = IdeaDocument.model_validate(
        {
            "id": "99418273",
            "title": "Wait time",
            "state": State.DRAFT,
            "created": NOW,
            "school": "55512345",
            "credits": [{"name": "J. S. Okafor", "role": "teacher"}],
            "links": [
                {"type": "adapted_from", "target": "12345678", "reason": "It fits.", "adaptation": {"kept": "All"}}
            ],
            "texts": {"how_to_try": "Wait."},
            "population": "Grade 9",
        }
    )
    assert queries.texts_of(document) == {
        "title": "Wait time",
        "population": "Grade 9",
        "links.0.reason": "It fits.",
        "links.0.adaptation.kept": "All",
        "links.0.adaptation.core": "unknown",
        "texts.how_to_try": "Wait.",
    }
