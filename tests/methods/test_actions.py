"""Publishing a method: once, and never in other words under the same number."""

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import history, models
from kb.errors import InvalidError
from kb.methods.actions import publish
from kb.methods.document import MethodDocument, QuestionEntry, StepEntry
from kb.methods.models import Core, Phase
from tests.factories import NOW


def pdsa(**over: object) -> MethodDocument:
    questions = [QuestionEntry(code=f"do.{core}", text=f"{core}?", core=core) for core in Core]
    steps = [StepEntry(code="do", title="Do", phase=Phase.TRY, questions=questions)]
    return MethodDocument.model_validate(
        {"code": "pdsa", "version": "1", "title": "PDSA", "steps": steps, "body": "*How.*", **over}
    )


def test_it_works(session: orm.Session) -> None:
    version = publish(session, pdsa(), by=None, now=NOW)
    session.flush()
    assert (version.title, version.body_html) == ("PDSA", "<p><em>How.</em></p>")
    assert session.scalars(sa.select(models.MethodQuestion.code)).all() == ["do.did", "do.happened", "do.learned"]
    assert session.scalars(sa.select(history.History.action)).all() == ["published"]


def test_twice_is_once(session: orm.Session) -> None:
    first = publish(session, pdsa(), by=None, now=NOW)
    session.flush()
    assert publish(session, pdsa(), by=None, now=NOW) is first
    assert len(session.scalars(sa.select(history.History)).all()) == 1


def test_other_words_need_another_number(session: orm.Session) -> None:
    publish(session, pdsa(), by=None, now=NOW)
    session.flush()
    with pytest.raises(InvalidError, match="needs a new version"):
        publish(session, pdsa(summary="New."), by=None, now=NOW)
    publish(session, pdsa(summary="New.", version="2"), by=None, now=NOW)
    session.flush()
    assert session.scalars(sa.select(models.MethodVersion.version)).all() == ["1", "2"]
    assert len(session.scalars(sa.select(models.Method)).all()) == 1
