"""Signing in and out, and a new password for who forgot it."""

import flask
import werkzeug
from flask_babel import gettext as _

from kb import feed
from kb.accounts import actions, login, passwords, queries, resets, throttle
from kb.accounts.forms import EmailForm, NewPasswordForm, SignInForm
from kb.accounts.models import Person
from kb.accounts.rules import checked_email, safe_next
from kb.errors import InvalidError, TooManyError
from kb.permissions import Permission
from kb.web import context, network
from kb.web.gate import allows
from kb.web.logs import log

bp = flask.Blueprint("accounts", __name__)
TRIES, TRIES_FROM_ONE_NETWORK = 10, 60
WINDOW = 15 * 60  # seconds
LINKS, LINKS_FROM_ONE_NETWORK = 3, 20
HOUR = 60 * 60


@bp.get("/sign-in")
@allows(Permission.SITE_READ)
def sign_in() -> flask.typing.ResponseReturnValue:
    """Ask who it is; who is signed in already goes on."""
    if not context.viewer().is_anonymous:
        return _go_on(flask.request.args.get("next", ""))
    return _form(SignInForm(), flask.request.args.get("next", ""))


@bp.post("/sign-in")
@allows(Permission.SITE_READ)
def signed_in() -> flask.typing.ResponseReturnValue:
    """Begin a session for whoever knows the password; what is wrong is never told apart."""
    form, wanted = SignInForm.read(), flask.request.form.get("next", "")
    if not form.validate():
        return _form(form, wanted), 422
    try:
        person = _proven(str(form.email.data).casefold(), str(form.password.data))
    except TooManyError as error:
        form.refuse(_("%(reason)s Or set a new password.", reason=error))
        return _form(form, wanted), 429, {"Retry-After": str(error.facts["seconds"])}
    if person is None:
        log.warning("sign-in refused")
        form.refuse(_("This e-mail address and password do not belong together. Check both and try again."))
        return _form(form, wanted), 422
    login.begin(person, kept=form.keep.data)
    context.commit()
    log.info("signed in", person=person.public_id)
    return _go_on(wanted)


@bp.post("/sign-out")
@allows(Permission.SITE_READ)
def sign_out() -> werkzeug.Response:
    """End the session of this browser."""
    login.end()
    context.commit()
    response = flask.redirect(flask.url_for("site.home"), 303)
    response.headers["Clear-Site-Data"] = '"storage"'  # what was typed and kept on this device is nobody's now
    return response


@bp.get("/forgotten-password")
@allows(Permission.SITE_READ)
def forgotten() -> str:
    """Ask for the address the link goes to."""
    return flask.render_template("accounts/forgotten.html", form=EmailForm())


@bp.post("/forgotten-password")
@allows(Permission.SITE_READ)
def ask_for_link() -> flask.typing.ResponseReturnValue:
    """Take the address; the answer never says whether there is an account with it."""
    form = EmailForm.read()
    try:
        email = checked_email(str(form.email.data)) if form.validate() else ""
    except InvalidError as error:
        form.take(error)
    if form.fields_with_errors:
        return flask.render_template("accounts/forgotten.html", form=form), 422
    session, now = context.session(), context.now()
    throttle.allow(session, f"link-from:{network.address()}", limit=LINKS_FROM_ONE_NETWORK, seconds=HOUR, now=now)
    throttle.allow(session, f"link:{email}", limit=LINKS, seconds=HOUR, now=now)
    resets.ask(session, email, now=now)
    context.commit()
    return flask.render_template("accounts/link_sent.html", email=email)


@bp.get("/new-password")
@allows(Permission.SITE_READ)
def new_password() -> flask.Response:
    """Ask for the new password of whoever holds the link."""
    token = flask.request.args.get("token", "")
    person = resets.person_of(context.session(), token)
    return _choose(NewPasswordForm(), token, person)


@bp.post("/new-password")
@allows(Permission.SITE_READ)
def set_new_password() -> flask.typing.ResponseReturnValue:
    """Set it once; every session of the person ends."""
    form, token = NewPasswordForm.read(), flask.request.form.get("token", "")
    session, now = context.session(), context.now()
    person = resets.person_of(session, token)
    if not form.validate():
        return _choose(form, token, person), 422
    try:
        resets.use(session, token, str(form.password.data), now=now)
    except InvalidError as error:
        feed.rollback(session)
        form.take(error)
        return _choose(form, token, person), 422
    throttle.forget(session, f"sign-in:{person.email}")
    login.end()
    context.commit()
    log.info("password reset", person=person.public_id)
    return flask.redirect(flask.url_for("accounts.sign_in", done="password"), 303)


def _choose(form: NewPasswordForm, token: str, person: Person) -> flask.Response:
    page = flask.make_response(
        flask.render_template("accounts/new_password.html", form=form, token=token, email=person.email)
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def _proven(email: str, password: str) -> Person | None:
    """Return whose address and password these are; counts the try first, and holds no lock while it computes."""
    session, now = context.session(), context.now()
    account, place = f"sign-in:{email}", f"sign-in-from:{network.address()}"
    throttle.allow(session, account, limit=TRIES, seconds=WINDOW, now=now)
    throttle.allow(session, place, limit=TRIES_FROM_ONE_NETWORK, seconds=WINDOW, now=now)
    person = queries.person_by_email(session, email)
    kept = queries.password_of(session, person)
    context.commit()
    if not passwords.fits(kept.hash if kept else None, password) or person is None or kept is None:
        return None
    throttle.forget(session, account)
    throttle.take_back(session, place, now=now)  # a whole school may sign in from one address
    if passwords.is_outdated(kept.hash):
        actions.rehash(session, person, password)
    return person


def _form(form: SignInForm, wanted: str) -> str:
    notice = _("Your new password is set. Sign in with it.") if flask.request.args.get("done") == "password" else ""
    return flask.render_template("accounts/sign_in.html", form=form, next=safe_next(wanted), notice=notice)


def _go_on(wanted: str) -> werkzeug.Response:
    return flask.redirect(f"{flask.request.root_path}{safe_next(wanted)}", 303)
