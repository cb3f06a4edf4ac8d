"""The command ``kb user``: make the first admin, list, invite and end accounts."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import click
import sqlalchemy as sa

from kb import config, feed, schema
from kb.accounts import actions, invitations, queries, resets
from kb.accounts.models import Person, Role
from kb.accounts.rules import checked_email, checked_password
from kb.db import Database
from kb.networks.models import Network
from kb.schools.models import School

LINK_LASTS = dt.timedelta(hours=24)


@click.group()
def user() -> None:
    """Look after accounts. There is no account until you make one."""


@user.command("create-admin")
@click.argument("email")
@click.option("--name", prompt="Name", help="The name others read.")
@click.option("--link", is_flag=True, help="Print a link for choosing the password, in place of asking for it here.")
def create_admin(email: str, name: str, *, link: bool) -> None:
    """Make an account that may do everything, or let an account that is there do so."""
    email = checked_email(email)
    password = None if link else _asked(name, email)
    now = dt.datetime.now(dt.UTC)
    with _opened() as (settings, database), database.writing() as session:
        person = queries.person_by_email(session, email)
        if person is None:
            person = actions.create(session, name=name, email=email, is_admin=True, by=None, now=now)
        else:
            actions.make_admin(session, person, by=None, now=now)
        if password is not None:
            actions.set_password(session, person, password, by=None, now=now)
        address = resets.link(settings, resets.issue(session, person, lasts=LINK_LASTS)) if link else ""
        feed.commit(session)
    click.echo(f"{person.name} <{email}> may do everything now.")
    if address:
        click.echo(f"To choose a password, open this within a day; it works once:\n{address}")


@user.command("list")
def list_people() -> None:
    """List all accounts with their roles."""
    with _opened() as (_settings, database), database.reading() as session:
        for person in session.scalars(sa.select(Person).where(Person.email.is_not(None)).order_by(Person.name)):
            words = "ended" if person.ended_at else ", ".join(queries.roles_in_words(session, person))
            click.echo(f"{person.public_id}  {person.name} <{person.email}>  {words}")


@user.command()
@click.argument("email")
@click.option("--school", help="The public id of the school, as in its address.")
@click.option("--network", help="The public id of the network, as in its address.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
def invite(email: str, school: str | None, network: str | None, role: str) -> None:
    """Invite somebody by mail to a school or a network."""
    with _opened() as (_settings, database), database.writing() as session:
        ids = {
            "school_id": session.scalar(sa.select(School.id).where(School.public_id == school)) if school else None,
            "network_id": session.scalar(sa.select(Network.id).where(Network.public_id == network))
            if network
            else None,
        }
        if (ids["school_id"] is None) == (ids["network_id"] is None):
            message = "Name one school or one network that is there, by its public id."
            raise click.ClickException(message)
        invitations.invite(session, email=email, role=Role(role), **ids, by=None, now=dt.datetime.now(dt.UTC))
        feed.commit(session)
    click.echo(f"The invitation to {email} goes out as soon as the worker runs.")


@user.command()
@click.argument("email")
def end(email: str) -> None:
    """End an account: its sessions and roles end at once; what the person wrote stays."""
    with _opened() as (_settings, database), database.writing() as session:
        person = queries.person_by_email(session, checked_email(email))
        if person is None:
            message = f"There is no account with the address {email}."
            raise click.ClickException(message)
        actions.end(session, person, by=None, now=dt.datetime.now(dt.UTC))
        feed.commit(session)
    click.echo(f"The account of {person.name} is ended.")


@contextmanager
def _opened() -> Iterator[tuple[config.Settings, Database]]:
    settings = config.load()
    database = Database(settings.database)
    try:
        schema.require_current(database)
        yield settings, database
    finally:
        database.close()


def _asked(name: str, email: str) -> str:
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    return checked_password(typed, about=(name, email))
