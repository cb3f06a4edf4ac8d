"""The pages of the driver diagram's editor: each button is one form, and the focus comes back to its driver."""

from collections.abc import Callable
from dataclasses import dataclass

import flask
import werkzeug
from flask_babel import lazy_gettext as _

from kb.drivers import editing
from kb.drivers.models import Driver
from kb.drivers.rules import Move
from kb.errors import ConflictError, InvalidError, KbError
from kb.hub.diagram import queries
from kb.hub.diagram.forms import DriverForm, NewDriverForm
from kb.hub.diagram.queries import DriverOf
from kb.networks.models import Network
from kb.networks.queries import network_by_ref
from kb.permissions import Permission
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("diagram", __name__, url_prefix="/networks")
LONGEST_WORDS = 100
DONE = {
    "added": _("Added."),
    "renamed": _("Saved."),
    "moved": _("Moved."),
    "retired": _("Retired. Its ideas and its history are kept, and you can bring it back below."),
    "back": _("It is back in the diagram."),
    "linked": _("The idea is linked."),
    "unlinked": _("The idea is no longer linked to this driver."),
}
Answer = str | tuple[str, int] | werkzeug.Response


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a change was not made, and which driver it was about."""

    words: str
    status: int
    driver: str


@bp.get("/<ref:ref>/drivers")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def show(network: Network) -> Answer:
    """Show the diagram as a nested list to edit; ``edit`` opens the words of one driver."""
    form = None
    if editing_id := flask.request.args.get("edit"):
        driver = queries.driver_by_id(context.session(), network, editing_id)
        form = DriverForm(
            data={
                "title": driver.title,
                "description": driver.description,
                "driver": driver.public_id,
                "version": driver.row_version,
            }
        )
    return _page(network, edited=form)


@bp.post("/<ref:ref>/drivers")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def add(network: Network) -> Answer:
    """Add a driver."""
    form = NewDriverForm.read()
    if not form.validate():
        return _page(network, new=form, fault=_Fault("", 422, ""))
    session = context.session()
    under = queries.driver_by_id(session, network, form.under.data) if form.under.data else None
    try:
        driver = editing.add(
            session, network, form.title.data or "", under=under, by=context.viewer().person_id, now=context.now()
        )
    except InvalidError as error:
        form.take(error)
        return _page(network, new=form, fault=_Fault("", error.status, ""))
    context.commit()
    return _back(network, driver, "added")


@bp.post("/<ref:ref>/drivers/title")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def rename(network: Network) -> Answer:
    """Change the words of a driver; what was typed is kept where somebody else changed it meanwhile."""
    form = DriverForm.read()
    driver = queries.driver_by_id(context.session(), network, form.driver.data or "")
    if not form.validate():
        return _page(network, edited=form, fault=_Fault("", 422, driver.public_id))
    try:
        editing.describe(
            context.session(),
            network,
            driver,
            title=form.title.data or "",
            description=form.description.data or "",
            version=_version(),
            by=context.viewer().person_id,
            now=context.now(),
        )
    except ConflictError as error:
        form.version.process_data(driver.row_version)
        saved = _("It now says: “%(title)s” %(description)s", title=driver.title, description=driver.description)
        words = f"{error} {saved}".strip()
        return _page(network, edited=form, fault=_Fault(words, error.status, driver.public_id))
    context.commit()
    return _back(network, driver, "renamed")


@bp.post("/<ref:ref>/drivers/place")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def move(network: Network) -> Answer:
    """Move a driver up, down, in or out; the focus goes back to the button that was used."""
    driver, where = _driver(network), flask.request.form.get("where", "")
    if where not in set(Move):
        flask.abort(400)
    try:
        editing.move(
            context.session(),
            network,
            driver,
            Move(where),
            version=_version(),
            by=context.viewer().person_id,
            now=context.now(),
        )
    except ConflictError as error:
        return _refused(network, driver, error)
    context.commit()
    return _back(network, driver, "moved", where=where)


@bp.post("/<ref:ref>/drivers/retirement")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def retire(network: Network) -> Answer:
    """Take a driver out of the diagram."""
    return _taken(network, editing.retire, "retired")


@bp.post("/<ref:ref>/drivers/return")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def bring_back(network: Network) -> Answer:
    """Put a retired driver back."""
    return _taken(network, editing.bring_back, "back")


def _taken(network: Network, verb: Callable[..., object], said: str) -> Answer:
    """Take the driver that the form names out of the diagram, or back into it."""
    driver = _driver(network)
    try:
        verb(context.session(), network, driver, version=_version(), by=context.viewer().person_id, now=context.now())
    except (ConflictError, InvalidError) as error:
        return _refused(network, driver, error)
    context.commit()
    return _back(network, driver, said)


@bp.get("/<ref:ref>/drivers/<driver>/ideas")
@allows(Permission.NETWORK_EDIT, queries.driver_of)
def ideas(one: DriverOf) -> Answer:
    """Show which ideas of the network are meant to move a driver."""
    return _ideas_page(one)


@bp.post("/<ref:ref>/drivers/<driver>/ideas")
@allows(Permission.NETWORK_EDIT, queries.driver_of)
def link(one: DriverOf) -> Answer:
    """Link an idea to a driver, or take it from there (``remove``)."""
    session, removes = context.session(), "remove" in flask.request.form
    idea = queries.idea_of(session, context.viewer(), one, flask.request.form.get("idea", ""))
    change = editing.unlink if removes else editing.link
    try:
        change(session, one.network, one.driver, idea, by=context.viewer().person_id, now=context.now())
    except InvalidError as error:
        return _ideas_page(one, fault=str(error)), int(error.status)
    context.commit()
    address = flask.url_for(
        "diagram.ideas",
        ref=one.network.ref,
        driver=one.driver.public_id,
        at=idea.public_id,
        done="unlinked" if removes else "linked",
        q=_words() or None,
    )
    return flask.redirect(address, 303)


def _ideas_page(one: DriverOf, fault: str = "") -> str:
    return flask.render_template(
        "hub/driver_ideas.html",
        network=one.network,
        driver=one.driver,
        ideas=queries.idea_choices(context.session(), context.viewer(), one, _words()),
        words=_words(),
        fault=fault,
        done=DONE.get(flask.request.args.get("done", "")),
    )


def _words() -> str:
    return flask.request.values.get("q", "")[:LONGEST_WORDS].strip()


def _page(
    network: Network,
    *,
    new: NewDriverForm | None = None,
    edited: DriverForm | None = None,
    fault: _Fault | None = None,
) -> Answer:
    lines, retired = queries.outline(context.session(), context.viewer(), network.id)
    new = new or NewDriverForm(data={"under": flask.request.args.get("under", "")})
    new.offer(queries.flat(lines))
    args = flask.request.args
    page = flask.render_template(
        "hub/diagram.html",
        network=network,
        lines=lines,
        retired=retired,
        new=new,
        edited=edited,
        fault=fault,
        at=fault.driver if fault else args.get("at", ""),
        where=args.get("where", ""),
        done=DONE.get(args.get("done", "")) if fault is None else None,
    )
    return page if fault is None else (page, fault.status)


def _refused(network: Network, driver: Driver, error: KbError) -> Answer:
    return _page(network, fault=_Fault(str(error), int(error.status), driver.public_id))


def _driver(network: Network) -> Driver:
    return queries.driver_by_id(context.session(), network, flask.request.form.get("driver", ""))


def _version() -> int:
    given = flask.request.form.get("version", "")
    return int(given[:9]) if given.isdecimal() else 0


def _back(network: Network, driver: Driver, done: str, where: str | None = None) -> werkzeug.Response:
    address = flask.url_for("diagram.show", ref=network.ref, at=driver.public_id, where=where, done=done)
    return flask.redirect(address, 303)
