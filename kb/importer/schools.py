"""Loads schools and their context facts from CSV files, many at a time, each as it stands in the file or not at all."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pydantic
import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed
from kb.db import Database
from kb.importer import directory
from kb.importer.directory import Row
from kb.importer.load import Report
from kb.importer.problems import FileFaultError, Problem, of_validation
from kb.schools import actions
from kb.schools.document import ContextEntry, SchoolDocument, document
from kb.schools.models import School

MAX_BYTES = 100_000_000
_BATCH = 500
Tick = Callable[[str, int, int], None]


@dataclass(slots=True)
class Line:
    """One school of the files: its directory line, if there is one, and its context facts."""

    nces: str
    path: str
    number: int
    fields: dict[str, Any] = field(default_factory=dict)
    context: list[ContextEntry] = field(default_factory=list)

    def problem(self, message: str, name: str = "") -> Problem:
        """Return a problem at this line."""
        return Problem(self.path, self.number, name, message)


def import_schools(
    database: Database,
    path: Path,
    *,
    context: Path | None = None,
    now: dt.datetime | None = None,
    overwrite: bool = False,
    tick: Tick = lambda _what, _done, _of: None,
) -> Report:
    """Create or change the schools of a directory file; ``context`` adds facts by school and year.

    A school keeps its public id, its text and the facts of other years. A second run changes nothing.
    """
    report = Report(files=1 if context is None else 2, by_line=True)
    lines = _directory(path, report)
    if context is not None:
        _add_context(context, lines, report)
    everything = list(lines.values())
    for start in range(0, len(everything), _BATCH):
        batch = everything[start : start + _BATCH]
        _load(database, batch, report, now=now or dt.datetime.now(dt.UTC), overwrite=overwrite)
        tick("Schools", start + len(batch), len(everything))
    return report


def _directory(path: Path, report: Report) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    for row, nces in _rows(path, directory.DIRECTORY, report):
        line = Line(nces, path.name, row.line, directory.school_fields(row))
        if nces in lines:
            message = f"{nces} is also in line {lines[nces].number}. Keep one of them."
            report.problems.append(line.problem(message, "NCESSCH"))
        else:
            lines[nces] = line
    return lines


def _add_context(path: Path, lines: dict[str, Line], report: Report) -> None:
    years: dict[str, dict[int, int]] = defaultdict(dict)
    for row, nces in _rows(path, directory.CONTEXT, report):
        line = lines.setdefault(nces, Line(nces, path.name, row.line))
        try:
            entry = ContextEntry.model_validate(directory.context_fields(row, source=path.stem))
        except FileFaultError as fault:
            report.problems.append(Problem(path.name, row.line, fault.field, str(fault)))
        except pydantic.ValidationError as error:
            report.problems += of_validation(path.name, {(): row.line}, error, ContextEntry)
        else:
            if entry.year in years[nces]:
                message = f"{entry.year} is also in line {years[nces][entry.year]} for this school. Keep one of them."
                report.problems.append(Problem(path.name, row.line, "year", message))
            else:
                years[nces][entry.year] = row.line
                line.context.append(entry)


def _rows(path: Path, needed: tuple[str, ...], report: Report) -> Iterator[tuple[Row, str]]:
    """Yield the readable lines with their NCES id; the others become problems."""
    try:
        for row in directory.rows(_decoded(path), needed):
            try:
                yield row, directory.nces_id(row)
            except FileFaultError as fault:
                report.problems.append(Problem(path.name, row.line, fault.field, str(fault)))
    except FileFaultError as fault:
        report.problems.append(Problem(path.name, fault.line, fault.field, str(fault)))


def _decoded(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise FileFaultError(
                f"The file is {size / 1e6:.0f} MB; at most {MAX_BYTES // 1_000_000} MB is read. Split it."
            )
        raw = path.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise FileFaultError(f"The file cannot be read: {error.strerror}. Check its name.") from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FileFaultError("This line is not UTF-8. Save the table again as CSV UTF-8.", line=line) from error


def _load(database: Database, lines: Sequence[Line], report: Report, *, now: dt.datetime, overwrite: bool) -> None:
    """Save some schools in one transaction; if one of them does not fit, the others are saved without it."""
    outcome = Report()
    try:
        with database.writing() as session:
            documents = _compare(session, lines, outcome, overwrite=overwrite)
            if documents:
                for row, wanted in zip(actions.save(session, documents, by=None, now=now), documents, strict=True):
                    row.import_hash = wanted.mark()
                feed.commit(session)
    except (sa.exc.IntegrityError, sa.exc.DataError, orm.exc.StaleDataError) as error:
        if len(lines) == 1:
            report.problems.append(lines[0].problem(f"It does not fit what the database holds ({error}). Correct it."))
            return
        middle = len(lines) // 2
        for part in (lines[:middle], lines[middle:]):
            _load(database, part, report, now=now, overwrite=overwrite)
        return
    report.new += outcome.new
    report.changed += outcome.changed
    report.unchanged += outcome.unchanged
    report.left += outcome.left
    report.problems += outcome.problems


def _compare(session: orm.Session, lines: Sequence[Line], outcome: Report, *, overwrite: bool) -> list[SchoolDocument]:
    """Return the documents to save and note what becomes of every line."""
    present = _present(session, [line.nces for line in lines])
    ids = {directory.public_id(line.nces, {}) for line in lines if line.nces not in present}
    rows = session.execute(sa.select(School.public_id, School.nces_id).where(School.public_id.in_(ids)))
    taken = {public_id: nces or "" for public_id, nces in rows}
    documents = []
    for line in lines:
        row = present.get(line.nces)
        before = None if row is None else document(row)
        if before is None and not line.fields:
            outcome.problems.append(
                line.problem("There is no school with this id. Import its directory line too.", "NCESSCH")
            )
            continue
        try:
            wanted = _document(line, before, taken)
        except pydantic.ValidationError as error:
            outcome.problems += of_validation(line.path, {(): line.number}, error, SchoolDocument)
            continue
        where = f"{line.path}:{line.number}"
        if row is None or before is None:
            outcome.new.append(where)
            documents.append(wanted)
        elif wanted.mark() == before.mark():
            outcome.unchanged.append(where)
        elif before.mark() != row.import_hash and not overwrite:
            message = (
                f"{before.name} was changed here since the last import and is left. To write over it: --overwrite."
            )
            outcome.left.append(line.problem(message))
        else:
            outcome.changed.append(where)
            documents.append(wanted)
    return documents


def _present(session: orm.Session, nces: Sequence[str]) -> dict[str, School]:
    query = sa.select(School).where(School.nces_id.in_(nces)).options(orm.selectinload(School.contexts))
    return {str(row.nces_id): row for row in session.scalars(query)}


def _document(line: Line, before: SchoolDocument | None, taken: dict[str, str]) -> SchoolDocument:
    if before is None:
        base: dict[str, Any] = {"id": directory.public_id(line.nces, taken), "nces": line.nces}
        taken[base["id"]] = line.nces
        kept: list[ContextEntry] = []
    else:
        base = {name: getattr(before, name) for name in SchoolDocument.model_fields}
        kept = base.pop("context")
    new_years = {entry.year for entry in line.context}
    context = [entry for entry in kept if entry.year not in new_years] + line.context
    return SchoolDocument.model_validate({**base, **line.fields, "context": context})
