"""The page of one's own account: name, password, and where one is signed in."""

import flask
import werkzeug
from flask_babel import gettext as _

from kb import feed
from kb.accounts import actions, login, passwords, queries, sessions, throttle
from kb.accounts.forms import ChangePasswordForm, NameForm
from kb.accounts.models import Person
from kb.errors import InvalidError
from kb.permissions import Permission, can
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("account", __name__, url_prefix="/account")
TRIES, WINDOW = 10, 15 * 60


@bp.get("")
@allows(Permission.OWN_PAGE)
def show() -> flask.Response:
    """Show who one is here, and where one is signed in."""
    return _page(_me())


@bp.post("/name")
@allows(Permission.OWN_PAGE)
def rename() -> flask.typing.ResponseReturnValue:
    """Change the name others read."""
    me, form = _me(), NameForm.read()
    if not form.validate():
        return _page(me, name=form), 422
    actions.rename(context.session(), me, str(form.name.data), now=context.now())
    context.commit()
    return _done("name")


@bp.post("/password")
@allows(Permission.OWN_PAGE)
def change_password() -> flask.typing.ResponseReturnValue:
    """Change the password for who knows the old one; every other session ends, and this one gets a new token."""
    me, form, session, now = _me(), ChangePasswordForm.read(), context.session(), context.now()
    if not form.validate():
        return _page(me, password=form), 422
    throttle.allow(session, f"password:{me.id}", limit=TRIES, seconds=WINDOW, now=now)
    kept = queries.password_of(session, me)
    context.commit()
    if not passwords.fits(kept.hash if kept else None, str(form.old_password.data)):
        form.refuse(_("This is not your password now."), "old_password")
        return _page(me, password=form), 422
    try:
        actions.set_password(session, me, str(form.password.data), by=me.id, now=now)
    except InvalidError as error:
        feed.rollback(session)
        form.take(error)
        return _page(me, password=form), 422
    sessions.end_all(session, me.id, now=now)
    login.begin(me, kept=flask.session.permanent)
    context.commit()
    return _done("password")


@bp.post("/sessions/end")
@allows(Permission.OWN_PAGE)
def end_session() -> werkzeug.Response:
    """End one of one's sessions, or all but this one."""
    me, session, now = _me(), context.session(), context.now()
    mark = flask.request.form.get("session", "")
    if mark:
        sessions.end_one(session, me.id, mark, now=now)
    else:
        sessions.end_all(session, me.id, but=login.current_token(), now=now)
    context.commit()
    return _done("sessions")


def _me() -> Person:
    return context.session().get_one(Person, context.viewer().person_id)


def _done(what: str) -> werkzeug.Response:
    return flask.redirect(flask.url_for("account.show", done=what), 303)


def _page(me: Person, *, name: NameForm | None = None, password: ChangePasswordForm | None = None) -> flask.Response:
    session, token = context.session(), login.current_token()
    done = {
        "joined": _("Welcome. The role is yours now."),
        "name": _("Your name is changed."),
        "password": _("Your password is changed. Everywhere else you are signed out."),
        "connected": _("The two accounts are connected."),
        "disconnected": _("The two accounts are no longer connected."),
        "sessions": _("Done. Nobody is signed in there any more."),
    }
    page = flask.render_template(
        "accounts/account.html",
        me=me,
        name=name or NameForm(data={"name": me.name}),
        password=password or ChangePasswordForm(),
        refused=name or password,
        has_password=queries.password_of(session, me) is not None,
        runs_site=can(context.viewer(), Permission.PERSON_MANAGE),
        connected=queries.is_connected(session, me),
        roles=queries.roles_of(session, me),
        sessions=sessions.listed(session, me.id, now=context.now()),
        here=queries.token_hash(token) if token else "",
        notice=done.get(flask.request.args.get("done", ""), ""),
    )
    response = flask.make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
