"""The pages of change packages: the list, one to read, one to edit, and adding a record from its own page."""

from collections.abc import Sequence

import flask
import pydantic
import werkzeug
from flask_babel import gettext as _
from sqlalchemy import orm

from kb.cards.queries import Card, cards
from kb.errors import KbError, NotFoundError
from kb.ids import Ref, new_public_id
from kb.items.models import Item
from kb.items.queries import visible_items
from kb.packages import actions, forms, queries
from kb.packages.document import EntryDocument, PackageDocument, documents
from kb.packages.models import Package
from kb.permissions import Permission, Viewer, can
from kb.web import context
from kb.web.forms import choices
from kb.web.gate import allows

bp = flask.Blueprint("packages", __name__, url_prefix="/packages")


@bp.get("")
@allows(Permission.SITE_READ, cached=True)
def index() -> str:
    """List the change packages."""
    session, viewer = context.session(), context.viewer()
    return flask.render_template(
        "packages/index.html",
        packages=queries.packages(session, viewer),
        may_create=can(viewer, Permission.PACKAGE_CREATE),
    )


@bp.get("/<ref:ref>")
@allows(Permission.PACKAGE_READ, queries.package_by_ref, cached=True)
def show(package: Package) -> str:
    """Show a package with its records in the order of the hub."""
    session, viewer = context.session(), context.viewer()
    entries = queries.entries(session, viewer, package)
    found = {card.id: card for card in cards(session, viewer, [item_id for item_id, _note in entries])}
    return flask.render_template(
        "packages/show.html",
        package=package,
        network=queries.network_of(session, package),
        entries=[(found[item_id], note) for item_id, note in entries if item_id in found],
        may_edit=can(viewer, Permission.PACKAGE_EDIT, package),
    )


@bp.route("/new", methods=["GET", "POST"])
@allows(Permission.PACKAGE_CREATE)
def new() -> flask.typing.ResponseReturnValue:
    """Begin a package for one of the networks the visitor curates."""
    session, viewer = context.session(), context.viewer()
    networks = queries.curated_networks(session, viewer)
    form = forms.PackageForm.read()
    chosen = flask.request.form.get("network", networks[0].public_id)
    if flask.request.method == "POST" and form.validate():
        if chosen not in {network.public_id for network in networks}:
            raise NotFoundError
        document = PackageDocument.model_construct(
            kind="package", id=new_public_id(), network=chosen, title="", created=context.now(), entries=[]
        )
        saved = _saved(document, form, [], base=None)
        if saved is not None:
            return _to(saved, edit=True)
    page = flask.render_template("packages/new.html", form=form, networks=networks, chosen=chosen)
    return page, form.status


@bp.route("/<ref:ref>/edit", methods=["GET", "POST"])
@allows(Permission.PACKAGE_EDIT, queries.package_by_ref)
def edit(package: Package) -> flask.typing.ResponseReturnValue:
    """Change the words of a package, its records and their order; every button saves what was typed."""
    session = context.session()
    document = documents(session, [package])[package.id]
    form = forms.PackageForm.read(
        title=document.title,
        summary=document.summary,
        body=document.body,
        public=document.public,
        base=str(package.row_version),
    )
    entries = list(document.entries)
    if flask.request.method == "POST":
        action = flask.request.form.get("do", "")
        sent = flask.request.form
        notes = forms.notes_of(entries, sent.getlist("entry"), sent.getlist("note"))
        typed = form.base.data or ""
        base = int(typed) if typed.isdecimal() else 0
        entries = forms.changed(entries, notes, action if base == package.row_version else "")  # of this very order
        valid = form.validate() and _add(form, entries)
        if valid and _saved(document, form, entries, base=base) is not None:
            return _to(package, edit=action != "", done=action == "")
        form.base.data = str(package.row_version)
    page = flask.render_template(
        "packages/edit.html", form=form, package=package, rows=_rows(session, context.viewer(), entries)
    )
    return page, form.status


@bp.route("/add", methods=["GET", "POST"])
@allows(Permission.PACKAGE_CREATE)
def add() -> flask.typing.ResponseReturnValue:
    """Put a record into a package, coming from the page of the record."""
    session, viewer = context.session(), context.viewer()
    item = _item(session, viewer, flask.request.values.get("id", ""))
    packages = {package.public_id: package for package in queries.editable(session, viewer)}
    form = forms.AddForm.read()
    form.package.choices = choices((public_id, package.title) for public_id, package in packages.items())
    if flask.request.method == "POST" and form.validate():
        package = packages[form.package.data]
        document = documents(session, [package])[package.id]
        kept = [entry for entry in document.entries if entry.item != item.public_id]
        entry = EntryDocument(item=item.public_id, note=form.note.data or "")
        if len(kept) == len(document.entries):
            kept.append(entry)
        else:
            kept.insert([one.item for one in document.entries].index(item.public_id), entry)
        changed = document.model_copy(update={"entries": kept, "updated": None})
        actions.save(session, changed, by=viewer.person_id, now=context.now())
        context.commit()
        return _to(package, edit=False)
    page = flask.render_template("packages/add.html", form=form, item=item, packages=packages)
    return page, form.status


def _item(session: orm.Session, viewer: Viewer, public_id: str) -> Item:
    item = session.scalar(visible_items(viewer).where(Item.public_id == public_id))
    if item is None:
        raise NotFoundError
    return item


def _add(form: forms.PackageForm, entries: list[EntryDocument]) -> bool:
    """Put the record of the field "add" last; False, with the reason at the field, if that cannot be."""
    try:
        public_id = form.added_id
    except ValueError:
        form.refuse(_("This is no address of a record. Open the record and copy its address."), "add")
        return False
    if public_id is None:
        return True
    try:
        item = _item(context.session(), context.viewer(), public_id)
    except NotFoundError:
        form.refuse(_("There is no such record. Open it and copy its address."), "add")
        return False
    if item.public_id in [entry.item for entry in entries]:
        form.refuse(_("This record is in the package already."), "add")
        return False
    entries.append(EntryDocument(item=item.public_id))
    return True


def _saved(
    document: PackageDocument, form: forms.PackageForm, entries: list[EntryDocument], *, base: int | None
) -> Package | None:
    """Save and commit; None, with the reasons in the form, if something is not right."""
    try:
        changed = forms.filled(document, form, entries)
        row = actions.save(context.session(), changed, by=context.viewer().person_id, now=context.now(), base=base)
    except (KbError, pydantic.ValidationError) as error:
        form.take(error)
        return None
    context.commit()
    return row


def _rows(
    session: orm.Session, viewer: Viewer, entries: Sequence[EntryDocument]
) -> list[tuple[EntryDocument, Card | None]]:
    """Return every entry with its card, None where the viewer may not read the record any more."""
    wanted = [entry.item for entry in entries]
    ids = session.scalars(visible_items(viewer).with_only_columns(Item.id).where(Item.public_id.in_(wanted))).all()
    found = {card.ref.public_id: card for card in cards(session, viewer, ids)}
    return [(entry, found.get(entry.item)) for entry in entries]


def _to(package: Package, *, edit: bool, done: bool = False) -> werkzeug.Response:
    endpoint = "packages.edit" if edit and not done else "packages.show"
    return flask.redirect(flask.url_for(endpoint, ref=Ref(package.public_id, package.slug)), 303)
