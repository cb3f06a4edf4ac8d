"""Saving items through their actions, as people will: who, when, revisions, and what is refused."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed, history, markup, models
from kb.cases import actions as cases
from kb.cases.document import CaseDocument
from kb.cycles import actions as cycles
from kb.cycles.document import CycleDocument
from kb.cycles.reading import documents as cycle_documents
from kb.cycles.rules import Stage
from kb.errors import ConflictError, InvalidError
from kb.ideas import actions as ideas
from kb.ideas.document import IdeaDocument
from kb.ideas.document import documents as idea_documents
from kb.importer.rendering import render_outdated
from kb.items.models import Item
from kb.permissions import State
from tests.factories import (
    NOW,
    make_cycle,
    make_driver,
    make_idea,
    make_method,
    make_network,
    make_person,
    make_school,
)

LATER = NOW + dt.timedelta(days=7)


def an_idea(session: orm.Session, **over: object) -> IdeaDocument:
    driver = make_driver(session, make_network(session))
    fields = {"kind": "idea", "id": "dea00001", "title": "Call home", "state": State.PUBLISHED, "published": NOW}
    texts = {"hypothesis": "If *we* call."}
    return IdeaDocument.model_validate(
        {**fields, "created": NOW, "drivers": [driver.public_id], "texts": texts, **over}
    )


def revisions(session: orm.Session, item: Item) -> list[models.Revision]:
    return list(session.scalars(sa.select(models.Revision).where(models.Revision.item_id == item.id)))


def test_it_works(session: orm.Session) -> None:
    person = make_person(session)
    document = an_idea(session)
    item = ideas.save(session, document, by=person.id, now=NOW)
    number = feed.commit(session)
    session.refresh(item, ["html", "change_seq"])
    assert item.html == {"hypothesis": "<p>If <em>we</em> call.</p>"}
    assert (item.renderer, item.edition, item.change_seq) == (markup.RENDERER, 1, number)
    row = session.scalars(sa.select(history.History)).one()
    assert (row.action, row.public_id, row.person_id, row.facts) == ("created", "dea00001", person.id, {"edition": 1})
    assert [one.author_id for one in revisions(session, item)] == [person.id]
    assert idea_documents(session, [item])[item.id].mark() == document.mark()


def test_twice_is_once(session: orm.Session) -> None:
    document = an_idea(session)
    item = ideas.save(session, document, by=None, now=NOW)
    ideas.save(session, document, by=None, now=LATER)
    assert (item.edition, len(revisions(session, item))) == (1, 1)


def test_a_change_of_words_is_the_next_edition_and_a_snapshot(session: orm.Session) -> None:
    document = an_idea(session)
    item = ideas.save(session, document, by=None, now=NOW)
    ideas.save(session, document.model_copy(update={"title": "Call home twice"}), by=None, now=LATER)
    assert (item.edition, item.slug, item.updated_at) == (2, "call-home-twice", LATER)
    assert [one.content["title"] for one in revisions(session, item)] == ["Call home", "Call home twice"]


def test_a_text_over_a_limit_is_refused(session: orm.Session) -> None:
    with pytest.raises(InvalidError, match="at most"):
        ideas.save(session, an_idea(session, texts={"materials": "[" * 3_000}), by=None, now=NOW)


def test_an_id_of_another_kind_is_refused(session: orm.Session) -> None:
    idea = ideas.save(session, an_idea(session), by=None, now=NOW)
    case = CaseDocument(id=idea.public_id, title="x", state=State.DRAFT, created=NOW)
    with pytest.raises(InvalidError, match="is taken by another record"):
        cases.save(session, case, by=None, now=NOW)


def test_one_that_somebody_else_made_meanwhile_is_told_apart(session: orm.Session) -> None:
    document = an_idea(session)
    ideas.save(session, document, by=None, now=NOW)
    with pytest.raises(ConflictError, match=r"at the same moment\. Try again"):
        ideas.write(session, document, before=None, html={}, now=NOW)


def test_an_erased_one_is_refused(session: orm.Session) -> None:
    document = an_idea(session)
    ideas.save(session, document, by=None, now=NOW).state = State.ERASED
    with pytest.raises(InvalidError, match="erased"):
        ideas.save(session, document, by=None, now=LATER)


@pytest.mark.parametrize("field", ["school", "network", "author"])
def test_a_place_or_person_that_is_not_there(session: orm.Session, field: str) -> None:
    with pytest.raises(InvalidError, match=f"no {field} xxxxxxx1"):
        ideas.save(session, an_idea(session, **{field: "xxxxxxx1"}), by=None, now=NOW)
    with pytest.raises(InvalidError, match="no driver xxxxxxx1"):
        ideas.save(session, an_idea(session, drivers=["xxxxxxx1"]), by=None, now=NOW)


def test_a_case_loses_the_sections_it_no_longer_has(session: orm.Session) -> None:
    fields: dict[str, Any] = {"id": "case0001", "title": "x", "state": State.DRAFT, "created": NOW}
    cases.save(session, CaseDocument(**fields, texts={"problem": "a", "advice": "b"}), by=None, now=NOW)
    cases.save(session, CaseDocument(**fields, texts={"advice": "c"}), by=None, now=LATER)
    assert session.scalars(sa.select(models.CaseSection.text)).all() == ["c"]


def test_a_lock_made_here_stays_so(session: orm.Session) -> None:
    method = make_method(session)
    idea, school = make_idea(session), make_school(session)
    cycle = make_cycle(session, idea, school, method)
    row = models.Prediction(cycle_id=cycle.id, position=0, question="Q?", locked_at=NOW, lock_hash="", do_starts=None)
    session.add(row)
    session.flush()
    document = cycle_documents(session, [cycle])[cycle.id]
    row.lock_hash = document.predictions[0].own_hash
    session.flush()
    session.expire_all()
    document = cycle_documents(session, [cycle])[cycle.id]
    cycles.save(session, document.model_copy(update={"title": "New"}), by=None, now=LATER)
    assert session.scalars(sa.select(models.Prediction.locked_at_origin)).all() == [False]


def test_answers_to_questions_the_method_does_not_ask(session: orm.Session) -> None:
    method = make_method(session)
    cycle = make_cycle(session, make_idea(session), make_school(session), method)
    document = cycle_documents(session, [cycle])[cycle.id]
    assert isinstance(document, CycleDocument)
    with pytest.raises(InvalidError, match=r"no question plan\.aim"):
        cycles.save(session, document.model_copy(update={"texts": {"plan.aim": "x"}}), by=None, now=LATER)
    with pytest.raises(InvalidError, match="no version 9"):
        cycles.save(session, document.model_copy(update={"method_version": "9"}), by=None, now=LATER)


@pytest.mark.parametrize(
    ("started_on", "year"),
    [(dt.date(2025, 6, 30), 2024), (dt.date(2025, 7, 1), 2025), (dt.date(2023, 9, 1), None)],
)
def test_the_facts_of_the_school_year_in_which_do_started(
    session: orm.Session, started_on: dt.date, year: int | None
) -> None:
    school = make_school(session)
    session.add_all(models.SchoolContext(school_id=school.id, year=one, enrolment=one) for one in (2024, 2025, 2026))
    session.flush()
    session.refresh(school)
    facts = cycles.facts_of(school, started_on)
    assert facts is not None
    assert (facts.year, facts.enrolment, facts.level) == (year, year, school.level)


def test_a_cycle_that_runs_keeps_the_facts_it_has(session: orm.Session) -> None:
    method = make_method(session)
    cycle = make_cycle(session, make_idea(session), make_school(session), method, context_year=2020)
    document = cycle_documents(session, [cycle])[cycle.id]
    told = document.model_copy(update={"context": None, "stage": Stage.DONE})
    kept = cycles.with_context(session, told).context
    assert kept is not None
    assert kept.year == 2020


def test_outdated_html_is_rendered_again(session: orm.Session) -> None:
    item = ideas.save(session, an_idea(session), by=None, now=NOW)
    school = make_school(session, about="A *school*.")
    item.html, item.renderer = {}, markup.RENDERER - 1
    session.flush()
    before = feed.latest(session)
    assert render_outdated(session) == 2
    feed.commit(session)
    session.refresh(item, ["html", "change_seq"])
    assert (item.html["hypothesis"], item.change_seq) == ("<p>If <em>we</em> call.</p>", before + 1)
    assert school.about_html == "<p>A <em>school</em>.</p>"
    assert render_outdated(session) == 0
