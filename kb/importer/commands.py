"""The commands ``kb import PATH`` and ``kb import schools CSV``."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kb import config, schema
from kb.db import Database
from kb.importer.load import Report

MOST_SAID = 200  # more than anybody reads


class PathOrCommand(click.Group):
    """A group whose first word may also be a path: ``kb import content`` means ``kb import files content``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name of the command for files before a path or its options."""
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h")):
            args = ["files", *args]
        return super().parse_args(ctx, args)


@click.group(name="import", cls=PathOrCommand)
def import_group() -> None:
    """Read records from files: kb import [PATH], or kb import schools CSV.

    PATH is a Markdown file or a folder of them; without it, the content that ships with Throughline is read.
    """


@import_group.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--overwrite", is_flag=True, help="Also write over records that people changed since the last import.")
def files(path: Path | None, *, overwrite: bool) -> None:
    """Read a Markdown file or a folder of them (the same as kb import PATH)."""
    from kb.attachments.blobs import store_of
    from kb.importer.load import import_path

    with _database() as database, _progress() as tick:
        blobs = store_of(config.load())
        report = import_path(database, path or config.bundled("content"), overwrite=overwrite, blobs=blobs, tick=tick)
    _say(report)


@import_group.command()
@click.argument("csv", type=click.Path(path_type=Path))
@click.option("--context", type=click.Path(path_type=Path), help="A CSV with enrolment and percentages by year.")
@click.option("--overwrite", is_flag=True, help="Also write over schools that people changed since the last import.")
def schools(csv: Path, context: Path | None, *, overwrite: bool) -> None:
    """Read schools from a CSV in the layout of the NCES Common Core of Data directory."""
    from kb.importer.schools import import_schools

    with _database() as database, _progress() as tick:
        report = import_schools(database, csv, context=context, overwrite=overwrite, tick=tick)
    _say(report)


@contextmanager
def _database() -> Iterator[Database]:
    settings = config.load()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    schema.prepare(database)
    try:
        yield database
        database.refresh_statistics()
    finally:
        database.close()


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that moves a bar on a terminal and does nothing elsewhere."""
    with click.progressbar(length=1, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def tick(what: str, done: int, of: int) -> None:
            bar.label, bar.length = what, of
            bar.update(done - bar.pos)

        yield tick


def _say(report: Report) -> None:
    said = [*report.problems, *report.left]
    for problem in said[:MOST_SAID]:
        click.echo(str(problem), err=True)
    if len(said) > MOST_SAID:
        click.echo(f"… and {len(said) - MOST_SAID:,} more. Correct these first.", err=True)
    counts = {
        "new": len(report.new),
        "changed": len(report.changed),
        "unchanged": len(report.unchanged),
        "left": len(report.left),
        "refused": len(report.refused),
    }
    click.echo(", ".join(f"{number:,} {word}" for word, number in counts.items()))
    if report.failed:
        sys.exit(1)
