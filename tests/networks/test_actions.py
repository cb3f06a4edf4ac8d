"""What a hub changes about its network, on both databases."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import models as m
from kb.accounts.queries import viewer_of
from kb.errors import ConflictError, InvalidError
from kb.networks import actions
from kb.networks.document import Aim, NetworkFacts
from kb.networks.queries import network_by_ref
from kb.permissions import ANONYMOUS
from tests.factories import NOW, make_cycle, make_idea, make_member, make_network, make_person, make_school

BY: dict[str, Any] = {"by": None, "now": NOW}
TODAY = NOW.date()
DAY = dt.timedelta(days=1)


def _facts(**over: object) -> NetworkFacts:
    return NetworkFacts(**{"name": "Valley", "aim": Aim(what="More file"), **over})  # type: ignore[arg-type]


def _touched(session: orm.Session) -> set[int]:
    touched: set[int] = session.info.pop("kb.touched", set())
    return touched


def test_it_works(plain: orm.Session) -> None:
    network = actions.create(plain, _facts(), **BY)
    assert (network.slug, network.aim_what, network.minimum_group, network.review_required) == (
        "valley", "More file", 10, True,
    )  # fmt: skip
    with pytest.raises(InvalidError, match="already"):
        actions.create(plain, _facts(name="valley"), **BY)
    school = make_school(plain)
    cycle = make_cycle(plain, make_idea(plain), school, network_id=network.id)
    _touched(plain)
    actions.edit(plain, network, _facts(minimum_group=20, body="**We**"), version=network.row_version, **BY)
    assert (network.minimum_group, network.about_html) == (20, "<p><strong>We</strong></p>")
    assert cycle.id in _touched(plain)  # smaller groups show no number from now on
    with pytest.raises(ConflictError):
        actions.edit(plain, network, _facts(name="Other"), version=1, **BY)
    done = plain.scalars(sa.select(m.History.action).where(m.History.public_id == network.public_id)).all()
    assert done == ["created", "changed"]


def test_questions_have_an_order(plain: orm.Session) -> None:
    network = make_network(plain)
    for text in ("A?", "B?", "C?", "A?"):
        actions.ask(plain, network, text, **BY)
    actions.move_question(plain, network, "C?", -1, **BY)
    actions.move_question(plain, network, "A?", -1, **BY)
    assert [row.text for row in network.questions] == ["A?", "C?", "B?"]
    for _ in range(2):
        actions.drop_question(plain, network, "A?", **BY)
    plain.expire_all()
    assert [(row.position, row.text) for row in network.questions] == [(0, "C?"), (1, "B?")]


def test_a_network_as_the_pages_load_it(session: orm.Session) -> None:
    ref = make_network(session).ref
    session.expunge_all()
    network = network_by_ref(session, ANONYMOUS, ref)
    actions.ask(session, network, "A?", **BY)
    assert [row.text for row in network.questions] == ["A?"]


def test_words_for_terms(plain: orm.Session) -> None:
    network = make_network(plain)
    actions.name_terms(plain, network, {"driver": "Lever", "cycle": ""}, **BY)
    assert network.labels == {"driver": "Lever"}
    actions.name_terms(plain, network, {"driver": ""}, **BY)
    assert network.labels == {}


def test_schools_come_and_go(session: orm.Session) -> None:
    network, school = make_network(session), make_school(session)
    person = make_person(session)
    make_member(session, person, school=school)
    cycle = make_cycle(session, make_idea(session), school)
    _touched(session)
    for _ in range(2):
        actions.join(session, network, school, on=TODAY - 9 * DAY, **BY)
    assert cycle.id in _touched(session)
    assert viewer_of(session, person.id, today=TODAY).networks == {network.id}
    with pytest.raises(InvalidError, match="joined on"):
        actions.leave(session, network, school, on=TODAY - 10 * DAY, **BY)
    for _ in range(2):
        actions.leave(session, network, school, on=TODAY, **BY)
    assert viewer_of(session, person.id, today=TODAY).networks == frozenset()
    with pytest.raises(InvalidError, match="after it left"):
        actions.join(session, network, school, on=TODAY - DAY, **BY)
    actions.join(session, network, school, on=TODAY, **BY)
    rows = session.execute(sa.select(m.SchoolNetwork.joined_on, m.SchoolNetwork.left_on).order_by("joined_on")).all()
    assert [tuple(row) for row in rows] == [(TODAY - 9 * DAY, TODAY), (TODAY, None)]
