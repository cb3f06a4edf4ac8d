"""Mail goes into the outbox with the caller's transaction, and nothing in its head can be smuggled in."""

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb.db import Database
from kb.errors import InvalidError
from kb.jobs.models import Job
from kb.mail.actions import send
from kb.mail.queries import waiting
from tests.factories import NOW


def test_it_goes_out_only_with_the_commit(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        send(session, to="alice@ashgrove.example", subject="Undone", text="Never sent.", now=NOW)
    with sqlite_database.writing() as session:
        assert waiting(session) == []
        send(session, to="alice@ashgrove.example", subject="Kept", text="Hello.", now=NOW)
        session.commit()
    with sqlite_database.reading() as session:
        assert [letter.subject for letter in waiting(session)] == ["Kept"]


def test_one_key_sends_once(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        for text in ("first", "second"):
            send(session, to="alice@ashgrove.example", subject="Digest", text=text, key="digest-7", now=NOW)
        assert [letter.text for letter in waiting(session)] == ["first"]


@pytest.mark.parametrize(
    ("to", "subject", "headers"),
    [
        ("a@b.example\nBcc: victim@c.example", "Hello", {}),
        ("a@b.example, victim@c.example", "Hello", {}),
        ("Alice <a@b.example>", "Hello", {}),
        ("a@b.example", "Hello\r\nBcc: victim@c.example", {}),
        ("a@b.example", "Hello\u2028Bcc: victim@c.example", {}),
        ("a@b.example", "Hello", {"Reply-To": "x@y.example\nBcc: victim@c.example"}),
        ("a@b.example", "Hello", {"Reply-To: x@y.example\nBcc": "victim@c.example"}),
        ("a@b.example", "Hello", {"bcc": "victim@c.example"}),
        ("a@b.example", "Hello", {"Content-Type": "text/html"}),
        ("", "Hello", {}),
    ],
)
def test_nothing_is_smuggled_into_the_head(
    sqlite_database: Database, to: str, subject: str, headers: dict[str, str]
) -> None:
    with sqlite_database.writing() as session, pytest.raises(InvalidError):
        send(session, to=to, subject=subject, text="Hello", headers=headers, now=NOW)
    with sqlite_database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


def test_an_empty_outbox(session: orm.Session) -> None:
    assert waiting(session) == []
