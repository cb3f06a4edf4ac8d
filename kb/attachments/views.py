"""Serves the files of records under the records' own permission, and adds and removes them."""

import flask
import werkzeug
from sqlalchemy import orm
from werkzeug.http import dump_options_header

from kb.accounts import throttle
from kb.attachments import actions, contents, queries
from kb.attachments.blobs import BlobStore, store_of
from kb.attachments.forms import AttachmentForm
from kb.attachments.models import Attachment
from kb.attachments.rules import markdown_for
from kb.errors import InvalidError, NotFoundError
from kb.ids import Ref
from kb.items.models import Item
from kb.items.rules import FOLDERS
from kb.permissions import Permission, Viewer
from kb.web import context
from kb.web.gate import allows
from kb.writing.queries import record_by_ref

bp = flask.Blueprint("attachments", __name__)
LIMIT, SECONDS = 120, 3600  # files of one person
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_OF_RECORD = "/<any(ideas, cycles, cases):folder>/<ref:ref>/attachments"


def _item(session: orm.Session, viewer: Viewer, folder: str, ref: Ref, public_id: str = "") -> Item:
    del public_id  # the view looks it up among the files of this record
    return record_by_ref(session, viewer, folder, ref)


@bp.get("/attachments/<public_id>/<name>")
@allows(Permission.SITE_READ, queries.item_of)
def show(item: Item) -> werkzeug.Response:
    """Hand out a file; whatever it holds, a browser runs none of it."""
    del item  # that the loader found it is the permission
    attachment = queries.by_public_id(context.session(), _asked_for())
    data = _store().get(attachment.sha256)
    if data is None:
        raise NotFoundError
    kind = attachment.blob.kind
    response = flask.Response(data, content_type=kind.media_type)
    response.set_etag(attachment.sha256)
    response.headers["Content-Disposition"] = dump_options_header(
        "inline" if kind.is_image else "attachment", {"filename": attachment.name}
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


@bp.get(_OF_RECORD)
@allows(Permission.ITEM_EDIT, _item)
def index(item: Item) -> str:
    """Show the files of a record, with the line that puts each into a text."""
    return _page(item, AttachmentForm())


@bp.post(_OF_RECORD)
@allows(Permission.ITEM_EDIT, _item)
def add(item: Item) -> flask.typing.ResponseReturnValue:
    """Add a file to a record; a script gets the answer as JSON."""
    form = AttachmentForm.read()
    item_id, by, now = item.id, context.person_id(), context.now()
    try:
        if not form.validate():
            return _refused(item, form)
        file, alt = form.file.data, form.alt.data or ""
        throttle.allow(context.session(), f"upload:{by}", limit=LIMIT, seconds=SECONDS, now=now)
        context.commit()  # nobody waits to write while a large picture is drawn anew
        content = contents.accept(file.read(), file.filename or "")
        item = context.session().get_one(Item, item_id, populate_existing=True, with_for_update=True)
        attachment = actions.attach(
            context.session(), _store(), item, content, name=file.filename or "", alt=alt, by=by, now=now
        )
    except InvalidError as error:
        form.take(error)
        return _refused(context.session().get_one(Item, item_id), form)
    context.commit()
    if _wants_json():
        return flask.jsonify(_facts(attachment)), 201
    return flask.redirect(flask.url_for(".index", **flask.request.view_args or {}) + "#files", 303)


@bp.post(f"{_OF_RECORD}/<public_id>/removal")
@allows(Permission.ITEM_EDIT, _item)
def remove(item: Item) -> werkzeug.Response:
    """Take a file out of a record. Twice is once."""
    try:
        attachment = queries.by_public_id(context.session(), _asked_for())
    except NotFoundError:
        attachment = None
    if attachment is not None and attachment.item_id == item.id:
        actions.remove(context.session(), item, attachment, by=context.person_id(), now=context.now())
        context.commit()
    asked = flask.request.view_args or {}
    return flask.redirect(flask.url_for(".index", folder=asked["folder"], ref=asked["ref"]) + "#files", 303)


def _asked_for() -> str:
    return str((flask.request.view_args or {})["public_id"])


def _store() -> BlobStore:
    return store_of(context.services().settings)


def _wants_json() -> bool:
    return flask.request.accept_mimetypes.best == "application/json"


def _page(item: Item, form: AttachmentForm) -> str:
    files = queries.attachments_of(context.session(), item)
    return flask.render_template(
        "attachments/index.html",
        item=item,
        form=form,
        folder=FOLDERS[item.kind],
        files=[_facts(file) for file in files],
    )


def _refused(item: Item, form: AttachmentForm) -> flask.typing.ResponseReturnValue:
    if _wants_json():
        faults = [{"field": field, "message": words} for field, words in form.fields_with_errors]
        return flask.jsonify(faults=faults), 422
    return _page(item, form), 422


def _facts(file: Attachment) -> dict[str, object]:
    kind = file.blob.kind
    return {
        "id": file.public_id,
        "url": flask.request.root_path + file.url,
        "name": file.name,
        "alt": file.alt,
        "is_image": kind.is_image,
        "kilobytes": max(1, round(file.blob.size / 1024)),
        "markdown": markdown_for(file.name, file.url, file.alt, kind),
    }
