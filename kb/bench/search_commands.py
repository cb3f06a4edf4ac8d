"""The commands that measure search: how fast, and how well it answers."""

import json
from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
def relevance(folder: Path, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Judge search on FOLDER with docs.jsonl, queries.jsonl and qrels.tsv, beside SQLite FTS5."""
    from kb.bench import relevance as judged

    report = judged.measure(folder, lambda words: click.echo(words, err=True))
    click.echo(json.dumps(report, indent=2) if as_json else judged.as_text(report))
