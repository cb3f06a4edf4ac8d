"""What becomes of a write-up once its words are saved: sent, published, withdrawn, shared, handed over, erased."""

from typing import Any

import flask
import sqlalchemy as sa
import werkzeug
from flask_babel import gettext as _

from kb.accounts.models import Person
from kb.errors import ForbiddenError, InvalidError, NotFoundError
from kb.items.models import Item
from kb.permissions import Permission, Standing, can
from kb.privacy import actions as privacy
from kb.web import context
from kb.web.gate import allows
from kb.writing import actions, conflict, drafts, queries
from kb.writing.actions import BlockedError, StaleError
from kb.writing.addresses import check_url, item_url
from kb.writing.readiness import readiness

bp = flask.Blueprint("writing", __name__)
RECORD = "/<any(ideas,cycles,cases):folder>/<ref:ref>"
Answer = flask.typing.ResponseReturnValue


@bp.post(f"{RECORD}/submission")
@allows(Permission.ITEM_SUBMIT, queries.record_by_ref)
def submit(item: Item) -> Answer:
    """Send a draft to the hub for review."""
    _confirm(item)
    try:
        actions.submit(context.session(), item, note=_note(), **_who())
    except BlockedError:
        return _blocked(item)
    return _done(item_url(item), _("Sent to the hub for review. Until it is published you can go on changing it."))


@bp.post(f"{RECORD}/publication")
@allows(Permission.ITEM_HISTORY, queries.record_by_ref)
def publish(item: Item) -> Answer:
    """Publish a write-up or take an open edit in: a hub, or a school whose network asks for no review."""
    session = context.session()
    _refuse_audience(item)
    _confirm(item)
    session.refresh(item, with_for_update=True)
    _refuse_audience(item)  # as it is now: nobody widens it between the question and the publication
    try:
        actions.publish(session, item, minor="minor" in flask.request.form, note=_note(), **_who())
    except BlockedError:
        return _blocked(item)
    return _done(item_url(item), _("Published."))


@bp.post(f"{RECORD}/merging")
@allows(Permission.ITEM_EDIT, queries.record_by_ref)
def merge(item: Item) -> Answer:
    """Save what somebody chose on the page that put two people's words together."""
    session, viewer = context.session(), context.viewer()
    standing = queries.working_document(session, item)
    try:
        document = conflict.chosen(flask.request.form, standing)
    except (ValueError, RecursionError) as error:
        raise InvalidError(_("This page cannot be read any more. Open the record again.")) from error
    queries.refuse_hidden(session, viewer, standing, document)
    try:
        actions.edit(session, item, document, base=flask.request.form.get("base", ""), **_who())
    except StaleError as error:
        return conflict.page(error)
    person_id, form = viewer.person_id or 0, f"/{flask.request.path.split('/')[1]}/{item.public_id}/edit"
    drafts.drop(session, person_id=person_id, form=form)
    return _done(check_url(item), _("Saved."))


@bp.get(f"{RECORD}/withdrawal")
@allows(Permission.ITEM_WITHDRAW, queries.record_by_ref)
def ask_withdrawal(item: Item) -> str:
    """Ask before a record is taken back, or put up again."""
    return flask.render_template("writing/withdraw.html", item=item)


@bp.post(f"{RECORD}/withdrawal")
@allows(Permission.ITEM_WITHDRAW, queries.record_by_ref)
def withdraw(item: Item) -> Answer:
    """Take a published record back."""
    actions.withdraw(context.session(), item, note=_note(), **_who())
    return _done(_address(item, "withdrawal"), _("Withdrawn. Readers see that it was taken back, and nothing else."))


@bp.post(f"{RECORD}/return")
@allows(Permission.ITEM_WITHDRAW, queries.record_by_ref)
def put_up_again(item: Item) -> Answer:
    """Put a withdrawn record up again, as it was."""
    actions.publish_again(context.session(), item, **_who())
    return _done(item_url(item), _("It is published again, word for word as it was."))


@bp.get(f"{RECORD}/erasure")
@allows(Permission.ITEM_ERASE, queries.record_by_ref)
def ask_erasure(item: Item) -> str:
    """Ask before a record is erased for good."""
    return _erasure_page(item, wrong=False)


@bp.post(f"{RECORD}/erasure")
@allows(Permission.ITEM_ERASE, queries.record_by_ref)
def erase(item: Item) -> Answer:
    """Erase a record for good; its number has to be typed."""
    if flask.request.form.get("number", "").strip() != item.public_id:
        return _erasure_page(item, wrong=True), 422
    actions.erase(context.session(), item, **_who())
    context.commit()
    return flask.redirect(flask.url_for("writing.erased"), 303)


@bp.get("/erased")
@allows(Permission.OWN_PAGE)
def erased() -> str:
    """Say that a record is gone."""
    return flask.render_template("writing/erased.html")


@bp.post(f"{RECORD}/sharing")
@allows(Permission.ITEM_SHARE, queries.record_by_ref)
def share(item: Item) -> Answer:
    """Share a draft with the contributors of the school, or stop sharing it."""
    shared = flask.request.form.get("shared") == "1"
    actions.share(context.session(), item, shared=shared, **_who())
    said = _("Everyone who writes for your school can go on with it now.") if shared else _("Only you can open it now.")
    return _done(check_url(item), said)


@bp.post(f"{RECORD}/taking-back")
@allows(Permission.ITEM_EDIT, queries.record_by_ref)
def discard(item: Item) -> Answer:
    """Take an open edit back: what is published stays as it is."""
    actions.discard_edit(context.session(), item, **_who())
    return _done(item_url(item), _("Your change was taken back. Its text stays in the history."))


@bp.get(f"{RECORD}/author")
@allows(Permission.ITEM_REASSIGN, queries.record_by_ref)
def ask_author(item: Item) -> str:
    """Ask who goes on with a write-up, as when its author has left."""
    return _author_page(item)


@bp.post(f"{RECORD}/author")
@allows(Permission.ITEM_REASSIGN, queries.record_by_ref)
def reassign(item: Item) -> Answer:
    """Hand a write-up over to another contributor of its school."""
    session = context.session()
    to = session.scalar(sa.select(Person).where(Person.public_id == flask.request.form.get("to", "")))
    if to is None:
        return _author_page(item, _("Choose who goes on with it.")), 422
    try:
        actions.reassign(session, item, to=to, **_who())
    except InvalidError as error:
        return _author_page(item, str(error)), 422
    return _done(flask.url_for("writing.waiting"), _("It was handed over to %(name)s.", name=to.name))


@bp.get("/waiting-drafts")
@allows(Permission.REVIEW_QUEUE)
def waiting() -> str:
    """List the drafts of the schools of a hub by school and author, without a word of them."""
    drafts = queries.drafts_of_hub(context.session(), context.viewer())
    return flask.render_template("writing/waiting.html", drafts=drafts)


def _who() -> dict[str, Any]:
    person_id = context.viewer().person_id
    if person_id is None:
        raise NotFoundError
    return {"by": person_id, "now": context.now()}


def _refuse_audience(item: Item) -> None:
    """Refuse whoever may not publish the text to the readers it names."""
    document = queries.working_document(context.session(), item)
    if not can(context.viewer(), Permission.ITEM_PUBLISH, Standing.of(item, document.audience)):
        raise ForbiddenError


def _note() -> str:
    return flask.request.form.get("note", "").strip()[:4000]


def _confirm(item: Item) -> None:
    """Note the words the writer has looked at, whatever becomes of the rest."""
    ticked = flask.request.form.getlist("confirm")
    if ticked:
        privacy.confirm(context.session(), item, ticked, as_curator=False, **_who())
        context.commit()


def _done(address: str, said: str) -> werkzeug.Response:
    context.commit()
    flask.flash(said)
    return flask.redirect(address, 303)


def _blocked(item: Item) -> Answer:
    session = context.session()
    session.rollback()
    document = queries.working_document(session, item)
    page = flask.render_template(
        "writing/blocked.html", item=item, document=document, ready=readiness(session, item, document)
    )
    return page, 422


def _erasure_page(item: Item, *, wrong: bool) -> str:
    readable = can(context.viewer(), Permission.ITEM_READ, item)
    return flask.render_template("writing/erase.html", item=item, title=item.title if readable else "", wrong=wrong)


def _author_page(item: Item, error: str = "") -> str:
    session = context.session()
    return flask.render_template(
        "writing/author.html",
        item=item,
        author=session.get(Person, item.author_id) if item.author_id else None,
        people=queries.contributors(session, item.school_id),
        error=error,
    )


def _address(item: Item, what: str) -> str:
    return f"{item_url(item)}/{what}"
