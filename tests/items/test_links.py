"""Links: ancestry never loops, also when two people link at the same moment."""

import threading
import time

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed, models
from kb.cycles.actions import save as save_cycle
from kb.cycles.reading import documents as cycle_documents
from kb.db import Database
from kb.errors import InvalidError, LoopError
from kb.items.document import AdaptationEntry, LinkEntry
from kb.items.links import lock_lineage, replace_links
from kb.items.models import Item
from kb.items.rules import ANCESTRY, LinkType
from tests.factories import NOW, make_cycle, make_idea, make_link, make_method, make_school

LOOPING = [kind for kind in LinkType if kind in ANCESTRY]
FREE = [kind for kind in LinkType if kind not in ANCESTRY]


def parent(item: Item, kind: LinkType = LinkType.ADAPTED_FROM) -> list[LinkEntry]:
    return [LinkEntry(type=kind, target=item.public_id)]


def test_it_works(session: orm.Session) -> None:
    child, old, new = (make_idea(session) for _ in range(3))
    adaptation = AdaptationEntry(kept="The call.", decided_by="The team")
    entry = LinkEntry(type=LinkType.ADAPTED_FROM, target=old.public_id, reason="Why.", adaptation=adaptation)
    assert replace_links(session, child, [entry]) == {old.id}
    assert session.scalars(sa.select(models.Adaptation.kept)).all() == ["The call."]
    assert replace_links(session, child, parent(new)) == {old.id, new.id}
    assert session.scalars(sa.select(models.Link.target_id)).all() == [new.id]
    assert session.scalars(sa.select(models.Adaptation.kept)).all() == []


@pytest.mark.parametrize(("kind", "back"), list(zip(LOOPING, [*LOOPING[1:], LOOPING[0]], strict=True)))
def test_a_loop_of_any_ancestry_is_refused(session: orm.Session, kind: LinkType, back: LinkType) -> None:
    first, second, third = (make_idea(session) for _ in range(3))
    make_link(session, third, second, kind)
    make_link(session, second, first, kind)
    with pytest.raises(LoopError):
        replace_links(session, first, parent(third, back))


@pytest.mark.parametrize("kind", FREE)
def test_other_links_may_go_both_ways(session: orm.Session, kind: LinkType) -> None:
    first, second = make_idea(session), make_idea(session)
    make_link(session, second, first)
    replace_links(session, first, parent(second, kind))


def test_two_ways_to_one_ancestor_are_no_loop(session: orm.Session) -> None:
    top, left, right, bottom = (make_idea(session) for _ in range(4))
    make_link(session, left, top)
    make_link(session, right, top)
    replace_links(session, bottom, [*parent(left), *parent(right, LinkType.COMBINED_FROM)])


def test_a_loop_that_is_there_already_does_not_hang(session: orm.Session) -> None:
    first, second, third = (make_idea(session) for _ in range(3))
    make_link(session, first, second)
    make_link(session, second, first)
    replace_links(session, third, parent(first))


def test_a_target_or_edition_that_is_not_there(session: orm.Session) -> None:
    idea, other = make_idea(session), make_idea(session)
    with pytest.raises(InvalidError, match="no record xxxxxxxx"):
        replace_links(session, idea, [LinkEntry(type=LinkType.CITES, target="xxxxxxxx")])
    with pytest.raises(InvalidError, match="no edition 2"):
        replace_links(session, idea, [LinkEntry(type=LinkType.CITES, target=other.public_id, edition=2)])


def test_two_halves_of_a_loop_at_the_same_moment(database: Database) -> None:
    """Each thread sees no loop when it begins; the second has to wait for the first, and then sees it."""
    with database.writing() as session:
        pair = [make_idea(session) for _ in range(2)]
        feed.commit(session)
    outcomes: list[str] = []
    both_begin = threading.Barrier(2)

    def link(source_id: int, target_id: int) -> None:
        both_begin.wait()
        with database.writing() as session:
            lock_lineage(session)
            source, target = (session.get_one(Item, one) for one in (source_id, target_id))
            try:
                replace_links(session, source, parent(target))
                time.sleep(0.2)  # the other one looks meanwhile
                feed.commit(session)
                outcomes.append("linked")
            except LoopError:
                outcomes.append("refused")

    first, second = (one.id for one in pair)
    threads = [threading.Thread(target=link, args=ends) for ends in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["linked", "refused"]


def test_a_ramp_does_not_lead_back(session: orm.Session) -> None:
    make_method(session)
    school, idea = make_school(session), make_idea(session)
    cycles = [make_cycle(session, idea, school) for _ in range(3)]
    for row, before in zip(cycles[1:], cycles, strict=False):
        session.get_one(models.Cycle, row.id).previous_id = before.id
    session.flush()
    document = cycle_documents(session, [cycles[0]])[cycles[0].id]
    looping = document.model_copy(update={"previous": cycles[2].public_id})
    with pytest.raises(LoopError):
        save_cycle(session, looping, by=None, now=NOW)


def test_a_ramp_goes_over_cycles_only(session: orm.Session) -> None:
    make_method(session)
    idea = make_idea(session)
    cycle = make_cycle(session, idea)
    document = cycle_documents(session, [cycle])[cycle.id]
    with pytest.raises(InvalidError, match="is not a cycle"):
        save_cycle(session, document.model_copy(update={"previous": idea.public_id}), by=None, now=NOW)
    with pytest.raises(InvalidError, match="is not an idea"):
        save_cycle(session, document.model_copy(update={"idea": cycle.public_id}), by=None, now=NOW)
