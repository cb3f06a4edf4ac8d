"""The commands that run the site: demo, serve, db and docs."""

import hashlib
import signal
import time
from contextlib import suppress
from pathlib import Path

import click

from kb import config, schema
from kb.db import Database

DEMO_MARK = "demo-content"
PATIENCE = 3600.0


@click.command()
@click.option("--port", type=int, help="The port to listen on (default 8000).")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="The folder for all data.")
@click.option("--accounts", is_flag=True, help="Make fictional people to sign in as; their password is shown once.")
def demo(port: int | None, data: Path | None, *, accounts: bool) -> None:
    """Set up everything with fictional content and serve it: the way to see what this is."""
    given = {name: value for name, value in {"port": port, "data_dir": data}.items() if value is not None}
    settings = config.load(**given)
    click.echo(f"All data lies in {settings.data_dir.resolve()}")
    _prepare_demo(settings)
    if accounts:
        _make_demo_accounts(settings)
    _serve(settings)


@click.command()
@click.option("--port", type=int, help="The port to listen on (default 8000).")
@click.option("--host", help="The address to listen on (default 127.0.0.1).")
def serve(port: int | None, host: str | None) -> None:
    """Serve the site from the database the settings name."""
    given = {name: value for name, value in {"port": port, "host": host}.items() if value is not None}
    settings = config.load(**given)
    database = Database(settings.database)
    schema.require_current(database)
    if database.is_sqlite:  # PostgreSQL keeps its own statistics
        database.refresh_statistics()
    database.close()
    click.echo(f"All data lies in {settings.data_dir.resolve()}")
    _serve(settings)


@click.command()
def worker() -> None:
    """Do jobs and send mail until stopped; for where KB_WORKER=false keeps the site from doing both."""
    from kb import work
    from kb.search.service import Search
    from kb.web import logs

    settings = config.load()
    database = Database(settings.database)
    schema.require_current(database)
    logs.configure(settings)
    made = work.worker(database, settings, {"search": Search(database, settings)})
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    made.start()
    click.echo("The worker waits for jobs. Stop it with Ctrl+C.")
    with suppress(KeyboardInterrupt):
        while True:
            time.sleep(PATIENCE)
    made.stop()
    database.close()


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Bring the database to the schema this version needs."""
    settings = config.load()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    before = schema.current(database)
    schema.upgrade(database)
    click.echo(f"The database went from {before or 'empty'} to {schema.current(database)}.")


@db.command()
def render() -> None:
    """Make the stored HTML again where an older renderer made it."""
    from kb import feed
    from kb.importer.rendering import render_outdated

    database = Database(config.load().database)
    with database.writing() as session:
        count = render_outdated(session)
        feed.commit(session)
    click.echo(f"{count} records were rendered again.")


@click.group()
def docs() -> None:
    """Write the documentation that is made from the code."""


@docs.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), default=Path("docs/settings.md"))
def settings(path: Path) -> None:
    """Write the page of all settings."""
    path.write_text(config.as_markdown())
    click.echo(f"Wrote {path}")


def _prepare_demo(settings: config.Settings) -> None:
    """Create the database, import the shipped content where it changed, and build the index where there is none."""
    from kb.attachments.blobs import store_of
    from kb.importer.load import import_path
    from kb.search.service import Search

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    _timed("Database", lambda: schema.upgrade(database))
    content, mark = config.bundled("content"), settings.data_dir / DEMO_MARK
    print_of_content = _fingerprint(content)
    if not mark.is_file() or mark.read_text() != print_of_content:
        _timed("Demo content", lambda: import_path(database, content, blobs=store_of(settings)))
        mark.write_text(print_of_content)
        database.refresh_statistics()
    search = Search(database, settings)
    if not search.is_ready():
        _timed("Search index", search.rebuild)
    database.close()


def _make_demo_accounts(settings: config.Settings) -> None:
    from kb.accounts.demo import make_accounts

    database = Database(settings.database)
    click.echo(make_accounts(database))
    database.close()


def _timed(what: str, step: object) -> None:
    click.echo(f"{what} …", nl=False)
    started = time.perf_counter()
    step()  # type: ignore[operator]
    click.echo(f" ready in {time.perf_counter() - started:.1f} s")


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.md")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _serve(settings: config.Settings) -> None:
    from kb.server import serve_forever

    serve_forever(settings)
