"""The page on which anybody reports a privacy problem."""

from urllib.parse import urlsplit

import flask
import werkzeug

from kb.errors import InvalidError, TooManyError
from kb.following.problems import actions
from kb.following.problems.forms import ProblemForm
from kb.following.problems.rules import LONGEST_PAGE
from kb.permissions import Permission
from kb.web import context, network
from kb.web.gate import allows

bp = flask.Blueprint("problems", __name__, url_prefix="/privacy-problem")


@bp.get("")
@allows(Permission.SITE_READ)
def show() -> str:
    """Show the form, with the page the reader comes from."""
    return flask.render_template("following/problem.html", form=ProblemForm(data={"page": _came_from()}))


@bp.post("")
@allows(Permission.SITE_READ)
def report() -> werkzeug.Response | tuple[str, int]:
    """Keep the report and tell the hub; a program that filled in everything is thanked and forgotten."""
    form = ProblemForm.read()
    if form.is_by_a_program:
        return flask.redirect(flask.url_for("problems.thanks"), 303)
    if not form.validate():
        return flask.render_template("following/problem.html", form=form), 422
    try:
        actions.report(
            context.session(),
            page=form.page.data or "",
            text=form.text.data or "",
            email=form.email.data or "",
            origin=network.address(),
            settings=context.services().settings,
            now=context.now(),
        )
    except (InvalidError, TooManyError) as error:
        form.take(error)
        return flask.render_template("following/problem.html", form=form), int(error.status)
    context.commit()
    return flask.redirect(flask.url_for("problems.thanks"), 303)


@bp.get("/thanks")
@allows(Permission.SITE_READ)
def thanks() -> str:
    """Say what happens next."""
    return flask.render_template("following/problem_sent.html")


def _came_from() -> str:
    """Return the page of this site from which the reader came, if the browser says so."""
    given = flask.request.args.get("page", "") or flask.request.referrer or ""
    try:
        parts = urlsplit(given)
    except ValueError:
        return ""
    is_ours = not parts.netloc or f"{parts.scheme}://{parts.netloc}/" == flask.request.host_url
    is_a_page = is_ours and parts.path.startswith("/") and not parts.path.startswith(f"{bp.url_prefix}")
    return f"{parts.path}{'#' + parts.fragment if parts.fragment else ''}"[:LONGEST_PAGE] if is_a_page else ""
