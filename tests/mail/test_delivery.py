"""Mail goes out over SMTP as it was written, once more under the same id where it failed, or onto the console."""

import email
import socket
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from click.testing import CliRunner

from kb import cli
from kb.config import Settings, load
from kb.db import Database
from kb.errors import InvalidError, SettingsError
from kb.jobs.models import Job, JobState
from kb.jobs.registry import GiveUpError
from kb.mail.actions import send
from kb.mail.delivery import DeliveryError
from kb.work import worker
from tests.factories import NOW


class Inbox:
    """A mail server that takes everything, or answers what it is told to."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802 - named by the library
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        answer = self.answers.pop(f"RCPT {address}", "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.pop("DATA", "250 OK")
        if answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.envelopes.append(envelope)
            self.messages.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return answer


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def inbox(port: int) -> Iterator[Inbox]:
    held = Inbox()
    server = Controller(held, hostname="127.0.0.1", port=port)
    server.start()
    yield held
    server.stop()


@pytest.fixture
def smtp(port: int) -> Settings:
    return Settings(
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_tls="none",
        base_url="https://kb.example",
        mail_from="hub@kb.example",
    )


def _send(database: Database, **over: Any) -> None:
    with database.writing() as session:
        values = {"to": "alice@ashgrove.example", "subject": "¡Hola!", "text": "Tu prueba ✓\n\n.\nFin.", "now": NOW}
        send(session, **{**values, **over})
        session.commit()


def _deliver(database: Database, settings: Settings) -> Job:
    worker(database, settings).work_once()
    with database.reading() as session:
        return session.scalars(sa.select(Job)).one()


def _again(database: Database) -> None:
    with database.writing() as session:
        session.execute(sa.update(Job).values(run_at=NOW))
        session.commit()


def test_it_arrives_as_it_was_written(sqlite_database: Database, inbox: Inbox, smtp: Settings) -> None:
    headers = {"List-Unsubscribe": "<https://kb.example/u/1>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    _send(sqlite_database, headers=headers)
    assert _deliver(sqlite_database, smtp).state is JobState.DONE
    (message,), (envelope,) = inbox.messages, inbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("hub@kb.example", ["alice@ashgrove.example"])
    assert message["Subject"] == "¡Hola!"
    assert message["From"] == "Throughline <hub@kb.example>"
    assert message.get_content().replace("\r\n", "\n").strip() == "Tu prueba ✓\n\n.\nFin."
    assert {name: message[name] for name in headers} == headers
    assert message["Message-ID"].endswith("@kb.example>")


def test_a_server_that_is_busy_gets_the_same_mail_again(
    sqlite_database: Database, inbox: Inbox, smtp: Settings
) -> None:
    inbox.answers["DATA"] = "451 Later"
    _send(sqlite_database)
    first = _deliver(sqlite_database, smtp)
    assert (first.state, inbox.messages) == (JobState.WAITING, [])
    _again(sqlite_database)
    assert _deliver(sqlite_database, smtp).state is JobState.DONE
    assert inbox.messages[0]["Message-ID"].startswith(f"<{first.payload['id']}@")


def test_an_unknown_mailbox_is_given_up_without_saying_it_in_the_fault(
    sqlite_database: Database, inbox: Inbox, smtp: Settings
) -> None:
    inbox.answers["RCPT alice@ashgrove.example"] = "550 alice@ashgrove.example unknown"
    _send(sqlite_database)
    row = _deliver(sqlite_database, smtp)
    assert (row.state, inbox.messages) == (JobState.DEAD, [])
    assert "alice" not in row.error


def test_a_mailbox_that_is_full_for_now_is_tried_again(sqlite_database: Database, inbox: Inbox, smtp: Settings) -> None:
    inbox.answers["RCPT alice@ashgrove.example"] = "452 alice@ashgrove.example is full"
    _send(sqlite_database)
    row = _deliver(sqlite_database, smtp)
    assert (row.state, inbox.messages) == (JobState.WAITING, [])
    assert "alice" not in row.error


def test_a_mail_the_server_refuses_is_given_up(sqlite_database: Database, inbox: Inbox, smtp: Settings) -> None:
    inbox.answers["DATA"] = "554 No"
    _send(sqlite_database)
    assert _deliver(sqlite_database, smtp).state is JobState.DEAD


def test_a_server_that_is_down_is_waited_for(sqlite_database: Database, smtp: Settings) -> None:
    _send(sqlite_database)
    row = _deliver(sqlite_database, smtp)
    assert row.state is JobState.WAITING
    assert row.payload["to"] == "alice@ashgrove.example"


def test_a_password_never_goes_in_the_clear(sqlite_database: Database, inbox: Inbox, smtp: Settings) -> None:
    """The server offers no encryption, so with the default setting nothing is sent to it."""
    _send(sqlite_database)
    encrypted = smtp.model_copy(update={"smtp_tls": "starttls"})
    assert _deliver(sqlite_database, encrypted).state is JobState.WAITING
    assert inbox.messages == []


def test_the_command_says_what_the_server_answers(inbox: Inbox, port: int) -> None:
    settings = {
        "KB_SMTP_HOST": "127.0.0.1",
        "KB_SMTP_PORT": str(port),
        "KB_SMTP_TLS": "none",
        "KB_MAIL_FROM": "a@b.example",
    }
    environment = {**settings, "KB_BASE_URL": "https://kb.example"}

    def run(address: str, **over: str) -> Any:
        runner = CliRunner()
        return runner.invoke(cli.kb, ["mail", "test", address], env={**environment, **over})

    assert "took a mail for alice@ashgrove.example" in run("alice@ashgrove.example").output
    assert inbox.messages[0]["Subject"] == "Throughline can send mail"
    inbox.answers["RCPT alice@ashgrove.example"] = "550 no"
    assert isinstance(run("alice@ashgrove.example").exception, GiveUpError)
    assert isinstance(run("alice@ashgrove.example", KB_SMTP_PORT="1").exception, DeliveryError)
    assert isinstance(run("a@b.example\nBcc: c@d.example").exception, InvalidError)
    assert "Mail (KB_SMTP_HOST is not set" in run("alice@ashgrove.example", KB_SMTP_HOST="").output


def test_without_a_server_it_is_shown(sqlite_database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    _send(sqlite_database)
    assert _deliver(sqlite_database, Settings()).state is JobState.DONE
    shown = capsys.readouterr().out
    assert "To: alice@ashgrove.example" in shown
    assert "Tu prueba ✓" in shown


def test_mail_needs_the_address_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_SMTP_HOST", "mail.example")
    with pytest.raises(SettingsError, match="KB_BASE_URL"):
        load()


@pytest.mark.parametrize(
    "address", ["kb.example", "ftp://kb.example", "https://kb.example/a?b", "https://kb.example\n"]
)
def test_the_address_of_the_site_is_one(address: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        Settings(base_url=address)


def test_links_come_from_the_settings() -> None:
    assert Settings(base_url="https://kb.example/").link("/ideas") == "https://kb.example/ideas"
    assert Settings(host="0.0.0.0", port=8123).link("/ideas") == "http://127.0.0.1:8123/ideas"
    assert Settings(host="::").link("/") == "http://127.0.0.1:8000/"
