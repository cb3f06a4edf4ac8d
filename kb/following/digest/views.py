"""Choosing the digest, and ending it from a letter: one press of a button, without signing in."""

import flask
import werkzeug

from kb.errors import InvalidError
from kb.following.digest import actions, queries
from kb.following.digest.models import DigestChoice
from kb.following.digest.rules import Frequency
from kb.permissions import Permission
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("digest", __name__, url_prefix="/digest")


@bp.post("")
@allows(Permission.OWN_PAGE)
def choose() -> werkzeug.Response:
    """Keep how often the person wants the digest."""
    try:
        frequency = Frequency(flask.request.form.get("frequency", ""))
    except ValueError as error:
        message = "Choose how often you want the letter."
        raise InvalidError(message, field="frequency") from error
    actions.choose(context.session(), frequency, by=context.person_id(), now=context.now())
    context.commit()
    return flask.redirect(flask.url_for("me.show", _anchor="digest"), 303)


@bp.get("/<token>/end")
@allows(Permission.SITE_READ, queries.choice_by_token)
def ask(choice: DigestChoice) -> str:
    """Ask whether the letters should stop: a program that only opens links stops nothing."""
    return flask.render_template("following/digest_end.html", choice=choice, ended=False)


@bp.post("/<token>/end")
@allows(Permission.SITE_READ, queries.choice_by_token)
def end(choice: DigestChoice) -> str:
    """Send no more letters (RFC 8058: a mail program sends this by itself and follows no redirect)."""
    actions.end(choice)
    context.commit()
    return flask.render_template("following/digest_end.html", choice=choice, ended=True)
