"""A small world as files: text of one file of each kind, and a folder that holds them all."""

import datetime as dt
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kb.db import Base, Database
from kb.exporter.files import write_file

NOW = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 11, 9, 12, 0, tzinfo=dt.UTC)
CREATED = dt.datetime(2025, 9, 1, 8, 0, tzinfo=dt.UTC)
PUBLISHED = dt.datetime(2025, 11, 1, 8, 0, tzinfo=dt.UTC)
SCHOOL, NETWORK, DRIVER = "sch00001", "net00001", "drv00001"
IDEA, CHILD, CYCLE, CASE = "dea00001", "dea00002", "cyc00001", "case0001"


def file(fields: dict[str, Any], over: dict[str, Any]) -> str:
    """Return the text of a file; a field that is None in ``over`` is left out."""
    return write_file({name: value for name, value in {**fields, **over}.items() if value is not None}, {})


def method(**over: Any) -> str:
    questions = [
        {"code": "do.did", "text": "What did we do?", "core": "did"},
        {"code": "do.happened", "text": "What happened?", "core": "happened"},
        {"code": "do.learned", "text": "What did we learn?", "core": "learned"},
    ]
    steps = [{"code": "do", "title": "Do", "phase": "try", "questions": questions}]
    return file({"kind": "method", "code": "pdsa", "version": "1", "title": "PDSA", "steps": steps}, over)


def term(code: str = "hub", **over: Any) -> str:
    return file({"kind": "term", "code": code, "title": code.title(), "body": "What it *means*."}, over)


def school(public_id: str = SCHOOL, **over: Any) -> str:
    context = [{"year": year, "enrolment": year - 1000, "frl": 38.5, "source": "Fictional"} for year in (2023, 2024)]
    fields = {"kind": "school", "id": public_id, "name": "Alder Creek", "locale": "21", "level": "high"}
    return file({**fields, "context": context, "body": "A school."}, over)


def network(public_id: str = NETWORK, **over: Any) -> str:
    drivers = [{"id": DRIVER, "title": "Families know", "drivers": [{"id": "drv00002", "title": "A named adult"}]}]
    members = [{"school": SCHOOL, "from": dt.date(2023, 8, 14)}]
    fields = {"kind": "network", "id": public_id, "name": "North Valley", "aim": {"what": "More"}}
    return file({**fields, "members": members, "drivers": drivers, "questions": ["Who tried it?"]}, over)


def _item(kind: str, public_id: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": public_id,
        "title": f"{kind.title()} {public_id}",
        "summary": "In one sentence.",
        "state": "published",
        "network": NETWORK,
        "school": SCHOOL,
        "created": CREATED,
        "published": PUBLISHED,
        "topics": ["Attendance"],
        "grades": ["9-12"],
        "credits": [{"name": "R. Okafor", "role": "teacher"}, {"role": "student"}],
    }


def idea(public_id: str = IDEA, **over: Any) -> str:
    texts = {"hypothesis": "If we call, then they come.", "how_to_try": "1. Call.\n2. Listen."}
    return file({**_item("idea", public_id), "cost": "low", "drivers": [DRIVER], "texts": texts}, over)


def adapted(public_id: str, parent: str, **over: Any) -> str:
    link = {
        "type": "adapted_from",
        "target": parent,
        "reason": "For younger ones.",
        "adaptation": {"kept": "The call."},
    }
    return idea(public_id, **{"links": [link], **over})


def cycle(public_id: str = CYCLE, **over: Any) -> str:
    own = {
        "idea": IDEA,
        "method": "pdsa",
        "method_version": "1",
        "stage": "done",
        "group_size": 24,
        "started_on": dt.date(2025, 2, 3),
        "ended_on": dt.date(2025, 2, 24),
        "result": "improved",
        "decision": "adopt",
        "predictions": [{"question": "How many?", "expected": "Most", "value": 70, "unit": "%", "outcome": "met"}],
        "results": [{"measure": "Filed", "kind": "outcome", "n": 24, "count": 12}],
        "texts": {"do.did": "We called.", "surprises": "They called back."},
    }
    return file({**_item("cycle", public_id), **own}, over)


def case(public_id: str = CASE, **over: Any) -> str:
    links = [{"type": "cites", "target": CYCLE}, {"type": "cites", "target": IDEA}]
    return file({**_item("case", public_id), "links": links, "texts": {"problem": "Nobody came."}}, over)


def write(folder: Path, **files: str) -> Path:
    """Write files by their name without ending; two underscores stand for a folder."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def whole(folder: Path, **over: str) -> Path:
    """Write one file of each kind that refer to each other."""
    files = {
        "methods__pdsa": method(),
        "glossary__hub": term(),
        "schools__alder": school(),
        "networks__north": network(),
        "ideas__first": idea(),
        "ideas__second": adapted(CHILD, IDEA),
        "cycles__one": cycle(),
        "cases__one": case(),
    }
    return write(folder, **{**files, **over})


def dump(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, also the change counter."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
