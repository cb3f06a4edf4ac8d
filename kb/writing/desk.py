"""What every write-up form has around its own fields: the text it was opened on, the draft, who else is at work.

A view opens a desk, reads its form from it, and calls ``keep_typed`` before it does anything with what was sent: from
then on no error can lose it. ``clear`` forgets the draft in the transaction that saves the words.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlencode

import flask
from werkzeug.datastructures import MultiDict

from kb.items.models import Item
from kb.web import context
from kb.web.forms import Form
from kb.writing import drafts, once, queries
from kb.writing.models import Draft

SAVED = "kb_saved"  # a cookie that scripts may read: keys of forms that were saved, and nothing else
WEEK = 7 * 24 * 60 * 60
SomeForm = TypeVar("SomeForm", bound=Form)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody writes. ``form`` is the name of the page, the same for everybody who opens it.

    ``offer`` is what they typed here before and did not save; ``resumed`` says that the form shows it.
    """

    form: str
    item: Item | None
    base: str
    once: str
    offer: Draft | None
    resumed: bool
    others: list[str]
    person: str
    resume_url: str = ""

    @property
    def stored_as(self) -> str:
        """Under which name a browser keeps what is typed: by person, page and revision."""
        return f"{self.person} {self.form} {self.base}"


def opened(form: str, item: Item | None = None) -> Desk:
    """Return the desk of a page. A page that comes back with errors keeps the base it was opened on."""
    session, viewer, request = context.session(), context.viewer(), flask.request
    sent = request.form if request.method == "POST" else MultiDict()
    offer = drafts.offered(session, person_id=viewer.person_id, form=form)
    resumed = request.method == "GET" and offer is not None and "resume" in request.args
    current = "" if item is None else queries.base_of(session, item)
    return Desk(
        form=form,
        item=item,
        base=sent.get("base") or (offer.base if resumed and offer else "") or current,
        once=sent.get(once.FIELD) or once.new_key(),
        offer=offer,
        resumed=resumed,
        others=drafts.others(session, item.id if item else None, person_id=viewer.person_id, now=context.now()),
        person=str(viewer.person_id),
        resume_url=f"?{urlencode([*request.args.items(multi=True), ('resume', '1')])}",
    )


def names_sent(desk: Desk) -> list[str]:
    """Return the names of the fields that were sent, or typed before and now brought back; none for a fresh page."""
    return list(flask.request.form) or list(desk.offer.payload if desk.resumed and desk.offer else ())


def read(form: type[SomeForm], desk: Desk, **start: object) -> SomeForm:
    """Return the form as it was sent, as it was typed before (when that is brought back), or with these values."""
    if desk.resumed and desk.offer is not None:
        typed = [(name, value) for name, values in desk.offer.payload.items() for value in values]
        return form(MultiDict(typed))
    return form.read(**start)


def keep_typed(desk: Desk) -> None:
    """Keep what was sent as a draft, at once and for good: whatever goes wrong from here, it is offered back."""
    person_id = context.viewer().person_id
    if person_id is None:
        return
    session = context.session()
    payload = drafts.payload_of(flask.request.form.to_dict(flat=False))
    item_id = desk.item.id if desk.item else None
    drafts.keep(
        session,
        person_id=person_id,
        form=desk.form,
        payload=payload,
        base=desk.base,
        item_id=item_id,
        now=context.now(),
    )
    context.commit()


def clear(desk: Desk) -> None:
    """Forget the draft: its words are saved with this transaction."""
    person_id = context.viewer().person_id
    if person_id is not None:
        drafts.drop(context.session(), person_id=person_id, form=desk.form)
        flask.after_this_request(lambda response: _tell_browser(response, desk.once))


def _tell_browser(response: flask.Response, key: str) -> flask.Response:
    """Let the page that keeps what is typed on this device know that this form was saved."""
    if response.status_code < HTTPStatus.BAD_REQUEST:
        known = flask.request.cookies.get(SAVED, "").split(".")
        value = ".".join([key, *(one for one in known if one.replace("-", "").replace("_", "").isalnum())][:10])
        secure = context.services().settings.https
        response.set_cookie(SAVED, value[:400], max_age=WEEK, samesite="Lax", secure=secure)
    return response
