"""What waits for the people of a hub and of a school: visitors' questions, privacy problems, reported comments."""

import flask
import werkzeug

from kb.errors import InvalidError
from kb.following.asking import actions as asking
from kb.following.asking import queries as questions
from kb.following.asking.forms import VisitorAnswerForm
from kb.following.asking.models import VisitorQuestion
from kb.following.comments.queries import open_reports
from kb.following.problems import actions as problem_actions
from kb.following.problems import queries as problems
from kb.following.problems.forms import ProblemAnswerForm
from kb.following.problems.models import PrivacyProblem
from kb.permissions import Permission, can
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("inbox", __name__, url_prefix="/inbox")


@bp.get("")
@allows(Permission.INBOX_READ)
def show() -> str:
    """List what waits for this person."""
    session, viewer = context.session(), context.viewer()
    return flask.render_template(
        "following/inbox.html",
        problems=problems.waiting(session, viewer),
        questions=questions.waiting(session, viewer),
        reports=open_reports(session, viewer),
    )


@bp.get("/questions/<public_id>")
@allows(Permission.QUESTION_ANSWER, questions.question_by_id)
def question(found: VisitorQuestion) -> str:
    """Show a visitor's question."""
    return _question(found, VisitorAnswerForm())


@bp.post("/questions/<public_id>/answer")
@allows(Permission.QUESTION_ANSWER, questions.question_by_id)
def answer_question(found: VisitorQuestion) -> werkzeug.Response | tuple[str, int]:
    """Send an answer to the visitor."""
    form, session = VisitorAnswerForm.read(), context.session()
    if not form.validate():
        return _question(found, form), 422
    about = questions.of_question(session, found)
    try:
        asking.answer(session, found, about, text=form.text.data or "", by=context.person_id(), now=context.now())
    except InvalidError as error:
        form.take(error)
        return _question(found, form), 422
    context.commit()
    return flask.redirect(flask.url_for("inbox.show"), 303)


@bp.post("/questions/<public_id>/forwarding")
@allows(Permission.QUESTION_FORWARD, questions.question_by_id)
def forward(found: VisitorQuestion) -> werkzeug.Response | tuple[str, int]:
    """Let the school answer."""
    session, settings = context.session(), context.services().settings
    about = questions.of_question(session, found)
    try:
        asking.forward(session, found, about, settings=settings, by=context.person_id(), now=context.now())
    except InvalidError as error:
        form = VisitorAnswerForm()
        form.take(error)
        return _question(found, form), 422
    context.commit()
    return flask.redirect(flask.url_for("inbox.question", public_id=found.public_id), 303)


@bp.post("/questions/<public_id>/closing")
@allows(Permission.QUESTION_FORWARD, questions.question_by_id)
def close(found: VisitorQuestion) -> werkzeug.Response:
    """Take a question off the list."""
    asking.close(context.session(), found, by=context.person_id(), now=context.now())
    context.commit()
    return flask.redirect(flask.url_for("inbox.show"), 303)


@bp.get("/problems/<public_id>")
@allows(Permission.PROBLEM_ANSWER, problems.problem_by_id)
def problem(found: PrivacyProblem) -> str:
    """Show a report of a privacy problem."""
    return _problem(found, ProblemAnswerForm())


@bp.post("/problems/<public_id>/answer")
@allows(Permission.PROBLEM_ANSWER, problems.problem_by_id)
def answer_problem(found: PrivacyProblem) -> werkzeug.Response | tuple[str, int]:
    """Say what was done about it."""
    form = ProblemAnswerForm.read()
    if not form.validate():
        return _problem(found, form), 422
    text = form.text.data or ""
    problem_actions.answer(context.session(), found, text=text, by=context.person_id(), now=context.now())
    context.commit()
    return flask.redirect(flask.url_for("inbox.show"), 303)


def _question(found: VisitorQuestion, form: VisitorAnswerForm) -> str:
    return flask.render_template(
        "following/question.html",
        question=found,
        about=questions.of_question(context.session(), found),
        form=form,
        may_forward=can(context.viewer(), Permission.QUESTION_FORWARD, found),
    )


def _problem(found: PrivacyProblem, form: ProblemAnswerForm) -> str:
    link = found.page if found.page.startswith("/") and not found.page.startswith("//") else ""
    return flask.render_template("following/problem_answer.html", problem=found, form=form, link=link)
