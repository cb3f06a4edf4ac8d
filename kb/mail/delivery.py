"""The job that sends a mail: over SMTP where a server is set, else onto the console."""

import datetime as dt
import smtplib
import ssl
import sys
from collections.abc import Mapping
from email import policy, utils
from email.message import EmailMessage
from urllib.parse import urlsplit

from kb.config import Settings
from kb.errors import KbError
from kb.jobs.registry import GiveUpError, Work, job
from kb.mail.rules import KIND

TIMEOUT = 20.0
LEASE = dt.timedelta(minutes=5)  # longer than a slow server takes for all its answers
_PERMANENT = range(500, 600)


class DeliveryError(KbError):
    """The mail could not be sent now."""

    title = "The mail could not be sent"
    advice = "Check the settings that begin with KB_SMTP_, and whether the server takes mail from this machine."


@job(KIND, lease=LEASE)
def deliver(work: Work) -> None:
    """Send one mail. Sent twice it has the same Message-ID, by which a mailbox knows that it is the same."""
    held = dict(work.payload)
    message = compose(work.settings, held.pop("id"), **held, now=work.now)
    if work.settings.smtp_host:
        hand_over(message, work.settings)
    else:
        print_mail(message)


def compose(
    settings: Settings, key: str, *, to: str, subject: str, text: str, headers: Mapping[str, str], now: dt.datetime
) -> EmailMessage:
    """Return the mail as it goes out; ``key`` makes its Message-ID."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = utils.formataddr((settings.site_name, settings.sender))
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = utils.format_datetime(now)
    message["Message-ID"] = f"<{key}@{urlsplit(settings.site_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    for name, value in headers.items():
        del message[name]
        message[name] = value
    message.set_content(text)
    return message


def print_mail(message: EmailMessage) -> None:
    """Show the mail where the site runs: for trying things out without a mail server."""
    line = "-" * 72
    head = "".join(f"{name}: {message[name]}\n" for name in ("To", "Subject"))
    sys.stdout.write(f"\n{line}\nMail (KB_SMTP_HOST is not set, so it is only shown here)\n{head}\n")
    sys.stdout.write(f"{message.get_content()}{line}\n")
    sys.stdout.flush()


def hand_over(message: EmailMessage, settings: Settings) -> None:
    """Give the mail to the server; DeliveryError, or GiveUpError where another attempt would fail as well."""
    try:
        _send(message, settings)
    except smtplib.SMTPException as error:
        raise _fault(error) from error
    except OSError as error:  # no connection, no answer in time, a certificate that does not fit
        told = f"{settings.smtp_host}:{settings.smtp_port}: {error.strerror or error}"
        raise DeliveryError(told) from error


def _send(message: EmailMessage, settings: Settings) -> None:
    context = ssl.create_default_context()
    where = (settings.smtp_host, settings.smtp_port)
    if settings.smtp_tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(*where, timeout=TIMEOUT)
    with server:
        if settings.smtp_tls == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message)


def _fault(error: smtplib.SMTPException) -> KbError:
    """Return the fault in our own words: a server's may repeat the address, and faults are kept and logged."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        final, words = all(code in _PERMANENT for code in codes), "The server takes no mail for this address"
    else:
        codes = [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []
        final = isinstance(error, smtplib.SMTPDataError) and codes[0] in _PERMANENT
        words = f"The server does not take the mail: {type(error).__name__}"
    told = f"{words} ({', '.join(map(str, codes))})." if codes else f"{words}."
    return GiveUpError(told) if final else DeliveryError(told)
