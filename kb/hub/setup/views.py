"""The hub's desk and the pages on which a network is made and set up."""

import datetime as dt
from collections.abc import Mapping

import flask
import pydantic
import werkzeug
from flask_babel import lazy_gettext as _

from kb.errors import ConflictError, InvalidError
from kb.hub.setup import forms, queries
from kb.hub.setup.forms import NetworkForm, QuestionForm
from kb.networks import actions
from kb.networks.models import Network
from kb.networks.queries import network_by_ref
from kb.permissions import Permission
from kb.search.unanswered import most_asked
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("hub", __name__, url_prefix="/networks")
ASKED_SINCE = dt.timedelta(days=90)
MOST_ASKED = 25
LONGEST_WORD = 100
DONE = {
    "created": _("The network is there. Now invite its schools and people, and draw its drivers."),
    "saved": _("Saved."),
    "asked": _("The question is added."),
    "removed": _("The question is taken out."),
    "moved": _("The question is moved."),
}
Answer = str | tuple[str, int] | werkzeug.Response


@bp.route("/new", methods=["GET", "POST"])
@allows(Permission.NETWORK_CREATE)
def create() -> Answer:
    """Make a network."""
    form = NetworkForm.read(minimum_group=10, review_required=True)
    if flask.request.method == "POST" and form.validate():
        try:
            network = actions.create(context.session(), form.facts(), by=context.viewer().person_id, now=context.now())
        except (InvalidError, pydantic.ValidationError) as error:
            form.take(error)
        else:
            context.commit()
            return flask.redirect(flask.url_for("hub.desk", ref=network.ref, done="created"), 303)
    page = flask.render_template("hub/network_form.html", form=form, network=None)
    return (page, 422) if form.errors or form.form_errors else page


@bp.get("/<ref:ref>/hub")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def desk(network: Network) -> str:
    """Show what waits for the hub: silent schools, searches nobody could answer, and the way to every setting."""
    session, viewer, today = context.session(), context.viewer(), context.now().date()
    return flask.render_template(
        "hub/desk.html",
        network=network,
        silent=queries.silent_schools(session, viewer, network.id, today),
        unanswered=most_asked(session, since=today - ASKED_SINCE, limit=MOST_ASKED),
        done=done(DONE),
    )


@bp.route("/<ref:ref>/edit", methods=["GET", "POST"])
@allows(Permission.NETWORK_EDIT, network_by_ref)
def edit(network: Network) -> Answer:
    """Change the aim and the rules; what somebody else saved meanwhile is shown beside what was typed."""
    form = NetworkForm.read(**forms.start(network))
    differing: list[tuple[str, str]] = []
    status = 422
    if flask.request.method == "POST" and form.validate():
        try:
            _save(network, form)
        except ConflictError as error:
            form.refuse(str(error))
            differing, status = forms.differing(form, network), error.status
            form.version.process_data(network.row_version)
        except (InvalidError, pydantic.ValidationError) as error:
            form.take(error)
        else:
            context.commit()
            return flask.redirect(flask.url_for("hub.edit", ref=network.ref, done="saved"), 303)
    page = flask.render_template(
        "hub/network_form.html", form=form, network=network, differing=differing, done=done(DONE)
    )
    return (page, status) if form.errors or form.form_errors else page


def _save(network: Network, form: NetworkForm) -> None:
    given = form.version.data or ""
    actions.edit(
        context.session(),
        network,
        form.facts(),
        version=int(given) if given.isdecimal() else 0,
        by=context.viewer().person_id,
        now=context.now(),
    )


@bp.route("/<ref:ref>/words", methods=["GET", "POST"])
@allows(Permission.NETWORK_EDIT, network_by_ref)
def words(network: Network) -> Answer:
    """Set the network's own words for terms."""
    session = context.session()
    terms = queries.term_words(session, network.labels)
    if flask.request.method != "POST":
        return flask.render_template("hub/words.html", network=network, terms=terms, errors={}, done=done(DONE))
    known = {term.code for term in terms}
    typed = {code: " ".join(flask.request.form.get(f"term-{code}", "").split()) for code in known}
    too_long = {code for code, word in typed.items() if len(word) > LONGEST_WORD}
    if too_long:
        shown = queries.term_words(session, typed)
        return flask.render_template("hub/words.html", network=network, terms=shown, errors=too_long), 422
    others = {code: word for code, word in network.labels.items() if code not in known}
    actions.name_terms(session, network, {**others, **typed}, by=context.viewer().person_id, now=context.now())
    context.commit()
    return flask.redirect(flask.url_for("hub.words", ref=network.ref, done="saved"), 303)


@bp.route("/<ref:ref>/questions", methods=["GET", "POST"])
@allows(Permission.NETWORK_EDIT, network_by_ref)
def questions(network: Network) -> Answer:
    """Show the open questions in their order, and add one; ``ask`` is a search nobody could answer."""
    form = QuestionForm.read(text=flask.request.args.get("ask", "")[:300])
    if flask.request.method == "POST" and form.validate():
        try:
            actions.ask(
                context.session(), network, form.text.data or "", by=context.viewer().person_id, now=context.now()
            )
        except InvalidError as error:
            form.take(error)
        else:
            context.commit()
            return flask.redirect(flask.url_for("hub.questions", ref=network.ref, done="asked"), 303)
    args = flask.request.args
    page = flask.render_template(
        "hub/questions.html",
        network=network,
        form=form,
        at=args.get("at", -1, type=int),
        where=args.get("where", ""),
        done=done(DONE),
    )
    return (page, 422) if form.errors or form.form_errors else page


@bp.post("/<ref:ref>/questions/removal")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def remove_question(network: Network) -> Answer:
    """Take a question out."""
    actions.drop_question(context.session(), network, _question(), by=context.viewer().person_id, now=context.now())
    context.commit()
    return flask.redirect(flask.url_for("hub.questions", ref=network.ref, done="removed"), 303)


@bp.post("/<ref:ref>/questions/place")
@allows(Permission.NETWORK_EDIT, network_by_ref)
def move_question(network: Network) -> Answer:
    """Move a question up or down; the focus goes back to the button."""
    where = flask.request.form.get("where", "")
    step = {"up": -1, "down": 1}.get(where, 0)
    actions.move_question(
        context.session(), network, _question(), step, by=context.viewer().person_id, now=context.now()
    )
    context.commit()
    texts = [row.text for row in network.questions]
    at = texts.index(_question()) if _question() in texts else 0
    return flask.redirect(flask.url_for("hub.questions", ref=network.ref, at=at, where=where, done="moved"), 303)


def _question() -> str:
    return flask.request.form.get("text", "")


def done(words_of: Mapping[str, object]) -> object:
    """Return the words for what was just done, None where the address names nothing."""
    return words_of.get(flask.request.args.get("done", ""))
