"""Turns what was pasted from a word processor into Markdown; the module static/js/paste.js asks for it."""

import flask

from kb.accounts import throttle
from kb.errors import InvalidError
from kb.paste.rules import MAX_HTML, to_markdown
from kb.permissions import Permission
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("paste", __name__)
LIMIT = 60
SECONDS = 60


@bp.post("/paste")
@allows(Permission.OWN_PAGE)
def convert() -> flask.typing.ResponseReturnValue:
    """Answer with Markdown for the HTML in the body. Nothing of it is kept."""
    flask.request.max_content_length = MAX_HTML
    now, person_id = context.now(), context.person_id()
    throttle.allow(context.session(), f"paste:{person_id}", limit=LIMIT, seconds=SECONDS, now=now)
    context.commit()  # nobody waits to write while a long text is read
    try:
        return flask.jsonify(markdown=to_markdown(flask.request.get_data().decode("utf-8", "replace")))
    except InvalidError as error:
        return flask.jsonify(message=str(error)), error.status
