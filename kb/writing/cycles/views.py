"""The pages on which a cycle is written: one page a step, and the check of the answers at the end."""

from typing import Any

import flask
import werkzeug
from flask_babel import gettext

from kb.attachments.blobs import store_of
from kb.cycles.document import CycleDocument
from kb.cycles.locks import correctable
from kb.errors import ForbiddenError, InvalidError, NotFoundError
from kb.items.models import Item
from kb.permissions import Audience, Permission, Standing, State, can
from kb.privacy import actions as privacy
from kb.site.templating import label
from kb.web import context
from kb.web.gate import allows
from kb.writing import actions as writing
from kb.writing import conflict, keeping, once
from kb.writing import desk as desks
from kb.writing import queries as work
from kb.writing.actions import BlockedError, StaleError
from kb.writing.addresses import check_url, item_url
from kb.writing.capture.queries import find_note
from kb.writing.cycles import actions, forms, queries, rows, summary
from kb.writing.cycles.names import page_name
from kb.writing.cycles.steps import Page, Part, begun, neighbours, page_of, pages, stage_of
from kb.writing.readiness import readiness


def _(text: str, **values: Any) -> str:
    """Return plain words, which are also stored and not only shown."""
    return str(gettext(text, **values))


bp = flask.Blueprint("cycle_writing", __name__, url_prefix="/cycles")
Answer = flask.typing.ResponseReturnValue
_ADD = {"add-prediction": rows.PREDICTIONS, "add-result": rows.RESULTS}


@bp.get("/<ref:ref>/edit")
@allows(Permission.ITEM_EDIT, work.cycle_work)
def edit(item: Item) -> werkzeug.Response:
    """Go to the page of a field (``?at=``), else to the first page."""
    document = work.working_document(context.session(), item)
    all_pages = _pages(document)
    field = flask.request.args.get("at", "")
    found = page_of(all_pages, field) or page_of(all_pages, f"texts.{field}")
    page = found or all_pages[0]
    return flask.redirect(_page_url(item, page) + (f"#{summary.input_id(field)}" if found else ""), 303)


@bp.route("/<ref:ref>/edit/<page>", methods=["GET", "POST"])
@allows(Permission.ITEM_EDIT, lambda session, viewer, ref, **_page: work.cycle_work(session, viewer, ref))
def write(item: Item) -> Answer:
    """Show one page of the write-up, and save it."""
    session = context.session()
    document = work.working_document(session, item)
    all_pages = _pages(document)
    slug = (flask.request.view_args or {})["page"]
    page = next((one for one in all_pages if one.slug == slug), None)
    if page is None:
        raise NotFoundError
    desk = desks.opened(f"/cycles/{item.public_id}/edit/{page.slug}", item)
    posted, do = flask.request.method == "POST", flask.request.form.get("do", "")
    if posted and keeping.version(desk.base) != item.row_version:  # somebody saved since: put the words into the text
        document = keeping.text_of_base(session, item, desk.base) or document  # on which this form was opened
    form = _form(item, page, document, desk, do=do)
    if posted:
        desks.keep_typed(desk)
    if not posted or do in _ADD or do.startswith("correct-"):
        return _show(item, document, all_pages, page, form, desk)
    if not form.validate():
        return _show(item, document, all_pages, page, form, desk), 422
    try:
        _save(item, forms.written(form, page, document, today=context.now().date()), desk.base)
    except StaleError as error:
        return conflict.page(error)
    except InvalidError as error:
        session.rollback()
        form.take(error)
        return _show(item, document, all_pages, page, form, desk), 422
    desks.clear(desk)
    context.commit()
    before, after = neighbours(all_pages, page)
    to = before if do == "back" else after
    return flask.redirect(_page_url(item, to) if to else check_url(item), 303)


@bp.route("/<ref:ref>/check", methods=["GET", "POST"])
@allows(Permission.ITEM_EDIT, work.cycle_work)
def check(item: Item) -> Answer:
    """Show all answers and what is missing; choose the readers; send it, or publish it."""
    session = context.session()
    document = work.working_document(session, item)
    form = forms.check_form(_audiences(item, document)).read(audience=document.audience.value)
    if flask.request.method == "GET":
        return _check_page(item, document, form)
    if not form.validate():
        return _check_page(item, document, form), 422
    privacy.confirm(session, item, flask.request.form.getlist("confirm"), as_curator=False, **_who())
    changed = document.model_copy(update={"audience": Audience(form["audience"].data)})
    writing.edit(session, item, changed, base=work.base_of(session, item), **_who())
    context.commit()  # the choice and the ticks stay, whatever is still missing
    do = flask.request.form.get("do", "")
    if do not in ("publish", "submit"):
        flask.flash(_("Saved. You can go on at any time."))
        return flask.redirect(check_url(item), 303)
    session.refresh(item, with_for_update=True)  # nobody widens it between the question and the publication
    audience = work.working_document(session, item).audience
    if do == "publish" and not can(context.viewer(), Permission.ITEM_PUBLISH, Standing.of(item, audience)):
        form.refuse(_("The hub reads this first. Choose fewer readers, or send it to the hub."), "audience")
        return _check_page(item, changed, form), 422
    try:
        said = _send(item, do, form["note"].data or "")
    except BlockedError:
        session.rollback()
        return _check_page(item, changed, form, tried=True), 422
    context.commit()
    flask.flash(said)
    return flask.redirect(item_url(item), 303)


@bp.route("/new", methods=["GET", "POST"])
@allows(Permission.SITE_READ)
def new() -> Answer:
    """Begin a test of an idea: at which school, by which method, under which title."""
    session, viewer, now = context.session(), context.viewer(), context.now()
    public_id = flask.request.values.get("idea", "")
    idea = queries.idea_to_try(session, viewer, public_id)
    note = find_note(session, viewer, flask.request.values.get("note", ""))
    places = queries.school_places(session, viewer, idea, today=now.date())
    if not places:
        return flask.render_template("writing/cycles/no_school.html", idea=idea)
    methods = queries.method_choices(session, [one.place.network_id for one in places if one.place.network_id])
    named = [(one.key, one.words) for one in places]
    form = forms.new_form(named, [(choice.code, choice.title) for choice in methods]).read(
        school=places[0].key, method=methods[0].code, title=_title(idea, places[0].school_name)
    )
    desk = desks.opened(f"/cycles/new?idea={idea.public_id}")
    if flask.request.method == "GET" or not form.validate():
        status = 200 if flask.request.method == "GET" else 422
        page = flask.render_template(
            "writing/cycles/new.html", idea=idea, form=form, desk=desk, note=note, methods=methods
        )
        return page, status
    place = next(one for one in places if one.key == form["school"].data)
    if not can(viewer, Permission.ITEM_CREATE, place.place):
        raise ForbiddenError
    document = actions.plan(
        session,
        idea=idea,
        place=place,
        method=next((one.code, one.version) for one in methods if one.code == form["method"].data),
        title=form["title"].data or _title(idea, place.school_name),
        summary=_("A test of “%(idea)s” at %(school)s.", idea=idea.title, school=place.school_name),
        now=now,
    )
    item = _start(document, desk.once)
    if note is not None and item.public_id == document.id:
        actions.take_note(session, store_of(context.services().settings), item, note, **_who())
    desks.clear(desk)
    context.commit()
    return flask.redirect(f"{item_url(item)}/edit", 303)


@bp.get("/<ref:ref>/next")
@allows(Permission.ITEM_EDIT, work.cycle_work)
def next_test(item: Item) -> str:
    """Say what the next test of a ramp starts with, and offer it."""
    document = work.working_document(context.session(), item)
    return flask.render_template("writing/cycles/next.html", item=item, document=document, once=once.new_key())


@bp.post("/<ref:ref>/next")
@allows(Permission.ITEM_EDIT, work.cycle_work)
def go_on(item: Item) -> Answer:
    """Open the next test of a ramp: the same idea at the same place, with the plan of this one to change."""
    document = actions.next_plan(
        context.session(), item, title=_("%(title)s, next test", title=item.title), now=context.now()
    )
    made = _start(document, flask.request.form.get("once", ""))
    context.commit()
    return flask.redirect(f"{item_url(made)}/edit", 303)


def _save(item: Item, changed: CycleDocument, base: str) -> None:
    """Save a page. What somebody else wrote on other pages meanwhile stays; StaleError if both wrote the same field."""
    try:
        writing.edit(context.session(), item, changed, base=base, **_who())
    except StaleError as error:
        error.mine = error.mine.model_copy(update={"stage": error.theirs.stage})  # it follows from the rest
        both = conflict.together(error)
        if both is None:
            raise
        both = both.model_copy(update={"stage": stage_of(both, today=context.now().date())})
        writing.edit(context.session(), item, both, base=work.base_of(context.session(), item), **_who())


def _start(document: CycleDocument, key: str) -> Item:
    """Make the draft, or lead to the one that this very form made before, as it is now."""
    first = document.id
    try:
        return once.start(
            context.session(), lambda known: document if known.id == first else known, document, key=key, **_who()
        )
    except StaleError as error:  # it was written on since
        return error.item


def _send(item: Item, do: str, note: str) -> str:
    """Publish or submit; return what to say."""
    session = context.session()
    if do == "publish":
        writing.publish(session, item, note=note, **_who())
        return _("Published.")
    if item.state is State.DRAFT:
        writing.submit(session, item, note=note, **_who())
    return _("Sent to the hub for review. Until it is published you can go on changing it.")


def _check_page(item: Item, document: CycleDocument, form: Any, *, tried: bool = False) -> str:
    session, viewer = context.session(), context.viewer()
    ready = readiness(session, item, document)
    if tried:
        for blocker in ready.blockers:
            form.refuse(blocker.message)
    all_pages = _pages(document)
    missing = [summary.input_id(blocker.field) for blocker in ready.blockers]
    asked = forms.Asked(document, label, previous=_previous(item, document))
    return flask.render_template(
        "writing/cycles/check.html",
        item=item,
        document=document,
        form=form,
        chapters=summary.chapters(all_pages, asked, missing),
        ready=ready,
        missing=missing,
        page_urls={page.slug: _page_url(item, page) for page in all_pages},
        pages=_marked(item, document, all_pages),
        may_publish=any(
            can(viewer, Permission.ITEM_PUBLISH, Standing.of(item, Audience(value)))
            for value, _words in _audiences(item, document)
        ),
        once=once.new_key(),
        waiting=work.open_edit(session, item),
        may_share=can(viewer, Permission.ITEM_SHARE, item),
        may_erase=can(viewer, Permission.ITEM_ERASE, item),
    )


def _show(item: Item, document: CycleDocument, all_pages: list[Page], page: Page, form: Any, desk: desks.Desk) -> str:
    return flask.render_template(
        "writing/cycles/page.html",
        item=item,
        document=document,
        page=page,
        pages=_marked(item, document, all_pages),
        number=all_pages.index(page) + 1,
        name=page_name(page),
        form=form,
        desk=desk,
        last=all_pages[-1] is page,
        prediction_rows=_indexes(form, rows.PREDICTIONS),
        result_rows=_indexes(form, rows.RESULTS),
        correctable=[entry.lock_hash for entry in correctable(document.predictions)],
        here={part.value: True for part in page.parts},
        plan_url=next(_page_url(item, one) for one in all_pages if Part.PREDICTION in one.parts),
    )


def _form(item: Item, page: Page, document: CycleDocument, desk: desks.Desk, *, do: str) -> Any:
    """Return the form of a page: as sent, as brought back, or as stored; a row more where a button asks for it."""
    typed = desk.offer.payload if desk.resumed and desk.offer else {}
    sent = [*flask.request.form, *typed]
    group = rows.PREDICTIONS if do.startswith("correct-") else _ADD.get(do)
    stored = len(document.predictions) if group == rows.PREDICTIONS else len(document.results)
    added = max(rows.count(sent, group), stored, 1) if group else 0
    if group:
        sent.append(rows.name(group, added, "added"))
    previous = _previous(item, document) if Part.ABOUT in page.parts else ()
    made, start = forms.form_of(page, forms.Asked(document, label, sent, previous))
    form = desks.read(made, desk, **start)
    if do.startswith("correct-"):
        rows.begin_correction(form, added, document.predictions, do.removeprefix("correct-"))
    return form


def _pages(document: CycleDocument) -> list[Page]:
    return pages(queries.method_of(context.session(), document.method, document.method_version))


def _previous(item: Item, document: CycleDocument) -> list[tuple[str, str]]:
    return queries.earlier_tests(context.session(), context.viewer(), item, idea=document.idea)


def _page_url(item: Item, page: Page) -> str:
    return f"{item_url(item)}/edit/{page.slug}"


def _marked(item: Item, document: CycleDocument, all_pages: list[Page]) -> list[dict[str, Any]]:
    """Return each page with its name, address and whether anything is written on it."""
    filled = {name for name, value in document.plain().items() if value} | {f"texts.{code}" for code in document.texts}
    return [
        {"page": page, "name": page_name(page), "url": _page_url(item, page), "begun": begun(page, filled)}
        for page in all_pages
    ]


def _indexes(form: Any, group: str) -> list[int]:
    return sorted({int(name.split("-")[1]) for name in form.data if name.startswith(f"{group}-")})


def _audiences(item: Item, document: CycleDocument) -> list[tuple[str, str]]:
    """Return who may be chosen as readers: a record without a network has none of it."""
    school, network = queries.place_of(context.session(), item)
    offered = [(Audience.SCHOOL, _("People of %(school)s", school=school))]
    if document.network:
        offered.append((Audience.NETWORK, _("People of the schools in %(network)s", network=network)))
    offered.append((Audience.PUBLIC, _("Everyone, without an account")))
    return [(audience.value, words) for audience, words in offered]


def _title(idea: Item, school: str) -> str:
    return _("%(idea)s at %(school)s", idea=idea.title, school=school)[:200]


def _who() -> dict[str, Any]:
    return {"by": context.person_id(), "now": context.now()}
