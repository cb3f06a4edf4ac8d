"""The commands that make large databases and measure pages."""

import json
import tempfile
import time
from functools import partial
from pathlib import Path

import click

from kb import config, schema
from kb.bench import search_commands
from kb.bench.size import Size
from kb.db import Database


@click.group()
def bench() -> None:
    """Make large databases and measure how fast pages are."""


bench.add_command(search_commands.search)
bench.add_command(search_commands.relevance)
bench.add_command(search_commands.hidden)


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


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
@click.option("--size", type=click.Choice(["demo", "seeded"]), default="demo", show_default=True)
@click.option("--schools", type=click.IntRange(1, 5_000), default=800, show_default=True, help="Schools when seeded.")
@click.option("--requests", type=click.IntRange(40, 100_000), default=200, show_default=True, help="For each page.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the data in this folder; if it holds a database already, that one is measured.",
)
def pages(as_json: bool, size: str, schools: int, requests: int, data: Path | None) -> None:  # noqa: FBT001 - a flag
    """Measure CPU and time of every kind of page over HTTP, beside a bare page in the same run."""
    from kb.bench import pages as measured

    with tempfile.TemporaryDirectory(prefix="kb-bench") as temporary:
        folder = data or Path(temporary)
        if not (folder / "throughline.db").is_file():
            prepare = measured.prepare_demo if size == "demo" else partial(measured.prepare_seeded, schools=schools)
            prepare(folder)
        report = {"size": size, **measured.measure(folder, requests, lambda name: click.echo(name, err=True))}
    click.echo(json.dumps(report, indent=2) if as_json else measured.as_text(report))
