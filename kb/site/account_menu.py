"""The way in for visitors, and the menu of the account for who is signed in: on every page."""

from typing import Any

import flask
import sqlalchemy as sa
from markupsafe import Markup

from kb.accounts.models import Person
from kb.permissions import Permission, Viewer, can
from kb.site.words import translate
from kb.web import context

_ = str  # marks words for translation; they are translated when they are shown

TEMPLATE = "components/account_menu.html"
LINKS = [  # words, path, who sees it
    (_("Your page"), "me", Permission.OWN_PAGE),
    (_("Note something"), "capture", Permission.OWN_PAGE),
    (_("What waits for you"), "inbox", Permission.INBOX_READ),
    (_("Bring old write-ups"), "imports", Permission.BULK_IMPORT),
    (_("Your account"), "account", Permission.OWN_PAGE),
    (_("People"), "people", Permission.PERSON_MANAGE),
    (_("Audit log"), "audit", Permission.AUDIT_READ),
]


def account_menu() -> Markup:
    """Return the menu of whoever looks at the page. An error page is shown also where the database does not answer."""
    template: Any = flask.current_app.jinja_env.get_template(TEMPLATE).module
    try:
        viewer = context.viewer()
        person = None if viewer.is_anonymous else context.session().get(Person, viewer.person_id)
    except sa.exc.SQLAlchemyError:
        viewer, person = Viewer(), None
    drawn: Markup = template.visitor(_here()) if person is None else template.menu(person.name, _links(viewer))
    return drawn


def _links(viewer: Viewer) -> list[tuple[Markup, str]]:
    return [(translate(words), path) for words, path, permission in LINKS if can(viewer, permission)]


def _here() -> str:
    """Return the page to come back to; "" where that would be the way in itself."""
    request = flask.request
    here = request.full_path.rstrip("?")
    return "" if request.method != "GET" or here == "/" or here.startswith("/sign-") else here
