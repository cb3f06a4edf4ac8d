"""Who belongs to a school and is invited to it; all accounts, for whoever runs the site."""

import flask
import werkzeug
from flask_babel import gettext as _

from kb.accounts import actions, invitations, sessions, throttle
from kb.accounts.forms import InviteForm
from kb.accounts.models import Person, Role
from kb.accounts.people import queries
from kb.accounts.people.queries import Team
from kb.accounts.queries import roles_of
from kb.errors import InvalidError
from kb.permissions import Permission, can
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("people", __name__)
INVITATIONS_AN_HOUR = 40
HOUR = 60 * 60


@bp.get("/schools/<ref:ref>/people")
@allows(Permission.TEAM_INVITE, queries.team)
def team(team: Team) -> str:
    """Show who reads and writes at the school, and who is invited."""
    return _team(team, InviteForm())


@bp.post("/schools/<ref:ref>/people/invitations")
@allows(Permission.TEAM_INVITE, queries.team)
def invite(team: Team) -> flask.typing.ResponseReturnValue:
    """Invite somebody to the school."""
    form, me = InviteForm.read(), context.person_id()
    if not form.validate():
        return _team(team, form), 422
    session, now = context.session(), context.now()
    throttle.allow(session, f"invite:{me}", limit=INVITATIONS_AN_HOUR, seconds=HOUR, now=now)
    email, role = str(form.email.data), Role(form.role.data)
    try:
        invitations.invite(session, email=email, role=role, school_id=team.school_id, by=me, now=now)
    except InvalidError as error:
        form.take(error)
        return _team(team, form), 422
    context.commit()
    return _back(team, "invited")


@bp.post("/schools/<ref:ref>/people/invitations/revoke")
@allows(Permission.TEAM_INVITE, queries.team)
def revoke(team: Team) -> werkzeug.Response:
    """Take an invitation back."""
    session, number = context.session(), flask.request.form.get("id", 0, type=int)
    row = invitations.invitation_of(session, number, school_id=team.school_id)
    invitations.revoke(session, row, by=context.person_id(), now=context.now())
    context.commit()
    return _back(team, "revoked")


@bp.post("/schools/<ref:ref>/people/end")
@allows(Permission.TEAM_MANAGE, queries.team)
def end_role(team: Team) -> werkzeug.Response:
    """End somebody's role at the school."""
    session, number = context.session(), flask.request.form.get("id", 0, type=int)
    row = queries.membership_of(session, team.school_id, number)
    actions.end_role(session, row, by=context.person_id(), now=context.now())
    context.commit()
    return _back(team, "ended")


@bp.get("/people")
@allows(Permission.PERSON_MANAGE)
def index() -> str:
    """List all accounts."""
    session, words = context.session(), flask.request.args.get("q", "")[:200]
    found, total = queries.people(session, words=words)
    seen = queries.last_seen(session, [person.id for person in found])
    return flask.render_template("accounts/people.html", people=found, total=total, seen=seen, words=words)


@bp.get("/people/<public_id>")
@allows(Permission.PERSON_MANAGE, queries.person_by_id)
def show(person: Person) -> str:
    """Show one account: what the person may do, and where they are signed in."""
    return _person(person)


@bp.post("/people/<public_id>/end")
@allows(Permission.PERSON_MANAGE, queries.person_by_id)
def end(person: Person) -> flask.typing.ResponseReturnValue:
    """End the account, for who says that they mean it."""
    if not flask.request.form.get("sure"):
        return _person(person, _("Tick the box first: an ended account cannot be opened again.")), 422
    actions.end(context.session(), person, by=context.person_id(), now=context.now())
    context.commit()
    return flask.redirect(flask.url_for("people.index"), 303)


def _person(person: Person, error: str = "") -> str:
    session = context.session()
    return flask.render_template(
        "accounts/person.html",
        person=person,
        roles=roles_of(session, person),
        sessions=sessions.listed(session, person.id, now=context.now()),
        error=error,
    )


def _team(team: Team, form: InviteForm) -> str:
    session, done = context.session(), flask.request.args.get("done", "")
    notices = {
        "invited": _("The invitation is on its way."),
        "revoked": _("The invitation is taken back."),
        "ended": _("The role is ended."),
    }
    return flask.render_template(
        "accounts/team.html",
        team=team,
        form=form,
        members=queries.members(session, team.school_id),
        invitations=invitations.pending(session, school_id=team.school_id),
        may_manage=can(context.viewer(), Permission.TEAM_MANAGE, team),
        notice=notices.get(done, ""),
    )


def _back(team: Team, done: str) -> werkzeug.Response:
    return flask.redirect(flask.url_for("people.team", ref=team.ref, done=done), 303)
