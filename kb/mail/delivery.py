"""The job that sends a mail: over SMTP where a server is set, else onto the console."""

import smtplib
import ssl
import sys
from email import policy, utils
from email.message import EmailMessage
from urllib.parse import urlsplit

from kb.config import Settings
from kb.errors import KbError
from kb.jobs.registry import GiveUpError, Work, job
from kb.mail.rules import KIND

TIMEOUT = 30.0
_PERMANENT = range(500, 600)


class DeliveryError(KbError):
    """The mail could not be sent now."""

    title = "The mail could not be sent"


@job(KIND)
def deliver(work: Work) -> None:
    """Send one mail. Sent twice it has the same Message-ID, by which a mailbox knows that it is the same."""
    message = compose(work)
    if not work.settings.smtp_host:
        print_mail(message)
        return
    try:
        _send(message, work.settings)
    except smtplib.SMTPException as error:
        raise _fault(error) from error


def compose(work: Work) -> EmailMessage:
    """Return the mail as it goes out."""
    held, settings = work.payload, work.settings
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = utils.formataddr((settings.site_name, settings.sender))
    message["To"] = held["to"]
    message["Subject"] = held["subject"]
    message["Date"] = utils.format_datetime(work.now)
    message["Message-ID"] = f"<{held['id']}@{urlsplit(settings.site_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    for name, value in held["headers"].items():
        del message[name]
        message[name] = value
    message.set_content(held["text"])
    return message


def print_mail(message: EmailMessage) -> None:
    """Show the mail where the site runs: for trying things out without a mail server."""
    line = "-" * 72
    head = "".join(f"{name}: {message[name]}\n" for name in ("To", "Subject"))
    sys.stdout.write(f"\n{line}\nMail (KB_SMTP_HOST is not set, so it is only shown here)\n{head}\n")
    sys.stdout.write(f"{message.get_content()}{line}\n")
    sys.stdout.flush()


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
