"""The pages on which a hub merges words and ideas, and takes ideas apart again."""

import flask
import werkzeug
from flask_babel import lazy_gettext as _

from kb.cards.queries import cards
from kb.errors import ConflictError, ForbiddenError, InvalidError
from kb.hub.merges import actions, queries
from kb.ideas.queries import facts, idea_by_ref
from kb.items import tags as item_tags
from kb.items.models import Item
from kb.items.rules import Vocabulary
from kb.permissions import Permission, can
from kb.search.service import Search
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("merges", __name__)
MOST_FOUND = 10
LONGEST_WORDS = 100
WORDS = {
    Vocabulary.TOPIC: _("Topics"),
    Vocabulary.SUBJECT: _("Subjects"),
    Vocabulary.GROUP: _("Groups of students"),
}
DONE = {
    "tags": _("Merged. Old links and saved searches go on working."),
    "merged": _("Merged. The old address leads here now."),
    "apart": _("Taken apart. Both ideas are published again."),
}
Answer = str | tuple[str, int] | werkzeug.Response


@bp.get("/tags")
@allows(Permission.TAG_MERGE)
def tags() -> Answer:
    """List the words of a vocabulary, to find two that are one."""
    return _tags_page()


@bp.post("/tags/merges")
@allows(Permission.TAG_MERGE)
def merge_tags() -> Answer:
    """Merge one word into another; first the page asks whether that is meant."""
    session, form = context.session(), flask.request.form
    vocabulary = _vocabulary()
    one, into = (queries.tag_by_slug(session, vocabulary, form.get(name, "")) for name in ("tag", "into"))
    if one is None or into is None:
        return _tags_page(str(_("Choose a word to merge and a word to keep."))), 422
    try:
        item_tags.merge(session, one, into, by=context.viewer().person_id, now=context.now())
    except InvalidError as error:
        return _tags_page(str(error)), int(error.status)
    context.commit()
    return flask.redirect(flask.url_for("merges.tags", vocabulary=vocabulary.value, done="tags"), 303)


@bp.get("/ideas/<ref:ref>/merge")
@allows(Permission.IDEA_MERGE, idea_by_ref)
def idea(idea: Item) -> Answer:
    """Show what was merged into an idea, and look for the idea it may be a duplicate of."""
    return _idea_page(idea)


@bp.get("/ideas/<ref:ref>/merge/into")
@allows(Permission.IDEA_MERGE, idea_by_ref)
def compare(idea: Item) -> Answer:
    """Show two ideas side by side, and what a merge would move."""
    return _compare_page(idea, _other(idea, flask.request.args.get("into", "")))


@bp.post("/ideas/<ref:ref>/merge")
@allows(Permission.IDEA_MERGE, idea_by_ref)
def merge(idea: Item) -> Answer:
    """Merge the idea into another one."""
    kept = _other(idea, flask.request.form.get("into", ""))
    try:
        actions.merge(context.session(), idea, kept, by=context.person_id(), now=context.now())
    except (ConflictError, InvalidError) as error:
        words, status = str(error), int(error.status)
        context.session().rollback()
        return _compare_page(idea, kept, words), status
    context.commit()
    return flask.redirect(flask.url_for("merges.idea", ref=kept.ref, done="merged"), 303)


@bp.post("/ideas/<ref:ref>/merge/undoing")
@allows(Permission.IDEA_MERGE, idea_by_ref)
def take_apart(idea: Item) -> Answer:
    """Undo a merge into this idea."""
    session = context.session()
    row = queries.merge_of(session, idea, flask.request.form.get("idea", ""))
    network = queries.network_of(session, row.idea_id)
    if not can(context.viewer(), Permission.NETWORK_EDIT, network or idea):
        raise ForbiddenError
    try:
        actions.take_apart(session, row, by=context.person_id(), now=context.now())
    except (ConflictError, InvalidError) as error:
        words, status = str(error), int(error.status)
        session.rollback()
        return _idea_page(idea, words), status
    context.commit()
    return flask.redirect(flask.url_for("merges.idea", ref=idea.ref, done="apart"), 303)


def _other(idea: Item, public_id: str) -> Item:
    """Return the idea to keep; the hub must look after that one too."""
    other = queries.other_idea(context.session(), context.viewer(), idea, public_id)
    if other is None:
        raise InvalidError(str(_("Choose another published idea.")))
    if not can(context.viewer(), Permission.IDEA_MERGE, other):
        raise ForbiddenError(str(_("That idea belongs to another network. Its hub can merge them.")))
    return other


def _vocabulary() -> Vocabulary:
    asked = flask.request.values.get("vocabulary", Vocabulary.TOPIC.value)
    known = {vocabulary.value: vocabulary for vocabulary in item_tags.MERGEABLE}
    return known.get(asked, Vocabulary.TOPIC)


def _tags_page(fault: str = "") -> str:
    vocabulary = _vocabulary()
    return flask.render_template(
        "hub/tags.html",
        vocabulary=vocabulary,
        vocabularies=WORDS,
        tags=item_tags.uses(context.session(), vocabulary),
        chosen=flask.request.values,
        fault=fault,
        done=DONE.get(flask.request.args.get("done", "")),
    )


def _idea_page(idea: Item, fault: str = "") -> str:
    session, viewer = context.session(), context.viewer()
    words = flask.request.args.get("q", "")[:LONGEST_WORDS].strip()
    if words:
        found = queries.titled(session, viewer, idea, words, MOST_FOUND)
    else:
        held: Search = flask.current_app.extensions["kb.search"]
        texts = [idea.title, idea.summary]
        alike = held.alike(session, viewer, texts, context.change_number(), most=MOST_FOUND + 1)
        found = [item_id for item_id in alike if item_id != idea.id][:MOST_FOUND]
    return flask.render_template(
        "hub/idea_merge.html",
        idea=idea,
        words=words,
        found=cards(session, viewer, found),
        merged=queries.merged_into(session, viewer, idea.id),
        fault=fault,
        done=DONE.get(flask.request.args.get("done", "")),
    )


def _compare_page(idea: Item, kept: Item, fault: str = "") -> str:
    session = context.session()
    return flask.render_template(
        "hub/idea_compare.html",
        idea=idea,
        kept=kept,
        sides=[(idea, facts(session, idea)), (kept, facts(session, kept))],
        weight=queries.weight(session, idea),
        fault=fault,
    )
