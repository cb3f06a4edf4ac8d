"""The review queue, and the page on which a write-up is read, discussed, taken in or sent back."""

from http import HTTPStatus
from typing import Any

import flask
import werkzeug
from flask_babel import gettext as _

from kb.errors import InvalidError
from kb.items.models import Item
from kb.items.rules import FOLDERS
from kb.permissions import Audience, Permission, State, can
from kb.privacy import actions as privacy
from kb.reviews import actions, forms, queries
from kb.reviews.checks import Checked, check
from kb.reviews.rules import waiting_days
from kb.site.templating import item_url
from kb.web import context
from kb.web.forms import Form
from kb.web.gate import allows
from kb.writing import kinds
from kb.writing.actions import BlockedError
from kb.writing.passages import passages
from kb.writing.queries import base_of, open_edit, working_document

bp = flask.Blueprint("reviews", __name__, url_prefix="/review")


@bp.get("")
@allows(Permission.REVIEW_QUEUE)
def index() -> str:
    """Show what waits for a review, the longest waiting first."""
    waiting = queries.queue(context.session(), context.viewer())
    days = [waiting_days(one.since, context.now()) for one in waiting]
    return flask.render_template("reviews/index.html", waiting=list(zip(waiting, days, strict=True)))


@bp.get("/<ref:ref>")
@allows(Permission.ITEM_DISCUSS, queries.discussed_item)
def show(item: Item) -> str:
    """Show the text on the left, checks and comments beside it."""
    return _page(item, {})


@bp.post("/<ref:ref>/comments")
@allows(Permission.ITEM_DISCUSS, queries.discussed_item)
def comment(item: Item) -> flask.typing.ResponseReturnValue:
    """Say something at a field."""
    form = forms.CommentForm.read()
    if form.validate():
        try:
            row = actions.comment(
                context.session(),
                item,
                field=form.field.data or "",
                text=form.text.data or "",
                by=context.person_id(),
                now=context.now(),
            )
        except InvalidError as error:
            form.take(error)
        else:
            context.session().flush()
            return _done(item, f"comment-{row.id}")
    return _page(item, {"comment": form}), form.status


@bp.post("/<ref:ref>/comments/<int:comment_id>/settlement")
@allows(Permission.REVIEW_SETTLE, queries.discussed_comment)
def settle(discussed: queries.Discussed) -> werkzeug.Response:
    """Note that a comment is dealt with."""
    actions.settle(context.session(), discussed.item, discussed.comment, by=context.person_id(), now=context.now())
    return _done(discussed.item, f"comment-{discussed.comment.id}")


@bp.post("/<ref:ref>/acceptance")
@allows(Permission.ITEM_REVIEW, queries.reviewed_item)
def accept(item: Item) -> flask.typing.ResponseReturnValue:
    """Publish the write-up, or take the edit of a published one in."""
    session = context.session()
    form = forms.AcceptForm.read()
    ticked = flask.request.form.getlist("looked_at")
    session.refresh(item, with_for_update=True)  # nobody changes it between the look and the publication
    base = base_of(session, item)
    if flask.request.form.get("base", base) != base:
        form.refuse(_("The writer changed it after you opened this page. Read it again: it stands here as it is now."))
        return _page(item, {"accept": form}), HTTPStatus.CONFLICT
    document = working_document(session, item)
    is_public = document.audience is Audience.PUBLIC  # what everyone may read needs the look of a curator of its own
    privacy.confirm(session, item, ticked, as_curator=is_public, by=context.person_id(), now=context.now())
    found = check(session, item, document)
    for finding in found.findings:
        form.refuse(finding.message)
    for hit in found.hits:
        form.refuse(_("Please look at “%(words)s” and tick it if it tells of nobody.", words=hit.words))
    if not form.fields_with_errors and form.validate():
        try:
            actions.accept(
                session,
                item,
                minor=bool(form.minor.data),
                note=form.word.data or "",
                address=context.services().settings.link(f"/{FOLDERS[item.kind]}/{item.ref}"),
                by=context.person_id(),
                now=context.now(),
            )
        except BlockedError as error:
            form.take(error)
        else:
            context.commit()
            may_read = can(context.viewer(), Permission.ITEM_READ, item)
            return flask.redirect(item_url(item) if may_read else flask.url_for("reviews.index"), 303)
    return _page(item, {"accept": form}, ticked=ticked, base=base), form.status


@bp.post("/<ref:ref>/return")
@allows(Permission.ITEM_REVIEW, queries.reviewed_item)
def send_back(item: Item) -> flask.typing.ResponseReturnValue:
    """Ask for changes."""
    form = forms.ReturnForm.read()
    if form.validate():
        try:
            actions.send_back(
                context.session(),
                item,
                note=form.note.data or "",
                address=context.services().settings.link(f"/review/{item.ref}"),
                by=context.person_id(),
                now=context.now(),
            )
        except InvalidError as error:
            form.take(error)
        else:
            context.commit()
            return flask.redirect(flask.url_for("reviews.index"), 303)
    return _page(item, {"return": form}), form.status


def _done(item: Item, where: str) -> werkzeug.Response:
    context.commit()
    return flask.redirect(flask.url_for("reviews.show", ref=item.ref, _anchor=where), 303)


def _page(item: Item, sent: dict[str, Form], ticked: list[str] | None = None, base: str = "") -> str:
    session, viewer = context.session(), context.viewer()
    document = working_document(session, item)
    waiting = open_edit(session, item)
    fields = passages(session, viewer, document)
    standing: dict[str, Any] = {}
    if waiting is not None:
        standing = {one.field: one for one in passages(session, viewer, kinds.document_of(session, item))}
    can_review = can(viewer, Permission.ITEM_REVIEW, item) and (
        item.state is State.REVIEW or queries.is_edited(session, item)
    )
    found = check(session, item, document) if can_review else Checked()
    return flask.render_template(
        "reviews/show.html",
        item=item,
        document=document,
        fields=fields,
        standing=standing,
        is_edit=waiting is not None,
        spoken=queries.said(session, item),
        note=queries.last_note(session, item),
        word=queries.word_of_author(session, item),
        found=found,
        can_review=can_review,
        can_edit=can(viewer, Permission.ITEM_EDIT, item),
        sent=sent,
        ticked=set(ticked or []),
        base=base or base_of(session, item),
        accept=sent.get("accept") or forms.AcceptForm(),
        back=sent.get("return") or forms.ReturnForm(),
        comment=sent.get("comment") or forms.CommentForm(),
    )
