"""Loads files into the database: parse all, check all, then write each record whole, in the order of dependence."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed
from kb.attachments.blobs import BlobStore
from kb.db import Database
from kb.errors import KbError
from kb.importer import beside, write
from kb.importer import stored as in_database
from kb.importer.check import Checked, check
from kb.importer.files import record_files
from kb.importer.order import groups
from kb.importer.problems import Problem
from kb.importer.records import MODELS, Key, Record, parse

Tick = Callable[[str, int, int], None]  # what is done, how many of them, of how many


@dataclass(slots=True)
class Report:
    """What an import did: paths of files by what became of them, and the problems."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    left: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    files: int = 0
    by_line: bool = False  # every line is a record of its own

    @property
    def refused(self) -> list[str]:
        """The files (or lines, for a table) that were not read or not loaded."""
        return sorted({f"{one.path}:{one.line}" if self.by_line else one.path for one in self.problems})

    @property
    def failed(self) -> bool:
        """Whether anything was refused."""
        return bool(self.problems)


def import_path(
    database: Database,
    path: Path,
    *,
    now: dt.datetime | None = None,
    overwrite: bool = False,
    blobs: BlobStore | None = None,
    tick: Tick = lambda _what, _done, _of: None,
) -> Report:
    """Read a file, or every file of a folder, into the database.

    ``overwrite`` also writes over records that people changed since the last import. ``now`` is the time noted for
    what changes. A second run on the same files changes nothing.
    """
    if not path.exists():
        return Report(problems=[Problem(str(path), 0, "", "There is no such file or folder. Check the name.")], files=1)
    files = list(record_files(path))
    if not files:
        message = "There is no Markdown file (.md) in this folder. Choose the folder that holds the records."
        return Report(problems=[Problem(str(path), 0, "", message)])
    report = Report(files=len(files))
    records = _parse_all(files, path, report, tick)
    records, problems = beside.take_bytes(records, blobs)
    report.problems += problems
    with database.reading() as session:
        stored = in_database.read(session, records)
        checked = check(
            records,
            stored,
            ancestry=in_database.ancestry(session),
            ramps=in_database.ramps(session),
            overwrite=overwrite,
        )
    report.problems += checked.problems
    report.left = checked.left
    report.unchanged = [checked.good[key].path for key in checked.unchanged if key in checked.good]
    _load_all(database, checked, set(stored.kinds), report, now=now or dt.datetime.now(dt.UTC), tick=tick)
    return report


def _parse_all(files: Sequence[Path], root: Path, report: Report, tick: Tick) -> list[Record]:
    records = []
    for done, file in enumerate(files, start=1):
        name = file.relative_to(root).as_posix() if file != root else file.name
        record, problems = parse(file, name)
        report.problems += problems
        if record is not None:
            records.append(record)
        tick("Reading", done, len(files))
    ranks = list(MODELS)
    return sorted(records, key=lambda record: (ranks.index(record.kind), record.key))


def _load_all(
    database: Database, checked: Checked, present: set[Key], report: Report, *, now: dt.datetime, tick: Tick
) -> None:
    to_load = checked.to_load()
    order = _in_order(to_load)
    failed: set[Key] = set()
    for done, group in enumerate(order, start=1):
        with database.writing() as session:
            problems = _load(session, group, checked, failed, now)
        if problems:
            report.problems += problems
            failed.update({key for record in group for key in record.provides()} - present)
        else:
            for record in group:
                (report.changed if record.key in checked.changed else report.new).append(record.path)
        tick("Saving", done, len(order))


def _in_order(to_load: dict[Key, Record]) -> list[list[Record]]:
    """Return the records in groups that refer to each other, each group after those it needs."""
    owner = {key: record for record in to_load.values() for key in record.provides()}

    def needs(record: Record, *, links: bool) -> list[Record]:
        kept = [one for one in record.references() if not one.soft and (links or not one.link)]
        return [owner[one.key] for one in kept if one.key in owner and owner[one.key] is not record]

    records = list(to_load.values())
    found = groups(records, {record: needs(record, links=True) for record in records})
    return [
        group
        if len(group) == 1
        else [one for part in groups(group, {record: needs(record, links=False) for record in group}) for one in part]
        for group in found
    ]


def _load(
    session: orm.Session, group: Sequence[Record], checked: Checked, failed: set[Key], now: dt.datetime
) -> list[Problem]:
    """Write a group in one transaction; whatever goes wrong, nothing of it is kept and the reasons are returned."""
    for record in group:
        for reference in record.references():
            if reference.key in failed and not reference.soft:
                return [record.problem(reference.place, f"{reference.key.name} could not be loaded. Correct it first.")]
    writing = group[0]
    try:
        for written in write.group(session, group, checked, now=now):
            writing = written
        feed.commit(session)
    except KbError as error:
        feed.rollback(session)
        place = tuple(str(error.facts.get("field", "")).split(".")) if error.facts.get("field") else ()
        return [_group_problem(one, writing, place, str(error)) for one in group]
    except (sa.exc.IntegrityError, sa.exc.DataError, orm.exc.StaleDataError) as error:
        feed.rollback(session)
        message = (
            f"It does not fit what the database holds ({_cause(error)}). Run the import again; report it if it stays."
        )
        return [_group_problem(one, writing, (), message) for one in group]
    return []


def _group_problem(record: Record, culprit: Record, place: tuple[str, ...], message: str) -> Problem:
    if record is culprit:
        return record.problem(place, message)
    return record.problem(
        (), f"It belongs together with {culprit.path}, which could not be loaded. Correct that first."
    )


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", error)).split("\n", 1)[0]
