"""The pages of an import: the file, its columns and rows, and what came of it."""

import itertools

import flask
import werkzeug

from kb.errors import InvalidError
from kb.hub.bulk import actions, jobs, queries, reading, rules
from kb.hub.bulk.forms import COLUMN_WORDS, UploadForm
from kb.hub.bulk.models import BulkImport, ImportStage
from kb.hub.bulk.records import Problem
from kb.items.rules import Kind
from kb.jobs import actions as job_actions
from kb.permissions import Permission
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("bulk", __name__, url_prefix="/imports")
AT_ONCE = 200  # rows; more are made in the background
SHOWN_ROWS = 8
SHOWN_PROBLEMS = 100
SAMPLES = 3
Answer = str | tuple[str, int] | werkzeug.Response


@bp.get("")
@allows(Permission.BULK_IMPORT)
def index() -> Answer:
    """Say how it works, take a file, and list what was brought before."""
    return _index(UploadForm(data={"kind": Kind.CYCLE.value}))


@bp.post("")
@allows(Permission.BULK_IMPORT)
def upload() -> Answer:
    """Take a file."""
    form = UploadForm.read()
    places = {target.value: target for target in _offer(form)}
    if form.validate():
        file = flask.request.files["file"]
        try:
            one = actions.upload(
                context.session(),
                file.read(reading.MOST_BYTES + 1),
                name=file.filename or "",
                kind=Kind(form.kind.data),
                target=places[form.target.data],
                by=context.person_id(),
                now=context.now(),
            )
        except InvalidError as error:
            form.take(error)
        else:
            context.commit()
            return flask.redirect(flask.url_for("bulk.show", number=one.id), 303)
    return _index(form), 422


@bp.get("/<int:number>")
@allows(Permission.BULK_IMPORT, queries.import_by_id)
def show(one: BulkImport) -> Answer:
    """Show how far an import is: the columns and rows, the progress, or the report."""
    return _show(one)


@bp.post("/<int:number>")
@allows(Permission.BULK_IMPORT, queries.import_by_id)
def map_columns(one: BulkImport) -> Answer:
    """Keep what the columns hold and show the rows again."""
    form = flask.request.form
    if one.stage is not ImportStage.MAPPING:
        return flask.redirect(flask.url_for("bulk.show", number=one.id), 303)
    columns = [form.get(f"column-{at}", "") for at in range(len(one.rows[0]))]
    try:
        actions.map_columns(
            context.session(), one, columns=columns, school=form.get("school", ""), method=form.get("method", "")
        )
    except InvalidError as error:
        return _show(one, fault=(str(error.facts.get("field", "")), str(error)), columns=columns), 422
    context.commit()
    return flask.redirect(flask.url_for("bulk.show", number=one.id, _anchor="rows"), 303)


@bp.post("/<int:number>/drafts")
@allows(Permission.BULK_IMPORT, queries.import_by_id)
def make(one: BulkImport) -> Answer:
    """Make the drafts: at once, or in the background where there are many."""
    session = context.session()
    if one.stage is ImportStage.MAPPING:
        actions.begin(session, one, now=context.now())
        if len(one.rows) > AT_ONCE + 1:
            job_actions.add(session, jobs.KIND, {"import": one.id}, now=context.now(), key=f"{jobs.KIND} {one.id}")
        context.commit()
    if len(one.rows) <= AT_ONCE + 1:
        while not actions.make_batch(session, one, now=context.now()):
            context.commit()
        context.commit()
    return flask.redirect(flask.url_for("bulk.show", number=one.id), 303)


def _offer(form: UploadForm) -> list[queries.Target]:
    targets = queries.targets(context.session(), context.viewer())
    form.offer(targets)
    return targets


def _index(form: UploadForm) -> str:
    _offer(form)
    own = queries.imports_of(context.session(), context.person_id())
    return flask.render_template("hub/imports.html", form=form, imports=own, column_words=COLUMN_WORDS)


def _show(one: BulkImport, *, fault: tuple[str, str] | None = None, columns: list[str] | None = None) -> str:
    session = context.session()
    if one.stage is not ImportStage.MAPPING:
        problems = [Problem(*told) for told in one.report.get("problems", ())]
        return flask.render_template(
            "hub/import_done.html",
            one=one,
            report=one.report,
            problems=problems,
            drafts=queries.drafts(session, context.viewer(), one),
        )
    rows = list(actions.preview(one, queries.surroundings(session, one, now=context.now())))
    problems = [problem for row in rows for problem in row.problems]
    kind = Kind(one.mapping["kind"])
    return flask.render_template(
        "hub/import_columns.html",
        one=one,
        headers=one.rows[0],
        samples=_samples(one),
        columns=columns or one.mapping["columns"],
        choices=[(column.name, COLUMN_WORDS[column.name]) for column in rules.COLUMNS[kind]],
        schools=queries.schools_of(session, one, context.now().date()) if one.network_id is not None else (),
        methods=queries.methods(session) if kind is Kind.CYCLE else (),
        is_cycle=kind is Kind.CYCLE,
        rows=rows[:SHOWN_ROWS],
        total=len(rows),
        good=sum(not row.stops for row in rows),
        problems=problems[:SHOWN_PROBLEMS],
        all_problems=len(problems),
        words=COLUMN_WORDS,
        fault=fault,
        earlier=queries.earlier(session, one),
    )


def _samples(one: BulkImport) -> list[list[str]]:
    """Return the first texts of each column."""
    return [
        list(itertools.islice((row[at][:80] for row in one.rows[1:] if row[at]), SAMPLES))
        for at in range(len(one.rows[0]))
    ]
