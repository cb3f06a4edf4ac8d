"""The log for those who run the site: a page at a time, and as a table."""

import json

import flask

from kb.audit import queries
from kb.audit.queries import Entry
from kb.audit.rules import FOLDERS, parse
from kb.permissions import Permission
from kb.sheets import csv_of
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("audit", __name__)
PAGE = 50
MOST_ROWS = 50_000
COLUMNS = ("time", "person_id", "person", "action", "kind", "id", "title", "facts")


@bp.get("/audit")
@allows(Permission.AUDIT_READ)
def index() -> str:
    """Show who did what, the latest first, with filters."""
    session, asked = context.session(), parse(flask.request.args)
    found = queries.entries(session, context.viewer(), asked, most=PAGE + 1)
    shown = found[:PAGE]
    return flask.render_template(
        "audit/index.html",
        asked=asked,
        entries=shown,
        choices=queries.choices(session),
        folders=FOLDERS,
        older=asked.address(before=shown[-1].id) if len(found) > PAGE else "",
        newest=asked.address(),
    )


@bp.get("/audit.csv")
@allows(Permission.AUDIT_READ)
def table() -> flask.Response:
    """Answer with the latest rows that the filters let through."""
    found = queries.entries(context.session(), context.viewer(), parse(flask.request.args), most=MOST_ROWS)
    answer = flask.Response(csv_of(COLUMNS, map(_cells, found)), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"audit-{context.now():%Y-%m-%d}.csv")
    return answer


def _cells(entry: Entry) -> tuple[str, ...]:
    facts = json.dumps(entry.facts, ensure_ascii=False, sort_keys=True) if entry.facts else ""
    return (
        entry.at.isoformat(timespec="seconds"),
        entry.who_id,
        entry.who or "",
        entry.action,
        entry.kind,
        entry.public_id,
        entry.title,
        facts,
    )
