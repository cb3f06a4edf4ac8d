"""Confirmations of the privacy guard: each hit by itself, author and curator apart, and what changes asks again."""

import sqlalchemy as sa
from sqlalchemy import orm

from kb import models as m
from kb.ideas.document import IdeaDocument
from kb.permissions import State
from kb.privacy import actions, queries
from kb.privacy.rules import Hit
from tests.factories import NOW, make_idea, make_network, make_person

TEXTS = {"summary": "3 students tried.", "texts.how_to_try": "My student Jayden liked it."}


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


def test_the_curator_looks_again(session: orm.Session) -> None:
    idea, alice, carla = make_idea(session), make_person(session), make_person(session)
    told = [hit.fingerprint for hit in _open(session, idea)]
    actions.confirm(session, idea, told, as_curator=False, by=alice.id, now=NOW)
    assert _open(session, idea) == []
    assert len(_open(session, idea, as_curator=True)) == 2
    actions.confirm(session, idea, told, as_curator=True, by=carla.id, now=NOW)
    assert _open(session, idea, as_curator=True) == []


def test_a_changed_text_asks_again(session: orm.Session) -> None:
    idea = make_idea(session)
    told = [hit.fingerprint for hit in _open(session, idea)]
    actions.confirm(session, idea, told, as_curator=False, by=None, now=NOW)
    assert [hit.words for hit in _open(session, idea, summary="4 students tried.")] == ["4 students"]
    assert [hit.words for hit in _open(session, idea, summary="3 students were absent.")] == ["3 students"]


def test_another_record_asks_by_itself(session: orm.Session) -> None:
    idea, other = make_idea(session), make_idea(session)
    told = [hit.fingerprint for hit in _open(session, idea)]
    actions.confirm(session, idea, told, as_curator=False, by=None, now=NOW)
    assert len(_open(session, other)) == 2


def test_twice_is_once_and_nonsense_is_nothing(session: orm.Session) -> None:
    idea = make_idea(session)
    told = [hit.fingerprint for hit in _open(session, idea)]
    actions.confirm(session, idea, [*told, *told], as_curator=False, by=None, now=NOW)
    assert actions.confirm(session, idea, told, as_curator=False, by=None, now=NOW) == 0
    assert actions.confirm(session, idea, ["", "name.x", "x" * 10_000], as_curator=False, by=None, now=NOW) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(m.Confirmation)) == 2
    assert [row.facts["hits"] for row in session.scalars(sa.select(m.History))] == [2]


def test_a_confirmed_count_is_what_an_export_says(session: orm.Session) -> None:
    idea = make_idea(session)
    count, name = _open(session, idea)
    actions.confirm(session, idea, [name.fingerprint], as_curator=False, by=None, now=NOW)
    assert idea.counts_confirmed is False
    actions.confirm(session, idea, [count.fingerprint], as_curator=False, by=None, now=NOW)
    assert idea.counts_confirmed is True


def test_the_minimum_is_that_of_the_network(session: orm.Session) -> None:
    strict = make_network(session, minimum_group=20)
    idea = make_idea(session, network_id=strict.id)
    assert "15 students" in {hit.words for hit in _open(session, idea, summary="15 students tried.")}


def test_erasing_forgets(session: orm.Session) -> None:
    idea = make_idea(session)
    told = [hit.fingerprint for hit in _open(session, idea)]
    actions.confirm(session, idea, told, as_curator=False, by=None, now=NOW)
    actions.forget(session, idea)
    assert session.scalar(sa.select(sa.func.count()).select_from(m.Confirmation)) == 0


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
