"""What the site says after something was done: one sentence, on the page that follows."""

import flask
from markupsafe import Markup

_SAID = Markup('<div class="wrap"><p class="notice said" role="status">{}</p></div>')


def said() -> Markup:
    """Return the sentences that wait to be said; asks no database, and nothing at all of visitors without a cookie."""
    name = flask.current_app.config["SESSION_COOKIE_NAME"]
    if name not in flask.request.cookies or "_flashes" not in flask.session:
        return Markup()
    return Markup().join(_SAID.format(words) for words in flask.get_flashed_messages())
