"""What somebody may do with the record they read: the bar above it, and the buttons of an idea."""

import flask
from markupsafe import Markup

from kb.cycles.models import Cycle
from kb.cycles.rules import Stage
from kb.items.models import Item
from kb.items.rules import Kind
from kb.permissions import Permission, State, can
from kb.reviews.queries import is_edited
from kb.site.hub_says import hub_says
from kb.site.words import translate
from kb.web import context
from kb.writing.addresses import check_url, edit_url, item_url

_ = str  # marks words for translation; they are translated when they are shown

STATES = {
    State.DRAFT: _("A draft: readers do not see it."),
    State.REVIEW: _("Waits for the hub's review: readers do not see it."),
    State.PUBLISHED: "",
}
Link = tuple[str, str]


def work_bar(item: Item) -> Markup:
    """Return how the record stands and what the viewer may do with it; nothing for whoever only reads."""
    links = _links(item)
    said = STATES.get(item.state, "")
    if not links and not said:
        return Markup()
    template = flask.current_app.jinja_env.get_template("components/work.html").module
    drawn: Markup = template.bar(said and translate(said), [(translate(words), url) for words, url in links])  # type: ignore[attr-defined]
    return drawn + hub_says(item)


def idea_buttons(idea: Item) -> Markup:
    """Return the ways from an idea to a test of it; whoever writes for no school is told how to be invited."""
    if idea.state is not State.PUBLISHED:
        return Markup()
    may_write = can(context.viewer(), Permission.ITEM_CREATE)
    root = flask.request.root_path
    links = [(_("Try it at my school"), f"{root}/cycles/new?idea={idea.public_id}")]
    if may_write:
        links.append((_("I adapted this"), f"{root}/ideas/new?parent={idea.public_id}"))
    template = flask.current_app.jinja_env.get_template("components/work.html").module
    drawn: Markup = template.buttons([(translate(words), url) for words, url in links])  # type: ignore[attr-defined]
    return drawn


def _is_edited(item: Item) -> bool:
    """Say whether a reviewer who looks at the record has an edit of it to review."""
    return can(context.viewer(), Permission.ITEM_REVIEW, item) and is_edited(context.session(), item)


def _links(item: Item) -> list[Link]:
    viewer, own = context.viewer(), item_url(item)
    if viewer.is_anonymous:
        return []
    is_open = item.state in (State.DRAFT, State.REVIEW)
    review = f"{flask.request.root_path}/review/{item.ref}"
    results = edit_url(item, "result")
    to_package = f"{flask.request.root_path}/packages/add?id={item.public_id}"
    check = _("Check and send") if item.state is State.DRAFT else _("Check")
    stage = None if is_open or item.kind is not Kind.CYCLE else context.session().get_one(Cycle, item.id).stage
    asked = [
        (Permission.ITEM_EDIT, _("Edit"), edit_url(item), True),
        (Permission.ITEM_EDIT, check, check_url(item), is_open),
        (Permission.ITEM_EDIT, _("Write what happened"), results, stage in (Stage.PLANNED, Stage.RUNNING)),
        (Permission.ITEM_EDIT, _("The next test"), f"{own}/next", stage is Stage.DONE),
        (Permission.ITEM_HISTORY, _("History"), f"{own}/history", True),
        (Permission.ITEM_REVIEW, _("Review it"), review, is_open or _is_edited(item)),
        (Permission.PACKAGE_CREATE, _("Add to a change package"), to_package, item.state is State.PUBLISHED),
        (Permission.ITEM_WITHDRAW, _("Withdraw"), f"{own}/withdrawal", True),
        (Permission.ITEM_REASSIGN, _("Hand it over"), f"{own}/author", is_open),
        (Permission.ITEM_ERASE, _("Erase"), f"{own}/erasure", True),
        (Permission.IDEA_MERGE, _("Merge a duplicate"), f"{own}/merge", item.kind is Kind.IDEA),
    ]
    return [(words, url) for permission, words, url, fits in asked if fits and can(viewer, permission, item)]
