"""The command ``kb export``."""

import sys
from pathlib import Path

import click

from kb import config, schema
from kb.db import Database


@click.command()
@click.argument("path", type=click.Path(path_type=Path, file_okay=False))
@click.option("--public", is_flag=True, help="Only what a visitor without an account may read.")
def export(path: Path, *, public: bool) -> None:
    """Write everything as Markdown files into the folder PATH, to be read back by kb import.

    The export holds all records in all states, their revisions and links; no credentials and no drafts being typed.
    """
    from kb.attachments.blobs import store_of
    from kb.exporter.write import export_path

    settings = config.load()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    schema.prepare(database)
    with click.progressbar(length=1, label="Writing", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def tick(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        written = export_path(database, path, public=public, blobs=store_of(settings), tick=tick)
    database.close()
    click.echo(f"Wrote {written} files to {path}")
