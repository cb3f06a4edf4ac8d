"""The page behind the link of an invitation: make an account, or add the role to the one that is signed in."""

import flask
from flask_babel import gettext as _

from kb import feed
from kb.accounts import invitations, login
from kb.accounts.forms import JoinForm
from kb.accounts.models import Invitation, Person
from kb.errors import KbError
from kb.permissions import Permission
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("joining", __name__, url_prefix="/invitation")


@bp.get("")
@allows(Permission.SITE_READ)
def show() -> flask.typing.ResponseReturnValue:
    """Say what is offered by whom, and how to accept it."""
    token = flask.request.args.get("token", "")
    invitation = invitations.by_token(context.session(), token)
    if _is_mine(invitation):
        return flask.redirect(flask.url_for("account.show"), 303)
    return _page(invitation, token, JoinForm())


@bp.post("")
@allows(Permission.SITE_READ)
def accept() -> flask.typing.ResponseReturnValue:
    """Accept it: as who is signed in, else with a new account."""
    session, now, viewer = context.session(), context.now(), context.viewer()
    token = flask.request.form.get("token", "")
    invitation = invitations.by_token(session, token, lock=True)
    if not viewer.is_anonymous:
        invitations.accept(session, invitation, session.get_one(Person, viewer.person_id), now=now)
        context.commit()
        return flask.redirect(flask.url_for("account.show", done="joined"), 303)
    form = JoinForm.read()
    if not form.validate() or invitations.has_account(session, invitation):
        return _page(invitation, token, form), 422
    try:
        person = invitations.join(
            session, invitation, name=str(form.name.data), password=str(form.password.data), now=now
        )
    except KbError as error:
        feed.rollback(session)
        form.take(error)
        return _page(invitation, token, form), 422
    login.begin(person)
    context.commit()
    return flask.redirect(flask.url_for("account.show", done="joined"), 303)


def _is_mine(invitation: Invitation) -> bool:
    mine = context.viewer().person_id
    return invitation.accepted_by is not None and invitation.accepted_by == mine


def _page(invitation: Invitation, token: str, form: JoinForm) -> flask.Response:
    session, viewer = context.session(), context.viewer()
    me = None if viewer.is_anonymous else session.get(Person, viewer.person_id)
    page = flask.render_template(
        "accounts/invitation.html",
        offer=invitations.shown(session, invitation),
        used=invitation.accepted_at is not None,
        me=me,
        has_account=me is None and invitations.has_account(session, invitation),
        form=form,
        token=token,
        here=flask.url_for("joining.show", token=token),
        title=_("You are invited"),
    )
    response = flask.make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
