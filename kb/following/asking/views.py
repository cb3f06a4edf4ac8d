"""The page on which a visitor without an account asks a school."""

import flask
import werkzeug

from kb.errors import InvalidError, TooManyError
from kb.following.asking import actions, queries
from kb.following.asking.forms import AskForm
from kb.following.asking.queries import Subject
from kb.permissions import Permission
from kb.web import context, network
from kb.web.gate import allows

bp = flask.Blueprint("asking", __name__, url_prefix="/ask")


@bp.get("/<kind>/<ref:ref>")
@allows(Permission.SITE_READ, queries.subject)
def show(about: Subject) -> str:
    """Show the form."""
    return _page(about, AskForm())


@bp.post("/<kind>/<ref:ref>")
@allows(Permission.SITE_READ, queries.subject)
def ask(about: Subject) -> werkzeug.Response | tuple[str, int]:
    """Keep the question and tell the hub; a program that filled in everything is thanked and forgotten."""
    form = AskForm.read()
    if form.is_by_a_program:
        return _thanks(about)
    if not form.validate():
        return _page(about, form), 422
    try:
        actions.ask(
            context.session(),
            about,
            name=form.name.data or "",
            email=form.email.data or "",
            text=form.text.data or "",
            origin=network.address(),
            settings=context.services().settings,
            now=context.now(),
        )
    except (InvalidError, TooManyError) as error:
        form.take(error)
        return _page(about, form), int(error.status)
    context.commit()
    return _thanks(about)


@bp.get("/<kind>/<ref:ref>/thanks")
@allows(Permission.SITE_READ, queries.subject)
def thanks(about: Subject) -> str:
    """Say what happens next."""
    return flask.render_template("following/asked.html", about=about)


def _page(about: Subject, form: AskForm) -> str:
    networks = queries.networks_for(context.session(), about, context.now().date())
    reachable = bool(networks) or bool(context.services().settings.contact_email)
    return flask.render_template("following/ask.html", about=about, form=form, reachable=reachable)


def _thanks(about: Subject) -> werkzeug.Response:
    return flask.redirect(flask.url_for("asking.thanks", kind=about.kind.value, ref=about.ref), 303)
