"""The way to the provider of single sign-on and back."""

from typing import Any

import flask
import werkzeug

from kb.accounts import login
from kb.accounts.models import Person
from kb.accounts.rules import safe_next
from kb.accounts.single_sign_on import actions, provider
from kb.accounts.single_sign_on.rules import RefusedError
from kb.config import Settings
from kb.errors import NotFoundError
from kb.permissions import Permission
from kb.web import context
from kb.web.gate import allows
from kb.web.logs import log

bp = flask.Blueprint("single_sign_on", __name__)
_KEPT = "single_sign_on"  # in the cookie: what to do when the person is back


@bp.get("/sign-in/provider")
@allows(Permission.SITE_READ)
def begin() -> werkzeug.Response:
    """Send the visitor to the provider."""
    settings, asked = _settings(), flask.request.args
    flask.session[_KEPT] = {
        "next": safe_next(asked.get("next", "")),
        "invitation": asked.get("invitation", "")[:100],
        "connect": context.viewer().person_id if asked.get("connect") else None,
    }
    return provider.begin(
        settings, settings.link(flask.url_for("single_sign_on.finish")) if settings.base_url else _here()
    )


@bp.get("/sign-in/provider/return")
@allows(Permission.SITE_READ)
def finish() -> werkzeug.Response:
    """Sign in whoever the provider says it is, or connect the two accounts."""
    settings, now = _settings(), context.now()
    wanted: dict[str, Any] = flask.session.pop(_KEPT, {})
    claims = provider.finish(settings)
    me = context.viewer().person_id
    session = context.write()
    if wanted.get("connect"):
        if wanted["connect"] != me:
            raise RefusedError
        actions.connect(session, session.get_one(Person, me), claims, now=now)
        context.commit()
        return flask.redirect(flask.url_for("account.show", done="connected"), 303)
    token, trust = wanted.get("invitation", ""), settings.oidc_trust_email
    person = actions.person_of(session, claims, token=token, trust_email=trust, now=now)
    login.begin(person)
    context.commit()
    log.info("signed in by the provider", person=person.public_id)
    return flask.redirect(f"{flask.request.root_path}{safe_next(wanted.get('next', ''))}", 303)


@bp.post("/account/provider/removal")
@allows(Permission.OWN_PAGE)
def disconnect() -> werkzeug.Response:
    """Let the account be opened by its password alone."""
    session = context.session()
    actions.disconnect(session, session.get_one(Person, context.person_id()), now=context.now())
    context.commit()
    return flask.redirect(flask.url_for("account.show", done="disconnected"), 303)


def _settings() -> Settings:
    settings = context.services().settings
    if not settings.oidc_issuer:
        raise NotFoundError
    return settings


def _here() -> str:
    return context.link(flask.url_for("single_sign_on.finish"))
