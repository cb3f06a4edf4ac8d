"""The conversation about a record, and what may be done with one comment."""

import flask
import sqlalchemy as sa
import werkzeug

from kb.cells import DEFAULT_MINIMUM
from kb.errors import InvalidError, TooManyError
from kb.following.comments import actions, queries
from kb.following.comments.forms import AnswerForm, ReasonForm, SayForm
from kb.following.comments.models import Comment
from kb.following.comments.rules import CommentKind, CommentState
from kb.items.models import Item
from kb.networks.models import Network
from kb.permissions import Permission, can
from kb.site.templating import item_url
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("comments", __name__)
Answer = werkzeug.Response | tuple[str, int]


@bp.get("/discussion/<kind>/<ref:ref>")
@allows(Permission.ITEM_READ, queries.item_for_talk)
def show(item: Item) -> str:
    """Show all that was said about a record, with the form to add to it."""
    return _conversation(item, SayForm())


@bp.post("/discussion/<kind>/<ref:ref>")
@allows(Permission.ITEM_COMMENT, queries.item_for_talk)
def say(item: Item) -> Answer:
    """Add a comment or a question."""
    form = SayForm.read()
    if not form.is_ready(_minimum(item)):
        return _conversation(item, form), 422
    try:
        row = actions.say(
            context.session(),
            item,
            kind=CommentKind(form.kind.data),
            text=form.words.data or "",
            by=context.person_id(),
            now=context.now(),
        )
    except (InvalidError, TooManyError) as error:
        form.refuse(str(error), "words")
        return _conversation(item, form), int(error.status)
    context.commit()
    return _back(row)


@bp.get("/comments/<public_id>")
@allows(Permission.SITE_READ, queries.comment_by_id)
def one(comment: Comment) -> str:
    """Show one comment with what this person may do about it."""
    return _single(comment)


@bp.post("/comments/<public_id>/answers")
@allows(Permission.COMMENT_ANSWER, queries.comment_by_id)
def answer(comment: Comment) -> Answer:
    """Answer a comment or a question."""
    form = AnswerForm.read()
    if not form.is_ready(_minimum(comment.item)):
        return _single(comment, answer=form), 422
    try:
        row = actions.say(
            context.session(),
            comment.item,
            kind=CommentKind.ANSWER,
            text=form.words.data or "",
            parent=comment,
            by=context.person_id(),
            now=context.now(),
        )
    except (InvalidError, TooManyError) as error:
        form.refuse(str(error), "words")
        return _single(comment, answer=form), int(error.status)
    context.commit()
    return _back(row)


@bp.post("/comments/<public_id>/reports")
@allows(Permission.COMMENT_REPORT, queries.comment_by_id)
def report(comment: Comment) -> Answer:
    """Tell those who look after the record that this should not stand there."""
    form = ReasonForm.read()
    if not form.validate():
        return _single(comment, report=form), 422
    reason = form.reason.data or ""
    actions.report(context.session(), comment, reason=reason, by=context.person_id(), now=context.now())
    context.commit()
    return flask.redirect(flask.url_for("comments.one", public_id=comment.public_id, reported=1), 303)


@bp.post("/comments/<public_id>/hiding")
@allows(Permission.COMMENT_MODERATE, queries.comment_by_id)
def hide(comment: Comment) -> Answer:
    """Hide a comment, with a reason that its writer can read."""
    form = ReasonForm.read()
    if not form.validate():
        return _single(comment, hide=form), 422
    reason = form.reason.data or ""
    actions.hide(context.session(), comment, reason=reason, by=context.person_id(), now=context.now())
    context.commit()
    return _to_single(comment)


@bp.post("/comments/<public_id>/showing")
@allows(Permission.COMMENT_MODERATE, queries.comment_by_id)
def show_again(comment: Comment) -> Answer:
    """Let readers see a hidden comment again, or leave a reported one as it is."""
    actions.show(context.session(), comment, by=context.person_id(), now=context.now())
    context.commit()
    return _to_single(comment)


@bp.post("/comments/<public_id>/erasure")
@allows(Permission.COMMENT_MODERATE, queries.comment_by_id)
def erase(comment: Comment) -> Answer:
    """Remove the words of a hidden comment for good."""
    actions.erase_words(context.session(), comment, by=context.person_id(), now=context.now())
    context.commit()
    return _to_single(comment)


@bp.post("/comments/<public_id>/removal")
@allows(Permission.COMMENT_REMOVE, queries.comment_by_id)
def remove(comment: Comment) -> Answer:
    """Take back one's own comment."""
    actions.remove(context.session(), comment, by=context.person_id(), now=context.now())
    context.commit()
    return _to_single(comment)


@bp.post("/comments/<public_id>/return")
@allows(Permission.COMMENT_REMOVE, queries.comment_by_id)
def bring_back(comment: Comment) -> Answer:
    """Bring back one's own comment."""
    actions.show(context.session(), comment, by=context.person_id(), now=context.now())
    context.commit()
    return _to_single(comment)


def _minimum(item: Item) -> int:
    """Return the smallest group that may be told of where the record is at home."""
    query = sa.select(Network.minimum_group).where(Network.id == item.network_id)
    return context.session().scalar(query) or DEFAULT_MINIMUM


def _conversation(item: Item, form: SayForm) -> str:
    talk = queries.talk(context.session(), context.viewer(), item)
    return flask.render_template("following/conversation.html", item=item, talk=talk, form=form)


def _single(
    comment: Comment,
    *,
    answer: AnswerForm | None = None,
    report: ReasonForm | None = None,
    hide: ReasonForm | None = None,
) -> str:
    viewer, is_shown = context.viewer(), comment.state is CommentState.SHOWN
    return flask.render_template(
        "following/comment.html",
        thread=queries.thread(context.session(), viewer, comment),
        comment=comment,
        item=comment.item,
        answer=answer or AnswerForm(),
        report=report or ReasonForm(),
        hide=hide or ReasonForm(),
        wrong=next((form for form in (answer, report, hide) if form is not None), None),
        reported="reported" in flask.request.args,
        may_answer=is_shown and comment.parent_id is None and can(viewer, Permission.COMMENT_ANSWER, comment),
        may_remove=can(viewer, Permission.COMMENT_REMOVE, comment),
        may_report=is_shown and can(viewer, Permission.COMMENT_REPORT, comment),
        moderates=can(viewer, Permission.COMMENT_MODERATE, comment),
    )


def _back(row: Comment) -> werkzeug.Response:
    """Return to the record, at what was just said."""
    return flask.redirect(f"{item_url(row.item)}#comment-{row.public_id}", 303)


def _to_single(comment: Comment) -> werkzeug.Response:
    return flask.redirect(flask.url_for("comments.one", public_id=comment.public_id), 303)
