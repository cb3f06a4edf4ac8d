"""The commands that look after jobs: status and retry."""

import click

from kb import config, feed, schema
from kb.db import Database
from kb.jobs import actions, queries
from kb.jobs.models import JobState

MOST = 20


@click.group()
def jobs() -> None:
    """Look after the work that is done beside the site: mail and everything repeated."""


@jobs.command()
def status() -> None:
    """Say how many jobs wait, and list those that were given up."""
    with _database().reading() as session:
        found, dead = queries.counts(session), queries.given_up(session)
        failing = queries.failing(session, MOST)
    for kind, states in found.items():
        told = ", ".join(f"{states[state]:,} {state}" for state in JobState if state in states)
        click.echo(f"{kind:24} {told}")
    if not found:
        click.echo("There are no jobs.")
    for row in failing:
        click.echo(f"Tried {row.attempts} times: {row.id} {row.kind}, again at {row.run_at:%Y-%m-%d %H:%M} UTC")
        click.echo(f"  {row.error}")
    for row in dead:
        click.echo(f"Given up: {row.id} {row.kind} on {row.ended_at:%Y-%m-%d %H:%M} UTC after {row.attempts} attempts")
        click.echo(f"  {row.error}")
    if dead:
        click.echo("Try again with `kb jobs retry NUMBER`, or `kb jobs retry --all`.")


@jobs.command()
@click.argument("number", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help="All that were given up.")
def retry(number: int | None, *, everything: bool) -> None:
    """Let the job NUMBER, which was given up, begin anew."""
    if (number is None) is not everything:
        message = "Name one job by its number, or say --all."
        raise click.UsageError(message)
    with _database().writing() as session:
        numbers = [row.id for row in queries.given_up(session)] if number is None else [number]
        for one in numbers:
            actions.retry(session, one)
        feed.commit(session)
    click.echo(f"{len(numbers)} will be tried again.")


def _database() -> Database:
    database = Database(config.load().database)
    schema.require_current(database)
    return database
