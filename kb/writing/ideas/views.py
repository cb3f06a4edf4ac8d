"""The pages on which a change idea is written: new, adapted from others, edited, checked."""

from functools import partial
from typing import Any

import flask
import werkzeug
from flask_babel import gettext as _

from kb.errors import ForbiddenError, KbError
from kb.hub.similar.queries import similar
from kb.ideas.document import IdeaDocument
from kb.ideas.rules import TEXTS
from kb.ids import new_public_id
from kb.items.document import AdaptationEntry, LinkEntry
from kb.items.models import Item
from kb.items.rules import LinkType
from kb.permissions import Audience, Permission, State
from kb.search.service import Search
from kb.site.labels import label
from kb.web import context
from kb.web.gate import allows
from kb.writing import actions, conflict, once, parts
from kb.writing import desk as desks
from kb.writing import places as writing_places
from kb.writing import queries as work
from kb.writing.actions import StaleError
from kb.writing.addresses import check_url, edit_url
from kb.writing.checking import check_page
from kb.writing.ideas import forms, queries
from kb.writing.ideas.queries import Parent

bp = flask.Blueprint("idea_writing", __name__, url_prefix="/ideas")
Answer = flask.typing.ResponseReturnValue


@bp.route("/new", methods=["GET", "POST"])
@allows(Permission.ITEM_CREATE)
def new() -> Answer:
    """Write down an idea; ``?parent=`` names the ideas it was adapted or combined from."""
    session, viewer = context.session(), context.viewer()
    parents = queries.parents(session, viewer, flask.request.args.getlist("parent"))
    ids = ",".join(parent.item.public_id for parent in parents)
    desk = desks.opened(f"/ideas/new?parent={ids}" if ids else "/ideas/new")
    places = writing_places.places(session, viewer, context.now().date())
    chosen = writing_places.place_of(session, viewer, context.now().date(), flask.request.form.get("place"))
    here = chosen or (places[0] if places else None)
    if here is None:
        raise ForbiddenError
    document = _begun(parents, school=here.school, network=here.network)
    form = _form(document, desk, networks=[place.network for place in places], places=places)
    return _page(form, document, desk, None, places)


@bp.route("/<ref:ref>/edit", methods=["GET", "POST"])
@allows(Permission.ITEM_EDIT, work.idea_work)
def edit(item: Item) -> Answer:
    """Change the words of an idea; those of a published one wait for a review."""
    session = context.session()
    desk = desks.opened(f"/ideas/{item.public_id}/edit", item)
    document = work.working_document(session, item)
    form = _form(document, desk, networks=[document.network])
    return _page(form, document, desk, item, [])


@bp.get("/<ref:ref>/check")
@allows(Permission.ITEM_EDIT, work.idea_work)
def check(item: Item) -> str:
    """Show what was written, what is missing, and the button that sends it; for a draft also ideas like it."""
    if item.state is not State.DRAFT:
        return check_page(item)
    held: Search = flask.current_app.extensions["kb.search"]
    found = similar(
        held,
        context.session(),
        context.viewer(),
        context.change_number(),
        title=item.title,
        summary=item.summary,
        but=item.public_id,
    )
    parents = {link.target for link in forms.parents_of(work.working_document(context.session(), item))}
    return check_page(item, [card for card in found if card.ref.public_id not in parents])


def _page(
    form: parts.WriteUpForm,
    document: IdeaDocument,
    desk: desks.Desk,
    item: Item | None,
    places: list[writing_places.WritingPlace],
) -> Answer:
    """Save what was sent, or show the form: again, with all that was typed, where something is wrong."""
    if flask.request.method == "POST":
        desks.keep_typed(desk)
        if _is_right(form):
            try:
                return _saved(form, document, desk, item)
            except StaleError as error:
                return conflict.page(error)
            except KbError as error:
                context.session().rollback()
                form.take(error)
    offered: Any = form["drivers"]
    ids = [str(choice.data) for choice in offered]
    secondary = queries.secondary(context.session(), ids)
    page = flask.render_template(
        "writing/idea.html", form=form, desk=desk, item=item, parents=_titles(form), places=places, secondary=secondary
    )
    return page, form.status


def _begun(parents: list[Parent], *, school: str | None, network: str | None) -> IdeaDocument:
    """Return a new idea; one that comes from others begins with the words of the first."""
    several = len(parents) > 1
    links = _links(parents, is_first=not several)
    own: dict[str, Any] = {}
    if parents and not several:
        first = parents[0].document
        own = {"topics": first.topics, "grades": first.grades, "subjects": first.subjects, "groups": first.groups}
        own |= {name: getattr(first, name) for name in (*forms.LINES, "cost", "target")}
        own["texts"] = {name: text for name, text in first.texts.items() if name in TEXTS}
        own["drivers"] = first.drivers if first.network == network else []
    return IdeaDocument.model_construct(
        kind="idea",
        id=new_public_id(),
        title="",
        state=State.DRAFT,
        audience=Audience.PUBLIC,
        school=school,
        network=network,
        created=context.now(),
        links=links,
        **own,
    )


def _links(parents: list[Parent], *, is_first: bool) -> list[LinkEntry]:
    """Return links to the ideas that a new one comes from, their questions not answered yet."""
    kind = LinkType.ADAPTED_FROM if is_first else LinkType.COMBINED_FROM
    return [
        LinkEntry(type=kind, target=one.item.public_id, edition=max(1, one.item.edition), adaptation=AdaptationEntry())
        for one in parents
    ]


def _form(
    document: IdeaDocument,
    desk: desks.Desk,
    *,
    networks: list[str | None],
    places: list[writing_places.WritingPlace] | None = None,
) -> parts.WriteUpForm:
    session = context.session()
    made = forms.idea_form(
        document,
        desks.names_sent(desk),
        words=label,
        drivers=queries.driver_choices(session, networks, document.drivers),
        places=[(place.key, place.words) for place in places or []],
    )
    return desks.read(made, desk, **forms.values(document))


def _is_right(form: parts.WriteUpForm) -> bool:
    count = parts.rows_in([field.name for field in form], parts.CREDITS)
    is_known = form.validate() and not parts.refuse_names(form, count) and _only_known_parents(form)
    another = forms.another_id(form)
    if another and not queries.parents(context.session(), context.viewer(), [another]):
        form.refuse(_("No idea was found at this address. Copy it from the page of the idea."), "another")
        return False
    return is_known


def _only_known_parents(form: parts.WriteUpForm) -> bool:
    """Refuse a parent that the writer may not read: the id stands in a hidden field that anyone can change."""
    known = _titles(form)
    ids = _parent_ids(form)
    for index, target in ids.items():
        if target not in known:
            form.refuse(_("This idea is not there any more. Take it out."), f"{forms.PARENTS}-{index}-type")
    return all(target in known for target in ids.values())


def _parent_ids(form: parts.WriteUpForm) -> dict[int, str]:
    rows = parts.rows_in([field.name for field in form], forms.PARENTS)
    chosen = {index: form[f"{forms.PARENTS}-{index}-type"].data for index in range(rows)}
    return {index: str(form[f"{forms.PARENTS}-{index}-target"].data) for index in range(rows) if chosen[index] != ""}


def _titles(form: parts.WriteUpForm) -> dict[str, str]:
    return queries.titles(context.session(), context.viewer(), list(_parent_ids(form).values()))


def _saved(form: parts.WriteUpForm, document: IdeaDocument, desk: desks.Desk, item: Item | None) -> werkzeug.Response:
    session, now, by = context.session(), context.now(), context.viewer().person_id or 0
    more = queries.parents(session, context.viewer(), [forms.another_id(form)])
    fill = partial(forms.filled, form, also=_links(more, is_first=not _parent_ids(form)))
    if item is None:
        saved = once.start(session, fill, document, key=desk.once, by=by, now=now)
    else:
        saved = actions.edit(session, item, fill(document), base=desk.base, by=by, now=now)
    desks.clear(desk)
    context.commit()
    return flask.redirect(f"{edit_url(saved)}#parents" if more else check_url(saved), 303)
