"""The pages on which a case study is written: new, edited, checked."""

from functools import partial

import flask
import werkzeug

from kb.cases.document import CaseDocument
from kb.errors import ForbiddenError, KbError
from kb.ids import new_public_id
from kb.items.models import Item
from kb.permissions import Audience, Permission, State
from kb.site.labels import label
from kb.web import context
from kb.web.gate import allows
from kb.writing import actions, conflict, once, parts
from kb.writing import desk as desks
from kb.writing import places as writing_places
from kb.writing import queries as work
from kb.writing.actions import StaleError
from kb.writing.addresses import check_url
from kb.writing.cases import forms, queries
from kb.writing.cases.queries import Citable
from kb.writing.checking import check_page

bp = flask.Blueprint("case_writing", __name__, url_prefix="/cases")
Answer = flask.typing.ResponseReturnValue


@bp.route("/new", methods=["GET", "POST"])
@allows(Permission.ITEM_CREATE)
def new() -> Answer:
    """Write a case study; ``?cite=`` ticks what it is about."""
    today = context.now().date()
    places = writing_places.places(context.session(), context.viewer(), today)
    chosen = writing_places.place_of(context.session(), context.viewer(), today, flask.request.form.get("place"))
    here = chosen or (places[0] if places else None)
    if here is None:
        raise ForbiddenError
    document = CaseDocument.model_construct(
        kind="case",
        id=new_public_id(),
        title="",
        state=State.DRAFT,
        audience=Audience.PUBLIC,
        school=here.school,
        network=here.network,
        created=context.now(),
    )
    return _page(document, desks.opened("/cases/new"), None, places)


@bp.route("/<ref:ref>/edit", methods=["GET", "POST"])
@allows(Permission.ITEM_EDIT, work.case_work)
def edit(item: Item) -> Answer:
    """Change the words of a case study; those of a published one wait for a review."""
    document = work.working_document(context.session(), item)
    return _page(document, desks.opened(f"/cases/{item.public_id}/edit", item), item, [])


@bp.get("/<ref:ref>/check")
@allows(Permission.ITEM_EDIT, work.case_work)
def check(item: Item) -> str:
    """Show what was written, what is missing, and the button that sends it."""
    return check_page(item)


def _page(
    document: CaseDocument, desk: desks.Desk, item: Item | None, places: list[writing_places.WritingPlace]
) -> Answer:
    citable = _citable(document, desk)
    pairs = [(place.key, place.words) for place in places]
    made = forms.case_form(document, desks.names_sent(desk), words=label, citable=citable, places=pairs)
    form = desks.read(made, desk, **(forms.values(document) | _ticked(item)))
    if flask.request.method == "POST":
        desks.keep_typed(desk)
        if flask.request.form.get("do") != "find" and _is_right(form):
            try:
                return _saved(form, document, desk, item, citable)
            except StaleError as error:
                return conflict.page(error)
            except KbError as error:
                context.session().rollback()
                form.take(error)
    page = flask.render_template("writing/case.html", form=form, desk=desk, item=item, places=places)
    return page, form.status


def _citable(document: CaseDocument, desk: desks.Desk) -> list[Citable]:
    """Return what the picker offers: whatever is ticked in the form is always among it."""
    typed = desk.offer.payload if desk.resumed and desk.offer else {}
    ticked = flask.request.form.getlist("cites") + list(typed.get("cites", ())) + flask.request.args.getlist("cite")
    kept = [*forms.cited(document), *ticked]
    wanted = flask.request.form.get("find", "") if flask.request.form.get("do") == "find" else ""
    return queries.citable(context.session(), context.viewer(), network=document.network, kept=kept, wanted=wanted)


def _ticked(item: Item | None) -> dict[str, object]:
    given = flask.request.args.getlist("cite")
    return {"cites": given} if item is None and given else {}


def _is_right(form: parts.WriteUpForm) -> bool:
    count = parts.rows_in([field.name for field in form], parts.CREDITS)
    return form.validate() and not parts.refuse_names(form, count)


def _saved(
    form: parts.WriteUpForm, document: CaseDocument, desk: desks.Desk, item: Item | None, citable: list[Citable]
) -> werkzeug.Response:
    session, now, by = context.session(), context.now(), context.viewer().person_id or 0
    fill = partial(forms.filled, form, citable=citable)
    if item is None:
        saved = once.start(session, fill, document, key=desk.once, by=by, now=now)
    else:
        saved = actions.edit(session, item, fill(document), base=desk.base, by=by, now=now)
    desks.clear(desk)
    context.commit()
    return flask.redirect(check_url(saved), 303)
