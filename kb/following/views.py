"""Following and no longer following something."""

import flask
import werkzeug

from kb.errors import NotFoundError
from kb.following import actions, queries
from kb.following.queries import Thing
from kb.following.rules import Followed
from kb.ids import Ref
from kb.permissions import Permission
from kb.site.templating import followed_url
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("following", __name__, url_prefix="/following")


@bp.post("/<kind>/<ref:ref>")
@allows(Permission.FOLLOW, queries.thing)
def follow(thing: Thing) -> werkzeug.Response:
    """Follow an idea, a school, a driver or a network."""
    actions.follow(context.session(), thing, by=context.person_id(), now=context.now())
    context.commit()
    return flask.redirect(followed_url(thing), 303)


@bp.post("/<kind>/<ref:ref>/end")
@allows(Permission.FOLLOW)
def unfollow(kind: str, ref: Ref) -> werkzeug.Response:
    """Stop following it, also where it may no longer be read."""
    if kind not in set(Followed):
        raise NotFoundError
    session = context.session()
    actions.unfollow(session, Followed(kind), ref.public_id, by=context.person_id())
    context.commit()
    found = queries.things(session, context.viewer(), {Followed(kind): [ref.public_id]})
    return flask.redirect(followed_url(found[0]) if found else flask.url_for("me.show"), 303)
