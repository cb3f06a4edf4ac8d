"""The pages on which a hub looks after its schools and people."""

import flask
import pydantic
import werkzeug
from flask_babel import lazy_gettext as _

from kb.accounts import invitations, throttle
from kb.accounts.people import queries as teams
from kb.errors import InvalidError, KbError
from kb.hub.members import actions, queries
from kb.hub.members.forms import ROLE_WORDS, DayForm, InvitationForm, SchoolForm
from kb.networks import actions as networks
from kb.networks.models import Network
from kb.networks.queries import members, network_by_ref
from kb.permissions import Permission, can
from kb.schools import actions as schools_actions
from kb.schools.models import Level, School
from kb.schools.queries import listed
from kb.site.templating import label
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("members", __name__, url_prefix="/networks")
LONGEST_NAME = 100
AN_HOUR = 40  # invitations, as at a school
HOUR = 60 * 60
DONE = {
    "joined": _("The school is a member. Now invite its people."),
    "left": _("Saved. What the school shared stays until it takes it back; its people lose access that day."),
    "invited": _("The invitation is on its way."),
    "revoked": _("The invitation is taken back."),
    "ended": _("The role is ended. What the person wrote stays."),
}
Answer = str | tuple[str, int] | werkzeug.Response


@bp.get("/<ref:ref>/schools")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def schools(network: Network) -> Answer:
    """List the schools of the network, now and before."""
    return _schools_page(network, DayForm(data={"on": context.now().date()}))


@bp.post("/<ref:ref>/schools/departure")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def leave(network: Network) -> Answer:
    """Let a school leave on a day."""
    form = DayForm.read()
    school = queries.school_by_id(context.session(), form.school.data or "")
    if form.validate():
        try:
            networks.leave(
                context.session(), network, school, on=form.day, by=context.viewer().person_id, now=context.now()
            )
        except InvalidError as error:
            form.take(error)
        else:
            context.commit()
            return _back("members.schools", network, "left")
    return _schools_page(network, form), 422


@bp.get("/<ref:ref>/schools/new")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def find(network: Network) -> Answer:
    """Find a school in the register, to add it."""
    return _find_page(network, DayForm(data={"on": context.now().date()}))


@bp.post("/<ref:ref>/schools")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def join(network: Network) -> Answer:
    """Make a school of the register a member; one with people of its own is not taken in behind their backs."""
    form = DayForm.read()
    school = queries.school_by_id(context.session(), form.school.data or "")
    if form.validate() and _may_bring(form, school):
        try:
            networks.join(
                context.session(), network, school, on=form.day, by=context.viewer().person_id, now=context.now()
            )
        except InvalidError as error:
            form.take(error)
        else:
            context.commit()
            return _back("members.schools", network, "joined")
    return _find_page(network, form), 422


def _may_bring(form: DayForm, school: School) -> bool:
    """Say whether the visitor may bring the school: a hub looks after the people of its schools, so not just any."""
    session, viewer = context.session(), context.viewer()
    of_school = teams.team(session, viewer, school.ref)
    if can(viewer, Permission.TEAM_INVITE, of_school) or not teams.members(session, school.id):
        return True
    form.refuse(str(_("People of this school have accounts already. Ask whoever runs the site to add it.")))
    return False


@bp.route("/<ref:ref>/schools/unlisted", methods=["GET", "POST"])
@allows(Permission.NETWORK_EDIT, network_by_ref)
def make(network: Network) -> Answer:
    """Make a school that is in no directory, and a member at once; one of the same name is shown first."""
    session, by = context.session(), context.viewer().person_id
    form = SchoolForm.read(name=flask.request.args.get("name", "")[:LONGEST_NAME], on=context.now().date())
    form.offer([(level.value, label(level)) for level in Level])
    if flask.request.method != "POST":
        return flask.render_template("hub/school_form.html", network=network, form=form, namesakes=())
    same = queries.namesakes(session, form.name.data or "")
    if form.validate() and (form.is_other.data or not same):
        try:
            school = schools_actions.save(session, [form.document()], by=by, now=context.now())[0]
            session.flush()
            networks.join(session, network, school, on=form.day, by=by, now=context.now())
        except (InvalidError, pydantic.ValidationError) as error:
            form.take(error)
        else:
            context.commit()
            return _back("members.schools", network, "joined")
    elif same and not form.errors:
        form.refuse(str(_("There is a school of this name already. Is it one of those below?")))
    return flask.render_template("hub/school_form.html", network=network, form=form, namesakes=same), 422


@bp.get("/<ref:ref>/people")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def people(network: Network) -> Answer:
    """List the people with a role, and invite more."""
    return _people_page(network, InvitationForm(data={"school": flask.request.args.get("school", "")}))


@bp.post("/<ref:ref>/people")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def invite(network: Network) -> Answer:
    """Invite somebody by mail, to one of the network's schools or to the network."""
    session, form = context.session(), InvitationForm.read()
    form.offer(members(session, network.id, context.now().date()))
    if form.validate():
        throttle.allow(session, f"invite:{context.person_id()}", limit=AN_HOUR, seconds=HOUR, now=context.now())
        school = queries.school_by_id(session, form.chosen_school) if form.chosen_school else None
        try:
            invitations.invite(
                session,
                email=form.email.data or "",
                role=form.chosen_role,
                school_id=school.id if school else None,
                network_id=None if school else network.id,
                by=context.viewer().person_id,
                now=context.now(),
            )
        except KbError as error:
            form.take(error)
        else:
            context.commit()
            return _back("members.people", network, "invited")
    return _people_page(network, form), 422


@bp.post("/<ref:ref>/people/invitations/revoke")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def revoke(network: Network) -> Answer:
    """Take an invitation back."""
    session, number = context.session(), flask.request.form.get("id", 0, type=int)
    row = queries.invitation_of(session, network, number, context.now().date())
    invitations.revoke(session, row, by=context.viewer().person_id, now=context.now())
    context.commit()
    return _back("members.people", network, "revoked")


@bp.post("/<ref:ref>/people/departure")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def end_role(network: Network) -> Answer:
    """End a role."""
    session, today = context.session(), context.now().date()
    number = flask.request.form.get("membership", 0, type=int)
    membership = queries.membership_of(session, network, number, today)
    try:
        actions.end_role(session, network, membership, by=context.viewer().person_id, now=context.now())
    except InvalidError as error:
        form = InvitationForm()
        form.refuse(str(error))
        return _people_page(network, form), 422
    context.commit()
    return _back("members.people", network, "ended")


def _schools_page(network: Network, form: DayForm) -> str:
    today = context.now().date()
    times = queries.times(context.session(), network.id)
    return flask.render_template(
        "hub/schools.html",
        network=network,
        current=[time for time in times if time.left_on is None or time.left_on > today],
        left=[time for time in times if time.left_on is not None and time.left_on <= today],
        form=form,
        today=today,
        done=DONE.get(flask.request.args.get("done", "")),
    )


def _find_page(network: Network, form: DayForm) -> str:
    session, words = context.session(), flask.request.values.get("name", "")[:LONGEST_NAME]
    found = listed(session, words=words).schools[: queries.MOST_FOUND] if words.strip() else []
    held = {school.id for school in members(session, network.id, context.now().date())}
    return flask.render_template(
        "hub/school_find.html", network=network, form=form, words=words, found=found, held=held
    )


def _people_page(network: Network, form: InvitationForm) -> str:
    session, today = context.session(), context.now().date()
    schools_now = members(session, network.id, today)
    form.offer(schools_now)
    listed_people = queries.people(session, network, schools_now)
    return flask.render_template(
        "hub/people.html",
        network=network,
        form=form,
        offers=queries.offers(session, network, schools_now),
        now=context.now(),
        people=[(person, ROLE_WORDS[person.role, bool(person.school_name)]) for person in listed_people],
        done=DONE.get(flask.request.args.get("done", "")),
    )


def _back(endpoint: str, network: Network, done: str) -> werkzeug.Response:
    return flask.redirect(flask.url_for(endpoint, ref=network.ref, done=done), 303)
