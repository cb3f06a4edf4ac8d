"""The commands that look after the search: rebuild, verify, status, unanswered."""

import datetime as dt
import sys
import time

import click

from kb import config, feed, schema
from kb.db import Database
from kb.search.rebuilding import cores
from kb.search.service import Search
from kb.search.unanswered import most_asked

MEGABYTE = 1_000_000


@click.group()
def search() -> None:
    """Look after the search index; it can always be made again from the database."""


@search.command()
@click.option("--jobs", type=click.IntRange(1, 64), help="How many processes; by default one for each core.")
def rebuild(jobs: int | None) -> None:
    """Make the index again beside the old one and swap it in. The site may go on serving meanwhile."""
    database = _database()
    database.refresh_statistics()
    built = Search(database, config.load())
    began = time.perf_counter()
    with click.progressbar(length=1, label="Reading records", show_pos=True) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        count = built.rebuild(show, jobs=jobs or cores())
    status = built.status()
    click.echo(
        f"{count:,} records, {status.size / MEGABYTE:,.1f} MB, {time.perf_counter() - began:.1f} s. "
        f"The index is complete up to change {status.last}."
    )


@search.command()
def verify() -> None:
    """Compare the index with its checksums and with the database; exit status 1 if something is wrong."""
    began = time.perf_counter()
    faults = _search().verify()
    for fault in faults:
        click.echo(f"- {fault}")
    if faults:
        click.echo("Run `kb search rebuild`: nothing is lost, the index is made from the database.")
        sys.exit(1)
    click.echo(f"The index agrees with the database ({time.perf_counter() - began:.1f} s).")


@search.command()
def status() -> None:
    """Say how the index stands."""
    database = _database()
    held = Search(database, config.load()).status()
    if held.problem:
        click.echo(f"{held.problem} Run `kb search rebuild`.")
        sys.exit(1)
    with database.reading() as session:
        latest = feed.latest(session)
    click.echo(f"Documents  {held.documents:,} in {held.segments} segments, {held.size / MEGABYTE:,.1f} MB")
    click.echo(f"Complete   up to change {held.last} of {latest}")
    click.echo(f"Made       {held.made}")


@search.command()
@click.option("--days", type=click.IntRange(1, 90), default=90, show_default=True, help="How far to look back.")
def unanswered(days: int) -> None:
    """List what was asked for without an answer, most often first."""
    today = dt.datetime.now(dt.UTC).date()
    with _database().reading() as session:
        asked = most_asked(session, since=today - dt.timedelta(days=days))
    if not asked:
        click.echo(f"No search was left without an answer in the last {days} days.")
    for one in asked:
        click.echo(f"{one.times:6,}  {one.text}  (last on {one.last})")


def _search() -> Search:
    return Search(_database(), config.load())


def _database() -> Database:
    database = Database(config.load().database)
    schema.require_current(database)
    return database
