"""The commands ``kb backup`` and ``kb restore``."""

import sys
import time
from pathlib import Path

import click

from kb import config
from kb.db import Database

MEGABYTE = 1_000_000


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--with-secret-key", is_flag=True, help="Put the secret key in as well; then guard the file like the key."
)
def backup(path: Path, *, with_secret_key: bool) -> None:
    """Write everything into FILE while the site runs: all records, accounts, history and attached files.

    The search index is left out, since it is made again. The file holds addresses and hashes of passwords: keep it
    where only those who run the site can read it.
    """
    from kb.backup.write import back_up

    settings, began = config.load(), time.perf_counter()
    database = Database(settings.database)
    manifest = back_up(database, settings, path, with_secret_key=with_secret_key, tick=_say)
    database.close()
    count = sum(table.rows for table in manifest.tables)
    size, took = path.stat().st_size / MEGABYTE, time.perf_counter() - began
    click.echo(f"{count:,} rows and {len(manifest.blobs):,} files, {size:,.1f} MB in {took:.1f} s: {path}")
    if manifest.missing_blobs:
        click.echo(f"{len(manifest.missing_blobs):,} files were not found: their records name them, and they are lost.")


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--overwrite", is_flag=True, help="Replace what the database holds now. Stop the site first.")
@click.option(
    "--erased",
    "lists",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A copy of erased.txt: what it names is erased again. The one in the data folder is always used.",
)
@click.option("--check", "only_check", is_flag=True, help="Only compare the file with its checksums.")
def restore(path: Path, *, overwrite: bool, lists: tuple[Path, ...], only_check: bool) -> None:
    """Put the backup in FILE into the empty database that the settings name, and make the search index.

    It happens as a whole or not at all. Records that were erased since the backup was made are erased again. Everybody
    has to sign in again; passwords are those of the backup.
    """
    from kb.backup import erased
    from kb.backup.restore import BusyError, check
    from kb.backup.restore import restore as put_back
    from kb.search import engines
    from kb.search.service import Search

    if only_check:
        click.echo(f"{path} is whole. It was made on {check(path).manifest.made_at}.")
        return
    settings = config.load()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    also = frozenset[tuple[str, str]]().union(*(erased.read(one) for one in lists))
    engine = engines.make(database, settings)
    if not engine.hold():  # whoever serves holds the lock of the index
        raise BusyError
    try:
        done = put_back(database, settings, path, overwrite=overwrite, erase_also=also, tick=_say)
    finally:
        engine.release()
    database.refresh_statistics()
    click.echo(f"{done.rows:,} rows and {done.files:,} files of {done.made_at} are back.")
    if done.erased:
        click.echo(f"{done.erased:,} records were erased since then, and are again.")
    if done.taken_back:
        click.echo(f"{done.taken_back:,} records, accounts or roles were withdrawn or ended since then, and are again.")
    click.echo(
        f"{Search(database, settings).rebuild():,} records are in the search index. Everybody must sign in again."
    )
    database.close()


def _say(table: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{table:40}", nl=False, err=True)
