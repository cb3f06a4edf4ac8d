"""Editing a driver diagram step by step, on both databases: versions, history, the change feed, nothing deleted."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import models as m
from kb.drivers import editing
from kb.drivers.document import documents
from kb.drivers.rules import Move
from kb.errors import ConflictError, InvalidError
from kb.items.models import Item
from tests.factories import NOW, make_cycle, make_driver, make_idea, make_network, make_school

BY: dict[str, Any] = {"by": None, "now": NOW}


def _titles(session: orm.Session, network: m.Network) -> list[object]:
    def drawn(entries: list[object]) -> list[object]:
        return [[entry.title, *drawn(entry.drivers)] if entry.drivers else entry.title for entry in entries]  # type: ignore[attr-defined]

    session.expire_all()
    return drawn(list(documents(session, [network])[network.id].drivers))


def _actions(session: orm.Session, driver: m.Driver) -> list[str]:
    query = sa.select(m.History.action).where(m.History.kind == "driver", m.History.public_id == driver.public_id)
    return list(session.scalars(query.order_by(m.History.id)))


def _touched(session: orm.Session) -> set[int]:
    touched: set[int] = session.info.pop("kb.touched", set())
    return touched


def test_it_works(session: orm.Session) -> None:
    network = make_network(session)
    one = editing.add(session, network, "One", under=None, **BY)
    two = editing.add(session, network, "Two", under=None, **BY)
    sub = editing.add(session, network, "Sub", under=one, **BY)
    assert _titles(session, network) == [["One", "Sub"], "Two"]
    editing.move(session, network, two, Move.UP, version=two.row_version, **BY)
    editing.move(session, network, sub, Move.OUT, version=sub.row_version, **BY)
    assert _titles(session, network) == ["Two", "One", "Sub"]
    editing.describe(session, network, sub, title="Under", description="Near", version=sub.row_version, **BY)
    editing.move(session, network, sub, Move.IN, version=sub.row_version, **BY)
    assert _titles(session, network) == ["Two", ["One", "Under"]]
    assert _actions(session, sub) == ["added", "moved", "renamed", "moved"]


def test_a_stale_version_is_refused_but_others_may_move_past(plain: orm.Session) -> None:
    network = make_network(plain)
    one, two = (editing.add(plain, network, title, under=None, **BY) for title in ("One", "Two"))
    seen = one.row_version
    editing.move(plain, network, two, Move.UP, version=two.row_version, **BY)
    editing.describe(plain, network, one, title="First", description="", version=seen, **BY)
    with pytest.raises(ConflictError):
        editing.describe(plain, network, one, title="Other", description="", version=seen, **BY)
    with pytest.raises(ConflictError):
        editing.retire(plain, network, one, version=seen, **BY)
    assert one.title == "First"


def test_retired_and_back(plain: orm.Session) -> None:
    network = make_network(plain)
    one = editing.add(plain, network, "One", under=None, **BY)
    sub = editing.add(plain, network, "Sub", under=one, **BY)
    with pytest.raises(InvalidError, match="Drivers stand below"):
        editing.retire(plain, network, one, version=one.row_version, **BY)
    editing.retire(plain, network, sub, version=sub.row_version, **BY)
    editing.retire(plain, network, sub, version=sub.row_version, **BY)
    editing.retire(plain, network, one, version=one.row_version, **BY)
    assert sub.retired_on == NOW.date()
    with pytest.raises(InvalidError, match="Bring that one back first"):
        editing.bring_back(plain, network, sub, version=sub.row_version, **BY)
    editing.bring_back(plain, network, one, version=one.row_version, **BY)
    editing.bring_back(plain, network, sub, version=sub.row_version, **BY)
    assert _titles(plain, network) == [["One", "Sub"]]
    assert _actions(plain, sub) == ["added", "retired", "brought back"]


def test_readers_see_the_change(plain: orm.Session) -> None:
    network = make_network(plain, school := make_school(plain))
    driver, other = make_driver(plain, network), make_driver(plain, network)
    idea: Item = make_idea(plain, network_id=network.id)
    cycle = make_cycle(plain, idea, school)
    _touched(plain)
    editing.link(plain, network, driver, idea, **BY)
    assert {idea.id, cycle.id} <= _touched(plain)
    editing.describe(plain, network, driver, title="New", description="", version=1, **BY)
    assert {idea.id, cycle.id} <= _touched(plain)
    with pytest.raises(InvalidError, match="only driver"):
        editing.unlink(plain, network, driver, idea, **BY)
    editing.link(plain, network, other, idea, **BY)
    editing.unlink(plain, network, driver, idea, **BY)
    editing.unlink(plain, network, driver, idea, **BY)
    assert {idea.id, cycle.id} <= _touched(plain)
    assert plain.scalars(sa.select(m.DriverIdea.driver_id)).all() == [other.id]


def test_too_deep_and_too_many(plain: orm.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    network = make_network(plain)
    under = None
    for level in range(4):
        under = editing.add(plain, network, f"Level {level}", under=under, **BY)
    with pytest.raises(InvalidError, match="stands there already"):
        editing.add(plain, network, "level 0", under=None, **BY)
    with pytest.raises(InvalidError, match="Nothing can be added below"):
        editing.add(plain, network, "Deeper", under=under, **BY)
    monkeypatch.setattr(editing, "MOST", 4)
    with pytest.raises(InvalidError, match="at most 4"):
        editing.add(plain, network, "More", under=None, **BY)
