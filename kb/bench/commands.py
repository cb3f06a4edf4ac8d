"""The commands that make large databases and measure pages."""

import time

import click

from kb import config, schema
from kb.bench.size import Size
from kb.db import Database


@click.group()
def bench() -> None:
    """Make large databases and measure how fast pages are."""


@bench.command()
@click.option("--schools", type=click.IntRange(1, 5_000), default=800, show_default=True, help="How many schools.")
@click.option("--records", type=click.IntRange(1, 1_000_000), help="How many items instead, for example 20000.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same rows.")
@click.option("--database", "url", help="The address of an empty database; by default the one the settings name.")
def seed(schools: int, records: int | None, seed: int, url: str | None) -> None:
    """Fill an empty database with believable records: 15 ideas, 60 cycles and a case study for each school."""
    from kb.bench.seed import seed as fill

    settings = config.load()
    if url is None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(url or settings.database)
    schema.upgrade(database)
    size = Size.of_schools(schools) if records is None else Size.of_records(records)
    started = time.perf_counter()
    with click.progressbar(length=size.records, label="Records") as bar:
        fill(database, size, seed, bar.update)
    database.close()
    click.echo(f"{size.records:,} records at {size.schools:,} schools in {time.perf_counter() - started:.1f} s")
