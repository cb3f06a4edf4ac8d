"""Alice writes at Ashgrove, Bob reads there, Charlie is from Brookside; all methods of the registry are there."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import html5lib
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import models as m
from kb.accounts.models import Role
from kb.db import Database
from tests.factories import make_member
from tests.visitors import post, sign_in

START = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=30)  # the first day of a test that has begun


@dataclass
class World:
    """What a test of the pages needs: ids, and a reading session that sees what was committed."""

    client: FlaskClient
    database: Database
    session: orm.Session
    alice: int
    bob: int
    charlie: int
    idea: str
    place: str

    def person(self, person_id: int) -> m.Person:
        return self.session.get_one(m.Person, person_id)

    def cycle(self) -> m.Item:
        self.session.rollback()
        rows = sa.select(m.Item).join(m.Cycle, m.Cycle.item_id == m.Item.id).where(m.Cycle.previous_id.is_(None))
        return self.session.scalars(rows).one()

    def count(self, table: type[Any]) -> int:
        self.session.rollback()
        return self.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0

    def url(self, page: str) -> str:
        return f"/cycles/{self.cycle().ref}/{page}".rstrip("/")

    def get(self, page: str) -> Any:
        return self.client.get(self.url(page))

    def pages(self) -> list[str]:
        return re.findall(r'/edit/([a-z-]+)"', self.get("edit/about").text)

    def start(self, method: str = "pdsa", *, once: str = "a-key-of-the-first-form") -> str:
        sign_in(self.client, self.person(self.alice))
        fields = {"idea": self.idea, "school": self.place, "method": method, "once": once}
        answer = post(self.client, "/cycles/new", fields)
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def promote(self, person_id: int) -> None:
        """Let somebody who reads at a school write for it."""
        with self.database.writing() as session:
            session.execute(
                sa.update(m.Membership).where(m.Membership.person_id == person_id).values(role=Role.CONTRIBUTOR)
            )
            session.commit()

    def curate(self, person_id: int) -> None:
        """Let somebody look after the network."""
        with self.database.writing() as session:
            network = session.scalars(sa.select(m.Network)).one()
            make_member(session, session.get_one(m.Person, person_id), network=network, role=Role.CURATOR)
            session.commit()

    def review(self, *, required: bool) -> None:
        with self.database.writing() as session:
            session.execute(sa.update(m.Network).values(review_required=required))
            session.commit()


def filled_in(page: str) -> dict[str, str]:
    """Return what a browser would send of the page's form of a write-up, as it stands."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    form = next(form for form in tree.iter("form") if form.find(".//*[@name='base']") is not None)
    sent: dict[str, str] = {}
    for field in form.iter():
        name, kind = field.get("name", ""), field.get("type", "")
        if field.tag == "select":
            chosen = [option for option in field.iter("option") if option.get("selected") is not None]
            sent[name] = (chosen or list(field.iter("option")))[0].get("value", "")
        elif field.tag == "textarea":
            sent[name] = field.text or ""
        elif (field.tag == "input" and kind not in ("radio", "checkbox")) or field.get("checked") is not None:
            sent[name] = field.get("value", "")
    return sent
