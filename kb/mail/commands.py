"""The command that tries the mail settings."""

import datetime as dt
import secrets

import click

from kb import config
from kb.errors import InvalidError
from kb.mail.delivery import compose, hand_over, print_mail
from kb.mail.rules import is_address


@click.group()
def mail() -> None:
    """Try the mail settings."""


@mail.command()
@click.argument("address")
def test(address: str) -> None:
    """Send a short mail to ADDRESS at once and say what the server answers."""
    if not is_address(address):
        message = f"{address} is not an e-mail address. It looks like name@school.example."
        raise InvalidError(message)
    settings = config.load()
    letter = compose(
        settings,
        secrets.token_hex(12),
        to=address,
        subject=f"{settings.site_name} can send mail",
        text=f"This is a test.\n\nThe site: {settings.site_url}\n",
        headers={},
        now=dt.datetime.now(dt.UTC),
    )
    if not settings.smtp_host:
        print_mail(letter)
        return
    hand_over(letter, settings)
    click.echo(f"{settings.smtp_host} took a mail for {address}.")
