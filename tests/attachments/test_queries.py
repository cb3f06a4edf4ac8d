"""What the privacy guard reads beside the texts: the words of the files they show."""

from collections.abc import Iterator

import pytest
from sqlalchemy import orm

from kb import models as m
from kb.attachments import queries
from kb.db import Database
from kb.ideas.document import documents
from kb.writing.readiness import NO_WORDS, readiness
from tests.factories import NOW, make_idea


@pytest.fixture
def here(sqlite_database: Database) -> Iterator[orm.Session]:
    with sqlite_database.writing() as session:
        yield session


def _file(session: orm.Session, item: m.Item, public_id: str, alt: str) -> str:
    if session.get(m.Blob, "a" * 64) is None:
        session.add(m.Blob(sha256="a" * 64, size=1, kind="png", touched_at=NOW))
    row = m.Attachment(public_id=public_id, item_id=item.id, sha256="a" * 64, name="a.png", alt=alt, at=NOW)
    session.add(row)
    session.flush()
    return row.url


def test_words_of_shown_files_that_the_text_does_not_say(here: orm.Session) -> None:
    idea = make_idea(here)
    shown, told = _file(here, idea, "ftt00001", "My student Jayden"), _file(here, idea, "ftt00002", "A wall")
    _file(here, idea, "ftt00003", "Waits with an edit")
    texts = {"summary": "", "texts.how_to_try": f"![At work]({shown}) ![A wall]({told})"}
    assert queries.texts_beside(here, idea, texts) == {"attachments.ftt00001": "My student Jayden"}
    assert queries.texts_beside(here, idea, {"summary": "No file"}) == {}


def test_a_picture_without_words_and_a_name_keep_a_record_from_being_published(here: orm.Session) -> None:
    idea = make_idea(here)
    url = _file(here, idea, "ftt00001", "My student Jayden")
    row = here.get_one(m.ChangeIdea, idea.id)
    row.how_to_try = f"![]({url}) and ![At work]({url})"
    here.flush()
    found = readiness(here, idea, documents(here, [idea])[idea.id])
    assert ("texts.how_to_try", NO_WORDS) in [(one.field, one.message) for one in found.blockers]
    assert [(hit.field, hit.words) for hit in found.hits] == [("attachments.ftt00001", "student Jayden")]
