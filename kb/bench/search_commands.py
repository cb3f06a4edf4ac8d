"""The commands that measure search: how fast, and how well it answers."""

import json
import tempfile
from pathlib import Path
from typing import Literal

import click

FOLDER = click.Path(path_type=Path, file_okay=False)
SIZES = ("2000", "20000", "100000")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
@click.option("--size", type=click.Choice(SIZES), default=SIZES[0], show_default=True, help="Records of the corpus.")
@click.option("--engine", type=click.Choice(["whoosh", "postgres"]), default="whoosh", show_default=True)
@click.option("--database", "url", help="For postgres: the address of an empty database, or of one filled here before.")
@click.option("--data", type=FOLDER, help="Keep corpus and index in this folder and use what it holds already.")
@click.option("--build/--no-build", default=True, help="Make the index anew, or measure the one in the folder.")
@click.option("--http/--no-http", "pages", default=False, help="Measure whole pages over HTTP too.")
def search(
    *,
    as_json: bool,
    size: str,
    engine: Literal["whoosh", "postgres"],
    url: str | None,
    data: Path | None,
    build: bool,
    pages: bool,
) -> None:
    """Measure searches on seeded records, one by one, beside SQLite FTS5 in the same run."""
    from kb.bench import search as measured

    def progress(words: str) -> None:
        click.echo(words, err=True)

    with tempfile.TemporaryDirectory(prefix="kb-bench") as temporary:
        folder = (data or Path(temporary)).resolve()
        report = measured.measure(folder, int(size), engine, url, build=build, progress=progress)
        if pages:
            report["http"] = measured.over_http(folder, url, engine, report, progress)
    click.echo(json.dumps(report, indent=2) if as_json else measured.as_text(report))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
@click.option("--size", type=click.Choice(SIZES), default=SIZES[0], show_default=True, help="Records of the corpus.")
@click.option("--pairs", type=click.IntRange(10, 100_000), default=1_000, show_default=True, help="Pairs of words.")
@click.option("--data", type=FOLDER, help="Use the corpus and index that `kb bench search --data` left here.")
def hidden(*, as_json: bool, size: str, pairs: int, data: Path | None) -> None:
    """Ask for words of hidden records and for nonsense in turns: pages and times must be the same."""
    from kb.bench import search as measured

    with tempfile.TemporaryDirectory(prefix="kb-bench") as temporary:
        folder = (data or Path(temporary)).resolve()
        report = measured.hidden(folder, int(size), pairs, lambda words: click.echo(words, err=True))
    click.echo(json.dumps(report, indent=2) if as_json else measured.hidden_as_text(report))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
def relevance(folder: Path, *, as_json: bool) -> None:
    """Judge search on FOLDER with docs.jsonl, queries.jsonl and qrels.tsv, beside SQLite FTS5."""
    from kb.bench import relevance as judged

    report = judged.measure(folder, lambda words: click.echo(words, err=True))
    click.echo(json.dumps(report, indent=2) if as_json else judged.as_text(report))
